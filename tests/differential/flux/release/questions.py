# SPDX-License-Identifier: Apache-2.0
"""Random HelmReleases with ConfigMaps, Secrets and charts. The same seed gives the same."""

import base64
import json
import random

KEYS = ["a", "b", "m", "list", "x.y", "image", "enabled", "n"]
SCALARS = ["1", "0", "2.5", "1e3", "true", "no", "null", "~", "text", "'quoted'", '"1"', "0755", "12:30:45", "1_000",
           "2020-01-01", "''", "é", "12345678901234567890", "0x1F", ".5", "'a: b'", "[1, x]", "{k: v}", "[]", "{}"]
TEXTS = ["1", "true", "text", "'1'", '"x"', "'", "a,b=c", "{a,b}", "{a", "x\ny", "", " padded ", "a\\,b", "null", "007",
         "[x]", "a=b", '{"k": "v"}', "'a\"", "1.5", "-3", "é", "a,", "\\", "a\\"]
PATHS = ["a", "m.a", "list[0]", "list[2]", "m.list[1]", "x\\.y", "image.tag", "m.a.b", "list[0].k", "m[0]", "a,b", "a=b",
         "list[-1]", "m.", ".a", "list[x]", "list[0][1]", "enabled", "m.x\\.y.b"]
NAMES = ["one", "two", "three"]
SPACES = ["ns", "other"]
IMAGES = ["app", "ghcr.io/org/app", "registry.io:5000/app"]
TAGS = ["", ":1", ":1.2.3", "@sha256:" + "a" * 64]
LONG = "words that go on and on " * 6
VALUES = ["{{ .Values | toJson | quote }}", "{{ toYaml .Values | nindent 6 }}", "{{ .Release.Name }}",
          "{{ .Release.Namespace }}", "{{ .Release.IsInstall }}", "{{ .Values.a }}", '"{{ .Release.Revision }}"',
          '{{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" }}',
          '{{ .Capabilities.APIVersions.Has "apps/v1/Deployment" }}', '{{ .Capabilities.APIVersions.Has "apps/v1beta1" }}',
          "{{ .Capabilities.KubeVersion.Minor }}", f'"{LONG}"', f"'{LONG}: x'", f'"tab\\t{LONG}"', "|\n      a\n\n        b\n",
          "|-\n      a\n      b", "|+\n      a\n\n", "|2\n        a\n", ">-\n      folded\n      text\n", ">\n      folded\n        more\n      text\n", "plain\n      text",
          "1.0", "0755", "yes", "'yes'", "1e3", "null", "", "[]", "{}", "[[a, []], {b: c}]", "{a: , b: [x, ]}", "'1'",
          "12:30:45", "2020-01-01", "\"é\\u2028\"", "'- a'", "a # comment", "&x [1]", "!!str 1", "\"a\\nb \\nc\"",
          "\" lead\\n trail \"", "=", "y", "n", "~", ".inf", "12345678901234567890", "'# x'", "\"\"", "a: b",
          "'{{ \"{{\" }}'"]
HOOKS = ["pre-install", "post-install,post-upgrade", "test", "pre-delete", "nope"]
KINDS = [("v1", "ConfigMap"), ("v1", "Secret"), ("v1", "Service"), ("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"),
         ("batch/v1", "Job"), ("batch/v1", "CronJob"), ("v1", "Pod"), ("rbac.authorization.k8s.io/v1", "ClusterRole"),
         ("x.io/v1", "Custom"), ("v1", "Namespace"), ("v1", "List"), ("v1", "ConfigMapList"), ("v1", "ServiceAccount")]


class Question:
    """One random release with all that it needs; .question is what both sides are asked."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.question = {"Release": {"metadata": {"name": self.one(["r", "a-rather-long-name-of-a-release-it-is"]),
                                                  "namespace": "ns"}, "spec": self.spec()}}
        self.question["ConfigMaps"] = [self.holder("ConfigMap", name) for name in NAMES if self.maybe(0.93)]
        self.question["Secrets"] = [self.holder("Secret", name) for name in NAMES if self.maybe(0.93)]
        if self.maybe(0.7):
            self.question["Chart"] = self.chart()
            self.question["APIVersions"] = ["monitoring.coreos.com/v1"] if self.maybe() else []
            self.question["KubeVersion"] = self.one(["v1.34.4", "v1.30.0", "v1.33.1", "v1.28.9"])

    def maybe(self, probability=0.5):
        return self.chance.random() < probability

    def one(self, options):
        return self.chance.choice(options)

    # --- values ---

    def yaml(self, depth=0):
        """A map of values as text, at some depth."""
        lines = []
        for key in self.chance.sample(KEYS, self.chance.randint(0 if depth else 1, 4)):
            if self.maybe(0.3) and depth < 3:
                below = self.yaml(depth + 1)
                lines.append(f"{'  ' * depth}{key}:" + ("\n" + below if below else " {}"))
            elif self.maybe(0.2):
                lines.append(f"{'  ' * depth}{key}:\n" + "\n".join(f"{'  ' * depth}- {self.one(SCALARS)}" for _ in "ab"))
            else:
                lines.append(f"{'  ' * depth}{key}: {self.one(SCALARS)}")
        return "\n".join(lines)

    def tree(self, depth=0):
        """The same as JSON."""
        if depth < 3 and self.maybe(0.4 if depth else 1):
            return {k: self.tree(depth + 1) for k in self.chance.sample(KEYS, self.chance.randint(0, 4))}
        return self.one([1, 0, 2.5, True, None, "text", "1", [], [1, {"k": "v"}], {}, "", 1e21, -7, 123456789012])

    def holder(self, kind, name):
        """A ConfigMap or Secret."""
        texts = {"values.yaml": self.one([self.yaml(), self.yaml(), self.yaml(), self.yaml(), self.yaml(), self.yaml(), "", "- a", "text", "# only\n",
                                          self.yaml() + "\n---\nb: other\n", "a: 1\na: 2", "a: [", "\ta: 1", "null",
                                          "---\n" + self.yaml() + "\n...\n", "m: &x {a: 1}\nb: *x", "<<: {a: 1}\nb: 2"]),
                 "k": self.one(TEXTS)}
        out = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "ns"}}
        if kind == "ConfigMap":
            return {**out, "data": texts}
        plain = {k: texts.pop(k) for k in list(texts) if self.maybe(0.3)}
        return {**out, "data": {k: base64.b64encode(t.encode()).decode() for k, t in texts.items()}, "stringData": plain}

    def reference(self):
        """An entry of valuesFrom."""
        entry = {"kind": self.one(["ConfigMap", "Secret"]), "name": self.one(NAMES)}
        if self.maybe(0.4):
            entry |= {"valuesKey": self.one(["k", "k", "values.yaml", "nope"]), "targetPath": self.one(PATHS)}
            if self.maybe(0.3):
                entry["literal"] = True
        if self.maybe(0.7):
            entry["optional"] = True
        return entry

    # --- the release ---

    def patch(self):
        """A patch of a post-renderer."""
        target = {"kind": self.one([k for _, k in KINDS])}
        if self.maybe(0.3):
            target["name"] = self.one([".*", "o1", "o[12]"])
        if self.maybe(0.2):
            target["annotationSelector"] = self.one(["a=b", "postrenderer.helm.sh/postrender-filename"])
        operations = [{"op": "add", "path": "/metadata/annotations/p", "value": "q"},
                      {"op": "add", "path": "/metadata/labels", "value": {"l": "m"}},
                      {"op": "replace", "path": "/metadata/name", "value": "renamed"},
                      {"op": "remove", "path": "/metadata/annotations"}]
        merges = [{"metadata": {"annotations": {"s": "t"}}}, {"spec": {"template": {"spec": {"containers": [
            {"name": "c", "image": "patched:1"}]}}}}, {"$patch": "delete"}, {"spec": None}]
        if self.maybe():
            return {"target": target, "patch": json.dumps(self.chance.sample(operations, self.chance.randint(1, 2)))}
        version, kind = next((v, k) for v, k in KINDS if k == target["kind"])
        return {"target": target, "patch": json.dumps({"apiVersion": version, "kind": kind, "metadata": {"name": "x"},
                                                       **self.one(merges)})}

    def post_renderer(self):
        """One entry of postRenderers."""
        kustomize = {}
        if self.maybe(0.6):
            kustomize["patches"] = [self.patch() for _ in range(self.chance.randint(1, 2))]
        if self.maybe(0.6):
            kustomize["images"] = [{"name": self.one(IMAGES), **self.one([{"newTag": "3"}, {"newName": "new/app"}, {
                "digest": "sha256:" + "b" * 64}, {"newName": "z", "newTag": "4"}])}]
        return {"kustomize": kustomize} if self.maybe(0.9) else {}

    def spec(self):
        """Of a HelmRelease."""
        spec = {}
        if self.maybe(0.8):
            spec["values"] = self.tree()
        if self.maybe(0.7):
            spec["valuesFrom"] = [self.reference() for _ in range(self.chance.randint(1, 4))]
        if self.maybe(0.3):
            spec["targetNamespace"] = self.one(["t", "a-target-namespace-that-is-long"])
        if self.maybe(0.1):
            spec["releaseName"] = "given"
        if self.maybe(0.4):
            spec["postRenderers"] = [self.post_renderer() for _ in range(self.chance.randint(1, 2))]
        if self.maybe(0.3):
            spec["commonMetadata"] = {k: {"c": "m", "helm.toolkit.fluxcd.io/name": "over", "n": "1"} for k in
                                      self.chance.sample(["labels", "annotations"], self.chance.randint(1, 2))}
        if self.maybe(0.2):
            spec["postRenderStrategy"] = self.one(["separate", "nohooks", "combined"])
        return spec

    # --- the chart ---

    def metadata(self, name):
        """Of an object."""
        lines = [f"  name: {name}"] if self.maybe(0.99) else ["  generateName: g-"]
        if self.maybe(0.2):
            lines.append("  namespace: " + self.one(SPACES))
        if self.maybe(0.3):
            lines.append("  labels: " + self.one(["{a: b}", "{}", "{a: '1', app: x}", "\n    a: b # c"]))
        annotations = []
        if self.maybe(0.25):
            annotations.append(f'    "helm.sh/hook": {self.one(HOOKS)}')
        if self.maybe(0.2):
            annotations.append("    a: b")
        if self.maybe(0.05):
            annotations.append("    config.kubernetes.io/local-config: 'true'")
        if annotations:
            lines.append("  annotations:\n" + "\n".join(annotations))
        return "\n".join(lines)

    def document(self, index):
        """One of a template."""
        version, kind = self.one(KINDS)
        text = f"apiVersion: {version}\nkind: {kind}\n"
        if kind.endswith("List"):
            items = "\n".join(f"- {{apiVersion: v1, kind: ConfigMap, metadata: {{name: i{index}{j}}}}}"
                              for j in range(self.chance.randint(0, 2)))
            return text + "items:" + (f"\n{items}\n" if items else " []\n")
        text += f"metadata:\n{self.metadata(f'o{index}' if self.maybe(0.97) else 'o1')}\n"
        image = self.one(IMAGES) + self.one(TAGS)
        pod = f"containers:\n      - {{name: c, image: \"{image}\"}}\n      initContainers: [{{name: i, image: {image}}}]"
        if kind in ("Deployment", "StatefulSet", "Job"):
            return text + f"spec:\n  template:\n    spec:\n      {pod}\n"
        if kind == "ConfigMap":
            data = "\n".join(f"  k{i}: {self.one(VALUES)}" for i in range(self.chance.randint(1, 4)))
            return text + f"data:\n{data}\n"
        return text + self.one(["spec: {}\n", "spec:\n  a: [1, 2]\n", "", f"spec: {{image: '{image}'}}\n"])

    def template(self, first):
        """Some documents."""
        documents = [self.document(first * 10 + i) for i in range(self.chance.randint(1, 3))]
        if self.maybe(0.1):
            documents.append("# only a comment\n")
        return self.one(["", "---\n", "# head\n", "\n\n"]) + self.one(["---\n", "\n---\n", "--- \n"]).join(documents)

    def chart(self):
        """Its files."""
        files = {"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "values.yaml": self.yaml()}
        for i in range(self.chance.randint(1, 3)):
            files[f"templates/{self.one('xyz')}{i}.yaml"] = self.template(i)
        if self.maybe(0.2):
            files["crds/d.yaml"] = ("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
                                    "metadata: {name: customs.x.io}\n")
        if self.maybe(0.2):
            files["templates/NOTES.txt"] = "thanks"
        return files
