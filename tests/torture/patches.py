# SPDX-License-Identifier: Apache-2.0
"""Random objects and random patches of them: strategic merges and JSON patches."""

import json
import random

NAMES = ["a", "b", "c", "d"]
SCALARS = ["x", "y", "1", "true", "", "yes", "0755", "1.0", "2020-01-01", "~x", "a b", "n"]


def scalar(chance):
    """A scalar as it is written: quoted or not."""
    roll = chance.random()
    if roll < 0.4:
        return chance.choice(["x", "yy", "1", "2", "true", "false", "0755", "1.50", "yes", "n", "2020-01-01", "9007199254740993",
                              "1234567", "null", "~", "0x1F"])
    return json.dumps(chance.choice(SCALARS))


def environment(chance):
    return [{"name": json.dumps(name), "value": json.dumps(chance.choice(SCALARS))} for name in pick(chance, NAMES)]


def pick(chance, among, least=0):
    found = list(among)
    chance.shuffle(found)
    return found[:chance.randint(least, len(found))]


def ports(chance):
    return [{key: value for key, value in (("containerPort", str(chance.choice([53, 80, 443]))),
                                           ("protocol", chance.choice(["TCP", "UDP", None])),
                                           ("name", chance.choice(["p", "q", None]))) if value}
            for _ in range(chance.randint(0, 3))]


def container(chance, name):
    out = {"name": name}
    for field, make in (("image", lambda: scalar(chance)), ("env", lambda: environment(chance)),
                        ("ports", lambda: ports(chance)), ("args", lambda: [scalar(chance) for _ in range(2)]),
                        ("resources", lambda: {"limits": {"cpu": scalar(chance)}}),
                        ("volumeMounts", lambda: [{"name": n, "mountPath": "/" + n} for n in pick(chance, NAMES)])):
        if chance.random() < 0.4:
            out[field] = make()
    return out


def pod_spec(chance):
    spec = {"containers": [container(chance, name) for name in pick(chance, NAMES, 1)]}
    if chance.random() < 0.4:
        spec["volumes"] = [{"name": name, chance.choice(["emptyDir", "configMap"]): {}} for name in pick(chance, NAMES)]
    if chance.random() < 0.3:
        spec["tolerations"] = [{"key": name, "operator": "Exists"} for name in pick(chance, NAMES)]
    if chance.random() < 0.3:
        spec["hostAliases"] = [{"ip": "10.0.0.%d" % i, "hostnames": pick(chance, NAMES)} for i in range(2)]
    if chance.random() < 0.3:
        spec["imagePullSecrets"] = [{"name": name} for name in pick(chance, NAMES)]
    if chance.random() < 0.3:
        spec["topologySpreadConstraints"] = [{"maxSkew": "1", "topologyKey": n, "whenUnsatisfiable": "DoNotSchedule"}
                                             for n in pick(chance, NAMES)]
    return spec


def body(chance, kind):
    if kind == "Deployment":
        out = {"spec": {"replicas": scalar(chance), "template": {"spec": pod_spec(chance)}}}
        if chance.random() < 0.3:
            out["spec"]["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": scalar(chance)}}
    elif kind == "Service":
        out = {"spec": {"ports": [{"port": str(p), "name": n, "protocol": r} for p, n, r in
                                  ((80, "a", "TCP"), (443, "b", "TCP"), (80, "c", "UDP"))[:chance.randint(0, 3)]],
                        "externalIPs": pick(chance, NAMES)}}
    elif kind == "ServiceAccount":
        out = {"secrets": [{"name": n} for n in pick(chance, NAMES)],
               "imagePullSecrets": [{"name": n} for n in pick(chance, NAMES)]}
    elif kind == "ConfigMap":
        out = {"data": {name: json.dumps(chance.choice(SCALARS)) for name in pick(chance, NAMES)}}
    else:
        out = {"spec": {"list": [container(chance, name) for name in pick(chance, NAMES)],
                        "inner": {"apiVersion": "v1", "kind": "Pod", "spec": pod_spec(chance)},
                        "empty": "", "nothing": "null", "map": {name: scalar(chance) for name in pick(chance, NAMES)}}}
    if chance.random() < 0.3:
        out["metadata"] = {"finalizers": pick(chance, NAMES), "labels": {n: json.dumps(n) for n in pick(chance, NAMES)}}
    return out


KINDS = {"Deployment": "apps/v1", "Service": "v1", "ServiceAccount": "v1", "ConfigMap": "v1", "Own": "example.com/v1"}


def directives(chance, value):
    """Puts $patch and nulls into a patch here and there."""
    if isinstance(value, dict):
        out = {}
        for key, inner in value.items():
            roll = chance.random()
            if key not in ("name", "metadata", "apiVersion", "kind") and roll < 0.08:
                out[key] = "null"
            else:
                out[key] = directives(chance, inner)
        if value and chance.random() < 0.06:
            out["$patch"] = chance.choice(["delete", "replace", "merge"])
        return out
    if isinstance(value, list):
        out = [directives(chance, inner) for inner in value]
        if out and isinstance(out[0], dict) and chance.random() < 0.06:
            out.insert(chance.randint(0, len(out)), {"$patch": chance.choice(["replace", "delete", "merge"])})
        return out
    return value


def quoted_key(key):
    return json.dumps(key) if key == "n" else key


def written(value, indent=0):
    """YAML of nested maps and lists whose leaves are written already."""
    pad = "  " * indent
    if isinstance(value, dict):
        if not value:
            return " {}\n"
        return "\n" + "".join(f"{pad}{quoted_key(key)}:" + written(inner, indent + 1)
                              for key, inner in value.items())
    if isinstance(value, list):
        if not value:
            return " []\n"
        out = "\n"
        for inner in value:
            text = written(inner, indent + 1)
            out += f"{pad}-" + (" " + text[1 + len(pad) + 2:] if text.startswith("\n") else text)
        return out
    return f" {value}\n"


def whole(kind, content):
    metadata = {"name": "t", **content.pop("metadata", {})}
    return written({"apiVersion": KINDS[kind], "kind": kind, "metadata": metadata, **content}).lstrip("\n")


def operations(chance, kind):
    paths = ["/spec", "/spec/replicas", "/metadata/labels", "/metadata/labels/a", "/metadata/name", "/data/a", "/data/x~1y",
             "/spec/template/spec/containers/0", "/spec/template/spec/containers/-", "/spec/template/spec/containers/0/image",
             "/spec/template/spec/containers/-1", "/spec/template/spec/containers/0/args/1", "/spec/list/0", "/spec/map",
             "/spec/nothing", "/spec/empty", "/spec/ports/1", "/secrets/0", "/nope/x", "/spec/list/+0"]
    values = ["1", "x", "yes", "{a: 1, b: [x]}", "[1, two]", "null", "'1'", "1.50", "9007199254740993", "{name: n}", "0755"]
    out = ""
    for _ in range(chance.randint(1, 3)):
        op = chance.choice(["add", "add", "replace", "remove", "test", "copy", "move"])
        out += f"- op: {op}\n  path: {chance.choice(paths)}\n"
        if op in ("copy", "move"):
            out += f"  from: {chance.choice(paths)}\n"
        elif op != "remove":
            out += f"  value: {chance.choice(values)}\n"
    return out


def trees(count, seed):
    """(name, files of a kustomization) of random patches."""
    for number in range(count):
        chance = random.Random(seed * 7919 + number)
        kind = chance.choice(list(KINDS))
        files = {"r.yaml": whole(kind, body(chance, kind)), "kustomization.yaml": "resources: [r.yaml]\npatches:\n"}
        for i in range(chance.randint(1, 2)):
            if chance.random() < 0.3:
                files[f"p{i}.yaml"] = operations(chance, kind)
            else:
                files[f"p{i}.yaml"] = whole(kind, directives(chance, body(chance, kind)))
            files["kustomization.yaml"] += f"- {{path: p{i}.yaml, target: {{kind: {kind}}}}}\n"
        yield f"patch/{seed}-{number}", files
