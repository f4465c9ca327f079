# SPDX-License-Identifier: Apache-2.0
"""An API server of a few scripted scenes, one per path prefix, for what a real one will not do on demand.

Prints NAME=VALUE lines, then "ready". Ends when its standard input ends.
"""

import collections
import http.server
import json
import pathlib
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import serving  # noqa: E402

WEBHOOK_DOWN = ('Internal error occurred: failed calling webhook "check.example.com": '
                'Post "https://check.x.svc:443/": dial tcp 10.96.0.9:443: connect: connection refused')
VERBS = ["get", "list", "watch", "create", "update", "patch", "delete"]
seen = collections.Counter()
asked = {}  # tokens of requests to controllers, by scene
applied = {}  # objects of the scene "applying", by namespace and name
lock = threading.Lock()


def config_map(name, version, **data):
    return {"metadata": {"name": name, "namespace": "default", "uid": "u-" + name, "resourceVersion": str(version),
                         "managedFields": [{"manager": "x", "fieldsV1": {"f:data": {}}}]}, "data": data}


def status(code, reason, message, **details):
    return code, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason,
                  "message": message, "details": details}


DEEP = json.loads("[" * 200 + "]" * 200)
FLUX = ".toolkit.fluxcd.io"
CLUSTER = {  # what the scene "cluster" serves
    "pods": ("", "v1", "Pod"),
    "nodes": ("", "v1", "Node"),
    "persistentvolumeclaims": ("", "v1", "PersistentVolumeClaim"),
    "storageclasses": ("storage.k8s.io", "v1", "StorageClass"),
    "statefulsets": ("apps", "v1", "StatefulSet"),
    "daemonsets": ("apps", "v1", "DaemonSet"),
    "deployments": ("apps", "v1", "Deployment"),
    "replicasets": ("apps", "v1", "ReplicaSet"),
    "statefulsets": ("apps", "v1", "StatefulSet"),
    "jobs": ("batch", "v1", "Job"),
    "helmreleases": ("helm" + FLUX, "v2", "HelmRelease"),
    "kustomizations": ("kustomize" + FLUX, "v1", "Kustomization"),
    "gitrepositories": ("source" + FLUX, "v1", "GitRepository"),
    "helmcharts": ("source" + FLUX, "v1", "HelmChart"),
    "helmrepositories": ("source" + FLUX, "v1", "HelmRepository"),
    "ocirepositories": ("source" + FLUX, "v1", "OCIRepository"),
}


APPLYING = {  # what the scene "applying" serves
    "namespaces": ("", "v1", "Namespace"),
    "configmaps": ("", "v1", "ConfigMap"),
    "services": ("", "v1", "Service"),
    "endpointslices": ("discovery.k8s.io", "v1", "EndpointSlice"),
    "validatingwebhookconfigurations": ("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration"),
    "helmreleases": ("helm" + FLUX, "v2", "HelmRelease"),
}
TABLES = {"cluster": CLUSTER, "passing": CLUSTER, "missed": CLUSTER, "applying": APPLYING}
NOT_NAMESPACED = {"namespaces", "validatingwebhookconfigurations"}


def cluster_groups(path, table):
    items = {}
    for plural, (group, version, kind) in table.items():
        if (path == "/api") == (not group):
            items.setdefault((group, version), []).append(
                {"resource": plural, "responseKind": {"group": group, "version": version, "kind": kind},
                 "scope": "Cluster" if plural in NOT_NAMESPACED else "Namespaced", "verbs": VERBS})
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "items": [
        {"metadata": {"name": group}, "versions": [{"version": version, "freshness": "Current", "resources": found}]}
        for (group, version), found in items.items()]}


LEAVING = {"leaving": 2, "left": 2, "foreign": 2, "staying": 1000}  # looks at namespaces that are being deleted
DEFINITIONS = {  # what the scene "defining" says of each, look by look
    "things.x.io": [{"type": "Established", "status": "False", "reason": "Installing", "message": "m"},
                    {"type": "Established", "status": "True"}],
    "taken.x.io": [{"type": "NamesAccepted", "status": "False", "reason": "ListKindConflict", "message": "in use"}],
    "freed.x.io": [{"type": "NamesAccepted", "status": "False", "reason": "KindConflict", "message": "in use"},
                   {"type": "Established", "status": "True"}],
    "slow.x.io": [{"type": "Established", "status": "True"}],
}


def aggregated(path):
    if path == "/api":
        groups = [("", "v1", "ConfigMap", "configmaps", "Namespaced", "Current"),
                  ("", "v1", "Secret", "secrets", "Namespaced", "Current")]
    else:
        groups = [("apps", "v1", "Deployment", "deployments", "Namespaced", "Current"),
                  ("notification.toolkit.fluxcd.io", "v1", "Receiver", "receivers", "Namespaced", "Current"),
                  ("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", "Cluster",
                   "Current"),
                  ("metrics.k8s.io", "v1beta1", None, None, None, "Stale")]
        if seen["things are listed"]:
            groups.append(("x.io", "v1", "Thing", "things", "Namespaced", "Current"))
    items = []
    for group, version, kind, plural, scope, freshness in groups:
        resources = [{"resource": plural, "responseKind": {"group": group, "version": version, "kind": kind},
                      "scope": scope, "verbs": VERBS}] if kind else []
        items.append({"metadata": {"name": group},
                      "versions": [{"version": version, "freshness": freshness, "resources": resources}]})
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "items": items}


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


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, code, body, **headers):
        data = json.dumps(body).encode() if not isinstance(body, bytes) else body
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def handle_any(self):
        url = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(url.query))
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        _, scene, *rest = url.path.split("/")
        self.scene = scene
        path = "/" + "/".join(rest)
        with lock:
            seen[(scene, self.command, path)] += 1
            self.count = seen[(scene, self.command, path)]
        if path in ("/api", "/apis") and scene in TABLES:
            self.answer(200, cluster_groups(path, TABLES[scene]))
            return
        if path in ("/api", "/apis") and scene not in ("old", "locked", "forbidden"):
            self.answer(200, aggregated(path))
            return
        getattr(self, "scene_" + scene)(path)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    # What was asked, as the object that is answered.
    def scene_echo(self, path):
        told = {"method": self.command, "path": path, "query": self.query, "body": self.body.decode(),
                "headers": {name.lower(): value for name, value in self.headers.items()}}
        self.answer(200, {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "echo"}, "told": told})

    # A server without aggregated discovery, with one group that does not answer.
    def scene_old(self, path):
        answers = {
            "/api": {"kind": "APIVersions", "versions": ["v1"]},
            "/apis": {"kind": "APIGroupList", "groups": [
                {"name": "metrics.k8s.io", "versions": [{"version": "v1beta1"}],
                 "preferredVersion": {"version": "v1beta1"}},
                {"name": "apps", "versions": [{"version": "v1beta2"}, {"version": "v1"}],
                 "preferredVersion": {"version": "v1"}}]},
            "/api/v1": {"kind": "APIResourceList", "resources": [
                {"name": "configmaps", "kind": "ConfigMap", "namespaced": True, "verbs": VERBS},
                {"name": "namespaces", "kind": "Namespace", "namespaced": False, "verbs": VERBS},
                {"name": "namespaces/status", "kind": "Namespace", "namespaced": False, "verbs": ["get"]}]},
            "/apis/apps/v1": {"kind": "APIResourceList", "resources": [
                {"name": "deployments", "kind": "Deployment", "namespaced": True, "verbs": VERBS}]},
            "/apis/apps/v1beta2": {"kind": "APIResourceList", "resources": [
                {"name": "deployments", "kind": "Deployment", "namespaced": True, "verbs": VERBS}]},
        }
        if path in answers:
            self.answer(200, answers[path])
        else:
            self.answer(503, b"service unavailable")

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

    # Is silent for a while after the first answer, on any connection.
    def scene_mute(self, path):
        with lock:
            first = not seen["mute"]
            seen["mute"] += 1
            asked.setdefault("mute", time.monotonic() + 1.5)
        if not first:
            time.sleep(max(0, asked["mute"] - time.monotonic()))
        self.answer(200, {"gitVersion": "v1.34.4"} if path == "/version" else config_map("x", 1))

    # The proxy to pods; "gone" has no port that is open, "late" not yet. What is no pod is slow.
    def scene_proxy(self, path):
        prefix, proxied, rest = path.partition("/proxy")
        if not proxied or rest == "/slow":
            time.sleep(0.5)
        if prefix.endswith("/gone:1"):
            self.answer(*status(503, "ServiceUnavailable", "error trying to reach service: dial tcp 10.0.0.1:1: "
                                                           "connect: connection refused"))
        elif prefix.endswith("/absent:1"):
            self.answer(*status(404, "NotFound", 'pods "absent" not found'))
        elif prefix.endswith("/late:1") and self.count < 3:
            self.answer(*status(503, "ServiceUnavailable", "error trying to reach service: EOF"))
        elif rest.startswith("/status/"):
            self.answer(int(rest.split("/")[2]), b"the pod's own")
        else:
            told = {"method": self.command, "path": path, "query": self.query, "length": len(self.body),
                    "mac": self.headers.get("Sandstrap-MAC", ""), "body": self.body[:8].decode()}
            self.answer(200, told)

    # Takes its time for everything but the question whether it is there.
    def scene_slow(self, path):
        if path != "/version":
            time.sleep(5)
        self.answer(200, {"gitVersion": "v1.34.4"} if path == "/version" else config_map("x", 1))

    # Refuses good credentials once, of calls and of watches.
    def scene_moody(self, path):
        kind = "watch" if "watch" in self.query else "call"
        with lock:
            seen["moody " + kind] += 1
        if seen["moody " + kind] == 1:
            self.answer(*status(401, "Unauthorized", "Unauthorized"))
        elif kind == "watch":
            self.stream({"type": "ADDED", "object": config_map("a", 2)}, hold=20)
        else:
            self.answer(200, {"metadata": {"name": "x", "resourceVersion": "1"}, "items": []})

    # Credentials that are good for one list, and one watch that ends at once.
    def scene_expiring(self, path):
        kind = "watch" if "watch" in self.query else "list"
        if kind in asked:
            self.answer(*status(401, "Unauthorized", "Unauthorized"))
        elif kind == "watch":
            asked["watch"] = True
            self.stream(hold=0)
        else:
            asked["list"] = True
            self.answer(200, {"metadata": {"resourceVersion": "1"}, "items": [config_map("before", 1)]})

    # Knows the token of a file only.
    def scene_token(self, path):
        wanted = (pathlib.Path(FOLDER) / "valid-token").read_text().strip()
        if self.headers.get("Authorization") == "Bearer " + wanted:
            self.answer(200, config_map("x", 1))
        else:
            self.answer(*status(401, "Unauthorized", "Unauthorized"))

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

    # A server whose clock is an hour behind.
    def scene_late(self, path):
        self.date_time_string = lambda: http.server.BaseHTTPRequestHandler.date_time_string(self, time.time() - 3600)
        self.answer(200, {"major": "1", "minor": "34+", "gitVersion": "v1.34.4-x"})

    # Nothing at all without the token "valid", and nothing whatever the token.
    def scene_locked(self, path):
        if self.headers.get("Authorization") == "Bearer valid":
            self.answer(200, aggregated(path))
        else:
            self.answer(*status(401, "Unauthorized", "Unauthorized"))

    def scene_forbidden(self, path):
        self.answer(*status(403, "Forbidden", f'forbidden: User "jane" cannot get path "{path}"'))

    # Tells its types, and leaves all else without an answer.
    def scene_frozen(self, path):
        time.sleep(600)

    # Three pages; the second token has expired once.
    def scene_pages(self, path):
        token = self.query.get("continue")
        pages = {None: (["a", "b"], "two"), "two-again": (["c"], "three"), "three": (["d"], "")}
        if token == "two":
            code, body = status(410, "Expired", "The provided continue parameter is too old")
            body["metadata"] = {"continue": "two-again"}
            self.answer(code, body)
            return
        names, following = pages[token]
        self.answer(200, {"kind": "ConfigMapList", "metadata": {"resourceVersion": "9", "continue": following},
                          "items": [config_map(name, 1) for name in names]})

    def stream(self, *events, hold=0.0, cut=None):
        data = "".join(json.dumps(event) + "\n" for event in events).encode()
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(data), cut or len(data) or 1):
            piece = data[start:start + (cut or len(data))]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
        time.sleep(hold)
        self.wfile.write(b"0\r\n\r\n")

    # One life of a watch: events in small pieces, a silent end, a bookmark to go on from, an expired
    # version, a list that lacks an object, a last change.
    def scene_watch(self, path):
        version = self.query.get("resourceVersion")
        if "watch" not in self.query:
            with lock:
                seen["lists"] += 1
            first = seen["lists"] == 1
            objects = [config_map("a", 1), config_map("b", 2)] if first else [config_map("b", 2), config_map("c", 11)]
            self.answer(200, {"metadata": {"resourceVersion": "10" if first else "30"}, "items": objects})
        elif version == "10":
            self.stream({"type": "ADDED", "object": config_map("c", 11)},
                        {"type": "MODIFIED", "object": config_map("a", 12, é="ü")},
                        {"type": "FUTURE", "object": {}},
                        {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "20"}}}, cut=7)
        elif version == "20":
            self.stream({"type": "ERROR", "object": status(410, "Expired", "too old resource version")[1]})
        elif version == "30":
            self.stream({"type": "DELETED", "object": config_map("b", 31)}, hold=20)
        else:
            self.answer(*status(500, "", "unexpected version " + str(version)))

    # One object of three is nested deeper than any reader goes, in the list and in an event. Then
    # comes what is no event at all.
    def scene_deep(self, path):
        version = self.query.get("resourceVersion")
        if "watch" not in self.query:
            objects = [config_map("a", 1), config_map("b", 2, deep=DEEP), config_map("c", 3)]
            names = "list" if self.count < 3 else "again"
            self.answer(200, {"metadata": {"resourceVersion": names}, "items": objects})
        elif version == "list":
            self.stream({"type": "MODIFIED", "object": config_map("a", 4, deep=DEEP)},
                        {"type": "MODIFIED", "object": config_map("b", 5)},
                        {"type": "DELETED", "object": config_map("c", 6, deep=DEEP)},
                        {"type": "ADDED", "object": config_map("d", 7)},
                        {"type": "ADDED", "object": {"deep": DEEP}})
        else:
            self.stream(hold=20)

    # Says nothing in its watches: what changes is in the next list. Of the third there is no end.
    def scene_silent(self, path):
        if "watch" in self.query:
            self.stream(hold=20)
        elif self.count < 3:
            self.answer(200, {"metadata": {"resourceVersion": "1"},
                              "items": [config_map("before" if self.count == 1 else "after", self.count)]})
        else:
            time.sleep(20)

    # The same, as often as it is asked.
    def scene_quiet(self, path):
        if "watch" in self.query:
            self.stream(hold=20)
            return
        name = "after" if seen["quiet"] else "before"
        seen["quiet"] += 1
        self.answer(200, {"metadata": {"resourceVersion": "1"}, "items": [config_map(name, 1)]})

    # No list at all, once.
    def scene_garbled(self, path):
        if "watch" in self.query:
            self.stream(hold=20)
        else:
            self.answer(200, b"garbage" if self.count < 2 else {"metadata": {"resourceVersion": "1"}, "items": []})

    # The objects that the test has written to objects.json, and no change; events by the uid that they
    # are about, logs as objects of a kind of their own. In a namespace "closed" four questions are
    # refused, in "silent" there is no answer.
    def scene_cluster(self, path):
        if "watch" in self.query:
            self.stream(hold=20)
            return
        if self.command == "PATCH":  # kept for the test
            (pathlib.Path(FOLDER) / "patch").write_text(path + " " + self.body.decode())
            self.answer(200, {"kind": "X", "apiVersion": "v1", "metadata": {"name": "x"}})
            return
        objects = json.loads((pathlib.Path(FOLDER) / "objects.json").read_text().replace('"DEEP"', json.dumps(DEEP)))
        _, name, place = path.rsplit("/", 2)
        if place in ("events", "log"):
            self.evidence(objects, path.split("/")[4], name, place)
            return
        kind = CLUSTER[place][2]
        self.answer(200, {"metadata": {"resourceVersion": "1"}, "items": [o for o in objects if o["kind"] == kind]})

    def evidence(self, objects, ns, pod, place):
        found = [o for o in objects if o["kind"] == {"events": "Event", "log": "Log"}[place]]
        if ns == "closed" and self.count <= 4:
            self.answer(*status(403, "Forbidden", place + " is forbidden"))
        elif ns == "silent":
            time.sleep(20)
        elif place == "events":
            uid = self.query["fieldSelector"].removeprefix("involvedObject.uid=")
            self.answer(200, {"items": [o for o in found if o["involvedObject"]["uid"] == uid]})
        else:
            lines = [o["lines"] for o in found if o["metadata"]["name"] == pod
                     and o["container"] == self.query["container"]
                     and o.get("previous", False) == ("previous" in self.query)]
            if lines:
                kept = lines[0][-int(self.query["tailLines"]):]
                self.answer(200, "".join(line + "\n" for line in kept).encode())
            else:
                self.answer(*status(400, "BadRequest", "previous terminated container not found"))

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

    # Refused, until the third list.
    def scene_refused(self, path):
        if "watch" in self.query:
            self.stream(hold=20)
        elif self.count < 2:
            self.answer(*status(403, "Forbidden", "configmaps is forbidden"))
        else:
            self.answer(200, {"metadata": {"resourceVersion": "1"}, "items": []})

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


def begin(folder, authority):
    global FOLDER
    FOLDER = folder
    authority.issue("expired", None, start="20200101000000Z", end="20210101000000Z")
    authority.issue("early", None, start="20900101000000Z", end="20910101000000Z")


serving.run(Handler, begin)
