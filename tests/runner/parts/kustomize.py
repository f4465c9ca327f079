# SPDX-License-Identifier: Apache-2.0
"""render against kustomize itself: random trees, and YAML that is made to be hard to copy."""

import re

from . import build, lab

TREES = {False: 300, True: 20000}
DOCUMENTS = {False: 300, True: 10000}
LIMIT_S = 3600


def peer(context):
    """kustomize as the lab built it into the cache."""
    built = context.cache.glob("lab/kustomize-*/bin/kustomize")
    return max(built, key=lambda path: path.stat().st_mtime)


def compare(context, tally, name, command, summary, env=None):
    """One check: the program's own sum of what is the same must name no difference."""
    status, output = context.command(name, command, limit_s=LIMIT_S, env=env)
    figures = re.findall(summary, output)
    print("\n".join(f"   {line}" for line in output.splitlines()[-1:]), flush=True)
    if status or not figures:
        context.tail(output)
        tally.fail(name, f"exit status {status}")
    else:
        tally.ok()


def run(context, tally):
    if not build.preset(context, tally, "dev") or not lab.components(context, tally):
        return
    binary = context.binary("dev")
    trees = [context.root / "tests/differential/run-trees", "--count", TREES[context.full]]
    compare(context, tally, "kustomize.trees", trees, r"\d+ trees: [1-9]\d* equal, .* 0 different",
            env={"SANDSTRAP": f"{binary} render"})
    documents = [context.root / "tests/torture/run", "--binary", binary, "--kustomize", peer(context),
                 "--random", DOCUMENTS[context.full]]
    compare(context, tally, "kustomize.documents", documents, r"[1-9]\d* the same .* 0 others")
