# SPDX-License-Identifier: Apache-2.0
"""Sandboxes that fail: `up` ends with the right exit code, and names the object and the cause. And
sandboxes that are only slow: `up` waits for them.

The tables are in scenarios/; those that are not marked `ci` run with tests/run --full.
"""

import statistics

import pytest

from lanes import lanes
from scenarios import FAILING, HEALTHY

POLLS_S = (2, 5)


def cases(scenarios):
    return [pytest.param(one, id=one.name, marks=[] if one.ci else [pytest.mark.full]) for one in scenarios]


@pytest.fixture(scope="module")
def outcomes(lab, flux, observer, request):
    """What became of the scenarios that were selected; they run while the tests ask for them."""
    selected = [item.callspec.params["scenario"] for item in request.session.items
                if item.module is request.module and hasattr(item, "callspec")]
    with lanes(lab, observer, selected) as outcomes:
        yield outcomes


def polled(since_s, period_s):
    """How long a poller would have taken for what was there since_s after its first look."""
    return period_s - since_s % period_s


@pytest.mark.parametrize("scenario", cases(FAILING))
def test_up_says_what_is_wrong(outcomes, scenario):
    outcomes.result(scenario.name)


def test_failures_are_told_sooner_than_a_poller_would_see_them(outcomes):
    """From when the API shows the failure until its line is on the screen, over all that was run."""
    delays = sorted(case.delay for case in outcomes.cases.values() if case.delay)
    assert delays, "nothing was measured"
    own = [delay for delay, _ in delays]
    polls = {period: statistics.median(polled(since, period) for _, since in delays) for period in POLLS_S}
    print(f"{len(own)} delays: median {statistics.median(own):.2f} s, 95 of 100 within "
          f"{own[(len(own) * 95 - 1) // 100]:.2f} s, longest {own[-1]:.2f} s; median of a poll of "
          + ", of ".join(f"{period} s {delay:.2f} s" for period, delay in polls.items()))
    assert statistics.median(own) < min(polls.values())


@pytest.mark.parametrize("scenario", cases(HEALTHY))
def test_up_waits_for_what_is_slow(outcomes, scenario):
    outcomes.result(scenario.name)
