# SPDX-License-Identifier: Apache-2.0
"""How a scripted server is run: on free ports of this host, until who started it lets go."""

import http.server
import json
import os
import ssl
import tempfile
import threading

import certs


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, code, body=b"", **headers):
        """`body` is bytes, or told as JSON; of the names of headers "_" is "-"."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def begin_chunks(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, data=b""):
        """An empty one is the last."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()


def listen(handler, certificate=None, client_ca=None, server=Server):
    """Serves in threads of this process; returns the port."""
    listening = server(("127.0.0.1", 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        if client_ca:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client_ca)
        # The handshake in the request's own thread: one client that fails blocks nobody.
        listening.socket = context.wrap_socket(listening.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    return listening.server_address[1]


def wait(**facts):
    """Tells the facts on standard output, as NAME=VALUE lines, then "ready"; returns when standard input ends."""
    for name, value in facts.items():
        print(f"{name}={value}")
    print("ready", flush=True)
    os.read(0, 1)


def run(handler, begin=lambda authority: None):
    """One server over TLS, that has a folder: `handler.folder`. begin(authority) comes first."""
    with tempfile.TemporaryDirectory() as folder:
        authority = certs.Authority(folder, "ours")
        handler.folder = folder
        begin(authority)
        port = listen(handler, authority.issue("server", "IP:127.0.0.1"))
        wait(port=port, folder=folder, certs=authority.folder)
