# SPDX-License-Identifier: Apache-2.0
"""Clusters in which an air gap cannot be bridged, or not yet, and what `up` says of each."""

import pytest

from audit import Log
from gap import HOME, Sealed, gap_lab
from scenario import last_lines
from scenarios.objects import PODINFO, daemons, namespace, placed, serves

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


def test_a_node_that_is_not_led_by_hand():
    """The probe finds out, names node and reason, and leaves no pod."""
    with gap_lab("unled", "--runtimes", "containerd-1.6-default") as lab:
        tree = small(lab, "unled")
        result = tree.up("--routes-by-hand", code=4)
        last = last_lines(result.stderr.splitlines())
        assert "node node-1: " in last and f'failed to pull and unpack image "{PODINFO}"' in last, repr(result)
        assert lab.dropped(), "its runtime has asked upstream"
        assert not [name for name in lab.pods("-A") if "probe" in name]


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
