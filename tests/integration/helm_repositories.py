# SPDX-License-Identifier: Apache-2.0
"""Helm repositories that an upstream offers, and releases of their charts."""

import hashlib

import pytest
import yaml
from bundles import archive, release, source


def packed(name, version, files=None):
    return archive({f"{name}/Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: {version}\n",
                    **{f"{name}/{path}": text for path, text in (files or {}).items()}})


class Repository:
    """A repository below /files/<path> of an upstream."""

    def __init__(self, upstream, path="charts"):
        self.upstream = upstream
        self.path = path
        self.url = f"{upstream.url}/files/{path}"
        self.index = {"apiVersion": "v1", "entries": {}, "generated": "2026-01-02T03:04:05Z"}

    def add(self, name, version, files=None, listed=None, **fields):
        """Puts an archive beside the index, which has `listed` or that version; fields None are left out."""
        data = packed(name, version, files)
        file = f"{name}-{version}.tgz"
        self.upstream.files[f"{self.path}/{file}"] = data
        entry = {"apiVersion": "v2", "name": name, "version": listed or version, "urls": [file],
                 "digest": hashlib.sha256(data).hexdigest(), "created": "2026-01-02T03:04:05Z", **fields}
        self.index["entries"].setdefault(name, []).append({k: v for k, v in entry.items() if v is not None})
        self.upstream.files[f"{self.path}/index.yaml"] = yaml.safe_dump(self.index).encode()
        return data

    def put(self, text):
        self.upstream.files[f"{self.path}/index.yaml"] = text.encode()


@pytest.fixture
def repository(origin):
    return Repository(origin)


def helm_release(url, chart="tool", version="1.2.3", name="r", **repository):
    spec = {"chart": chart, "sourceRef": {"kind": "HelmRepository", "name": "h-" + name}}
    return (source("HelmRepository", "h-" + name, {"url": url, **repository}),
            release(name, chart={"spec": {**spec, **({} if version is None else {"version": version})}}))
