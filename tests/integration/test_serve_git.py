# SPDX-License-Identifier: Apache-2.0
"""Repositories of a bundle, as git itself takes them from `serve`."""

import gzip
import os
import pathlib
import re
import subprocess

import pytest
from bundles import flux_kustomization, forged, offering, source, upstream
from conftest import CHECKOUT, runner
from served import Server, rename

HOST = "repo1.dso.mil"
KUSTOMIZATION = {"base/kustomization.yaml": "resources: [a.yaml]\n"}
REFS_TYPE = "application/x-git-upload-pack-advertisement"
REQUEST_TYPE = "application/x-git-upload-pack-request"


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
    built = subprocess.run([CHECKOUT / "tests/lab/lab", "build", "git-clients"], check=True, capture_output=True,
                           text=True).stdout
    return pathlib.Path(built.split()[1]) / "bin/fluxgit"


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


def test_the_dumb_protocol_is_not_spoken(server):
    answer = server.ask(f"/{HOST}/root.git/info/refs")
    assert answer.status == 403 and b"dumb protocol" in answer.body, answer
    answer = server.ask(f"/{HOST}/root.git/info/refs?service=git-upload-archive")
    assert answer.status == 403 and b"git-upload-archive is not possible" in answer.body, answer
    answer = server.ask(f"/{HOST}/root.git/info/refs?service=git-upload-pack", method="POST", body=b"")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    answer = server.ask(f"/{HOST}/root.git/git-upload-pack")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


# --- byte by byte ---


def post(server, body, name="root", **headers):
    return server.ask(f"/{HOST}/{name}.git/git-upload-pack", method="POST", body=body,
                      **{"Content_Type": REQUEST_TYPE, **headers})


def packet(text):
    return b"%04x%s" % (len(text) + 4, text)


def want(server, name="root", ref="main", capabilities=""):
    return packet(f"want {server.content.commit(name, ref)} {capabilities}\n".encode())


def test_nothing_is_kept_by_caches(server):
    refs = server.ask(f"/{HOST}/root.git/info/refs?service=git-upload-pack")
    pack = post(server, want(server) + b"00000009done\n")
    assert refs.headers["Content-Type"] == REFS_TYPE
    assert pack.headers["Content-Type"] == "application/x-git-upload-pack-result"
    for answer in refs, pack:
        assert answer.status == 200
        assert "no-cache" in answer.headers["Cache-Control"] and answer.headers["Pragma"] == "no-cache"


def unpack(tmp_path, pack, commit):
    """The pack as git sees it: whole, and with each object once."""
    check = tmp_path / "check.git"
    upstream.git(tmp_path, "init", "-q", "--bare", check)
    (check / "shallow").write_text("".join(f"{c}\n" for c in commit))
    subprocess.run(["git", "-C", check, "index-pack", "--strict", "--stdin"], check=True, capture_output=True, input=pack)
    for c in commit:
        upstream.git(check, "fsck", "--full", "--strict", c)


def bands(body):
    pack, at = b"", 0
    while (length := int(body[at:at + 4], 16)):
        assert body[at + 4] == 1
        pack += body[at + 5:at + length]
        at += length
    assert body[at:] == b"0000"
    return pack


@pytest.mark.parametrize("band", [False, True], ids=["plain", "side-band"])
@pytest.mark.parametrize("depth", [False, True], ids=["all", "one"])
def test_a_pack_comes_with_and_without_packets(server, tmp_path, band, depth):
    content = server.content
    body = want(server, "several", "1.0", "side-band-64k" if band else "ofs-delta")
    body += (packet(b"deepen 1") if depth else b"") + b"00000009done\n"
    answer = post(server, body, "several")
    parent = content.commit("several", "1.0")
    before, pack = answer.body.split(b"NAK\n", 1)
    assert before == b"0000" * depth + b"0008"  # the first commit has no parents
    pack = bands(pack) if band else pack
    unpack(tmp_path, pack, [parent] if depth else [parent, content.commit("several", "2.0"),
                                                   content.commit("several", "3.0")])


def test_a_negotiation_goes_on_until_the_client_is_done(server):
    have = packet(b"have " + b"1" * 40 + b"\n")
    several = want(server, "several", "3.0")
    shallow = packet(f"shallow {server.content.commit('several', '3.0')}\n".encode())
    assert post(server, several + packet(b"deepen 1") + b"0000", "several").body == shallow + b"0000"
    assert post(server, several + b"0000" + have * 16 + b"0000", "several").body == b"0008NAK\n"
    assert post(server, b"0000").body == b""


def test_a_body_may_be_gzip(server):
    body = want(server) + b"00000009done\n"
    plain = post(server, body)
    assert post(server, gzip.compress(body), Content_Encoding="gzip").body == plain.body
    assert post(server, gzip.compress(body), Content_Encoding="x-gzip").body == plain.body
    assert post(server, body, Content_Encoding="identity").body == plain.body
    assert post(server, body, Content_Encoding="br").status == 415
    assert post(server, body, Content_Type="text/plain").status == 415


BAD = {
    "nothing": (b"", "ends too early"),
    "no-protocol": (b"GET / HTTP/1.1", "is not git's protocol"),
    "v2": (packet(b"command=fetch") + b"0001", "not understood: command=fetch"),
    "long-line": (b"fff0" + b"x" * 100, "a line of 65520 bytes"),
    "wants": ((b"0032want " + b"1" * 40 + b"\n") * 5000 + b"00000009done\n", "more than 4096 wants"),
    "many-haves": (b"0032want " + b"1" * 40 + b"\n0000" + (b"0032have " + b"2" * 40 + b"\n") * 400_000,
                   "larger than"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_request_is_told_and_harms_nobody(server, git, case):
    body, words = BAD[case]
    answer = post(server, gzip.compress(body), Content_Encoding="gzip")
    if len(body) < 1 << 20:
        assert post(server, body).body == answer.body
    assert answer.status == 200 and re.fullmatch(rb"[0-9a-f]{4}ERR .*" + words.encode() + rb".*", answer.body), answer
    git("clone", "-q", "--depth", "1", url(server, "root"), "clone")


def test_broken_gzip_is_told(server):
    body = gzip.compress(want(server) + b"00000009done\n")
    assert b"ends too early" in post(server, body[:-9], Content_Encoding="gzip").body
    assert b"bad gzip data" in post(server, b"0032want", Content_Encoding="gzip").body
    assert b"more than one gzip stream" in post(server, body + body, Content_Encoding="gzip").body
