# SPDX-License-Identifier: Apache-2.0
"""`up` through a proxy that does to one request in five what bad networks and busy API servers do:
it comes to its end whatever the seed, and what is written once is written once.

SANDSTRAP_FAULT_SEEDS="17 42" runs these seeds alone.
"""

import concurrent.futures
import os

import pytest

from audit import Log
from faults import PORT, through
from lab import TOOL, Running
from scenarios.objects import (config, deployment, labelled, namespace, oci, placed, release,
                               serves, thing)
from trees import Small

SIDE_BY_SIDE = 5
FLUX = "apiVersion: v1\nkind: Namespace\nmetadata: {name: faults}\n"
LABEL = {"faults": "random"}


def objects(name):
    """The objects of a run, in a namespace of their own."""
    some = [labelled(config("one", a="b"), **LABEL), labelled(config("two", c="d"), **LABEL),
            thing("v1", "ServiceAccount", "web"),
            deployment(serves(2), pod={"serviceAccountName": "web"}), oci(), release(timeout="5m")]
    return {"objects": [namespace(name), *(placed(one, name) for one in some)]}


RULES = (
    {"verb": "connect", "chance": 0.05, "fault": "reset-before"},
    {"verb": "watch", "chance": 0.1, "fault": "gone", "after_s": 1},
    {"verb": "watch", "chance": 0.1, "fault": "end", "after_s": 1},
    {"verb": "watch", "chance": 0.1, "fault": "stall", "after_s": 1, "for_s": 20},
    {"verb": "watch", "chance": 0.05, "fault": "reset-within"},
    {"verb": "list", "chance": 0.05, "fault": "slow", "bytes": 500, "for_s": 0.05},
    {"chance": 0.03, "fault": "reset-before"},
    {"chance": 0.02, "fault": "reset-within"},
    {"chance": 0.03, "fault": "reset-after"},
    {"chance": 0.03, "fault": "abort-within"},
    {"chance": 0.03, "fault": "truncate"},
    {"chance": 0.02, "fault": "status", "code": 429},
    {"chance": 0.02, "fault": "status", "code": 429, "retry_after_s": 1},
    {"chance": 0.02, "fault": "status", "code": 500},
    {"chance": 0.02, "fault": "status", "code": 503},
    {"chance": 0.02, "fault": "status", "code": 503, "retry_after_s": 1},
    {"chance": 0.05, "times": 1, "fault": "status", "code": 401},
    {"chance": 0.03, "fault": "goaway"},
    {"chance": 0.05, "fault": "latency", "for_s": 0.5},
)


@pytest.fixture(scope="module")
def flux(lab):
    """The controllers are there before the first run."""
    Small(lab, "faults", FLUX, layers=("flux",)).run("up")


@pytest.fixture
def changes(lab, flux):
    """What happens to the ConfigMaps of all runs, which nobody but sandstrap writes."""
    watch = Running([TOOL, "--name", lab.name, "in", "operator", "kubectl", "get", "configmaps", "-A",
                     "-l", "faults=random", "--watch-only", "--output-watch-events",
                     "--no-headers"])
    yield watch.output
    watch.process.terminate()
    watch.finish(limit_s=10)


def chosen(seeds):
    wanted = os.environ.get("SANDSTRAP_FAULT_SEEDS")
    return [seed for seed in seeds if not wanted or str(seed) in wanted.split()]


def run(lab, seed, port):
    """One run; returns what is wrong with it, with how to have it again, or nothing."""
    name = f"faults-{seed}"
    tree = Small(lab, name, objects(name))
    try:
        with through(lab, *RULES, seed=seed, port=port) as proxy:
            tree.run("up", "--timeout", "150s", "--fail-after", "90s",
                     "--kubeconfig", proxy.kubeconfig)
            assert proxy.struck(), "no fault struck"
            generations = {item["metadata"]["generation"]
                           for item in lab.get("-n", name, "deployment/web", "helmrelease/podinfo",
                                               "ocirepository/podinfo")}
            assert generations == {1}, generations
    except AssertionError as error:
        return f"SANDSTRAP_FAULT_SEEDS={seed}: {error}"
    finally:
        lab.kubectl("delete", "namespace", name, tree.record, "--wait=false", "--ignore-not-found")
    return None


def run_all(lab, seeds):
    ports = range(PORT, PORT + SIDE_BY_SIDE)
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        slots = [pool.submit(lambda port=port, slot=slot: [
            run(lab, seed, port) for seed in seeds[slot::SIDE_BY_SIDE]])
            for slot, port in enumerate(ports)]
        return [wrong for slot in slots for wrong in slot.result() if wrong]


@pytest.mark.parametrize("first", [
    1, *(pytest.param(first, marks=pytest.mark.full) for first in range(11, 100, 10))])
def test_ten_seeds(lab, changes, first):
    seeds, log = chosen(range(first, first + 10)), Log(lab)
    wrong = run_all(lab, seeds)
    assert not wrong, "\n\n".join(wrong)
    seen = [line.split()[0] for line in changes]
    assert seen.count("ADDED") == 2 * len(seeds) and "MODIFIED" not in seen, changes
    # Whatever was repeated because its answer was lost: each object came to be once. A request that
    # was cut off is a timeout in the log, also when it did its work.
    writes = log.writes()
    made = [event.object for event in writes if event.code == 201]
    assert len(made) == len(set(made)), made
    written = {event.object for event in writes if event.code in (200, 201)}
    # beside them each has a record: its namespace and what is in it
    written = {one for one in written if not "/".join(one).endswith("-record") and not one[1].endswith("-record")}
    assert len(written) == 7 * len(seeds), written
