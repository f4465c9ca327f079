# SPDX-License-Identifier: Apache-2.0
"""The whole sandbox in an air gap, with Big Bang's policies enforced in every namespace but kube-system;
and the same objects as without an air gap."""

import time

import pytest

from audit import Log
from gap import NODES, RUNTIMES, gap_lab
from lab import until
from scenarios.objects import container, thing
from trees import Tree

pytestmark = pytest.mark.full
POLICIES = {"kyverno": {"enabled": True},
            "kyvernoPolicies": {"enabled": True, "values": {"everywhere": True}}}
# What an air gap adds, and what it changes: nothing else may differ.
SEED = ("sandstrap-node", "sandstrap-authority", "sandstrap-ca")


def arguments(tree, command, *more):
    return command, tree.entrypoint, "--lab", "--bundle", tree.bundle, *more


@pytest.fixture(scope="module")
def gap():
    with gap_lab("gapbox", *RUNTIMES, "--kyverno") as lab:
        yield lab


@pytest.fixture(scope="module")
def tree(gap):
    tree = Tree(gap, "gapbox")
    tree.values(**POLICIES)
    return tree.build("--airgap")


@pytest.fixture(scope="module")
def objects_without(gap, tree):
    """What there is of it while the link is up."""
    gap.sandstrap(*arguments(tree, "up"))
    made = gap.inventory().normal()
    gap.sandstrap(*arguments(tree, "down", "--data"))
    for node in NODES:
        gap.forget_images(node)
    return made


def test_four_layers_become_ready(gap, tree, objects_without):
    gap.close()
    result = gap.sandstrap(*arguments(tree, "up", "--airgap"))
    assert not gap.dropped(), repr(result)
    for layer in ("flux", "platform", "bigbang", "tenants"):
        assert f"{layer}: ready" in result.stderr
    gap.sandstrap(*arguments(tree, "status", "--sealed"))


def test_the_objects_are_the_same(gap, tree, objects_without):
    now = set(gap.inventory().normal())
    assert not set(objects_without) - now
    added = [line for line in now - set(objects_without) if not line.rsplit("/", 1)[1].startswith(SEED)]
    assert not added, added


def test_a_second_up_writes_nothing(gap, tree):
    log = Log(gap)
    gap.sandstrap(*arguments(tree, "up", "--airgap"))
    assert not log.writes() and not gap.dropped()


def test_policies_let_the_agents_come_back(gap):
    """What they refuse is a pod like an agent's anywhere else."""
    of_agents = ("-n", "kube-system", "-l", "app.kubernetes.io/name=sandstrap-node")
    agents = set(gap.pods(*of_agents))
    assert len(agents) == len(NODES), agents
    refused = thing("v1", "Pod", "like-an-agent", spec={
        "hostNetwork": True, "containers": [container("serve")],
        "volumes": [{"name": "home", "hostPath": {"path": "/var/lib/sandstrap"}}]})
    (gap.work / "refused.yaml").write_text(str(refused))
    error = gap.on("operator", "kubectl", "-n", "default", "create", "-f", "/work/refused.yaml", check=False)
    assert error.code and "disallow-host-namespaces" in error.stderr, repr(error)
    gap.kubectl("-n", "kube-system", "delete", "pod", *agents)
    until(lambda: len(gap.pods(*of_agents)) == len(NODES), 60, "agents are made anew")
    assert not agents & set(gap.settled(*of_agents))


def test_everything_comes_back_after_a_power_cut(gap, tree):
    gap.tool("kill", "operator")
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    gap.forget_images("node-2")
    gap.power_cut(*NODES)
    for space in ("kube-system", "flux-system", "monitoring", "logging", "alloy", "podinfo"):
        gap.settled("-n", space, since=since)
    gap.tool("start", "operator")
    until(lambda: gap.sandstrap(*arguments(tree, "status"), code=None).code == 0, 300, "all is ready again")
    assert not gap.dropped()
