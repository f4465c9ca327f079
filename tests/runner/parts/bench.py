# SPDX-License-Identifier: Apache-2.0
"""The benchmarks of tests/bench on the release binary."""

from ..context import count_tap
from . import build


def run(context, tally):
    if not build.preset(context, tally, "release"):
        return
    command = [context.root / "tests/bench/run", "--binary", context.binary("release")]
    status, output = context.command("bench", command, limit_s=3600, show=True)
    count_tap(output, status, "bench", tally)
