# SPDX-License-Identifier: Apache-2.0
"""Runs the parts one after another and ends with one line: N passed, N failed, N skipped."""

import argparse
import sys
import time

from . import machine
from .context import Context, Tally
from .parts import PARTS, lab


def options():
    tiers = {True: " (--full)", False: ""}
    names = "\n".join(f"  {part.name:12} {part.summary}{tiers[part.full_only]}" for part in PARTS)
    parser = argparse.ArgumentParser(
        prog="tests/run",
        description="Builds and tests sandstrap. Without PART: all of the CI tier.",
        epilog=f"parts:\n{names}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--full", action="store_true", help="add what takes longer than CI allows")
    parser.add_argument("--no-install", action="store_true", help="never install missing packages")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the output of every command")
    parser.add_argument("parts", nargs="*", metavar="PART", help="run only these")
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - {part.name for part in PARTS}
    if unknown:
        parser.error(f"no part is called {', '.join(sorted(unknown))}")
    return arguments


def wanted(arguments):
    if arguments.parts:
        return [part for part in PARTS if part.name in arguments.parts]
    return [part for part in PARTS if arguments.full or not part.full_only]


def run_part(part, context):
    """A part that raises has failed: its error must not hide the counts of the others."""
    print(f"== {part.name}: {part.summary}", flush=True)
    tally = Tally()
    try:
        part.run(context, tally)
    except Exception as error:  # noqa: BLE001
        tally.fail(part.name, f"{type(error).__name__}: {error}")
    if not tally.total:
        tally.fail(part.name, "nothing was tested")
    return tally


def main():
    arguments = options()
    context = Context(full=arguments.full, verbose=arguments.verbose)
    total, rows = Tally(), []
    if not machine.prepare(install=not arguments.no_install):
        total.fail("machine", "packages are missing")
    else:
        parts = wanted(arguments)
        if any(part.run is lab.run for part in parts):
            lab.begin(context)
        for part in parts:
            start = time.monotonic()
            tally = run_part(part, context)
            rows.append((part.name, time.monotonic() - start, tally))
            total.add(tally)
    print("\n== summary")
    for name, seconds, tally in rows:
        print(f"{name:12} {seconds:7.1f} s  {tally}")
    for reason in total.reasons:
        print(f"skipped: {reason}")
    for failure in total.failures:
        print(f"FAILED: {failure}")
    print(total, flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
