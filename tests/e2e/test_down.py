# SPDX-License-Identifier: Apache-2.0
"""The sandbox goes away, and nothing of it is left: all objects of the cluster are compared with what
there was before the first `up`. It comes back, with Kyverno's policies in force, and goes again.

The first sandbox is that of test_sandbox.py, or one of its own when these tests run alone.
"""

import pytest
import yaml

from inventory import Inventory
from scenario import brief
from scenarios.objects import container, placed, thing
from takedown import RECORD
from trees import Tree

pytestmark = pytest.mark.usefixtures("swept")
ROUNDS = 10
POLICIES = {"kyverno": {"enabled": True}, "kyvernoPolicies": {"enabled": True}}
WEBHOOKS = "validatingwebhookconfigurations,mutatingwebhookconfigurations"
PRIVILEGED = placed(thing("v1", "Pod", "privileged", spec={"containers": [
    container("serve", securityContext={"privileged": True})]}), "monitoring")


@pytest.fixture(scope="module")
def sandbox(lab, empty):
    """A sandbox that is up."""
    if not lab.kubectl("get", "namespace", RECORD, "--ignore-not-found"):
        lab.sandstrap(*Tree(lab, "down").build().arguments())


@pytest.fixture(scope="module")
def kept(lab, sandbox):
    """The first `down`, with nothing but what the cluster knows."""
    return lab.sandstrap("down", "--lab", code=None)


def test_down_keeps_data_and_lists_it(lab, observer, empty, kept):
    assert kept.code == 0, repr(kept)
    came = Inventory(observer).came(empty)
    others = [key for key in came if RECORD not in key]
    assert others and all(kind == "Secret" and name.startswith("sealed-secrets-key")
                          for _, kind, _, name in others), came
    for _, kind, space, name in others:
        assert f"{kind} {space}/{name}" in kept.stdout + kept.stderr, repr(kept)


def test_with_data_nothing_is_left(lab, observer, empty, kept):
    result = lab.sandstrap("down", "--lab", "--data")
    check(observer, empty, result)


def check(observer, empty, result):
    now = Inventory(observer)
    came, went = now.came(empty), now.went(empty)
    assert not came and not went, f"left: {came}; gone: {went}\n{brief(result)}"


@pytest.fixture(scope="module")
def tree(lab):
    tree = Tree(lab, "policies")
    tree.values(**POLICIES)
    return tree.build()


@pytest.mark.parametrize("rounds", [1, pytest.param(ROUNDS, marks=pytest.mark.full)])
def test_up_and_down_with_policies_in_force(lab, observer, empty, kept, tree, rounds):
    digests = set()
    for _ in range(rounds):
        lab.sandstrap(*tree.arguments())
        digests.add(Inventory(observer).digest())
        (lab.work / "privileged.yaml").write_text(yaml.safe_dump(PRIVILEGED))
        denied = lab.on("operator", "kubectl", "create", "-f", "/work/privileged.yaml", check=False)
        assert denied.code and "disallow-privileged-containers" in denied.stderr, repr(denied)
        result = lab.sandstrap("down", *tree.arguments("--data")[1:])
        assert not lab.get(WEBHOOKS), "webhooks are left"
        check(observer, empty, result)
    assert len(digests) == 1
