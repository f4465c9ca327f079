# SPDX-License-Identifier: Apache-2.0
"""What is left in a cluster is found: `down` names what was planted, by its cause, and `up` does not
start on what would break it."""

import json

import pytest

from inventory import Inventory
from lab import until
from scenario import Scenario
from scenarios.objects import config, definition, namespace, placed, thing
from takedown import Takedown, lines_of

pytestmark = pytest.mark.usefixtures("swept")
NAME = "leftovers"
FINALIZER = ["leftovers.example.com/never"]
WIDE = definition("leftovers.example.com", "relics", "Relic")
NOWHERE = {"service": {"name": "none", "namespace": "leftovers-gone"}}


def held(one):
    one["metadata"]["finalizers"] = FINALIZER
    return one


def hook(name, client, **more):
    """A webhook that is asked for ConfigMaps of the tree's namespace."""
    return thing("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", name, webhooks=[{
        "name": f"{name}.example.com", "admissionReviewVersions": ["v1"], "sideEffects": "None", "clientConfig": client,
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": NAME}}, **more}])


PLANTED = [
    # an address and not a Service: such a webhook is nobody's to sweep away
    (hook("leftover", {"url": "https://127.0.0.1:1/"}, failurePolicy="Ignore"), "webhook",
     r"ValidatingWebhookConfiguration leftover: "),
    (thing("apiregistration.k8s.io/v1", "APIService", "v1.relics.example.com", spec={
        "group": "relics.example.com", "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 10}),
     "API service", r"APIService v1\.relics\.example\.com: "),
    (thing("rbac.authorization.k8s.io/v1", "ClusterRole", "leftover", rules=[]), "cluster role",
     r"ClusterRole leftover: "),
    (thing("v1", "PersistentVolume", "leftover", spec={
        "capacity": {"storage": "1Mi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/tmp"},
        "storageClassName": ""}), "volume", r"PersistentVolume leftover: \w+, reclaim policy Retain"),
    ({**placed(thing("v1", "Secret", "sh.helm.release.v1.relic.v1", type="helm.sh/release.v1"), "default"),
      "metadata": {"name": "sh.helm.release.v1.relic.v1", "namespace": "default",
                   "labels": {"owner": "helm", "name": "relic", "status": "deployed", "version": "1"}}},
     "Helm release", r"Secret default/sh\.helm\.release\.v1\.relic\.v1: .*release default/relic"),
]
HANGING = [
    (namespace("leftovers-stuck"), placed(held(config("relic")), "leftovers-stuck"), "namespace",
     r"Namespace leftovers-stuck: .*FinalizersRemaining.*it has 1 object: ConfigMap relic"),
    (WIDE, placed(held(thing("leftovers.example.com/v1", "Relic", "old")), "default"), "definition",
     r"CustomResourceDefinition relics\.leftovers\.example\.com: InstanceDeletionInProgress.*Relic default/old"),
]


def kubectl_name(one):
    kind = one["kind"].lower() + ("." + one["apiVersion"].partition("/")[0] if "/" in one["apiVersion"] else "")
    return kind, one["metadata"]["name"], *(("-n", one["metadata"]["namespace"])
                                            if "namespace" in one["metadata"] else ())


@pytest.fixture(scope="module")
def case(lab, observer, empty):
    return Takedown(lab, Scenario(NAME, [config("settings", a="1")]), observer, empty)


def test_up_does_not_start_on_a_webhook_that_is_asked_in_vain(lab, case):
    """Nothing is written, and what it says to do is enough."""
    case.create(hook("in-the-way", NOWHERE), into="default")
    before = Inventory(case.observer)
    case.started = case.tree()
    assert not case.started.make()
    result = case.started.run("up", code=4)
    said = "\n".join(lines_of(result))
    assert "ValidatingWebhookConfiguration in-the-way" in said and f"ConfigMap {NAME}/settings" in said, repr(result)
    assert not Inventory(case.observer).came(before)
    lab.kubectl("delete", "validatingwebhookconfiguration", "in-the-way")
    assert "kubectl delete validatingwebhookconfiguration in-the-way" in said, repr(result)
    case.started.run("up")
    case.check_nothing_left(case.take_down())


@pytest.fixture(scope="module")
def found(lab, case):
    """What `down` says with all of that planted; afterwards it is gone."""
    case.bring_up()
    case.create(*(one for one, *_ in PLANTED), *(home for home, *_ in HANGING), into="default")
    lab.kubectl("wait", "--for=condition=Established", f"crd/{WIDE['metadata']['name']}", "--timeout=30s")
    for _, one, *_ in HANGING:
        case.create(one, into=one["metadata"]["namespace"])
    for home, *_ in HANGING:
        lab.kubectl("delete", "--wait=false", *kubectl_name(home))
    case.result = case.take_down("--output", "json", code=10)
    yield json.loads(case.result.stdout)["leftovers"]
    for one, *_ in PLANTED:
        lab.kubectl("delete", *kubectl_name(one))
    for _, one, *_ in HANGING:
        lab.kubectl("patch", *kubectl_name(one), "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    for home, *_ in HANGING:
        lab.kubectl("wait", "--for=delete", "--timeout=30s", "/".join(kubectl_name(home)))
    # the API server goes on telling of a group for a moment
    until(lambda: "s.example.com" not in lab.kubectl("get", "--raw", "/apis"), 30, "groups are gone")
    case.check_nothing_left(case.take_down())


def test_each_planted_leftover_is_named_by_its_cause(case, found):
    for *_, cause, pattern in PLANTED + HANGING:
        lines = [f"{one['kind']} {one.get('namespace', '') and one['namespace'] + '/'}{one['name']}: {one['why']}"
                 for one in found if one["cause"] == cause and one["next"]]
        assert any(case.scenario.finds(pattern, line) for line in lines), f"{pattern}: {found}"


def test_nothing_else_is(found):
    causes = sorted(cause for *_, cause, _ in PLANTED + HANGING) + ["finalizer"]  # of the definition's object
    assert sorted(one["cause"] for one in found) == sorted(causes), found
