# SPDX-License-Identifier: Apache-2.0
"""How soon `up` goes on within a layer when it can, by the audit log, beside one that polls."""

import statistics

from audit import Log
from scenario import Scenario
from scenarios.objects import config, definition, deployment, serves, service, thing
from trees import Small

ROUNDS = 8
POLLS_S = (2, 5)


def tree(number):
    """A layer in which much waits for what is before it: namespaces, definitions, ranks of kinds."""
    group = f"round{number}.example.com"
    kinds = [definition(group, f"{letter}s", letter.upper()) for letter in "ab"]
    wanted = [thing(f"{group}/v1", letter.upper(), "one") for letter in "ab"]
    return Scenario(f"round-{number}", [
        *kinds, *wanted, thing("v1", "ServiceAccount", "robot"), config("c", a="1"), service("web"),
        deployment(serves(after=0))])


def pauses(writes, log, group):
    """How long after the definitions of a group were established the next write began, and how long they
    had taken."""
    made = max(event.ended for event in writes if event.resource == "customresourcedefinitions")
    true = max(event.ended for event in log.events(group) if event.user != "sandstrap" and event.writes
               and event.resource == "customresourcedefinitions")
    following = min(event.began for event in writes if event.began > made)
    return (following - true).total_seconds(), (true - made).total_seconds()


def steps(writes):
    """How long nothing was under way before a write of another kind began."""
    ended, resource = writes[0].ended, writes[0].resource
    for event in writes[1:]:
        if event.began > ended and event.resource != resource:
            yield (event.began - ended).total_seconds()
        ended, resource = max(ended, event.ended), event.resource


def polled(since_s, period_s):
    """How long a poller would have taken for what became so since_s after its first look."""
    return period_s - since_s % period_s


def test_a_layer_goes_on_sooner_than_with_a_poll(lab):
    own, others, between = [], {period: [] for period in POLLS_S}, []
    for number in range(ROUNDS):
        scenario, group = tree(number), f"round{number}.example.com"
        log = Log(lab)
        Small(lab, scenario.name, scenario.by_layer).run("up")
        writes = sorted(log.writes(), key=lambda event: event.began)
        waited, since = pauses(writes, log, group)
        own.append(waited)
        between += steps(writes)
        for period in POLLS_S:
            others[period].append(polled(since, period))
        lab.kubectl("delete", "--wait=false", f"namespace/{scenario.name}",
                    *(f"crd/{letter}s.{group}" for letter in "ab"))
    middle = {"own": statistics.median(own), "between kinds": statistics.median(between),
              **{f"poll of {p} s": statistics.median(others[p]) for p in POLLS_S}}
    print("medians:", ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in middle.items()))
    assert middle["own"] < min(middle[f"poll of {p} s"] for p in POLLS_S)
