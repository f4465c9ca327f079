# SPDX-License-Identifier: Apache-2.0
"""Flux's sources and Kustomizations: what they refer to is not there, or cannot be built."""

from scenario import Scenario

from .objects import git, kustomization, oci, release, thing



def unplug(case):
    case.lab.tool("link", "origin", "down")


def plug(case):
    case.lab.tool("link", "origin", "up")


def good_again(case):
    """The source is in a back-off of minutes by now: it has to be asked."""
    plug(case)
    case.good(case.again(case.scenario.objects, timeout=60, fail_after=50))


def based(**spec):
    return [git(), kustomization(**spec)]


NOT_A_PATCH = {"patches": [{"target": {"kind": "GitRepository"}, "patch": "- {op: remove, path: /spec/nosuch}"}]}

SCENARIOS = [
    Scenario("source-unreachable", [oci(), release()], alone=True, after=plug, ci=True,
             cause=(r"OCIRepository NS/podinfo: OCIArtifactPullFailed: .*no route to host",),
             then=good_again, fail_after=15, timeout=90, visible=r"OCIArtifactPullFailed",
             shown=r"OCIArtifactPullFailed", built=unplug),
    Scenario("image-missing-in-the-tree", [thing("v1", "Pod", "lone", spec={
                 "containers": [{"name": "app", "image": "ghcr.io/stefanprodan/podinfo:9.9.9"}]})], exit=6, ci=True,
             cause=(r"Pod NS/lone: ghcr\.io/stefanprodan/podinfo:9\.9\.9: .*not found",)),
    Scenario("chart-version-missing", [oci(tag="9.9.9"), release()], exit=6,
             cause=(r"OCIRepository NS/podinfo: .*9\.9\.9.*not found",)),
    Scenario("branch-missing", [git(ref={"branch": "nosuch"}), kustomization()], exit=6,
             cause=(r"GitRepository NS/base: .*nosuch",)),
    Scenario("path-missing", based(path="./nosuch"), exit=(3, 6),
             cause=(r"Kustomization NS/base: .*nosuch",)),
    Scenario("patch-that-fails", based(**NOT_A_PATCH), exit=(3, 9),
             cause=(r"Kustomization NS/base: ", r"nosuch")),
    Scenario("substitutes-missing", based(postBuild={"substituteFrom": [{"kind": "ConfigMap", "name": "settings"}]}),
             exit=3, cause=(r"Kustomization NS/base: .*ConfigMap NS/settings",)),
    Scenario("kustomization-depends-in-a-circle", [
                 git(), kustomization("a", dependsOn=[{"name": "b"}]), kustomization("b", dependsOn=[{"name": "a"}])],
             exit=(3, 9), cause=(r"circle|cycle|depend on each other", r"NS/a\b")),
    Scenario("kustomization-depends-on-nothing", [git(), kustomization(dependsOn=[{"name": "nosuch"}])],
             exit=(3, 9), cause=(r"Kustomization NS/base\b", r"nosuch")),
    Scenario("kustomization-waits-for-nothing", based(healthChecks=[
                 {"apiVersion": "apps/v1", "kind": "Deployment", "name": "nosuch", "namespace": "default"}],
                 timeout="5s"), fail_after=20, timeout=150,
             cause=(r"Kustomization NS/base: .*nosuch",)),
    Scenario("kustomization-suspended", based(suspend=True),
             cause=(r"Kustomization NS/base: Suspended", r"resume")),
    Scenario("kustomization-account-missing", based(serviceAccountName="robot"),
             cause=(r"Kustomization NS/base: ", r"robot"), fail_after=20),
]
