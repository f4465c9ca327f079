# SPDX-License-Identifier: Apache-2.0
"""`serve --check`: a server that is right passes, and each kind of damage is found and told."""

import collections
import contextlib
import http.client
import http.server
import json
import pathlib
import threading

import pytest
from conftest import runner
from served import LAYER, Server, free_port
from served_charts import Upstream
from served_git import Repositories


@contextlib.contextmanager
def serving(binary, folder, bundle):
    """A server over both, its address over TLS, and its authority's folder."""
    authority = pathlib.Path(folder) / "authority"
    with Server(binary, folder, bundle, "--tls", "127.0.0.1:0", "--authority", authority) as server:
        yield server, f"127.0.0.1:{server.tls_port}", authority


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


@pytest.fixture
def count(sandstrap, served):
    """How many artifacts of each kind there are."""
    artifacts = json.loads(sandstrap("bundle", "inspect", served.content.path, "--output", "json").stdout)["artifacts"]
    return collections.Counter(artifact["kind"] for artifact in artifacts)


def checks(count):
    """Images by three kinds of clients, charts by one, files by two."""
    return count["image"] * 3 + count["chart"] + count["file"] * 2


# --- what is right ---

def test_a_right_server_passes(binary, sandstrap, served, count, tmp_path):
    with serving(binary, tmp_path, served.content.path) as (server, tls, authority):
        result, failures = check(sandstrap, served.content.path, "--at", server.address, "--at-tls", tls,
                                 "--authority", authority, "--output", "json")
    told = json.loads(result.stdout)
    assert told["right"] == checks(count) and told["wrong"] == 0
    assert told["bytes"] > 3 * len(LAYER)
    assert failures == []
    assert " 206 " in server.log.read_text()  # after a connection that was cut


def test_a_server_is_started_for_the_check(sandstrap, served, count, tmp_path):
    result, failures = check(sandstrap, served.content.path, "--authority", tmp_path / "authority")
    assert f"{checks(count)} right, 0 wrong" in result.stdout
    assert failures == []
    result, failures = check(sandstrap, served.content.path)
    assert f"{checks(count)} right, 0 wrong" in result.stdout
    assert "HTTPS is not checked" in result.stderr


@pytest.fixture(scope="module")
def repositories(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("repositories")
    return Repositories(folder, runner(binary, folder))


def test_git_is_checked_with_depth_and_without(repositories, sandstrap, tmp_path):
    """Seven pins: annotated tags and others, a branch, commits that a ref names and that none does."""
    result, failures = check(sandstrap, repositories.path, "--authority", tmp_path / "authority")
    assert failures == []
    assert len(repositories.pins) == 7 and "14 right, 0 wrong" in result.stdout


def test_repositories_of_helm_are_checked(binary, sandstrap, tmp_path):
    content = Upstream(tmp_path, runner(binary, tmp_path))
    path = content.charts.path
    result, failures = check(sandstrap, path, "--authority", tmp_path / "authority")
    assert failures == [] and "7 right, 0 wrong" in result.stdout
    archive = content.charts.archives["other.test", "tool-1.9.0.tgz"]
    whole = tmp_path / "whole.bundle"
    whole.write_bytes(path.read_bytes())
    with serving(binary, tmp_path, path) as (_, tls, authority):
        with open(path, "r+b") as file:
            file.seek(path.read_bytes().index(archive) + 20)
            file.write(b"\0\0\0\0")
        result, failures = check(sandstrap, whole, "--at-tls", tls, "--authority", authority, code=6)
    assert "5 right, 2 wrong" in result.stdout  # two repositories have that chart
    for url in ("https://other.test:8443/charts/tool-1.9.0.tgz", "https://charts.test/stable/tool-1.9.0.tgz"):
        assert "with the digest" in only(failures, f"tool:1.9.0 as helm: GET {url}: ")


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


def test_a_bundle_that_lacks_what_is_wanted(binary, sandstrap, bundled, served, count, tmp_path):
    """The server has another bundle than the one that it is checked with."""
    with Server(binary, tmp_path, bundled.bundle_file, "--lab") as server:
        result, failures = check(sandstrap, served.content.path, "--at", server.address, code=6)
    line = only(failures, "image reg.test:5000/apps/web:1.1 as containerd: ")
    assert f"http://{server.address}/v2/apps/web/manifests/1.1?ns=reg.test%3A5000: 404 not found" in line
    assert "404" in next(line for line in failures if "as a download: " in line)
    assert f"0 right, {checks(count)} wrong" in result.stdout
    assert f"{checks(count)} of {checks(count)} checks failed" in result.stderr


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


def test_a_wrong_content_type(sandstrap, served, count):
    def change(path, name, value):
        return "application/octet-stream" if name == "Content-Type" and "/manifests/" in path else value

    with broken_by(served, change) as place:
        _, failures = check(sandstrap, served.content.path, "--at", place, code=6)
    line = only(failures, "image library/busybox:1.36", "as containerd: ")
    assert "Content-Type is 'application/octet-stream', expected 'application/vnd.oci.image.manifest.v1+json'" in line
    assert all("Content-Type is" in line for line in failures)
    assert len(failures) == count["image"] * 3 + count["chart"]


def test_a_wrong_digest_of_a_tag(sandstrap, served):
    def change(path, name, value):
        return "sha256:" + "0" * 64 if name == "Docker-Content-Digest" and path.endswith("/1.1") else value

    with broken_by(served, change) as place:
        _, failures = check(sandstrap, served.content.path, "--at", place, code=6)
    assert "Docker-Content-Digest is 'sha256:000" in only(failures, "web:1.1 as CRI-O: HEAD http://")


def test_an_authority_that_is_not_trusted(binary, sandstrap, served, count, tmp_path):
    with serving(binary, tmp_path, served.content.path) as (server, tls, authority):
        other = tmp_path / "other"
        sandstrap("serve", "--check", served.content.path, "--authority", other)
        result, failures = check(sandstrap, served.content.path, "--at", server.address, "--at-tls", tls,
                                 "--authority", other, code=6)
        server.said("does not trust the certificate of 'ghcr.io'")
    line = only(failures, "podinfo:6.9.1 as a registry client: ", "image ")
    assert "the certificate of ghcr.io is not trusted" in line
    assert all(" as containerd" not in line and " as CRI-O" not in line for line in failures)
    assert len(failures) == count["image"] + count["chart"] + count["file"]


def test_nobody_is_there(sandstrap, served):
    place = f"127.0.0.1:{free_port()}"
    result, failures = check(sandstrap, served.content.path, "--at", place, code=6)
    assert failures == [] and f"cannot connect to {place}" in result.stderr


def test_at_goes_with_check(sandstrap, served):
    result = sandstrap("serve", served.content.path, "--at", "127.0.0.1:1", check=2)
    assert "--at and --at-tls go with --check" in result.stderr
