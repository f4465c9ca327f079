# SPDX-License-Identifier: Apache-2.0
"""What `status` and `up` say is so, where objects call themselves ready that are not, where some
cannot be read, and where some are gone. The tree is a small one, with Flux for whom this file is
run alone."""

import json

import pytest

from lab import until
from trees import Small

LEVELS = 200  # more than are read (DOC_DEPTH_MAX), fewer than the API server refuses
GATED = ("-n", "flux-system", "deployment/kustomize-controller")
SOURCE, APPLIED = (("-n", "truth", name) for name in ("gitrepository/base", "kustomization/base"))
OBJECTS = """\
apiVersion: v1
kind: Namespace
metadata: {name: truth}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: chart, namespace: truth}
spec:
  interval: 10m
  url: https://repo1.dso.mil/big-bang/product/packages/metrics-server.git
  ref: {tag: 3.13.1-bb.1}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: release, namespace: truth}
spec:
  interval: 10m
  chart: {spec: {chart: chart, sourceRef: {kind: GitRepository, name: chart}}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: base, namespace: truth}
spec:
  interval: 10m
  url: https://repo1.dso.mil/big-bang/bigbang.git
  ref: {tag: 3.30.0}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: base, namespace: truth}
spec:
  interval: 10m
  path: ./base
  prune: true
  targetNamespace: truth
  sourceRef: {kind: GitRepository, name: base}
  patches:
    - {target: {kind: HelmRelease}, patch: "$patch: delete\\nkind: HelmRelease\\nmetadata: {name: bigbang}"}
    - {target: {kind: Namespace}, patch: "$patch: delete\\nkind: Namespace\\nmetadata: {name: bigbang}"}
"""
DEEP = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: deep, namespace: default}
spec:
  suspend: true
  interval: 10m
  chart: {spec: {chart: chart, sourceRef: {kind: GitRepository, name: none}}}
"""
CIRCLE = """\
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: circle, namespace: default}
spec:
  replicas: 1
  selector: {matchLabels: {app: circle}}
  template:
    metadata: {labels: {app: circle}}
    spec:
      containers:
        - name: probe
          image: ghcr.io/stefanprodan/podinfo:6.14.1
          args: [serve, "--listen=:8080", --ready-after=1h]
          readinessProbe: {httpGet: {path: /readyz, port: 8080}}
"""
JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: passing, namespace: default}
spec:
  ttlSecondsAfterFinished: 0
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: probe, image: "ghcr.io/stefanprodan/podinfo:6.14.1", args: [run, --exit=STATUS]}]
"""


@pytest.fixture(scope="module")
def tree(lab):
    tree = Small(lab, "truth", OBJECTS, layers=("flux",))
    tree.run("up")
    yield tree
    for what in (APPLIED, ("-n", "truth", "helmrelease/release"), ("namespace/truth",)):
        lab.kubectl("delete", "--ignore-not-found", *what)


def apply(lab, name, text):
    (lab.work / f"{name}.yaml").write_text(text)
    lab.kubectl("create", "-f", f"/work/{name}.yaml")


def revision(lab):
    return lab.get(*SOURCE)[0]["status"]["artifact"]["revision"]


def test_a_source_that_moved_on_is_not_ready_until_it_is_applied(lab, tree):
    tag = revision(lab)
    moved = {"spec": {"ref": {"tag": None, "commit": tag.rpartition(":")[2]}}}
    lab.kubectl("scale", *GATED, "--replicas=0")
    try:
        lab.kubectl("patch", *SOURCE, "--type=merge", "-p", json.dumps(moved))
        until(lambda: revision(lab) != tag, 30, "the source has moved on")
        result = tree.run("status", code=9)
    finally:
        lab.kubectl("scale", *GATED, "--replicas=1")
    # The Kustomization is Ready by its own status; it waits behind its controller.
    assert "objects              not ready  7/8" in result.stdout, repr(result)
    assert "ScaledToZero: somebody scaled it to 0 replicas; the tree wants 1 (1 waits behind)" in result.stdout
    tree.run("up")
    tree.run("status")


def test_what_cannot_be_read_in_another_namespace_hides_nothing(lab, tree):
    before = tree.run("status")
    nested = "{a: " * LEVELS + "1" + "}" * LEVELS
    apply(lab, "deep", f"{DEEP}  values: {nested}\n")
    try:
        after = tree.run("status")
    finally:
        lab.kubectl("delete", "-n", "default", "helmrelease/deep")
    assert after.stdout == before.stdout
    assert "HelmRelease default/deep cannot be read" in after.stderr


def test_an_object_that_owns_itself_does_no_harm(lab):
    tree = Small(lab, "circle", CIRCLE)
    apply(lab, "circle", CIRCLE)
    circle = ("-n", "default", "replicaset/circle")
    try:
        owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "circle",
                 "uid": lab.get(*circle)[0]["metadata"]["uid"]}
        lab.kubectl("patch", *circle, "--type=merge", "-p",
                    json.dumps({"metadata": {"ownerReferences": [owner]}}))
        until(lambda: lab.get("-n", "default", "pods", "-l", "app=circle"), 30, "it has a pod")
        result = tree.run("status", code=8)
    finally:
        lab.kubectl("delete", *circle)
    assert "ReplicaSet default/circle: pod default/circle-" in result.stdout, repr(result)


@pytest.mark.parametrize(("status", "code"), [(0, 0), (3, 9)], ids=["succeeds", "fails"])
def test_a_job_that_goes_away_as_soon_as_it_has_ended(lab, status, code):
    tree = Small(lab, "passing", JOB.replace("STATUS", str(status)))
    result = tree.run("up", code=code)
    assert "Job default/passing: created" in result.stderr, repr(result)
    gone = ("-n", "default", "jobs", "--field-selector=metadata.name=passing")
    until(lambda: not lab.get(*gone), 30, "its time is over")
    if code == 0:
        tree.run("status")
