# SPDX-License-Identifier: Apache-2.0
"""Runs scenarios beside each other: most of their time is waiting.

There are two lanes, so that Flux's four workers are not what releases wait for. What takes away
something that others need runs alone, when the lanes are empty.
"""

import concurrent.futures
import contextlib

from scenario import Case

FLUX_LANE, OTHER_LANE = 4, 6  # so many at once


class Lanes:
    def __init__(self, lab, observer):
        self.lab, self.observer = lab, observer
        self.lanes = {True: concurrent.futures.ThreadPoolExecutor(FLUX_LANE),
                      False: concurrent.futures.ThreadPoolExecutor(OTHER_LANE)}
        self.alone = concurrent.futures.ThreadPoolExecutor(1)
        self.cases, self.outcomes = {}, {}

    def start(self, scenarios):
        crowd = [self._submit(self.lanes[one.uses_flux], one) for one in scenarios if not one.alone]
        self.alone.submit(concurrent.futures.wait, crowd)
        for one in scenarios:
            if one.alone:
                self._submit(self.alone, one)

    def _submit(self, lane, scenario):
        case = self.cases[scenario.name] = Case(self.lab, scenario, self.observer)
        outcome = self.outcomes[scenario.name] = lane.submit(case.run)
        return outcome

    def result(self, name):
        """Waits for a scenario, and raises what went wrong with it."""
        return self.outcomes[name].result()

    def finish(self):
        for lane in (*self.lanes.values(), self.alone):
            lane.shutdown(cancel_futures=True)


@contextlib.contextmanager
def lanes(lab, observer, scenarios):
    """Runs scenarios; what this gives has their results."""
    running = Lanes(lab, observer)
    running.start(scenarios)
    try:
        yield running
    finally:
        running.finish()
