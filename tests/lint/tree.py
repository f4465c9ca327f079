# SPDX-License-Identifier: Apache-2.0
"""The files under check and the C text in them without comments and strings."""

import functools
import pathlib
import re
import shutil
import subprocess

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = {".png", ".gz", ".tar", ".tgz", ".zst", ".bundle", ".pack"}
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)


class Skip(Exception):
    """A rule that cannot be checked here, and why."""


def blank(match):
    """A comment becomes spaces, a string an empty string; line numbers stay."""
    text = match.group()
    if text[0] == "/":
        return re.sub(r"[^\n]", " ", text)
    return text[0] + " " * (len(text) - 2) + text[0]


class Tree:
    def __init__(self, root=None, build=None):
        self.root = (root or CHECKOUT).resolve()
        self.build = build or self.root / "build" / "dev"
        self.source = self.root / "installer" / "src"

    @functools.cached_property
    def files(self):
        """What git tracks or would track; every file of a tree that is no checkout."""
        if (self.root / ".git").exists():
            command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others",
                       "--exclude-standard"]
            listed = subprocess.run(command, cwd=self.root, check=True, capture_output=True).stdout
            paths = {self.root / name for name in listed.decode().split("\0") if name}
        else:
            paths = set(self.root.rglob("*"))
        return sorted(path for path in paths if path.is_file() and not path.is_symlink())

    def named(self, *endings, under=""):
        top = self.root / under
        return [path for path in self.files if path.suffix in endings and top in path.parents]

    def c_files(self):
        return self.named(".c", ".h")

    def source_files(self):
        return self.named(".c", ".h", under="installer/src")

    def scripts(self, shebang):
        """Files whose first line calls the interpreter that the pattern matches."""
        pattern = re.compile(shebang)
        return [path for path in self.files if path.suffix not in BINARY and self._calls(path, pattern)]

    @staticmethod
    def _calls(path, pattern):
        with path.open("rb") as file:
            first = file.readline(200)
        return first.startswith(b"#!") and bool(pattern.search(first.decode(errors="replace")))

    def name(self, path):
        return str(path.relative_to(self.root))

    @functools.lru_cache(maxsize=None)
    def text(self, path):
        return path.read_text(errors="replace")

    @functools.lru_cache(maxsize=None)
    def code(self, path):
        """C without comments and without the content of strings, line by line where it was."""
        return COMMENT_OR_STRING.sub(blank, self.text(path))

    def at(self, path, offset):
        return f"{self.name(path)}:{self.text(path).count(chr(10), 0, offset) + 1}"


def need(program):
    """The path of a tool that a rule stands on."""
    found = shutil.which(program)
    if not found:
        raise Skip(f"{program} is not installed")
    return found


def batches(items, size=200):
    for start in range(0, len(items), size):
        yield items[start : start + size]
