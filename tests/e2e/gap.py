# SPDX-License-Identifier: Apache-2.0
"""A lab with an air gap: one node with containerd 1.6, one with 2.4 as it comes, and a link to the
origin that is closed once a bundle is made. What tries to pass it is counted."""

import contextlib
import json
import os
import pathlib

import yaml

from inventory import Inventory
from lab import Lab, until
from observer import Observer
from trees import Small

RUNTIMES = ("--runtimes", "containerd-1.6,containerd-2.4")
NODES = ("node-1", "node-2")
AGENTS = "http://127.0.0.1:4860/sandstrap/v1"
HOME = "/var/lib/sandstrap"
# Whatever agents make on a node, by name, and what is in routes.
TRACES = f"""\
find {HOME}/* /etc/containerd '/etc/containerd/certs.d:' -printf '%y %p %l\\n' 2>/dev/null | sort
find /etc/containerd -name hosts.toml -exec cat {{}} + ; true"""


@contextlib.contextmanager
def gap_lab(name, *options):
    """A lab of its own for the tests of a module. SANDSTRAP_E2E_GAP names one that is used if it is up,
    and kept: for work on a single test."""
    kept = os.environ.get("SANDSTRAP_E2E_GAP")
    lab = Gap(kept or f"{name}-{os.getpid()}")
    lab.up(*options)
    try:
        yield lab
    finally:
        if not kept:
            lab.tool("down")


class Gap(Lab):
    """Its kubectl is the control plane's: the operator's host can be gone."""

    def kubectl(self, *arguments, check=True):
        return self.on("cp", "kubectl", *arguments, check=check).stdout

    def apply(self, *objects):
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        self.on("cp", "sh", "-c", 'printf %s "$1" | kubectl apply -f -', "sh", text)

    def inventory(self):
        """All objects there are. Each has an observer of its own, which goes with the operator's host."""
        with contextlib.closing(Observer(self)) as observer:
            return Inventory(observer)

    def close(self):
        self.tool("link", "origin", "closed")

    def dropped(self):
        """What the closed link has dropped since it was closed: one line for each destination."""
        return self.tool("dropped").stdout.splitlines()

    def agent(self, node):
        """What the agent of a node says of itself, asked on the node."""
        return json.loads(self.on(node, "curl", "-sSf", f"{AGENTS}/status").stdout)

    def asked(self, node, image):
        """How often an image was served by the agent of a node, and how often it was not there."""
        served, missing = self.on(node, "curl", "-sSf", f"{AGENTS}/asked?name={image}").stdout.split()[:2]
        return int(served), int(missing)

    def forget_images(self, node, pattern=""):
        """Removes images from a node with all their content, but for those that the lab itself starts with."""
        self.on(node, "sh", "-c", f"ctr -n k8s.io images ls -q | grep -v -e /pause -e /coredns -e @sha256 -e ^sha256 | grep -e '{pattern}' "
                "| xargs -r ctr -n k8s.io images rm --sync", check=False)

    def power_cut(self, *nodes):
        for node in nodes:
            self.tool("kill", node)
        for node in nodes:
            self.tool("start", node)

    def pods(self, *where):
        """The pods there, by name, that are not on their way out."""
        return {pod["metadata"]["name"]: pod for pod in self.get("pods", *where)
                if "deletionTimestamp" not in pod["metadata"]}

    def settled(self, *where, since="", limit_s=240):
        """Waits until all containers of all pods there run, since a moment, and are ready."""

        def all_run():
            pods = self.pods(*where)
            return pods and all(runs(pod, since) for pod in pods.values()) and pods

        return until(all_run, limit_s, f"pods {where} run")


def runs(pod, since):
    containers = pod["status"].get("containerStatuses", [])
    if pod["status"]["phase"] == "Succeeded":
        return True
    return bool(containers) and all(
        one["ready"] and one["state"].get("running", {}).get("startedAt", "") >= since
        for one in containers)


class Sealed(Small):
    """A tree whose bundle is for an air gap."""

    def __init__(self, lab, name, objects, layers=("flux",)):
        super().__init__(lab, name, objects, layers, record="sandstrap-system")

    def make(self):
        lock = f"{self.path}.lock"
        self.lab.sandstrap("bundle", "lock", *self.tree, "--airgap", "-o", lock)
        self.lab.sandstrap("bundle", "build", *self.tree, "--lock", lock, "-o", f"{self.path}.bundle")

    def up(self, *more, code=0):
        return self.run("up", "--airgap", *more, code=code)

    def digest(self, image):
        """The digest that an image's name was pinned to."""
        lock = yaml.safe_load((self.lab.work / f"{pathlib.Path(self.path).name}.lock").read_text())
        return next(one["digest"] for one in lock["artifacts"] if one["name"] == image)
