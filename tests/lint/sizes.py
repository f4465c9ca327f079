# SPDX-License-Identifier: Apache-2.0
"""Ceilings for files and functions, without exceptions."""

import collections
import functools
import re
import subprocess

from .tree import batches, need

MAX_FILE_LINES = 800
MAX_FILE_BYTES = 1 << 20
MAX_FUNCTION_LINES = 100
MAX_COMPLEXITY = 15
CODE = (".c", ".h", ".go", ".py", ".sh", ".cmake")
MEASURE = re.compile(r"(\d+)\t(\d+)\t\d+\t(\d+)\t(\d+)\t(.+)\(\d+\): (\S+)$")

Function = collections.namedtuple("Function", "path line lines complexity name")


@functools.lru_cache(maxsize=None)
def functions(tree):
    """Every function of the C files as pmccabe measures it."""
    program, found = need("pmccabe"), []
    for some in batches([path for path in tree.c_files() if path.suffix == ".c"]):
        # It ends with an error when a file has no function; its columns are what counts.
        output = subprocess.run([program, *map(str, some)], capture_output=True, text=True).stdout
        for line in output.splitlines():
            match = MEASURE.match(line)
            if match:
                complexity, _, start, lines, path, name = match.groups()
                name = name.rsplit("::", 1)[-1]  # it takes some structs for C++ classes
                found.append(Function(tree.root / path, int(start), int(lines), int(complexity), name))
    return found


def file_length(tree):
    """No source file is longer than 800 lines."""
    for path in tree.named(*CODE):
        lines = tree.text(path).count("\n")
        if lines > MAX_FILE_LINES:
            yield f"{tree.name(path)}: {lines} lines, {MAX_FILE_LINES} allowed"


def file_weight(tree):
    """No file has more than 1 MiB: what a program left behind stays in the history for good."""
    for path in tree.files:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            yield f"{tree.name(path)}: {size} bytes, {MAX_FILE_BYTES} allowed"


def function_length(tree):
    """No C function is longer than 100 lines."""
    for function in functions(tree):
        if function.lines > MAX_FUNCTION_LINES:
            yield (f"{tree.name(function.path)}:{function.line}: {function.name} has {function.lines} "
                   f"lines, {MAX_FUNCTION_LINES} allowed")


def complexity(tree):
    """No C function has a cyclomatic complexity above 15 (switch counts once)."""
    for function in functions(tree):
        if function.complexity > MAX_COMPLEXITY:
            yield (f"{tree.name(function.path)}:{function.line}: {function.name} has complexity "
                   f"{function.complexity}, {MAX_COMPLEXITY} allowed")
