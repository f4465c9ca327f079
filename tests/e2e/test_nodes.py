# SPDX-License-Identifier: Apache-2.0
"""A node on which a pod is not enough: containerd 1.6 as it comes, led after what `nodes --emit` writes."""

import json

import pytest

from gap import NODES, TRACES, Sealed, gap_lab
from lab import until
from scenarios.objects import PODINFO, daemons, namespace, placed, serves

OLD, NEW = NODES
LIMIT_S = 60


@pytest.fixture(scope="module")
def gap():
    with gap_lab("nodes", "--runtimes", "containerd-1.6-default,containerd-2.4") as lab:
        yield lab


def put(gap, node, path, text):
    gap.on(node, "sh", "-c", f"mkdir -p $(dirname {path}) && printf %s \"$1\" >{path} && chmod 755 {path}", "sh", text)


def traces(gap, node):
    return gap.on(node, "sh", "-c", TRACES).stdout


def test_an_administrator_leads_an_old_containerd(gap):
    tree = Sealed(gap, "nodes", {"objects": [namespace("nodes"), placed(daemons(serves()), "nodes")]})
    gap.close()
    shown = {one["name"]: one for one in json.loads(gap.sandstrap("nodes", "--output", "json").stdout)}
    assert (shown[OLD]["layout"], shown[NEW]["layout"]) == ("containerd-old", "containerd")
    assert "config_path" in shown[OLD]["why"]

    # Refused, with the node and what to do.
    result = tree.up("--timeout", "60s", code=None)
    assert result.code == 4, repr(result)
    assert OLD in result.stderr and "config_path" in result.stderr and "nodes --emit" in result.stderr, repr(result)

    emitted = gap.sandstrap("nodes", "--emit", "/work/admin").stdout.splitlines()[-1]
    assert emitted.startswith("/work/admin/containerd.sh: for ") and OLD in emitted
    put(gap, OLD, "/var/lib/containerd.sh", (gap.work / "admin/containerd.sh").read_text())
    put(gap, OLD, "/var/lib/admin/systemctl", "#!/bin/sh\n")  # the lab's daemons are not systemd's
    gap.on(OLD, "sh", "-c", "PATH=/var/lib/admin:$PATH /var/lib/containerd.sh")
    gap.tool("daemon", OLD, "containerd", "stop")
    gap.tool("daemon", OLD, "containerd", "start")
    until(lambda: gap.agent(OLD)["routed"], LIMIT_S, f"the agent of {OLD} finds what was set")

    tree.up()
    for node in NODES:
        assert gap.asked(node, PODINFO)[0], f"{node} has not pulled from its own agent"
    assert not gap.dropped()
    tree.run("down")
    for node in NODES:
        assert "hosts.toml" not in traces(gap, node) and "certs.d:" not in traces(gap, node)
    assert 'config_path = "/etc/containerd/certs.d"' in gap.on(OLD, "cat", "/etc/containerd/config.toml").stdout
