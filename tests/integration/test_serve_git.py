# SPDX-License-Identifier: Apache-2.0
"""Repositories of a bundle, as git itself takes them from `serve`."""

import re
import subprocess

import pytest
from bundles import upstream
from served import lab_program
from served_git import HOST, git, server, url  # noqa: F401


def expect_tree(server, git, clone, name, ref):
    """The clone's work tree is upstream's at that ref, and nothing in it is missing."""
    folder = server.content.folders[name]
    assert git("rev-parse", "HEAD", cwd=clone) == upstream.git(folder, "rev-parse", f"{ref}^{{commit}}")
    assert git("ls-tree", "-r", "HEAD", cwd=clone) == upstream.git(folder, "ls-tree", "-r", ref)
    assert git("status", "--porcelain", cwd=clone) == ""
    git("fsck", "--full", "--strict", cwd=clone)


# --- git clone ---

WAYS = {
    "host": "http://{host}:{port}/{name}.git",
    "host-in-capitals": "http://REPO1.dso.mil:{port}/{name}.git",
    "host-in-path": "http://127.0.0.1:{port}/repo1.dso.mil/{name}.git",
    "host-in-path-in-capitals": "http://127.0.0.1:{port}/Repo1.DSO.mil/{name}.git",
    "without-suffix": "http://{host}:{port}/{name}",
    "slash": "http://{host}:{port}/{name}.git/",
    "slash-without-suffix": "http://{host}:{port}/{name}/",
    "own-name": "http://127.0.0.1:{port}/{name}.git",
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_name_a_repository(server, git, way):
    address = WAYS[way].format(host=HOST, port=server.port, name="umbrella")
    if way == "host-in-capitals":
        git("config", "--global", "http.curloptResolve", f"REPO1.dso.mil:{server.port}:127.0.0.1")
    git("clone", "--depth", "1", "--branch", "1.0", address, "clone")
    expect_tree(server, git, "clone", "umbrella", "1.0")


@pytest.mark.parametrize("protocol", ["0", "1", "2"])
@pytest.mark.parametrize("depth", [[], ["--depth", "1"], ["--depth", "50"], ["--shallow-since", "2001-01-01"],
                                   ["--single-branch"], ["--no-tags"], ["--bare"], ["--mirror"], ["--recursive"]],
                         ids=lambda words: "-".join(words).strip("-") or "full")
def test_a_clone_with_and_without_depth(server, git, protocol, depth):
    git("-c", f"protocol.version={protocol}", "clone", *depth, url(server, "several"), "clone")
    if "--bare" in depth or "--mirror" in depth:
        assert git("rev-parse", "HEAD", cwd="clone") == server.content.commit("several", "main")
    else:
        expect_tree(server, git, "clone", "several", "main")
        assert git("symbolic-ref", "HEAD", cwd="clone") == "refs/heads/main"
        git("pull", cwd="clone")  # nothing new


def test_several_pins_at_once_are_whole_for_a_client_that_checks(server, git):
    """Each commit that comes is known to be shallow: nothing behind it is missed."""
    git("-c", "transfer.fsckObjects=true", "clone", "--depth", "1", "--no-single-branch", url(server, "several"),
        "clone")
    git("-c", "transfer.fsckObjects=true", "clone", "--depth", "1", "--branch", "main", url(server, "several"),
        "other")
    git("-c", "transfer.fsckObjects=true", "fetch", "--depth", "1", "origin", "refs/tags/3.0", "refs/heads/main",
        cwd="other")
    for clone in ("clone", "other"):
        git("fsck", "--full", "--strict", cwd=clone)


@pytest.mark.parametrize("ref", ["1.0", "3.0", "main"])
@pytest.mark.parametrize("depth", [[], ["--depth", "1"]], ids=["full", "depth"])
def test_each_of_several_pins_is_cloned(server, git, ref, depth):
    git("clone", *depth, "--branch", ref, url(server, "several"), "clone")
    expect_tree(server, git, "clone", "several", ref)


@pytest.mark.parametrize("depth", [[], ["--depth", "1"]], ids=["full", "depth"])
@pytest.mark.parametrize("name,ref", [("umbrella", "1.0"), ("lonely", "1.0"), ("root", "main")])
def test_a_plain_clone_has_what_is_pinned(server, git, name, ref, depth):
    git("clone", *depth, url(server, name), "clone")
    expect_tree(server, git, "clone", name, ref)


def test_all_pins_are_listed(server, git):
    lines = git("ls-remote", "--symref", url(server, "several")).splitlines()
    several = {ref: server.content.commit("several", ref) for ref in ("1.0", "main")}
    tag = upstream.git(server.content.folders["several"], "rev-parse", "3.0")
    assert lines == [
        "ref: refs/heads/main\tHEAD", f"{several['main']}\tHEAD", f"{several['main']}\trefs/heads/main",
        f"{several['1.0']}\trefs/tags/1.0", f"{tag}\trefs/tags/3.0", f"{several['main']}\trefs/tags/3.0^{{}}"]


# --- tags ---


@pytest.mark.parametrize("depth", [[], ["--depth", "1"]], ids=["full", "depth"])
def test_an_annotated_tag_is_an_object_of_its_own(server, git, depth):
    git("clone", *depth, "--branch", "1.0", url(server, "umbrella"), "clone")
    folder = server.content.folders["umbrella"]
    assert git("cat-file", "tag", "1.0", cwd="clone") == upstream.git(folder, "cat-file", "tag", "1.0")
    assert git("describe", "--exact-match", cwd="clone") == "1.0"
    assert "no signature" in git("verify-tag", "1.0", cwd="clone", check=1)  # and not: no such object
    pin = server.content.pins["umbrella.git", "tag/1.0"]
    assert pin["tag"] == upstream.git(folder, "rev-parse", "1.0")
    assert "tag" not in server.content.pins["several.git", "tag/1.0"]


# --- git fetch ---


@pytest.mark.parametrize("protocol", ["0", "2"])
def test_a_commit_is_fetched_by_name(server, git, protocol):
    for name, ref in (("several", "2.0"), ("lonely", "1.0"), ("umbrella", "1.0")):
        commit = server.content.commit(name, ref)
        git("init", "-q", name)
        git("-c", f"protocol.version={protocol}", "fetch", "--depth", "1", url(server, name), commit, cwd=name)
        git("checkout", "-q", "FETCH_HEAD", cwd=name)
        expect_tree(server, git, name, name, ref)


def test_a_fetch_without_depth_takes_shallow_commits_where_it_is_told_to(server, git):
    git("init", "-q", "work")
    git("fetch", "--update-shallow", url(server, "several"), "refs/tags/3.0:refs/tags/3.0", cwd="work")
    git("checkout", "-q", "3.0", cwd="work")
    expect_tree(server, git, "work", "several", "3.0")


def test_one_pin_after_the_other(server, git):
    git("clone", "--depth", "1", "--branch", "1.0", url(server, "several"), "clone")
    git("fetch", "--depth", "1", "origin", "tag", "3.0", cwd="clone")
    git("fetch", "--depth", "1", "origin", "main", cwd="clone")
    git("checkout", "-q", "3.0", cwd="clone")
    expect_tree(server, git, "clone", "several", "3.0")
    git("fetch", "--unshallow", "origin", cwd="clone")
    git("fsck", "--full", "--strict", cwd="clone")


@pytest.mark.parametrize("header", ["Transfer-Encoding: chunked", "Content-Encoding: gzip"])
def test_a_clone_with_commits_of_its_own_is_negotiated_with(server, git, tmp_path, header):
    """git tells what it has, and asks on until it has no more."""
    git("clone", "-q", server.content.folders["several"], "work")
    git("checkout", "-q", "-b", "more", cwd="work")
    for i in range(60):
        git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", str(i), cwd="work")
    buffer = 100 if "chunked" in header else 1 << 20
    git("-c", f"http.postBuffer={buffer}", "fetch", "--depth", "1", url(server, "umbrella"), "refs/tags/1.0:refs/tags/x",
        cwd="work", GIT_TRACE_CURL=str(tmp_path / "trace"))
    trace = (tmp_path / "trace").read_text()
    assert header.lower() in trace.lower() and trace.count("POST /umbrella.git/git-upload-pack") > 2
    assert git("rev-parse", "x^{commit}", cwd="work") == server.content.commit("umbrella", "1.0")


# --- source-controller ---


@pytest.fixture(scope="module")
def fluxgit():
    """What source-controller does with a GitRepository, by its own library."""
    return lab_program("git-clients", "fluxgit")


FLUX_REFS = [  # of spec.ref; the name in the revision, what that is upstream
    ("umbrella", "tag=1.0", "1.0", "1.0"), ("umbrella", "name=refs/tags/1.0", "1.0", "1.0"),
    ("root", "branch=main", "main", "main"), ("several", "tag=1.0", "1.0", "1.0"), ("several", "tag=3.0", "3.0", "3.0"),
    ("several", "branch=main", "main", "main"), ("several", "name=refs/heads/main", "main", "main"),
    ("lonely", "commit=1.0", "", "1.0"), ("several", "commit=2.0", "", "2.0"),
    ("several", "commit=2.0 branch=main", "main", "2.0"), ("lonely", "commit=1.0 branch=main", "main", "1.0"),
    ("several", "tag=3.0 submodules", "3.0", "3.0"),
]


@pytest.mark.full
@pytest.mark.parametrize("name,words,shown,ref", FLUX_REFS, ids=[f"{row[0]}-{row[1]}" for row in FLUX_REFS])
def test_source_controller_s_library_comes_to_upstream_s_revision(server, fluxgit, tmp_path, name, words, shown, ref):
    commit = server.content.commit(name, ref)
    words = re.sub(r"commit=\S+", f"commit={commit}", words).split()
    done = subprocess.run([fluxgit, f"http://127.0.0.1:{server.port}/{HOST}/{name}.git", tmp_path / "clone", *words],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == f"{shown}@sha1:{commit}".removeprefix("@")
    listed = upstream.git(server.content.folders[name], "ls-tree", "-r", "-l", ref).splitlines()
    assert lines[-len(listed):] == [f"{line.split()[4]} {line.split()[3]}" for line in listed]
    if "tag=3.0" in words:
        tag = upstream.git(server.content.folders[name], "rev-parse", ref)
        assert lines[1] == f"{ref} {tag} release"  # the tag's object, for its signature


# --- what is refused ---


def test_a_foreign_commit_is_refused_with_what_there_is(server, git):
    git("init", "-q", "work")
    wrong = "1" * 40
    error = git("fetch", "--depth", "1", url(server, "several"), wrong, cwd="work", check=128)
    assert f"not our ref {wrong}: of this repository there is only branch/main" in error, error
    assert server.content.commit("several", "main") in error


def test_an_unknown_repository_is_missing(server, git):
    error = git("clone", url(server, "none"), check=128)
    assert f"remote: git {HOST}/none.git is not in {server.content.path}" in error, error
    assert f"repository 'http://{HOST}:{server.port}/none.git/' not found" in error, error
    error = git("clone", url(server, "umbrella"), "--branch", "9.9", check=128)
    assert "Remote branch 9.9 not found" in error, error


def test_a_push_is_refused(server, git):
    git("clone", "-q", url(server, "root"), "clone")
    error = git("push", "origin", "HEAD:refs/heads/new", cwd="clone", check=128)
    assert "remote: git-receive-pack is not possible here" in error, error
    assert server.ask(f"/{HOST}/root.git/git-receive-pack", method="POST", body=b"0000").status == 403
