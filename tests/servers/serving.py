# SPDX-License-Identifier: Apache-2.0
"""How a scripted server is run: over TLS, on a free port of this host, until who started it lets go."""

import http.server
import os
import ssl
import tempfile
import threading

import certs


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def run(handler, begin):
    """Tells port, folder and certificates on standard output. begin(folder, authority) comes first."""
    with tempfile.TemporaryDirectory() as folder:
        authority = certs.Authority(folder, "ours")
        begin(folder, authority)
        server = Server(("127.0.0.1", 0), handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.issue("server", "IP:127.0.0.1"))
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"port={server.server_address[1]}")
        print(f"folder={folder}")
        print(f"certs={authority.folder}")
        print("ready", flush=True)
        os.read(0, 1)
