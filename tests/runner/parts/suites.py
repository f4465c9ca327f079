# SPDX-License-Identifier: Apache-2.0
"""Suites of ctest, of the golden files and of pytest, with the counts of their single cases."""

import re
import xml.etree.ElementTree as xml

from ..context import count_tap
from . import build

WAITING = 2  # tests at a time for each core: they wait for servers and timers more than they work
CMOCKA = re.compile(r"^\[  (PASSED|FAILED|SKIPPED)[ ]*\] .*?(\d+) test\(s\)", re.M)
SOURCES = "installer/src"
SPLIT_LEVELS = ("io", "model", "work", "cmd")  # whose modules are the folders and files in them
THREADS = re.compile(r"\b(pool_run|pool_begin|pthread_create|cancel_on_signals)\(")
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}


def cases(output):
    """Cases of one cmocka program by verdict; a program without cmocka's lines is one case."""
    counts = {verdict: int(number) for verdict, number in CMOCKA.findall(output)}
    return counts.get("PASSED", 0), counts.get("FAILED", 0), counts.get("SKIPPED", 0)


def ctest(context, tally, preset, selection=()):
    """Runs ctest of a preset and counts the cases inside each program."""
    report = context.logs / f"ctest-{preset}.xml"
    report.unlink(missing_ok=True)
    command = ["ctest", "--test-dir", context.build_folder(preset), "--output-junit", report,
               "--test-output-size-passed", 1000000, "--test-output-size-failed", 1000000,
               "--output-on-failure", "-j", WAITING * context.jobs, *selection]
    status, output = context.command(f"ctest-{preset}", command, limit_s=1200, env=SANITIZERS)
    if status:
        context.tail(output, 120)
    if not report.is_file():
        tally.fail(f"{preset}.ctest", f"exit status {status}, no report")
        return
    failed_before = tally.failed
    for case in xml.parse(report).getroot().iter("testcase"):
        name = f"{preset}.{case.get('name')}"
        passed, failed, skipped = cases(case.findtext("system-out") or "")
        if case.get("status") == "run":
            tally.ok(passed or (0 if skipped else 1))
        else:
            tally.ok(passed)
            tally.fail(name, f"{failed or 1} failed", count=failed or 1)
        if skipped:
            tally.skip(name, "skipped itself", count=skipped)
    if status and tally.failed == failed_before:
        tally.fail(f"{preset}.ctest", f"exit status {status}")


def pytest(context, tally, name, folder, *, env=None, limit_s=1800, show=False, workers=0):
    """Runs pytest on a folder and counts its cases from the JUnit report.

    With workers so many run at a time (pytest-xdist), those of one xdist_group after one another.
    """
    report = context.logs / f"pytest-{name}.xml"
    report.unlink(missing_ok=True)
    command = ["/usr/bin/python3", "-m", "pytest", "-p", "no:cacheprovider", "-v", "--tb=short",
               "-o", "junit_family=xunit2", f"--junitxml={report}", folder]
    if not context.full:
        command += ["-m", "not full"]
    if workers:
        command += ["-n", workers, "--dist", "loadgroup"]
    status, output = context.command(f"pytest-{name}", command, limit_s=limit_s, env=env, show=show)
    if status:
        context.tail(output, 120)
    if not report.is_file():
        tally.fail(name, f"pytest ended with {status}, no report")
        return
    failed_before = tally.failed
    for case in xml.parse(report).getroot().iter("testcase"):
        label = f"{name}.{case.get('classname', '').rsplit('.', 1)[-1]}.{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            tally.fail(label)
        elif skipped is not None:
            tally.skip(label, skipped.get("message", ""))
        else:
            tally.ok()
    if status and tally.failed == failed_before:
        tally.fail(name, f"pytest ended with {status}")


def goldens(context, tally, preset):
    command = [context.root / "tests/golden/run", "--binary", context.binary(preset)]
    status, output = context.command(f"golden-{preset}", command, env=SANITIZERS)
    if status:
        context.tail(output, 120)
    count_tap(output, status, f"golden-{preset}", tally)


def unit(context, tally):
    if build.preset(context, tally, "dev"):
        ctest(context, tally, "dev")


def golden(context, tally):
    if build.preset(context, tally, "dev"):
        goldens(context, tally, "dev")


def integration(context, tally):
    if build.preset(context, tally, "dev"):
        environment = {"SANDSTRAP_BINARY": str(context.binary("dev"))}
        pytest(context, tally, "integration", "tests/integration", env=environment,
               workers=WAITING * context.jobs)


def asan(context, tally):
    if build.preset(context, tally, "asan"):
        ctest(context, tally, "asan")
        goldens(context, tally, "asan")


def threaded(context):
    """The modules that start threads: what the thread sanitizer is for."""
    found = set()
    for source in sorted((context.root / SOURCES).glob("*/**/*.c")):
        if THREADS.search(source.read_text()):
            level, *rest = source.relative_to(context.root / SOURCES).with_suffix("").parts
            found.add("/".join([level, *rest[:1]]) if level in SPLIT_LEVELS else level)
    return sorted(found)


def tsan(context, tally):
    if build.preset(context, tally, "tsan"):
        labels = "unit" if context.full else f"^({'|'.join(threaded(context))})$"
        ctest(context, tally, "tsan", ["-L", labels])


def clang(context, tally):
    if build.preset(context, tally, "clang") and context.full:
        ctest(context, tally, "clang")
