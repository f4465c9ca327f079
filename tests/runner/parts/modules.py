# SPDX-License-Identifier: Apache-2.0
"""Each module of installer/src/modules.txt built alone, with what its row allows, and its tests."""

from . import build, suites

FOLDER = "only"  # one build folder for all: what two of them need is compiled once
TESTED_WHOLE = "cmd/"  # the golden files are their tests, and need the whole binary


def table(context):
    """The modules in their order, which starts with the lowest level."""
    lines = (context.root / "installer/src/modules.txt").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return [columns[0] for columns in rows if columns[0] != "levels"]


def first_of_each_level(modules):
    found = {}
    for module in modules:
        found.setdefault(module.split("/")[0], module)
    return list(found.values())


def one(context, tally, module):
    configure = ["cmake", "--preset", "dev", "-B", context.build_folder(FOLDER), f"-DSANDSTRAP_ONLY={module}"]
    if build.steps(context, tally, f"{FOLDER}-{module.replace('/', '_')}", FOLDER, configure):
        before = tally.total
        suites.ctest(context, tally, FOLDER)
        if tally.total == before and not module.startswith(TESTED_WHOLE):
            tally.fail(f"{FOLDER}.{module}", "has no unit test")


def run(context, tally):
    modules = table(context)
    for module in modules if context.full else first_of_each_level(modules):
        one(context, tally, module)
