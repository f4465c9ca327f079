# SPDX-License-Identifier: Apache-2.0
"""The tables of installer/src/README.md against the tree that they describe."""

import re

from .layers import Table

NAME = re.compile(r"`([^`]+)`")


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
