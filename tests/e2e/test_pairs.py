# SPDX-License-Identifier: Apache-2.0
"""What `up` leaves alone, an apply would not have changed: many pairs of an object and a wanted state
of it, each asked of the API server."""

import collections
import json
import os
import pathlib
import shutil

import pytest
import yaml

from lab import CHECKOUT
from pairs import NAMESPACE, pairs
from trees import ENTRYPOINT

PROGRAM = pathlib.Path(os.environ.get("SANDSTRAP_PAIRS", CHECKOUT / "build/dev/tests/e2e/pairs"))
ROUNDS, STATES, SEED = 17, 6, 20240817
PAIRS_MIN = 2000
NEEDLESS_MAX = 0.25
# An object that changes nothing is refused all the same: {} is not nothing to this check.
ODD = "updates to parameters are forbidden"

Answer = collections.namedtuple("Answer", "line state asked outcome words")


@pytest.fixture(scope="module")
def flux_types(lab):
    """The types of Flux, for as long as the pairs need them, where Flux is not installed yet."""
    text = lab.on("operator", "kustomize", "build", f"/src/{ENTRYPOINT}/flux").stdout
    definitions = [one for one in yaml.safe_load_all(text)
                   if one["kind"] == "CustomResourceDefinition"]
    names = [f"crd/{one['metadata']['name']}" for one in definitions]
    there = lab.kubectl("get", "--ignore-not-found", "-o", "name", *names)
    if not there:
        file = lab.work / "flux-types.yaml"
        file.write_text(yaml.safe_dump_all(definitions))
        lab.kubectl("apply", "--server-side", "-f", f"/work/{file.name}")
        lab.kubectl("wait", "--for=condition=Established", *names)
    yield
    if not there:
        lab.kubectl("delete", *names)


@pytest.fixture(scope="module")
def answers(lab, flux_types):
    shutil.copy(PROGRAM, lab.work / "pairs")
    lines = list(pairs(ROUNDS, STATES, SEED))
    (lab.work / "pairs.json").write_text("".join(json.dumps(line) + "\n" for line in lines))
    lab.kubectl("create", "namespace", NAMESPACE)
    output = lab.on("operator", "/work/pairs", "/work/pairs.json").stdout
    lab.kubectl("delete", "namespace", NAMESPACE, "--wait=false")
    return [Answer(*line.split(" ", 4)) for line in output.splitlines()]


def test_what_is_left_alone_would_not_have_changed(answers, capsys):
    counts = collections.Counter((one.asked, one.outcome) for one in answers)
    usable = sum(count for (_, outcome), count in counts.items() if outcome in ("same", "changes"))
    same = counts["skips", "same"] + counts["asks", "same"]
    needless = counts["asks", "same"] / same
    with capsys.disabled():
        print(f"\n{usable} pairs, {same} of them the same; needless questions: {needless:.1%} of those")
    lies = [one for one in answers if one.asked == "skips" and one.outcome != "same"
            and ODD not in one.words]
    assert not lies, f"{len(lies)} of {usable} pairs: {lies[:5]}"
    assert usable >= PAIRS_MIN
    assert needless <= NEEDLESS_MAX
