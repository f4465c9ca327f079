# SPDX-License-Identifier: Apache-2.0
"""Which C file defines a name for other files, and which files use it. Text only, no build needed."""

import collections
import functools
import re

from .sizes import functions

WORD = re.compile(r"(?<![\w.])(?<!->)[A-Za-z_]\w*")  # no member of a struct
TAG = re.compile(r"\b(?:struct|enum|union)\s+\w+")
# clang-format leaves at the left edge only what stands outside of all braces.
VARIABLE = re.compile(r"^(?!(?:static|extern|typedef|enum \{)\b)[a-z][\w *]*[ *](\w+)(?:\[[^\]]*\])* = ", re.M)
# What a header lets the compiler write into the files that include it.
CLEANUP = re.compile(r"^CLEANUP_DEFINE\((\w+), [^,]+, (\w+)\)", re.M)
MACRO = re.compile(r"^#define (\w+)((?:[^\n]*\\\n)*[^\n]*)", re.M)
INLINE = re.compile(r"^static inline [^(\n]*?(\w+)\([^{;]*\)\n\{\n(.*?)^\}", re.M | re.S)


def words(code):
    return set(WORD.findall(TAG.sub(" ", code)))


def is_static(tree, function):
    head = tree.code(function.path).splitlines()[max(0, function.line - 2) : function.line]
    return any(re.match(r"static\b", line) for line in head)


def shared_functions(tree):
    """The functions below installer/src that other files could call."""
    for function in functions(tree):
        if tree.source in function.path.parents and not is_static(tree, function):
            yield function


def definitions(tree):
    """(name, file) of every function and variable below installer/src that is not static."""
    yield from ((function.name, function.path) for function in shared_functions(tree))
    for path in tree.source_files():
        if path.suffix == ".c":
            yield from ((name, path) for name in VARIABLE.findall(tree.code(path)))


@functools.lru_cache(maxsize=None)
def expansions(tree):
    """What macros and inline functions of the headers put in the place of their name."""
    found = {}
    for path in tree.source_files():
        if path.suffix == ".h":
            code = tree.code(path)
            for pattern in (CLEANUP, MACRO, INLINE):
                for name, body in pattern.findall(code):
                    found[name] = words(body)
    return found


@functools.lru_cache(maxsize=None)
def uses(tree, path):
    """The names that a C file uses, also through macros and inline functions of headers."""
    found, new = set(), words(tree.code(path))
    while new:
        found |= new
        new = {word for name in new for word in expansions(tree).get(name, ())} - found
    return found


def single_use(tree):
    """A function that only its own file uses is static."""
    users = collections.defaultdict(set)
    header_mentions = collections.Counter()
    for path in tree.c_files():
        names = re.findall(r"\b[a-z_][a-z0-9_]*\b", tree.code(path))
        if path.suffix == ".h":
            header_mentions.update(names)  # once for the declaration; again when a macro uses it
        else:
            for name in set(names):
                users[name].add(path)
    for function in shared_functions(tree):
        others = users[function.name] - {function.path}
        if function.name not in ("main", "PRINTF") and not others and header_mentions[function.name] < 2:
            yield (f"{tree.name(function.path)}:{function.line}: {function.name} is used by no other "
                   "file: make it static")
