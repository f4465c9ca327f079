# SPDX-License-Identifier: Apache-2.0
"""`serve` among many clients: a bundle that is replaced under them, and those that mean no good."""

import asyncio
import os
import random
import resource
import signal
import time

import pytest
from bundles import authority, origin, tree, workload  # noqa: F401
from pullers import Client, Puller
from served import Server

CLIENTS = 500
IMAGES = [f"crowd/image-{number}" for number in range(4)]
REPLACEMENTS = 4
BETWEEN_S = 1.5
LAYER_BYTES = 300_000

IDLE, SLOW, HALF_OPEN, DEAF = 2000, 200, 100, 50
LARGE_BYTES = 8 << 20  # more than the system's buffers take for a client that reads nothing
HONEST = 20
FOR_S = 25  # longer than a head may take
BUSY_S = 30  # and what a busy machine may take longer to say so
GROWTH_KIB = 32 << 10


@pytest.fixture(autouse=True)
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard < 16384 else 16384, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def bundles(tree):
    """Makes bundles of images by the same tags, each time with other layers."""

    def make(generation, layer_bytes=LAYER_BYTES):
        noise = random.Random(generation)
        images = []
        for repository in IMAGES:
            tree.upstream.add_image(repository, "1", [b"the same in all", noise.randbytes(layer_bytes)])
            images.append(f"{tree.upstream.host}/{repository}:1")
        tree.objects(*(workload("Deployment", image, name=f"w{i}") for i, image in enumerate(images)))
        tree.lock_file.unlink(missing_ok=True)
        tree.lock()
        tree.build()
        return {tree.upstream.manifests[repository, "1"][1] for repository in IMAGES}

    make.tree = tree
    return make


def peak_kib(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


# --- a bundle is replaced ---

async def pull_until(port, registry, stop, seen):
    puller = Puller(port, registry)
    first = random.Random(id(puller)).randrange(len(IMAGES))
    while not stop.is_set():
        for number in range(len(IMAGES)):
            seen.add(await puller.pull(IMAGES[(first + number) % len(IMAGES)], "1"))
    puller.client.close()
    return puller.pulled


async def replace_among(server, tree, files, seen):
    """Puts the files in the place of the bundle one after the other, while all pull."""
    stop = asyncio.Event()
    pulling = [asyncio.create_task(pull_until(server.port, tree.upstream.host, stop, seen))
               for _ in range(CLIENTS)]
    for file in files:
        await asyncio.sleep(BETWEEN_S)
        file.replace(tree.bundle_file)
        server.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 60
    while sum("is verified" in line for line in server.errors) <= len(files) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    await asyncio.sleep(BETWEEN_S)
    stop.set()
    return await asyncio.gather(*pulling)


def test_a_bundle_is_replaced_while_500_clients_pull(binary, tmp_path, bundles):
    tree, files = bundles.tree, []
    for generation in range(1, REPLACEMENTS + 1):
        bundles(generation)
        files.append(tree.bundle_file.rename(tmp_path / f"{generation}.bundle"))
    bundles(0)
    seen = set()
    with Server(binary, tmp_path, tree.bundle_file) as server:
        pulled = asyncio.run(replace_among(server, tree, files, seen))
    assert len(pulled) == CLIENTS and min(pulled) >= len(IMAGES), "somebody has pulled nothing"
    assert len(seen) > len(IMAGES), "nobody has seen a newer bundle"


# --- those that mean no good ---

class Crowd:
    """Connections of all kinds to one server; they count what it does with them."""

    def __init__(self, port, target, ends_at):
        self.port, self.target, self.ends_at = port, target, ends_at
        self.refused = {}
        self.pulled = 0

    def note(self, kind, status):
        self.refused.setdefault(kind, set()).add(status)

    async def open(self):
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def left(self):
        await asyncio.sleep(max(0, self.ends_at - time.monotonic()))

    async def idle(self):
        _, writer = await self.open()
        await self.left()
        writer.close()

    async def slow(self):
        """A head that never ends, a byte at a time."""
        reader, writer = await self.open()
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        while time.monotonic() < self.ends_at + BUSY_S:
            writer.write(b"x")
            try:
                answer = await asyncio.wait_for(reader.read(1000), 0.2)
            except asyncio.TimeoutError:
                continue
            self.note("slow", answer.split(b" ")[1].decode() if answer else "closed")
            break
        writer.close()

    async def half_open(self):
        _, writer = await self.open()
        writer.write(random.choice([b"GET /v2/", b"\x16\x03\x01\x02", b"POST /a/git-upload-pack HTTP/1.1\r\n"]))
        await self.left()
        writer.close()

    async def deaf(self):
        """Asks for much and reads nothing of it."""
        _, writer = await self.open()
        writer.transport.pause_reading()
        writer.write(f"GET {self.target} HTTP/1.1\r\nHost: a\r\n\r\n".encode() * 3)
        await self.left()
        writer.transport.abort()

    async def rude(self, kind, data):
        """Sends something wrong again and again; the server may refuse it or hang up."""
        while time.monotonic() < self.ends_at:
            try:
                reader, writer = await self.open()
                writer.write(data)
                answer = await asyncio.wait_for(reader.read(4096), 30)
                self.note(kind, answer.split(b" ")[1].decode() if answer.startswith(b"HTTP/1.1 ") else "closed")
                writer.close()
            except ConnectionError:
                self.note(kind, "closed")
            await asyncio.sleep(0.1)

    async def cutting(self):
        """Asks for all in pieces and cuts the connection in each."""
        client, at = Client(self.port), 0
        while time.monotonic() < self.ends_at:
            await client.connect()
            client.writer.write(f"GET {self.target} HTTP/1.1\r\nHost: a\r\nRange: bytes={at}-\r\n\r\n".encode())
            head = await client.reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 206"), head
            await client.reader.readexactly(1000)
            client.writer.transport.abort()
            at = (at + 100_003) % LARGE_BYTES

    async def honest(self, registry):
        puller = Puller(self.port, registry)
        while time.monotonic() < self.ends_at:
            for repository in IMAGES:
                await puller.pull(repository, "1")
        self.pulled += puller.pulled


RUDE = {
    "oversized head": (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", {"431"}),
    "many headers": (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", {"431"}),
    "long target": (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", {"414", "431"}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(300), {"400"}),
    "noise": (os.urandom(3000).replace(b"\n", b"") + b"\r\n\r\n", {"400", "431"}),
    "path tricks": (b"GET /v2/../../etc/passwd HTTP/1.1\r\nHost: ghcr.io\r\n\r\n", {"400", "404"}),
    "escaped path tricks": (b"GET /%2e%2e/%2e%2e/etc/passwd%00 HTTP/1.1\r\nHost: a\r\n\r\n", {"400", "404"}),
    "two lengths": (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", {"400"}),
    "length and chunks": (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                          b"0\r\n\r\n", {"400"}),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", {"400"}),
    "bad chunk": (b"POST /nothing HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", {"400", "404", "405"}),
}


async def gather_crowd(port, target, registry):
    crowd = Crowd(port, target, time.monotonic() + FOR_S)
    everybody = [crowd.honest(registry) for _ in range(HONEST)]
    everybody += [crowd.idle() for _ in range(IDLE)] + [crowd.slow() for _ in range(SLOW)]
    everybody += [crowd.half_open() for _ in range(HALF_OPEN)] + [crowd.deaf() for _ in range(DEAF)]
    everybody += [crowd.rude(kind, data) for kind, (data, _) in RUDE.items()]
    everybody += [crowd.cutting() for _ in range(10)]
    await asyncio.gather(*everybody)
    return crowd


def test_honest_clients_are_served_among_all_others(binary, tmp_path, bundles):
    bundles(0)
    tree = bundles.tree
    tree.upstream.add_image(IMAGES[0], "1", [random.Random(5).randbytes(LARGE_BYTES)])
    tree.lock_file.unlink()
    tree.lock()
    tree.build()
    large = max(tree.read().index["blobs"], key=lambda blob: blob["size"])["digest"]
    host = tree.upstream.host.replace(":", "%3A")
    target = f"/v2/{IMAGES[0]}/blobs/sha256:{large}?ns={host}"
    with Server(binary, tmp_path, tree.bundle_file) as server:
        before = peak_kib(server.process)
        crowd = asyncio.run(gather_crowd(server.port, target, tree.upstream.host))
        growth = peak_kib(server.process) - before
        assert server.ask("/healthz").status == 200
    wrong = {kind: crowd.refused.get(kind) for kind, (_, right) in RUDE.items()
             if not crowd.refused.get(kind, set()) & right or crowd.refused[kind] - right - {"closed"}}
    assert not wrong, wrong
    assert crowd.refused.get("slow") <= {"408", "closed"} and "408" in crowd.refused["slow"]
    assert crowd.pulled >= HONEST * len(IMAGES), "honest clients were kept waiting"
    assert growth < GROWTH_KIB, f"{growth} KiB more memory"
