# SPDX-License-Identifier: Apache-2.0
"""An interrupt ends `up` also while its requests hang."""

import http.server
import json
import signal
import subprocess
import threading

import pytest
import yaml

ANSWERS = {
    "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.4"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "groups": []},
    "/api/v1": {"kind": "APIResourceList", "resources": [
        {"name": "configmaps", "kind": "ConfigMap", "namespaced": True, "verbs": ["get", "list", "watch", "patch"]}]},
}


class FrozenServer(http.server.ThreadingHTTPServer):
    """An API server that answers discovery and leaves every other request hanging."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = threading.Event()
        self.thawed = threading.Event()

    def handle_error(self, request, client_address):
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        answer = ANSWERS.get(self.path)
        if answer is None:
            self.server.asked.set()
            self.server.thawed.wait(300)
            answer = {}
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def frozen():
    server = FrozenServer()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.thawed.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_requests_in_flight(bundled, frozen, binary, number):
    kubeconfig = bundled.folder / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump({
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{frozen.server_address[1]}"}}],
        "users": [{"name": "u", "user": {}}],
    }))
    command = [binary, "up", bundled.entrypoint, "--bundle", bundled.bundle_file, "--kubeconfig", kubeconfig]
    with subprocess.Popen(command, cwd=bundled.folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as up:
        try:
            assert frozen.asked.wait(60), "it never asked for an object"
            up.send_signal(number)
            _, errors = up.communicate(timeout=60)
        finally:
            up.kill()
    assert up.returncode == 130, errors
    assert "interrupted" in errors
