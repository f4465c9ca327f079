# SPDX-License-Identifier: Apache-2.0
"""Random charts with subcharts, values and documents, and how to render them. The same seed gives the same."""

import json
import random

KEYS = ["k", "l", "m", "enabled", "x.y", "sub", "list", "0"]
NAMES = ["a", "b", "c-d", "lib"]
SCALARS = [1, 0, 2.5, 1e21, 100000, 123456789, "", "text", "a: b", "yes", "1", "0x1F", True, False, "é", "{{ .x }}",
           "line\nline\n", " padded ", "null", "- a", 12345678901234567, -3, 1e-7]
VERSIONS = ["0.1.0", "1.2.3", "2.0.0-rc.1", "v1.0.0"]
RANGES = ["*", "0.1.0", ">=0.1.0", "~1", "^1.2", ">9", "1.x", ">=0.0.0-0", ""]
KINDS = ["Deployment", "Service", "ConfigMap", "Secret", "Namespace", "Job", "Foo", "Bar", "Ingress", "ClusterRole",
         "CustomResourceDefinition", "ServiceAccount", "APIService", "PriorityClass", "Pod", "List", ""]
HOOKS = ["pre-install", "post-install", "test", "pre-upgrade, post-upgrade", "test-success", "nope", "", "Pre-Install",
         "pre-install,nope", "crd-install", "pre-delete,post-delete,pre-rollback,post-rollback"]
SEPARATORS = ["---\n", "\n---\n", "--- \n", "---\n---\n", "\n\n---\n\n", "--- # c\n", "----\n", "---x: 1\n", "---\t\n",
              "\n  ---\n", "--- a\n"]
IGNORES = ["*.txt", "/files/a.txt", "files/", "crds", "# c", "", "!keep", "templates/o*", "ci/**", "*.md", "f?les",
           "/templates", " *.txt ", "[a-f]*.txt", "files/*", "charts/a", "./x", "a/b"]
SETS = ["k=1", "k=text", "m.k=true", "list[0]=a", "list={1,2,c}", "k=null", "a.k=1", "a.enabled=false", "m=null",
        "m.l.k=x\\,y", "x\\.y=1", "list[1].k=v", "global.k=g", "b.enabled=true,k=2", "tags.t=false", "k=1.5", "k=",
        "l[2]=z", "k=0123", "k=9999999999999999999", "m.k=False", "k={}", "list[0][1]=q", "k", "=v", "a.=1", "k=a=b",
        "list[-1]=x", "list[x]=1", "m.k[0]=1", "k=\"q\"", "enabled=yes", "k= v ", "m[0]=1", "c-d.enabled=false",
        "k=1e3", "k=0x10", "list={}", "k={a\\,b,c}", "m.k={a,{b}}", "k=%s", "list[0]=,k=1", "k={a", "a.m.k=null"]
JSON_SETS = ['k=1', 'm={"k":[1,2.5,null]}', '{"k":{"l":1},"m":null}', 'list[0]={"a":"b"}', 'k="s"', 'k=tru',
             'k=[1,2],l=3', '{"a":{"k":1e21}}', 'k=null', '{', 'k={"a":1} x']
LITERALS = ["k=a,b=c", "m.k={x}", "k", "list[0]=a,b", "k=\\,", "x\\.y=1", "k=null"]
SCHEMAS = [
    {"type": "object", "properties": {"k": {"type": "string"}}},
    {"$schema": "http://json-schema.org/draft-07/schema#", "required": ["k", "l"]},
    {"properties": {"m": {"additionalProperties": False, "properties": {"k": {"type": ["string", "null"]}}}}},
    {"$schema": "https://json-schema.org/draft/2020-12/schema", "properties": {"list": {"minItems": 1, "items": {
        "type": "string"}}, "enabled": {"const": True}, "k": {"enum": [1, "text", None]}}},
    {"$defs": {"s": {"type": "string", "pattern": "^t"}}, "properties": {"k": {"$ref": "#/$defs/s"}}},
    {"anyOf": [{"required": ["k"]}, {"required": ["m"]}], "properties": {"k": {"minimum": 5, "maxLength": 2}}},
    {"properties": {"k": {"not": {"type": "number"}}, "l": {"oneOf": [{"type": "string"}, {"maxLength": 3}]}}},
    {"if": {"properties": {"enabled": {"const": True}}, "required": ["enabled"]}, "then": {"required": ["k"]}},
    {"properties": {"k": {"type": "integer", "multipleOf": 2}, "m": {"minProperties": 1, "propertyNames": {
        "maxLength": 3}}}},
]


class ChartTree:
    """One random chart: a dictionary of paths and texts, and the arguments to render it with."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.files = {}
        self.chart("chart", "root", 2)
        self.arguments = self.options()

    def maybe(self, probability=0.5):
        return self.chance.random() < probability

    def one(self, options):
        return self.chance.choice(options)

    # --- values ---

    def value(self, depth):
        if depth and self.maybe(0.4):
            return self.map(depth - 1)
        if depth and self.maybe(0.2):
            return [self.value(depth - 1) for _ in range(self.chance.randint(0, 3))]
        return None if self.maybe(0.15) else self.one(SCALARS)

    def map(self, depth):
        return {key: self.value(depth) for key in self.chance.sample(KEYS, self.chance.randint(0, 4))}

    def values(self, names, depth=2):
        """Values of a chart whose subcharts have these names."""
        out = self.map(depth)
        for name in names:
            if self.maybe(0.6):
                out[name] = self.map(depth) if self.maybe(0.93) else self.value(0)
                if isinstance(out[name], dict):
                    if self.maybe(0.4):
                        out[name]["enabled"] = self.one([True, False, False, None, "x"])
                    if self.maybe(0.2):
                        out[name]["global"] = self.map(1)
        if self.maybe(0.4):
            out["global"] = self.map(depth) if self.maybe(0.93) else self.value(0)
        if self.maybe(0.2):
            out["tags"] = {t: self.one([True, False]) for t in self.chance.sample(["t", "u"], self.chance.randint(0, 2))}
        if self.maybe(0.2):
            out["exports"] = {"data": self.map(1), "more": self.map(1)}
        return out

    def text_of_values(self, values):
        """As YAML: JSON is YAML, apart from what is added by chance."""
        text = json.dumps(values, ensure_ascii=False, indent=self.one([None, 1]))
        if values and self.maybe(0.5):
            text = "".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}\n" for k, v in values.items())
            if self.maybe(0.1):
                text += f"k: {json.dumps(self.value(1))}\n"
            if self.maybe(0.05):
                text += "---\nk: 5\nm: {z: 1}\n"
            if self.maybe(0.05):
                text = "base: &b {k: 1, l: [x]}\nm: {<<: *b, k: 2}\nn: *b\n"
        return text

    # --- charts ---

    def chart(self, folder, name, depth):
        version = self.one(VERSIONS)
        names, dependencies = [], []
        if depth:
            for sub in self.chance.sample(NAMES, self.one([0, 1, 1, 2, 3])):
                self.chart(f"{folder}/charts/{sub}", sub, depth - 1)
                names += self.uses(sub, dependencies)
        meta = {"apiVersion": self.one(["v2", "v2", "v2", "v1"]), "name": name, "version": version}
        self.describe(meta)
        if dependencies:
            if meta["apiVersion"] == "v1":
                self.files[f"{folder}/requirements.yaml"] = json.dumps({"dependencies": dependencies})
            else:
                meta["dependencies"] = dependencies
        if name == "lib" and self.maybe(0.5):
            meta["type"] = "library"
        self.files[f"{folder}/Chart.yaml"] = json.dumps(meta)
        if self.maybe(0.9):
            self.files[f"{folder}/values.yaml"] = self.text_of_values(self.values(names))
        if self.maybe(0.06):
            self.files[f"{folder}/values.schema.json"] = json.dumps(self.one(SCHEMAS))
        if self.maybe(0.1):
            self.files[f"{folder}/.helmignore"] = "\n".join(self.chance.sample(IGNORES, self.chance.randint(1, 3))) + "\n"
        self.contents(folder)

    def describe(self, meta):
        """Optional fields of Chart.yaml."""
        for key, options in {"appVersion": ["1.0", 1.10, 7, "v2"], "description": ["A chart\n", "x"],
                             "kubeVersion": [">=1.20", ">=1.20-0", ">=1.99", "^1"], "deprecated": [True, False],
                             "keywords": [["a"], []], "home": ["https://x"], "type": ["application", ""],
                             "annotations": [{"a": "b"}, {"n": "1"}], "icon": ["i"],
                             "maintainers": [[{"name": "m", "email": "e@x"}]], "sources": [["s"]]}.items():
            if self.maybe(0.08):
                meta[key] = self.one(options)

    def uses(self, name, dependencies):
        """Rows of dependencies for a subchart; the names that its values are found by."""
        names = []
        for _ in range(self.one([0, 1, 1, 1, 1, 1, 2])):
            row = {"name": name, "version": self.one(RANGES), "repository": "https://x"}
            if self.maybe(0.2) or names:
                row["alias"] = self.one(["al", "other", f"{name}2", f"{name}3"])
            called = row.get("alias", name)
            if self.maybe(0.35):
                row["condition"] = self.one([f"{called}.enabled", "enabled", f"{called}.enabled,global.k", "x.y", ",",
                                             f"{name}.k, {called}.enabled", "global.enabled"])
            if self.maybe(0.2):
                row["tags"] = self.one([["t"], ["t", "u"], []])
            if self.maybe(0.25):
                row["import-values"] = self.chance.sample(
                    ["data", "more", {"child": "m", "parent": "m"}, {"child": "k", "parent": "imported"}, "none",
                     {"child": "exports.data", "parent": "."}, {"child": "m.l", "parent": "global"}], 2)
            dependencies.append(row)
            names.append(called)
        return names or [name]

    def contents(self, folder):
        """Templates and other files."""
        out = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v}\nv: {{ toJson .Values }}\n" \
              "c: {{ toJson .Chart }}\nr: {{ toJson .Release }}\nt: {{ toJson .Template }}\n" \
              "s: {{ range $k, $v := .Subcharts }}{{ $k }} {{ end }}\nf: {{ range $k, $v := .Files }}{{ $k }} {{ end }}\n"
        self.files[f"{folder}/templates/out.yaml"] = out
        if self.maybe(0.3):
            self.files[f"{folder}/templates/{self.one(['d/x.yaml', 'z.yaml', 'a.txt', 'NOTES.txt', '_p.tpl'])}"] = \
                self.documents()
        if self.maybe(0.2):
            self.files[f"{folder}/crds/{self.one(['a.yaml', 'b/c.yml', 'd.txt', 'e.json'])}"] = \
                self.one(["kind: CustomResourceDefinition\n", "kind: X\n---\nkind: Y\n", "x", "{}\n\n"])
        for path in ["files/a.txt", "README.md", "files/b/c.txt", "keep"]:
            if self.maybe(0.1):
                self.files[f"{folder}/{path}"] = "text\n"
        if self.maybe(0.1):
            self.files[f"{folder}/templates/_h.tpl"] = "{{ define \"n\" }}" + folder + "{{ end }}"
            self.files[f"{folder}/templates/n.yaml"] = "n: {{ include \"n\" . }}\n"

    def documents(self):
        """Some documents, separated in many ways."""
        out = ""
        for _ in range(self.chance.randint(0, 5)):
            separators = SEPARATORS if self.maybe(0.1) else SEPARATORS[:5]
            out += self.one([self.document, self.document, lambda: "# only a comment\n", lambda: "\n  \n",
                             lambda: "  kind: Foo\n  x: 1\n" if self.maybe(0.3) else ""])() + self.one(separators)
        return out

    def document(self):
        kind = self.one(KINDS)
        text = f"kind: {kind}\n" if kind else "x: 1\n"
        text = self.one(["", "apiVersion: v1\n", "# comment\n"]) + text
        if self.maybe(0.6):
            text += f"metadata:\n  name: {self.one(['n', 'web', '1', 'true', '~'])}\n"
            if self.maybe(0.4):
                text += f"  annotations:\n    \"helm.sh/hook\": {json.dumps(self.one(HOOKS))}\n"
                if self.maybe(0.5):
                    text += f"    helm.sh/hook-weight: \"{self.one(['1', '-5', 'x'])}\"\n"
        return text + self.one(["", "", "\n", "  \n", "spec: |\n  text\n\n", "\t\n"])

    # --- how it is rendered ---

    def options(self):
        """Arguments that helm and sandstrap have in common; @ stands for the folder."""
        out = []
        for i in range(self.one([0, 0, 1, 1, 2])):
            self.files[f"user-{i}.yaml"] = self.text_of_values(self.values(NAMES[:2] + ["al"]))
            out += ["-f", f"@/user-{i}.yaml"]
        for flag, texts, often in (("--set", SETS, 0.35), ("--set-string", SETS, 0.12), ("--set-json", JSON_SETS, 0.12),
                                   ("--set-literal", LITERALS, 0.06)):
            while self.maybe(often):
                out += [flag, self.one(texts)]
        for flags, often in ((["--include-crds"], 0.15), (["--no-hooks"], 0.1), (["--skip-tests"], 0.1),
                             (["--api-versions", "x.io/v1,y/v2"], 0.05), (["--skip-schema-validation"], 0.05),
                             (["--kube-version", self.one(["1.30.1", "v1.29", "1.31.0-gke.5"])], 0.15),
                             (["--show-only", self.one(["templates/out.yaml", "charts/a/templates/out.yaml",
                                                        "templates/*.yaml", "templates/none.yaml"])], 0.1)):
            if self.maybe(often):
                out += flags
        return out
