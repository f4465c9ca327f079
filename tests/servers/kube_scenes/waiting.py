# SPDX-License-Identifier: Apache-2.0
"""What becomes of applied objects while they are waited for: Jobs, what others delete, controllers that gave up."""

import json
import time

from kube_http import status

from .scene import Scene, asked, config_map, seen


def receiver(token, heals):
    """Stalled until it is asked by a token, and then still, or healed."""
    looked = "2026-01-01T00:00:01Z"
    stalled = {"type": "Stalled", "status": "True", "reason": "InvalidConfiguration", "message": "gave up"}
    body = {"apiVersion": "notification.toolkit.fluxcd.io/v1", "kind": "Receiver",
            "metadata": {"name": "x", "namespace": "default", "uid": "u", "generation": 1,
                         "resourceVersion": "1", "managedFields": [
                             {"manager": "sandstrap", "operation": "Apply", "time": "2026-01-01T00:00:05Z",
                              "apiVersion": "notification.toolkit.fluxcd.io/v1", "fieldsType": "FieldsV1",
                              "fieldsV1": {"f:spec": {"f:interval": {}}}},
                             {"manager": "notification-controller", "subresource": "status", "time": looked}]},
            "spec": {"interval": "1m"},
            "status": {"observedGeneration": 1, "conditions": [stalled]}}
    if token:
        body["metadata"]["resourceVersion"] = "2"
        body["status"]["lastHandledReconcileAt"] = token
        if heals:
            body["status"]["conditions"] = [{"type": "Ready", "status": "True"}]
    return body

def job(name, version, *conditions):
    return {"apiVersion": "batch/v1", "kind": "Job",
            "metadata": {"name": name, "namespace": "n", "uid": "u-" + name, "resourceVersion": str(version)},
            "status": {"conditions": [{"type": one, "status": "True", "reason": "BackoffLimitExceeded",
                                       "message": "it has ended"} for one in conditions]}}


class Waiting(Scene):
    # Of two Jobs one is complete. The watch is late to tell of the other, which is written, fails, and
    # goes away as soon as it has.
    def scene_passing(self, path):
        first, written = job("first", 2, "Complete"), job("second", 5)
        if "watch" in self.query:
            while "passing" not in asked:
                time.sleep(0.02)
            time.sleep(0.5)
            self.stream({"type": "ADDED", "object": written},
                        {"type": "DELETED", "object": job("second", 7, "Failed")}, hold=20)
        elif path.endswith("/pods"):
            self.answer(200, {"metadata": {"resourceVersion": "3"}, "items": []})
        elif path.endswith("/jobs"):
            version = "3" if self.count == 1 else "7"
            self.answer(200, {"metadata": {"resourceVersion": version}, "items": [first]})
        elif path.endswith("/first"):
            self.answer(200, first)
        elif self.command == "PATCH":
            asked["passing"] = True
            self.answer(201, written)
        else:
            self.answer(*status(404, "NotFound", 'jobs.batch "second" not found'))

    # A Job that completes while the watch says nothing.
    def scene_missed(self, path):
        if "watch" in self.query:
            self.stream(hold=20)
        elif path.endswith("/jobs"):
            items = [job("first", 6, "Complete") if self.count > 1 else job("first", 5)]
            self.answer(200, {"metadata": {"resourceVersion": str(4 + self.count)}, "items": items})
        elif self.command == "PATCH":
            self.answer(201, job("first", 5))
        elif path.endswith("/first"):
            self.answer(*status(404, "NotFound", "not found"))
        else:
            self.answer(200, {"metadata": {"resourceVersion": "5"}, "items": []})

    # A Deployment that is ready only with its ConfigMap, which somebody has deleted since it was written.
    # Written again it stays, or not.
    def scene_deleting(self, path, stays=True):
        writes = seen[(self.scene, "PATCH", "/api/v1/namespaces/default/configmaps/settings")]
        while "watch" in self.query and not (stays and writes > 1):
            time.sleep(0.02)
            writes = seen[(self.scene, "PATCH", "/api/v1/namespaces/default/configmaps/settings")]
        version, is_ready = (9, 1) if writes > 1 and stays else (1, 0)
        web = {"apiVersion": "apps/v1", "kind": "Deployment",
               "metadata": {"name": "web", "namespace": "default", "uid": "u-web", "resourceVersion": str(version)},
               "spec": {"replicas": 1},
               "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "readyReplicas": is_ready, "availableReplicas": is_ready,
                          "conditions": [{"type": "Available", "status": "True"}] if is_ready else []}}
        name = {"metadata": config_map("settings", 8)["metadata"]}
        if self.command == "PATCH":
            self.answer(201, web if path.endswith("web") else {**name, "kind": "ConfigMap", "apiVersion": "v1"})
        elif path.endswith(("web", "settings")):
            self.answer(*status(404, "NotFound", "not found"))
        elif "watch" in self.query:
            self.stream({"type": "MODIFIED", "object": name if path.endswith("configmaps") else web}, hold=20)
        elif path.endswith("configmaps"):
            names = "PartialObjectMetadataList" in self.headers["Accept"]
            self.answer(200 if names else 406, {"metadata": {"resourceVersion": "2"}, "items": []})
        else:
            self.answer(200, {"metadata": {"resourceVersion": str(version)}, "items": [web]})

    def scene_deleted(self, path):
        self.scene_deleting(path, stays=False)

    # A receiver that was given up before sandstrap last wrote, some other time: all that is wanted is
    # there. Asked, its controller looks again.
    def scene_healing(self, path):
        self.scene_stalled(path, heals=True)

    def scene_stalled(self, path, heals=False):
        if path == "/version":
            self.answer(200, {"major": "1", "minor": "34", "gitVersion": "v1.34.4"})
        elif path.endswith("/secrets/sealing-keys"):
            self.answer(*status(404, "NotFound", 'secrets "sealing-keys" not found'))
        elif "/receivers" not in path:
            self.answer(200, {**config_map("values", 1, a="b"), "kind": "ConfigMap", "apiVersion": "v1"})
        elif self.command == "PATCH":
            token = json.loads(self.body)["metadata"]["annotations"]["reconcile.fluxcd.io/requestedAt"]
            asked.setdefault(self.scene, token)
            self.answer(200, receiver(token, heals))
        elif "watch" in self.query:
            while self.scene not in asked:
                time.sleep(0.02)
            self.stream({"type": "MODIFIED", "object": receiver(asked[self.scene], heals)}, hold=20)
        elif path.endswith("/receivers"):
            self.answer(200, {"metadata": {"resourceVersion": "1"}, "items": [receiver(None, heals)]})
        else:
            self.answer(200, receiver(None, heals))
