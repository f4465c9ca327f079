# SPDX-License-Identifier: Apache-2.0
"""The fault proxy between sandstrap and the lab's API server (tests/lab/README.md): rules in,
what struck out. sandstrap goes through it with `--kubeconfig`, still as the user `sandstrap`."""

import contextlib
import json
import os
import pathlib
import signal

from lab import TOOL, Running

PORT = 7201  # the first one; each proxy at a time has its own


class Proxy:
    """A proxy on the operator's host. A rule is a dict, see tests/lab/faults/script.go."""

    def __init__(self, lab, rules, seed=1, port=PORT):
        self.lab, self.rules, self.seed, self.port = lab, rules, seed, port
        self.kubeconfig = f"/work/faults-{port}.kubeconfig"
        self.script = f"/work/faults-{port}.json"
        self.running = None

    def start(self):
        (self.lab.work / pathlib.Path(self.script).name).write_text(json.dumps(self.rules))
        self.running = Running([TOOL, "--name", self.lab.name, "in", "operator", *self.command])
        with self.running.changed:
            while not self.running.output:
                assert self.running.process.poll() is None, self.running.tail()
                self.running.changed.wait(0.1)
        return self

    @property
    def command(self):
        return ("faults", "--listen", f"127.0.0.1:{self.port}", "--seed", str(self.seed),
                "--script", self.script, "--kubeconfig", self.kubeconfig)

    def stop(self):
        os.kill(self.running.process.pid, signal.SIGTERM)
        self.running.finish(limit_s=10)

    @property
    def requests(self):
        """All requests and connections so far: at_s, what, path, and the fault if one struck."""
        return [json.loads(line) for line in list(self.running.output)[1:]]

    def struck(self, fault=""):
        return [entry for entry in self.requests if fault in entry.get("fault", "") != ""]

    def describe(self):
        """How to have the same faults again by hand, and which there were."""
        lines = [f"{entry['at_s']:8.3f} {entry['fault']} {entry['what']} {entry.get('path', '')}"
                 for entry in self.struck()]
        return "\n".join([f"lab in operator {' '.join(self.command)}", *lines])


@contextlib.contextmanager
def through(lab, *rules, **options):
    """A proxy with these rules, as long as the block lasts."""
    proxy = Proxy(lab, rules, **options).start()
    try:
        yield proxy
    except AssertionError as error:
        raise AssertionError(f"{error}\n{proxy.describe()}") from error
    finally:
        proxy.stop()
