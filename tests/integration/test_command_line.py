# SPDX-License-Identifier: Apache-2.0
"""What the command line answers before any command does its work."""

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
