# SPDX-License-Identifier: Apache-2.0
"""Clusters in which an air gap cannot be bridged, or not yet: what `up` says of each, before it writes
anything, and that what it says leads on."""

import pytest

from audit import Log
from gap import HOME, Sealed, gap_lab
from scenario import last_lines
from scenarios.objects import daemons, namespace, placed, serves

pytestmark = pytest.mark.full


def small(lab, name):
    tree = Sealed(lab, name, {"objects": [namespace(name), placed(daemons(serves()), name)]}, layers=())
    lab.close()
    return tree


def refused(lab, tree, *words, more=()):
    """`up` ends before the first write, and its last lines have these words."""
    log = Log(lab)
    result = tree.up(*more, code=4)
    last = last_lines(result.stderr.splitlines())
    assert all(word in last for word in words), repr(result)
    assert not log.writes()


def test_always_pull_images():
    with gap_lab("pull", "--admission", "AlwaysPullImages") as lab:
        tree = small(lab, "pull")
        refused(lab, tree, "AlwaysPullImages", "imagePullPolicy")
        assert not lab.dropped()


def test_a_runtime_that_reads_no_routes():
    """What an administrator is told to do, done as it is told, is enough."""
    with gap_lab("old", "--runtimes", "containerd-1.6-default") as lab:
        tree = small(lab, "old")
        refused(lab, tree, "node-1", "config_path", "nodes --emit")
        lab.sandstrap("nodes", "--lab", *tree.bundle, "--emit", "/work/emitted")
        scripts = [path for path in (lab.work / "emitted").rglob("*") if path.is_file()]
        assert scripts
        script = "\n".join(path.read_text() for path in scripts)
        lab.on("node-1", "sh", "-euxc", script.replace("systemctl restart containerd", "kill $(pidof containerd)"))
        tree.up("--routes-by-hand")
        assert lab.asked("node-1", "ghcr.io/stefanprodan/podinfo:6.14.1")[0]
        assert not lab.dropped()


def test_pods_without_a_network():
    """The nodes are served all the same; then it is said what is missing."""
    with gap_lab("nocni", "--nodes", "2", "--no-cni") as lab:
        tree = small(lab, "nocni")
        result = tree.up(code=None)
        assert result.code, repr(result)
        assert "CNI" in last_lines(result.stderr.splitlines()), repr(result)
        for node in ("node-1", "node-2"):
            assert not any(one["lacksBytes"] for one in lab.agent(node)["bundles"])
            lab.on(node, "test", "-e", "/etc/containerd/certs.d/ghcr.io/hosts.toml")
            lab.on(node, "test", "-d", f"{HOME}/store")
        assert not lab.dropped()
