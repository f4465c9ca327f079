# SPDX-License-Identifier: Apache-2.0
"""`serve --check`: a server that is right passes, and each kind of damage is found and told."""

import contextlib
import http.client
import http.server
import json
import pathlib
import re
import socket
import threading

import pytest
from served import LAYER, Server


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def serving(binary, folder, bundle):
    """A server over both, its address over TLS, and its authority's folder."""
    tls = f"127.0.0.1:{free_port()}"
    authority = pathlib.Path(folder) / "authority"
    with Server(binary, folder, bundle, "--tls", tls, "--authority", authority) as server:
        yield server, tls, authority


@pytest.fixture
def copy(served, tmp_path):
    """The bundle of `served` in a file of its own."""
    path = tmp_path / "copy.bundle"
    path.write_bytes(served.content.path.read_bytes())
    return path


def check(sandstrap, *arguments, code=0):
    result = sandstrap("serve", "--check", *arguments, check=code)
    return result, [line for line in result.stderr.splitlines() if " as " in line]


def only(lines, *words):
    """The one line that says all of it."""
    found = [line for line in lines if all(word in line for word in words)]
    assert len(found) == 1, (words, lines)
    return found[0]


# --- what is right ---

def test_a_right_server_passes(binary, sandstrap, served, tmp_path):
    with serving(binary, tmp_path, served.content.path) as (server, tls, authority):
        result, failures = check(sandstrap, served.content.path, "--at", server.address, "--at-tls", tls,
                                 "--authority", authority, "--output", "json")
    told = json.loads(result.stdout)
    # 5 images by three kinds of clients, a chart by one, 2 files by two.
    assert told["right"] == 5 * 3 + 1 + 2 * 2 and told["wrong"] == 0
    assert told["bytes"] > 3 * len(LAYER)
    assert failures == []
    assert " 206 " in server.log.read_text()  # after a connection that was cut


def test_a_server_is_started_for_the_check(sandstrap, served, tmp_path):
    result, failures = check(sandstrap, served.content.path, "--authority", tmp_path / "authority")
    assert "20 right, 0 wrong" in result.stdout
    assert failures == []
    result, failures = check(sandstrap, served.content.path)
    assert "20 right, 0 wrong" in result.stdout
    assert "HTTPS is not checked" in result.stderr


def test_git_is_checked_with_depth_and_without(bundled, sandstrap, tmp_path):
    result, failures = check(sandstrap, bundled.bundle_file, "--lab", "--authority", tmp_path / "authority")
    assert failures == []
    assert re.search(r"^\d+ right, 0 wrong", result.stdout)


# --- what is not ---

def test_a_wrong_byte_in_a_layer(binary, sandstrap, served, copy, tmp_path):
    with serving(binary, tmp_path, copy) as (server, tls, authority):
        data = copy.read_bytes()
        with open(copy, "r+b") as file:  # in place, behind the server's back
            file.seek(data.index(LAYER) + len(LAYER) // 2)
            file.write(b"\xff")
        _, failures = check(sandstrap, served.content.path, "--at", server.address, "--at-tls", tls, "--authority",
                            authority, code=6)
    for client in ("containerd", "CRI-O", "a registry client"):
        line = only(failures, f"image ghcr.io/stefanprodan/podinfo:6.9.1 as {client}: ")
        assert "/blobs/sha256:" in line and "with the digest sha256:" in line and "expected" in line
    assert len(failures) == 3


def test_a_bundle_that_lacks_what_is_wanted(binary, sandstrap, bundled, served, tmp_path):
    """The server has another bundle than the one that it is checked with."""
    with Server(binary, tmp_path, bundled.bundle_file, "--lab") as server:
        result, failures = check(sandstrap, served.content.path, "--at", server.address, code=6)
    line = only(failures, "image reg.test:5000/apps/web:1.1 as containerd: ")
    assert f"http://{server.address}/v2/apps/web/manifests/1.1?ns=reg.test%3A5000: 404 not found" in line
    assert "404" in next(line for line in failures if "as a download: " in line)
    assert "0 right, 20 wrong" in result.stdout
    assert "20 of 20 checks failed" in result.stderr


class Breaking(http.server.BaseHTTPRequestHandler):
    """Passes requests on, and changes what a careless proxy changes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        connection = http.client.HTTPConnection(self.server.to)
        connection.request(self.command, self.path, headers=dict(self.headers))
        response = connection.getresponse()
        body = response.read()
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, self.server.change(self.path, name, value))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)
        connection.close()

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def broken_by(server, change):
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Breaking)
    proxy.to, proxy.change = server.address, change
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{proxy.server_port}"
    proxy.shutdown()
    thread.join()
    proxy.server_close()


def test_a_wrong_content_type(sandstrap, served):
    def change(path, name, value):
        return "application/octet-stream" if name == "Content-Type" and "/manifests/" in path else value

    with broken_by(served, change) as place:
        _, failures = check(sandstrap, served.content.path, "--at", place, code=6)
    line = only(failures, "busybox", "as containerd: ")
    assert "Content-Type is 'application/octet-stream', expected 'application/vnd.oci.image.manifest.v1+json'" in line
    assert all("Content-Type is" in line for line in failures)
    assert len(failures) == 5 * 3 + 1


def test_a_wrong_digest_of_a_tag(sandstrap, served):
    def change(path, name, value):
        return "sha256:" + "0" * 64 if name == "Docker-Content-Digest" and path.endswith("/1.1") else value

    with broken_by(served, change) as place:
        _, failures = check(sandstrap, served.content.path, "--at", place, code=6)
    assert "Docker-Content-Digest is 'sha256:000" in only(failures, "web:1.1 as CRI-O: HEAD http://")


def test_an_authority_that_is_not_trusted(binary, sandstrap, served, tmp_path):
    with serving(binary, tmp_path, served.content.path) as (server, tls, authority):
        other = tmp_path / "other"
        sandstrap("serve", "--check", served.content.path, "--authority", other)
        result, failures = check(sandstrap, served.content.path, "--at", server.address, "--at-tls", tls,
                                 "--authority", other, code=6)
        assert any("does not trust the certificate of 'ghcr.io'" in line for line in server.errors), server.errors
    line = only(failures, "podinfo:6.9.1 as a registry client: ", "image ")
    assert "the certificate of ghcr.io is not trusted" in line
    assert all(" as containerd" not in line and " as CRI-O" not in line for line in failures)
    assert len(failures) == 5 + 1 + 2


def test_nobody_is_there(sandstrap, served):
    place = f"127.0.0.1:{free_port()}"
    result, failures = check(sandstrap, served.content.path, "--at", place, code=6)
    assert failures == [] and f"cannot connect to {place}" in result.stderr


def test_at_goes_with_check(sandstrap, served):
    result = sandstrap("serve", served.content.path, "--at", "127.0.0.1:1", check=2)
    assert "--at and --at-tls go with --check" in result.stderr
