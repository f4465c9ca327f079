# SPDX-License-Identifier: Apache-2.0
"""The scripted API servers of tests/servers: run as programs, with kubeconfigs that lead to their scenes."""

import base64
import contextlib
import pathlib
import subprocess
import sys

import yaml

SERVERS = pathlib.Path(__file__).resolve().parent.parent / "servers"


@contextlib.contextmanager
def started(script):
    """Runs tests/servers/<script>; gives the facts that it tells about itself."""
    with subprocess.Popen([sys.executable, SERVERS / script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        facts = {}
        for line in process.stdout:
            if line == "ready\n":
                break
            name, value = line.strip().split("=", 1)
            facts[name] = value
        yield facts
        process.stdin.close()


def authority(facts):
    return pathlib.Path(facts["certs"]) / "ca.crt"


def address(facts, scene):
    return f"https://127.0.0.1:{facts['port']}/{scene}"


def write_kubeconfig(path, facts, scene, cluster=None, user=None):
    """One that leads to a scene, with more fields, or others, of the cluster and of the user."""
    path.write_text(yaml.safe_dump({
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "jane"}}],
        "clusters": [{"name": "c", "cluster": {
            "server": address(facts, scene),
            "certificate-authority-data": base64.b64encode(authority(facts).read_bytes()).decode(), **(cluster or {})}}],
        "users": [{"name": "jane", "user": user or {}}],
    }))
