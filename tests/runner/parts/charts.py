# SPDX-License-Identifier: Apache-2.0
"""chart render against Helm itself: random templates, and random charts with subcharts and values."""

from . import build
from .kustomize import compare

TEMPLATES = {False: 2000, True: 20000}
CHARTS = {False: 300, True: 5000}


def run(context, tally):
    if not build.preset(context, tally, "dev"):
        return
    folder, binary = context.root / "tests/differential/charts", context.binary("dev")
    driver = binary.parent / "tests/differential/charts/template_driver"
    compare(context, tally, "charts.templates", [folder / "run-templates", "--count", TEMPLATES[context.full]],
            r"\d+ templates: [1-9]\d* equal, .* 0 different", env={"TEMPLATE_DRIVER": str(driver)})
    compare(context, tally, "charts.values", [folder / "run-values", "--count", CHARTS[context.full]],
            r"\d+ charts: [1-9]\d* equal, .* 0 different", env={"SANDSTRAP": f"{binary} render"})
