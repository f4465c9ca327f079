# SPDX-License-Identifier: Apache-2.0
"""What the command line answers before any command does its work."""

import json
import re


def test_version_names_the_program(sandstrap):
    result = sandstrap("--version")
    assert re.fullmatch(r"sandstrap \d+\.\d+\.\d+\n", result.stdout)
    assert result.stderr == ""


def test_no_command_is_a_usage_error(sandstrap):
    result = sandstrap(check=2)
    assert result.stdout == ""
    assert "sandstrap" in result.stderr


def test_unknown_command_is_a_usage_error_that_names_it(sandstrap):
    result = sandstrap("upp", check=2)
    assert result.stdout == ""
    assert "upp" in result.stderr


def test_group_of_commands_lists_them(sandstrap):
    help_ = sandstrap("bundle", "--help").stdout
    assert "usage: sandstrap bundle COMMAND" in help_
    assert "bundle lock" in help_ and "bundle inspect" in help_ and "status" not in help_
    result = sandstrap("bundle", check=2)
    assert "'bundle' is a group of commands" in result.stderr and "bundle --help" in result.stderr


def test_unknown_option_is_a_usage_error_that_names_it(sandstrap):
    result = sandstrap("up", "--nonsense", check=2)
    assert "--nonsense" in result.stderr


def test_names_cannot_steer_the_terminal(sandstrap, bundled):
    name = bundled.bundle_file.rename(bundled.folder / "a\x1b[2Jb\udcff.bundle")
    assert "a\\x1b[2Jb\\xff.bundle: verified" in sandstrap("bundle", "verify", name).stdout
    result = sandstrap("bundle", "verify", "--output", "json", name)
    assert json.loads(result.stdout) and "\x1b" not in result.stdout
    name.unlink()
    assert "a\\x1b[2Jb\\xff.bundle: No such file" in sandstrap("bundle", "verify", name, check=3).stderr


def test_a_limit_of_time_has_no_end(sandstrap, bundled):
    # The largest that can be written: no overflow makes it one that has passed.
    result = sandstrap("status", bundled.entrypoint, "--bundle", bundled.bundle_file, "--timeout",
                       "9223372036854775807ms", check=3)
    assert "kubeconfig" in result.stderr or "/nonexistent" in result.stderr


def test_a_lock_that_cannot_be_read_says_why(bundled):
    bundled.lock_file.unlink()
    bundled.lock_file.mkdir()
    for check in ([], ["--check"]):
        result = bundled.sandstrap("bundle", "lock", "-o", bundled.lock_file, "--ca-file", bundled.ca, *check,
                                   bundled.entrypoint, check=3, cwd=bundled.folder, env=bundled.env)
        assert f"{bundled.lock_file}: is a directory" in result.stderr
