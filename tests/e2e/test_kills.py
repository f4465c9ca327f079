# SPDX-License-Identifier: Apache-2.0
"""`up` and `down` that are killed at any moment: a `down` after it leaves nothing, and an `up` after
that makes the same again.

SANDSTRAP_E2E_SEED chooses other moments; which they were is in the name of a test and in its error.
"""

import os
import random
import time

import pytest

from inventory import Inventory
from scenario import Scenario, brief
from scenarios.objects import claim, config, definition, deployment, kustomization, git, oci, release, serves, thing
from takedown import FAIL_AFTER_S, TIMEOUT_S, Takedown

SEED = int(os.environ.get("SANDSTRAP_E2E_SEED", "1"))
MOMENTS = 20
IN_CI = (9,)
TREE = Scenario("kills", {
    "first": [definition("kills.example.com", "cogs", "Cog"), config("settings", a="1")],
    "second": [thing("kills.example.com/v1", "Cog", "a"), deployment(serves()), claim(), oci(),
               release(timeout="60s"), git(), kustomization()],
}, layers=("flux",))


def moment(number, kind):
    """Where between begin and end the kill of this number falls: each has a part of the time."""
    return (number + random.Random(f"{SEED} {kind} {number}").random()) / MOMENTS


MOMENTS_OF = {kind: [pytest.param(moment(number, kind), id=f"{moment(number, kind):.2f}",
                                  marks=[] if number in IN_CI else [pytest.mark.full])
                     for number in range(MOMENTS)] for kind in ("up", "down")}


@pytest.fixture
def case(takedown):
    return takedown(TREE)


@pytest.fixture(scope="module")
def undisturbed(lab, observer, empty, swept):
    """How long `up` and `down` take, and what they leave; and what a second `up` makes."""
    case = Takedown(lab, TREE, observer, empty)
    began = time.monotonic()
    case.bring_up()
    case.up_s, case.made = time.monotonic() - began, Inventory(observer)
    case.result = case.take_down("--data")
    case.left = Inventory(observer)
    case.bring_up()
    case.made_again = Inventory(observer)
    case.take_down("--data")
    return case


def test_nothing_is_left(undisturbed, empty):
    came, went = undisturbed.left.came(empty), undisturbed.left.went(empty)
    assert not came and not went, brief(undisturbed.result)


def test_up_after_down_makes_the_same_again(undisturbed):
    assert undisturbed.made.digest() == undisturbed.made_again.digest(), (
        set(undisturbed.made.normal()) ^ set(undisturbed.made_again.normal()))


@pytest.mark.parametrize("part", MOMENTS_OF["down"])
def test_down_is_killed_and_run_again(undisturbed, case, part):
    """And killed once more on the way, a third of the time later."""
    case.bring_up()
    for seconds in (part * undisturbed.result.seconds, undisturbed.result.seconds / 3):
        case.start_down("--data")
        time.sleep(seconds)
        case.kill()
    case.check_nothing_left(case.take_down("--data"))


@pytest.mark.parametrize("part", MOMENTS_OF["up"])
def test_up_is_killed_and_taken_down(undisturbed, case, part):
    case.started = case.tree()
    assert not case.started.make()
    case.running = case.started.start("up", "--fail-after", f"{FAIL_AFTER_S}s", "--timeout", f"{TIMEOUT_S}s")
    time.sleep(part * undisturbed.up_s)
    case.kill()
    case.check_nothing_left(case.take_down("--data"))
