# SPDX-License-Identifier: Apache-2.0
"""Objects of many kinds, and what becomes of them when a person edits the tree.

Nothing that is made here runs: no replicas, suspended, or for nodes that do not exist.
"""

import copy
import pathlib
import random

import yaml

NAMESPACE = "pairs"
OBJECTS = pathlib.Path(__file__).with_name("pairs_objects.yaml")
CLUSTER_KINDS = {
    "ClusterRole", "ClusterRoleBinding", "StorageClass", "PriorityClass", "PersistentVolume",
    "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "RuntimeClass", "IngressClass",
    "CustomResourceDefinition",
}
# Parts of objects that name or select them: others could not be applied over the first one.
FIXED = {"apiVersion", "kind", "name", "namespace"}
TOP = {"apiVersion", "kind", "metadata"}
# Texts that somebody could take for equal.
LOOKALIKES = {
    "1": ["1000m", "1.0", "01", "1e0", 1], "2": ["2000m", "2.0", 2], "500m": ["0.5", "500000u"],
    "1Gi": ["1024Mi", "1G", "1073741824"], "2.3": ["2.30", "2.3.0"], "true": [True, "True"],
    "128Mi": ["131072Ki", "134217728", "0.125Gi"], "1500m": ["1.5", "1.500"], "100k": ["100000"],
    "2026-01-01T00:00:00Z": ["2026-01-01T00:00:01Z", "2026-01-01T00:00:00.0Z"],
}
EMPTY = [None, "", 0, False, {}, []]
LABELS = ["app", "tier", "team"]


def objects():
    """The objects to start from."""
    found = [one for one in yaml.safe_load_all(OBJECTS.read_text()) if one]
    template = next(one for one in found if one["kind"] == "Deployment")["spec"]["template"]
    for one in found:
        if one["kind"] in ("StatefulSet", "DaemonSet", "Job", "CronJob"):
            spec = one["spec"]
            if one["kind"] == "CronJob":
                spec = spec["jobTemplate"]["spec"]
            own = spec.setdefault("template", {})
            spec["template"] = copy.deepcopy(template)
            spec["template"]["spec"].update(own.get("spec", {}))
            if one["kind"] in ("Job", "CronJob"):
                del spec["template"]["metadata"]
    return found


def places(node, path=()):
    """Every map and list below a node, with the path to it."""
    if isinstance(node, (dict, list)):
        yield path, node
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in children:
        if isinstance(child, (dict, list)):
            yield from places(child, (*path, key))


def editable(path, key):
    if not path:
        return key not in TOP
    return not (path == ("metadata",) and key in FIXED)


def change_scalar(value, chance):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return chance.choice([value + 1, max(value - 1, 0), str(value), 0])
    if value is None:
        return chance.choice(EMPTY[1:])
    return chance.choice([*LOOKALIKES.get(value, []), value + "x", value + "0", value.upper(), ""])


def edit_map(path, node, chance):
    keys = [key for key in node if editable(path, key)]
    what = chance.randrange(8)
    if path[-1:] in (("labels",), ("annotations",), ("matchLabels",), ("data",)) and what < 2:
        node[chance.choice(LABELS)] = chance.choice(["a", "b", "2.3"])
    elif keys and what < 4:
        del node[chance.choice(keys)]
    elif keys and what < 5:
        node[chance.choice(keys)] = copy.deepcopy(chance.choice(EMPTY))
    elif keys:
        key = chance.choice(keys)
        if not isinstance(node[key], (dict, list)):
            node[key] = change_scalar(node[key], chance)


def edit_list(node, chance):
    what = chance.randrange(6)
    if len(node) > 1 and what < 3:
        one, other = chance.sample(range(len(node)), 2)
        node[one], node[other] = node[other], node[one]
    elif node and what < 4:
        del node[chance.randrange(len(node))]
    elif node and what < 5:
        again = copy.deepcopy(chance.choice(node))
        if isinstance(again, dict):
            for key in ("name", "key", "port", "containerPort", "mountPath"):
                if isinstance(again.get(key), str):
                    again[key] += "-2"
                elif isinstance(again.get(key), int):
                    again[key] += 1
        else:
            again = change_scalar(again, chance)
        node.insert(chance.randrange(len(node) + 1), again)
    elif node:
        at = chance.randrange(len(node))
        if not isinstance(node[at], (dict, list)):
            node[at] = change_scalar(node[at], chance)


def reorder_keys(node, chance):
    """The same object, written in another order."""
    if isinstance(node, list):
        return [reorder_keys(child, chance) for child in node]
    if not isinstance(node, dict):
        return node
    keys = list(node)
    chance.shuffle(keys)
    return {key: reorder_keys(node[key], chance) for key in keys}


def edited(wanted, chance):
    """The object after an edit or a few; now and then after none."""
    wanted = copy.deepcopy(wanted)
    for _ in range(chance.choice([0, 1, 1, 1, 1, 2, 3])):
        # Small parts first: each leaf of a large template counts as much as a small object.
        path, node = chance.choice(list(places(wanted)))
        if isinstance(node, dict):
            edit_map(path, node, chance)
        else:
            edit_list(node, chance)
    return reorder_keys(wanted, chance)


def meddled(wanted, chance):
    """A merge patch by somebody else, or None."""
    if chance.random() < 0.6:
        return None
    patch = {"metadata": {"labels": {"other": "x", **chance.choice([{}, {"app": "other"}])}}}
    if wanted["kind"] in ("ConfigMap", "Secret"):
        patch["data"] = {"other": "Zm9v", **chance.choice([{}, {"a": "YmFy"}, {"a": None}])}
    return patch


def pairs(rounds, states, seed):
    """Lines for the program pairs: each object `rounds` times, with `states` edits of it each."""
    chance = random.Random(seed)
    number = 0
    for _ in range(rounds):
        for base in objects():
            number += 1
            first = edited(base, chance) if chance.random() < 0.7 else copy.deepcopy(base)
            rename(first, f"p{number}")
            wanted = [edited(first, chance) for _ in range(states)]
            if chance.random() < 0.5:
                # what there was before was taken out of the tree
                wanted[0] = rename(copy.deepcopy(base), f"p{number}")
            yield {"object": first, "other": meddled(first, chance), "wanted": wanted}


def rename(wanted, name):
    metadata = wanted["metadata"]
    if wanted["kind"] == "CustomResourceDefinition":
        if "group" not in (wanted.get("spec") or {}) or not wanted["spec"].get("names"):
            return wanted
        plural = f"{name}things"
        wanted["spec"]["names"].update(plural=plural, singular=f"{name}thing", kind=f"{name}Thing".title())
        metadata["name"] = f"{plural}.{wanted['spec']['group']}"
        return wanted
    metadata["name"] = f"pairs-{name}"
    if wanted["kind"] not in CLUSTER_KINDS:
        metadata["namespace"] = NAMESPACE
    return wanted
