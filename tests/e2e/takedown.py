# SPDX-License-Identifier: Apache-2.0
"""A small tree that is brought up and taken down, and what has to be left of it: nothing."""

from inventory import Inventory
from scenario import ENDS_LATE_S, Case, brief

# As long as nothing goes on with something, it is said to be stuck. On a busy machine controllers need
# half a minute until they begin with what they are asked for.
FAIL_AFTER_S, TIMEOUT_S = 60, 300
RECORD = "sandstrap-system"  # the cluster's only one


class Takedown(Case):
    """A scenario on its way up and down; before is the inventory that it has to end with."""

    def __init__(self, lab, scenario, observer, before):
        super().__init__(lab, scenario, observer)
        self.before, self.record = before, RECORD

    def bring_up(self):
        self.started = self.tree()
        failed = self.started.make()
        assert not failed, repr(failed)
        self.started.run("up", "--fail-after", f"{FAIL_AFTER_S}s", "--timeout", f"{TIMEOUT_S}s")
        return self

    def start_down(self, *options, fail_after=FAIL_AFTER_S):
        self.running = self.started.start("down", "--fail-after", f"{fail_after}s",
                                          "--timeout", f"{TIMEOUT_S}s", *options)
        return self.running

    def finish_down(self):
        return self.running.finish(TIMEOUT_S + ENDS_LATE_S)

    def take_down(self, *options, code=0):
        self.start_down(*options)
        result = self.finish_down()
        assert result.code == code, repr(result)  # what was given up stands in the middle
        return result

    def stop(self):
        """Ends what still runs after a test that failed."""
        if self.running and self.running.process.poll() is None:
            self.running.stop()

    def kill(self):
        """Ends what runs as a loss of power would; it may have come to its end before."""
        self.lab.kill_started(f"{self.started.path}.pid", check=False)
        return self.running.finish(60)

    def check_nothing_left(self, result):
        """Whether the cluster has what it had, and no more."""
        now = Inventory(self.observer)
        came, went = now.came(self.before), now.went(self.before)
        assert not came and not went, f"left: {came}; gone: {went}\n{brief(result)}"


def wrong_with(case, trap, result):
    """What of a trap was not said, or is not there any more although it has to stay."""
    wrong = [f"{trap.name}: no line is like {one!r}" for one in trap.said
             if not any(trap.scenario.finds(one.replace("NS-", trap.name + "-"), line)
                        for line in lines_of(result))]
    return wrong + [f"{trap.name}: {kind} {name} is gone" for kind, name in trap.stays
                    if not case.lab.kubectl("-n", trap.name, "get", kind, name, "--ignore-not-found")]


def lines_of(result):
    return (result.stderr + "\n" + result.stdout).splitlines()
