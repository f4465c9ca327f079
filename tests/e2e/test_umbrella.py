# SPDX-License-Identifier: Apache-2.0
"""Packages of the real tree's umbrella that fail, and what `up` says of them. Each begins where the
one before ended, as an operator's day does."""

import re

import pytest

import troubleshooting
from scenario import last_lines
from trees import Tree

pytestmark = pytest.mark.full
LIMITS = ("--fail-after", "40s", "--timeout", "240s")


def up(lab, name, *limits, operations=(), **values):
    """Brings a copy of the tree up, with these values of the umbrella in a Secret that somebody made: in the
    tree, the lock would find what is wrong with them."""
    tree = Tree(lab, f"umbrella-{name}")
    tree.values_by_hand(**values)
    tree.patch_umbrella(*operations)
    result = lab.sandstrap(*tree.build().arguments(*(limits or LIMITS)), code=None)
    missing = troubleshooting.missing(tree.path.name, result.stderr)
    assert not missing, f"docs/troubleshooting.md: {missing}: {result!r}"
    return result


def check(result, code, *patterns):
    last = last_lines(result.stderr.splitlines())
    assert result.code == code, repr(result)
    for pattern in patterns:
        assert re.search(pattern, last), f"nothing like {pattern!r}: {result!r}"


@pytest.fixture(scope="module")
def good(lab):
    lab.kubectl("create", "namespace", "bigbang", check=False)  # another test may have left it
    check(up(lab, "good", "--timeout", "600s"), 0)


def test_a_package_whose_image_is_missing(lab, good):
    result = up(lab, "image", loki={"enabled": True, "values": {"loki": {"mode": "badImage"}}})
    check(result, 9, r"HelmRelease bigbang/loki: StatefulSet logging/logging-loki: pod logging/logging-loki-0: "
          r"container \S+: (ErrImagePull|ImagePullBackOff)", r"-missing.*not found")


def test_its_fix_while_the_controller_is_still_at_the_former_one(lab, good):
    """That attempt goes on for its whole time; `up` must not blame the fix for it, and each next step
    that it names leads on: a new helm-controller, then a pod that the StatefulSet would keep."""
    result = up(lab, "fix", "--fail-after", "20s", "--timeout", "30s")
    check(result, 8, r"HelmRelease bigbang/loki: FormerVersion: .* upgrade of the former values, until \d",
          r"rollout restart deployment helm-controller")
    assert "-missing" not in last_lines(result.stderr.splitlines()), repr(result)

    lab.kubectl("-n", "flux-system", "rollout", "restart", "deployment", "helm-controller")
    result = up(lab, "fix-kept")
    check(result, 9, r"pod logging/logging-loki-0: container \S+: OldPodKept: ",
          r"kubectl -n logging delete pod logging-loki-0")
    assert "-missing" not in last_lines(result.stderr.splitlines()), repr(result)

    lab.kubectl("-n", "logging", "delete", "pod", "logging-loki-0")
    check(up(lab, "fixed"), 0)


def test_a_template_that_fails(lab, good):
    result = up(lab, "template", grafana={"enabled": True, "values": {"grafana": {"mode": "bogus"}}})
    check(result, 9, r"HelmRelease bigbang/grafana: UpgradeFailed: .*mode bogus is none of")
    check(up(lab, "template-fixed"), 0)


def test_values_of_the_umbrella_itself(lab, good):
    result = up(lab, "values", monitoring="yes")
    check(result, 9, r"HelmRelease bigbang/bigbang: UpgradeFailed: .*can't evaluate field enabled")
    check(up(lab, "values-fixed"), 0)


def test_a_fix_of_the_kustomization_while_its_controller_waits_for_the_former_one(lab, good):
    """Its health checks go on for their whole time, here 10 minutes, before it looks at what it is now."""
    nothing = {"op": "add", "path": "/spec/valuesFrom/-", "value": {"kind": "Secret", "name": "nosuch"}}
    result = up(lab, "patch", operations=[nothing])
    check(result, 9, r"HelmRelease bigbang/bigbang: ")
    result = up(lab, "patch-fix", "--fail-after", "20s", "--timeout", "30s")
    check(result, 8, r"Kustomization flux-system/bigbang: FormerVersion: .* health checks of the former version, until \d",
          r"rollout restart deployment kustomize-controller")
    lab.kubectl("-n", "flux-system", "rollout", "restart", "deployment", "kustomize-controller")
    check(up(lab, "patch-fixed"), 0)
