# SPDX-License-Identifier: Apache-2.0
"""What an `up` with nothing to do and a `status` ask of the API server, by its audit log."""

import collections

import pytest

from audit import Log
from scenario import Scenario
from scenarios.objects import config, daemons, deployment, oci, release, serves, service, stateful, thing
from trees import Small

TREE = Scenario("requests", [
    *(config(f"c{number}", a="1") for number in range(40)), thing("v1", "ServiceAccount", "robot"), service("web"),
    deployment(serves()), stateful(serves()), daemons(serves()), oci(), release(timeout="60s")])


@pytest.fixture(scope="module")
def ready(lab):
    tree = Small(lab, TREE.name, TREE.by_layer, ("flux",))
    tree.run("up")
    yield tree
    lab.kubectl("delete", "--wait=false", "namespace", TREE.name, tree.record)


def ask(lab, ready, command):
    """The requests of a command, by what they are for."""
    log = Log(lab)
    ready.run(command)
    asked = collections.defaultdict(collections.Counter)
    for event in log.events('"username":"sandstrap"'):
        path, _, _ = event.uri.partition("?")
        if event.verb == "watch" and event.stage != "ResponseStarted":
            continue  # its end has a line of its own
        if event.verb in ("list", "watch"):
            asked[event.verb][event.resource] += 1
        elif event.resource and event.verb == "get":
            asked["get"][event.object] += 1
        elif not event.resource:
            asked["discovery"][path] += 1
        else:
            asked["other"][repr(event)] += 1
    print(command, {name: sum(counts.values()) for name, counts in asked.items()})
    return asked


@pytest.mark.parametrize("command", ["up", "status"])
def test_each_thing_is_asked_once_and_nothing_else(lab, ready, command):
    asked = ask(lab, ready, command)
    assert not asked["other"], asked["other"]
    for name in ("get", "list", "watch", "discovery"):
        twice = {what: count for what, count in asked[name].items() if count > 1}
        assert not twice, f"{command}: {name}: {twice}"
    keys = ("secrets", ready.record, "sealing-keys")  # a copy that a rebuild may have left
    strange = set(asked["get"]) - ready.objects() - {keys}
    assert not strange, f"{command} read what it does not apply: {strange}"
