# SPDX-License-Identifier: Apache-2.0
"""An API server that holds objects: those of a scene to begin with, and what is written to them.

The scene of a path prefix is the file <scene>.json in its folder, a list of objects, read when the scene is first
asked for. Of each kind that the file or KINDS has, objects can be read, listed, watched, written and deleted:
finalizers keep what is deleted, UIDs are preconditions, resourceVersions of patches too. What a real cluster would do
is asked for by annotations:

test/conflicts: N    that many patches of it are refused with a conflict
test/holds: S        what is deleted loses its finalizers after S seconds, as if their controller were at work
test/turns: TEXTS     a definition that is deleted says one of these ("a|b") after the other, as the API server does of
                     instances that stay
test/takes: KEYS     what goes together with it: "secrets/n/x pods/n/y"
test/reads: N        it is gone after it was read N times, as a pod that ends
test/grace: any       of a pod: it does not end in a test, and is gone only when it is deleted without any
test/broken: any     a Deployment that never has a ready pod
test/unreadable: V   in version V it cannot be converted: reads, lists and writes fail

A Secret with a field "release" holds that as Helm's record of a release.

What is written is told, a line for each request, in <scene>.log: "DELETE /apis/…".
Prints NAME=VALUE lines, then "ready". Ends when its standard input ends.
"""

import base64
import copy
import gzip
import http.server
import json
import pathlib
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import serving  # noqa: E402

FLUX = "toolkit.fluxcd.io"
KINDS = [  # apiVersion, kind, plural, namespaced
    ("v1", "Namespace", "namespaces", False),
    ("v1", "ConfigMap", "configmaps", True),
    ("v1", "Secret", "secrets", True),
    ("v1", "Service", "services", True),
    ("v1", "ServiceAccount", "serviceaccounts", True),
    ("v1", "Pod", "pods", True),
    ("v1", "PersistentVolumeClaim", "persistentvolumeclaims", True),
    ("v1", "PersistentVolume", "persistentvolumes", False),
    ("apps/v1", "Deployment", "deployments", True),
    ("apps/v1", "ReplicaSet", "replicasets", True),
    ("apps/v1", "StatefulSet", "statefulsets", True),
    ("apps/v1", "DaemonSet", "daemonsets", True),
    ("batch/v1", "Job", "jobs", True),
    ("coordination.k8s.io/v1", "Lease", "leases", True),
    ("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", True),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", False),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", False),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", False),
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", False),
    ("apiregistration.k8s.io/v1", "APIService", "apiservices", False),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", False),
    ("helm." + FLUX + "/v2", "HelmRelease", "helmreleases", True),
    ("kustomize." + FLUX + "/v1", "Kustomization", "kustomizations", True),
    ("source." + FLUX + "/v1", "GitRepository", "gitrepositories", True),
    ("source." + FLUX + "/v1", "HelmChart", "helmcharts", True),
    ("source." + FLUX + "/v1", "HelmRepository", "helmrepositories", True),
    ("source." + FLUX + "/v1", "OCIRepository", "ocirepositories", True),
    ("example.com/v1", "Thing", "things", True),
    ("example.com/v1beta1", "Thing", "things", True),
]
VERBS = ["get", "list", "watch", "create", "update", "patch", "delete"]
scenes = {}
lock = threading.Condition()


class Refused(Exception):
    def __init__(self, code, reason, message):
        super().__init__(message)
        self.status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason,
                       "message": message}


class Scene:
    def __init__(self, name):
        self.version = 100
        self.objects = {}  # by plural, namespace, name
        self.events = []  # (version, type, plural, object)
        self.log = pathlib.Path(FOLDER) / (name + ".log")
        self.log.write_text("")
        for one in json.loads((pathlib.Path(FOLDER) / (name + ".json")).read_text()):
            plural = next(plural for version, kind, plural, _ in KINDS
                          if kind == one["kind"] and group_of(version) == group_of(one["apiVersion"]))
            meta = one["metadata"]
            if "release" in one:
                packed = base64.b64encode(gzip.compress(json.dumps(one.pop("release")).encode()))
                one["data"] = {"release": base64.b64encode(packed).decode()}
            meta.setdefault("uid", "u-" + meta["name"])
            work(one)
            self.store("ADDED", (plural, meta.get("namespace", ""), meta["name"]), one)

    def store(self, change, key, body):
        self.version += 1
        body["metadata"]["resourceVersion"] = str(self.version)
        if change == "DELETED":
            self.objects.pop(key, None)
        else:
            self.objects[key] = body
        self.events.append((self.version, change, key, copy.deepcopy(body)))
        lock.notify_all()

    def change(self, key, body):
        """What is written, and what a cluster makes of it."""
        meta = body["metadata"]
        work(body)
        gone = meta.get("deletionTimestamp") and not meta.get("finalizers")
        self.store("DELETED" if gone else "MODIFIED", key, body)
        for other in meta.get("annotations", {}).get("test/takes", "").split() if gone else []:
            self.store("DELETED", tuple(other.split("/")), self.find(tuple(other.split("/"))))

    def delete(self, key, uid):
        body = self.find(key)
        meta = body["metadata"]
        if uid and uid != meta["uid"]:
            raise Refused(409, "Conflict", f"Precondition failed: UID in precondition: {uid}, in object: {meta['uid']}")
        turns = "" if "deletionTimestamp" in meta else meta.get("annotations", {}).get("test/turns")
        meta.setdefault("deletionTimestamp", "2026-01-01T00:00:00Z")
        holds = meta.get("annotations", {}).get("test/holds")
        if holds:
            threading.Timer(float(holds), self.release, [key, meta["uid"]]).start()
        self.change(key, body)
        self.take_turns(key, turns)

    def take_turns(self, key, texts):
        with lock:
            if texts and key in self.objects:
                first, _, rest = texts.partition("|")
                body = self.find(key)
                body["status"] = {"conditions": [{"type": "Terminating", "status": "True", "message": first}]}
                self.change(key, body)
                threading.Timer(0.3, self.take_turns, [key, rest + "|" + first]).start()

    def release(self, key, uid):
        with lock:
            body = self.objects.get(key)
            if body and body["metadata"]["uid"] == uid:
                body["metadata"]["finalizers"] = []
                self.change(key, body)

    def find(self, key):
        if key not in self.objects:
            raise Refused(404, "NotFound", f'{key[0]} "{key[2]}" not found')
        return copy.deepcopy(self.objects[key])


def work(body):
    """What the controllers of a cluster would do at once."""
    meta, wanted = body["metadata"], body.get("spec", {}).get("replicas", 1)
    if body["kind"] == "Deployment" and "test/broken" not in meta.get("annotations", {}):
        body["status"] = {"observedGeneration": meta.get("generation", 1), "replicas": wanted,
                          "updatedReplicas": wanted, "readyReplicas": wanted, "availableReplicas": wanted,
                          "conditions": [{"type": "Available", "status": "True" if wanted else "False"}]}


def group_of(api_version):
    return api_version.rpartition("/")[0]


def merge(into, patch):
    if not isinstance(patch, dict):
        return patch
    into = dict(into) if isinstance(into, dict) else {}
    for key, value in patch.items():
        if value is None:
            into.pop(key, None)
        else:
            into[key] = merge(into.get(key), value)
    return into


def is_selected(labels, selector):
    for term in filter(None, selector.split(",")):
        name, equals, value = term.partition("=")
        if name not in labels or (equals and labels[name] != value.lstrip("=")):
            return False
    return True


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, code, body):
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def handle_any(self):
        url = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(url.query))
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        _, name, *rest = url.path.split("/")
        with lock:
            if name not in scenes:
                scenes[name] = Scene(name)
            self.scene = scenes[name]
            if self.command != "GET":
                with self.scene.log.open("a") as log:
                    log.write(f"{self.command} /{'/'.join(rest)}\n")
        try:
            if rest in (["api"], ["apis"]):
                self.answer(200, self.discovery(rest[0]))
            else:
                self.about_objects(rest, json.loads(data) if data else {})
        except Refused as refused:
            self.answer(refused.status["code"], refused.status)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def discovery(self, root):
        groups = {}
        for version, kind, plural, namespaced in KINDS:
            group = group_of(version)
            if (root == "api") == (not group):
                groups.setdefault(group, {}).setdefault(version.rpartition("/")[2], []).append(
                    {"resource": plural, "responseKind": {"group": group, "version": version, "kind": kind},
                     "scope": "Namespaced" if namespaced else "Cluster", "verbs": VERBS})
        return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "items": [
            {"metadata": {"name": group}, "versions": [
                {"version": version, "freshness": "Current", "resources": found} for version, found in versions.items()]}
            for group, versions in groups.items()]}

    def about_objects(self, rest, sent):
        self.version = rest[1] if rest[0] == "api" else "/".join(rest[1:3])
        rest = rest[2:] if rest[0] == "api" else rest[3:]
        ns = ""
        if rest[0] == "namespaces" and len(rest) > 2:
            ns, rest = rest[1], rest[2:]
        plural, name = rest[0], rest[1] if len(rest) > 1 else None
        self.kind = next((kind for version, kind, known, _ in KINDS if known == plural and version == self.version), None)
        if not self.kind:
            raise Refused(404, "NotFound", "the server could not find the requested resource")
        if "watch" in self.query:
            self.watch(plural, ns)
            return
        with lock:
            code, body = getattr(self, "on_" + self.command)((plural, ns, name or sent.get("metadata", {}).get("name")),
                                                             sent, name is None)
        self.answer(code, body)

    def seen(self, body):
        if body["metadata"].get("annotations", {}).get("test/unreadable") == self.version:
            raise Refused(500, "InternalError", "conversion webhook for example.com/v1, Kind=Thing failed: Post "
                                                '"https://x.y.svc:443/": service "x" not found')
        return {**body, "apiVersion": self.version, "kind": self.kind}

    def is_listed(self, key, body, plural, ns):
        return (key[0] == plural and (not ns or key[1] == ns)
                and is_selected(body["metadata"].get("labels", {}), self.query.get("labelSelector", ""))
                and self.query.get("fieldSelector", "metadata.name=" + key[2]) == "metadata.name=" + key[2])

    def on_GET(self, key, _, is_list):
        if not is_list:
            self.count_read(key)
            return 200, self.seen(self.scene.find(key))
        items = [self.seen(body) for other, body in self.scene.objects.items()
                 if self.is_listed(other, body, key[0], key[1])]
        return 200, {"kind": self.kind + "List", "apiVersion": self.version,
                     "metadata": {"resourceVersion": str(self.scene.version)}, "items": items}

    def count_read(self, key):
        body = self.scene.find(key)
        left = body["metadata"].get("annotations", {}).get("test/reads")
        if left:
            body["metadata"]["annotations"]["test/reads"] = str(int(left) - 1)
            self.scene.store("DELETED" if left == "0" else "MODIFIED", key, body)

    def on_DELETE(self, key, sent, _):
        body = self.seen(self.scene.find(key))
        if "test/grace" in body["metadata"].get("annotations", {}) and sent.get("gracePeriodSeconds") != 0:
            return 200, body
        self.scene.delete(key, sent.get("preconditions", {}).get("uid"))
        if key in self.scene.objects:
            return 200, self.seen(self.scene.find(key))
        return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}

    def on_PATCH(self, key, sent, _):
        is_apply = "apply-patch" in self.headers["Content-Type"]
        if is_apply and key not in self.scene.objects:
            return self.on_POST(key, sent, True)
        body = self.scene.find(key)
        self.seen(body)
        meta, wanted = body["metadata"], sent.get("metadata", {})
        left = int(meta.get("annotations", {}).get("test/conflicts", "0"))
        if left:
            meta["annotations"]["test/conflicts"] = str(left - 1)
            self.scene.store("MODIFIED", key, body)
        if left or wanted.get("uid", meta["uid"]) != meta["uid"] or \
                wanted.get("resourceVersion", meta["resourceVersion"]) != meta["resourceVersion"]:
            raise Refused(409, "Conflict", "the object has been modified")
        body = merge(body, sent)
        self.scene.change(key, body)
        return 200, self.seen(body)

    def on_POST(self, key, sent, _):
        if key in self.scene.objects:
            raise Refused(409, "AlreadyExists", f'{key[0]} "{key[2]}" already exists')
        sent["metadata"].setdefault("uid", f"made-{self.scene.version}")
        self.scene.change(key, sent)
        return 201, self.seen(sent)

    def on_PUT(self, key, sent, _):
        self.scene.find(key)
        self.scene.change(key, sent)
        return 200, self.seen(sent)

    def watch(self, plural, ns):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        at = int(self.query.get("resourceVersion") or 0)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with lock:
                fresh = [event for event in self.scene.events if event[0] > at]
                if not fresh:
                    lock.wait(1)
                    continue
            at = fresh[-1][0]
            for _, change, key, body in fresh:
                if self.is_listed(key, body, plural, ns):
                    line = json.dumps({"type": change, "object": self.seen(body)}).encode() + b"\n"
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                    self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")


def begin(folder, _):
    global FOLDER
    FOLDER = folder


serving.run(Handler, begin)
