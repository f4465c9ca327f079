# SPDX-License-Identifier: Apache-2.0
"""The rules by name. Each takes a Tree and yields findings, `path:line: what is wrong`."""

from . import banned, circles, docs, layers, names, readme, sizes, tools

RULES = {
    "layers": layers.layers,
    "cycles": layers.cycles,
    "circles": circles.circles,
    "map": readme.modules,
    "decided": readme.decided,
    "journeys": readme.journeys,
    "length": sizes.file_length,
    "weight": sizes.file_weight,
    "function": sizes.function_length,
    "complexity": sizes.complexity,
    "singleuse": names.single_use,
    "spdx": banned.spdx,
    "banned": banned.functions,
    "cloexec": banned.cloexec,
    "output": banned.output,
    "handlers": banned.handlers,
    "docs": docs.drift,
    "links": docs.links,
    "symptoms": docs.symptoms,
    "format": tools.clang_format,
    "tidy": tools.clang_tidy,
    "shell": tools.shell,
    "spelling": tools.spelling,
    "python": tools.python,
    "go": tools.go,
}
