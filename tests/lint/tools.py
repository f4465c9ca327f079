# SPDX-License-Identifier: Apache-2.0
"""Rules that a program of the distribution checks for us."""

import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess

from .tree import Skip, batches, need

SPELLING_IGNORED = "tests/lint/spelling-ignored.txt"


def run(command, cwd, **options):
    return subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, **options)


def lines(result):
    """The output of a program that failed, as findings."""
    text = (result.stdout + result.stderr).strip()
    return text.splitlines() if result.returncode else []


def clang_format(tree):
    """C files are formatted as .clang-format says (clang-format -i FILE does it)."""
    program = need("clang-format")
    for some in batches(tree.c_files()):
        result = run([program, "--dry-run", "-Werror", "--style=file", *some], tree.root)
        places = collections.Counter(re.findall(r"^(.+?):\d+:\d+: error: ", result.stderr, re.M))
        for path, count in sorted(places.items()):
            yield f"{path.removeprefix(f'{tree.root}/')}: {count} places are not formatted"


class TidyCache:
    """Files that clang-tidy found clean, by a hash over them, their headers and the checks."""

    def __init__(self, tree):
        default = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "sandstrap"
        self.folder = pathlib.Path(os.environ.get("SANDSTRAP_CACHE", default)) / "tidy"
        self.tree, self.checks = tree, (tree.root / ".clang-tidy").read_bytes()

    def mark(self, path):
        """The file that says that this content is clean."""
        listed = run(["gcc", "-MM", f"-I{self.tree.source}", path], self.tree.root).stdout
        together = hashlib.sha256(self.checks)
        for name in listed.replace("\\\n", " ").split()[1:]:
            together.update((self.tree.root / name).read_bytes())
        return self.folder / together.hexdigest()

    def add(self, path):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.mark(path).touch()


def clang_tidy(tree):
    """clang-tidy has nothing to say about the product with the checks of .clang-tidy."""
    program = need("clang-tidy")
    database = tree.build / "compile_commands.json"
    if not database.is_file():
        raise Skip(f"{database} does not exist: tests/run build")
    known = {pathlib.Path(entry["file"]) for entry in json.loads(database.read_text())}
    cache = TidyCache(tree)
    sources = [path for path in tree.named(".c", under="installer") if path in known]
    todo = [path for path in sources if not cache.mark(path).exists()]

    def one(path):
        command = [program, "--quiet", "--warnings-as-errors=*",
                   "--extra-arg=-Wno-unknown-warning-option", "-p", tree.build, path]
        return path, run(command, tree.root)

    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for path, result in pool.map(one, todo):
            if result.returncode == 0:
                cache.add(path)
            found = [line for line in lines(result) if re.search(r": (error|warning): ", line)]
            yield from (line.replace(f"{tree.root}/", "") for line in found)
            if result.returncode and not found:
                yield f"{tree.name(path)}: clang-tidy failed: {result.stderr.strip()[-200:]}"


def shell(tree):
    """shellcheck has nothing to say about any shell script."""
    program = need("shellcheck")
    scripts = sorted(set(tree.scripts(r"\b(sh|bash|dash)\b") + tree.named(".sh")))
    if scripts:
        yield from lines(run([program, "--format=gcc", *map(tree.name, scripts)], tree.root))


def spelling(tree):
    """codespell knows every word."""
    command = [need("codespell"), "--builtin", "clear,rare"]
    if (tree.root / SPELLING_IGNORED).is_file():
        command += ["--ignore-words", SPELLING_IGNORED]
    skipped = re.compile(r"tests/(golden|fuzz/corpus|lab/.*go\.sum|differential/charts/answers)|LICENSE|\.sum$|installer/deps/pins")
    words = [tree.name(path) for path in tree.files if not skipped.search(tree.name(path))]
    for some in batches(words):
        # Its exit status is the number of files with a finding.
        yield from lines(run([*command, *some], tree.root))


def waived(tree, finding):
    """A fixture that is imported looks unused, and used it looks redefined: `# noqa` at the import."""
    match = re.match(r"(.+?):(\d+):\d+:? .*?(?:from line (\d+))?$", finding)
    if not match:
        return False
    path, at, imported = match.groups()
    return "# noqa" in tree.text(tree.root / path).splitlines()[int(imported or at) - 1]


def python(tree):
    """Python files compile and pyflakes has nothing to say."""
    scripts = sorted(set(tree.scripts(r"\bpython3?\b") + tree.named(".py")))
    if scripts:
        found = lines(run(["/usr/bin/python3", "-m", "pyflakes", *map(tree.name, scripts)], tree.root))
        yield from (finding for finding in found if not waived(tree, finding))


def go_program():
    """The Go of the lab, which finds or fetches its own; gofmt stands beside it."""
    cache = pathlib.Path(os.environ.get("SANDSTRAP_CACHE", pathlib.Path.home() / ".cache/sandstrap"))
    candidates = [os.environ.get("SANDSTRAP_GO", ""), *map(str, cache.glob("go/*/bin/go"))]
    candidates += ["/usr/local/go/bin/go"]
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK):
            return pathlib.Path(candidate).resolve()
    return pathlib.Path(need("go")).resolve()


def go(tree):
    """Go files are formatted by gofmt and pass go vet."""
    files = tree.named(".go")
    if not files:
        return
    program = go_program()
    result = run([program.with_name("gofmt"), "-l", *map(tree.name, files)], tree.root)
    yield from (f"{name}: not formatted by gofmt" for name in result.stdout.split())
    yield from result.stderr.splitlines()
    modules = [path.parent for path in tree.files if path.name == "go.mod"]
    for module in modules:
        # A module inside another one is a list of what the lab builds, without code of ours.
        if not any(other in module.parents for other in modules):
            vet = run([program, "vet", "./..."], module, env={**os.environ, "GOFLAGS": "-mod=readonly"})
            yield from lines(vet)
