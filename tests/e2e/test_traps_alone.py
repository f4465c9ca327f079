# SPDX-License-Identifier: Apache-2.0
"""Each trap of scenarios/traps.py by itself, those that harm what others need, too: from a bare cluster
to a bare cluster."""

import pytest

from scenarios.traps import TRAPS
from takedown import wrong_with

pytestmark = pytest.mark.full


@pytest.mark.parametrize("trap", TRAPS, ids=repr)
def test_a_trap(takedown, trap):
    case = takedown(trap.scenario).bring_up()
    if trap.harm:
        trap.harm(case)
    case.start_down(*trap.options, fail_after=trap.fail_after)
    if trap.during:
        trap.during(case)
    result = case.finish_down()
    assert result.code == trap.exit, repr(result)
    wrong = wrong_with(case, trap, result)
    assert not wrong, "\n".join(wrong) + "\n" + repr(result)
    if trap.exit:
        if trap.mend:
            trap.mend(case)
        result = case.take_down(*trap.last_options)
    case.check_nothing_left(result)
