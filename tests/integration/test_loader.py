# SPDX-License-Identifier: Apache-2.0
"""The loader that nodes start with: the real static program, curl, raw sockets, and sandstrap as what it loads."""

import contextlib
import hashlib
import http.server
import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest
from served import free_port

LIMIT = 131072  # bytes: in base64 it still fits into a ConfigMap with room
ADDRESS = "127.0.0.1"
PUT_PATH = "/sandstrap/v1/binary"


@pytest.fixture(scope="session")
def loader(binary):
    return binary.parent / "loader"


@pytest.fixture(scope="session")
def content(binary):
    return binary.read_bytes()


class Waiting:
    """A loader that waits for sandstrap, whose version is then asked."""

    def __init__(self, loader, home, content, peers=None, port=None):
        self.port, self.content, self.home = port or free_port(), content, home
        self.url = f"http://{ADDRESS}:{self.port}"
        arguments = [f"--home={home}", f"--sha256={hashlib.sha256(content).hexdigest()}",
                     f"--size={len(content)}", f"--address={ADDRESS}", f"--port={self.port}"]
        arguments += [f"--peers={peers}"] if peers else []
        self.process = subprocess.Popen([loader, "serve", *arguments, "--", "--version"],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.first = self.process.stderr.readline()

    def curl(self, *arguments, path=PUT_PATH):
        command = ["curl", "-s", "--noproxy", "*", "-m", "60", "-w", "%{http_code}", *map(str, arguments), self.url + path]
        done = subprocess.run(command, capture_output=True, text=True)
        return int(done.stdout[-3:]), done.stdout[:-3]

    def state(self):
        return self.curl(path="/sandstrap/v1/loader")[1]

    def connect(self, text=b""):
        s = socket.create_connection((ADDRESS, self.port), timeout=30)
        s.sendall(text)
        return s

    def is_replaced(self):
        """That the process became sandstrap, and told its version."""
        out, _ = self.process.communicate(timeout=60)
        return self.process.returncode == 0 and out.startswith("sandstrap ")

    def left(self):
        return sorted(os.listdir(self.home / "bin"))


@pytest.fixture
def waiting(loader, content, tmp_path):
    with contextlib.ExitStack() as stack:

        def start(**options):
            w = Waiting(loader, options.pop("home", tmp_path / "home"), content, **options)
            stack.callback(w.process.wait)
            stack.callback(w.process.kill)
            return w

        yield start


@pytest.fixture
def upload(binary):
    return ["-T", str(binary)]


def test_is_small_and_static(loader):
    assert loader.stat().st_size <= LIMIT
    assert b"ld-" not in loader.read_bytes().split(b"\0", 1)[0]
    headers = subprocess.run(["readelf", "-lW", loader], capture_output=True, text=True, check=True).stdout
    assert "INTERP" not in headers and "LOAD" in headers


def test_takes_the_binary_and_becomes_it(waiting, upload):
    w = waiting()
    assert w.curl(*upload) == (201, "sandstrap starts\n")
    assert w.is_replaced() and w.left() == ["sandstrap"]
    again = waiting()
    assert again.first.startswith("starts ") and again.is_replaced()


@pytest.mark.parametrize("how", [["-H", "Transfer-Encoding: chunked", "-H", "Expect:"], ["-H", "Expect: 100-continue"], ["-0"]])
def test_takes_it_in_each_form(waiting, upload, how):
    w = waiting()
    assert w.curl(*how, *upload)[0] == 201
    assert w.is_replaced()


def test_tells_its_state(waiting):
    w = waiting()
    digest = hashlib.sha256(w.content).hexdigest()
    assert f"waits for sandstrap {digest} of {len(w.content)} bytes\n" in w.state()
    assert w.curl(path="/healthz")[0] == 503
    assert w.curl()[0] == 404
    assert w.curl("-X", "DELETE")[0] == 405


def test_refuses_another_length_before_it_is_sent(waiting):
    w = waiting()
    with w.connect(f"PUT {PUT_PATH} HTTP/1.1\r\nHost: a\r\nContent-Length: 12345678901\r\n\r\n".encode()) as s:
        answer = s.makefile().read()
    assert answer.startswith("HTTP/1.1 409 ") and "12345678901 bytes, and this node waits for" in answer


def test_refuses_other_bytes_and_keeps_nothing(waiting, tmp_path, upload):
    w = waiting()
    other = tmp_path / "other"
    other.write_bytes(w.content[:-1] + b"x")
    assert w.curl("-T", other)[0] == 422
    other.write_bytes(w.content + b"x")
    assert w.curl("-H", "Transfer-Encoding: chunked", "-T", other)[0] == 422
    assert w.left() == []
    assert "last trouble: an upload: " in w.state()
    assert w.curl(*upload)[0] == 201 and w.is_replaced()


def test_what_is_cut_leaves_nothing(waiting, upload):
    w = waiting()
    head = f"PUT {PUT_PATH} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(w.content)}\r\n\r\n".encode()
    with w.connect(head + w.content[:100000]):
        while "uploads: 1" not in w.state():
            time.sleep(0.01)
    while w.left():
        time.sleep(0.01)
    w.process.send_signal(signal.SIGKILL)
    w.process.wait()
    (w.home / "bin" / ".incoming-abcdef").write_bytes(b"of one that was killed")
    again = waiting()
    assert again.left() == []
    assert again.curl(*upload)[0] == 201 and again.is_replaced()


def test_a_wrong_binary_that_is_there_does_not_start(waiting, tmp_path, upload):
    (tmp_path / "home/bin").mkdir(parents=True)
    (tmp_path / "home/bin/sandstrap").write_bytes(b"#!/bin/sh\nexit 3\n")
    w = waiting()
    assert w.first.startswith("waits for ")
    assert w.curl(*upload)[0] == 201 and w.is_replaced()


def test_slow_clients_do_not_keep_honest_ones_out(waiting, upload):
    w = waiting()
    head = f"PUT {PUT_PATH} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(w.content)}\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        for text in [b"", b"GET / HT", head, head + b"\x7fELF"] * 20:
            stack.enter_context(w.connect(text))
        assert w.curl(*upload)[0] == 201
    assert w.is_replaced() and w.left() == ["sandstrap"]


def test_a_flood_does_not_end_an_upload(waiting, upload):
    w = waiting()
    over = threading.Event()

    def flood():
        while not over.is_set():
            with contextlib.suppress(OSError):
                w.connect(b"PUT / HTTP/1.1\r\n").close()

    threads = [threading.Thread(target=flood) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        assert w.curl("--limit-rate", "30M", *upload)[0] == 201
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert w.is_replaced()


@pytest.mark.parametrize("text", [b"\0" * 100, b"GET\r\n\r\n", b"A" * 9000, b"PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                                  b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 2000])
def test_malformed_requests_are_answered(waiting, text):
    w = waiting()
    with w.connect(text) as s:
        s.shutdown(socket.SHUT_WR)
        answer = s.makefile(errors="replace").read()
    assert answer == "" or answer.startswith("HTTP/1.1 400 ")
    assert w.state().startswith("waits for ")


class Peer(http.server.BaseHTTPRequestHandler):
    """A node that has a binary; the class has what it says."""

    status, body, cut = 200, b"", 0

    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body[: len(self.body) - self.cut])

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def peer(address, port, **says):
    server = http.server.ThreadingHTTPServer((address, port), type("Said", (Peer,), says))
    server.asked = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_peer_that_has_it_is_enough(waiting, tmp_path, content):
    peers, port = tmp_path / "peers", free_port()
    peers.write_text(f"nonsense\n127.0.0.9\n\n{ADDRESS}\n127.0.0.2\n127.0.0.3\n127.0.0.4\n127.0.0.5\n")
    with peer("127.0.0.2", port, status=404, body=b"no") as none, \
            peer("127.0.0.3", port, body=content[:-1] + b"x") as wrong, \
            peer("127.0.0.4", port, body=content, cut=1000) as cut, \
            peer("127.0.0.5", port, body=content) as right:
        w = waiting(peers=peers, port=port)
        assert w.is_replaced() and w.left() == ["sandstrap"]
        assert right.asked == [PUT_PATH] and set(none.asked + wrong.asked + cut.asked) <= {PUT_PATH}


def test_peers_are_read_anew(waiting, tmp_path, content):
    peers, port = tmp_path / "peers", free_port()
    w = waiting(peers=peers, port=port)
    with peer("127.0.0.2", port, body=content):
        assert "peers: 0" in w.state()
        peers.write_text("127.0.0.2\n")
        assert w.is_replaced()


def test_its_port_may_be_taken_for_a_while(waiting, upload):
    with socket.socket() as s:
        s.bind((ADDRESS, 0))
        s.listen()
        port = s.getsockname()[1]
        timer = threading.Timer(1, s.close)
        timer.start()
        w = waiting(port=port)
        timer.join()
    assert w.curl(*upload)[0] == 201 and w.is_replaced()


def test_ends_when_told(waiting):
    w = waiting()
    w.process.terminate()
    assert w.process.wait(timeout=30) == 0


def run(loader, *arguments):
    return subprocess.run([loader, *map(str, arguments)], capture_output=True, text=True, timeout=60)


def test_run_starts_what_it_fetched(loader, content):
    digest, port = hashlib.sha256(content).hexdigest(), free_port()
    with peer(ADDRESS, port, body=content) as server:
        done = run(loader, "run", f"http://{ADDRESS}:{port}/a/b?c", digest, len(content), "--", "--version")
        assert done.returncode == 0 and done.stdout.startswith("sandstrap ") and server.asked == ["/a/b?c"]
    with peer(ADDRESS, port, body=content[:-1] + b"x"):
        done = run(loader, "run", f"http://{ADDRESS}:{port}/", digest, len(content), "--", "--version")
        assert done.returncode == 5 and "waits for " + digest in done.stderr
    done = run(loader, "run", f"http://{ADDRESS}:{port}/", digest, len(content), "--", "--version")
    assert done.returncode == 6 and f"http://{ADDRESS}:{port}/: connect: connection refused" in done.stderr.lower()


@pytest.mark.parametrize("arguments", [
    [], ["nothing"], ["exit"], ["exit", "256"], ["exit", "x"], ["run"], ["run", "http://a/b", "c", "1", "--"],
    ["run", "https://127.0.0.1:1/b", "0" * 64, "1", "--"], ["serve"], ["serve", "--home=/tmp", "--"],
    ["serve", "--home=relative", "--"], ["serve", "--what", "--"],
    ["serve", "--home=/tmp", f"--sha256={'0' * 64}", "--size=0", "--port=1", "--address=127.0.0.1", "--"],
    ["serve", "--home=/tmp", f"--sha256={'0' * 64}", "--size=1", "--port=65536", "--address=127.0.0.1", "--"],
])
def test_a_wrong_command_line_is_explained(loader, arguments):
    done = run(loader, *arguments)
    assert done.returncode == 2
    assert re.match(r"(error: .+\n|usage: )", done.stderr)


def test_exit_has_the_code(loader):
    assert run(loader, "exit", 0).returncode == 0
    assert run(loader, "exit", 42).returncode == 42
