# SPDX-License-Identifier: Apache-2.0
"""Functions that the style guide bans, descriptors without close-on-exec, license lines, and signal
handlers of Python."""

import ast
import re

BANNED = {
    "strtok strtok_r": "use base/span.h",
    "atoi atol atoll atof strtol strtoul strtoll strtoull strtod sscanf": "use the parsers of base/span.h",
    "sprintf vsprintf strcpy strcat strncpy strncat stpcpy gets": "use base/buf.h",
    "alloca": "use an arena",
    "system popen": "nothing is executed but a kubeconfig exec plugin",
    "tmpnam mktemp tempnam": "use base/file.h",
    "accept pipe dup dup2 creat": "use the variant that sets close-on-exec",
    "rand srand random": "use io/crypto.h",
    "ctime asctime gmtime localtime strerror": "use the reentrant variant",
}
ADVICE = {name: advice for names, advice in BANNED.items() for name in names.split()}
CALL = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(ADVICE))

# Which flag the arguments of a call must name.
CLOEXEC = {
    "open": "O_CLOEXEC", "openat": "O_CLOEXEC", "open64": "O_CLOEXEC", "mkostemp": "O_CLOEXEC",
    "socket": "SOCK_CLOEXEC", "socketpair": "SOCK_CLOEXEC", "accept4": "SOCK_CLOEXEC",
    "pipe2": "O_CLOEXEC", "dup3": "O_CLOEXEC", "eventfd": "EFD_CLOEXEC",
    "signalfd": "SFD_CLOEXEC", "timerfd_create": "TFD_CLOEXEC", "epoll_create1": "EPOLL_CLOEXEC",
    "memfd_create": "MFD_CLOEXEC", "inotify_init1": "IN_CLOEXEC",
}
OPENING = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(CLOEXEC))

PRINTING = re.compile(
    r"(?<![\w.>])(printf|puts|putchar|perror|exit|_exit|quick_exit|fputs|fprintf|vfprintf|dprintf)\s*\(")
SPDX = "SPDX-License-Identifier: Apache-2.0"
LICENSED = (".c", ".h", ".go", ".py", ".sh", ".cmake")


def functions(tree):
    """No call of a function that the style guide bans."""
    for path in tree.source_files():
        for match in CALL.finditer(tree.code(path)):
            name = match.group(1)
            yield f"{tree.at(path, match.start())}: {name} is banned: {ADVICE[name]}"


def arguments(code, start):
    """The text between the parenthesis at start and the one that closes it."""
    depth = 0
    for position in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[position], 0)
        if depth == 0:
            return code[start : position + 1]
    return code[start:]


def cloexec(tree):
    """Every descriptor is opened with close-on-exec."""
    for path in tree.source_files():
        code = tree.code(path)
        for match in OPENING.finditer(code):
            name = match.group(1)
            if CLOEXEC[name] not in arguments(code, match.end() - 1):
                yield f"{tree.at(path, match.start())}: {name} without {CLOEXEC[name]}"
        for match in re.finditer(r'(?<![\w.>])(?:fopen|fdopen)\s*\(', code):
            if not re.search(r'"[rwa][b+]*[xe]*e[x]*"', arguments(tree.text(path), match.end() - 1)):
                yield f"{tree.at(path, match.start())}: a stream without e in its mode"


def output(tree):
    """Library code neither prints nor exits: only cmd, io/term, main.c (and base/mem.c, out of memory,
    and base/passphrase.c, which asks for one)."""
    allowed = re.compile(r"main\.c|cmd/.*|io/term.*|base/(mem|passphrase)\.c")
    for path in tree.source_files():
        if allowed.fullmatch(str(path.relative_to(tree.source))):
            continue
        for match in PRINTING.finditer(tree.code(path)):
            yield f"{tree.at(path, match.start())}: {match.group(1)} in library code"


def spdx(tree):
    """Every source file names its license in its first lines."""
    scripts = tree.scripts(r"\b(sh|bash|python3?)\b")
    for path in sorted(set(tree.named(*LICENSED) + scripts)):
        text = tree.text(path)
        if text and SPDX not in "\n".join(text.splitlines()[:3]):
            yield f"{tree.name(path)}:1: no {SPDX}"


def run_at_import(nodes):
    """What runs when a Python module is imported: all but the bodies of functions, and the program."""
    for node in nodes:
        is_program = isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)
        if not is_program and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield node
            yield from run_at_import(ast.iter_child_nodes(node))


def handlers(tree):
    """No Python module sets a signal handler at import: pytest-xdist may import it in another thread
    than the main one, where none can be set."""
    for path in tree.named(".py"):
        for node in run_at_import(ast.parse(tree.text(path)).body):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "signal.signal":
                yield f"{tree.name(path)}:{node.lineno}: signal.signal at import: pytest_configure may"
