# SPDX-License-Identifier: Apache-2.0
"""The harness itself: what it counts, and that a test that should fail does."""

import pathlib
import signal
import subprocess
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

from runner import machine  # noqa: E402
from runner.context import Context, Tally, count_tap  # noqa: E402
from runner.parts import build, modules  # noqa: E402
from runner.parts.suites import cases, threaded  # noqa: E402

PROGRAM = "#!/bin/sh\necho \"out $1\"\necho 'a warning' >&2\nexit 3\n"


@pytest.fixture
def golden(tmp_path):
    """A golden case of a small program, and a function that runs it."""
    program, case = tmp_path / "program", tmp_path / "cases" / "area" / "one"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    case.mkdir(parents=True)
    files = {"cmd": "'a b'", "expected": "out a b", "expected.err": "warning", "exit": "3"}
    for name, text in files.items():
        (case / name).write_text(text + "\n")

    def run(*arguments):
        command = [TESTS / "golden/run", "--binary", program, "--cases", tmp_path / "cases", *arguments]
        return subprocess.run(command, capture_output=True, text=True)

    run.case = case
    return run


def test_golden_case_passes(golden):
    result = golden()
    assert (result.returncode, result.stdout) == (0, "ok golden.area/one\n")


@pytest.mark.parametrize("name, text", [("expected", "out\n"), ("exit", "0\n"), ("expected.err", "error\n")])
def test_golden_difference_fails(golden, name, text):
    (golden.case / name).write_text(text)
    result = golden()
    assert result.returncode == 1
    assert "not ok golden.area/one" in result.stdout


def test_golden_without_a_case_fails(golden):
    assert golden("elsewhere").returncode == 1


def test_golden_update_takes_the_output(golden):
    (golden.case / "expected").unlink()
    assert golden().returncode == 1
    assert golden("--update").returncode == 0
    assert (golden.case / "expected").read_text() == "out a b\n"


def test_tap_lines_are_counted():
    tally = Tally()
    count_tap("ok a.b\nnoise\nnot ok c/d: why\nskip e: no tool\nok f: 1.5 ms\n", 1, "suite", tally)
    assert (tally.passed, tally.failed, tally.skipped) == (2, 1, 1)
    assert tally.failures == ["c/d: why"] and tally.reasons == ["e: no tool"]


def test_bad_status_without_a_failed_case_is_a_failure():
    tally = Tally()
    count_tap("ok a\n", 139, "suite", tally)
    assert (tally.passed, tally.failed) == (1, 1)


def test_what_starts_threads_is_found():
    assert {"base", "work/artifacts"} <= set(threaded(Context()))


def test_cmocka_cases_are_counted():
    output = "[==========] 3 test(s) run.\n[  PASSED  ] 2 test(s).\n[  FAILED  ] 1 test(s), listed below:\n"
    assert cases(output) == (2, 1, 0)
    assert cases("no cmocka here") == (0, 0, 0)


def test_command_is_killed_when_its_time_is_up():
    status, output = Context().command("test-limit", ["sh", "-c", "echo begun; sleep 60"], limit_s=1)
    assert status == 124
    assert "begun" in output and "killed after 1 s" in output


def test_what_a_test_starts_heeds_an_interrupt():
    status = subprocess.run(["cat", "/proc/self/status"], capture_output=True, text=True).stdout
    ignored = next(line for line in status.splitlines() if line.startswith("SigIgn:"))
    assert not int(ignored.split()[1], 16) >> signal.SIGINT - 1 & 1


@pytest.mark.parametrize("workers", [0, 1])
def test_what_a_test_in_the_background_starts_heeds_an_interrupt(workers):
    command = ["/usr/bin/python3", "-B", "-m", "pytest", "-p", "no:cacheprovider", "-n", str(workers),
               f"{__file__}::test_what_a_test_starts_heeds_an_interrupt"]
    result = subprocess.run(["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command], capture_output=True, text=True)
    assert "1 passed" in result.stdout, result.stdout


def test_packages_are_listed_by_group():
    everything, lint = machine.packages(), machine.packages(["lint"])
    assert "pmccabe" in lint and set(lint) < set(everything)
    assert machine.missing(["no-such-package-anywhere"]) == ["no-such-package-anywhere"]


TABLE = """\
# module  may use  library
levels base io model
base      -        -
io/one    -        -
io/two    -        curl
model/a   io/one   -
"""


@pytest.mark.parametrize("full, built", [
    (False, ["base", "io/one", "model/a"]),
    (True, ["base", "io/one", "io/two", "model/a"]),
])
def test_modules_are_built_alone(tmp_path, monkeypatch, full, built):
    (tmp_path / "installer/src").mkdir(parents=True)
    (tmp_path / "installer/src/modules.txt").write_text(TABLE)
    context, found = Context(full=full), []
    context.root = tmp_path
    monkeypatch.setattr(modules, "one", lambda context, tally, module: found.append(module))
    modules.run(context, Tally())
    assert found == built


def test_module_that_does_not_build_is_a_failure_and_is_not_tested(monkeypatch):
    tally, tested = Tally(), []
    monkeypatch.setattr(modules.suites, "ctest", lambda *_: tested.append(1))
    modules.one(Context(), tally, "io/nowhere")
    assert (tally.passed, tally.failed) == (0, 1)
    assert "cmake --preset ended with 1" in tally.failures[0]
    assert not tested


def test_module_without_a_unit_test_is_a_failure_unless_goldens_test_it(monkeypatch):
    tally = Tally()
    monkeypatch.setattr(modules.build, "steps", lambda *_: True)
    monkeypatch.setattr(modules.suites, "ctest", lambda *_: None)
    modules.one(Context(), tally, "cmd/sandbox")
    assert tally.total == 0
    modules.one(Context(), tally, "io/one")
    assert tally.failures == ["only.io/one: has no unit test"]


def test_preset_that_failed_is_not_built_again():
    context, tally = Context(), Tally()
    assert not build.preset(context, tally, "no-such-preset")
    assert not build.preset(context, tally, "no-such-preset")
    assert (tally.passed, tally.failed, tally.skipped) == (0, 1, 1)
