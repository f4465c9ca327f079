# SPDX-License-Identifier: Apache-2.0
"""What the tests of repositories that `serve` offers share: those of a bundle, their server, and a git of its own."""

import os
import subprocess

import pytest
from bundles import flux_kustomization, forged, offering, source, upstream
from conftest import runner
from served import Server, rename

HOST = "repo1.dso.mil"
KUSTOMIZATION = {"base/kustomization.yaml": "resources: [a.yaml]\n"}


def files(text):
    return {**KUSTOMIZATION, "base/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "text": text,
            "same": "x" * 100_000}


class Repositories:
    """The bundle `path`: one repository with an annotated tag, one with four pins, one with a commit that no
    ref names; upstream's are bare repositories in `folders`."""

    def __init__(self, folder, sandstrap):
        with offering(folder, sandstrap) as tree:
            origin = tree.upstream
            self.offer(origin, tree)
            self.pins = {(pin["name"].rsplit("/", 1)[-1], pin["ref"]): pin for pin in tree.lock()
                         if pin["kind"] == "git"}
            tree.build()
            tree.verify()
        self.path = folder / "upstream.bundle"
        self.path.write_bytes(forged(tree.bundle_file.read_bytes(), lambda index: rename(index, origin.host)))
        sandstrap("bundle", "verify", self.path)

    def offer(self, origin, tree):
        self.folders = {}
        for name, tags in (("umbrella", ("0.9", "1.0")), ("several", ("1.0", "1.5", "2.0", "3.0")), ("lonely", ("1.0",))):
            for tag in tags:
                self.folders[name] = origin.add_git(name, files(f"{name} {tag}\n"), tag, annotated=tag == tags[-1])
        self.folders["root"] = origin.add_git("root", files("root\n"), "1.0")
        commit = self.commit("lonely", "1.0")
        origin.add_git("lonely", files("after it\n"))
        wants = {"umbrella": [{"tag": "1.0"}], "lonely": [{"commit": commit}], "root": [{"branch": "main"}],
                 "several": [{"tag": "1.0"}, {"tag": "3.0"}, {"branch": "main"},
                             {"commit": self.commit("several", "2.0")}]}
        objects = []
        for name, refs in wants.items():
            for i, ref in enumerate(refs):
                objects.append(source("GitRepository", f"{name}-{i}",
                                      {"url": f"{origin.url}/git/{name}.git", "ref": ref}))
                objects.append(flux_kustomization(f"{name}-{i}", f"{name}-{i}", "base"))
        tree.objects(*objects)

    def commit(self, name, ref):
        return upstream.git(self.folders[name], "rev-parse", f"{ref}^{{commit}}")


@pytest.fixture(scope="module")
def server(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    repositories = Repositories(folder, runner(binary, folder))
    with Server(binary, folder, repositories.path) as server:
        server.content = repositories
        yield server


@pytest.fixture
def git(server, tmp_path):
    """git("clone", …) in a folder of its own, as a user without any configuration."""
    (tmp_path / "home").mkdir()
    names = "http.curloptResolve=" + f"{HOST}:{server.port}:127.0.0.1"
    environment = {**os.environ, "HOME": str(tmp_path / "home"), "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
                   "LC_ALL": "C"}

    def run(*arguments, check=0, cwd=".", **more):
        done = subprocess.run(["git", "-c", names, *map(str, arguments)], cwd=tmp_path / cwd, env={**environment, **more},
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == check, f"git {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout.strip() if not check else done.stderr

    return run


def url(server, name):
    return f"http://{HOST}:{server.port}/{name}.git"
