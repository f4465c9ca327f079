# SPDX-License-Identifier: Apache-2.0
"""Bundles: the same bytes each time, every damage found, and going on after an interruption."""

import json
import os
import random
import shutil
import signal
import subprocess
import time

from bundles import Bundle, authority, built, fill, origin, tree, upstream, workload  # noqa: F401


def test_same_tree_and_lock_give_the_same_bytes(built, tmp_path):
    first_lock, first = built.lock_file.read_bytes(), built.bundle_file.read_bytes()
    built.verify()
    assert "unchanged" in built.build().stdout

    built.lock_file.unlink()
    built.bundle_file.unlink()
    shutil.rmtree(built.folder / "cache")
    moved = built.folder.rename(tmp_path / "elsewhere")
    built.folder, built.lock_file, built.bundle_file = moved, moved / "sandbox.lock", moved / "sandbox.bundle"
    built.lock()
    built.build()
    assert built.lock_file.read_bytes() == first_lock
    assert built.bundle_file.read_bytes() == first


def test_bundle_holds_what_the_lock_pins(built):
    bundle = built.read()
    pins = {(pin["kind"], pin["name"]): pin for pin in built.pins()}
    for artifact in bundle.index["artifacts"]:
        if artifact["kind"] == "tree":
            continue
        pin = pins.pop((artifact["kind"], artifact["name"]))
        assert artifact["revision"] == pin.get("digest", pin.get("commit"))
    assert not pins
    assert bundle.content("file") == built.upstream.files["crds.yaml"]
    for entry in bundle.index["blobs"]:
        bundle.blob(entry["digest"])


def test_pack_satisfies_git(built, tmp_path):
    bundle = built.read()
    repository = tmp_path / "check.git"
    upstream.git(tmp_path, "init", "-q", "--bare", repository)
    subprocess.run(["git", "-C", repository, "index-pack", "--strict", "--stdin"], check=True, capture_output=True,
                   input=bundle.content("git"))
    commit = bundle.artifact("git")["revision"]
    (repository / "shallow").write_text(commit + "\n")
    upstream.git(repository, "fsck", "--full", "--strict", commit)
    assert "from-git" in upstream.git(repository, "show", f"{commit}:base/a.yaml")


def test_json_is_json(built, tmp_path):
    odd = tmp_path / 'a "quoted"\\name.bundle'
    shutil.copy(built.bundle_file, odd)
    answer = json.loads(built.run("bundle", "verify", odd, "--output", "json").stdout)
    assert answer["bundle"] == str(odd) and answer["bytes"] == odd.stat().st_size
    answer = json.loads(built.run("bundle", "inspect", odd, "--output", "json").stdout)
    assert {a["kind"] for a in answer["artifacts"]} == {"chart", "file", "git", "image", "tree"}
    assert json.loads(built.build("--output", "json").stdout)["changed"] is False
    answer = json.loads(built.run("bundle", "lock", "-o", 'a "b".lock', "--ca-file", built.ca, "--output",
                                  "json").stdout)
    assert answer == {"artifacts": 4, "changed": True, "lock": 'a "b".lock'}


def flip(tree, at):
    data = bytearray(tree.bundle_file.read_bytes())
    data[at] ^= 1 << (at % 8)
    damaged = tree.folder / "damaged.bundle"
    damaged.write_bytes(data)
    return damaged


def test_a_flipped_byte_in_each_region_is_named(built):
    bundle = built.read()
    regions = {
        0: "header", 17: "header", 21: "header", 26: "index", 40: "index", 100: "header", 4095: "header",
        4096: "signature area", 20479: "signature area",
        bundle.index_at: "index", bundle.index_end - 1: "index",
        bundle.index_end: "padding of the index", bundle.base - 1: "padding of the index",
    }
    for artifact in bundle.index["artifacts"]:
        for digest in artifact["blobs"]:
            start, end = bundle.span(digest)
            regions[start] = regions[end - 1] = f"{artifact['kind']} {artifact['name']}"
            if end % 4096:
                regions[end] = "padding"
    for at, name in regions.items():
        result = built.verify(check=5, file=flip(built, at))
        assert name in result.stderr, (at, name, result.stderr)
        assert "damaged.bundle" in result.stderr


def test_flipped_bytes_anywhere_are_found(built):
    generator = random.Random(1)
    size = built.bundle_file.stat().st_size
    for at in generator.sample(range(size), 200):
        built.verify(check=5, file=flip(built, at))


def test_truncation_anywhere_is_found(built):
    generator = random.Random(2)
    data = built.bundle_file.read_bytes()
    cut = built.folder / "cut.bundle"
    for size in [0, 1, 4096, 20480, len(data) - 1, *generator.sample(range(len(data)), 15)]:
        cut.write_bytes(data[:size])
        assert "cut.bundle" in built.verify(check=5, file=cut).stderr
    cut.write_bytes(data + b"\0")
    built.verify(check=5, file=cut)


def test_what_is_no_bundle_is_told_apart(built):
    assert "No such file" in built.verify(check=3, file=built.folder / "none").stderr
    assert "not a regular file" in built.verify(check=3, file=built.folder).stderr
    os.mkfifo(built.folder / "pipe")
    built.verify(check=3, file=built.folder / "pipe")


def blob_path(repository, data):
    return f"/v2/{repository}/blobs/{upstream.digest(data)}"


def large(seed, size):
    return random.Random(seed).randbytes(size)


def start_build(tree, binary):
    environment = {**os.environ, **tree.env, "HOME": str(tree.folder)}
    return subprocess.Popen([binary, *map(str, tree.build_command())], cwd=tree.folder, env=environment,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def slow_image(tree):
    """An image with two quick layers and one that takes for ever; the slow one's path."""
    origin = tree.upstream
    quick, slow = [large(1, 300000), large(2, 200000)], large(3, 40 << 20)
    origin.add_image("team/app", "1.0", [*quick, slow])
    tree.objects(workload("Deployment", f"{origin.host}/team/app:1.0"))
    tree.lock()
    path = blob_path("team/app", slow)
    origin.slow[path] = 0.1
    return quick, path


def test_a_killed_build_goes_on_where_it_was(tree, binary):
    origin = tree.upstream
    quick, slow_path = slow_image(tree)
    build = start_build(tree, binary)
    part = tree.folder / "sandbox.bundle.part"
    wait_for(lambda: part.exists() and all(layer in part.read_bytes() for layer in quick)
             and origin.asked("GET " + slow_path))
    build.send_signal(signal.SIGKILL)
    build.communicate()
    assert not tree.bundle_file.exists()

    origin.slow.clear()
    for layer in quick:
        assert origin.asked("GET " + blob_path("team/app", layer)) == 1
    tree.build()
    for layer in quick:
        assert origin.asked("GET " + blob_path("team/app", layer)) == 1
    tree.verify()
    assert not part.exists()


def test_two_builders_at_once(tree, binary):
    _, slow_path = slow_image(tree)
    build = start_build(tree, binary)
    wait_for(lambda: tree.upstream.asked("GET " + slow_path))
    assert "being written by another process" in tree.build(check=2).stderr
    build.kill()
    build.communicate()


def test_an_interrupt_ends_a_build_soon(tree, binary):
    _, slow_path = slow_image(tree)
    build = start_build(tree, binary)
    wait_for(lambda: tree.upstream.asked("GET " + slow_path))
    build.send_signal(signal.SIGINT)
    build.communicate(timeout=20)
    assert build.returncode == 130


def test_a_build_takes_the_disk_space_of_its_bundle_only(built):
    bundle = built.bundle_file.stat()
    assert bundle.st_blocks * 512 <= bundle.st_size + 4096
    assert not list(built.folder.glob("*.part"))


def test_blobs_of_the_bundle_before_are_not_fetched_again(built):
    origin = built.upstream
    kept = b"first layer" * 900
    origin.add_image("team/app", "1.1", [kept, b"another second layer"])
    fetched = origin.asked("GET " + blob_path("team/app", kept))
    objects = built.entrypoint / "objects.yaml"
    objects.write_text(objects.read_text().replace("app:1.0", "app:1.1"))
    built.lock()
    built.build()
    built.verify()
    assert origin.asked("GET " + blob_path("team/app", kept)) == fetched
    assert built.read().artifact("image")["name"].endswith(":1.1")


def test_a_damaged_bundle_before_is_no_source_of_blobs(built):
    origin = built.upstream
    kept = b"first layer" * 900
    start, _ = built.read().span(upstream.digest(kept).removeprefix("sha256:"))
    shutil.move(flip(built, start), built.bundle_file)
    origin.add_image("team/app", "1.1", [kept])
    objects = built.entrypoint / "objects.yaml"
    objects.write_text(objects.read_text().replace("app:1.0", "app:1.1"))
    built.lock()
    built.build()
    built.verify()


def test_a_tree_that_changed_after_the_lock_is_refused(built):
    origin = built.upstream
    objects = built.entrypoint / "objects.yaml"
    text = objects.read_text()
    objects.write_text(text.replace("app:1.0", "app:1.1"))
    result = built.build(check=3)
    assert "team/app:1.1 is not in the lock" in result.stderr and "Deployment apps/w" in result.stderr
    objects.write_text(text.replace("tag: '3.0'", "tag: '3.1'"))
    assert "is not in the lock" in built.build(check=3).stderr
    objects.write_text(text.replace("tag: 2.1.0", "tag: 2.2.0"))
    assert "charts/tool:2.2.0 is not in the lock" in built.build(check=3).stderr
    assert not origin.asked("manifests/1.1")


def test_upstream_that_changed_after_the_lock_is_refused(tree):
    fill(tree)
    tree.lock()
    shutil.rmtree(tree.folder / "cache")
    tree.upstream.files["crds.yaml"] += b"# more\n"
    result = tree.build(check=5)
    assert "files/crds.yaml has the digest" in result.stderr and "the lock says" in result.stderr


def test_lock_check(built):
    built.lock("--check")
    before = built.lock_file.read_bytes()
    built.upstream.files["crds.yaml"] += b"# more\n"
    built.lock("--check", check=11)
    assert built.lock_file.read_bytes() == before


def test_what_the_lab_made_needs_the_lab_option(tree):
    fill(tree)
    tree.lock("--lab")
    assert "--lab accepts it" in tree.build(check=2).stderr
    tree.build("--lab")
    assert "--lab accepts it" in tree.run("render", "clusters/sandbox", "--bundle", tree.bundle_file, check=2).stderr
    result = tree.run("bundle", "lock", "--lab", "--ca-file", tree.ca, check=2)
    assert "not for a lock that is made in the lab" in result.stderr


def test_bundle_is_rendered_without_its_tree(built):
    here = built.run("render", "clusters/sandbox", "--bundle", built.bundle_file).stdout
    assert "name: remote" in here
    built.upstream.close()
    assert built.run("render", "clusters/sandbox", "--bundle", built.bundle_file).stdout == here


def test_reader_agrees_with_inspect(built):
    text = built.run("bundle", "inspect", built.bundle_file).stdout
    for artifact in Bundle(built.bundle_file).index["artifacts"]:
        assert artifact["name"] in text
