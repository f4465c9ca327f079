# SPDX-License-Identifier: Apache-2.0
"""What every part works with: paths, builds, commands with a log and a time limit, and counts."""

import os
import pathlib
import re
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TAIL_LINES = 40
TAP = re.compile(r"^(ok|not ok|skip) (\S+?)(?::? (.*))?$")


class Tally:
    """Counts of single test cases, with the names of those that failed and why some were skipped."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures, self.reasons = [], []

    @property
    def total(self):
        return self.passed + self.failed + self.skipped

    def ok(self, count=1):
        self.passed += count

    def fail(self, name, why="", count=1):
        self.failed += count
        self.failures.append(f"{name}: {why}" if why else name)
        print(f"   FAILED {self.failures[-1]}", flush=True)

    def skip(self, name, why, count=1):
        self.skipped += count
        self.reasons.append(f"{name}: {why}")
        print(f"   skipped {name}: {why}", flush=True)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures
        self.reasons += other.reasons

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


class Context:
    def __init__(self, full=False, verbose=False):
        self.root, self.full, self.verbose = ROOT, full, verbose
        self.jobs = len(os.sched_getaffinity(0))
        self.logs = ROOT / "build" / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
        self.cache = pathlib.Path(os.environ.get("SANDSTRAP_CACHE") or pathlib.Path(cache) / "sandstrap")
        self.environment = {
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SANDSTRAP_CACHE": str(self.cache),
        }
        self.built = {}

    def build_folder(self, preset):
        return self.root / "build" / preset

    def binary(self, preset):
        return self.build_folder(preset) / "sandstrap"

    def command(self, name, command, *, limit_s=600, env=None, cwd=None, show=False):
        """Runs a command into build/logs/<name>.log; returns its exit status and output.

        With show its output also appears line by line as it comes. A command that exceeds its time
        limit is killed with all its children and counts as failed (status 124).
        """
        log = self.logs / f"{name}.log"
        text = []
        with log.open("w") as file, subprocess.Popen(
            [str(part) for part in command], cwd=cwd or self.root, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            env={**self.environment, **(env or {})}, start_new_session=True,
        ) as process:
            with Alarm(limit_s, process.pid) as alarm:
                for line in process.stdout:
                    text.append(line)
                    file.write(line)
                    if show or self.verbose:
                        sys.stdout.write("   " + line)
                        sys.stdout.flush()
                status = process.wait()
        if alarm.rang:
            text.append(f"{name}: killed after {limit_s} s\n")
            status = 124
        return status, "".join(text)

    def tail(self, output, lines=TAIL_LINES):
        if not self.verbose:
            print("\n".join("   | " + line for line in output.splitlines()[-lines:]), flush=True)


class Alarm:
    """Kills the session of a process when the time is up."""

    def __init__(self, limit_s, session):
        self.limit_s, self.session, self.rang = limit_s, session, False

    def ring(self, *_):
        self.rang = True
        try:
            os.killpg(self.session, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def __enter__(self):
        signal.signal(signal.SIGALRM, self.ring)
        signal.alarm(self.limit_s)
        return self

    def __exit__(self, *_):
        signal.alarm(0)


def count_tap(output, status, name, tally):
    """Counts lines `ok NAME`, `not ok NAME: why`, `skip NAME: why` of our own test programs."""
    failed_before = tally.failed
    for line in output.splitlines():
        match = TAP.match(line)
        if not match:
            continue
        verdict, case, why = match.groups()
        if verdict == "ok":
            tally.ok()
        elif verdict == "skip":
            tally.skip(case, why or "no reason given")
        else:
            tally.fail(case, why or "")
    if status and tally.failed == failed_before:
        tally.fail(name, f"exit status {status}")
