# SPDX-License-Identifier: Apache-2.0
"""What Flux's controllers would apply, against their own libraries: random Kustomizations, texts with variables."""

from . import build
from .kustomize import compare

TREES = {False: 250, True: 5000}
TEXTS = {False: 3000, True: 100000}


def run(context, tally):
    if not build.preset(context, tally, "dev"):
        return
    folder = context.root / "tests/differential/flux/kustomization"
    driver = context.binary("dev").parent / "tests/differential/flux/kustomization/kustomization_driver"
    env = {"KUSTOMIZATION_DRIVER": str(driver)}
    summary = r"\d+ questions: [1-9]\d* equal, .* 0 different"
    for name, count, more in [("trees", TREES, []), ("texts", TEXTS, ["--texts"])]:
        command = [folder / "run-kustomizations", "--count", count[context.full], *more]
        compare(context, tally, f"flux.{name}", command, summary, env=env)
