# SPDX-License-Identifier: Apache-2.0
"""Sandboxes that fail or are slow, one table per class, and how `up` has to end on each."""

from . import admission, apply, healthy, pods, releases, sources, tree

FAILING = [*pods.SCENARIOS, *admission.SCENARIOS, *releases.SCENARIOS, *sources.SCENARIOS,
           *apply.SCENARIOS, *tree.SCENARIOS]
HEALTHY = healthy.SCENARIOS
