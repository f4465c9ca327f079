# SPDX-License-Identifier: Apache-2.0
"""The lab as the tests use it: hosts, kubectl, and sandstrap on the operator's host."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("SANDSTRAP_BINARY", CHECKOUT / "build/release/sandstrap"))
STATE = pathlib.Path(os.environ.get("SANDSTRAP_LAB_STATE", "/var/lib/sandstrap-lab"))
TOOL = CHECKOUT / "tests/lab/lab"
SANDSTRAP = "/work/sandstrap"  # on the operator's host
COMMAND_LIMIT_S = 300
UP_LIMIT_S = 900


class Result:
    """Outcome of one command in a host of the lab."""

    def __init__(self, command, code, stdout, stderr, seconds):
        self.command, self.code, self.seconds = command, code, seconds
        self.stdout, self.stderr = stdout, stderr

    def __repr__(self):
        words = " ".join(map(str, self.command))
        return (f"{words}: exit {self.code} after {self.seconds:.1f} s\n"
                f"{self.stdout[-2000:]}\n{self.stderr[-6000:]}")


class Running:
    """A command that runs in the background, with its standard error line by line as it comes."""

    def __init__(self, command):
        self.command, self.began = command, time.monotonic()
        self.lines, self.output = [], []
        self.times = []  # when each line came, as of time.monotonic()
        self.changed = threading.Condition()
        self.process = subprocess.Popen(list(map(str, command)), text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        streams = ((self.process.stderr, self.lines), (self.process.stdout, self.output))
        self.readers = [threading.Thread(target=self._read, args=pair, daemon=True)
                        for pair in streams]
        for reader in self.readers:
            reader.start()

    def _read(self, stream, lines):
        for line in stream:
            with self.changed:
                if lines is self.lines:
                    self.times.append(time.monotonic())
                lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def wait_for(self, pattern, limit_s):
        """Returns the first line of stderr that matches; the command must not end before."""
        expression, deadline, seen = re.compile(pattern), time.monotonic() + limit_s, 0
        with self.changed:
            while True:
                for line in self.lines[seen:]:
                    if expression.search(line):
                        return line
                seen = len(self.lines)
                ended = not self.readers[0].is_alive()
                left = deadline - time.monotonic()
                assert not ended and left > 0, f"no line with {pattern!r}:\n" + self.tail()
                self.changed.wait(min(left, 1))

    def tail(self):
        return "\n".join(self.lines[-60:])

    def stop(self):
        """Kills it: the lab's tool ends what it has started on the host."""
        self.process.kill()
        self.process.wait()

    def finish(self, limit_s=UP_LIMIT_S):
        try:
            code = self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("does not end:\n" + self.tail()) from None
        for reader in self.readers:
            reader.join()
        return Result(self.command, code, "\n".join(self.output), "\n".join(self.lines),
                      time.monotonic() - self.began)


class Lab:
    """One lab, by name. Its folder work is /work on the operator's host."""

    def __init__(self, name):
        self.name = name
        self.work = STATE / name / "work"

    def up(self, *options):
        """Brings the lab up, with the binary under test in it."""
        self.tool("up", *options, limit_s=UP_LIMIT_S)
        new = self.work / "sandstrap.new"  # one that still runs cannot be written to
        shutil.copy(BINARY, new)
        new.replace(self.work / "sandstrap")

    def tool(self, *arguments, check=True, limit_s=COMMAND_LIMIT_S):
        return self._run([TOOL, "--name", self.name, *arguments], check, limit_s)

    def command(self, host, *words):
        """The command that runs another one in a host."""
        return [TOOL, "--name", self.name, "in", host, *words]

    def on(self, host, *command, check=True, limit_s=COMMAND_LIMIT_S):
        """Runs a command in a host and asserts that it succeeds, unless check is off."""
        return self.tool("in", host, *command, check=check, limit_s=limit_s)

    def _run(self, command, check, limit_s):
        began = time.monotonic()
        done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=limit_s)
        seconds = time.monotonic() - began
        result = Result(command, done.returncode, done.stdout, done.stderr, seconds)
        assert not check or result.code == 0, repr(result)
        return result

    def kubectl(self, *arguments, check=True):
        return self.on("operator", "kubectl", *arguments, check=check).stdout

    def get(self, *arguments):
        """Objects that kubectl gets, as a list; the user is not the one of sandstrap."""
        found = json.loads(self.kubectl("get", "-o", "json", *arguments))
        return found["items"] if found["kind"].endswith("List") else [found]

    def sandstrap(self, *arguments, code=0, limit_s=UP_LIMIT_S):
        """Runs sandstrap on the operator's host; code None lets any exit status pass."""
        result = self.on("operator", SANDSTRAP, *arguments, check=False, limit_s=limit_s)
        assert code is None or result.code == code, repr(result)
        return result

    def start(self, *arguments, program=(SANDSTRAP,), pid="/work/pid", host="operator"):
        """Starts sandstrap, or another program, in the background; its process id there is in the file pid."""
        (self.work / os.path.basename(pid)).unlink(missing_ok=True)  # of the one before
        script = f'echo $$ >{pid}; exec "$@"'
        return Running(self.command(host, "sh", "-c", script, "sh", *program, *arguments))

    def kill_started(self, pid="/work/pid", check=True):
        """What has just been asked for may still be about to start."""
        self.on("operator", "sh", "-c", f"until [ -s {pid} ]; do sleep 0.02; done; kill -KILL $(cat {pid})",
                check=check)


def until(condition, limit_s, what, pause_s=1):
    """Waits until condition() is true and returns what it returned."""
    deadline = time.monotonic() + limit_s
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what}: not within {limit_s} s"
        time.sleep(pause_s)
