# SPDX-License-Identifier: Apache-2.0
"""Deltas: bundles without the layers that an older one has, for places that have that one."""

import hashlib
import json

import pytest
from bundles import ALIGN, Bundle, authority, origin, tree, workload  # noqa: F401

SHARED, FIRST, SECOND = b"shared layer" * 5000, b"first layer" * 5000, b"second layer" * 5000


class Delta:
    """A reader that was written from docs/bundle-format.md alone."""

    def __init__(self, path):
        self.data = path.read_bytes()
        size = int.from_bytes(self.data[24:32], "little")
        assert self.data[:16] == b"sandstrap bundle" and self.data[20:24] == b"\1\0\0\0"
        text = self.data[20480:20480 + size]
        assert hashlib.sha256(text).digest() == self.data[32:64]
        self.index = json.loads(text)
        self.list_at = -(-(20480 + size) // ALIGN) * ALIGN
        self.list_end = self.list_at + int.from_bytes(self.data[64:72], "little")
        lines = self.data[self.list_at:self.list_end]
        assert hashlib.sha256(lines).digest() == self.data[72:104]
        since, *left_out = lines.decode().splitlines()
        self.since, self.left_out = since.removeprefix("since "), [line.removeprefix("sha256:") for line in left_out]
        at = -(-self.list_end // ALIGN) * ALIGN
        for blob in self.index["blobs"]:
            if blob["digest"] in self.left_out:
                continue
            assert hashlib.sha256(self.data[at:at + blob["size"]]).hexdigest() == blob["digest"]
            at = -(-(at + blob["size"]) // ALIGN) * ALIGN
        assert at == len(self.data)


@pytest.fixture
def grown(tree):
    """old.bundle, the tree after it with the lock of that, and how to build it."""
    origin = tree.upstream
    tree.old, tree.delta = tree.folder / "old.bundle", tree.folder / "delta.bundle"
    origin.add_image("app", "1", [SHARED, FIRST])
    tree.objects(workload("Deployment", f"{origin.host}/app:1"))
    tree.lock()
    tree.build().stdout
    tree.bundle_file.rename(tree.old)
    origin.add_image("app", "2", [SHARED, SECOND])
    origin.add_chart("charts/tool", "1.0.0", {"values.yaml": "a: 1\n"})
    tree.objects(workload("Deployment", f"{origin.host}/app:2"))
    tree.lock()
    tree.build()
    tree.run(*tree.build_command("--since", tree.old, "-o", tree.delta))
    return tree


def hex_of(data):
    return hashlib.sha256(data).hexdigest()


def identity(path):
    return hex_of(Bundle(path).data[20480:20480 + int.from_bytes(Bundle(path).data[24:32], "little")])


def test_it_is_the_whole_bundle_but_for_the_layers_that_are_known(grown):
    delta, whole = Delta(grown.delta), grown.read()
    assert delta.index == whole.index and delta.since == "sha256:" + identity(grown.old)
    assert delta.left_out == [hex_of(SHARED)]
    saved = len(whole.data) - len(delta.data)
    assert len(SHARED) - ALIGN < saved <= len(SHARED) + ALIGN
    said = json.loads(grown.run("bundle", "verify", grown.delta, "--output", "json").stdout)
    assert said["identity"] == "sha256:" + identity(grown.bundle_file)
    assert said["since"] == delta.since and said["bytes"] == len(delta.data)
    assert f"delta      since {delta.since}\n" in grown.run("bundle", "inspect", grown.delta).stdout
    grown.run("bundle", "verify", "--sealed", grown.delta)
    assert grown.run("render", "--bundle", grown.delta).stdout == grown.run("render", "--bundle",
                                                                           grown.bundle_file).stdout


def test_the_same_again_gives_the_same_bytes(grown):
    first = grown.delta.read_bytes()
    assert "unchanged" in grown.run(*grown.build_command("--since", grown.old, "-o", grown.delta)).stdout
    assert "written" in grown.run(*grown.build_command("-o", grown.delta)).stdout
    assert grown.delta.read_bytes() == grown.bundle_file.read_bytes()
    assert "written" in grown.run(*grown.build_command("--since", grown.old, "-o", grown.delta)).stdout
    assert grown.delta.read_bytes() == first
    # Without anything in common it is a whole bundle.
    nothing = grown.folder / "nothing.bundle"
    grown.upstream.add_image("other", "1", [b"other"])
    grown.objects(workload("Deployment", f"{grown.upstream.host}/other:1"))
    grown.lock()
    grown.run(*grown.build_command("--since", grown.old, "-o", nothing))
    assert Bundle(nothing).index["artifacts"]


def test_a_store_takes_it_when_it_has_what_is_left_out(grown):
    store = grown.folder / "store"
    refused = grown.run("store", "add", "--store", store, grown.delta, check=3).stderr
    assert (f"is a delta since sha256:{identity(grown.old)}: it does not hold the blob sha256:{hex_of(SHARED)} of image "
            f"{grown.upstream.host}/app:2, which is not there") in refused
    assert "take the whole bundle, or bring the one there first" in refused
    grown.run("store", "add", "--store", store, grown.old)
    grown.run("store", "add", "--store", store, grown.delta)
    grown.run("store", "verify", "--store", store)
    whole = identity(grown.bundle_file)
    size = int.from_bytes(grown.read().data[24:32], "little")
    assert (store / "bundles" / whole).read_bytes() == grown.read().data[:20480 + size]
    # Then it is the whole one: what is left out stays when the older one goes.
    grown.run("store", "remove", "--store", store, "sha256:" + identity(grown.old))
    grown.run("store", "collect", "--store", store)
    assert (store / "blobs/sha256" / hex_of(SHARED)).exists()
    assert not (store / "blobs/sha256" / hex_of(FIRST)).exists()


def test_by_itself_it_is_not_served(grown):
    error = grown.run("serve", "--listen", "127.0.0.1:0", grown.delta, check=None)
    assert error.code == 3 and "is a delta since" in error.stderr and "store add" in error.stderr


def test_every_byte_of_its_list_is_checked(grown):
    delta = Delta(grown.delta)
    flips = {20: "header", 64: "list of what is left out", 72: "list of what is left out", 104: "header",
             delta.list_at: "list of what is left out", delta.list_end - 1: "list of what is left out",
             delta.list_end: "padding of the list"}
    damaged = grown.folder / "damaged.bundle"
    for at, name in flips.items():
        data = bytearray(delta.data)
        data[at] ^= 2
        damaged.write_bytes(data)
        assert name in grown.verify(check=5, file=damaged).stderr, at

    def relisted(lines):
        text = "".join(lines).encode()
        data = bytearray(delta.data)
        data[64:72], data[72:104] = len(text).to_bytes(8, "little"), hashlib.sha256(text).digest()
        data[delta.list_at:delta.list_at + ALIGN] = text.ljust(ALIGN, b"\0")
        damaged.write_bytes(data)
        return grown.verify(check=5, file=damaged).stderr

    since, blob = f"since {delta.since}\n", f"sha256:{delta.left_out[0]}\n"
    assert "does not say what" in relisted([blob])
    assert "no blob of the index" in relisted([since, "sha256:" + "0" * 64 + "\n"])
    assert "canonical" in relisted([since, blob, blob])
    assert "canonical" in relisted([since, blob[:-1]])
    assert "bytes" in relisted([since])
    for size in (delta.list_at, len(delta.data) - ALIGN):
        damaged.write_bytes(delta.data[:size])
        grown.verify(check=5, file=damaged)
