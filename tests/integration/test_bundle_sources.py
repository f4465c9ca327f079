# SPDX-License-Identifier: Apache-2.0
"""Git repositories and registries as they are out there, good and bad, behind `bundle lock` and `build`."""

import base64
import json
import os
import shutil
import subprocess

import pytest
from bundles import (authority, flux_kustomization, origin, source, tree, upstream, workload)  # noqa: F401


def repository(tree, ref, path="/git/repo.git", name="repo"):
    return source("GitRepository", name, {"url": tree.upstream.url + path, "ref": ref})


def git_folder(tree, **more):
    return tree.upstream.add_git("repo", {"base/kustomization.yaml": "resources: [a.yaml]\n",
                                          "base/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"},
                                 **more)


def commit_of(tree):
    return next(pin["commit"] for pin in tree.pins() if pin["kind"] == "git")


# --- git ---


@pytest.mark.parametrize("v0", [False, True], ids=["v2", "v0"])
@pytest.mark.parametrize("ref", ["tag", "annotated", "branch", "commit", "name"])
def test_each_kind_of_reference(tree, v0, ref):
    folder = git_folder(tree, tag="1.0", annotated=ref == "annotated")
    head = upstream.git(folder, "rev-parse", "main")
    wanted = {"branch": {"branch": "main"}, "commit": {"commit": head}, "name": {"name": "refs/heads/main"}}
    tree.upstream.git_v0 = v0
    tree.objects(repository(tree, wanted.get(ref, {"tag": "1.0"})), flux_kustomization("k", "repo", "base"))
    tree.lock()
    assert commit_of(tree) == head
    tree.build()
    tree.verify()


def test_deltas_links_executables_and_submodules(tree, tmp_path):
    folder = git_folder(tree)
    work = tree.upstream.folder / "repo.work"
    lines = [f"line {i} of a long file\n" for i in range(4000)]
    (work / "big").write_text("".join(lines))
    for i in range(6):
        lines[i * 500] = f"changed {i}\n"
        (work / f"big-{i}").write_text("".join(lines))
    (work / "tool").write_text("#!/bin/sh\n")
    (work / "tool").chmod(0o755)
    (work / "link").symlink_to("base/a.yaml")
    (work / "naïve name").write_text("x")
    upstream.git(work, "add", "-A")
    head = upstream.git(work, "rev-parse", "HEAD")
    upstream.git(work, "update-index", "--add", "--cacheinfo", f"160000,{head},module")
    upstream.git(work, "commit", "-q", "-m", "more")
    upstream.git(work, "tag", "2.0")
    upstream.git(work, "push", "-q", "--tags", "origin", "HEAD:main")
    upstream.git(folder, "repack", "-adfq", "--depth=50", "--window=50")
    tree.objects(repository(tree, {"tag": "2.0"}), flux_kustomization("k", "repo", "base"))
    tree.lock()
    tree.build()

    # Packs hold deltas on the way here, none in the bundle: both of the same tree. The commit before
    # is not there, which git calls shallow.
    commit = commit_of(tree)
    check = tmp_path / "check.git"
    upstream.git(tmp_path, "init", "-q", "--bare", check)
    (check / "shallow").write_text(commit + "\n")
    subprocess.run(["git", "-C", check, "index-pack", "--strict", "--stdin"], check=True, capture_output=True,
                   input=tree.read().content("git"))
    upstream.git(check, "fsck", "--full", "--strict", commit)
    assert upstream.git(check, "ls-tree", "-r", commit) == upstream.git(folder, "ls-tree", "-r", "2.0")
    assert upstream.git(check, "show", f"{commit}:big-5") == upstream.git(folder, "show", "2.0:big-5")


def test_pack_does_not_depend_on_how_the_server_packs(tree):
    folder = git_folder(tree, tag="1.0")
    tree.objects(repository(tree, {"tag": "1.0"}))
    tree.lock()
    tree.build()
    first = tree.bundle_file.read_bytes()
    upstream.git(folder, "config", "pack.compression", "0")
    upstream.git(folder, "repack", "-adfFq")
    shutil.rmtree(tree.folder / "cache")
    tree.bundle_file.unlink()
    tree.build()
    assert tree.bundle_file.read_bytes() == first


def test_moved_repository_is_followed(tree):
    git_folder(tree, tag="1.0")
    tree.objects(repository(tree, {"tag": "1.0"}, "/moved/repo.git"))
    tree.lock()
    tree.build()
    assert tree.pinned("git") == {tree.upstream.url + "/moved/repo.git"}
    assert not tree.upstream.asked("POST /moved")


def test_repository_that_does_not_exist(tree):
    tree.objects(repository(tree, {"tag": "1.0"}, "/git/none.git"))
    error = tree.lock(check=6).stderr
    assert "GitRepository flux-system/repo" in error and "none.git" in error and "404" in error


def test_tag_that_does_not_exist(tree):
    git_folder(tree, tag="1.0")
    tree.objects(repository(tree, {"tag": "9.9"}))
    assert "the repository has no refs/tags/9.9" in tree.lock(check=6).stderr


def line(text):
    return f"{len(text) + 4:04x}{text}".encode()


@pytest.mark.parametrize("answer, code, text", [
    (line("ERR access denied by policy\n"), 6, "the server says: access denied by policy"),
    (line("packfile\n") + line("\x03out of memory\n") + b"0000", 6, "the server says: out of memory"),
    (line("packfile\n") + line("\x01PACK"), 6, "ends in the middle of the pack"),
    (line("packfile\n") + line("\x01PACK") + b"0000", 5, "pack"),
    (line("shallow-info\n") + b"0000", 6, "has no pack"),
    (b"<html>log in</html>", 6, "not git's protocol"),
    (b"00ff", 6, "ends in the middle of a line"),
], ids=["err", "band-3", "broken-off", "no-pack-inside", "no-packfile", "html", "short-line"])
def test_bad_answers_of_a_git_server(tree, answer, code, text):
    folder = git_folder(tree, tag="1.0")
    tree.objects(repository(tree, {"commit": upstream.git(folder, "rev-parse", "main")}))
    tree.upstream.git_answer = answer
    error = tree.lock(check=code).stderr
    assert text in error and "/git/repo.git" in error


def test_a_web_page_is_no_repository(tree):
    tree.upstream.files["info/refs"] = b"<html>"
    tree.objects(repository(tree, {"tag": "1.0"}, "/files"))
    assert "does not answer as a git repository" in tree.lock(check=6).stderr


# --- registries ---


def image(tree, *names):
    tree.objects(*[workload("Deployment", f"{tree.upstream.host}/{name}", name=f"w{i}")
                   for i, name in enumerate(names)])


def log_in(tree, user="robot", password="pass:word"):
    folder = tree.folder / "docker"
    folder.mkdir(exist_ok=True)
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {f"https://{tree.upstream.host}/v1/": {"auth": auth}}}))
    tree.env["DOCKER_CONFIG"] = str(folder)


@pytest.mark.parametrize("basic", [False, True], ids=["token", "basic"])
def test_private_image(tree, basic):
    tree.upstream.users["team/app"] = ("robot", "pass:word")
    tree.upstream.basic = basic
    tree.upstream.add_image("team/app", "1", [b"one", b"two"])
    image(tree, "team/app:1")
    log_in(tree)
    tree.lock()
    tree.build()
    tree.verify()
    assert tree.upstream.asked("GET /token") == (0 if basic else 2)  # one for each command


@pytest.mark.parametrize("basic", [False, True], ids=["token", "basic"])
@pytest.mark.parametrize("login", [False, True], ids=["anonymous", "wrong-password"])
def test_refused_login_is_said_once(tree, basic, login):
    tree.upstream.users["team/app"] = ("robot", "secret")
    tree.upstream.basic = basic
    tree.upstream.add_image("team/app", "1")
    image(tree, "team/app:1")
    if login:
        log_in(tree, password="not-the-secret")
    error = tree.lock(check=6).stderr
    assert error.count("refuses access to team/app") == 1
    assert "config.json" in error and "not-the-secret" not in error
    assert tree.upstream.asked("/manifests/") <= 2


def test_a_wrong_password_is_tried_once(tree):
    """A registry that sees it for each of many images, several at a time, locks the account."""
    tree.upstream.basic = True
    for number in range(12):
        tree.upstream.users[f"team/app-{number}"] = ("robot", "secret")
        tree.upstream.add_image(f"team/app-{number}", "1")
    image(tree, *(f"team/app-{number}:1" for number in range(12)))
    log_in(tree, password="not-the-secret")
    assert "refuses access to team/app-0" in tree.lock(check=6).stderr
    assert tree.upstream.asked("/manifests/") <= 2


def test_tokens_that_run_out_are_renewed(tree):
    """60 seconds are the least that a token lives; that they pass is told by the server's word alone."""
    tree.upstream.users["team/app"] = ("robot", "pass:word")
    tree.upstream.token_seconds = 1
    tree.upstream.add_image("team/app", "1")
    image(tree, "team/app:1")
    log_in(tree)
    tree.lock()
    assert tree.upstream.asked("GET /token") == 1


def test_bad_docker_configuration(tree):
    log_in(tree)
    tree.upstream.add_image("team/app", "1")
    image(tree, "team/app:1")
    config = tree.folder / "docker/config.json"
    config.write_text('{"auths": {"x": {"auth": "!!"}}}')
    assert "not base64" in tree.lock(check=3).stderr
    config.write_text('{"auths": {"x": {}}, "credsStore": "desktop"}')
    tree.lock()


def test_blobs_are_followed_to_where_they_are(tree):
    tree.upstream.redirect_blobs = True
    tree.upstream.add_image("team/app", "1", [b"one", b"two"])
    image(tree, "team/app:1")
    tree.lock()
    tree.build()
    tree.verify()
    assert tree.upstream.asked("GET /cdn/") == 4  # the config when it is locked, too


def test_broken_body_goes_on_with_a_range(tree):
    layer = os.urandom(1 << 20)
    tree.upstream.add_image("team/app", "1", [layer])
    image(tree, "team/app:1")
    tree.lock()
    path = f"/v2/team/app/blobs/{upstream.digest(layer)}"
    tree.upstream.break_after[path] = 600000
    tree.build()
    tree.verify()
    assert tree.upstream.asked(f"GET {path} bytes=") == 1


@pytest.mark.parametrize("change", ["flipped", "longer", "shorter"])
def test_wrong_blob_is_refused(tree, change):
    layer = b"layer" * 1000
    tree.upstream.add_image("team/app", "1", [layer])
    image(tree, "team/app:1")
    tree.lock()
    tree.upstream.blobs[upstream.digest(layer)] = {
        "flipped": b"L" + layer[1:], "longer": layer + b"x", "shorter": layer[:-1]}[change]
    error = tree.build(check=5).stderr
    assert upstream.digest(layer).split(":")[1] in error and "team/app" in error
    assert not tree.bundle_file.exists()


def test_refused_blob_is_not_taken_for_its_body(tree):
    """The answer's text is longer than the blob: what is told is the status."""
    tree.upstream.add_image("team/app", "1", [b"tiny"])
    image(tree, "team/app:1")
    tree.lock()
    tree.upstream.status[f"/v2/team/app/blobs/{upstream.digest(b'tiny')}"] = 403
    assert "403" in tree.build(check=6).stderr


def test_wrong_manifest_is_refused(tree):
    made = tree.upstream.add_image("team/app", "1")
    other = tree.upstream.add_image("team/app", "2", [b"other"])
    tree.upstream.manifests["team/app", made["digest"]] = tree.upstream.manifests["team/app", other["digest"]]
    image(tree, f"team/app@{made['digest']}")
    assert "the manifest has the digest" in tree.lock(check=5).stderr


def test_platform_is_chosen_from_an_index(tree):
    origin = tree.upstream
    amd, arm = (origin.add_image("team/app", None, [name]) for name in (b"amd64", b"arm64"))
    index = origin.add_index("team/app", "1", {"unknown/unknown": arm, "linux/arm64/v8": arm, "linux/amd64": amd})
    image(tree, "team/app:1", f"team/app@{index['digest']}")
    tree.lock()
    for pin in tree.pins():
        assert pin["digest"] == index["digest"]
        assert pin["manifests"] == [{"platform": "linux/amd64", "digest": amd["digest"]}]
    tree.build()
    bundle = tree.read()
    artifact = bundle.artifact("image")
    for digest, made in zip(artifact["blobs"], (index, amd)):
        assert bundle.blob(digest) == origin.manifests["team/app", made["digest"]][1]
    assert artifact["manifests"] == [{"platform": "linux/amd64", "digest": artifact["blobs"][1]}]


def test_platform_that_is_missing(tree):
    arm = tree.upstream.add_image("team/app", None, [b"arm64"])
    tree.upstream.add_index("team/app", "1", {"linux/arm64": arm})
    image(tree, "team/app:1")
    assert "no image for linux/amd64, only for linux/arm64" in tree.lock(check=6).stderr


def test_image_that_is_not_pinned_is_named_with_its_object(tree):
    image(tree, "team/app")
    error = tree.lock(check=3).stderr
    assert "Deployment apps/w0" in error and "neither tag nor digest" in error
