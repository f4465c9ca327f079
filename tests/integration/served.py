# SPDX-License-Identifier: Apache-2.0
"""What the tests of `serve` share: a bundle whose artifacts have the names of several upstream hosts,
and the server of one, asked byte by byte."""

import http.client
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

from bundles import forged, offering, release, source, workload

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent.parent
ARM64 = b'{"os":"linux","architecture":"arm64"}'
# What the look-alike upstream has under one name, and the bundle under another.
NAMES = {
    "https://{host}/files/github.com/": "https://github.com/",
    "https://{host}/files/files.test/": "https://files.test:8443/",
    "https://{host}/files/charts.test/": "https://charts.test/",
    "https://{host}/files/other.test/": "https://other.test:8443/",
    "https://{host}/git/": "https://repo1.dso.mil/",
    "{host}/ghcr.io/": "ghcr.io/",
    "{host}/docker.io/": "",
    "{host}/reg.test-5000/": "reg.test:5000/",
    "{host}/quay.test/": "quay.test/",
}
INSTALL = "https://github.com/fluxcd/flux2/releases/download/v2.9.4/install.yaml"
RAW = "https://files.test:8443/raw/config.yaml?version=1"
LAYER = bytes(range(251)) * 12000
PODINFO = "stefanprodan/podinfo"


def lab_program(component, name):
    """A program of a Go module, as the lab builds it."""
    built = subprocess.run([CHECKOUT / "tests/lab/lab", "build", component], check=True, capture_output=True,
                           text=True).stdout
    return pathlib.Path(built.split()[1]) / "bin" / name


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def object_text(name):
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n".encode()


class Content:
    """The bundle `path`, and what is in it."""

    def __init__(self, folder, sandstrap):
        with offering(folder, sandstrap) as tree:
            origin = tree.upstream
            self.offer(origin, tree)
            tree.lock()
            tree.build()
        self.manifests = origin.manifests
        self.blobs = origin.blobs
        self.path = folder / "upstream.bundle"
        self.path.write_bytes(forged(tree.bundle_file.read_bytes(), lambda index: rename(index, origin.host)))
        sandstrap("bundle", "verify", self.path)

    def offer(self, origin, tree):
        made = {"linux/amd64": origin.add_image("ghcr.io/stefanprodan/podinfo", None, [b"shared", LAYER]),
                "linux/arm64": origin.add_image("ghcr.io/stefanprodan/podinfo", None, [b"shared", b"arm"], ARM64)}
        self.index = origin.add_index("ghcr.io/stefanprodan/podinfo", "6.9.1", made)
        self.amd64, self.arm64 = made.values()
        self.busybox = origin.add_image("docker.io/library/busybox", "1.36", [b"busybox"])
        self.web = {tag: origin.add_image("reg.test-5000/apps/web", tag, [tag.encode()])
                    for tag in ("1.0", "1.1", "2.0")}
        self.other = origin.add_image("quay.test/library/busybox", "1.36", [b"another busybox"])
        self.other_web = origin.add_image("quay.test/apps/web", "3.0", [b"another web"])
        self.pinned = origin.add_image("quay.test/pinned/app", None, [b"by digest only"])
        self.both = origin.add_image("quay.test/pinned/app", "2.0", [b"tag and digest"])
        self.chart = origin.add_chart("ghcr.io/stefanprodan/charts/podinfo", "6.9.1", {})
        self.files = {INSTALL: object_text("install"), RAW: object_text("raw")}
        origin.files["github.com/" + INSTALL.split("/", 3)[3]] = self.files[INSTALL]
        origin.files["files.test/raw/config.yaml"] = self.files[RAW]
        images = [f"{origin.host}/{name}" for name in (
            "ghcr.io/stefanprodan/podinfo:6.9.1", "docker.io/library/busybox:1.36", "reg.test-5000/apps/web:1.0",
            "reg.test-5000/apps/web:1.1", "reg.test-5000/apps/web:2.0", "quay.test/library/busybox:1.36", "quay.test/apps/web:3.0",
            f"quay.test/pinned/app@{self.pinned['digest']}", f"quay.test/pinned/app:2.0@{self.both['digest']}")]
        tree.objects(
            *(workload("Deployment", image, name=f"w{i}") for i, image in enumerate(images)),
            source("OCIRepository", "podinfo", {"url": f"oci://{origin.host}/ghcr.io/stefanprodan/charts/podinfo",
                                                "ref": {"tag": "6.9.1"}}),
            release("podinfo", chartRef={"kind": "OCIRepository", "name": "podinfo"}),
            remote=(f"{origin.url}/files/{INSTALL.removeprefix('https://')}",
                    f"{origin.url}/files/files.test/raw/config.yaml?version=1"))

    def manifest(self, entry):
        return next(data for (_, name), (_, data) in self.manifests.items() if name == entry["digest"])


def rename(index, host):
    """Gives the artifacts the names that they have upstream, and all the order that follows."""
    for artifact in index["artifacts"]:
        for ours, theirs in NAMES.items():
            artifact["name"] = artifact["name"].replace(ours.format(host=host), theirs)
    index["artifacts"].sort(key=lambda a: (a["kind"], a["name"], a.get("version", "")))
    order = list(dict.fromkeys(digest for artifact in index["artifacts"] for digest in artifact["blobs"]))
    index["blobs"].sort(key=lambda blob: order.index(blob["digest"]))


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def __repr__(self):
        return f"{self.status}\n{self.headers}\n{self.body[:2000]!r}"


class Server:
    """`sandstrap serve` with these arguments, on a free port of this host."""

    START_S = 60

    def __init__(self, binary, folder, *arguments):
        self.errors = []
        self.port = self.tls_port = None
        self._ready = threading.Event()
        self.log = pathlib.Path(folder) / "access.log"
        command = [binary, "serve", "--listen", "127.0.0.1:0", "--access-log", self.log, *arguments]
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, cwd=folder,
                                        env={**os.environ, "HOME": str(folder)})
        threading.Thread(target=self._read, daemon=True).start()
        assert self._ready.wait(self.START_S) and self.port, "".join(self.errors)

    def _read(self):
        for line in self.process.stderr:
            self.errors.append(line)
            found = re.search(r"ready: HTTP at 127\.0\.0\.1:(\d+)(?:, HTTPS at 127\.0\.0\.1:(\d+))?", line)
            if found:
                self.port, self.tls_port = (int(port) if port else None for port in found.groups())
                self._ready.set()
        self._ready.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(self.START_S) == 0, "".join(self.errors)

    def said(self, words):
        """Waits until a line with these words came on standard error, and takes all up to it."""
        end = time.monotonic() + self.START_S
        while time.monotonic() < end:
            for i, line in enumerate(list(self.errors)):
                if words in line:
                    del self.errors[:i + 1]
                    return line
            time.sleep(0.01)
        raise AssertionError(f"nothing says '{words}': {''.join(self.errors)}")

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, path, host=None, method="GET", body=None, **headers):
        """One request, of which the path is sent as it is; host is the Host header."""
        connection = self.connect()
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", host or self.address)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders(body)
        answer = Answer(connection.getresponse())
        connection.close()
        return answer
