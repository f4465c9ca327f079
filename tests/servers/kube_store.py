# SPDX-License-Identifier: Apache-2.0
"""An API server that keeps what it is given: one store for each scene, which begins empty.

What it does as the real one: resourceVersions of all writes, conflicts, UIDs and preconditions, finalizers,
namespaces that take their content with them, selectors by label, field managers by name and time. What it does
not: defaults, validation, watches, conflicts of managers. Prints NAME=VALUE lines, then "ready". Ends when its
standard input ends.
"""

import json
import threading
import time

import kube_http
import serving
from kube_http import Refused

KINDS = [
    *kube_http.kinds("namespaces", "configmaps", "secrets", "pods", "persistentvolumeclaims", "leases",
                     "customresourcedefinitions", "helmreleases", "gitrepositories", "helmcharts", "helmrepositories",
                     "ocirepositories"),
    ("example.com/v1", "Widget", "widgets", True),
]
lock = threading.RLock()
stores = {}


class Store:
    """All objects of one cluster, by plural, namespace and name."""

    def __init__(self):
        self.version = 100
        self.objects = {}
        self.requests = []  # "GET configmaps/x/y", in their order

    def stamp(self, obj):
        self.version += 1
        obj["metadata"]["resourceVersion"] = str(self.version)

    def check_namespace(self, key):
        if not key[1]:
            return
        home = self.objects.get(("namespaces", "", key[1]))
        if home is None:
            raise Refused(404, "NotFound", f'namespaces "{key[1]}" not found', kind="namespaces", name=key[1])
        if "deletionTimestamp" in home["metadata"]:
            raise Refused(403, "Forbidden", "the namespace is being terminated",
                          causes=[{"reason": "NamespaceTerminating"}])

    def find(self, key):
        if key not in self.objects:
            raise Refused(404, "NotFound", f'{key[0]} "{key[2]}" not found')
        return self.objects[key]

    def create(self, key, obj, manager):
        self.check_namespace(key)
        if key in self.objects:
            raise Refused(409, "AlreadyExists", f'{key[0]} "{key[2]}" already exists')
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        obj["metadata"] |= {"uid": f"uid-{self.version}", "creationTimestamp": now}
        if key[1]:
            obj["metadata"]["namespace"] = key[1]
        self.note_manager(obj, manager)
        self.objects[key] = obj
        self.stamp(obj)
        return 201, obj

    @staticmethod
    def note_manager(obj, manager):
        fields = obj["metadata"].setdefault("managedFields", [])
        fields[:] = [one for one in fields if one["manager"] != manager]
        fields.append({"manager": manager, "operation": "Apply", "apiVersion": obj["apiVersion"],
                       "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "fieldsType": "FieldsV1",
                       "fieldsV1": {}})

    def replace(self, key, obj, manager):
        old = self.find(key)
        wanted = obj["metadata"].get("resourceVersion")
        if wanted and wanted != old["metadata"]["resourceVersion"]:
            raise Refused(409, "Conflict", "the object has been modified; please apply your changes to the latest")
        kept = {name: old["metadata"][name] for name in ("uid", "creationTimestamp", "managedFields")}
        obj["metadata"] |= kept
        self.note_manager(obj, manager)
        self.objects[key] = obj
        self.stamp(obj)
        self.collect(key)
        return 200, obj

    def patch(self, key, patch, manager, apply):
        if apply and key not in self.objects:
            patch["metadata"].pop("managedFields", None)
            return self.create(key, patch, manager)
        obj = self.find(key)
        before = json.dumps(obj, sort_keys=True)
        obj = self.objects[key] = kube_http.merge(obj, patch)
        if apply:
            obj["metadata"].setdefault("managedFields", [])
        if json.dumps(obj, sort_keys=True) != before:
            self.note_manager(obj, manager)
            self.stamp(obj)
        self.collect(key)
        return 200, obj

    def delete(self, key, options):
        obj = self.find(key)
        uid = options.get("preconditions", {}).get("uid")
        if uid and uid != obj["metadata"]["uid"]:
            raise Refused(409, "Conflict", f"the UID in the precondition ({uid}) is not {obj['metadata']['uid']}")
        obj["metadata"].setdefault("deletionTimestamp", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
        self.stamp(obj)
        if key[0] == "namespaces":
            for inner in [one for one in self.objects if one[1] == key[2]]:
                self.delete(inner, {})
        self.collect(key)
        return 200, obj

    def collect(self, key):
        """What is deleted goes when nothing holds it any more."""
        obj = self.objects.get(key)
        if obj is None or "deletionTimestamp" not in obj["metadata"] or obj["metadata"].get("finalizers"):
            return
        if key[0] == "namespaces" and any(one[1] == key[2] for one in self.objects):
            return
        del self.objects[key]
        if key[1] and ("namespaces", "", key[1]) in self.objects:
            self.collect(("namespaces", "", key[1]))

    def list(self, plural, ns, labels):
        return [obj for (kind, home, _), obj in sorted(self.objects.items())
                if kind == plural and ns in ("", home) and
                kube_http.is_selected(obj["metadata"].get("labels", {}), labels)]


class Handler(kube_http.Handler):
    disable_nagle_algorithm = True

    def answer(self, code, body):
        super().answer(code, body, Content_Type="application/json")

    def serve(self, path):
        if path in ("/api", "/apis"):
            self.answer(200, kube_http.discovery(path, KINDS))
        elif path == "/version":
            self.answer(200, {"major": "1", "minor": "34", "gitVersion": "v1.34.4"})
        elif path == "/requests":  # what was asked so far, as a ConfigMap of its own
            self.answer(200, {"requests": stores[self.scene].requests})
        else:
            with lock:
                code, result = self.about_objects(stores.setdefault(self.scene, Store()), path)
                result = json.loads(json.dumps(result))
            self.answer(code, result)

    def about_objects(self, store, path):
        body = json.loads(self.body or b"{}")
        _, plural, ns, name = kube_http.locate(path)
        found = [one[:2] for one in KINDS if one[2] == plural]
        if not found:
            raise Refused(404, "NotFound", "the server could not find the requested resource")
        api_version, kind = found[0]
        manager = self.query.get("fieldManager", "unknown")
        key = (plural, ns, name or body.get("metadata", {}).get("name", ""))
        store.requests.append(f"{self.command} {'/'.join(part for part in (plural, ns, name) if part)}")
        if self.query.get("dryRun"):
            store = Copy(store)
        match self.command:
            case "GET" if not name:
                return 200, {"apiVersion": api_version, "kind": kind + "List",
                             "metadata": {"resourceVersion": str(store.version)},
                             "items": store.list(plural, ns, self.query.get("labelSelector", ""))}
            case "GET":
                return 200, store.find(key)
            case "POST":
                return store.create(key, body, manager)
            case "PUT":
                return store.replace(key, body, manager)
            case "PATCH":
                return store.patch(key, body, manager, "apply" in self.headers["Content-Type"])
            case _:
                return store.delete(key, body)


class Copy(Store):
    """A store that a dry run writes to."""

    def __init__(self, store):
        super().__init__()
        self.version = store.version
        self.objects = {key: json.loads(json.dumps(obj)) for key, obj in store.objects.items()}


serving.run(Handler)
