# SPDX-License-Identifier: Apache-2.0
"""Errors about what a chart renders to name the chart's template, never what stands for it on the way."""

import re

import pytest
from bundles import authority, origin, release, source, tree, upstream  # noqa: F401

FINE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fine}\n"
PATCH = {"target": {"kind": "ConfigMap"}, "patch": '[{"op": "add", "path": "/data/x", "value": "y"}]'}

# What templates/b.yaml has, what post-renders it, and what is said of it; PLACE stands for the template.
CASES = {
    "no-kind": ("apiVersion: v1\nmetadata: {name: b}\n", [PATCH]),
    "no-kind-without-renderer": ("apiVersion: v1\nmetadata: {name: b}\n", None),
    "no-name": ("apiVersion: v1\nkind: ConfigMap\n", [PATCH]),
    "no-name-without-renderer": ("apiVersion: v1\nkind: ConfigMap\n", None),
    "a-list": ("- a\n- b\n", [PATCH]),
    "a-text": ("a text\n", None),
    "kind-is-a-map": ("apiVersion: v1\nkind: {a: b}\nmetadata: {name: b}\n", [PATCH]),
    "name-is-a-list": ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: [b]}\n", [PATCH]),
    "metadata-is-a-text": ("apiVersion: v1\nkind: ConfigMap\nmetadata: b\n", None),
    "annotations-are-a-list": ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, annotations: [a]}\n", [PATCH]),
    "no-yaml": ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b\n", [PATCH]),
    "no-yaml-second": (f"{FINE}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: b\n", None),
    "twice": (FINE, [PATCH]),
    "twice-without-renderer": (FINE, None),
    "patched-below-a-text": ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: text\n", [PATCH]),
    "patched-where-nothing-is": ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n",
                                 [{"target": {"kind": "ConfigMap", "name": "b"},
                                   "patch": '[{"op": "replace", "path": "/data/x", "value": "y"}]'}]),
    "flux-demands-a-url": ("apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: b}\n"
                           "spec: {interval: 1m}\n", None),
    "image-list-is-a-map": ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\n"
                            "spec: {template: {spec: {containers: {a: b}}}}\n",
                            [{"target": {"kind": "Deployment"}, "patch":
                              "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n"
                              "spec: {template: {spec: {containers: [{name: c, image: d}]}}}\n"}]),
}


@pytest.mark.parametrize("name", CASES)
def test_the_template_is_named(tree, name):
    text, patches = CASES[name]
    tree.upstream.add_chart("charts/app", "1.0.0", {"values.yaml": "", "templates/a.yaml": FINE + "data: {a: b}\n",
                                                    "templates/b.yaml": text})
    more = {"postRenderers": [{"kustomize": {"patches": patches}}]} if patches else {}
    tree.objects(source("OCIRepository", "s", {"url": f"oci://{tree.upstream.host}/charts/app", "ref": {"tag": "1.0.0"}}),
                 release("r", chartRef={"kind": "OCIRepository", "name": "s"}, **more))
    failed = tree.run("render", "--deep", tree.entrypoint, "--ca-file", tree.ca, check=None)
    print(failed.stderr)
    assert failed.code == 3
    assert "HelmRelease flux-system/r" in failed.stderr
    assert re.search(r"\bapp/templates/b\.yaml\b", failed.stderr)
    assert "helm-output" not in failed.stderr and "kustomization.yaml" not in failed.stderr
