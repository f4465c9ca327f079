# SPDX-License-Identifier: Apache-2.0
"""An interrupt ends every command within a second, wherever it is, and leaves nothing half-written."""

import http.server
import json
import os
import pathlib
import random
import signal
import subprocess
import threading
import time

import pytest
import yaml

ANSWERS = {
    "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.4"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "groups": []},
    "/api/v1": {"kind": "APIResourceList", "resources": [
        {"name": name, "kind": kind, "namespaced": True, "verbs": ["get", "list", "watch", "patch"]}
        for name, kind in (("configmaps", "ConfigMap"), ("pods", "Pod"))]},
}

MAKE_TREE = pathlib.Path(__file__).resolve().parent.parent / "bench/make-tree"
MOMENTS = 20
LONGEST_S = 1.5  # moments are spread over as much of a command
WITHIN_S = 1.0
DELAY_S = 0.05


class FrozenServer(http.server.ThreadingHTTPServer):
    """An API server that answers discovery, slowly, and leaves every other request hanging."""

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
        time.sleep(DELAY_S)
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


@pytest.fixture
def kubeconfig(bundled, frozen):
    path = bundled.folder / "kubeconfig"
    path.write_text(yaml.safe_dump({
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{frozen.server_address[1]}"}}],
        "users": [{"name": "u", "user": {}}],
    }))
    return path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_requests_in_flight(bundled, frozen, kubeconfig, binary, number):
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


def test_under_nohup_it_outlives_its_terminal(bundled, frozen, kubeconfig, binary):
    command = ["nohup", binary, "up", bundled.entrypoint, "--bundle", bundled.bundle_file, "--kubeconfig", kubeconfig]
    with subprocess.Popen(command, cwd=bundled.folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as up:
        try:
            assert frozen.asked.wait(60), "it never asked for an object"
            up.send_signal(signal.SIGHUP)
            with pytest.raises(subprocess.TimeoutExpired):
                up.communicate(timeout=3 * WITHIN_S)
            up.send_signal(signal.SIGTERM)
            up.communicate(timeout=60)
        finally:
            up.kill()
    assert up.returncode == 130


NOBODY_ANSWERS = """
import signal, socket, subprocess, sys
names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind(("127.0.0.1", 53))
process = subprocess.Popen(sys.argv[1:])
names.recv(1000)
process.send_signal(signal.SIGINT)
sys.exit(process.wait(3))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="makes a namespace with a name server of its own")
def test_a_signal_ends_the_search_for_a_name(binary, tmp_path):
    (tmp_path / "kustomization.yaml").write_text("resources: [https://files.example.org/a.yaml]\n")
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:30\n")
    (tmp_path / "server.py").write_text(NOBODY_ANSWERS)
    script = f"""ip link set lo up && mount --bind resolv.conf "$(readlink -f /etc/resolv.conf)" &&
        exec /usr/bin/python3 server.py {binary} render ."""
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(["unshare", "-mn", "sh", "-c", script], cwd=tmp_path, env=environment,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 130, done.stderr
    assert done.stderr.endswith("sandstrap: interrupted\n")


class Scene:
    """A large tree with its upstream, and the commands that are interrupted: each with what it writes."""

    def __init__(self, tree, kubeconfig):
        self.tree, self.folder = tree, tree.folder
        subprocess.run([MAKE_TREE, "3000", self.folder / "large"], check=True)
        layer = random.Random(1).randbytes(96 << 20)
        tree.upstream.add_image("apps/large", "1", [layer])
        tree.objects({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n"},
                      "spec": {"containers": [{"name": "c", "image": f"{tree.upstream.host}/apps/large:1"}]}})
        tree.lock()
        tree.build()
        cluster = [tree.entrypoint, "--bundle", tree.bundle_file, "--kubeconfig", kubeconfig]
        remote = ["--ca-file", tree.ca, tree.entrypoint]
        self.commands = {
            "verify": (["bundle", "verify", tree.bundle_file], None),
            "lock": (["bundle", "lock", "-o", "new.lock", *remote], "new.lock"),
            "build": (["bundle", "build", "--lock", tree.lock_file, "-o", "new.bundle", *remote], "new.bundle"),
            "render": (["render", "large/top"], None),
            "render-file": (["render", "-o", "new.yaml", "large/top"], "new.yaml"),
            "up": (["up", *cluster], None),
            "status": (["status", *cluster], None),
        }

    def files(self):
        return {path for path in self.folder.rglob("*") if not path.is_dir()}

    def forget(self):
        """As before the first run."""
        for path in self.folder.glob("new.*"):
            path.unlink()
        subprocess.run(["rm", "-rf", self.folder / "cache"], check=True)


class Interrupted:
    """One run that gets SIGINT after `pause` seconds, and how long it took to end from then on."""

    def __init__(self, command, scene, pause):
        environment = {**os.environ, **scene.tree.env, "HOME": str(scene.folder)}
        with subprocess.Popen(command, cwd=scene.folder, env=environment, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True) as process:
            try:
                process.wait(pause)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGINT)
            asked = time.monotonic()
            try:
                self.errors = process.communicate(timeout=60)[1]
            finally:
                process.kill()
        self.took = time.monotonic() - asked
        self.code = process.returncode


def start_up(binary):
    """How long the least takes on this machine now."""
    before = time.monotonic()
    subprocess.run([binary, "--version"], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - before


@pytest.mark.parametrize("name", ["verify", "lock", "build", "render", "render-file", "up", "status"])
def test_twenty_random_moments(bundled, frozen, kubeconfig, binary, name):
    scene = Scene(bundled, kubeconfig)
    arguments, output = scene.commands[name]
    command, chance = [binary, *map(str, arguments)], random.Random(name)
    scene.forget()
    before = time.monotonic()
    whole = Interrupted(command, scene, LONGEST_S if name in ("up", "status") else 60)
    duration = min(time.monotonic() - before, LONGEST_S)
    assert whole.code in (0, 130), whole.errors
    expected = (scene.folder / output).read_bytes() if output else None
    known, codes = scene.files(), set()
    for _ in range(MOMENTS):
        scene.forget()
        run = Interrupted(command, scene, chance.uniform(0, duration))
        # A process that has not come to its first line yet is ended by the kernel.
        assert run.code in (130, 0, -signal.SIGINT), run.errors
        assert run.took < WITHIN_S + 25 * start_up(binary), f"{run.took:.2f} s, exit {run.code}: {run.errors}"
        if output and (scene.folder / output).exists():
            assert (scene.folder / output).read_bytes() == expected
        left = {path.name for path in scene.files() - known}
        assert left <= {"new.bundle.part"}, left
        codes.add(run.code)
    assert 130 in codes


def test_a_second_signal_ends_at_once(bundled, frozen, kubeconfig, binary):
    # Nobody reads what it writes: it cannot heed the first.
    Scene(bundled, kubeconfig)
    read, write = os.pipe()
    with subprocess.Popen([binary, "render", "large/top"], cwd=bundled.folder, stdout=write,
                          stderr=subprocess.PIPE, text=True) as process:
        os.close(write)
        os.set_blocking(read, False)
        while process.poll() is None and not os.path.exists(f"/proc/{process.pid}/wchan"):
            time.sleep(0.01)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        errors = process.communicate(timeout=60)[1]
    os.close(read)
    assert process.returncode == 130
    assert errors == "sandstrap: interrupted\n"
