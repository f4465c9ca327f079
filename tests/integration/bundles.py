# SPDX-License-Identifier: Apache-2.0
"""What the tests of bundles share: a small GitOps tree with its upstream, and a reader of the bundle
format that was written from docs/bundle-format.md alone."""

import contextlib
import hashlib
import json
import pathlib
import sys

import pytest
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "servers"))
import certs  # noqa: E402
import upstream  # noqa: E402
from upstream import archive  # noqa: E402,F401

ALIGN = 4096


class Bundle:
    def __init__(self, path):
        self.data = pathlib.Path(path).read_bytes()
        assert self.data[:16] == b"sandstrap bundle"
        assert int.from_bytes(self.data[16:20], "little") == 2
        size = int.from_bytes(self.data[24:32], "little")
        self.index_at = 20480
        self.index_end = self.index_at + size
        text = self.data[self.index_at:self.index_end]
        assert hashlib.sha256(text).digest() == self.data[32:64]
        self.index = json.loads(text)
        self.base = -(-self.index_end // ALIGN) * ALIGN
        assert len(self.data) == self.base + self.index["blobsSize"]

    def blob(self, digest):
        entry = next(b for b in self.index["blobs"] if b["digest"] == digest)
        at = self.base + entry["offset"]
        data = self.data[at:at + entry["size"]]
        assert hashlib.sha256(data).hexdigest() == digest
        return data

    def artifact(self, kind, name=None):
        return next(a for a in self.index["artifacts"] if a["kind"] == kind and name in (None, a["name"]))

    def content(self, kind, name=None):
        return self.blob(self.artifact(kind, name)["blobs"][0])

    def span(self, digest):
        """First byte and end of a blob in the file."""
        entry = next(b for b in self.index["blobs"] if b["digest"] == digest)
        return self.base + entry["offset"], self.base + entry["offset"] + entry["size"]


def forged(data, change, blobs=None):
    """The bundle `data` with its index changed, all digests and places made right again; blobs are
    instead of those of these digests, as digest to bytes."""
    blobs = blobs or {}
    size = int.from_bytes(data[24:32], "little")
    index = json.loads(data[20480:20480 + size])
    base = -(-(20480 + size) // ALIGN) * ALIGN
    contents = {}
    for entry in index["blobs"]:
        at = base + entry["offset"]
        contents[entry["digest"]] = blobs.get(entry["digest"], data[at:at + entry["size"]])
    renamed = {old: hashlib.sha256(content).hexdigest() for old, content in contents.items()}
    for artifact in index["artifacts"]:
        if artifact["revision"].removeprefix("sha256:") in renamed:
            artifact["revision"] = "sha256:" + renamed[artifact["revision"].removeprefix("sha256:")]
        artifact["blobs"] = [renamed[digest] for digest in artifact["blobs"]]
    change(index)
    body = b""
    for entry in index["blobs"]:
        content = contents[entry["digest"]]
        entry.update(digest=renamed[entry["digest"]], offset=len(body), size=len(content))
        body += content.ljust(-(-len(content) // ALIGN) * ALIGN, b"\0")
    index["blobsSize"] = len(body)
    text = json.dumps(index, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    head = data[:24] + len(text).to_bytes(8, "little") + hashlib.sha256(text).digest()
    head = head.ljust(20480, b"\0") + text
    return head.ljust(-(-len(head) // ALIGN) * ALIGN, b"\0") + body


def workload(kind, image, api="apps/v1", name="w", extra=None):
    pod = {"containers": [{"name": "c", "image": image}], **(extra or {})}
    spec = {"template": {"spec": pod}}
    if kind == "CronJob":
        spec = {"jobTemplate": {"spec": spec}}
    if kind == "Pod":
        spec = pod
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "apps"}, "spec": spec}


def source(kind, name, spec, api="source.toolkit.fluxcd.io/v1"):
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "flux-system"},
            "spec": {"interval": "1m", **spec} if ".fluxcd.io/" in api else spec}


def flux_kustomization(name, repository, path, **spec):
    return source("Kustomization", name, {
        "sourceRef": {"kind": "GitRepository", "name": repository}, "path": path, "prune": True, **spec,
    }, "kustomize.toolkit.fluxcd.io/v1")


def release(name, **spec):
    return source("HelmRelease", name, spec, "helm.toolkit.fluxcd.io/v2")


class Tree:
    """A GitOps tree with the entrypoint clusters/sandbox, and the commands on it."""

    def __init__(self, folder, upstream_, sandstrap, authority):
        self.folder = pathlib.Path(folder)
        self.upstream = upstream_
        self.sandstrap = sandstrap
        self.ca = authority.certificate
        self.entrypoint = self.folder / "clusters/sandbox"
        self.entrypoint.mkdir(parents=True)
        self.lock_file = self.folder / "sandbox.lock"
        self.bundle_file = self.folder / "sandbox.bundle"
        self.env = {"SANDSTRAP_CACHE": str(self.folder / "cache")}
        self.resources = []
        self.objects()

    def objects(self, *objects, remote=()):
        """Puts these objects into the tree, instead of what was there."""
        (self.entrypoint / "objects.yaml").write_text(yaml.safe_dump_all(
            objects or [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "empty"}}]))
        (self.entrypoint / "kustomization.yaml").write_text(
            yaml.safe_dump({"resources": ["objects.yaml", *remote]}))

    def run(self, *arguments, check=0, **more):
        return self.sandstrap(*arguments, check=check, cwd=self.folder, env={**self.env, **more.pop("env", {})},
                              **more)

    def lock(self, *arguments, check=0, **more):
        result = self.run("bundle", "lock", "-o", self.lock_file, "--ca-file", self.ca, *arguments, check=check,
                          **more)
        return result if check or not self.lock_file.exists() else self.pins()

    def pins(self):
        return yaml.safe_load(self.lock_file.read_text())["artifacts"]

    def pinned(self, kind):
        return {entry["name"] for entry in self.pins() if entry["kind"] == kind}

    def build_command(self, *arguments):
        return ["bundle", "build", "--lock", self.lock_file, "-o", self.bundle_file, "--ca-file", self.ca, *arguments]

    def build(self, *arguments, check=0, **more):
        return self.run(*self.build_command(*arguments), check=check, **more)

    def verify(self, check=0, file=None):
        return self.run("bundle", "verify", file or self.bundle_file, check=check)

    def read(self):
        return Bundle(self.bundle_file)


@contextlib.contextmanager
def offering(folder, sandstrap):
    """A tree and, as tree.upstream, what it is locked and bundled from, for as long as that takes."""
    authority_ = certs.Authority(folder, "authority")
    authority_.issue("server", "DNS:localhost")
    origin_ = upstream.Upstream(folder / "origin", authority_.folder / "server.crt", authority_.folder / "server.key")
    try:
        yield Tree(folder / "tree", origin_, sandstrap, authority_)
    finally:
        origin_.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    authority = certs.Authority(tmp_path_factory.mktemp("certs"), "authority")
    authority.issue("server", "DNS:localhost")
    return authority


@pytest.fixture
def origin(authority, tmp_path):
    server = upstream.Upstream(tmp_path / "origin", authority.folder / "server.crt", authority.folder / "server.key")
    yield server
    server.close()


@pytest.fixture
def tree(tmp_path, origin, sandstrap, authority):
    return Tree(tmp_path / "tree", origin, sandstrap, authority)


def fill(tree):
    """One artifact of every kind."""
    origin = tree.upstream
    origin.files["crds.yaml"] = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: remote}\n"
    origin.add_image("team/app", "1.0", [b"first layer" * 900, b"second layer"])
    origin.add_chart("charts/tool", "2.1.0", {"values.yaml": "replicas: 1\n"})
    origin.add_git("umbrella", {
        "base/kustomization.yaml": "resources: [a.yaml]\n",
        "base/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-git}\n",
    }, tag="3.0")
    tree.objects(
        workload("Deployment", f"{origin.host}/team/app:1.0"),
        source("GitRepository", "umbrella", {"url": f"{origin.url}/git/umbrella.git", "ref": {"tag": "3.0"}}),
        flux_kustomization("umbrella", "umbrella", "./base"),
        source("OCIRepository", "tool", {"url": f"oci://{origin.host}/charts/tool", "ref": {"tag": "2.1.0"}}),
        release("tool", chartRef={"kind": "OCIRepository", "name": "tool"}),
        remote=[f"{origin.url}/files/crds.yaml"],
    )


@pytest.fixture
def built(tree):
    fill(tree)
    tree.lock()
    tree.build()
    return tree
