# SPDX-License-Identifier: Apache-2.0
"""The lab tool's own tests, its components, and the end-to-end suite that runs in it."""

import json
import os
import subprocess

from lint.tools import go_program

from . import build, suites

BUILD_LIMIT_S = 2400
GO_LIMIT_S = 1500
E2E_LIMIT_S = 3600
BESIDES = ("containerd", "origin-kyverno")
LABS = 2  # at a time: most of a test is waiting for Kubernetes
E2E_FULL_LIMIT_S = 9000  # a hundred runs through the fault proxy, and all stories of what fails


def lab(context):
    return context.root / "tests/lab/lab"


def components(context, tally):
    """Whether Kubernetes, Flux and the rest are in the cache, building them the first time."""
    if "lab" in context.built:
        return context.built["lab"]
    status, output = context.command("lab-build", [lab(context), "build"], limit_s=BUILD_LIMIT_S)
    if status:
        context.tail(output)
        tally.fail("lab.build", f"exit status {status}")
    else:
        tally.ok()
    context.built["lab"] = status == 0
    return status == 0


def begin(context):
    """Begins to build what some labs want besides: it compiles while other parts wait."""
    context.built["besides"] = subprocess.Popen(["nice", lab(context), "build", *BESIDES],
                                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def go_tests(context, tally):
    command = [go_program(), "test", "-json", "-count=1", f"-timeout={GO_LIMIT_S}s", "./..."]
    environment = {"GOFLAGS": "-mod=readonly"}
    if os.geteuid() == 0:
        environment["SANDSTRAP_TEST_LAB"] = "1"  # the tests that start labs
    status, output = context.command("go-test", command, cwd=context.root / "tests/lab",
                                     env=environment, limit_s=GO_LIMIT_S + 60)
    failed_before, shown = tally.failed, []
    for line in output.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            shown.append(line)
            continue
        shown.append(event.get("Output", "").rstrip())
        if "Test" not in event:
            continue
        name = f"go.{event['Package'].rsplit('/', 1)[-1]}.{event['Test']}"
        if event["Action"] == "pass":
            tally.ok()
        elif event["Action"] == "fail":
            tally.fail(name)
        elif event["Action"] == "skip":
            tally.skip(name, "skipped itself")
    if status:
        context.tail("\n".join(filter(None, shown)))
        if tally.failed == failed_before:
            tally.fail("go.test", f"exit status {status}")


def run(context, tally):
    # The tool finds or fetches the Go that its tests are built with.
    if components(context, tally):
        go_tests(context, tally)
        if context.built["besides"].wait():
            tally.fail("lab.besides", f"tests/lab/lab build {' '.join(BESIDES)} does not end well")
        else:
            tally.ok()


def e2e(context, tally):
    if os.geteuid() != 0:
        tally.skip("e2e", "the lab makes namespaces and cgroups: run as root")
        return
    # The release is what is tested; dev has the programs that ask the lab's API server.
    if not (build.preset(context, tally, "release") and build.preset(context, tally, "dev")):
        return
    environment = {
        "SANDSTRAP_BINARY": str(context.binary("release")),
        "SANDSTRAP_PAIRS": str(context.build_folder("dev") / "tests/e2e/pairs"),
    }
    limit_s = E2E_FULL_LIMIT_S if context.full else E2E_LIMIT_S
    suites.pytest(context, tally, "e2e", "tests/e2e", env=environment, limit_s=limit_s, show=True,
                  workers=LABS)
