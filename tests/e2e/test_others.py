# SPDX-License-Identifier: Apache-2.0
"""Objects of the tree in which others write, too: a second `up` leaves them what is theirs."""

import base64
import json

import pytest

from audit import Log
from trees import Small

OBJECTS = """\
apiVersion: v1
kind: Namespace
metadata: {name: others}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: scaled, namespace: others}
spec:
  replicas: 0
  selector: {matchLabels: {app: scaled}}
  template:
    metadata: {labels: {app: scaled}}
    spec: {containers: [{name: probe, image: "ghcr.io/stefanprodan/podinfo:6.14.1", args: [serve, "--listen=:8080"]}]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: others}
webhooks:
  - name: a.others.example.com
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Ignore
    clientConfig: {caBundle: Cg==, service: {name: none, namespace: others}}
    rules: [{apiGroups: [others.example.com], apiVersions: [v1], operations: [CREATE], resources: [none]}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.others.example.com}
spec:
  group: others.example.com
  scope: Namespaced
  names: {kind: Thing, plural: things}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
  conversion:
    strategy: Webhook
    webhook:
      conversionReviewVersions: [v1]
      clientConfig: {caBundle: Cg==, service: {name: none, namespace: others}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: others}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {others: "yes"}}]}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: others-part, labels: {others: "yes"}}
rules: [{apiGroups: [others.example.com], resources: [things], verbs: [get]}]
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: others}
provisioner: others.example.com/none
parameters: {}
"""


class Others:
    def __init__(self, lab):
        self.lab, self.tree = lab, Small(lab, "others", OBJECTS)

    def up(self):
        return self.tree.run("up")

    def write(self, name, patch, *arguments):
        """Writes into an object, as a controller does that is not kubectl."""
        self.lab.kubectl("patch", *name, "--field-manager=controller", *arguments,
                         "-p", json.dumps(patch))


@pytest.fixture
def others(lab):
    others = Others(lab)
    yield others
    names = ("namespace/others", "validatingwebhookconfiguration/others", "clusterrole/others",
             "crd/things.others.example.com", "clusterrole/others-part", "storageclass/others")
    lab.kubectl("delete", "--ignore-not-found", *names)


def test_what_others_fill_in_is_left_to_them(lab, others):
    others.up()
    bundle = lab.get("-n", "kube-system", "configmap/kube-root-ca.crt")[0]["data"]["ca.crt"]
    config = {"clientConfig": {"caBundle": encoded(bundle)}}
    others.write(("validatingwebhookconfiguration", "others"),
                 {"webhooks": [{"name": "a.others.example.com", **config}]}, "--type=strategic")
    others.write(("crd", "things.others.example.com"),
                 {"spec": {"conversion": {"webhook": config}}}, "--type=merge")
    others.write(("-n", "others", "deployment", "scaled"), {"spec": {"replicas": 1}},
                 "--type=merge", "--subresource=scale")
    log = Log(lab)
    result = others.up()
    assert log.writes() == []
    assert "spec.replicas is left to controller" in result.stderr
    assert lab.get("-n", "others", "deployment/scaled")[0]["spec"]["replicas"] == 1
    assert lab.get("clusterrole/others")[0]["rules"], "its controller fills it in"


def encoded(text):
    return base64.b64encode(text.encode()).decode()
