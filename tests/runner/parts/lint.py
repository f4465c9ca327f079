# SPDX-License-Identifier: Apache-2.0
"""The rules of tests/lint on this tree, the tests of the rules, and of the runner itself."""

from ..context import count_tap
from . import build, suites


def run(context, tally):
    build.preset(context, tally, "dev")  # clang-tidy and the help check stand on it
    status, output = context.command("lint", [context.root / "tests/lint/run"], limit_s=2400)
    if status:
        context.tail(output, 200)
    count_tap(output, status, "lint", tally)
    suites.pytest(context, tally, "lint", "tests/lint")
    suites.pytest(context, tally, "runner", "tests/runner")
