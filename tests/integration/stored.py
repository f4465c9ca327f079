# SPDX-License-Identifier: Apache-2.0
"""What the tests of blob stores share: two bundles with something in common, a store looked at from
outside, and a reader of all that a server has, which never gets anything wrong."""

import contextlib
import hashlib
import json
import os
import pathlib
import random
import subprocess
import threading

import pytest
from bundles import Bundle, Tree, certs, upstream, workload

SIZES = [6 << 20, 3 << 20, 1 << 20, 200_000, 4097, 4096, 100, 1]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Bundles:
    """Two bundles: `old` and `new`, with layers of many sizes, one of them in both."""

    def __init__(self, folder, sandstrap):
        authority = certs.Authority(folder, "authority")
        authority.issue("server", "DNS:localhost")
        origin = upstream.Upstream(folder / "origin", authority.folder / "server.crt",
                                   authority.folder / "server.key")
        self.host = origin.host
        generator = random.Random(1)
        shared = generator.randbytes(2 << 20)
        try:
            for name in ("old", "new"):
                layers = [shared, *(generator.randbytes(size) for size in SIZES)]
                origin.add_image("team/app", name, layers)
                tree = Tree(folder / name, origin, sandstrap, authority)
                tree.objects(workload("Deployment", f"{origin.host}/team/app:{name}"))
                tree.lock()
                tree.build()
                setattr(self, name, tree.bundle_file)
        finally:
            origin.close()

    @staticmethod
    def blobs(path):
        return {entry["digest"]: entry["size"] for entry in Bundle(path).index["blobs"]}

    @staticmethod
    def identity(path):
        return Bundle(path).data[32:64].hex()


class Store:
    """A store at `path`, and its files as anybody sees them."""

    def __init__(self, path, sandstrap):
        self.path = pathlib.Path(path)
        self.sandstrap = sandstrap

    def run(self, command, *arguments, check=0):
        return self.sandstrap("store", command, "--store", self.path, *arguments, check=check)

    def json(self, command, *arguments):
        return json.loads(self.run(command, "--output", "json", *arguments).stdout)

    def names(self):
        return {file.name for file in (self.path / "blobs/sha256").iterdir()}

    def parts(self):
        return {file.name: file.stat().st_size for file in (self.path / "parts").iterdir()}

    def written(self, digests):
        """How many bytes of these blobs are there, in parts or whole."""
        sizes = 0
        for digest in digests:
            for folder in ("blobs/sha256", "parts"):
                with contextlib.suppress(FileNotFoundError):
                    sizes += (self.path / folder / digest).stat().st_size
        return sizes

    def assert_right(self):
        """Whatever has its name is what the name says."""
        for name in self.names():
            assert sha256((self.path / "blobs/sha256" / name).read_bytes()) == name


class Reader:
    """Gets blobs of a server again and again, in a thread, and compares every byte."""

    def __init__(self, server, host, blobs):
        self.server, self.host, self.blobs = server, host, blobs
        self.wrong, self.count = [], 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def get(self, digest):
        answer = self.server.ask(f"/v2/team/app/blobs/sha256:{digest}?ns={self.host}")
        if answer.status != 200 or sha256(answer.body) != digest:
            self.wrong.append((digest, answer.status, answer.body[:200]))
        self.count += 1

    def _run(self):
        while not self._stop.is_set():
            for digest in self.blobs:
                self.get(digest)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        assert self.count >= len(self.blobs) and not self.wrong


def mounts():
    """Whether a small disk of our own can be had, which nobody else sees."""
    if os.geteuid() != 0:
        return False
    return subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


@contextlib.contextmanager
def small_disk(folder, size, kind="tmpfs"):
    """A disk of `size` bytes that nobody else sees: where it is. An ext2 cannot reserve room."""
    folder.mkdir()
    mount = f"mount -t tmpfs -o size={size} none {folder}"
    if kind == "ext2":
        image = folder.with_suffix(".img")
        with open(image, "wb") as file:
            file.truncate(size + size // 16)
        subprocess.run(["mkfs.ext2", "-q", "-m", "0", "-b", "4096", image], check=True)
        mount = f"mount -o loop {image} {folder}"
    script = f"{mount} && echo ready && exec sleep infinity"
    holder = subprocess.Popen(["unshare", "-m", "sh", "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        if holder.stdout.readline() != "ready\n":
            pytest.skip(f"no {kind} can be mounted")
        yield pathlib.Path(f"/proc/{holder.pid}/root{folder}")
    finally:
        holder.kill()
        holder.wait()


def fill(path):
    """Takes all the room there is."""
    with open(path, "wb") as file:
        at, step = 0, 1 << 24
        while step >= 4096:
            try:
                os.posix_fallocate(file.fileno(), at, step)
                at += step
            except OSError:
                step //= 2
