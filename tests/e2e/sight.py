# SPDX-License-Identifier: Apache-2.0
"""What `render --deep` says will be in a cluster, held against what Flux's controllers made of it."""

import json

import yaml

import releases

# What Helm puts on an object when it applies it; its record does not have it.
HELM_LABELS = ("app.kubernetes.io/managed-by",)
HELM_ANNOTATIONS = ("meta.helm.sh/release-name", "meta.helm.sh/release-namespace")


class Sight:
    """The objects of a tree by who applies them: "HelmRelease NAMESPACE/NAME", "Kustomization …"."""

    def __init__(self, lab, tree):
        output = lab.sandstrap("render", "--deep", tree.entrypoint, "--lab", "--bundle", tree.bundle,
                               "--output", "json").stdout
        self.by = {}
        for found in json.loads(output):
            for chain in (found["origin"]["by"], *found["origin"].get("alsoBy", ())):
                self.by.setdefault(chain[-1]["name"], []).append(found)

    def names(self, kind):
        return {name for name in self.by if name.startswith(kind + " ")}

    def of_release(self, label):
        """What is in the record of a release: all but definitions of its folder crds/."""
        return {key(found["object"]): found["object"] for found in self.by[label]
                if "/crds/" not in found["origin"].get("file", "")}

    def inventory(self, label):
        """The objects of a Kustomization as its inventory names them."""
        return {identity(found["object"]) for found in self.by[label]}


def key(found):
    return found["kind"], found["metadata"]["name"]


def identity(found):
    group = found["apiVersion"].rpartition("/")[0]
    return f"{found['metadata'].get('namespace', '')}_{found['metadata']['name'].replace(':', '__')}_{group}_{found['kind']}"


def recorded(record):
    """The objects of a record, hooks too, but for tests, which nobody runs."""
    texts = [record["manifest"], *(hook["manifest"] for hook in record.get("hooks") or []
                                   if hook["events"] != ["test"])]
    return {key(found): found for text in texts for found in yaml.safe_load_all(text) if found}


def stripped(ours, theirs):
    """Ours without what is added when a release is applied, unless the record has it, too."""
    meta, same = dict(ours["metadata"]), theirs["metadata"]
    if "namespace" not in same:
        meta.pop("namespace", None)
    for field, added in (("labels", HELM_LABELS), ("annotations", HELM_ANNOTATIONS)):
        there = same.get(field) or {}
        left = {name: value for name, value in (meta.pop(field, None) or {}).items()
                if name not in added or name in there}
        if left:
            meta[field] = left
    return {**ours, "metadata": meta}


def plain(found):
    """Empty maps of labels and annotations are none."""
    meta = {name: value for name, value in found["metadata"].items() if value not in (None, {})}
    return {**found, "metadata": meta}


def appliers(lab, kind):
    """The objects of Flux of a kind in the cluster, by their labels."""
    return {f"{found['kind']} {found['metadata']['namespace']}/{found['metadata']['name']}": found
            for found in lab.get("-A", kind)}


def differences(lab, sight):
    """Where a release's record in the cluster and ours differ, as lines."""
    records, found = releases.newest(lab.get("-A", "secrets")), appliers(lab, "helmreleases")
    out = [f"{label}: only one of the two has it" for label in found.keys() ^ sight.names("HelmRelease")]
    for label, release in found.items():
        at = release["status"]["history"][0]
        theirs = recorded(records[release["status"]["storageNamespace"], at["name"]])
        ours = sight.of_release(label) if label in sight.by else {}
        out += [f"{label}: {name}: only one of the two has it" for name in theirs.keys() ^ ours.keys()]
        for name in theirs.keys() & ours.keys():
            mine, there = plain(stripped(ours[name], theirs[name])), plain(theirs[name])
            if mine != there:
                out.append(f"{label}: {name}: {json.dumps(mine, sort_keys=True)} is "
                           f"{json.dumps(there, sort_keys=True)} in the record")
    return out


def inventories(lab, sight):
    """The same for the inventories of Kustomizations."""
    found = appliers(lab, "kustomizations.kustomize.toolkit.fluxcd.io")
    out = [f"{label}: only one of the two has it" for label in found.keys() ^ sight.names("Kustomization")]
    for label, kustomization in found.items():
        theirs = {entry["id"] for entry in kustomization["status"]["inventory"]["entries"]}
        out += [f"{label}: {name}" for name in theirs ^ (sight.inventory(label) if label in sight.by else set())]
    return out
