# SPDX-License-Identifier: Apache-2.0
"""The binary that ships: built, then looked at and run by the checks in tests/release."""

from . import build, suites


def run(context, tally):
    if build.preset(context, tally, "release"):
        environment = {"SANDSTRAP_BINARY": str(context.binary("release"))}
        suites.pytest(context, tally, "release", "tests/release", env=environment)


def deps(context, tally):
    """The static libraries alone: the probe links all of them and uses each once."""
    suites.pytest(context, tally, "deps", "tests/deps", limit_s=build.LIMIT_S)
