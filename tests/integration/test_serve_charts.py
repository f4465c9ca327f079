# SPDX-License-Identifier: Apache-2.0
"""Helm repositories that `serve` answers for: what clients ask byte by byte, and genuine helm, which
compares our index with its own."""

import contextlib
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest
import yaml
from bundles import archive, forged
from served import Server, rename
from served_charts import charts  # noqa: F401 (fixture)

CACHE = pathlib.Path(os.environ.get("SANDSTRAP_CACHE") or pathlib.Path.home() / ".cache/sandstrap")
FIXED = "1970-01-01T00:00:00Z"


def helm_program():
    built = sorted(CACHE.glob("lab/flux-*/bin/helm"), key=lambda path: path.stat().st_mtime)
    return os.environ.get("HELM") or (str(built[-1]) if built else shutil.which("helm"))


def index_of(server, path, host):
    answer = server.ask(path, host)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/yaml"), answer
    return yaml.load(answer.body, yaml.BaseLoader)


def versions(index):
    return {name: [entry["version"] for entry in entries] for name, entries in index["entries"].items()}


# --- the index ---


@pytest.mark.parametrize("path, host", [
    ("/stable/index.yaml", "charts.test"), ("/stable//index.yaml", "CHARTS.test:443"), ("//stable/./index.yaml", "charts.test"),
    ("/charts.test/stable/index.yaml", None), ("/charts.test//stable/index.yaml", None),
    ("/stable/index.yaml?x=1", "charts.test"), ("/%73table/index.yaml", "charts.test"),
])
def test_index_whatever_slashes_a_client_makes(charts, path, host):
    assert versions(index_of(charts, path, host)) == {
        "full": ["1.10.0-rc.1+build.7"], "old": ["v0.1.0"], "tool": ["1.10.0", "1.10.0-rc.1", "1.9.0"]}


def test_repositories_of_one_host_and_of_another_are_apart(charts):
    assert versions(index_of(charts, "/edge/x/index.yaml", "charts.test")) == {"tool": ["2.0.0"]}
    assert versions(index_of(charts, "/charts/index.yaml", "other.test:8443")) == {"tool": ["1.9.0"]}
    for path in ("/index.yaml", "/edge/index.yaml", "/charts/index.yaml"):
        assert charts.ask(path, "charts.test").status == 404
    assert charts.ask("/stable/index.yaml").status == 404


def test_entries_say_where_the_archive_is_and_what_it_hashes_to(charts):
    for entries in index_of(charts, "/stable/index.yaml", "charts.test")["entries"].values():
        for entry in entries:
            (file,) = entry["urls"]
            data = charts.ask(f"/stable/{file}", "charts.test").body
            assert data == charts.archives["charts.test", file]
            assert entry["digest"] == hashlib.sha256(data).hexdigest() and entry["created"] == FIXED


def test_index_is_the_same_for_the_same_charts(charts, binary, tmp_path):
    first = charts.ask("/stable/index.yaml", "charts.test")
    with Server(binary, tmp_path, charts.content.charts.path) as again:
        second = again.ask("/stable/index.yaml", "charts.test")
    assert first.body == second.body and first.headers["ETag"] == second.headers["ETag"]


# --- HTTP ---


@pytest.mark.parametrize("path", ["/stable/index.yaml", "/stable/tool-1.9.0.tgz"])
def test_ranges_tags_and_methods(charts, path):
    whole = charts.ask(path, "charts.test")
    assert whole.status == 200 and whole.headers["Accept-Ranges"] == "bytes"
    part = charts.ask(path, "charts.test", Range="bytes=10-19")
    assert (part.status, part.body) == (206, whole.body[10:20])
    assert charts.ask(path, "charts.test", Range="bytes=10000000-").status == 416
    assert charts.ask(path, "charts.test", If_None_Match=whole.headers["ETag"]).status == 304
    head = charts.ask(path, "charts.test", method="HEAD")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(whole.body)))
    packed = charts.ask(path, "charts.test", Accept_Encoding="gzip")
    assert packed.body == whole.body and "Content-Encoding" not in packed.headers
    assert charts.ask(path, "charts.test", method="POST", body=b"x").status == 405


@pytest.mark.parametrize("path", [
    "/stable/full-1.10.0-rc.1+build.7.tgz", "/stable/full-1.10.0-rc.1%2Bbuild.7.tgz", "/stable//old-v0.1.0.tgz",
])
def test_archives_by_their_names(charts, path):
    answer = charts.ask(path, "charts.test")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/gzip")


@pytest.mark.parametrize("path", ["/stable/tool-99.0.0.tgz", "/stable/tool-1.9.0.tgz.prov", "/stable/x", "/stable/",
                                  "/edge/x/tool-1.9.0.tgz"])
def test_what_is_not_pinned_is_named(charts, path):
    answer = charts.ask(path, "charts.test")
    assert answer.status == 404
    assert f"charts.test{path.rstrip('/')}" in answer.body.decode() and "charts.bundle" in answer.body.decode()


# --- several bundles ---


def test_two_bundles_add_up_and_the_first_of_a_name_is_served(charts, binary, tmp_path):
    """The second bundle has one chart more, and another archive under a name that the first has."""
    data = charts.content.charts.path.read_bytes()
    tool = archive({"tool/Chart.yaml": "name: tool\nversion: 1.9.0\n", "tool/values.yaml": "other: 1\n"})

    def change(index):
        for artifact in index["artifacts"]:
            artifact["name"] = artifact["name"].replace("https://other.test:8443/charts/", "https://charts.test/more/")
        rename(index, "none")

    other = tmp_path / "other.bundle"
    same = hashlib.sha256(charts.archives["charts.test", "tool-1.9.0.tgz"]).hexdigest()
    other.write_bytes(forged(forged(data, change), lambda index: None, {same: tool}))
    with Server(binary, tmp_path, charts.content.charts.path, other) as server:
        first = server.ask("/stable/tool-1.9.0.tgz", "charts.test").body
        assert hashlib.sha256(first).hexdigest() == same
        assert server.ask("/more/tool-1.9.0.tgz", "charts.test").body == tool
        assert versions(index_of(server, "/more/index.yaml", "charts.test")) == {"tool": ["1.9.0"]}
        assert "https://charts.test/stable/tool:1.9.0 of" in "".join(server.errors)


def test_archive_of_an_index_from_before_is_still_there(charts, binary, tmp_path):
    """A client has the index, and the bundle is replaced before it asks for the archive."""
    path = tmp_path / "replaced.bundle"
    path.write_bytes(charts.content.charts.path.read_bytes())
    with Server(binary, tmp_path, path) as server:
        before = server.ask("/stable/index.yaml", "charts.test").body
        new = tmp_path / "new.bundle"
        new.write_bytes(forged(path.read_bytes(), lambda index: index.update(artifacts=[
            {**artifact, "name": artifact["name"].replace("charts.test/edge/x", "charts.test/new")}
            for artifact in index["artifacts"]]) or rename(index, "none")))
        new.replace(path)
        server.process.send_signal(signal.SIGHUP)
        until(lambda: server.ask("/new/index.yaml", "charts.test").status == 200)
        assert server.ask("/stable/index.yaml", "charts.test").body == before
        assert server.ask("/edge/x/index.yaml", "charts.test").status == 404
        assert server.ask("/edge/x/tool-2.0.0.tgz", "charts.test").body == charts.archives["charts.test", "tool-2.0.0.tgz"]


def until(condition, limit_s=30):
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# --- genuine helm ---


class Proxy(http.server.BaseHTTPRequestHandler):
    """CONNECT to any host leads to one port: names stay, routes change."""

    def log_message(self, *_):
        pass

    def do_CONNECT(self):
        with socket.create_connection(("127.0.0.1", self.server.leads_to)) as there:
            self.send_response(200)
            self.end_headers()
            copying = threading.Thread(target=copy, args=(self.connection, there), daemon=True)
            copying.start()
            copy(there, self.connection)
        self.close_connection = True


def copy(here, there):
    with contextlib.suppress(OSError):
        while data := here.recv(65536):
            there.sendall(data)
        there.shutdown(socket.SHUT_WR)


@pytest.fixture
def proxy(charts):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    server.leads_to = charts.tls_port
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def helm(tmp_path, charts, proxy):
    program = helm_program()
    if not program:
        pytest.skip("helm is not here: tests/lab/lab build flux")
    environment = {**os.environ, "HOME": str(tmp_path), "HTTPS_PROXY": proxy, "NO_PROXY": "",
                   "HTTP_PROXY": f"http://{charts.address}"}

    def run(*arguments, check=0):
        done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                              env=environment, cwd=tmp_path)
        assert done.returncode == check, (arguments, done.stdout, done.stderr)
        return done.stdout

    run.tls = ["--ca-file", charts.ca]
    return run


def normal(index):
    for entries in index["entries"].values():
        for entry in entries:
            entry["created"] = FIXED
    return index["entries"]


def test_index_is_what_helm_makes_of_the_archives(charts, helm, tmp_path):
    folder = tmp_path / "repository"
    folder.mkdir()
    ours = index_of(charts, "/stable/index.yaml", "charts.test")
    for entries in ours["entries"].values():
        for entry in entries:
            (folder / entry["urls"][0]).write_bytes(charts.archives["charts.test", entry["urls"][0]])
    helm("repo", "index", folder)
    assert normal(yaml.load((folder / "index.yaml").read_bytes(), yaml.BaseLoader)) == ours["entries"]


@pytest.mark.parametrize("url", ["https://charts.test/stable", "https://charts.test/stable/", "http://charts.test/stable",
                                 "http://{address}/charts.test/stable/"])
def test_helm_adds_searches_pulls_and_renders(charts, helm, tmp_path, url):
    url = url.format(address=charts.address)
    tls = helm.tls if url.startswith("https") else []
    helm("repo", "add", "s", url, *tls)
    helm("repo", "update")
    found = json.loads(helm("search", "repo", "s/", "--versions", "--devel", "-o", "json"))
    assert {(chart["name"], chart["version"]) for chart in found} == {
        ("s/tool", "1.9.0"), ("s/tool", "1.10.0"), ("s/tool", "1.10.0-rc.1"), ("s/old", "v0.1.0"),
        ("s/full", "1.10.0-rc.1+build.7")}
    for name, version in (("tool", "1.9.0"), ("full", "1.10.0-rc.1+build.7"), ("old", "v0.1.0")):
        helm("pull", f"s/{name}", "--version", version, "-d", tmp_path)
        file = f"{name}-{version}.tgz"
        assert (tmp_path / file).read_bytes() == charts.archives["charts.test", file]
    helm("pull", "s/tool", "--version", "99.0.0", check=1)


def test_helm_renders_by_the_url_of_the_repository(charts, helm):
    text = helm("template", "r", "tool", "--repo", "https://charts.test/edge/x/", "--version", "2.0.0", *helm.tls)
    assert "a: 2.0.0" in text
    assert "name: tool" in helm("show", "chart", "https://charts.test/edge/x/tool-2.0.0.tgz", *helm.tls)
    helm("show", "chart", "https://charts.test/edge/x/tool-2.0.0.tgz", check=1)  # another authority


def test_helm_pulls_charts_of_a_registry(charts, helm, tmp_path):
    helm("pull", "oci://ghcr.io/stefanprodan/charts/podinfo", "--version", "6.9.1", "-d", tmp_path, *helm.tls)
    manifest = json.loads(charts.content.manifest(charts.content.chart))
    assert (tmp_path / "podinfo-6.9.1.tgz").read_bytes() == charts.content.blobs[manifest["layers"][0]["digest"]]
    helm("pull", "oci://ghcr.io/stefanprodan/charts/podinfo", "--version", "6.9.2", "-d", tmp_path, *helm.tls, check=1)


def test_what_was_served_is_checked_as_helm_does(charts):
    result = charts.content.sandstrap("serve", charts.content.charts.path, "--check", "--at", charts.address)
    assert "fail" not in result.stdout + result.stderr
