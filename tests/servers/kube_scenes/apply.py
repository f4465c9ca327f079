# SPDX-License-Identifier: Apache-2.0
"""What is applied: what holds it up, what a dry run makes of it, definitions that are established."""

import json

from kube_http import status

from .scene import WEBHOOK_DOWN, Scene, config_map, seen

LEAVING = {"leaving": 2, "left": 2, "foreign": 2, "staying": 1000}  # looks at namespaces that are being deleted
DEFINITIONS = {  # what the scene "defining" says of each, look by look
    "things.x.io": [{"type": "Established", "status": "False", "reason": "Installing", "message": "m"},
                    {"type": "Established", "status": "True"}],
    "taken.x.io": [{"type": "NamesAccepted", "status": "False", "reason": "ListKindConflict", "message": "in use"}],
    "freed.x.io": [{"type": "NamesAccepted", "status": "False", "reason": "KindConflict", "message": "in use"},
                   {"type": "Established", "status": "True"}],
    "slow.x.io": [{"type": "Established", "status": "True"}],
}
applied = {}  # objects of the scene "applying", by namespace and name


class Apply(Scene):
    # What holds up an apply. Of objects, "blocked" meets a webhook without pods for ever, "healing" three
    # times, "denied" one that says no; the namespace "leaving" is gone at the third look, "staying" never.
    def scene_applying(self, path):
        *_, place, name = path.split("/")
        if place == "namespaces":
            self.namespace(name)
        elif self.path.split("?")[0].endswith("validatingwebhookconfigurations"):
            hooks = [{"name": "check.example.com", "clientConfig": {"service": {"namespace": "x", "name": "check"}}}]
            self.answer(200, {"metadata": {"resourceVersion": "1"},
                              "items": [{"metadata": {"name": "hook"}, "webhooks": hooks}]})
        elif place == "helmreleases":
            self.answer(*((200, {"kind": "HelmRelease", "apiVersion": "helm.toolkit.fluxcd.io/v2",
                                 "metadata": {"name": name}}) if name == "there" else
                          status(404, "NotFound", f'helmreleases "{name}" not found')))
        elif name == "endpointslices":
            self.answer(200, {"metadata": {"resourceVersion": "1"}, "items": []})
        elif place == "services":
            self.answer(200, {"kind": "Service", "apiVersion": "v1", "metadata": {"name": name}})
        else:
            self.put_config_map(path.split("/")[-3], name)

    def put_config_map(self, ns, name):
        if self.command == "GET" and (ns, name) in applied:
            self.answer(200, applied[ns, name])
        elif self.command == "GET":
            self.answer(*status(404, "NotFound", f'configmaps "{name}" not found'))
        elif name == "blocked" or (name == "healing" and self.count < 4):
            self.answer(*status(500, "InternalError", WEBHOOK_DOWN))
        elif name == "denied":
            self.answer(*status(403, "Forbidden", 'admission webhook "check.example.com" denied the request: no'))
        elif ns in LEAVING and not seen["made " + ns]:
            gone = seen["looks at " + ns] > LEAVING[ns]
            self.answer(*(status(404, "NotFound", f'namespaces "{ns}" not found', kind="namespaces", name=ns)
                          if gone else status(403, "Forbidden", "it is being terminated",
                                              causes=[{"reason": "NamespaceTerminating"}])))
        else:
            applied[ns, name] = json.loads(self.body)
            applied[ns, name]["metadata"] |= {"uid": "u", "resourceVersion": "1", "managedFields": [
                {"manager": "sandstrap", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1",
                 "fieldsV1": {}}]}
            self.answer(201, applied[ns, name])

    def namespace(self, name):
        body = {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name, "resourceVersion": "1"}}
        if self.command == "PATCH":
            seen["made " + name] += 1
            self.answer(201, body)
            return
        seen["looks at " + name] += 1
        if seen["looks at " + name] > LEAVING.get(name, 0):
            self.answer(*status(404, "NotFound", f'namespaces "{name}" not found'))
            return
        body["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        body["status"] = {"conditions": [{"type": "NamespaceFinalizersRemaining", "status": "True",
                                          "message": "example.com/never in 1 resource instances"}]}
        self.answer(200, body)

    # ConfigMaps by name: one is as it was applied, one has another value, as one that this user may not
    # try to apply, one may not be read, one has what another manager adds, one lacks that, all others are not
    # there.
    def scene_comparing(self, path):
        name = path.rsplit("/", 1)[1]
        if name == "hidden" or (name == "locked" and self.command == "PATCH"):
            self.answer(*status(403, "Forbidden", "configmaps is forbidden"))
        elif name in ("same", "changed", "locked", "routed", "unrouted"):
            assert self.command == "GET" or self.query.get("dryRun") == "All"
            wanted = name in ("same", "routed", "unrouted") or self.command == "PATCH"
            found = config_map(name, 1, a="b" if wanted else "other")
            fields = {"sandstrap": "a"}
            if name == "routed" or self.query.get("fieldManager") == "routes":
                found["data"]["route"] = "here"
                fields["routes"] = "route"
            found["metadata"]["managedFields"] = [
                {"manager": manager, "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1",
                 "fieldsV1": {"f:data": {f"f:{field}": {}}}} for manager, field in fields.items()]
            self.answer(200, {"kind": "ConfigMap", "apiVersion": "v1", **found})
        else:
            self.answer(*status(404, "NotFound", "not found"))

    # Definitions: one is established at the second look and listed at the second try, one has names that
    # are taken, one that are given back, one is never listed.
    def scene_defining(self, path):
        name = path.rsplit("/", 1)[1]
        if name in DEFINITIONS:
            looks = DEFINITIONS[name]
            self.answer(200, {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                              "metadata": {"name": name, "generation": 1, "resourceVersion": "1"},
                              "status": {"conditions": [looks[min(self.count, len(looks)) - 1]]}})
        elif name == "freed" or (name == "things" and self.count > 1):
            seen["things are listed"] += name == "things"
            self.answer(200, {"metadata": {"resourceVersion": "1"}, "items": []})
        else:
            self.answer(404, b"404 page not found")
