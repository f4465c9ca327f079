# SPDX-License-Identifier: Apache-2.0
"""Every #include against installer/src/modules.txt, and cycles of the include graph."""

import re

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
LIBRARY_HEADERS = {
    "curl": r"curl/.*",
    "ssl": r"openssl/.*",
    "archive": r"archive(_entry)?\.h",
    "yaml": r"yaml\.h",
    "llhttp": r"llhttp\.h",
    "pcre2": r"pcre2\.h",
    "zlib": r"zlib\.h",
    "zstd": r"zstd(_errors)?\.h",
    "deflate": r"libdeflate\.h",
}
SYSTEM_HEADER = re.compile(r"[a-z0-9]+\.h|(sys|net|netinet|arpa|linux)/[a-z0-9_]+\.h")
ANYTHING = "main"  # main.c stands on top of all modules


class Table:
    """modules.txt: levels, and for each module what it may use."""

    def __init__(self, tree):
        self.levels, self.uses, self.libraries = [], {}, {}
        self.path = tree.source / "modules.txt"
        for line in tree.text(self.path).splitlines():
            columns = line.split()
            if not columns or columns[0].startswith("#"):
                continue
            if columns[0] == "levels":
                self.levels = columns[1:]
            else:
                name, uses, libraries = columns
                self.uses[name] = self._split(uses)
                self.libraries[name] = self._split(libraries)

    @staticmethod
    def _split(column):
        return set() if column == "-" else set(column.split(","))

    def module(self, path):
        """The module that a path below installer/src belongs to; None when nobody declared it."""
        if path == "main.c":
            return ANYTHING
        parts = path.rsplit(".", 1)[0].split("/")
        name = parts[0] if self.is_one_module(parts[0]) else "/".join(parts[:2])
        return name if name in self.uses else None

    def is_one_module(self, level):
        """Whether a level is one module by the name of the level, as base is."""
        return level in self.levels and level in self.uses

    def is_internal(self, path):
        """Headers in a module's own folder; a level that is one module has none."""
        return len(path.split("/")) > 2 and not self.is_one_module(path.split("/")[0])


def quoted(tree, table, module, header):
    """What is wrong with #include "header" in a file of module, or None."""
    target = table.module(header) if "/" in header else None
    if target is None or not (tree.source / header).is_file():
        return f'"{header}" is no header of a declared module: include "level/module.h"'
    if target == module:
        return None
    if table.is_internal(header):
        return f'"{header}" is internal to {target}: include "{target}.h"'
    if module != ANYTHING and target not in table.uses[module] | {table.levels[0]}:
        return f'module {module} may not use {target}, see modules.txt'
    return None


def library_of(header):
    return next((name for name, pattern in LIBRARY_HEADERS.items() if re.fullmatch(pattern, header)), None)


def angled(table, module, header):
    """What is wrong with #include <header> in a file of module, or None."""
    library = library_of(header)
    if library in table.libraries.get(module, ()) or SYSTEM_HEADER.fullmatch(header) and not library:
        return None
    if library:
        return f"module {module} may not use the library {library}, see modules.txt"
    return f"<{header}> belongs to no library that modules.txt knows"


def layers(tree):
    """Includes go strictly down, along the edges and to the libraries that modules.txt declares."""
    table = Table(tree)
    used = {module: set() for module in table.uses}
    for path in tree.source_files():
        local = str(path.relative_to(tree.source))
        module = table.module(local)
        if module is None:
            yield f"{tree.name(path)}: belongs to no module of modules.txt"
            continue
        # Names of quoted headers are strings: the search goes over the text, not the code.
        for match in INCLUDE.finditer(tree.text(path)):
            kind, header = match.groups()
            wrong = quoted(tree, table, module, header) if kind == '"' else angled(table, module, header)
            if wrong:
                yield f"{tree.at(path, match.start())}: {wrong}"
            elif module in used:
                used[module].add(table.module(header) if kind == '"' else library_of(header))
    yield from unused_edges(tree, table, used)


def unused_edges(tree, table, used):
    """An edge that no #include needs any more hides the next one that should not be there."""
    for module, edges in used.items():
        if not edges:  # without sources yet
            continue
        for extra in sorted((table.uses[module] | table.libraries[module]) - edges):
            yield f"{tree.name(table.path)}: {module} declares {extra} but includes nothing of it"


def include_graph(tree):
    """Nodes are path stems: a .c file and its header are one."""
    graph = {}
    for path in tree.source_files():
        node = str(path.relative_to(tree.source).with_suffix(""))
        edges = graph.setdefault(node, set())
        for match in INCLUDE.finditer(tree.text(path)):
            target = match.group(2).removesuffix(".h")
            if match.group(1) == '"' and target != node:
                edges.add(target)
    return graph


def cycles(tree):
    """No include cycle, a .c file and its header taken as one."""
    graph = include_graph(tree)
    state, trail = {}, []

    def visit(node):
        state[node] = "open"
        trail.append(node)
        for target in sorted(graph.get(node, ())):
            if state.get(target) == "open":
                loop = trail[trail.index(target) :] + [target]
                yield f"installer/src: include cycle: {' -> '.join(loop)}"
            elif target not in state:
                yield from visit(target)
        trail.pop()
        state[node] = "done"

    for node in sorted(graph):
        if node not in state:
            yield from visit(node)
