# SPDX-License-Identifier: Apache-2.0
"""What keeps sandboxes from going away elsewhere: `down` takes them down all the same, or says what
holds them, and after a person did what it says, nothing is left.

The table is scenarios/traps.py. Here those that do not disturb each other are tried in one cluster at
once; test_traps_alone.py tries each by itself.
"""

import pytest

from inventory import Inventory
from scenario import Scenario
from scenarios.objects import config, definition, deployment, namespace, placed, serves, thing
from scenarios.traps import all_at_once
from takedown import Takedown, wrong_with

pytestmark = pytest.mark.usefixtures("swept")
OTHERS = "traps-others"
SHARED = definition("shared.example.com", "parts", "Part")
THING = thing("shared.example.com/v1", "Part", "a")
TOGETHER, AT_ONCE = all_at_once("traps", [SHARED, namespace("traps-shared"), placed(THING, "traps-shared")])


def place(lab, trap, case):
    """The same case as seen from the namespace of one trap."""
    other = Takedown(lab, trap.scenario, case.observer, case.before)
    other.started, other.running = case.started, case.running
    return other


@pytest.fixture(scope="module")
def others(lab, observer, empty):
    """Somebody else's namespace, and a definition that was there before and is in the tree too."""
    case = Takedown(lab, Scenario(OTHERS, []), observer, empty)
    case.create(namespace(OTHERS), SHARED, placed(deployment(serves()), OTHERS))
    lab.kubectl("wait", "--for=condition=Established", f"crd/{SHARED['metadata']['name']}", "--timeout=30s")
    case.create(placed(THING, OTHERS))
    case.before = Inventory(observer)
    yield case
    lab.kubectl("delete", "--wait=false", "namespace", OTHERS)
    lab.kubectl("delete", "--wait=false", "crd", SHARED["metadata"]["name"])


@pytest.fixture(scope="module")
def at_once(lab, observer, others):
    """All traps that can be in one cluster, once through `down`; what others have there grows
    meanwhile."""
    case = Takedown(lab, AT_ONCE, observer, others.before).bring_up()
    others.create(placed(config("late", a="1"), OTHERS))
    for trap in TOGETHER:
        if trap.harm:
            trap.harm(place(lab, trap, case))
    case.start_down("--data")
    case.result = case.finish_down()
    return case


def test_down_goes_on_with_what_is_not_held(at_once):
    assert at_once.result.code == 10, repr(at_once.result)


@pytest.mark.parametrize("trap", TOGETHER, ids=repr)
def test_it_says_what_holds_it(lab, at_once, trap):
    wrong = wrong_with(at_once, trap, at_once.result)
    assert not wrong, "\n".join(wrong) + "\n" + repr(at_once.result)


def test_then_nothing_is_left(lab, at_once):
    options = ["--data"]
    for trap in TOGETHER:
        if trap.mend:
            trap.mend(place(lab, trap, at_once))
        options += [one for one in trap.last_options if one not in options]
    result = at_once.take_down(*options)
    lab.kubectl("-n", OTHERS, "delete", "configmap", "late")  # it is still there
    at_once.check_nothing_left(result)
