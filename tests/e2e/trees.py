# SPDX-License-Identifier: Apache-2.0
"""GitOps trees on the operator's host: copies of the one here with something changed, small ones."""

import pathlib
import shutil

import yaml

from lab import CHECKOUT

LAYERS = ("clusters", "platform", "bigbang", "tenants")
ENTRYPOINT = "clusters/sandbox"


class Tree:
    """A copy of the tree at /work/NAME of the operator's host."""

    def __init__(self, lab, name):
        self.lab, self.folder, self.path = lab, lab.work / name, pathlib.Path("/work") / name
        shutil.rmtree(self.folder, ignore_errors=True)
        for layer in LAYERS:
            shutil.copytree(CHECKOUT / layer, self.folder / layer)

    @property
    def entrypoint(self):
        return self.path / ENTRYPOINT

    @property
    def bundle(self):
        return self.path.with_suffix(".bundle")

    @property
    def lock(self):
        return self.path.with_suffix(".lock")

    def edit(self, name, change):
        """Changes one YAML file: change gets what is in it and changes that in place."""
        file = self.folder / name
        content = yaml.safe_load(file.read_text())
        change(content)
        file.write_text(yaml.safe_dump(content, sort_keys=False))

    def values(self, **values):
        """Sets top-level keys of Big Bang's values."""
        self.edit("bigbang/values/sandbox.yaml", lambda content: content.update(values))

    def values_by_hand(self, **values):
        """The umbrella reads a Secret last that somebody made: no lock knows what is in it."""
        secret = {"apiVersion": "v1", "kind": "Secret",
                  "metadata": {"name": "by-hand", "namespace": "bigbang",
                               "labels": {"reconcile.fluxcd.io/watch": "Enabled"}},
                  "stringData": {"values.yaml": yaml.safe_dump(values)}}
        file = self.folder / "by-hand.yaml"
        file.write_text(yaml.safe_dump(secret))
        self.lab.kubectl("apply", "-f", self.path / file.name)
        self.patch_umbrella({"op": "add", "path": "/spec/valuesFrom/-",
                             "value": {"kind": "Secret", "name": "by-hand"}})

    def patch_umbrella(self, *operations):
        """Patches the umbrella's release in the Kustomization that applies it."""

        def change(content):
            content["spec"]["patches"][0]["patch"] += "".join(yaml.safe_dump([one]) for one in operations)

        self.edit("bigbang/fluxkustomization.yaml", change)

    def add(self, layer, added):
        """Adds an object to a layer; returns it as the audit log refers to it."""
        file = f"{added['metadata']['name']}.yaml"
        (self.folder / layer / file).write_text(yaml.safe_dump(added))
        self.edit(f"{layer}/kustomization.yaml",
                  lambda content: content["resources"].append(file))
        return reference(added)

    def swap(self, one, other):
        """Swaps two layers of the entrypoint."""

        def change(content):
            entries = content["resources"]
            a, b = (next(i for i, entry in enumerate(entries) if entry.endswith(layer))
                    for layer in (one, other))
            entries[a], entries[b] = entries[b], entries[a]

        self.edit(f"{ENTRYPOINT}/kustomization.yaml", change)

    def objects(self, layer):
        """What kustomize makes of a layer, as (resource, namespace, name)."""
        return references(self.lab, self.path / (f"{ENTRYPOINT}/flux" if layer == "flux" else layer))

    def build(self, *lock_options):
        """Makes lock and bundle of the copy."""
        self.lab.sandstrap("bundle", "lock", self.entrypoint, "--lab", "-o", self.lock, *lock_options)
        self.build_bundle(self.path.name)
        return self

    def build_bundle(self, name, *options):
        """Makes one more bundle of the same lock and returns where it is."""
        file = self.path.with_name(f"{name}.bundle")
        self.lab.sandstrap("bundle", "build", self.entrypoint, "--lab", "--lock", self.lock,
                           "-o", file, *options)
        return file

    def arguments(self, *more):
        return "up", self.entrypoint, "--lab", "--bundle", self.bundle, *more


class Small:
    """A tree of these objects alone at /work/NAME of the operator's host; layers as in the copies
    come before them.

    Objects are YAML, or lists of objects by layer. Each has a record of its own, by its name unless
    another one is said: trees that have nothing to do with each other are in the cluster at once.
    """

    def __init__(self, lab, name, objects, layers=(), made=True, record=None):
        self.lab, self.path, folder = lab, f"/work/{name}", lab.work / name
        self.record = record or f"{name}-record"
        if isinstance(objects, str):
            objects = {"objects": objects}
        shutil.rmtree(folder, ignore_errors=True)
        for layer in (ENTRYPOINT, *objects):
            (folder / layer).mkdir(parents=True)
        for layer in layers:
            shutil.copytree(CHECKOUT / ENTRYPOINT / layer, folder / ENTRYPOINT / layer)
        resources = [*layers, *(f"../../{layer}" for layer in objects)]
        (folder / ENTRYPOINT / "kustomization.yaml").write_text(yaml.safe_dump({"resources": resources}))
        for layer, content in objects.items():
            (folder / layer / "kustomization.yaml").write_text("resources: [objects.yaml]\n")
            text = content if isinstance(content, str) else yaml.safe_dump_all(content)
            (folder / layer / "objects.yaml").write_text(text)
        self.tree = (f"{self.path}/{ENTRYPOINT}", "--lab")
        self.bundle = ("--bundle", f"{self.path}.bundle")
        if made:
            failed = self.make()
            assert not failed, repr(failed)

    def make(self):
        """Makes lock and bundle; returns the result of what failed."""
        lock = f"{self.path}.lock"
        steps = (("lock", *self.tree, "-o", lock),
                 ("build", *self.tree, "--lock", lock, "-o", f"{self.path}.bundle", "--without-images"))
        for step in steps:
            result = self.lab.sandstrap("bundle", *step, code=None)
            if result.code:
                return result
        return None

    def arguments(self, command, *more):
        record = () if command == "status" else ("--record", self.record)
        return command, *self.tree, *self.bundle, *record, *more

    def run(self, command, *more, code=0):
        return self.lab.sandstrap(*self.arguments(command, *more), code=code)

    def start(self, command, *more):
        return self.lab.start(*self.arguments(command, *more), pid=f"{self.path}.pid")

    def kill_started(self):
        self.lab.kill_started(f"{self.path}.pid")

    def objects(self):
        """What kustomize makes of it, as (resource, namespace, name)."""
        return references(self.lab, self.tree[0])


def references(lab, folder):
    text = lab.on("operator", "kustomize", "build", folder).stdout
    return {reference(document) for document in yaml.safe_load_all(text)}


def reference(document):
    """An object as the audit log refers to it."""
    kind, metadata = document["kind"].lower(), document["metadata"]
    if kind.endswith("y"):
        resource = kind[:-1] + "ies"
    elif kind.endswith("s"):
        resource = kind + "es"
    else:
        resource = kind + "s"
    return resource, metadata.get("namespace", ""), metadata["name"]
