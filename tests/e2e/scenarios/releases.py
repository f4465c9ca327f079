# SPDX-License-Identifier: Apache-2.0
"""HelmReleases that fail: their values, their chart, their pods, and what they depend on."""

import yaml

from scenario import Scenario

from .objects import config, oci, postrender, release

BAD_IMAGE = {"image": {"tag": "6.14.1-missing"}}
PULL = r"container podinfo: (ErrImagePull|ImagePullBackOff)"
NO_SECRET = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: podinfo}
spec: {template: {spec: {containers: [{name: podinfo, envFrom: [{secretRef: {name: late}}]}]}}}
"""


# What a tree says itself is found out when it is locked. These values are known to the cluster alone.
BY_HAND = [{"kind": "Secret", "name": "by-hand"}]


def by_hand(values):
    """Of a Scenario with BY_HAND: somebody made the namespace, and in it a Secret with these values."""

    def make(case):
        case.lab.kubectl("create", "namespace", case.namespace)
        case.create({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "by-hand"},
                     "stringData": {"values.yaml": yaml.safe_dump(values)}})

    return {"before": make, "own_namespace": False}


def pull_fails(name, **more):
    more.setdefault("never", (r"Service \S+: NotFound",))
    return Scenario(name, [oci(), release(valuesFrom=BY_HAND, timeout=more.pop("attempt", "15s"),
                                          retries=more.pop("retries", -1))], **by_hand(BAD_IMAGE),
                    cause=(rf"HelmRelease {name}/podinfo: ", rf"Deployment {name}/podinfo: pod \S+: {PULL}",
                           r"6\.14\.1-missing.*not found", *more.pop("cause", ())),
                    visible=r"ErrImagePull", shown=r"ErrImagePull", **more)


def good_again(case):
    case.good(case.again([oci(), release()], timeout=90, fail_after=45))


def suspend_it(case):
    case.until(lambda: case.get("helmreleases"), "the release is there")
    case.kubectl("patch", "helmrelease", "podinfo", "--type=merge", "-p", '{"spec":{"suspend":true}}')



def demo(**more):
    """A chart that checks its values, and has a hook."""
    return [oci("demo", tag="1.0.0"), release("demo", "demo", **more)]


SCENARIOS = [
    pull_fails("release-image-missing", ci=True, fail_after=25),
    pull_fails("release-image-missing-long-attempt", attempt="90s", fail_after=20),
    pull_fails("release-retries-exhausted", attempt="6s", retries=1, ci=True, fail_after=60,
               cause=(r"RetriesExceeded",), then=good_again),
    Scenario("release-registry-unknown", [
                 oci(), release(valuesFrom=BY_HAND)],
             **by_hand({"image": {"repository": "registry.invalid.example/podinfo"}}),
             cause=(r"HelmRelease NS/podinfo: Deployment NS/podinfo: pod \S+: "
                    + PULL, r"lookup registry\.invalid\.example"), fail_after=20),
    Scenario("release-values-missing", [
                 oci(), release(valuesFrom=[{"kind": "Secret", "name": "my-values"}])], ci=True,
             cause=(r"HelmRelease NS/podinfo: ValuesError: .*my-values.* not found",),
             never=(r'\\"',), visible=r"ValuesError", shown=r"ValuesError"),
    Scenario("release-values-config-missing", [
                 oci(), release(valuesFrom=[{"kind": "ConfigMap", "name": "my-values"}])], exit=3, quick=True, ci=True,
             cause=(r"objects\.yaml:\d+: HelmRelease NS/podinfo: spec\.valuesFrom\[0\]: nothing makes the "
                    r"ConfigMap NS/my-values",)),
    Scenario("release-values-key-missing", [
                 config("my-values", other="a: 1"),
                 oci(), release(valuesFrom=[{"kind": "ConfigMap", "name": "my-values", "valuesKey": "wanted"}])],
             exit=3, quick=True, cause=(r"HelmRelease NS/podinfo: .*the ConfigMap NS/my-values has no key 'wanted'",)),
    Scenario("release-values-not-yaml", [
                 config("my-values", **{"values.yaml": "a: b: c"}),
                 oci(), release(valuesFrom=[{"kind": "ConfigMap", "name": "my-values"}])], exit=3,
             cause=(r"HelmRelease NS/podinfo: spec\.valuesFrom\[0\]: \S+objects\.yaml:\d+: ",)),
    Scenario("release-against-its-schema", demo(valuesFrom=BY_HAND), **by_hand({"replicas": "two"}),
             ci=True,
             cause=(r"HelmRelease NS/demo: InstallFailed: .*at '/replicas': got string, want integer",),
             visible=r"InstallFailed", shown=r"InstallFailed"),
    Scenario("release-value-of-a-wrong-type", [oci(), release(values={"replicaCount": "many"})], ci=True,
             cause=(r"HelmRelease NS/podinfo: InstallFailed: .*\.spec\.replicas: expected numeric",),
             never=(r"Service \S+: NotFound", r'\\"'), visible=r"InstallFailed", shown=r"InstallFailed"),
    Scenario("release-template-fails", demo(valuesFrom=BY_HAND), **by_hand({"mode": "bogus"}),
             cause=(r"HelmRelease NS/demo: InstallFailed: .*mode bogus is none of",)),
    Scenario("release-hook-fails", demo(values={"hook": {"args": ["run", "--exit=3"]}}),
             fail_after=25,
             cause=(r"HelmRelease NS/demo: ", r"InstallFailed|BackoffLimitExceeded",
                    r"demo-migrate")),
    Scenario("release-depends-in-a-circle", [
                 oci(), release("a", after=["b"]), release("b", after=["a"])], exit=(3, 9), ci=True,
             cause=(r"circle|cycle|depend on each other", r"NS/a\b",
                    r"NS/b\b")),
    Scenario("release-depends-on-itself", [oci(), release("a", after=["a"])], exit=(3, 9),
             cause=(r"NS/a\b", r"itself|circle|cycle")),
    Scenario("release-depends-in-a-long-circle", [
                 oci(), release("a", after=["b"]), release("b", after=["c"]), release("c", after=["a"]),
                 release("d", after=["a"])], exit=(3, 9),
             cause=(r"circle|cycle|depend on each other", *(rf"NS/{one}\b" for one in "abc"))),
    Scenario("release-depends-on-nothing", [oci(), release("a", after=["nosuch"])], exit=(3, 9), ci=True,
             cause=(r"HelmRelease NS/a\b", r"NS/nosuch\b")),
    Scenario("release-behind-one-that-fails", [
                 oci(), release("a", valuesFrom=BY_HAND), release("b", after=["a"]), release("c", after=["b"])], **by_hand(BAD_IMAGE),
             cause=(r"HelmRelease NS/a: Deployment \S+/a: pod \S+: " + PULL,
                    r"2 wait behind"), fail_after=25),
    Scenario("release-suspended", [oci(), release(suspend=True)],
             cause=(r"HelmRelease NS/podinfo: Suspended", r"resume helmrelease podinfo")),
    Scenario("release-suspended-meanwhile", [oci(), release(values={"readyAfter": "30s"}, timeout="60s")],
             during=suspend_it, ci=True,
             cause=(r"HelmRelease NS/podinfo: Suspended", r"resume helmrelease podinfo")),
    Scenario("release-secret-missing", [oci(), release(postRenderers=postrender(NO_SECRET))],
             cause=(r"HelmRelease NS/podinfo: Deployment NS/podinfo: pod \S+: "
                    r'container podinfo: CreateContainerConfigError: secret "late" not found',), fail_after=25),
    Scenario("release-account-missing", [oci(), release(serviceAccountName="robot")],
             cause=(r"HelmRelease NS/podinfo: ", r"robot")),
    Scenario("release-chart-missing", [release(chart="nosuch")], exit=(3, 6, 9),
             cause=(r"NS/podinfo|NS/nosuch", r"nosuch")),
    Scenario("release-namespace-missing", [oci(), release(targetNamespace="nosuch-namespace")],
             cause=(r"HelmRelease NS/podinfo: ", r"nosuch-namespace.* not found"),
             fail_after=20),
    Scenario("release-never-ready", [oci(), release(values={"readyAfter": "1h"}, timeout="10s")], fail_after=25,
             cause=(r"HelmRelease NS/podinfo: .*Deployment NS/podinfo: pod ", r"503")),
]
