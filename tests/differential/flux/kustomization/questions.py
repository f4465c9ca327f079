# SPDX-License-Identifier: Apache-2.0
"""Random questions about Flux Kustomizations: trees with an object of Flux, and texts with variables."""

import base64
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from objects import IMAGES, NAMES, dump  # pylint: disable=wrong-import-position
from trees import Tree  # pylint: disable=wrong-import-position

VARIABLES = ["A", "var_1", "HOST", "N", "EMPTY", "IMAGE", "é", "_x", "NUMBER"]
VALUES = ["", "5", "1.10", "true", "null", "web", "/path/to/file.txt", "a: b", "shop", "x'y", "[1,2]", "0755", "a\"b",
          "2020-01-01", "bash.string.txt", "ABC abc", "éßǅ", "line\ntwo", "1e3", "12345678901234567890", "~", "-", "#",
          "nginx:1.25", "0x1F", "*a", "&a b", "%", "@", "{a: 1}", "\\", "$", "${A}", "abcABC123ABCabc", "a" * 100]
PIECES = ["text", " ", "$", "$$", "{", "}", "\\", "\\/", "/", ":", "=", "-", "+", "?", "#", "%", "^", ",", "*", ".", "[", "]",
          "[a-c]", "[^/]", "é", "日", "\n", "0", "1", "-1", "11", "5", "9223372036854775807", "abc", "A", "\x00", "'", "\"",
          "\\\\", "*/", "*.", ".*", "??", "://", "::"]
OPERATORS = [":=", ":-", ":+", ":?", "=", "-", "+", "?", ":", "/", "//", "/#", "/%", "#", "##", "%", "%%", "^", "^^", ",", ",,",
             ",^", "!", ": "]


def coded(text):
    """Text of any kind, in JSON."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    return base64.b64encode(data).decode()


class Text:
    """A random text with variables."""

    def __init__(self, chance):
        self.chance = chance

    def maybe(self, probability=0.5):
        return self.chance.random() < probability

    def one(self, options):
        return self.chance.choice(options)

    def some(self, low, high):
        return "".join(self.one(PIECES) for _ in range(self.chance.randint(low, high)))

    def argument(self, depth):
        """What stands behind an operator."""
        kind = self.chance.random()
        if kind < 0.2 and depth < 3:
            return self.some(0, 1) * self.maybe(0.3) + self.variable(depth + 1) + self.some(0, 1) * self.maybe(0.3)
        if kind < 0.6:
            return self.one(["abc", "x", "*", "a", "5", "-3", "*.", ".*", "*/", "/*", "web", "1", "ABC", "[a-c]*", "?", "b\\/", "é",
                             "[^a]", "[]a]", "\\*", "bc", "*b*", "123", "0", " -2", "+2", "txt", "**", "[", "a]", "[a", "\\"])
        return self.some(0, 3)

    def variable(self, depth=0):
        """${...}, most of the time well formed."""
        name = self.one(VARIABLES + ["MISSING"])
        kind = self.chance.random()
        if kind < 0.2:
            return "${" + name + "}"
        if kind < 0.27:
            return "${#" + name + "}"
        if kind < 0.32:
            return "${" + self.some(0, 3) + "}"
        operator = self.one(OPERATORS)
        text = "${" + name + operator
        if operator not in ("^", "^^", ",", ",,", ",^") or self.maybe(0.05):
            text += self.argument(depth)
        if operator == ":" and self.maybe():
            text += ":" + self.argument(depth)
        if operator.startswith("/") and self.maybe(0.9):
            text += "/" + (self.argument(depth) if self.maybe(0.8) else "")
        return text + ("" if self.maybe(0.03) else "}")

    def text(self):
        """The whole."""
        parts = [self.variable() if self.maybe() else self.some(0, 4) for _ in range(self.chance.randint(1, 4))]
        if self.maybe(0.02):
            parts.insert(0, "\udcff")
        return "".join(parts)

    def values(self):
        values = {name: self.one(VALUES) for name in VARIABLES if self.maybe(0.8)}
        if self.maybe(0.03):
            values["A"] = "a\udcffB"
        return values


def text_question(seed):
    """A text to be substituted."""
    t = Text(random.Random(f"text {seed}"))
    question = {"text": coded(t.text()), "variables": {k: coded(v) for k, v in t.values().items()}}
    if t.maybe(0.3):
        question["strict"] = True
    return question


class Flux(Tree):
    """A random tree with a Flux Kustomization on it."""

    def __init__(self, seed):
        super().__init__(seed)
        self.questions = Text(self.chance)
        self.path = self.root
        self.cluster = []
        change = [(0.2, self.at_the_root), (0.2, self.loose), (0.15, self.other_name), (0.1, self.odd_file),
                  (0.5, self.variables_in_objects), (0.08, self.no_resources)]
        for probability, feature in change:
            if self.maybe(probability):
                feature()
        self.spec = {"interval": "1m", "prune": True, "sourceRef": {"kind": "GitRepository", "name": "r"}}
        if self.path or self.maybe():
            self.spec["path"] = self.one(["", "./", "/", "./x/../"]) + self.path
        for probability, feature in [(0.3, self.spec_patches), (0.25, self.spec_images), (0.2, self.spec_names),
                                     (0.2, self.spec_components), (0.3, self.spec_common), (0.5, self.post_build),
                                     (0.1, self.spec_metadata)]:
            if self.maybe(probability):
                feature()

    def file_of(self, path):
        """The kustomization of a folder, parsed is not needed: its text."""
        return f"{path}/kustomization.yaml".lstrip("/")

    def at_the_root(self):
        """The kustomization of the path, and what is beside it, at the root of the tree."""
        files = {}
        for name, text in self.files.items():
            if name.startswith(f"{self.root}/"):
                name = name[len(self.root) + 1:]
                text = text.replace("../", "./") if name == "kustomization.yaml" else text
            files[name] = text
        self.files, self.path = files, ""

    def loose(self):
        """No kustomization in the path: its manifests count."""
        if self.maybe():
            del self.files[self.file_of(self.path)]
            base = f"{self.path}/".lstrip("/")
            for name in [n for n in self.files if n.startswith(base) and "objects-" not in n and "/kustomization" not in n]:
                del self.files[name]
        else:
            self.path = self.one(["", "loose"])
            self.files.pop("kustomization.yaml", None)
        base = f"{self.path}/".lstrip("/")
        for name in self.one([["a.yaml", "a/b.yaml", "a-b/c.yml", "a-b.yaml"], ["x.txt"], ["z/y.yaml", "z.yaml", "README.md"]]):
            self.files[base + name] = dump(self.new_object())
        if self.maybe(0.1):
            self.files[base + "values.yaml"] = self.one(["a: 1\n", "", "# nothing\n", "- a\n", "{", "---\n---\n"])

    def other_name(self):
        """The other names of the file, or two of them."""
        name = self.file_of(self.path)
        if name not in self.files:
            return
        text = self.files[name] if self.maybe(0.05) else self.files.pop(name)
        self.files[name.replace("kustomization.yaml", self.one(["kustomization.yml", "Kustomization"]))] = text

    def odd_file(self):
        """What kustomize refuses and a Go program that rewrites the file does not, or the other way round."""
        name = self.file_of(self.path)
        if name in self.files:
            more = self.one(["unknown: 1\n", "namePrefix: 5\n", "NAMESPACE: odd\n", "commonAnnotations: {a: 1, b: true, c: 1.50}\n",
                             "nameSuffix: true\n", "namespace: 1.10\n", "images: [{name: app, newTag: 1.10}]\n",
                             "images: [{name: nginx, newTag: 0755, foo: 1}]\n", "labels: [{pairs: {a: 1e3}, x: y}]\n",
                             "configMapGenerator: [{name: 5, literals: [a=b]}]\n", "configMapGenerator: [{name: g, literals: [5]}]\n",
                             "secretGenerator: [{name: g, type: 5}]\n", "replicas: [{name: web, count: \"1\"}]\n",
                             "patches: [{patch: 5}]\n", "buildMetadata: [managedByLabel]\n", "sortOptions: {order: fifo, x: 1}\n",
                             "metadata: {name: 5, x: y}\n", "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n",
                             "---\nfoo: bar\n", "openapi: {version: 1}\n", "namePrefix:\n", "patches:\n- target: {kind: 5}\n  patch: x\n",
                             "replacements: [{source: {kind: Foo, name: 5}, targets: []}]\n", "namePrefix: [a]\n"])
            self.files[name] = more + self.files[name] if self.maybe() else self.files[name] + more

    def no_resources(self):
        """Generators alone, nothing, or an empty file."""
        name = self.file_of(self.path)
        if name in self.files:
            self.files[name] = self.one(["", "# nothing\n", "{}\n", "null\n", "configMapGenerator: [{name: g, literals: [a=b]}]\n",
                                         "buildMetadata: [managedByLabel]\nsecretGenerator: [{name: g, literals: [a=b]}]\n",
                                         "namespace: shop\n", "kind: Kustomization\n", "resources: []\n"])

    def variables_in_objects(self):
        """Values of the objects become variables."""
        for name, text in list(self.files.items()):
            if "kustomization" in name.lower():
                continue
            lines = text.split("\n")
            for i, line in enumerate(lines):
                if ": " in line and self.maybe(0.06) and not line.rstrip().endswith(("|", "|-", ">", ">-", "|+")):
                    key, _, _ = line.partition(": ")
                    value = self.questions.variable() if self.maybe(0.7) else "pre-" + self.questions.variable() + "-post"
                    value = value.replace("\n", "").replace("\x00", "")
                    lines[i] = f"{key}: " + (value if self.maybe(0.3) else "'" + value.replace("'", "''") + "'")
            self.files[name] = "\n".join(lines)

    def spec_patches(self):
        k = {}
        self.patches(".", k)
        self.spec["patches"] = [{key: p[key] for key in ("patch", "target") if key in p} for p in k["patches"] if "patch" in p]

    def spec_images(self):
        k = {}
        self.images("", k)
        self.spec["images"] = [{f: i[f] for f in ("name", "newName", "newTag", "digest") if f in i} for i in k["images"]]
        if self.maybe(0.2):
            self.spec["images"].append({"name": self.spec["images"][0]["name"], "newTag": "twice"})
        name = self.file_of(self.path)
        if self.maybe() and name in self.files and "\nimages:" not in "\n" + self.files[name]:
            same = self.one([{"newTag": "old"}, {"newName": "old"}, {"digest": "sha256:old"}, {"tagSuffix": "-o"}])
            self.files[name] += dump({"images": [{"name": self.spec["images"][0]["name"], **same}]})

    def spec_names(self):
        for field, value in [("targetNamespace", "target"), ("namePrefix", "flux-"), ("nameSuffix", "-flux")]:
            if self.maybe():
                self.spec[field] = value

    def spec_components(self):
        name = self.one(["../comp-9", "comp", "./comp"])
        where = pathlib.PurePosixPath("/", self.path, name)
        parts = []
        for part in where.parts[1:]:
            if part == "..":
                parts = parts[:-1]
            else:
                parts.append(part)
        if self.maybe(0.8):
            self.files["/".join([*parts, "kustomization.yaml"])] = dump({
                "apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component",
                self.one(["commonAnnotations", "commonLabels"]): {"component": "yes"}})
        self.spec["components"] = [name]
        if self.maybe(0.2):
            self.spec["components"].append(self.one(["missing", "missing", "also/missing", "../../../missing", "https://example.com/x", "/abs", "github.com/a/b"]))
        if self.maybe(0.6):
            self.spec["ignoreMissingComponents"] = True

    def spec_common(self):
        self.spec["commonMetadata"] = {}
        if self.maybe():
            self.spec["commonMetadata"]["labels"] = {"app": "common", "kustomize.toolkit.fluxcd.io/name": "other"}
        if self.maybe():
            self.spec["commonMetadata"]["annotations"] = {"note": "common"}

    def spec_metadata(self):
        self.spec["buildMetadata"] = self.one([["originAnnotations"], ["transformerAnnotations"], []])

    def post_build(self):
        post = self.spec["postBuild"] = {}
        if self.maybe(0.8):
            post["substitute"] = {k: v for k, v in self.questions.values().items() if k != "é" or self.maybe(0.02)}
        if self.maybe(0.3):
            post["substituteStrategy"] = self.one(["Always", "WithVariables"])
        if self.maybe(0.4):
            post["substituteFrom"] = []
            for kind in self.chance.sample(["ConfigMap", "Secret"], self.chance.randint(1, 2)):
                reference = {"kind": kind, "name": "vars"}
                if self.maybe(0.3):
                    reference["optional"] = True
                post["substituteFrom"].append(reference)
                data = {k: v for k, v in self.questions.values().items() if k != "é" and "\udcff" not in v}
                if kind == "Secret":
                    data = {k: coded(v) for k, v in data.items()}
                if self.maybe(0.85):
                    self.cluster.append({"apiVersion": "v1", "kind": kind, "data": data,
                                         "metadata": {"name": "vars", "namespace": "flux-system"}})

    def question(self):
        """As the programs take it."""
        post = self.spec.get("postBuild", {})
        if "substitute" in post:
            post["substitute"] = {k: v.replace("\udcff", "") for k, v in post["substitute"].items()}
        out = {"files": {k: v.replace("\udcff", "") for k, v in self.files.items()}, "kustomization": {
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
            "metadata": {"name": "apps", "namespace": "flux-system"}, "spec": self.spec}}
        if self.cluster:
            out["objects"] = self.cluster
        if self.maybe(0.1):
            out["strict"] = True
        return out


def build_question(seed):
    """A tree to be built."""
    return Flux(f"flux {seed}").question()


__all__ = ["build_question", "text_question", "IMAGES", "NAMES"]
