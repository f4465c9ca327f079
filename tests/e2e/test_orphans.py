# SPDX-License-Identifier: Apache-2.0
"""A release that nobody uninstalls goes as far as `helm uninstall` would take it: the same release twice,
once for Helm itself and once for `down`, in namespaces that were there before, so that all is left to see
that either of them leaves.
"""

import pytest

from inventory import Inventory
from scenario import Scenario
from scenarios.objects import config, namespace, oci, placed, release
from takedown import Takedown

pytestmark = pytest.mark.usefixtures("swept")
OURS, HELMS = "orphans-ours", "orphans-helms"
HOOK = {"hook": {"on": "pre-delete", "args": ["run"]}}


def left(lab, space):
    """What of a namespace is left that Helm knows of, and what Helm itself keeps."""
    found = lab.get("-n", space, "deployments,services,jobs,configmaps,secrets,serviceaccounts,roles,rolebindings")
    return sorted(f"{one['kind']} {one['metadata']['name']}" for one in found
                  if one["metadata"]["name"] not in ("kube-root-ca.crt", "default"))


@pytest.fixture(scope="module")
def spaces(lab, observer, empty):
    """Two namespaces of somebody else, both with what the releases do not know of."""
    case = Takedown(lab, Scenario("orphans", []), observer, empty)
    for space in (OURS, HELMS):
        case.create(namespace(space), into="default")
        case.create(placed(config("mine", a="1"), space), into=space)
    yield Inventory(observer)
    lab.kubectl("delete", "namespace", OURS, HELMS)


def test_down_takes_a_release_as_far_as_helm_does(lab, observer, spaces):
    objects = [oci("demo", tag="1.0.0")]
    for space in (OURS, HELMS):
        one = release("demo", "demo", timeout="60s", values=HOOK, releaseName="demo",
                      targetNamespace=space, storageNamespace=space)
        one["metadata"]["name"] = space
        objects.append(one)
    case = Takedown(lab, Scenario("orphans", objects, layers=("flux",)), observer, spaces).bring_up()
    installed = left(lab, OURS)
    assert "Deployment demo" in installed and installed == left(lab, HELMS)
    for space in (OURS, HELMS):
        case.kubectl("patch", "helmrelease", space, "--type=merge", "-p", '{"spec":{"suspend":true}}')
        case.kubectl("delete", "helmrelease", space, "--timeout=60s")
    assert left(lab, OURS) == installed, "Flux has let it go"
    lab.on("operator", "helm", "uninstall", "-n", HELMS, "demo", "--no-hooks", "--wait")
    case.check_nothing_left(case.take_down())
    assert left(lab, OURS) == left(lab, HELMS) == ["ConfigMap mine"]
