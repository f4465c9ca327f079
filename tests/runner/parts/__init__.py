# SPDX-License-Identifier: Apache-2.0
"""The parts of a test run in their order: the quick and telling ones first."""

import collections

from . import bench, build, charts, flux, fuzz, kustomize, lab, lint, modules, release, suites

# run(context, tally) counts what it tested; full_only parts run with --full or by name.
Part = collections.namedtuple("Part", "name summary run full_only", defaults=[False])

PARTS = [
    Part("build", "the dev build: gcc, shared libraries", build.dev),
    Part("lint", "rules for layers, sizes, calls, formats; their own tests", lint.run),
    Part("unit", "unit tests and replay of the fuzz corpora", suites.unit),
    Part("golden", "golden files of the binary", suites.golden),
    Part("integration", "the binary against scripted servers", suites.integration),
    Part("asan", "units, corpora and goldens with address and undefined-behaviour sanitizers", suites.asan),
    Part("tsan", "units of what starts threads with the thread sanitizer; all with --full", suites.tsan),
    Part("clang", "the clang build; its units with --full", suites.clang),
    Part("modules", "modules built alone with their tests: one of each level; all with --full", modules.run),
    Part("deps", "the pinned static libraries: a probe that uses each", release.deps),
    Part("release", "the static binary: shape, size, life in an empty root", release.run),
    Part("lab", "tests of the lab tool; its components built into the cache", lab.run),
    Part("kustomize", "render against kustomize itself", kustomize.run),
    Part("charts", "chart render against Helm itself", charts.run),
    Part("flux", "what Flux would apply against its controllers' libraries", flux.run),
    Part("e2e", "the whole path in the lab", lab.e2e),
    Part("fuzz", "every fuzz target for a minute", fuzz.run, True),
    Part("bench", "ratios against peers, in one run", bench.run, True),
]
