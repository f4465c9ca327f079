# SPDX-License-Identifier: Apache-2.0
"""Random kustomize trees: a dictionary of paths and texts, and the folder to build."""

import random

from objects import IMAGES, NAMES, Objects, dump

PATTERNS = ["web", "w.*", ".*", "api|db", "[a-d].*", "front.end", "web-.*"]
# Fields that objects of a kind are likely to have; "" stands for all other kinds.
FIELDS_OF = {
    "Deployment": ["metadata.name", "spec.template.spec.containers.0.image", "spec.replicas",
                   "spec.template.spec.containers.*.image", "spec.selector.matchLabels.app",
                   "spec.template.spec.containers.[name=main].image"],
    "Foo": ["metadata.name", "spec.ref.name", "spec.list.[name=a].v", "spec.list.*.v", "spec.plain",
            "spec.deep.er", "spec.list.0.name", "spec.deep"],
    "ConfigMap": ["metadata.name", "data.a", "data.b"],
    "Service": ["metadata.name", "spec.ports.0.port", "spec.selector.app", "spec.ports.*.protocol"],
    "": ["metadata.name", "metadata.name", "metadata.labels.app"],
}
FIELDS = ["metadata.name", "metadata.namespace", "spec.replicas", "metadata.annotations.note",
          "metadata.labels.app", "spec.template.spec.containers.0.image", "data.a", "spec.ref.name",
          "spec.template.spec.containers.[name=main].image", "spec.deep.er", "spec.list.*.v",
          "spec.template.spec.containers.*.image", "spec.list.[name=a].v", "spec.plain"]


class Tree:
    """One random tree; the same seed gives the same tree."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.make = Objects(self.chance)
        self.files = {}
        self.objects = []
        self.taken = set()
        self.own = []
        self.count = 0
        bases = [self.folder(f"base-{i}") for i in range(self.chance.randint(1, 2))]
        self.root = self.folder("mid", bases) if self.maybe(0.5) else None
        self.root = self.folder("top", [self.root] if self.root else bases)

    def maybe(self, probability=0.5):
        return self.chance.random() < probability

    def one(self, options):
        return self.chance.choice(options)

    def new_file(self, folder, text, stem="file"):
        self.count += 1
        name = f"{stem}-{self.count}.yaml"
        self.files[f"{folder}/{name}"] = text
        return name

    def folder(self, path, bases=()):
        """Writes a kustomization into `path` and returns the path."""
        k = {"resources": [f"../{b}" for b in bases]}
        self.own = []
        for _ in range(self.chance.randint(1, 3) if not bases else self.chance.randint(0, 1)):
            batch = [self.new_object() for _ in range(self.chance.randint(1, 3))]
            self.objects += batch
            self.own += batch
            text = "---\n".join(dump(o) for o in batch)
            if self.maybe(0.08):
                text = dump({"apiVersion": "v1", "kind": "List", "items": batch})
            k["resources"].append(self.new_file(path, text, "objects"))
        self.features(path, k)
        if not k["resources"]:
            del k["resources"]
        self.files[f"{path}/kustomization.yaml"] = dump(k)
        return path

    def new_object(self):
        """An object whose identity is not taken, most of the time."""
        for _ in range(5):
            o = self.make.object()
            identity = (o["kind"], o["metadata"]["name"])
            if identity not in self.taken or self.maybe(0.05):
                break
        self.taken.add(identity)
        return o

    def features(self, path, k):
        """A few features of the API, by chance."""
        choices = [
            (0.25, self.namespace), (0.25, self.prefix), (0.15, self.suffix), (0.2, self.labels),
            (0.1, self.common_labels), (0.15, self.annotations), (0.2, self.images),
            (0.08, self.replicas), (0.25, self.patches), (0.06, self.strategic),
            (0.06, self.json6902), (0.2, self.generators), (0.1, self.replacements),
            (0.06, self.vars), (0.08, self.configurations), (0.08, self.sort_options),
            (0.06, self.metadata), (0.12, self.transformers), (0.1, self.component),
        ]
        for probability, feature in choices:
            if self.maybe(probability):
                feature(path, k)

    def namespace(self, _path, k):
        k["namespace"] = self.one(["shop", "prod", "default"])

    def prefix(self, _path, k):
        k["namePrefix"] = self.one(["p-", "dev-", "1"])

    def suffix(self, _path, k):
        k["nameSuffix"] = self.one(["-s", "-v2"])

    def pairs(self):
        return self.make.strings(["app", "env", "team"], 1, 2)

    def labels(self, _path, k):
        k["labels"] = []
        for _ in range(self.chance.randint(1, 2)):
            label = {"pairs": self.pairs()}
            if self.maybe(0.3):
                label["includeSelectors"] = True
            if self.maybe(0.3):
                label["includeTemplates"] = True
            if self.maybe(0.2):
                label["fields"] = [{"path": "spec/extra", "kind": "Foo", "create": True}]
            k["labels"].append(label)

    def common_labels(self, _path, k):
        k["commonLabels"] = self.pairs()

    def annotations(self, _path, k):
        k["commonAnnotations"] = self.make.strings(["note", "by"], 1, 2)

    def images(self, _path, k):
        k["images"] = []
        for _ in range(self.chance.randint(1, 2)):
            image = {"name": self.one(IMAGES + ["nginx.*", "app"]).split("@")[0].rsplit(":", 1)[0]}
            if self.maybe():
                image["newName"] = self.one(["mirror.example.com/nginx", "other"])
            if self.maybe():
                image["newTag"] = self.one(["v2", "1.0", "007"])
            if self.maybe(0.2):
                image["digest"] = "sha256:abc"
            if self.maybe(0.2):
                image["tagSuffix"] = "-x"
            k["images"].append(image)

    def replicas(self, _path, k):
        named = [o["metadata"]["name"] for o in self.objects if o["kind"] in ("Deployment",
                                                                               "StatefulSet")]
        if named or self.maybe(0.1):
            k["replicas"] = [{"name": self.one(named or NAMES), "count": self.chance.randint(0, 9)}]

    def target(self):
        out = {}
        if self.maybe(0.6):
            out["kind"] = self.one(["Deployment", "Deploy.*", ".*Set", "ConfigMap", "Foo", "Service"])
        if self.maybe(0.5):
            out["name"] = self.one(PATTERNS)
        if self.maybe(0.15):
            out["namespace"] = self.one(["shop", "default", ".*"])
        if self.maybe(0.15):
            out["labelSelector"] = self.one(["app=a", "app", "!app", "app in (a,b)", "tier!=b"])
        if self.maybe(0.1):
            out["group"] = self.one(["apps", ""])
        if self.maybe(0.1):
            out["annotationSelector"] = "note=a"
        return out or {"kind": "Deployment"}

    def existing(self):
        return self.one(self.objects) if self.objects else self.make.object()

    def merge_patch(self):
        """A patch for an object that may exist, made of parts of another of its kind."""
        o = self.one(self.own or self.objects or [self.make.object()])
        new = self.make.object(kind=o["kind"])
        patch = {"apiVersion": o["apiVersion"], "kind": o["kind"],
                 "metadata": {key: o["metadata"][key] for key in ("name", "namespace")
                              if key in o["metadata"]}}
        if self.maybe(0.3):
            patch["metadata"]["labels"] = {"app": self.one([None, "new", "1"])}
        if self.maybe(0.3):
            patch["metadata"]["annotations"] = {"note": self.one([None, "new", 5])}
        if self.maybe(0.05):
            return {**patch, "$patch": "delete"}
        for key in ("spec", "data", "rules"):
            if key in new and self.maybe(0.8):
                patch[key] = self.directives(new[key])
        return patch

    def directives(self, value):
        """Sometimes a null, a deletion or a replacement within."""
        if isinstance(value, dict):
            out = {k: self.directives(v) for k, v in value.items() if self.maybe(0.8)}
            if self.maybe(0.03):
                out["$patch"] = self.one(["replace", "delete", "merge"])
            return out
        if isinstance(value, list) and self.maybe(0.1):
            return value + [{"$patch": self.one(["replace", "delete"]), "name": "main"}]
        if self.maybe(0.04):
            return None
        return value

    def operations(self, kind=None):
        if kind == "Deployment" and self.maybe(0.8):
            paths = ["/spec/replicas", "/spec/template/spec/containers/0/image", "/metadata/name",
                     "/spec/template/spec/containers/-", "/metadata/annotations/a"]
        elif kind == "Foo" and self.maybe(0.8):
            paths = ["/spec/deep/er", "/spec/list/-", "/spec/new", "/spec/list/0", "/spec/plain/0"]
        else:
            paths = self.any_paths()
        return self.operations_on(paths)

    def any_paths(self):
        return ["/metadata/annotations/a", "/metadata/labels/app", "/spec/replicas",
                 "/metadata/labels", "/spec/template/spec/containers/0/image", "/spec/deep/er",
                 "/spec/list/-", "/data/a", "/spec/new", "/metadata/name", "/spec/list/0"]

    def operations_on(self, paths):
        ops = []
        for _ in range(self.chance.randint(1, 3)):
            op = {"op": self.one(["add"] * 9 + ["replace", "replace", "remove", "test", "copy"]),
                  "path": self.one(paths)}
            if op["op"] == "copy":
                op["from"] = "/metadata/name"
            elif op["op"] != "remove":
                op["value"] = self.one(["x", 5, "5", {"a": "b"}, ["c"], True, 1.5])
            ops.append(op)
        return ops

    def patches(self, path, k):
        k["patches"] = []
        for _ in range(self.chance.randint(1, 3)):
            entry = {}
            if self.maybe(0.7):
                body, entry_target = dump(self.merge_patch()), self.maybe(0.4)
            else:
                kind = self.one(["Deployment", "Foo", None])
                body, entry_target = dump(self.operations(kind)), True
                if kind:
                    entry["target"] = {"kind": kind}
            if entry_target and "target" not in entry:
                entry["target"] = self.target()
            if self.maybe():
                entry["patch"] = body
            else:
                entry["path"] = self.new_file(path, body, "patch")
            if self.maybe(0.1):
                entry["options"] = {self.one(["allowNameChange", "allowKindChange"]): True}
            k["patches"].append(entry)

    def strategic(self, path, k):
        body = dump(self.merge_patch())
        k["patchesStrategicMerge"] = [body if self.maybe() else self.new_file(path, body, "patch")]

    def json6902(self, path, k):
        o = self.existing()
        target = {"kind": o["kind"], "name": o["metadata"]["name"]}
        k["patchesJson6902"] = [{"target": target, "patch": dump(self.operations())}]

    def generator(self, path, kind):
        g = {"name": self.one(["settings", "keys", "env", self.one(NAMES)])}
        same = [o["metadata"] for o in self.objects if o["kind"] == kind]
        if self.maybe(0.15) and same:
            g["name"] = self.one(same)["name"]
            g["behavior"] = self.one(["merge", "replace"])
        if self.maybe(0.7):
            g["literals"] = [f"{key}={self.one(['1', 'x y', 'true', '<&>', 'a=b'])}" for key in "kl"]
        if self.maybe(0.4):
            text = self.one(["plain\n", "a: b\nc:\n- d\n", "no newline", "", "a\ttab\n", "{\"a\":1}"])
            g["files"] = [self.one(["", "key="]) + self.new_file(path, text, "data")]
        if self.maybe(0.3):
            g["envs"] = [self.new_file(path, "E=1\n# no\n\nF=two words\nG\n", "env")]
        if self.maybe(0.03):
            g["behavior"] = self.one(["merge", "replace", "create"])
        if self.maybe(0.2):
            g["namespace"] = self.one(["shop", "default"])
        if self.maybe(0.3):
            g["options"] = {self.one(["disableNameSuffixHash", "immutable"]): True,
                            "labels": self.pairs()}
        return g

    def generators(self, path, k):
        for field in ("configMapGenerator", "secretGenerator"):
            if self.maybe(0.6):
                kind = "ConfigMap" if field.startswith("config") else "Secret"
                k[field] = [self.generator(path, kind) for _ in range(self.chance.randint(1, 2))]
                for g in k[field]:
                    self.objects.append({"apiVersion": "v1", "kind": kind, "metadata": dict(
                        name=g["name"], **({"namespace": g["namespace"]} if "namespace" in g else {}))})
        if self.maybe(0.2):
            k["generatorOptions"] = self.one([{"disableNameSuffixHash": True},
                                              {"annotations": {"gen": "yes"}}])

    def field_of(self, kind):
        if self.maybe(0.1):
            return self.one(FIELDS)
        return self.one(FIELDS_OF.get(kind, FIELDS_OF[""]))

    def field_options(self):
        return self.one([{}, {}, {"create": True}, {"delimiter": "-", "index": 0},
                         {"delimiter": ":", "index": 1, "create": True}])

    def replacements(self, path, k):
        items = []
        for _ in range(self.chance.randint(1, 2)):
            o = self.existing()
            source = {"kind": o["kind"], "name": o["metadata"]["name"]}
            if self.maybe():
                source["fieldPath"] = self.field_of(o["kind"])
            if self.maybe(0.2):
                source["options"] = {"delimiter": "-", "index": 0}
            t = self.existing()
            target = {"select": self.one([{"kind": t["kind"]}, {"kind": t["kind"],
                                                               "name": t["metadata"]["name"]}]),
                      "fieldPaths": [self.field_of(t["kind"])]}
            if self.maybe(0.2):
                target["reject"] = [{"name": self.one(NAMES)}]
            options = self.field_options()
            if options:
                target["options"] = options
            item = {"source": source, "targets": [target]}
            if self.maybe(0.1):
                item = {"sourceValue": "fixed", "targets": [target]}
            items.append(item)
        if self.maybe(0.2):
            k["replacements"] = [{"path": self.new_file(path, dump(items), "replacement")}]
        else:
            k["replacements"] = items

    def vars(self, _path, k):
        o = self.existing()
        ref = {"apiVersion": o["apiVersion"], "kind": o["kind"], "name": o["metadata"]["name"]}
        self.count += 1
        name = self.one(["HOST", "NAME", f"V{self.count}"])
        k["vars"] = [{"name": name, "objref": ref}]
        if self.maybe(0.4):
            k["vars"][0]["fieldref"] = {"fieldPath": self.one(["metadata.namespace", "spec.replicas",
                                                              "data.a", "metadata.labels.app"])}

    def configurations(self, path, k):
        config = self.one([
            {"namePrefix": [{"path": "spec/ref/name", "kind": "Foo"}]},
            {"nameReference": [{"kind": "ConfigMap", "version": "v1", "fieldSpecs": [
                {"kind": "Foo", "path": "spec/ref/name"}]}]},
            {"commonLabels": [{"path": "spec/deep", "kind": "Foo", "create": True}]},
            {"images": [{"path": "spec/list[]/v", "kind": "Foo"}]},
            {"varReference": [{"path": "spec/ref/name", "kind": "Foo"}]},
            {"namespace": [{"path": "spec/deep/ns", "kind": "Foo", "create": True}]},
            {"replicas": [{"path": "spec/count", "kind": "Foo", "create": True}]},
        ])
        k["configurations"] = [self.new_file(path, dump(config), "config")]

    def sort_options(self, _path, k):
        k["sortOptions"] = self.one([
            {"order": "fifo"}, {"order": "legacy"},
            {"order": "legacy", "legacySortOptions": {"orderFirst": ["Service", "Foo"],
                                                      "orderLast": ["Deployment"]}}])

    def metadata(self, _path, k):
        k["buildMetadata"] = self.chance.sample(
            ["originAnnotations", "transformerAnnotations", "managedByLabel"], 2)

    def transformers(self, path, k):
        specs = [{"path": "metadata/name"}]
        plugin = self.one([
            {"kind": "PrefixTransformer", "prefix": "t-", "fieldSpecs": specs},
            {"kind": "PrefixSuffixTransformer", "prefix": "q-", "suffix": "-r", "fieldSpecs": specs},
            {"kind": "LabelTransformer", "labels": {"t": "1"},
             "fieldSpecs": [{"path": "metadata/labels", "create": True}]},
            {"kind": "AnnotationsTransformer", "annotations": {"t": "1"},
             "fieldSpecs": [{"path": "metadata/annotations", "create": True}]},
            {"kind": "ImageTagTransformer", "imageTag": {"name": "nginx", "newTag": "t"}},
            {"kind": "NamespaceTransformer", "unsetOnly": self.maybe(),
             "setRoleBindingSubjects": self.one(["none", "allServiceAccounts", "defaultOnly"])},
            {"kind": "PatchTransformer", "target": self.target(),
             "patch": dump(self.operations())},
            {"kind": "ValueAddTransformer", "value": "added",
             "targets": [{"fieldPath": "metadata/annotations/added"}]},
            {"kind": "HashTransformer"},
        ])
        plugin = {"apiVersion": "builtin", "kind": plugin.pop("kind"),
                  "metadata": {"name": "plugin", "namespace": "ns"}, **plugin}
        text = dump(plugin)
        k["transformers"] = [text if self.maybe() else self.new_file(path, text, "plugin")]

    def component(self, path, k):
        self.count += 1
        folder = f"component-{self.count}"
        c = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
        features = [self.prefix, self.labels, self.images, self.patches, self.generators,
                    self.annotations, self.replacements]
        for feature in self.chance.sample(features, 2):
            feature(folder, c)
        self.files[f"{folder}/kustomization.yaml"] = dump(c)
        k["components"] = [f"../{folder}"]
