# SPDX-License-Identifier: Apache-2.0
"""The tables of installer/src/README.md against the tree that they describe."""

import re

from .layers import Table
from .names import VARIABLE
from .sizes import functions

NAME = re.compile(r"`([^`]+)`")
DECIDED = "Where is it decided …?"
STEP = re.compile(r"^\d+\. (`[^`]+`) (`[^`]+`)", re.M)
STEPS_MOST = 10


def page(tree):
    return tree.source / "README.md"


def rows(tree, heading):
    """The cells of each row of the tables in a section, below the head of the table."""
    text = tree.text(page(tree)) if page(tree).is_file() else ""
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    for line in section.group(1).splitlines() if section else ():
        if line.startswith("| ") and not line.startswith("|--"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def modules(tree):
    """installer/src/README.md has a row for every module, and for nothing else."""
    if not page(tree).is_file():
        yield "installer/src/README.md: does not exist"
        return
    described = {name for row in rows(tree, "Modules") for name in NAME.findall(row[0])}
    declared = set(Table(tree).uses)
    yield from (f"{tree.name(page(tree))}: no row for module {name}" for name in sorted(declared - described))
    yield from (f"{tree.name(page(tree))}: {name} is no module" for name in sorted(described - declared))


def names_of(tree, path):
    """What a row of the table of decisions may name: what a .c file defines, words of a header."""
    if path.suffix == ".c":
        return {function.name for function in functions(tree) if function.path == path} | set(
            VARIABLE.findall(tree.code(path)))
    return set(re.findall(r"\w+", tree.code(path)))


def place(tree, question, file, names):
    """What is wrong with the file that should define the names, or None."""
    files = NAME.findall(file)
    path = tree.source / "".join(files)
    if len(files) != 1 or not path.is_file():
        return f"{question}: {file} is not one file below installer/src"
    missing = set(NAME.findall(names)) - names_of(tree, path)
    if missing or not NAME.search(names):
        return f"{question}: {files[0]} has no {' '.join(sorted(missing)) or names}"
    return None


def decided(tree):
    """installer/src/README.md says where things are decided: one file each, which defines what to look for."""
    questions = set()
    for question, file, names in rows(tree, DECIDED):
        if not NAME.search(file):  # the head of the table
            continue
        wrong = place(tree, question, file, names)
        if question in questions:
            wrong = f"{question}: decided twice"
        questions.add(question)
        if wrong:
            yield f"{tree.name(page(tree))}: {wrong}"
    if not questions:
        yield f"{tree.name(page(tree))}: no table under '{DECIDED}'"


def journeys(tree):
    """docs/internals/journeys.md has ten steps at most for each way, each in a file that defines it."""
    path = tree.root / "docs/internals/journeys.md"
    for way in tree.text(path).split("\n## ")[1:] if path.is_file() else ():
        title = way.splitlines()[0]
        steps = STEP.findall(way)
        if len(steps) > STEPS_MOST:
            yield f"{tree.name(path)}: {title}: {len(steps)} steps, {STEPS_MOST} allowed"
        if len(steps) != len(re.findall(r"^\d+\.", way, re.M)):
            yield f"{tree.name(path)}: {title}: a step does not start with its file and function"
        for file, name in steps:
            wrong = place(tree, title, file, name)
            if wrong:
                yield f"{tree.name(path)}: {wrong}"
