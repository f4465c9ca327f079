# SPDX-License-Identifier: Apache-2.0
"""What documents name is there: modules, where things are decided, journeys, links, scenarios, commands."""

import pytest

from .planted import MODULES


def refused_after(plant, rule, page, old, new, words):
    assert plant.lint(rule).returncode == 0
    plant.replace(page, old, new)
    result = plant.lint(rule)
    assert result.returncode == 1
    assert words in result.stdout


def test_map_that_lacks_a_module_is_refused(plant):
    rows = "## Modules\n\n| module | owns |\n|---|---|\n"
    rows += "\n".join(f"| `{line.split()[0]}` | x |" for line in MODULES.splitlines()[1:])
    plant.write("installer/src/README.md", rows)
    assert plant.lint("map").returncode == 0
    plant.write("installer/src/README.md", rows.replace("cmd/up", "cmd/down"))
    result = plant.lint("map")
    assert result.returncode == 1
    assert "no row for module cmd/up" in result.stdout
    assert "cmd/down is no module" in result.stdout


DECISIONS = """\
## Where is it decided …?

| question | file | look for |
|---|---|---|
| how much is added | `base/two.c` | `two_add` |
| the port | `io/http/get_int.h` | `HTTP_PORT` |
"""


@pytest.mark.parametrize("old, new, words", [
    ("`base/two.c`", "`base/three.c`", "how much is added: `base/three.c` is not one file"),
    ("`base/two.c`", "`base/one.c` `base/two.c`", "is not one file"),
    ("`base/two.c`", "`base/one.c`", "how much is added: base/one.c has no two_add"),
    ("`two_add`", "`one_add`", "base/two.c has no one_add"),  # it only calls that one
    ("`HTTP_PORT`", "-", "the port: io/http/get_int.h has no -"),
    ("the port", "how much is added", "how much is added: decided twice"),
    ("Where is it decided …?", "Decisions", "no table under 'Where is it decided …?'"),
])
def test_decision_that_is_made_elsewhere_is_refused(plant, old, new, words):
    plant.write("installer/src/README.md", DECISIONS)
    refused_after(plant, "decided", "installer/src/README.md", old, new, words)


JOURNEYS = "# Journeys\n\n## Of a number\n\n1. `cmd/up.c` `up_run`: asks.\n2. `base/two.c` `two_add`: adds.\n"


@pytest.mark.parametrize("old, new, words", [
    ("`base/two.c`", "`base/three.c`", "Of a number: `base/three.c` is not one file"),
    ("`two_add`", "`one_add`", "Of a number: base/two.c has no one_add"),
    ("2. `base/two.c`", "2. then `base/two.c`", "a step does not start with its file and function"),
    ("1. ", "".join(f"{n}. `cmd/up.c` `up_run`\n" for n in range(9)) + "9. ", "11 steps, 10 allowed"),
])
def test_journey_that_leads_elsewhere_is_refused(plant, old, new, words):
    plant.write("docs/internals/journeys.md", JOURNEYS)
    refused_after(plant, "journeys", "docs/internals/journeys.md", old, new, words)


def test_link_to_nowhere_is_refused(plant):
    plant.write("README.md", "[x](main.c) [y](https://example.com) [z](#here)\n")
    plant.write("main.c", "")
    assert plant.lint("links").returncode == 0
    plant.write("README.md", "text\n[x](docs/gone.md#part)\n")
    result = plant.lint("links")
    assert result.returncode == 1
    assert "README.md:2: docs/gone.md does not exist" in result.stdout


def test_example_without_a_scenario_is_refused(plant):
    page = "docs/troubleshooting.md"
    plant.write("tests/e2e/scenarios/__init__.py",
                "class Crash:\n    name = 'crash'\n\n\nFAILING, HEALTHY = [Crash], []\n")
    plant.write("tests/e2e/troubleshooting.py", "OTHERS = []\n")
    plant.write(page, "# Page\n\n<!-- scenario: crash -->\n\n    app: …\n    hint: …\n")
    assert plant.lint("symptoms").returncode == 0
    plant.write(page, "<!-- scenario: gone -->\n\n    app: …\n\nText.\n\n    app: …\n")
    result = plant.lint("symptoms")
    assert result.returncode == 1
    assert f"{page}:1: there is no scenario gone" in result.stdout
    assert f"{page}:7: this line is of no scenario" in result.stdout


HELP = """\
#!/bin/sh
case $1 in
up) echo "      --wait TIME   give up;  -q, --quiet" ;;
--help) printf '  up    bring it up\\n\\n  --version   print the version\\n' ;;
esac
"""
PAGE = "# Commands\n\n## Options of every command\n\n`--quiet`\n\n## sandstrap up\n\n`--wait`\n"


@pytest.mark.parametrize("old, new, words", [
    ("--wait", "-w", "sandstrap up: --wait is missing"),
    ("--wait", "--wait --nonsense", "sandstrap up: no option --nonsense"),
    ("## sandstrap up", "## sandstrap down", "no section for sandstrap up"),
])
def test_documentation_that_drifts_is_refused(plant, old, new, words):
    plant.write("build/dev/sandstrap", HELP)
    (plant.root / "build/dev/sandstrap").chmod(0o755)
    plant.write("docs/commands.md", PAGE)
    refused_after(plant, "docs", "docs/commands.md", old, new, words)
