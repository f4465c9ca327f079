# SPDX-License-Identifier: Apache-2.0
"""Circles inside a module: of files by what they define and use, and of its sub-folders."""

import collections
import pathlib

from . import graph, readme
from .layers import ANYTHING, INCLUDE, Table
from .names import definitions, uses

HEADING = "Circles that stay"


class Module:
    """The .c files of a module by their name inside of it, and what each uses of which other."""

    def __init__(self, name):
        self.name, self.paths, self.owners = name, {}, {}
        self.needs = collections.defaultdict(dict)  # file: {file: the names used}

    def connect(self, tree):
        for name, path in self.paths.items():
            for word in sorted(uses(tree, path) & self.owners.keys()):
                if self.owners[word] != name:
                    self.needs[name].setdefault(self.owners[word], []).append(word)

    def explain(self, circle):
        """For each file of a circle what it uses of the others."""
        return "; ".join(
            f"{name} uses {' '.join(words)} of {other}"
            for name in circle for other, words in self.needs[name].items() if other in circle
        )


def modules(tree):
    table, found = Table(tree), {}

    def place(path):
        """The module of a file, and its name in the module's folder."""
        local = str(path.relative_to(tree.source))
        name = table.module(local)
        if name in (None, ANYTHING):
            return None, local
        return found.setdefault(name, Module(name)), local.removeprefix(name).lstrip("/")

    for path in tree.source_files():
        module, name = place(path)
        if module and path.suffix == ".c":
            module.paths[name] = path
    for word, path in definitions(tree):
        module, name = place(path)
        if module:
            module.owners[word] = name
    for module in found.values():
        module.connect(tree)
    return found.values()


def listed(tree):
    """The circles of the map, (module, files), with their reason."""
    for row in readme.rows(tree, HEADING):
        module, files, reason = row
        if readme.NAME.search(module):  # not the head of the table
            yield (module.strip("`"), tuple(sorted(readme.NAME.findall(files)))), reason


def file_circles(tree):
    """Files of a module need each other in circles only where installer/src/README.md says why."""
    expected = dict(listed(tree))
    for module in modules(tree):
        for circle in graph.circles(module.needs):
            reason = expected.pop((module.name, tuple(circle)), None)
            if reason is None:
                yield (f"installer/src/{module.name}: circle of {', '.join(circle)}, not listed in "
                       f"installer/src/README.md, {HEADING}: {module.explain(circle)}")
            elif not reason:
                yield f"installer/src/README.md: {', '.join(circle)} stays without a reason"
    for name, files in sorted(expected):
        yield f"installer/src/README.md: there is no circle of {', '.join(files)} in {name} any more"


def folder_graph(tree, module):
    """What a sub-folder includes and uses of others; files beside them are in the folder `.`."""
    top = tree.source / module.name
    needs = collections.defaultdict(set)

    def add(path, target):
        one, other = (str(pathlib.PurePath(name).parent) for name in (path, target))
        if one != other:
            needs[one].add(other)

    for path in tree.source_files():
        if top in path.parents:
            for match in INCLUDE.finditer(tree.text(path)):
                target = tree.source / match.group(2)
                if match.group(1) == '"' and top in target.parents:
                    add(path.relative_to(top), target.relative_to(top))
    for name, others in module.needs.items():
        for other in others:
            add(name, other)
    return needs


def folder_circles(tree):
    """The sub-folders of a module include and use each other in one direction."""
    for module in modules(tree):
        for circle in graph.circles(folder_graph(tree, module)):
            yield f"installer/src/{module.name}: circle of the folders {', '.join(circle)}"


def circles(tree):
    """No circle of files or sub-folders inside a module, except those that the map gives reasons for."""
    yield from file_circles(tree)
    yield from folder_circles(tree)
