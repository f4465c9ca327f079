# SPDX-License-Identifier: Apache-2.0
"""What others may try with an agent: writing without the token, giving it wrong bytes, taking all of it,
asking from elsewhere."""

import contextlib
import ctypes
import http.server
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import traceback

import pytest
from agents import API, Cluster, seed, sha256  # noqa: F401 (fixture)


@pytest.fixture
def node(binary, tmp_path, seed):
    with Cluster(binary, tmp_path, seed, nodes=1) as cluster:
        yield cluster.start()


def test_nothing_is_written_without_the_token(node, seed):
    digest, data = next(iter(seed.blobs.items()))
    path = f"{API}/blobs/{digest}?size={len(data)}&offset=0"
    other = secrets.token_hex(32)
    wrong = {
        "none": {},
        "no MAC": {"Sandstrap_MAC": "0" * 64},
        "another token": {"Sandstrap_MAC": node.mac("PUT", path, digest, token=other)},
        "an empty token": {"Sandstrap_MAC": node.mac("PUT", path, digest, token="\0")},
        "another method": {"Sandstrap_MAC": node.mac("GET", path, digest)},
        "another size": {"Sandstrap_MAC": node.mac("PUT", path.replace("offset=0", "offset=1"), digest)},
        "another blob": {"Sandstrap_MAC": node.mac("PUT", path, sha256(b"other"))},
    }
    for name, headers in wrong.items():
        answer = node.ask(path, "PUT", data, **headers)
        assert answer.status == 401, (name, answer)
    for path in (f"/bundles/{seed.identity}", f"/bundles/{seed.identity}/blobs", "/config"):
        assert node.ask(API + path, "PUT", b"x").status == 401
    for path in ("/routes/remove", "/store/remove"):
        assert node.ask(API + path, "POST", b"").status == 401
    assert not list((node.home / "store/parts").iterdir()) and not node.blobs()
    assert node.status()["receivedBytes"] == 0


def test_a_command_is_taken_once(node, seed):
    nonce = node.status()["nonce"]
    text = node.cluster.want(seed)
    assert node.command("PUT", "/config", text, nonce).status == 200
    # Whoever listened sends it again; and what the nonce is by now does not make it another's.
    answer = node.command("PUT", "/config", text, nonce)
    assert answer.status == 409 and "nonce" in answer.text
    assert node.status()["nonce"] != nonce
    digest = sha256(text)
    mac = node.mac("PUT", API + "/config", digest, nonce)
    answer = node.ask(API + "/config", "PUT", text, Sandstrap_Nonce=node.status()["nonce"], Sandstrap_Digest=digest,
                      Sandstrap_MAC=mac)
    assert answer.status == 401
    # An older one changes nothing, another body than the signed one is refused.
    old = json.dumps({**node.cluster.config, "serial": 1, "bundles": []}).encode()
    assert "there already" in node.command("PUT", "/config", old).text
    assert len(node.status()["bundles"]) == 1
    nonce = node.status()["nonce"]
    answer = node.ask(API + "/config", "PUT", old, Sandstrap_Nonce=nonce, Sandstrap_Digest=digest,
                      Sandstrap_MAC=node.mac("PUT", API + "/config", digest, nonce))
    assert answer.status == 422


def test_what_is_not_understood_changes_nothing(node, seed):
    before = node.status()["serial"]
    for text in (b"", b"{}", b"null", b"{" * 1000, json.dumps({**node.cluster.config, "serial": 9, "more": 1}).encode()):
        answer = node.command("PUT", "/config", text)
        assert answer.status == 422 and "the node's configuration" in answer.text, answer
    assert node.status()["serial"] == before
    assert node.put(f"/bundles/{seed.identity}", seed.identity, seed.head[:-1]).status == 422
    assert node.put(f"/bundles/{seed.identity}", seed.identity, seed.head[:-1] + b"!").status == 422
    assert node.put(f"/bundles/{seed.identity}/blobs", seed.identity, seed.list[75:]).status == 422
    other = sha256(b"other")
    assert node.put(f"/bundles/{other}", other, seed.head).status == 404
    assert node.get("/nothing").status == 404 and node.ask(API + "/status", "DELETE").status == 405
    node.put_all(seed)
    node.wait_served(seed)


class Spoofer(http.server.ThreadingHTTPServer):
    """A peer that has everything, and gives other bytes than it is asked for."""

    daemon_threads = True

    def __init__(self, address, port, seed, how):
        self.seed, self.how, self.given = seed, how, 0
        self.end = threading.Event()
        super().__init__((address, port), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            spoofer = self.server
            kind = self.path.removeprefix(API).split("/")
            if spoofer.how == "silent":
                spoofer.end.wait()
                return
            body = b"0" * 5000
            if kind[1] == "bundles" and spoofer.how != "heads":
                body = {2: spoofer.seed.head}.get(len(kind[2:]) + 1, b"")
                if kind[-1] == "blobs":
                    body = spoofer.seed.list
            elif kind[1] == "blobs":
                spoofer.given += 1
                data = spoofer.seed.blobs[kind[2]]
                body = {"wrong": b"\0" * len(data), "long": data + b"more", "half": data[:len(data) // 2]}[spoofer.how]
                if spoofer.how == "half":
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(b"\0" * len(body))
                    self.close_connection = True
                    return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)


@pytest.mark.parametrize("how", ["wrong", "long", "half", "heads", "silent"])
def test_a_peer_that_gives_other_bytes_is_left_alone(binary, tmp_path, seed, how):
    with Cluster(binary, tmp_path, seed, nodes=3) as cluster:
        with Spoofer(cluster.addresses[2], cluster.port, seed, how) as spoofer:
            nodes = [cluster.start() for _ in range(2)]
            if how in ("wrong", "long", "heads"):
                nodes[1].said(f"the peer {cluster.addresses[2]} gave something else")
            nodes[0].put_all(seed)
            for node in nodes:
                node.wait_served(seed)
                node.assert_whole(seed)
            assert how in ("heads", "half", "silent") or spoofer.given
            spoofer.end.set()
            spoofer.shutdown()


def test_blobs_that_went_bad_come_again_from_a_peer(binary, tmp_path, seed):
    with Cluster(binary, tmp_path, seed, nodes=2) as cluster:
        nodes = [cluster.start() for _ in range(2)]
        nodes[0].put_all(seed)
        for node in nodes:
            node.wait_served(seed)
        nodes[1].kill()
        for digest in seed.blobs:
            file = nodes[1].home / "store/blobs/sha256" / digest
            file.write_bytes(bytes(len(seed.blobs[digest])))
        nodes[1].start()
        nodes[1].said("were wrong: gone, and lacking now")
        nodes[1].wait_served(seed)
        nodes[1].assert_whole(seed)


def test_slow_and_many_clients_leave_room_for_others(binary, tmp_path, seed):
    with Cluster(binary, tmp_path, seed, nodes=1) as cluster, contextlib.ExitStack() as stack:
        node = cluster.start()
        node.put_all(seed)
        node.wait_served(seed)
        digest = max(seed.blobs, key=lambda name: len(seed.blobs[name]))
        for i in range(1500):
            s = stack.enter_context(contextlib.closing(socket.create_connection((node.address, cluster.port))))
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            with contextlib.suppress(OSError):  # some are ended to make room
                s.sendall([b"", b"GET / HT", f"GET {API}/blobs/{digest} HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
                           f"PUT {API}/blobs/{digest}?size=9&offset=0 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n".encode()][i % 4])
        node.assert_whole(seed)
        assert node.peak_kib() <= 32 << 10


MALFORMED = [b"\r\n\r\n", b"GET\r\n\r\n", b"PUT /sandstrap/v1/config HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
             b"GET /sandstrap/v1/status HTTP/1.1\r\n\r\n", b"GET /sandstrap/v1/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
             b"GET /sandstrap/v1/blobs/../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
             b"GET /sandstrap/v1/bundles/" + b"a" * 64 + b"/lacks/ HTTP/1.1\r\nHost: a\r\n\r\n",
             b"PUT /sandstrap/v1/config HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
             b"GET /sandstrap/v1/asked?name=%ff%00 HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"]


@pytest.mark.parametrize("request_bytes", MALFORMED)
def test_malformed_requests_are_refused(node, request_bytes):
    with contextlib.closing(socket.create_connection((node.address, node.cluster.port), timeout=30)) as s:
        s.sendall(request_bytes)
        s.shutdown(socket.SHUT_WR)
        answer = s.recv(4096)
    assert not answer or int(answer.split()[1]) in (400, 404, 405, 422), answer
    assert node.get("/status").status == 200


# --- from elsewhere: two network namespaces with a link between them ---

CLONE_NEWNET = 0x40000000
ELSEWHERE = """
import ctypes, os, sys
assert ctypes.CDLL(None).unshare(0x40000000) == 0
print("here", flush=True)
sys.stdin.readline()
os.system("ip link set v1 up; ip addr add 192.0.2.7/32 dev v1; ip route add 198.51.100.0/24 dev v1")
print("up", flush=True)
for line in sys.stdin:
    import http.client
    port, method, path, mac = line.split()
    c = http.client.HTTPConnection("198.51.100.1", int(port), timeout=20)
    c.request(method, path, headers={} if mac == "-" else {"Sandstrap-MAC": mac})
    r = c.getresponse()
    print(r.status, len(r.read()), flush=True)
"""


def in_namespace(binary, folder, seed):
    """Runs in a process of its own, whose network is its own, too."""
    assert ctypes.CDLL(None).unshare(CLONE_NEWNET) == 0
    os.system("ip link set lo up")
    with subprocess.Popen([sys.executable, "-c", ELSEWHERE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as other:
        assert other.stdout.readline() == "here\n"
        assert os.system(f"ip link add v0 type veth peer name v1 netns {other.pid} && ip addr add 198.51.100.1/32 dev v0"
                         " && ip link set v0 up && ip route add 192.0.2.7/32 dev v0") == 0

        def ask(line):
            other.stdin.write(line + "\n")
            other.stdin.flush()
            return other.stdout.readline().split()

        ask("")
        with Cluster(binary, folder, seed, nodes=1) as cluster:
            cluster.addresses = ["198.51.100.1"]
            node = cluster.start()
            node.put_all(seed)
            node.wait_served(seed)
            digest = next(iter(seed.blobs))
            reads = [f"{API}/status", f"{API}/blobs/{digest}", f"{API}/asked", "/", "/healthz",
                     "/v2/stefanprodan/podinfo/manifests/6.9.1?ns=ghcr.io"]
            for path in reads:
                assert ask(f"{cluster.port} GET {path} -")[0] == "403", path
            # The program is no secret: nodes that join get it. The installer may come from anywhere.
            assert ask(f"{cluster.port} GET {API}/binary -") == ["200", str(os.path.getsize(binary))]
            mac = node.mac("GET", f"{API}/status", sha256(b""))
            assert ask(f"{cluster.port} GET {API}/status {mac}")[0] == "200"
            assert ask(f"{cluster.port} PUT {API}/config -")[0] == "401"
            node.put_config(cluster.want(seed, networks=["192.0.2.0/24"]))
            for path in reads:
                assert ask(f"{cluster.port} GET {path} -")[0] == "200", path
        other.stdin.close()


def test_only_the_networks_may_read(binary, tmp_path, seed):
    if os.geteuid() != 0:
        pytest.skip("network namespaces are root's")
    child = os.fork()
    if child == 0:
        try:
            in_namespace(binary, tmp_path, seed)
        except BaseException:  # noqa: BLE001: nothing of pytest's must run twice
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
