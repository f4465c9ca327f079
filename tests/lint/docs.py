# SPDX-License-Identifier: Apache-2.0
"""What the documentation says about commands and options against what --help says, about failures
against the scenarios that show them; and its links."""

import re
import subprocess
import sys

from .tree import Skip

PAGE = "docs/commands.md"
COMMON = "Options of every command"
COMMAND = re.compile(r"^  ([a-z]+(?: [a-z]+)?)  +\S", re.M)
LINK = re.compile(r"\]\((?![a-z]+:)([^)\s]+)\)")
SYMPTOMS = "docs/troubleshooting.md"
EXAMPLE = re.compile(r"<!-- scenario: (\S+) -->|^    \S", re.M)
NAMES = """\
from scenarios import FAILING, HEALTHY
from troubleshooting import OTHERS
print(*(one.name for one in [*FAILING, *HEALTHY]), *OTHERS)
"""
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def said_by_help(binary, command):
    result = subprocess.run([binary, *command.split(), "--help"], capture_output=True, text=True)
    return result.stdout if result.returncode == 0 else ""


def sections(page):
    """The text of the page by heading: `## sandstrap bundle lock`, and one for what all share."""
    found = re.split(r"^## (.+)$", page, flags=re.M)
    texts = dict(zip((name.strip() for name in found[1::2]), found[2::2]))
    common = texts.pop(COMMON, "")
    prefix = "sandstrap "
    commands = {name.removeprefix(prefix): text for name, text in texts.items() if name.startswith(prefix)}
    return commands, common


def drift(tree):
    """docs/commands.md and --help name the same commands and options."""
    binary = tree.build / "sandstrap"
    if not binary.is_file():
        raise Skip(f"{binary} does not exist: tests/run build")
    if not (tree.root / PAGE).is_file():
        yield f"{PAGE}: does not exist"
        return
    documented, common = sections(tree.text(tree.root / PAGE))
    shared = set(OPTION.findall(common))
    commands = COMMAND.findall(said_by_help(binary, ""))
    if not commands:
        yield "sandstrap --help: lists no command"
    for command in commands:
        if command not in documented:
            yield f"{PAGE}: no section for sandstrap {command}"
            continue
        helped = set(OPTION.findall(said_by_help(binary, command)))
        written = shared | set(OPTION.findall(documented[command]))
        yield from (f"{PAGE}: sandstrap {command}: {name} is missing" for name in sorted(helped - written))
        yield from (f"{PAGE}: sandstrap {command}: no option {name}" for name in sorted(written - helped))
    yield from (f"{PAGE}: no command {name}" for name in sorted(set(documented) - set(commands)))


def links(tree):
    """A relative link in a Markdown file leads to a file of the tree."""
    for path in tree.named(".md"):
        for match in LINK.finditer(tree.text(path)):
            target = match.group(1).split("#")[0]
            if target and not (path.parent / target).exists():
                yield f"{tree.at(path, match.start())}: {target} does not exist"


def symptoms(tree):
    """Each example line of docs/troubleshooting.md belongs to a scenario of tests/e2e/scenarios."""
    page = tree.root / SYMPTOMS
    if not page.is_file():
        return
    listed = subprocess.run([sys.executable, "-B", "-c", NAMES], cwd=tree.root / "tests/e2e",
                            capture_output=True, text=True)
    if listed.returncode:
        yield f"tests/e2e/scenarios: {listed.stderr.strip().splitlines()[-1]}"
        return
    names, scenario = set(listed.stdout.split()), None
    for number, line in enumerate(tree.text(page).splitlines(), 1):
        match = EXAMPLE.match(line)
        if match and match.group(1):
            scenario = match.group(1)
            if scenario not in names:
                yield f"{SYMPTOMS}:{number}: there is no scenario {scenario}"
        elif match and not scenario:
            yield f"{SYMPTOMS}:{number}: this line is of no scenario"
        elif line.strip() and not match:
            scenario = None
