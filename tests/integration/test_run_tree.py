# SPDX-License-Identifier: Apache-2.0
"""`run-tree`: what sandstrap makes of a tree is what the code of Flux's controllers and of Helm makes of it."""

import os
import pathlib
import subprocess

import pytest
import yaml
from bundles import authority, flux_kustomization, origin, release, source, tree, upstream  # noqa: F401

TOOL = pathlib.Path(__file__).resolve().parents[1] / "differential/flux/tree/run-tree"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}, annotations: {sum: {{ randAlphaNum 9 | sha256sum }}}}
spec: {template: {spec: {containers: [{name: c, image: "{{ .Values.host }}/app:{{ .Values.tag }}"}]}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: text}
data:
  literal: |
    one

    two
  empty: |
    {}
  served: {{ .Capabilities.APIVersions.Has "x.io/v1/Thing" | quote }}
"""
HOOK = """\
apiVersion: v1
kind: Pod
metadata: {name: "{{ .Release.Name }}-first", annotations: {helm.sh/hook: pre-install}}
spec: {containers: [{name: c, image: "{{ .Values.host }}/hook:1"}]}
"""
DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.x.io}
spec: {group: x.io, names: {kind: Thing, plural: things}, scope: Namespaced, versions: [{name: v1, served: true, storage: true}]}
"""


@pytest.fixture
def whole(tree):
    """A tree with a Kustomization of a git repository, in which are a release with post-renderers and its values."""
    up = tree.upstream
    for image in ("app", "hook"):
        up.add_image(image, "1")
    up.add_chart("charts/app", "1.0.0", {"values.yaml": "tag: 1\n", "templates/a.yaml": DEPLOYMENT, "templates/h.yaml": HOOK,
                                         "crds/d.yaml": DEFINITION})
    objects = [source("OCIRepository", "s", {"url": f"oci://{up.host}/charts/app", "ref": {"tag": "1.0.0"}}),
               source("ConfigMap", "v", None, "v1") | {"data": {"values.yaml": f"host: {up.host}\n"}},
               release("r", chartRef={"kind": "OCIRepository", "name": "s"}, valuesFrom=[{"kind": "ConfigMap", "name": "v"}],
                       postRenderers=[{"kustomize": {"patches": [{"target": {"kind": "Deployment"}, "patch": (
                           "- {op: add, path: /metadata/labels, value: {patched: '${MARK}'}}")}]}}])]
    del objects[1]["spec"]
    up.add_git("g", {"base/objects.yaml": yaml.safe_dump_all(objects), "base/notes.md": "ignored"}, tag="1")
    tree.objects(source("GitRepository", "g", {"url": f"https://{up.host}/git/g.git", "ref": {"tag": "1"}, "ignore": "*.md\n"}),
                 flux_kustomization("k", "g", "./base", postBuild={"substitute": {"MARK": "marked"}}))
    tree.lock()
    return tree


def run_tree(tree, sandstrap_binary):
    env = {**os.environ, "SANDSTRAP": f"{sandstrap_binary} render"}
    return subprocess.run([TOOL, tree.entrypoint, "--lock", tree.lock_file, "--ca-file", tree.ca], env=env, text=True,
                          capture_output=True, check=False)


@pytest.mark.full
def test_all_is_equal_and_a_lock_that_is_not_exact_is_told(whole, binary):
    result = run_tree(whole, binary)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 releases equal in values, manifest and hooks byte for byte, 0 refused by both, 0 different\n" in result.stdout
    assert "random: HelmRelease flux-system/r: Deployment flux-system/r: metadata.annotations.sum\n" in result.stdout
    assert ", 0 differences\n" in result.stdout
    assert "2 images in the lock, 2 run (0 of them by operators alone), 0 only named; 0 missing, 0 too many\n" in result.stdout
    whole.lock_file.write_text(whole.lock_file.read_text().replace("/hook:1", "/other:1"))
    result = run_tree(whole, binary)
    assert result.returncode == 1
    assert f"image missing in the lock: {whole.upstream.host}/hook:1" in result.stdout
    assert f"image too much in the lock: {whole.upstream.host}/other:1" in result.stdout
