# SPDX-License-Identifier: Apache-2.0
"""Blob stores: bundles put there, served, removed, collected; writes that are killed or find the disk
full, while a server reads."""

import os
import random
import signal
import subprocess
import time

import pytest
from bundles import Bundle
from conftest import runner
from served import Server
from stored import Bundles, Reader, Store, fill, mounts, sha256, small_disk

# The same for a few moments and for many.
MOMENTS = pytest.mark.parametrize("seeds", [range(3), pytest.param(range(100, 130), marks=pytest.mark.full)],
                                  ids=["few", "many"])


@pytest.fixture(scope="module")
def bundles(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles")
    return Bundles(folder, runner(binary, folder))


@pytest.fixture
def store(tmp_path, sandstrap):
    return Store(tmp_path / "store", sandstrap)


def test_bundles_share_blobs(store, bundles):
    old, new = bundles.blobs(bundles.old), bundles.blobs(bundles.new)
    assert store.json("add", bundles.old)["copied"] == {"blobs": len(old), "bytes": sum(old.values())}
    missing = {digest: size for digest, size in new.items() if digest not in old}
    assert 0 < len(missing) < len(new)
    assert store.json("add", bundles.new)["copied"] == {"blobs": len(missing), "bytes": sum(missing.values())}
    assert store.json("add", bundles.new)["copied"] == {"blobs": 0, "bytes": 0}
    assert store.names() == {*old, *new}
    store.assert_right()
    listed = store.json("list")["bundles"]
    assert [b["identity"] for b in listed] == [f"sha256:{bundles.identity(path)}" for path in (bundles.old, bundles.new)]
    assert [b["blobs"] for b in listed] == [len(old), len(new)]
    assert all(b["missing"] == [] and b["origin"] == "upstream" for b in listed)


def test_what_no_bundle_names_is_collected(store, bundles):
    store.run("add", bundles.old)
    store.run("add", bundles.new)
    old, new = bundles.blobs(bundles.old), bundles.blobs(bundles.new)
    store.run("remove", bundles.identity(bundles.new)[:12])
    assert store.names() == {*old, *new}
    only_new = [size for digest, size in new.items() if digest not in old]
    would = store.json("collect", "--dry-run")["wouldFree"]
    assert store.names() == {*old, *new}
    assert store.json("collect")["freed"] == would
    assert would["blobs"] == len(only_new) and would["bytes"] >= sum(only_new)
    assert store.names() == set(old)
    assert store.json("collect")["freed"] == {"blobs": 0, "bytes": 0}


def test_identities(store, bundles):
    store.run("add", bundles.old)
    identity = bundles.identity(bundles.old)
    result = store.run("remove", identity[:3], check=2)
    assert "4 digits at least" in result.stderr
    absent = "0123456789ab"
    result = store.run("remove", absent, check=2)
    assert f"has no bundle whose identity begins with '{absent}'" in result.stderr and "store list" in result.stderr
    twin = identity[:20] + ("1" if identity[20] == "0" else "0") + "0" * 43
    (store.path / "bundles" / twin).write_bytes((store.path / "bundles" / identity).read_bytes())
    assert "several bundles" in store.run("remove", identity[:12], check=2).stderr
    store.run("remove", f"sha256:{identity[:21]}")
    assert store.run("list").stdout.count("sha256:") == 2  # a row, and whose head it really is
    assert f"it is sha256:{identity}" in store.run("collect", check=5).stderr


def test_wrong_blobs_are_taken_away_and_come_again(store, bundles):
    store.run("add", bundles.old)
    blobs = bundles.blobs(bundles.old)
    assert f"verified {len(blobs)} blobs, {sum(blobs.values())} bytes" in store.run("verify").stdout
    damaged = max(blobs, key=blobs.get)
    file = store.path / "blobs/sha256" / damaged
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    result = store.run("verify", check=5)
    assert f"blob sha256:{damaged} was wrong and is taken away: image {bundles.host}/team/app:old" in result.stderr
    assert damaged not in store.names()
    assert store.json("list")["bundles"][0]["missing"] == [f"sha256:{damaged}"]
    assert "lacks 1 of its" in store.run("verify", check=5).stderr
    assert store.json("add", bundles.old)["copied"] == {"blobs": 1, "bytes": blobs[damaged]}
    store.run("verify")


def test_wrong_bundles_are_not_added(store, bundles, tmp_path):
    data = bytearray(bundles.new.read_bytes())
    blobs = bundles.blobs(bundles.new)
    data[Bundle(bundles.new).span(max(blobs, key=blobs.get))[0] + 1000] ^= 1
    wrong = tmp_path / "wrong.bundle"
    wrong.write_bytes(data)
    result = store.run("add", wrong, check=5)
    assert f"image {bundles.host}/team/app:new" in result.stderr and "has the digest" in result.stderr
    assert store.json("list")["bundles"] == []
    store.assert_right()


def test_budget(store, bundles):
    store.run("add", "--budget", "1Gi", bundles.old)
    before = store.names()
    result = store.run("add", "--budget", "16M", bundles.new, check=3)
    assert "do not fit into the budget of 16000000" in result.stderr and "are missing" in result.stderr
    assert "store collect" in result.stderr
    assert store.names() == before and not store.parts()
    assert "is not a size like 500M or 20Gi" in store.run("add", "--budget", "much", bundles.new, check=2).stderr
    store.run("remove", bundles.identity(bundles.old))
    result = store.run("add", "--budget", "16M", bundles.new, check=3)
    assert "'sandstrap store collect' would free" in result.stderr
    store.run("collect")
    store.run("add", "--budget", "16M", bundles.new)


def test_one_writer(store, bundles, binary):
    store.run("add", bundles.old)
    lock = store.path / "lock"
    holder = subprocess.Popen(["flock", lock, "sh", "-c", "echo held; exec sleep 60"], stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline() == b"held\n"
        lock.write_text("process 4711 on bastion\n")
        for command in (["add", bundles.new], ["remove", "0123456789ab"], ["collect"], ["verify"]):
            assert "is being written by process 4711 on bastion" in store.run(*command, check=2).stderr
        store.run("list")
        store.run("collect", "--dry-run")
    finally:
        holder.kill()
        holder.wait()


def test_a_blob_that_vanished_is_named(store, bundles, binary, tmp_path):
    store.run("add", bundles.old)
    gone, other = sorted(store.names(), key=lambda name: (store.path / "blobs/sha256" / name).stat().st_size)[-2:]
    with Server(binary, tmp_path, "--store", store.path) as server:
        (store.path / "blobs/sha256" / gone).unlink()
        answer = server.ask(f"/v2/team/app/blobs/sha256:{gone}?ns={bundles.host}")
        assert answer.status in (404, 500) and gone.encode() in answer.body
        reader = Reader(server, bundles.host, {})
        reader.get(other)
        assert not reader.wrong


def test_a_store_that_lacks_a_blob_is_not_served(store, bundles, sandstrap):
    store.run("add", bundles.old)
    gone = max(store.names(), key=lambda name: (store.path / "blobs/sha256" / name).stat().st_size)
    (store.path / "blobs/sha256" / gone).unlink()
    result = sandstrap("serve", "--store", store.path, "--listen", "127.0.0.1:0", check=5)
    assert gone in result.stderr and "hint: 'sandstrap store add'" in result.stderr, repr(result)


def test_the_last_one_is_the_newest_whatever_the_clock_says(store, bundles):
    store.run("add", bundles.old)
    head = store.path / "bundles" / bundles.identity(bundles.old).removeprefix("sha256:")
    ahead = time.time() + 30 * 24 * 3600
    os.utime(head, (ahead, ahead))
    store.run("add", bundles.new)
    times = sorted((path.stat().st_mtime, path.name) for path in (store.path / "bundles").iterdir())
    assert times[-1][1] == bundles.identity(bundles.new).removeprefix("sha256:"), times


def test_what_is_collected_while_it_is_sent_is_sent_to_its_end(store, bundles, binary, tmp_path):
    store.run("add", bundles.old)
    blobs = bundles.blobs(bundles.old)
    large = max(blobs, key=blobs.get)
    with Server(binary, tmp_path, "--store", store.path) as server:
        connection = server.connect()
        connection.request("GET", f"/v2/team/app/blobs/sha256:{large}?ns={bundles.host}")
        response = connection.getresponse()
        begin = response.read(1000)
        store.run("remove", bundles.identity(bundles.old))
        store.run("collect")
        assert not store.names()
        assert sha256(begin + response.read()) == large
        connection.close()


def test_both_bundles_are_served(store, bundles, sandstrap):
    store.run("add", bundles.old)
    store.run("add", bundles.new)
    result = sandstrap("serve", "--store", store.path, "--check")
    assert " right, 0 wrong" in result.stdout, result


def test_another_bundle_is_served_after_a_signal(store, bundles, binary, tmp_path):
    store.run("add", bundles.old)
    tag = f"/v2/team/app/manifests/new?ns={bundles.host}"
    with Server(binary, tmp_path, "--store", store.path) as server:
        with Reader(server, bundles.host, bundles.blobs(bundles.old)):
            store.run("add", bundles.new)
            assert server.ask(tag).status == 404
            server.process.send_signal(signal.SIGHUP)
            server.said("the bundles are served as they are now")
            assert server.ask(tag).status == 200
        with Reader(server, bundles.host, bundles.blobs(bundles.new)):
            pass
        store.run("remove", bundles.identity(bundles.old))
        store.run("collect")
        server.process.send_signal(signal.SIGHUP)
        server.said("the bundles are served as they are now")
        assert server.ask(tag.replace("new", "old")).status == 404
        with Reader(server, bundles.host, bundles.blobs(bundles.new)):
            pass


def test_a_store_that_is_wrong_is_not_served(store, bundles, sandstrap):
    store.run("add", bundles.old)
    file = max((store.path / "blobs/sha256").iterdir(), key=lambda entry: entry.stat().st_size)
    with file.open("r+b") as opened:
        opened.seek(1000)
        opened.write(b"other")
    result = sandstrap("serve", "--store", store.path, "--listen", "127.0.0.1:0", check=5)
    assert file.name in result.stderr and "store verify" in result.stderr


def finish(store, bundles):
    """The next write goes on and completes, and then all is as if nothing had happened."""
    store.run("add", bundles.new)
    store.assert_right()
    assert not store.parts()
    assert all(not bundle["missing"] for bundle in store.json("list")["bundles"])
    store.run("verify")
    store.run("remove", bundles.identity(bundles.new))
    store.run("collect")
    assert store.names() == set(bundles.blobs(bundles.old))


class Moments:
    """A server of a store with one bundle, and writes of another one that are cut at seeded moments."""

    def __init__(self, binary, store, bundles):
        self.binary, self.store, self.bundles = binary, store, bundles
        self.new = {digest: size for digest, size in bundles.blobs(bundles.new).items()
                    if digest not in bundles.blobs(bundles.old)}

    def begin(self):
        command = [self.binary, "store", "add", "--store", self.store.path, self.bundles.new]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_for(self, writer, share):
        """Until so much of the new bundle is written, or all."""
        wanted = share * sum(self.new.values())
        while writer.poll() is None and self.store.written(self.new) < wanted:
            time.sleep(0.0005)


@MOMENTS
def test_killed_at_any_moment(store, bundles, binary, tmp_path, seeds):
    store.run("add", bundles.old)
    moments = Moments(binary, store, bundles)
    killed = 0
    with Server(binary, tmp_path, "--store", store.path) as server:
        with Reader(server, bundles.host, bundles.blobs(bundles.old)):
            for seed in seeds:
                generator = random.Random(seed)
                writer = moments.begin()
                moments.wait_for(writer, generator.random())
                if generator.random() < 0.5:
                    server.process.send_signal(signal.SIGHUP)  # it looks at the store meanwhile
                writer.kill()
                writer.communicate()
                killed += writer.returncode == -signal.SIGKILL
                store.assert_right()
                if generator.random() < 0.5:
                    finish(store, bundles)
            finish(store, bundles)
            store.run("add", bundles.new)
    assert killed > len(seeds) / 2
    with Server(binary, tmp_path, "--store", store.path) as server:
        with Reader(server, bundles.host, bundles.blobs(bundles.new)):
            pass


@pytest.mark.skipif(not mounts(), reason="a disk of its own needs root and mount namespaces")
@pytest.mark.parametrize("kind", ["tmpfs", "ext2"])
@MOMENTS
def test_full_disk_at_any_moment(bundles, binary, sandstrap, tmp_path, seeds, kind):
    size = sum(path.stat().st_size for path in (bundles.old, bundles.new)) + (4 << 20)
    full = 0
    with small_disk(tmp_path / "disk", size, kind) as disk:
        store = Store(disk / "store", sandstrap)
        store.run("add", bundles.old)
        moments = Moments(binary, store, bundles)
        with Server(binary, tmp_path, "--store", store.path) as server:
            with Reader(server, bundles.host, bundles.blobs(bundles.old)):
                for seed in seeds:
                    writer = moments.begin()
                    moments.wait_for(writer, random.Random(seed).random() * 0.8)
                    writer.send_signal(signal.SIGSTOP)
                    fill(disk / "others")
                    writer.send_signal(signal.SIGCONT)
                    _, errors = writer.communicate()
                    if writer.returncode:
                        full += 1
                        assert writer.returncode == 3 and "bytes more" in errors, errors
                        assert "make room" in errors
                    store.assert_right()
                    store.run("list")
                    os.unlink(disk / "others")
                    finish(store, bundles)
    assert full > len(seeds) / 2


@pytest.mark.skipif(not mounts(), reason="a disk of its own needs root and mount namespaces")
def test_a_disk_without_room_is_found_before(bundles, sandstrap, tmp_path):
    with small_disk(tmp_path / "disk", bundles.old.stat().st_size + (1 << 20)) as disk:
        store = Store(disk / "store", sandstrap)
        store.run("add", bundles.old)
        before = store.names()
        result = store.run("add", bundles.new, check=3)
        assert "do not fit on its disk" in result.stderr and "are missing" in result.stderr
        assert store.names() == before and not store.parts()
        store.run("remove", bundles.identity(bundles.old))
        store.run("collect")
        store.run("add", bundles.new)
