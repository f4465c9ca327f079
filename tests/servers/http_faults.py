# SPDX-License-Identifier: Apache-2.0
"""A web server that misbehaves on demand, on several ports: plain, TLS of every wrong kind, proxies.

Prints NAME=VALUE lines, then "ready". Ends when its standard input ends.
"""

import base64
import collections
import contextlib
import gzip
import json
import socket
import tempfile
import threading
import time
import urllib.parse

import certs
import serving

PATTERN = bytes(range(251))
counts = collections.Counter()


def pattern(size):
    return (PATTERN * (size // len(PATTERN) + 1))[:size]


class Handler(serving.Handler):
    # Until the client ends the connection: a reset would take away the answer that it has not read
    # (RFC 9112, 9.6).
    def linger(self):
        self.connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):
            while self.rfile.read1(1 << 16):
                pass

    def handle_any(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        parts = url.path.strip("/").split("/")
        length = int(self.headers.get("Content-Length") or 0)
        if parts[0] == "refuse":  # /refuse/STATUS: before the body is read
            self.close_connection = True
            self.answer(int(parts[1]), b"not wanted")
            self.linger()
            return
        body = self.rfile.read(length)
        counts[self.path] += 1
        getattr(self, "do_" + parts[0].replace("-", "_"), self.do_missing)(parts[1:], query, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def do_missing(self, parts, query, body):
        self.answer(404, b"nothing here", Content_Type="text/plain")

    def do_ok(self, parts, query, body):
        self.answer(200, b"hello", Content_Type="text/plain")

    def do_count(self, parts, query, body):
        self.answer(200, str(counts["/" + urllib.parse.unquote("/".join(parts))]).encode())

    def do_echo(self, parts, query, body):
        told = {"method": self.command, "path": self.path, "body": body.decode("latin-1"),
                "headers": {name.lower(): value for name, value in self.headers.items()}}
        self.answer(200, json.dumps(told).encode(), Content_Type="application/json")

    # What was sent, as it came.
    def do_take(self, parts, query, body):
        self.answer(200, body, Content_Type="application/octet-stream", Method=self.command)

    # /status/503?times=2: that status for the first requests, then 200
    def do_status(self, parts, query, body):
        if counts[self.path] <= int(query.get("times", 1000000)):
            extra = {"Retry_After": query["after"]} if "after" in query else {}
            self.answer(int(parts[0]), b"refused", **extra)
        else:
            self.answer(200, b"hello")

    # /encoded/NAME[/SIZE]: a text that is called that, asked for or not
    def do_encoded(self, parts, query, body):
        text = b" " * int(parts[1]) if len(parts) > 1 else b"a: text\n"
        packed = gzip.compress(text) * (2 if "twice" in self.path else 1) + (b"garbage" if "broken" in self.path else b"")
        packed = packed[:-6] if "cut" in self.path else packed
        self.answer(int(query.get("status", 200)), packed, Content_Encoding=parts[0])

    # /redirect?to=URL
    def do_redirect(self, parts, query, body):
        self.answer(302, b"elsewhere", Location=query["to"])

    def do_loop(self, parts, query, body):
        self.answer(302, Location="/loop")

    # /break/SIZE/AT?times=N: breaks off at a byte the first N times; knows ranges
    def do_break(self, parts, query, body):
        size, at = int(parts[0]), int(parts[1])
        data, start, status = pattern(size), 0, 200
        if self.headers.get("Range") and "ignore" not in query:
            start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
            status = 206
        self.send_response(status)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.send_header("Content-Length", str(size - start))
        self.end_headers()
        if counts[self.path] <= int(query.get("times", 1)):
            self.wfile.write(data[start:at])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        else:
            self.wfile.write(data[start:])

    def do_size(self, parts, query, body):
        size = int(parts[0])
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        piece = pattern(len(PATTERN) * 4000)
        for start in range(0, size, len(piece)):
            self.wfile.write(piece[:size - start])

    # some bytes, then silence
    def do_stall(self, parts, query, body):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"0123456789")
        self.wfile.flush()
        time.sleep(30)
        self.close_connection = True

    # closes without an answer the first N times
    def do_reset(self, parts, query, body):
        if counts[self.path] <= int(query.get("times", 1)):
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        else:
            self.answer(200, b"hello")

    # an endless stream of lines
    def do_ticks(self, parts, query, body):
        self.begin_chunks()
        for number in range(1000):
            self.chunk(f"tick {number}\n".encode())
            time.sleep(0.02)


class Proxy(serving.Handler):
    """CONNECT only; wants user:secret unless it is the open one."""

    protocol_version = "HTTP/1.0"
    wants_credentials = False

    def do_CONNECT(self):
        expected = "Basic " + base64.b64encode(b"user:secret").decode()
        if self.wants_credentials and self.headers.get("Proxy-Authorization") != expected:
            self.send_response(407)
            self.send_header("Proxy-Authenticate", "Basic realm=x")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        counts["/proxied"] += 1
        host, port = self.path.rsplit(":", 1)
        with socket.create_connection(("127.0.0.1", int(port))) as upstream:
            self.send_response(200)
            self.end_headers()
            forward = threading.Thread(target=copy, args=(self.connection, upstream), daemon=True)
            forward.start()
            copy(upstream, self.connection)
        self.close_connection = True


class LockedProxy(Proxy):
    wants_credentials = True


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Server(serving.Server):
    def handle_error(self, request, client_address):
        # Clients that go away are part of the tests. A TLS alert gets time to arrive before the reset
        # that closing with unread data is.
        time.sleep(0.3)


def serve(name, handler=Handler, certificate=None, client_ca=None):
    print(f"{name}={serving.listen(handler, certificate, client_ca, Server)}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        ours, other = certs.Authority(folder, "ours"), certs.Authority(folder, "other")
        local = "IP:127.0.0.1,DNS:localhost"
        good = ours.issue("good", local)
        serve("http")
        serve("https", certificate=good)
        serve("expired", certificate=ours.issue("expired", local, start="20200101000000Z", end="20200201000000Z"))
        serve("future", certificate=ours.issue("future", local, start="20900101000000Z", end="20900201000000Z"))
        serve("othername", certificate=ours.issue("othername", "DNS:api.example.com,IP:192.0.2.7"))
        serve("untrusted", certificate=other.issue("good", local))
        serve("mutual", certificate=good, client_ca=ours.certificate)
        serve("proxy", handler=Proxy)
        serve("lockedproxy", handler=LockedProxy)
        ours.issue("ec", None, subject="/O=system:masters/CN=ec-client")
        ours.issue("rsa", None, subject="/CN=rsa-client", key=("rsa:2048",))
        ours.issue("ed25519", None, subject="/CN=ed-client", key=("ed25519",))
        serving.wait(certs=ours.folder)


main()
