# SPDX-License-Identifier: Apache-2.0
"""The life of a sandbox in an air gap: from nothing but the nodes' pause images to ready and, each
test building on those before it, through what happens to a cluster, to nothing again.

Nothing passes the origin's link from before the first `up` on; what tries to is counted."""

import datetime
import os
import time

import pytest

from audit import Log
from gap import HOME, NODES, RUNTIMES, TRACES, Sealed, gap_lab
from lab import until
from scenarios.objects import (PODINFO, container, daemons, git, namespace, oci, placed, release, serves,
                               thing)

STRAY = "quay.io/nobody/nothing:1"
ADMIN = """\
# of an administrator
server = "https://ghcr.io"
[host."https://mirror.invalid"]
  capabilities = ["pull", "resolve"]
"""
ADMIN_FILE = "/etc/containerd/certs.d/ghcr.io/hosts.toml"


@pytest.fixture(scope="module")
def gap():
    with gap_lab("gap", *RUNTIMES) as lab:
        yield lab


def traces(gap):
    """The files on the nodes that agents and runtimes' routes are made of."""
    return {node: gap.on(node, "sh", "-c", TRACES).stdout for node in NODES}


@pytest.fixture(scope="module")
def before(gap):
    """What there was before: an administrator of node-1 has a mirror of his own."""
    gap.on("node-1", "sh", "-c", f"mkdir -p {os.path.dirname(ADMIN_FILE)} && printf %s '{ADMIN}' >{ADMIN_FILE}")
    return gap.inventory(), traces(gap)


@pytest.fixture(scope="module")
def tree(gap, before):
    """Its bundle is the last thing that passes the link."""
    tree = Sealed(gap, "gap", {"objects": [
        namespace("gap"), placed(oci(), "gap"), placed(release(timeout="60s"), "gap"),
        placed(git("umbrella"), "gap"), placed(daemons(serves()), "gap")]})
    gap.close()
    return tree


def nothing_left_the_gap(gap):
    dropped = gap.dropped()
    assert not dropped, dropped


def test_everything_comes_up_from_one_file(gap, tree):
    result = tree.up()
    nothing_left_the_gap(gap)
    for node in NODES:
        assert gap.asked(node, PODINFO)[0], f"{node} has not pulled from its own agent: {result!r}"
    tree.run("status", "--sealed")


def pod(name, image, node):
    return placed(thing("v1", "Pod", name, spec={
        "nodeName": node, "terminationGracePeriodSeconds": 1, "tolerations": [{"operator": "Exists"}],
        "containers": [container("serve", "--listen=:8080", image=image)]}), "gap")


def test_a_pod_may_name_the_digest_of_an_index(gap, tree):
    index = tree.digest(PODINFO)
    gap.apply(*(pod(f"by-digest-{node}", f"{PODINFO.split(':')[0]}@{index}", node) for node in NODES))
    for node in NODES:
        gap.kubectl("-n", "gap", "wait", "--for=condition=Ready", f"pod/by-digest-{node}", "--timeout=60s")
    nothing_left_the_gap(gap)
    gap.kubectl("-n", "gap", "delete", "pod", *(f"by-digest-{node}" for node in NODES))


def test_a_second_up_sends_and_writes_nothing(gap, tree):
    log, received = Log(gap), {node: gap.agent(node)["receivedBytes"] for node in NODES}
    tree.up()
    assert not log.writes()
    assert received == {node: gap.agent(node)["receivedBytes"] for node in NODES}
    nothing_left_the_gap(gap)


def test_rebuild_leaves_the_nodes_as_they_are(gap, tree):
    received = {node: gap.agent(node)["receivedBytes"] for node in NODES}
    tree.run("rebuild", "--airgap", "--data")
    assert received == {node: gap.agent(node)["receivedBytes"] for node in NODES}
    nothing_left_the_gap(gap)


def test_each_blob_crosses_the_api_server_once(gap, tree):
    """What the nodes got from the installer is the content, once; the rest they got from each other,
    as does a node that joins."""
    got = [gap.agent(node) for node in NODES]
    stored = got[0]["storeBytes"]
    assert stored and sum(one["receivedBytes"] for one in got) <= stored * 1.01
    assert sum(one["fetchedBytes"] for one in got) >= stored * 0.99
    nothing_left_the_gap(gap)
    log = Log(gap)
    gap.tool("add-node", "containerd-2.4")
    gap.settled("-n", "gap", "--field-selector=spec.nodeName=node-3")
    third = gap.agent("node-3")
    assert third["receivedBytes"] == 0 and third["fetchedBytes"] >= stored * 0.99, third
    assert gap.asked("node-3", PODINFO)[0]
    assert not log.writes()
    gap.close()  # until the routes were there, the new node's runtime has asked upstream, as runtimes do


def test_power_cut_without_the_operator(gap, tree, request):
    """The operator's host is gone. Both nodes lose power, one of them its images, too: all comes back
    by itself, and what is deleted afterwards is pulled from the store."""
    gap.tool("kill", "operator")
    request.addfinalizer(lambda: gap.tool("start", "operator"))
    gap.forget_images("node-2")
    since = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    gap.power_cut(*NODES)
    everywhere = [("-n", space, "--field-selector=spec.nodeName!=node-3") for space in ("kube-system", "flux-system", "gap")]
    for where in everywhere:
        gap.settled(*where, since=since)
    for node in NODES:
        served = gap.asked(node, PODINFO)[0]
        gap.forget_images(node, PODINFO)
        gap.kubectl("-n", "gap", "delete", "pod", "-l", "app=agent", f"--field-selector=spec.nodeName={node}")
        gap.settled("-n", "gap", f"--field-selector=spec.nodeName={node}")
        assert gap.asked(node, PODINFO)[0] > served, f"{node} has not pulled again"
    nothing_left_the_gap(gap)


def test_what_the_bundle_has_not_is_counted_and_named(gap, tree):
    """The positive control."""
    gap.apply(pod("stray", STRAY, "node-1"))
    until(gap.dropped, 60, "the pull of an image that is not in the bundle is counted")
    result = tree.run("status", "--sealed", code=None)
    assert result.code and STRAY in result.stdout + result.stderr, repr(result)
    gap.kubectl("-n", "gap", "delete", "pod", "stray")
    gap.close()
    time.sleep(1)


def test_down_keeps_the_store_where_it_is_to_be_kept(gap, tree, before):
    tree.run("down", "--data", "--keep-store")
    objects, files = before
    now = gap.inventory()
    came = [key for key in now.came(objects) if "node-3" not in key]
    assert not came and not now.went(objects)
    for node, text in traces(gap).items():
        others = [line for line in text.splitlines() if f" {HOME}" not in line]
        assert others == files[node].splitlines(), f"{node}: {others}"
        assert len(others) < len(text.splitlines()), f"{node} has no store"
    nothing_left_the_gap(gap)


def test_up_from_a_store_that_was_kept(gap, tree):
    tree.up()
    assert not any(gap.agent(node)["receivedBytes"] for node in NODES)
    nothing_left_the_gap(gap)


def test_down_waits_for_a_node_that_does_not_answer(gap, tree):
    """The agents stay, so that a later `down` ends it."""
    signal = "kill -{} $(pgrep -o -f '^sandstrap agent')"
    gap.on("node-2", "sh", "-c", signal.format("STOP"))
    result = tree.run("down", "--data", code=10)
    gap.on("node-2", "sh", "-c", signal.format("CONT"))
    assert "Node node-2: " in result.stdout and "Node node-1: " not in result.stdout, repr(result)
    assert len(gap.get("daemonsets", "-n", "kube-system", "-l", "app.kubernetes.io/name=sandstrap-node")) == 2


def test_down_leaves_nothing(gap, tree, before):
    tree.run("down", "--data")
    objects, files = before
    now = gap.inventory()
    came = [key for key in now.came(objects) if "node-3" not in key]
    assert not came and not now.went(objects)
    assert traces(gap) == files
    for node in (*NODES, "node-3"):
        assert not gap.on(node, "ls", "-A", HOME).stdout, "its own folder is all that a pod cannot remove"
    nothing_left_the_gap(gap)
