# SPDX-License-Identifier: Apache-2.0
"""What docs/nightly.md shows is what systemd and this program take."""

import pathlib
import re
import shutil
import subprocess

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent.parent
NIGHTLY = CHECKOUT / "docs/nightly"


def commands(text):
    """The words of each `sandstrap ...` that a unit or the page starts."""
    joined = text.replace("\\\n", " ")
    return [line.split() for line in re.findall(r"^ *Exec\w+=\S*/sandstrap (.*)$", joined, re.M)]


def test_options_are_those_of_the_program(sandstrap):
    found = commands((NIGHTLY / "sandstrap-rebuild.service").read_text())
    found += commands((CHECKOUT / "docs/nightly.md").read_text())
    job = re.findall(r"^ +- (rebuild|--\S+)$", (NIGHTLY / "cronjob.yaml").read_text(), re.M)
    found.append([word.split("=")[0] for word in job])
    assert [words[0] for words in found] == ["rebuild", "keys", "rebuild"]
    for words in found:
        options = [word for word in words if word.startswith("--")]
        helped = sandstrap(*words[: 2 if words[0] == "keys" else 1], "--help").stdout
        assert options and not set(options) - set(re.findall(r"--[a-z-]+", helped)), words


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_units_are_accepted(tmp_path):
    for unit in NIGHTLY.glob("*.[st]*"):
        text = unit.read_text().replace("/usr/local/bin/sandstrap", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    result = subprocess.run(["systemd-analyze", "verify", "--man=no", *sorted(tmp_path.iterdir())],
                            capture_output=True, text=True)
    said = [line for line in result.stderr.splitlines() if "sandstrap" in line]
    assert result.returncode == 0 and not said, result.stderr
