# SPDX-License-Identifier: Apache-2.0
"""What goes through the API server in an air gap: each blob once, and little more when it is cut 20 times.

SANDSTRAP_E2E_SEED chooses other moments for the cuts; which they were is in the error.
"""

import os
import random
import re
import time

import pytest

from audit import Log
from heavy import Heavy
from lab import Lab, UP_LIMIT_S

SEED = int(os.environ.get("SANDSTRAP_E2E_SEED", "1"))
CUTS = 20
MB = 1000 * 1000
SIZES = [120 * MB] * 3 + [20 * MB] * 18 + [MB] * 60  # of the layers: 780 MB
NODES = ("node-1", "node-2")
BLOB = re.compile(r"/proxy/sandstrap/v1/blobs/([0-9a-f]{64})\?size=(\d+)&offset=(\d+)")


class Gap:
    """A lab, and a bundle of which nothing is there yet."""

    def __init__(self, lab, name):
        self.lab, self.heavy = lab, Heavy(lab, name, SIZES, seed=f"{SEED} {name}")
        self.running = None

    def sent(self):
        """Bytes that have left the operator's host, by its interface."""
        lines = self.lab.on("operator", "cat", "/proc/net/dev").stdout.splitlines()
        return sum(int(line.split(":")[1].split()[8]) for line in lines if line.lstrip().startswith("eth"))

    def slow_down(self):
        """So that an upload takes long enough to be cut, and little of it passes while a cut is made."""
        self.lab.on("operator", "tc", "qdisc", "replace", "dev", "eth0", "root", "tbf", "rate", "96mbit",
                    "burst", "1mb", "latency", "50ms")

    def start(self):
        self.running = self.lab.start(*self.heavy.arguments("up", "--airgap", "--timeout", "300s"))

    def is_running(self):
        return self.running is not None and self.running.process.poll() is None

    def wait_until_sent(self, wanted):
        """Until so many bytes have left the host, by as many runs as that takes."""
        while (sent := self.sent()) < wanted:
            if not self.is_running():
                assert self.running is None or self.running.process.returncode, f"all is sent with {sent} bytes"
                self.start()
            time.sleep(0.02)
        return sent

    def cut(self, kind):
        if kind == "kill":
            self.lab.kill_started(check=False)
        elif kind == "reset":
            self.lab.on("operator", "ss", "-K", "dst", "10.78.0.3", check=False)
        elif kind == "apiserver":
            self.lab.tool("daemon", "cp", "kube-apiserver", "stop")
            self.lab.tool("daemon", "cp", "kube-apiserver", "start")
        elif kind == "pod":
            self.lab.kubectl("-n", "kube-system", "delete", "pod", "--wait=false", "-l",
                             "app.kubernetes.io/name=sandstrap-node", check=False)
        elif kind == "node":
            self.lab.tool("kill", NODES[1])
            self.lab.tool("start", NODES[1])

    def finish(self):
        """The run that goes on, or one more: until one has come to its end."""
        for _ in range(CUTS):
            if not self.is_running():
                self.start()
            result = self.running.finish(UP_LIMIT_S)
            if result.code == 0:
                return result
        raise AssertionError(repr(result))


@pytest.fixture(scope="module")
def bare():
    """A lab of its own, in which nothing was brought up yet."""
    kept = os.environ.get("SANDSTRAP_E2E_LAB")
    lab = Lab(kept or f"e2e-upload-{os.getpid()}")
    lab.up("--runtimes", "containerd-1.6,containerd-2.4")
    yield lab
    if not kept:
        lab.tool("down")


def check_once(log, heavy):
    """Each blob came whole, by one request that began at its first byte."""
    puts = [event for event in log.events("/sandstrap/v1/blobs/") if event.verb == "update"]
    whole = [BLOB.search(event.uri).groups() for event in puts if event.stage == "ResponseComplete"]
    assert {name: int(size) for name, size, _ in whole} == heavy.blobs
    assert len(whole) == len(heavy.blobs), f"{len(whole)} requests for {len(heavy.blobs)} blobs"
    assert {offset for _, _, offset in whole} == {"0"}
    assert all(event.code // 100 == 2 for event in puts if event.stage == "ResponseComplete")


def test_each_blob_crosses_the_api_server_once(bare):
    gap = Gap(bare, "heavy-once")
    log, before = Log(gap.lab), gap.sent()
    gap.start()
    result = gap.finish()
    check_once(log, gap.heavy)
    assert gap.sent() - before < 1.1 * gap.heavy.bytes, repr(result)
    before = gap.sent()
    gap.start()
    gap.finish()
    assert gap.sent() - before < 0.01 * gap.heavy.bytes


@pytest.mark.full
def test_twenty_cuts_cost_little(bare):
    gap = Gap(bare, "heavy-cut")
    chance = random.Random(SEED)
    kinds = ["kill", "reset", "apiserver", "pod", "node"] * (CUTS // 5)
    chance.shuffle(kinds)
    moments = [0.9 * (number + chance.random()) / CUTS for number in range(CUTS)]  # the last has to strike, too
    gap.slow_down()
    before = after = gap.sent()
    said = []
    for kind, moment in zip(kinds, moments):
        sent = gap.wait_until_sent(max(before + moment * gap.heavy.bytes, after + MB))
        said.append(f"{kind} at {(sent - before) / gap.heavy.bytes:.3f}")
        gap.cut(kind)
        after = gap.sent()
    result = gap.finish()
    sent = gap.sent() - before
    assert sent <= 1.2 * gap.heavy.bytes, f"{sent} of {gap.heavy.bytes} bytes; {said}\n{result!r}"
