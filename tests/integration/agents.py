# SPDX-License-Identifier: Apache-2.0
"""What the tests of `agent` share: nodes of a cluster, each an address of the loopback with an agent of
its own, and an installer that was written from docs/internals/seed.md alone."""

import contextlib
import hashlib
import hmac
import http.client
import json
import pathlib
import secrets
import signal
import subprocess
import threading
import time

import pytest
from bundles import Bundle
from served import free_port

API = "/sandstrap/v1"
WAIT_S = 60


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Seed:
    """What a node needs of a bundle file."""

    def __init__(self, path):
        bundle = Bundle(path)
        self.identity = bundle.data[32:64].hex()
        self.head = bundle.data[:bundle.index_end]
        wanted = {digest for a in bundle.index["artifacts"] if a["kind"] != "tree" for digest in a["blobs"]}
        self.blobs = {digest: bundle.blob(digest) for digest in sorted(wanted)}
        self.list = "".join(f"{digest} {len(data)}\n" for digest, data in self.blobs.items()).encode()
        self.size = sum(len(data) for data in self.blobs.values())

    def entry(self):
        return {"identity": f"sha256:{self.identity}", "blobs": f"sha256:{sha256(self.list)}"}


@pytest.fixture(scope="module")
def seed(content):
    return Seed(content.path)


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()
        self.text = self.body.decode(errors="replace").strip()

    def __repr__(self):
        return f"{self.status}\n{self.headers}\n{self.body[:2000]!r}"


class Cluster:
    """A configuration, a token, and the agents that are started of it."""

    def __init__(self, binary, folder, *seeds, nodes=3, **config):
        self.binary, self.folder = binary, pathlib.Path(folder)
        self.port, self.tls_port = free_port(), free_port()
        self.token = secrets.token_hex(32)
        (self.folder / "token").write_text(self.token)
        self.addresses = [f"127.0.{secrets.randbelow(200) + 10}.{i + 1}" for i in range(nodes)]
        self.config = {"format": "sandstrap-node-config/1", "serial": 0, "bundles": [], "peers": self.addresses,
                       "networks": [], "hosts": [], "budget": 0, "port": self.port, "tlsPort": self.tls_port, **config}
        self.nodes = []
        self.want(*seeds)

    def want(self, *seeds, **config):
        """The next configuration, as a file that nodes which start find; its text."""
        self.config.update(serial=self.config["serial"] + 1, bundles=[seed.entry() for seed in seeds], **config)
        text = json.dumps(self.config).encode()
        (self.folder / "agent.json").write_bytes(text)
        return text

    def start(self, address=None, **options):
        node = Node(self, address or self.addresses[len(self.nodes)], **options)
        self.nodes.append(node)
        return node

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            node.stop()


class Node:
    """One agent, on `address`."""

    def __init__(self, cluster, address, home=None):
        self.cluster, self.address, self.name = cluster, address, f"node-{address}"
        self.home = pathlib.Path(home or cluster.folder / self.name)
        self.root = cluster.folder / f"{self.name}-root"
        (self.root / "etc/containerd").mkdir(parents=True, exist_ok=True)
        self.lines = []
        self.process = None
        self.start()

    def start(self):
        folder = self.cluster.folder
        command = [self.cluster.binary, "agent", "--home", self.home, "--config", folder / "agent.json", "--token",
                   folder / "token", "--tls", folder / "tls", "--root", self.root, "--node", self.name, "--address",
                   self.address, "--layout", "containerd"]
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
        self.said("ready:")

    def _read(self, process):
        for line in process.stderr:
            self.lines.append(line)

    def said(self, words):
        """Waits for a line with these words, and takes all up to it."""
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            for i, line in enumerate(list(self.lines)):
                if words in line:
                    del self.lines[:i + 1]
                    return line
            assert self.process.poll() is None or words in "".join(self.lines), "".join(self.lines)
            time.sleep(0.01)
        raise AssertionError(f"nothing says '{words}': {''.join(self.lines)}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(WAIT_S) == 0, "".join(self.lines)

    def peak_kib(self):
        """The most memory that it had."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))

    # --- requests ---

    def connect(self):
        return http.client.HTTPConnection(self.address, self.cluster.port, timeout=WAIT_S)

    def ask(self, path, method="GET", body=None, **headers):
        with contextlib.closing(self.connect()) as connection:
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it was answered early
                connection.request(method, path, body, headers)
            return Answer(connection.getresponse())

    def mac(self, method, path, digest, nonce="", token=None):
        text = f"{method}\n{path}\n{nonce}\n{digest}\n"
        return hmac.new((token or self.cluster.token).encode(), text.encode(), "sha256").hexdigest()

    def get(self, path):
        return self.ask(API + path)

    def put(self, path, digest, body, method="PUT", **headers):
        """What is addressed by its content."""
        headers = {"Sandstrap_MAC": self.mac(method, API + path, digest), **headers}
        return self.ask(API + path, method, body, **headers)

    def command(self, method, path, body=b"", nonce=None):
        nonce = nonce or self.status()["nonce"]
        digest = sha256(body)
        return self.ask(API + path, method, body, Sandstrap_Nonce=nonce, Sandstrap_Digest=digest,
                        Sandstrap_MAC=self.mac(method, API + path, digest, nonce))

    def status(self):
        answer = self.get("/status")
        assert answer.status == 200, answer
        return json.loads(answer.body)

    # --- what an installer does ---

    def put_config(self, text):
        answer = self.command("PUT", "/config", text)
        assert answer.status == 200, answer

    def put_bundle(self, seed):
        for path, body in ((f"/bundles/{seed.identity}", seed.head), (f"/bundles/{seed.identity}/blobs", seed.list)):
            answer = self.put(path, seed.identity, body)
            assert answer.status in (200, 201), answer

    def put_blob(self, digest, data, offset=0, body=None):
        return self.put(f"/blobs/{digest}?size={len(data)}&offset={offset}", digest,
                        data[offset:] if body is None else body)

    def put_all(self, seed):
        self.put_bundle(seed)
        for digest, data in seed.blobs.items():
            answer = self.put_blob(digest, data)
            assert answer.status in (200, 201), answer

    def lacks(self, seed):
        answer = self.get(f"/bundles/{seed.identity}/lacks")
        assert answer.status == 200, answer
        return {line.split()[0]: tuple(map(int, line.split()[1:])) for line in answer.text.splitlines()}

    def wait_served(self, *seeds):
        wanted = {f"sha256:{seed.identity}" for seed in seeds}

        def served():
            return wanted == {b["identity"] for b in self.status()["bundles"] if b["served"]}

        self.wait(served)

    def wait(self, condition):
        end = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < end, (self.get("/status").text, "".join(self.lines))
            time.sleep(0.02)

    def blobs(self):
        return {file.name for file in (self.home / "store/blobs/sha256").iterdir()}

    def assert_whole(self, seed):
        """All of it is there, and is what its name says."""
        for digest, data in seed.blobs.items():
            answer = self.get(f"/blobs/{digest}")
            assert answer.status == 200 and answer.body == data
