# SPDX-License-Identifier: Apache-2.0
"""An API server that keeps what it is given: one store for each path prefix, which begins empty.

What it does as the real one: resourceVersions of all writes, conflicts, UIDs and preconditions, finalizers,
namespaces that take their content with them, selectors by label, field managers by name and time. What it does
not: defaults, validation, watches, conflicts of managers. Prints NAME=VALUE lines, then "ready". Ends when its
standard input ends.
"""

import http.server
import json
import pathlib
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import serving  # noqa: E402

VERBS = ["get", "list", "watch", "create", "update", "patch", "delete"]
TYPES = {  # plural: group, version, kind, namespaced
    "namespaces": ("", "v1", "Namespace", False),
    "configmaps": ("", "v1", "ConfigMap", True),
    "secrets": ("", "v1", "Secret", True),
    "pods": ("", "v1", "Pod", True),
    "persistentvolumeclaims": ("", "v1", "PersistentVolumeClaim", True),
    "leases": ("coordination.k8s.io", "v1", "Lease", True),
    "customresourcedefinitions": ("apiextensions.k8s.io", "v1", "CustomResourceDefinition", False),
    "helmreleases": ("helm.toolkit.fluxcd.io", "v2", "HelmRelease", True),
    **{kind.lower().replace("repository", "repositorie") + "s": ("source.toolkit.fluxcd.io", "v1", kind, True)
       for kind in ("GitRepository", "HelmChart", "HelmRepository", "OCIRepository")},
    "widgets": ("example.com", "v1", "Widget", True),
}
lock = threading.RLock()
stores = {}


class Refused(Exception):
    def __init__(self, code, reason, message, **details):
        super().__init__(message)
        self.code = code
        self.body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason,
                     "message": message, "details": details}


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
        merge(obj, patch)
        if apply:
            obj["metadata"]["managedFields"] = obj["metadata"].get("managedFields", [])
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
        wanted = [one.partition("=") for one in labels.split(",") if one]
        return [obj for (kind, home, _), obj in sorted(self.objects.items())
                if kind == plural and ns in ("", home) and
                all(name in obj["metadata"].get("labels", {}) and
                    (not equals or obj["metadata"]["labels"][name] == value) for name, equals, value in wanted)]


def merge(target, patch):
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        elif isinstance(value, dict) and isinstance(target.get(name), dict):
            merge(target[name], value)
        else:
            target[name] = value


def discovery(path):
    groups = {}
    for plural, (group, version, kind, namespaced) in TYPES.items():
        if (path == "/api") == (not group):
            groups.setdefault((group, version), []).append(
                {"resource": plural, "responseKind": {"group": group, "version": version, "kind": kind},
                 "scope": "Namespaced" if namespaced else "Cluster", "verbs": VERBS})
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "items": [
        {"metadata": {"name": group}, "versions": [{"version": version, "freshness": "Current", "resources": found}]}
        for (group, version), found in groups.items()]}


def parse(path):
    """The plural, namespace and name of an API path."""
    parts = path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    ns = ""
    if parts[0] == "namespaces" and len(parts) > 2:
        ns, parts = parts[1], parts[2:]
    return parts[0], ns, parts[1] if len(parts) > 1 else ""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, code, body):
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(data)

    def handle_any(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        _, scene, *rest = url.path.split("/")
        path = "/" + "/".join(rest)
        if path in ("/api", "/apis"):
            self.answer(200, discovery(path))
        elif path == "/version":
            self.answer(200, {"major": "1", "minor": "34", "gitVersion": "v1.34.4"})
        elif path == "/requests":  # what was asked so far, as a ConfigMap of its own
            self.answer(200, {"requests": stores[scene].requests})
        else:
            with lock:
                store = stores.setdefault(scene, Store())
                try:
                    code, result = self.serve(store, path, query, json.loads(body or b"{}"))
                except Refused as refused:
                    code, result = refused.code, refused.body
                result = json.loads(json.dumps(result))
            self.answer(code, result)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def serve(self, store, path, query, body):
        plural, ns, name = parse(path)
        if plural not in TYPES:
            raise Refused(404, "NotFound", "the server could not find the requested resource")
        group, version, kind, _ = TYPES[plural]
        manager = query.get("fieldManager", "unknown")
        key = (plural, ns, name or body.get("metadata", {}).get("name", ""))
        store.requests.append(f"{self.command} {'/'.join(part for part in (plural, ns, name) if part)}")
        if query.get("dryRun"):
            store = Copy(store)
        match self.command:
            case "GET" if not name:
                return 200, {"apiVersion": (group + "/" if group else "") + version, "kind": kind + "List",
                             "metadata": {"resourceVersion": str(store.version)},
                             "items": store.list(plural, ns, query.get("labelSelector", ""))}
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


serving.run(Handler, lambda *_: None)
