# SPDX-License-Identifier: Apache-2.0
"""Calls that fail: some come right when they are tried again, some are refused for good."""

import json

from kube_http import status

from .scene import WEBHOOK_DOWN, Scene, config_map


class Faults(Scene):
    # 429, then 503, then done.
    def scene_busy(self, path):
        if self.count == 1:
            self.answer(*status(429, "TooManyRequests", "slow down"), Retry_After="0")
        elif self.count == 2:
            self.answer(503, b"apiserver not ready")
        else:
            self.answer(200, config_map("x", 1), Warning=r'299 - "this version of \"x\" is old"')

    # A webhook that is up at the third attempt, or never for objects called "never".
    def scene_webhook(self, path):
        if self.count < 3 or path.endswith("/never"):
            self.answer(*status(500, "InternalError", WEBHOOK_DOWN))
        else:
            self.answer(200, config_map("x", 1))

    # The connection breaks twice, whatever was asked.
    def scene_breaking(self, path):
        if self.count < 3:
            self.close_connection = True
        else:
            self.answer(200, config_map("x", 1))

    # Hangs up on the first two questions of all.
    def scene_starting(self, path):
        if self.count < 3:
            self.close_connection = True
        else:
            self.answer(200, {"major": "1", "minor": "34", "gitVersion": "v1.34.4"})

    # The answer ends in its middle as if it were whole, twice.
    def scene_cut(self, path):
        whole = json.dumps(config_map("x", 1)).encode()
        self.answer(200, whole[:len(whole) // 2] if self.count < 3 else whole)

    # A defect that passes; of "never" it does not.
    def scene_odd(self, path):
        if self.count < 3 or path.endswith("/never"):
            self.answer(*status(500, "InternalError", "Internal error occurred: something odd"))
        else:
            self.answer(200, config_map("x", 1))

    # Conflicts with kubectl, and for "both" with someone else too, unless forced.
    def scene_conflict(self, path):
        causes = [{"reason": "FieldManagerConflict", "field": ".data.a", "message": 'conflict with "kubectl" using v1'}]
        if path.endswith("/both"):
            causes.append({"reason": "FieldManagerConflict", "field": ".data.b",
                           "message": 'conflict with "argocd" using v1'})
        if self.query.get("force") == "true":
            self.answer(200, config_map("x", 1))
        else:
            self.answer(*status(409, "Conflict", "Apply failed with 2 conflicts", causes=causes))

    # The last part of the path says which failure.
    def scene_failing(self, path):
        failures = {
            "terminating": status(403, "Forbidden", "namespace x is being terminated",
                                  causes=[{"reason": "NamespaceTerminating", "field": "metadata.namespace"}]),
            "forbidden": status(403, "Forbidden", 'configmaps is forbidden: User "u" cannot patch'),
            "quota": status(403, "Forbidden", 'persistentvolumeclaims "p" is forbidden: exceeded quota: q, requested: '
                                              'requests.storage=2Gi, used: requests.storage=0, limited: requests.storage=1Gi'),
            "range": status(403, "Forbidden", 'pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 2'),
            "grant": status(403, "Forbidden", 'roles "r" is forbidden: user "u" (groups=["g"]) is attempting to grant RBAC '
                                              'permissions not currently held: {APIGroups:["*"]}'),
            "early": status(403, "Forbidden", 'pods "p" is forbidden: error looking up service account n/default: '
                                              'serviceaccount "default" not found'),
            "unsummed": status(403, "Forbidden", 'configmaps "c" is forbidden: status unknown for quota: q, resources: '
                                                 'configmaps'),
            "busy-policy": status(429, "TooManyRequests", 'admission webhook "a.b.c" denied the request: later'),
            "own-policy": status(422, "Invalid", "deployments.apps \"d\" is forbidden: ValidatingAdmissionPolicy 'p' with "
                                                 "binding 'p' denied request: too few"),
            "policy": status(403, "Forbidden", 'admission webhook "a.b.c" denied the request: no'),
            "plugin": status(403, "Forbidden", 'pods "p" is forbidden: node selector conflict'),
            "webhooks": status(500, "InternalError", "failed to create typed patch object: .webhooks[0].name: "
                                                     "expected string, got 1"),
            "immutable": status(422, "Invalid", 'Service "x" is invalid: spec.clusterIP: Invalid value: "1": '
                                                'field is immutable'),
            "invalid": status(422, "Invalid", 'Service "x" is invalid: spec.ports: Required value'),
            "strict": status(400, "BadRequest", 'strict decoding error: unknown field "spec.foo"'),
            "schema": status(500, "", "failed to create typed patch object: .x: field not declared in schema"),
            "exists": status(409, "AlreadyExists", 'configmaps "exists" already exists'),
            "stale": status(409, "Conflict", "the object has been modified"),
            "gone": status(410, "Gone", "too old resource version"),
            "missing": status(404, "NotFound", 'configmaps "missing" not found'),
        }
        name = path.rsplit("/", 1)[1]
        if name == "html":
            self.answer(418, b"<html>I am a\nproxy</html>")
        elif name == "login":
            self.answer(200, b"<!doctype html>\n<title>Log in</title>", Content_Type="text/html")
        elif name == "moved":
            self.answer(307, b"", Location=f"https://localhost:{self.server.server_address[1]}/echo/")
        elif name == "garbage":
            self.answer(200, b"garbage")
        else:
            self.answer(*failures[name])
