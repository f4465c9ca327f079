# SPDX-License-Identifier: Apache-2.0
"""What a kustomization names by a URL: a file, or else a git source; next to kustomize itself where it is there."""

import os
import pathlib
import shutil
import subprocess

import pytest
import yaml
from bundles import authority, origin, tree, upstream  # noqa: F401

OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\n"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "sandstrap"
FILES = {
    "x.yaml": OBJECT.replace("NAME", "file"),
    ".github/x.yaml": OBJECT.replace("NAME", "file"),
    "raw.gitlab/deploy/x.yaml": OBJECT.replace("NAME", "file"),
    "repo.git/x.yaml": OBJECT.replace("NAME", "file"),
    "_git/x.yaml": OBJECT.replace("NAME", "file"),
    "/x.yaml": OBJECT.replace("NAME", "file"),
    "prefix.yaml": "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: p}\nprefix: p-\n"
                   "fieldSpecs: [{path: metadata/name}]\n",
    "patch.yaml": OBJECT.replace("NAME", "x") + "data: {patched: yes}\n".replace("yes", "'yes'"),
    "values.env": "key=value\n",
    "crd.json": '{"x.v1.Odd": {"Schema": {"properties": {"spec": {"x-kubernetes-object-ref-api-version": "v1"}}}}}',
    "config.yaml": "nameReference: []\n",
    "replacement.yaml": "source: {kind: ConfigMap, name: x}\n"
                        "targets: [{select: {kind: ConfigMap}, fieldPaths: [metadata.annotations.from],"
                        " options: {create: true}}]\n",
}


def kustomize():
    built = sorted(CACHE.glob("lab/kustomize-*/bin/kustomize"), key=lambda path: path.stat().st_mtime)
    return os.environ.get("KUSTOMIZE") or (str(built[-1]) if built else shutil.which("kustomize"))


@pytest.fixture
def build(tmp_path, origin, authority, sandstrap):  # noqa: F811
    """build(kustomization, …) renders it, compares with kustomize, and returns what ours gave."""
    for name, text in FILES.items():
        origin.files[name] = text.encode()
    work = {"base/kustomization.yaml": "resources: [a.yaml]\n", "base/a.yaml": OBJECT.replace("NAME", "base"),
            "kustomization.yaml": "resources: [base]\n", "component/kustomization.yaml":
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [a.yaml]\n",
            "component/a.yaml": OBJECT.replace("NAME", "component")}
    origin.add_git("repo", work, tag="1")
    folder = tmp_path / "built"
    folder.mkdir()

    def run(kustomization, check=0):
        (folder / "x.yaml").write_text(OBJECT.replace("NAME", "x"))
        (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization).replace("HOST", origin.url))
        result = sandstrap("render", "-q", "--ca-file", authority.certificate, ".", cwd=folder, check=check,
                           env={"SANDSTRAP_CACHE": str(tmp_path / "cache")})
        if program := kustomize():
            environment = {**os.environ, **upstream.GIT_ENVIRONMENT, "SSL_CERT_FILE": str(authority.certificate),
                           "GIT_SSL_CAINFO": str(authority.certificate)}
            peer = subprocess.run([program, "build", "."], cwd=folder, env=environment, capture_output=True, text=True)
            assert (peer.returncode == 0) == (result.code == 0), peer.stderr
            assert peer.stdout == result.stdout
        return result

    return run


def resources(*entries):
    return {"resources": list(entries)}


@pytest.mark.parametrize("path", [
    "/files/.github/x.yaml", "/files/raw.gitlab/deploy/x.yaml", "/files/repo.git/x.yaml", "/files/_git/x.yaml",
    "/files//x.yaml", "/files/x.yaml?ref=main", "/files/x.yaml?version=1&timeout=3s",
])
def test_a_file_whose_url_looks_like_a_repository(build, origin, path):  # noqa: F811
    assert "name: file" in build(resources("HOST" + path)).stdout
    assert not origin.asked("info/refs")


@pytest.mark.parametrize("path", [
    "/git/repo/base", "/git/repo/base?timeout=60s", "/git/repo/base?submodules=false", "/git/repo?depth=1",
    "/git/repo.git//base?ref=1", "/git/repo.git/base?ref=main", "/git/repo?ref=refs/heads/main",
    "/git/repo?ref=heads/main", "/git/repo?ref=refs/tags/1", "/git/repo?ref=tags/1", "/git/repo?ref=HEAD",
])
def test_a_repository_with_and_without_marks(build, path):
    assert "name: base" in build(resources("HOST" + path)).stdout


def test_a_commit_is_named_by_all_its_digits(build, origin):  # noqa: F811
    commit = upstream.git(origin.folder / "repo.git", "rev-parse", "main")
    assert "name: base" in build(resources(f"HOST/git/repo/base?ref={commit}")).stdout
    error = build(resources(f"HOST/git/repo/base?ref={commit[:10]}"), check=6).stderr
    assert f"has no refs/heads/{commit[:10]}" in error and "all of its 40 digits" in error


def test_other_references(build, origin):  # noqa: F811
    folder = origin.folder / "repo.git"
    upstream.git(folder, "update-ref", "refs/pull/7/head", "main")
    upstream.git(folder, "branch", "feature/x", "main")
    assert "name: base" in build(resources("HOST/git/repo/base?ref=pull/7/head")).stdout
    assert "name: base" in build(resources("HOST/git/repo/base?ref=refs/pull/7/head")).stdout
    assert "name: base" in build(resources("HOST/git/repo/base?ref=feature/x")).stdout
    assert "refs/pull/8/head" in build(resources("HOST/git/repo/base?ref=refs/pull/8/head"), check=6).stderr


def test_the_web_page_of_a_repository_is_no_resource(build, origin):  # noqa: F811
    origin.status["/git/repo/base"] = 200
    assert "name: base" in build(resources("HOST/git/repo/base")).stdout


def test_neither_file_nor_repository_says_why_for_both(build, origin):  # noqa: F811
    error = build(resources("HOST/files/none/x.yaml"), check=6).stderr
    assert "kustomization.yaml:2" in error and "is no file (" in error and "no git source" in error
    assert error.count("kustomization.yaml:2") == 1 and error.count("404 not found") == 2
    origin.files["bad/x.yaml"] = b"kind: [\n"
    error = build(resources("HOST/files/bad/x.yaml"), check=3).stderr
    assert "is no git source (" in error and "bad/x.yaml:" in error
    error = build(resources("HOST/files"), check=6).stderr
    assert "404" in error and "git" not in error


@pytest.mark.parametrize("fields", [
    {"patches": [{"path": "HOST/files/patch.yaml"}]},
    {"patchesStrategicMerge": ["HOST/files/patch.yaml"]},
    {"configMapGenerator": [{"name": "g", "files": ["key=HOST/files/x.yaml"]}]},
    {"configMapGenerator": [{"name": "g", "envs": ["HOST/files/values.env"]}]},
    {"crds": ["HOST/files/crd.json"]},
    {"configurations": ["HOST/files/config.yaml"]},
    {"replacements": [{"path": "HOST/files/replacement.yaml"}]},
    {"transformers": ["HOST/files/prefix.yaml"]},
    {"bases": ["HOST/git/repo/base"]},
    {"bases": ["HOST/files/.github/x.yaml"]},
    {"components": ["HOST/git/repo/component"]},
], ids=lambda fields: f"{'-'.join(fields)}-{len(str(fields))}")
def test_what_else_may_be_a_url(build, fields):
    build({**resources("x.yaml"), **fields})


@pytest.mark.parametrize("fields", [
    {"patches": [{"path": "HOST/git/repo/base"}]},
    {"configMapGenerator": [{"name": "g", "files": ["key=HOST/git/repo/base"]}]},
    {"components": ["HOST/files/.github/x.yaml"]},
    {"replacements": [{"path": "HOST/git/repo/base"}]},
], ids="-".join)
def test_where_only_one_of_both_is_taken(build, fields):
    build({**resources("x.yaml"), **fields}, check=6)


def test_what_was_found_when_locking_needs_no_network(tree, origin):  # noqa: F811
    origin.add_git("repo", {"base/kustomization.yaml": "resources: [a.yaml]\n",
                            "base/a.yaml": OBJECT.replace("NAME", "base")})
    origin.files[".github/x.yaml"] = OBJECT.replace("NAME", "file").encode()
    origin.status["/git/repo/base"] = 200
    tree.objects(remote=[f"{origin.url}/git/repo/base", f"{origin.url}/files/.github/x.yaml?ref=main"])
    tree.lock()
    assert tree.pinned("git") == {f"{origin.url}/git/repo"}
    assert tree.pinned("file") == {f"{origin.url}/files/.github/x.yaml?ref=main"}
    tree.build()
    origin.close()
    for source in (["--bundle", tree.bundle_file], ["--lock", tree.lock_file]):
        printed = tree.run("render", "-q", *source, tree.entrypoint).stdout
        assert "name: base" in printed and "name: file" in printed


def test_a_file_that_is_not_what_was_pinned_is_not_tried_as_git(tree, origin):  # noqa: F811
    origin.files["a/x.yaml"] = OBJECT.replace("NAME", "file").encode()
    tree.objects(remote=[f"{origin.url}/files/a/x.yaml"])
    tree.lock()
    origin.files["a/x.yaml"] = OBJECT.replace("NAME", "other").encode()
    shutil.rmtree(tree.folder / "cache")
    origin.log.clear()
    error = tree.run("render", "--lock", tree.lock_file, "--ca-file", tree.ca, tree.entrypoint, check=5).stderr
    assert "the lock says" in error and not origin.asked("info/refs")
