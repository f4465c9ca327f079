# SPDX-License-Identifier: Apache-2.0
"""An API server that holds objects: those of a scene to begin with, and what is written to them.

A scene is the file <scene>.json in its folder, a list of objects, read when the scene is first
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
import json
import pathlib
import threading
import time

import kube_http
import serving
from kube_http import Refused, group_of

KINDS = [
    *(one for one in kube_http.KINDS if one[2] not in ("nodes", "storageclasses", "receivers")),
    ("example.com/v1", "Thing", "things", True),
    ("example.com/v1beta1", "Thing", "things", True),
]
clusters = {}  # by scene
lock = threading.Condition()


class Cluster:
    """The objects of one scene."""

    def __init__(self, folder, name):
        self.version = 100
        self.objects = {}  # by plural, namespace, name
        self.events = []  # (version, type, plural, object)
        self.log = pathlib.Path(folder) / (name + ".log")
        self.log.write_text("")
        for one in json.loads((pathlib.Path(folder) / (name + ".json")).read_text()):
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


class Handler(kube_http.Handler):
    def serve(self, path):
        with lock:
            if self.scene not in clusters:
                clusters[self.scene] = Cluster(self.folder, self.scene)
            self.cluster = clusters[self.scene]
            if self.command != "GET":
                with self.cluster.log.open("a") as log:
                    log.write(f"{self.command} {path}\n")
        if path in ("/api", "/apis"):
            self.answer(200, kube_http.discovery(path, KINDS))
        else:
            self.about_objects(path, json.loads(self.body) if self.body else {})

    def about_objects(self, path, sent):
        self.version, plural, ns, name = kube_http.locate(path)
        self.kind = next((kind for version, kind, known, _ in KINDS if known == plural and version == self.version), None)
        if not self.kind:
            raise Refused(404, "NotFound", "the server could not find the requested resource")
        if "watch" in self.query:
            self.watch(plural, ns)
            return
        with lock:
            code, body = getattr(self, "on_" + self.command)((plural, ns, name or sent.get("metadata", {}).get("name")),
                                                             sent, not name)
        self.answer(code, body)

    def seen(self, body):
        if body["metadata"].get("annotations", {}).get("test/unreadable") == self.version:
            raise Refused(500, "InternalError", "conversion webhook for example.com/v1, Kind=Thing failed: Post "
                                                '"https://x.y.svc:443/": service "x" not found')
        return {**body, "apiVersion": self.version, "kind": self.kind}

    def is_listed(self, key, body, plural, ns):
        return (key[0] == plural and (not ns or key[1] == ns)
                and kube_http.is_selected(body["metadata"].get("labels", {}), self.query.get("labelSelector", ""))
                and self.query.get("fieldSelector", "metadata.name=" + key[2]) == "metadata.name=" + key[2])

    def on_GET(self, key, _, is_list):
        if not is_list:
            self.count_read(key)
            return 200, self.seen(self.cluster.find(key))
        items = [self.seen(body) for other, body in self.cluster.objects.items()
                 if self.is_listed(other, body, key[0], key[1])]
        return 200, {"kind": self.kind + "List", "apiVersion": self.version,
                     "metadata": {"resourceVersion": str(self.cluster.version)}, "items": items}

    def count_read(self, key):
        body = self.cluster.find(key)
        left = body["metadata"].get("annotations", {}).get("test/reads")
        if left:
            body["metadata"]["annotations"]["test/reads"] = str(int(left) - 1)
            self.cluster.store("DELETED" if left == "0" else "MODIFIED", key, body)

    def on_DELETE(self, key, sent, _):
        body = self.seen(self.cluster.find(key))
        if "test/grace" in body["metadata"].get("annotations", {}) and sent.get("gracePeriodSeconds") != 0:
            return 200, body
        self.cluster.delete(key, sent.get("preconditions", {}).get("uid"))
        if key in self.cluster.objects:
            return 200, self.seen(self.cluster.find(key))
        return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}

    def on_PATCH(self, key, sent, _):
        is_apply = "apply-patch" in self.headers["Content-Type"]
        if is_apply and key not in self.cluster.objects:
            return self.on_POST(key, sent, True)
        body = self.cluster.find(key)
        self.seen(body)
        meta, wanted = body["metadata"], sent.get("metadata", {})
        left = int(meta.get("annotations", {}).get("test/conflicts", "0"))
        if left:
            meta["annotations"]["test/conflicts"] = str(left - 1)
            self.cluster.store("MODIFIED", key, body)
        if left or wanted.get("uid", meta["uid"]) != meta["uid"] or \
                wanted.get("resourceVersion", meta["resourceVersion"]) != meta["resourceVersion"]:
            raise Refused(409, "Conflict", "the object has been modified")
        body = kube_http.merge(body, sent)
        self.cluster.change(key, body)
        return 200, self.seen(body)

    def on_POST(self, key, sent, _):
        if key in self.cluster.objects:
            raise Refused(409, "AlreadyExists", f'{key[0]} "{key[2]}" already exists')
        sent["metadata"].setdefault("uid", f"made-{self.cluster.version}")
        self.cluster.change(key, sent)
        return 201, self.seen(sent)

    def on_PUT(self, key, sent, _):
        self.cluster.find(key)
        self.cluster.change(key, sent)
        return 200, self.seen(sent)

    def watch(self, plural, ns):
        self.begin_chunks()
        at = int(self.query.get("resourceVersion") or 0)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with lock:
                fresh = [event for event in self.cluster.events if event[0] > at]
                if not fresh:
                    lock.wait(1)
                    continue
            at = fresh[-1][0]
            for _, change, key, body in fresh:
                if self.is_listed(key, body, plural, ns):
                    self.chunk(json.dumps({"type": change, "object": self.seen(body)}).encode() + b"\n")
        self.chunk()


serving.run(Handler)
