# SPDX-License-Identifier: Apache-2.0
"""Packages of the real tree's umbrella that fail, and what `up` says of them. Each begins where the
one before ended, as an operator's day does."""

import re

import pytest

from scenario import last_lines
from trees import Tree

pytestmark = pytest.mark.full
LIMITS = ("--fail-after", "40s", "--timeout", "240s")
AT_WORK = r"former values|still in the (install|upgrade)"


def up(lab, name, *limits, **values):
    """Brings a copy of the tree up, with these values of the umbrella in it."""
    tree = Tree(lab, f"umbrella-{name}")
    tree.values(**values)
    return lab.sandstrap(*tree.build().arguments(*(limits or LIMITS)), code=None)


def check(result, code, *patterns):
    last = last_lines(result.stderr.splitlines())
    assert result.code == code, repr(result)
    for pattern in patterns:
        assert re.search(pattern, last), f"nothing like {pattern!r}: {result!r}"


@pytest.fixture(scope="module")
def good(lab):
    check(up(lab, "good", "--timeout", "600s"), 0)


def test_a_package_whose_image_is_missing(lab, good):
    flux = {"timeout": "60s"}
    result = up(lab, "image", loki={"enabled": True, "flux": flux, "values": {"loki": {"mode": "badImage"}}})
    check(result, 9, r"HelmRelease bigbang/loki: StatefulSet logging/logging-loki: pod logging/logging-loki-0: "
          r"container \S+: (ErrImagePull|ImagePullBackOff)", r"-missing.*not found")


def test_its_fix_while_the_controller_is_still_at_the_former_one(lab, good):
    """The attempt with the former values goes on for its whole time; `up` must not blame the fix."""
    result = up(lab, "fix", "--fail-after", "20s", "--timeout", "60s")
    if result.code:
        last = last_lines(result.stderr.splitlines())
        assert re.search(AT_WORK, last), repr(result)
    check(up(lab, "fixed", "--timeout", "400s"), 0)


def test_a_template_that_fails(lab, good):
    result = up(lab, "template", grafana={"enabled": True, "values": {"grafana": {"mode": "bogus"}}})
    check(result, 9, r"HelmRelease bigbang/grafana: UpgradeFailed: .*mode bogus is none of")
    check(up(lab, "template-fixed", "--timeout", "400s"), 0)


def test_values_of_the_umbrella_itself(lab, good):
    result = up(lab, "values", monitoring="yes")
    check(result, 9, r"HelmRelease bigbang/bigbang: UpgradeFailed: .*can't evaluate field enabled")
    check(up(lab, "values-fixed", "--timeout", "400s"), 0)
