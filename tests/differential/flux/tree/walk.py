# SPDX-License-Identifier: Apache-2.0
"""Walks a tree down to every object that Flux and Helm would make of it, asking nobody but their own code."""

import collections
import functools
import json
import subprocess

from sources import Missing, files_of

Applied = collections.namedtuple("Applied", "label question answer objects")
KEYS = ("Kustomization", "HelmRelease")


class Oracle:
    """A program that answers a line of JSON with a line of JSON."""

    def __init__(self, command):
        self.command = command

    def ask(self, question):
        r = subprocess.run([self.command], input=json.dumps(question) + "\n", capture_output=True, text=True, check=False)
        if not r.stdout:
            raise SystemExit(f"{self.command} died: {r.stderr[-2000:]}")
        return json.loads(r.stdout)


class Kept(Oracle):
    """One that answers before the end of all questions, and is kept."""

    def __init__(self, command):
        super().__init__(command)
        self.process = subprocess.Popen([command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.command} died")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def group(found):
    return found.get("apiVersion", "").rpartition("/")[0]


def label(found):
    return f"{found['kind']} {found['metadata'].get('namespace', '')}/{found['metadata']['name']}"


def is_flux(found, kind):
    return found.get("kind") == kind and group(found).endswith(".toolkit.fluxcd.io")


@functools.lru_cache
def builtin_versions(ours, kube_version):
    """What a plain cluster serves."""
    return ours.ask({"Builtin": kube_version})


def served(objects):
    """What definitions add to the versions of the API: "g/v" and "g/v/Kind"."""
    out = []
    for found in objects:
        if found["kind"] == "CustomResourceDefinition":
            spec = found["spec"]
            for version in spec["versions"]:
                if version["served"]:
                    out += [f"{spec['group']}/{version['name']}", f"{spec['group']}/{version['name']}/{spec['names']['kind']}"]
    return sorted(set(out))


class Walk:
    """One walk: `applied` are the appliers in the order in which they were asked, `missing` what could not be."""

    def __init__(self, oracles, sources, kube_version, definitions):
        self.oracles, self.sources = oracles, sources
        self.kube_version, self.definitions = kube_version, definitions
        self.objects, self.applied, self.missing, self.waiting = {}, {}, {}, []

    # --- what is there ---

    def add(self, objects):
        for found in objects:
            meta = found["metadata"]
            self.objects.setdefault((found["kind"], meta.get("namespace", ""), meta["name"]), found)
            if any(is_flux(found, kind) for kind in KEYS) and label(found) not in self.applied:
                self.waiting.append(found)

    def find(self, kind, namespace, name):
        found = self.objects.get((kind, namespace, name))
        if not found:
            raise Missing(f"{kind} {namespace}/{name} is not there")
        return found

    def parsed(self, text):
        answer = self.oracles["release"].ask({"Documents": text})
        if "error" in answer:
            raise Missing(answer["error"])
        objects = []
        for found in answer.get("objects", []):
            objects += found["items"] if found.get("kind", "").endswith("List") and "items" in found else [found]
        return objects

    def holders(self, kind):
        return [found for (k, _, _), found in self.objects.items() if k == kind and found["apiVersion"] == "v1"]

    # --- what needs what ---

    def needs(self, found, optional):
        """What has to be there before an object of Flux is asked about."""
        spec, space = found["spec"], found["metadata"]["namespace"]
        refs = [spec.get("sourceRef"), spec.get("chartRef"), (spec.get("chart") or {}).get("spec", {}).get("sourceRef")]
        out = [(ref["kind"], ref.get("namespace", space), ref["name"]) for ref in refs if ref]
        for ref in spec.get("valuesFrom", []) + (spec.get("postBuild") or {}).get("substituteFrom", []):
            if optional or not ref.get("optional"):
                out.append((ref["kind"], space, ref["name"]))
        for ref in spec.get("dependsOn", []) if optional else []:
            out.append(("done", f"{found['kind']} {ref.get('namespace', space)}/{ref['name']}"))
        return out

    def is_there(self, need):
        return need[1] in self.applied if need[0] == "done" else need in self.objects

    def run(self, tree):
        """All of it; the tree's own objects first."""
        self.applied["tree"] = Applied("tree", None, {}, tree)
        self.add(tree)
        patience = 0
        while self.waiting:
            ready = [f for f in self.waiting
                     if patience == 2 or all(map(self.is_there, self.needs(f, patience == 0)))]
            if not ready:
                patience += 1
                continue
            patience = 0
            self.waiting.remove(ready[0])
            self.follow(ready[0])
        return self

    def follow(self, found):
        try:
            make = self.release if is_flux(found, "HelmRelease") else self.kustomization
            self.applied[label(found)] = make(found)
        except Missing as e:
            self.missing[label(found)] = str(e)
            self.applied[label(found)] = Applied(label(found), None, {"error": str(e)}, [])
        self.add(self.applied[label(found)].objects)

    # --- appliers ---

    def kustomization(self, found):
        source = self.find(found["spec"]["sourceRef"]["kind"],
                           found["spec"]["sourceRef"].get("namespace", found["metadata"]["namespace"]),
                           found["spec"]["sourceRef"]["name"])
        if source["kind"] != "GitRepository":
            raise Missing(f"this tool does not know a Kustomization of a {source['kind']}")
        files, _ = files_of(self.sources.artifact(source)[0])
        question = {"files": files, "kustomization": found, "strict": False,
                    "objects": self.holders("ConfigMap") + self.holders("Secret")}
        answer = self.oracles["kustomization"].ask(question)
        objects = [o for text in answer.get("objects", []) for o in self.parsed(text)]
        return Applied(label(found), question, answer, objects)

    def release(self, found):
        texts, others = self.sources.chart(found, self.find)
        question = {"Release": found, "Chart": texts, "Binary": others, "KubeVersion": self.kube_version,
                    "ConfigMaps": self.holders("ConfigMap"), "Secrets": self.holders("Secret"),
                    "APIVersions": self.definitions}
        names = {(ref["kind"], ref["name"]) for ref in found["spec"].get("valuesFrom", [])}
        for field, kind in (("ConfigMaps", "ConfigMap"), ("Secrets", "Secret")):
            question[field] = [h for h in question[field] if (kind, h["metadata"]["name"]) in names
                               and h["metadata"].get("namespace") == found["metadata"]["namespace"]]
        answer = self.oracles["release"].ask(self.complete(question))
        return Applied(label(found), question, answer, self.installed(found, answer))

    def complete(self, question):
        """The question with all that the cluster serves."""
        builtin = builtin_versions(self.oracles["ours"], self.kube_version)
        return {**question, "APIVersions": builtin + question["APIVersions"]}

    def installed(self, found, answer):
        """The objects in the cluster: definitions, those of the manifest, hooks that run; as Helm applies them."""
        spec, space = found["spec"], found["metadata"]["namespace"]
        marks = {f"helm.toolkit.fluxcd.io/{k}": found["metadata"][k] for k in ("name", "namespace")}
        out = []
        if (spec.get("install") or {}).get("crds") != "Skip":
            crds = [o for crd in answer.get("crds", []) for o in self.parsed(crd["Manifest"])]
            out += [marked(o, "labels", marks) for o in crds if o["kind"] == "CustomResourceDefinition"]
        whose = {"meta.helm.sh/release-name": answer.get("name", ""),
                 "meta.helm.sh/release-namespace": spec.get("targetNamespace", space)}
        for o in self.parsed(answer.get("manifest", "")):
            out.append(marked(marked(o, "labels", {"app.kubernetes.io/managed-by": "Helm"}), "annotations", whose))
        for hook in answer.get("hooks") or []:
            out += [o for o in self.parsed(hook["Manifest"]) if runs(o, spec)]
        out = [placed(o, spec.get("targetNamespace", space)) for o in out]
        # What is applied again later, a definition of crds/ and of a template, is what it is then.
        last = {(group(o), o["kind"], o["metadata"].get("namespace"), o["metadata"].get("name")): i for i, o in enumerate(out)}
        return [out[i] for i in sorted(last.values())]


def marked(found, field, more):
    meta = found["metadata"]
    return {**found, "metadata": {**meta, field: {**(meta.get(field) or {}), **more}}}


SCOPED = ("Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "PriorityClass", "StorageClass", "APIService",
          "IngressClass", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "PersistentVolume", "CSIDriver", "RuntimeClass")


def placed(found, space):
    """With the namespace that the release has, where a built-in kind has one and the chart says none."""
    builtin = "." not in group(found) or group(found).endswith(".k8s.io")
    if not builtin or found["kind"] in SCOPED or found["metadata"].get("namespace"):
        return found
    return {**found, "metadata": {**found["metadata"], "namespace": space}}


def runs(found, spec):
    """Whether somebody calls a hook."""
    events = set(str(found["metadata"]["annotations"]["helm.sh/hook"]).replace(" ", "").split(","))
    if any((spec.get(action) or {}).get("disableHooks") for action in ("install", "upgrade", "rollback", "uninstall")):
        raise Missing("this tool does not know disableHooks")
    return bool(events - {"test", "test-success"}) or bool((spec.get("test") or {}).get("enable"))
