# SPDX-License-Identifier: Apache-2.0
"""The command `serve`: how it starts and ends, other bundles at SIGHUP, its log and its metrics."""

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest
from bundles import Bundle
from conftest import CHECKOUT
from prometheus_client.parser import text_string_to_metric_families
from served import INSTALL, Server, forged
from upstream import digest

WEB = "reg.test:5000"
REPLACED = "the bundles are served as they are now"
KEPT = "what was served before still is"
WAIT_S = 60
LARGE = bytes(range(251)) * 150000  # more than the sockets of both sides take


@pytest.fixture
def bundle(content, tmp_path):
    return shutil.copy(content.path, tmp_path / "sandbox.bundle")


@pytest.fixture
def large(content, bundle):
    """The same with a file that is not sent at once."""
    name = hashlib.sha256(content.files[INSTALL]).hexdigest()
    bundle.write_bytes(forged(bundle.read_bytes(), lambda index: None, {name: LARGE}))
    return bundle


def without(data, *names):
    """The bundle without these artifacts and what only they have."""

    def change(index):
        index["artifacts"] = [a for a in index["artifacts"] if a["name"] not in names]
        used = {blob for artifact in index["artifacts"] for blob in artifact["blobs"]}
        index["blobs"] = [blob for blob in index["blobs"] if blob["digest"] in used]

    return forged(data, change)


def put(data, path):
    """As an operator does: beside it, then renamed over it."""
    beside = path.with_suffix(".new")
    beside.write_bytes(data)
    beside.rename(path)


def metrics(server):
    answer = server.ask("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"), answer
    return {(sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(answer.body.decode()) for sample in family.samples}


def log_of(server, lines):
    """The log, when it has as many lines."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        text = server.log.read_text().splitlines()
        if len(text) >= lines:
            return text
        time.sleep(0.02)
    raise AssertionError(text)


# --- its life ---

def test_it_says_where_it_is_and_ends_with_zero(binary, bundle, tmp_path):
    with Server(binary, tmp_path, bundle, "--tls", "127.0.0.1:0", "--authority", tmp_path / "authority") as server:
        line = server.said("ready: ")
        assert re.search(rf"HTTP at 127\.0\.0\.1:{server.port}, HTTPS at 127\.0\.0\.1:\d+; "
                         rf"its authority: {tmp_path}/authority/ca\.crt$", line.strip()), line
        idle = server.connect()
        idle.request("GET", "/healthz")
        idle.getresponse().read()
    assert idle.sock.recv(1) == b""


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGINT])
def test_answers_in_flight_are_sent_before_it_ends(binary, large, tmp_path, signo):
    with Server(binary, tmp_path, large) as server:
        connection = slow_download(server)
        response = connection.getresponse()
        server.process.send_signal(signo)
        time.sleep(1)  # longer than other commands have after a signal
        assert response.read() == LARGE
        assert server.process.wait(WAIT_S) == 0


def test_a_second_signal_ends_it_at_once(binary, large, tmp_path):
    server = Server(binary, tmp_path, large)
    connection = slow_download(server)
    connection.getresponse()
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(WAIT_S) == 130


def slow_download(server):
    """A request for the large file, of whose answer little has been read."""
    connection = server.connect()
    connection.request("GET", INSTALL.removeprefix("https:/"))
    return connection


def test_what_is_no_bundle_is_not_served(sandstrap, bundle, tmp_path):
    data = bytearray(bundle.read_bytes())
    data[-5000] ^= 1
    bundle.write_bytes(data)
    result = sandstrap("serve", "--listen", "127.0.0.1:0", bundle, check=5)
    assert "sandbox.bundle" in result.stderr and "ready" not in result.stderr


def test_an_address_that_is_taken(binary, sandstrap, bundle, tmp_path):
    with Server(binary, tmp_path, bundle) as server:
        result = sandstrap("serve", "--listen", server.address, bundle, check=3)
    assert server.address in result.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_the_documented_unit_is_one(binary, tmp_path):
    text = (CHECKOUT / "docs/serve.md").read_text()
    unit = tmp_path / "sandstrap-serve.service"
    unit.write_text(re.search(r"^```ini\n(.*?)^```", text, re.M | re.S)[1].replace("/usr/local/bin/sandstrap",
                                                                                   str(binary)))
    result = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=WAIT_S)
    assert (result.returncode, result.stderr) == (0, ""), result


# --- pages ---

@pytest.mark.parametrize("path, words", [("/", b"ghcr.io"), ("/healthz", b"ok"), ("/metrics", b"sandstrap_serve")])
def test_pages_of_its_own(served, path, words):
    got = served.ask(path)
    assert got.status == 200 and words in got.body, got
    head = served.ask(path, method="HEAD")
    assert (head.status, head.body) == (200, b"") and head.headers["Content-Type"] == got.headers["Content-Type"]
    assert served.ask(path, method="POST", body=b"x").status == 405
    assert served.ask(path, "github.com").status == 404


def test_metrics_are_those_of_prometheus(served):
    before = metrics(served)
    assert before["sandstrap_serve_bundle_info",
                  ("identity", identity(served.content.path)), ("origin", "upstream"),
                  ("path", str(served.content.path))] == 1
    size = len(served.content.files[INSTALL])
    for path in (INSTALL.removeprefix("https:/"), "/github.com/nothing"):
        served.ask(path)
    after = metrics(served)

    def grown(name, **labels):
        key = (name, *sorted(labels.items()))
        return after[key] - before.get(key, 0)

    assert grown("sandstrap_serve_requests_total", kind="file", code="200") == 1
    assert grown("sandstrap_serve_response_bytes_total", kind="file", code="200") == size
    assert grown("sandstrap_serve_blobs_total", path=str(served.content.path)) == 1
    assert grown("sandstrap_serve_missing_total") == 1
    assert grown("sandstrap_serve_requests_total", kind="metrics", code="200") == 1
    assert after["process_start_time_seconds",] <= time.time()
    assert after["sandstrap_serve_connections", ("state", "busy")] == 1


def identity(path):
    return "sha256:" + path.read_bytes()[32:64].hex()


# --- other bundles ---

def test_a_newer_bundle_takes_the_place_of_the_old_one(binary, content, large, tmp_path):
    bundle = large
    data = bundle.read_bytes()
    with Server(binary, tmp_path, bundle) as server:
        connection = slow_download(server)
        response = connection.getresponse()
        old = content.web["1.0"]["digest"]
        assert server.ask(f"/v2/apps/web/manifests/1.0?ns={WEB}").status == 200
        put(without(data, f"{WEB}/apps/web:1.0"), bundle)
        server.process.send_signal(signal.SIGHUP)
        server.said(REPLACED)
        assert server.ask(f"/v2/apps/web/manifests/1.0?ns={WEB}").status == 404
        assert server.ask(f"/v2/apps/web/manifests/1.1?ns={WEB}").status == 200
        retired = server.ask(f"/v2/apps/web/manifests/{old}?ns={WEB}")
        assert retired.status == 200 and digest(retired.body) == old, retired
        config = json.loads(retired.body)["config"]["digest"]
        blob = server.ask(f"/v2/apps/web/blobs/{config}?ns={WEB}")
        assert blob.status == 200 and digest(blob.body) == config, blob
        assert response.read() == LARGE
        now = metrics(server)
        assert now["sandstrap_serve_reloads_total",] == 1 and now["sandstrap_serve_retired",] == 1
        assert now["sandstrap_serve_bundle_info", ("identity", identity(bundle)), ("origin", "upstream"),
                   ("path", str(bundle))] == 1
        # The same again replaces nothing that is still asked for.
        for _ in range(6):
            server.process.send_signal(signal.SIGHUP)
            server.said(REPLACED)
        assert server.ask(f"/v2/apps/web/manifests/{old}?ns={WEB}").status == 200
        # Whatever comes, only a few are kept.
        for tags in (("1.1",), ("2.0",), ("1.1", "2.0"), ("1.0", "1.1"), ("1.0", "2.0")):
            put(without(data, *(f"{WEB}/apps/web:{tag}" for tag in tags)), bundle)
            server.process.send_signal(signal.SIGHUP)
            server.said(REPLACED)
        assert metrics(server)["sandstrap_serve_retired",] == 4


def test_a_host_that_was_replaced_is_not_answered_for_by_another(binary, content, bundle, tmp_path):
    """The bundle before had images of that host; the one now has one of the same name elsewhere."""
    gone = [a["name"] for a in Bundle(bundle).index["artifacts"] if a["name"].startswith("quay.test/")]
    data = bundle.read_bytes()
    path, host = "/v2/library/busybox/manifests/1.36", "quay.test"
    with Server(binary, tmp_path, bundle) as server:
        assert digest(server.ask(path, host).body) == content.other["digest"]
        put(without(data, *gone), bundle)
        server.process.send_signal(signal.SIGHUP)
        server.said(REPLACED)
        assert digest(server.ask(path, "docker.io").body) == content.busybox["digest"]
        answer = server.ask(path, host)
        assert answer.status == 404, answer
        retired = server.ask(f"/v2/library/busybox/manifests/{content.other['digest']}", host)
        assert digest(retired.body) == content.other["digest"], retired


@pytest.mark.parametrize("damage", ["cut", "gone", "flipped"])
def test_a_bad_bundle_leaves_the_old_one_served(binary, bundle, tmp_path, damage):
    data = bytearray(bundle.read_bytes())
    with Server(binary, tmp_path, bundle) as server:
        if damage == "gone":
            bundle.unlink()
        else:
            data[-5000] ^= damage == "flipped"
            put(data[:-4096] if damage == "cut" else data, bundle)
        server.process.send_signal(signal.SIGHUP)
        assert "sandbox.bundle" in server.said(KEPT)
        assert server.ask(f"/v2/apps/web/manifests/1.0?ns={WEB}").status == 200
        now = metrics(server)
        assert now["sandstrap_serve_reload_failures_total",] == 1 and now["sandstrap_serve_reloads_total",] == 0
        assert server.ask(f"/v2/apps/web/manifests/9.9?ns={WEB}").status == 404


def test_of_two_bundles_the_first_has_a_name(binary, content, bundle, tmp_path):
    """The second one has other content under the name of the first one's, and keeps it by digest."""
    data = bundle.read_bytes()
    second = tmp_path / "second.bundle"
    names = [f"{WEB}/apps/web:1.0", f"{WEB}/apps/web:1.1"]

    def swap(index):
        for artifact in index["artifacts"]:
            if artifact["name"] in names:
                artifact["name"] = names[1 - names.index(artifact["name"])]
        index["artifacts"].sort(key=lambda a: (a["kind"], a["name"], a.get("version", "")))
        order = list(dict.fromkeys(blob for artifact in index["artifacts"] for blob in artifact["blobs"]))
        index["blobs"].sort(key=lambda blob: order.index(blob["digest"]))

    second.write_bytes(forged(data, swap))
    put(without(data, names[1]), bundle)
    with Server(binary, tmp_path, bundle, second) as server:
        line = server.said(f"{names[0]} of {second}")
        assert "is not served: another bundle has that name with " + content.web["1.0"]["digest"] in line
        for tag, wanted in (("1.0", content.web["1.0"]), ("1.1", content.web["1.0"])):
            answer = server.ask(f"/v2/apps/web/manifests/{tag}?ns={WEB}")
            assert digest(answer.body) == wanted["digest"], answer
        other = content.web["1.1"]["digest"]
        assert digest(server.ask(f"/v2/apps/web/manifests/{other}?ns={WEB}").body) == other
        missing = server.ask("/github.com/nothing")
        assert b"sandbox.bundle" in missing.body and b"second.bundle" in missing.body, missing


# --- the access log ---

def test_a_line_for_each_request(binary, content, bundle, tmp_path):
    size = len(content.files[INSTALL])
    with Server(binary, tmp_path, bundle) as server:
        server.ask(INSTALL.removeprefix("https:/"), User_Agent='a "b"\tc')
        server.ask(f"/v2/apps/web/manifests/9.9?ns={WEB}", method="HEAD", User_Agent="containerd/2.4.2")
        lines = log_of(server, 2)
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z 127\.0\.0\.1"
    assert re.fullmatch(rf'{stamp} GET {re.escape(INSTALL)} 200 {size} \d+ms "a \\"b\\"\\u0009c"', lines[0]), lines
    assert re.fullmatch(rf'{stamp} HEAD {WEB}/apps/web:9\.9 404 0 \d+ms "containerd/2\.4\.2"', lines[1]), lines


def test_lines_of_json(binary, bundle, tmp_path):
    with Server(binary, tmp_path, bundle, "--output", "json") as server:
        server.ask(f"/v2/apps/web/manifests/1.0?ns={WEB}", User_Agent="\u00e9\"".encode("latin-1"))
        line = json.loads(log_of(server, 1)[0])
    assert line.pop("time").endswith("Z") and line.pop("ms") >= 0 and line.pop("bytes") > 0
    assert line == {"client": "127.0.0.1", "method": "GET", "host": WEB, "kind": "manifest",
                    "name": f"{WEB}/apps/web:1.0", "status": 200, "whole": True, "user_agent": "\ufffd\""}


def test_no_line_is_lost_when_the_log_is_rotated_and_at_the_end(binary, bundle, tmp_path):
    with Server(binary, tmp_path, bundle) as server:
        connection = server.connect()
        for i in range(300):
            if i == 150:
                server.log.rename(tmp_path / "access.log.1")
                server.process.send_signal(signal.SIGHUP)
                server.said(REPLACED)
            connection.request("GET", f"/healthz?{i}")
            connection.getresponse().read()
    first, second = ((tmp_path / name).read_text().splitlines() for name in ("access.log.1", "access.log"))
    assert len(first) == 150 and len(second) == 150


def test_a_reader_that_does_not_read_holds_nothing_up(binary, bundle, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with Server(binary, tmp_path, bundle, "--access-log", pipe) as server:
        connection = server.connect()
        agent = {"User-Agent": "x" * 1000}
        for _ in range(2000):  # twice what is kept
            connection.request("GET", "/healthz", headers=agent)
            assert connection.getresponse().read() == b"ok\n"
        assert metrics(server)["sandstrap_serve_log_dropped_total",] > 0
        os.set_blocking(reader, True)
        end = time.monotonic() + WAIT_S
        got = b""
        while got.count(b"\n") < 1000 and time.monotonic() < end:
            got += os.read(reader, 65536)
    assert all(line.endswith(b'xxx"') for line in got.splitlines()[:1000])
    os.close(reader)


def test_quiet_is_without_a_log(sandstrap, binary, bundle, tmp_path):
    """Nothing on standard output or error: the port has to be one that is known."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([binary, "serve", "-q", "--listen", f"127.0.0.1:{port}", bundle],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic() + WAIT_S
    while subprocess.run(["curl", "-s", "-o", tmp_path / "out", f"http://127.0.0.1:{port}/healthz"]).returncode:
        assert time.monotonic() < end and process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=WAIT_S) == (b"", b"") and process.returncode == 0
