# SPDX-License-Identifier: Apache-2.0
"""Runs both programs on the same input. Entries go in groups; a group that does not come out the
same is halved until the entry that is to blame stands alone."""

import argparse
import concurrent.futures
import fnmatch
import itertools
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from . import empties, layouts, patches, positions

GROUP = 120
HERE = Path(__file__).resolve().parent


class Outcome:
    """What one program printed, or that it refused."""

    def __init__(self, process):
        self.refused = process.returncode != 0
        self.crashed = process.returncode < 0 or process.returncode >= 128
        self.output = b"" if self.refused else process.stdout
        self.error = process.stderr.decode("utf-8", "replace").strip()

    def same(self, other):
        return self.refused == other.refused and self.output == other.output


class Pair:
    """The two programs."""

    def __init__(self, ours, theirs):
        self.ours, self.theirs = ours, theirs

    def run(self, text):
        return self.run_tree({"kustomization.yaml": "resources: [r.yaml]\n", "r.yaml": text})

    def run_tree(self, files):
        with tempfile.TemporaryDirectory(prefix="torture") as folder:
            for name, text in files.items():
                Path(folder, name).write_bytes(text.encode("utf-8", "surrogatepass"))
            return [Outcome(subprocess.run([*command, folder], capture_output=True, timeout=120))
                    for command in (self.ours, self.theirs)]


class Result:
    def __init__(self):
        self.same = self.refused = 0
        self.differences = []  # (position, text, ours, theirs)


def compare_entries(pair, position, parent, lines):
    result = Result()
    ours, theirs = pair.run(positions.document(parent, lines))
    if ours.same(theirs) and (not ours.refused or len(lines) == 1) and not ours.crashed:
        result.same += len(lines)
        result.refused += ours.refused
    elif len(lines) == 1:
        result.differences.append((position, positions.document(parent, lines), ours, theirs))
    else:
        middle = len(lines) // 2
        for half in (lines[:middle], lines[middle:]):
            add(result, compare_entries(pair, position, parent, half))
    return result


def compare_whole(name, text, ours, theirs):
    """Of what cannot be taken apart: the text is what is shown when the two differ."""
    result = Result()
    if ours.same(theirs) and not ours.crashed:
        result.same, result.refused = 1, int(ours.refused)
    else:
        result.differences.append((name, text, ours, theirs))
    return result


def compare_document(pair, name, text):
    return compare_whole(name, text, *pair.run(text))


def compare_tree(pair, name, files):
    text = "".join(f"# {file}\n{text}" for file, text in files.items())
    return compare_whole(name, text, *pair.run_tree(files))


def add(total, more):
    total.same += more.same
    total.refused += more.refused
    total.differences += more.differences


def groups(entries):
    for (position, parent), members in itertools.groupby(sorted(entries, key=lambda entry: entry[:2]),
                                                         key=lambda entry: entry[:2]):
        lines = [entry[2] for entry in members]
        size = 1 if position.endswith("/wild") else GROUP
        for start in range(0, len(lines), size):
            yield position, parent, lines[start:start + size]


def tasks(options):
    for position, parent, lines in groups(positions.entries()):
        yield position, (compare_entries, position, parent, lines)
    for name, text in layouts.FIXED.items():
        yield "layout/" + name, (compare_document, "layout/" + name, text)
    for name, text in layouts.random_documents(options.random, options.seed):
        yield "layout/" + name, (compare_document, "layout/" + name, text)
    for make in (patches, empties):
        for name, files in make.trees(options.random, options.seed):
            yield name, (compare_tree, name, files)


def known_differences():
    """Patterns of `known`: position, then a substring of the document (Python escapes)."""
    for line in (HERE / "known").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            position, _, text = line.partition("\t")
            yield position, text.encode().decode("unicode_escape").encode("latin-1", "replace").decode("utf-8", "replace")


def is_known(difference, known):
    position, text, _, theirs = difference
    for pattern, part in known:
        where, wanted = (theirs.error, part[len("error:"):]) if part.startswith("error:") else (text, part)
        if fnmatch.fnmatch(position, pattern) and wanted in where:
            return True
    return False


def report(difference):
    position, text, ours, theirs = difference
    print(f"--- {position}\n{text!r}")
    for name, outcome in (("sandstrap", ours), ("kustomize", theirs)):
        what = "refused: " + outcome.error[:300] if outcome.refused else repr(outcome.output.decode("utf-8", "replace"))
        print(f"  {name}: {what}")


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True, help="sandstrap")
    parser.add_argument("--kustomize", required=True)
    parser.add_argument("--render", help="instead of `BINARY render`: a command that takes a folder")
    parser.add_argument("--random", type=int, default=1000, help="random files and random patches, each (1000)")
    parser.add_argument("--seed", type=int, default=4711)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("pattern", nargs="?", default="*", help="positions to run, such as 'key/*'")
    return parser.parse_args(arguments)


def main():
    options = options_of(sys.argv[1:])
    pair = Pair(shlex.split(options.render) if options.render else [options.binary, "render"],
                [options.kustomize, "build"])
    total, known = Result(), list(known_differences())
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = [pool.submit(function, pair, *rest) for position, (function, *rest) in tasks(options)
                   if fnmatch.fnmatch(position, options.pattern)]
        for future in futures:
            add(total, future.result())
    unexplained = [difference for difference in total.differences if not is_known(difference, known)]
    for difference in unexplained:
        report(difference)
    explained = len(total.differences) - len(unexplained)
    print(f"{total.same} the same ({total.refused} refused by both), {explained} known differences, "
          f"{len(unexplained)} others")
    if total.same == 0:
        print("nothing was compared")
    return 1 if unexplained or total.same == 0 else 0
