# SPDX-License-Identifier: Apache-2.0
"""The lines of docs/troubleshooting.md, each from a scenario that printed it.

A comment names the scenario; the indented lines below it are its examples. `…` stands for anything:

    <!-- scenario: job-fails -->

        app: Job …/once: BackoffLimitExceeded: …
"""

import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/troubleshooting.md"
OTHERS = ("umbrella-fix", "umbrella-fix-kept", "umbrella-patch-fix")  # scenarios that test_umbrella.py plays
COMMENT = re.compile(r"<!-- scenario: (\S+) -->")


def examples(text):
    """The example lines of the page: (number of the line, scenario or None, line)."""
    scenario = None
    for number, line in enumerate(text.splitlines(), 1):
        comment = COMMENT.fullmatch(line.strip())
        if comment:
            scenario = comment.group(1)
        elif line.startswith("    "):
            yield number, scenario, line.strip()
        elif line.strip():
            scenario = None


def pattern(line):
    """A line of the page as a regular expression for a line of output."""
    return re.compile(".*".join(re.escape(part) for part in line.split("…")))


def missing(scenario, output):
    """The examples of a scenario that no line of its output has."""
    lines = output.splitlines()
    return [line for _, name, line in examples(PAGE.read_text()) if name == scenario
            and not any(pattern(line).search(one) for one in lines)]
