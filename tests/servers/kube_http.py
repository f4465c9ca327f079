# SPDX-License-Identifier: Apache-2.0
"""What the API servers of the tests have in common: paths and Status objects, discovery, patches, selectors."""

import urllib.parse

import serving

VERBS = ["get", "list", "watch", "create", "update", "patch", "delete"]
FLUX = "toolkit.fluxcd.io"
KINDS = [  # apiVersion, kind, plural, namespaced
    ("v1", "Namespace", "namespaces", False),
    ("v1", "Node", "nodes", False),
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
    ("storage.k8s.io/v1", "StorageClass", "storageclasses", False),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", False),
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", False),
    ("apiregistration.k8s.io/v1", "APIService", "apiservices", False),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", False),
    ("helm." + FLUX + "/v2", "HelmRelease", "helmreleases", True),
    ("kustomize." + FLUX + "/v1", "Kustomization", "kustomizations", True),
    ("notification." + FLUX + "/v1", "Receiver", "receivers", True),
    ("source." + FLUX + "/v1", "GitRepository", "gitrepositories", True),
    ("source." + FLUX + "/v1", "HelmChart", "helmcharts", True),
    ("source." + FLUX + "/v1", "HelmRepository", "helmrepositories", True),
    ("source." + FLUX + "/v1", "OCIRepository", "ocirepositories", True),
]


def kinds(*plurals):
    """The rows of KINDS of these."""
    return [one for one in KINDS if one[2] in plurals]


def group_of(api_version):
    return api_version.rpartition("/")[0]


def status(code, reason, message, **details):
    return code, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason,
                  "message": message, "details": details}


class Refused(Exception):
    """Raised while a request is served: the Status that answers it."""

    def __init__(self, code, reason, message, **details):
        super().__init__(message)
        self.code, self.body = status(code, reason, message, **details)


def discovery(path, served):
    """The aggregated discovery of /api or /apis; `served` are rows as of KINDS."""
    groups = {}
    for api_version, kind, plural, namespaced in served:
        group, _, version = api_version.rpartition("/")
        if (path == "/api") == (not group):
            groups.setdefault(group, {}).setdefault(version, []).append(
                {"resource": plural, "responseKind": {"group": group, "version": version, "kind": kind},
                 "scope": "Namespaced" if namespaced else "Cluster", "verbs": VERBS})
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "items": [
        {"metadata": {"name": group}, "versions": [
            {"version": version, "freshness": "Current", "resources": found} for version, found in versions.items()]}
        for group, versions in groups.items()]}


def locate(path):
    """The apiVersion, plural, namespace and name of a path of the API; of a list the name is empty."""
    root, *parts = path.strip("/").split("/")
    size = 1 if root == "api" else 2
    api_version, parts = "/".join(parts[:size]), parts[size:]
    ns = ""
    if parts[0] == "namespaces" and len(parts) > 2:
        ns, parts = parts[1], parts[2:]
    return api_version, parts[0], ns, parts[1] if len(parts) > 1 else ""


def merge(into, patch):
    """What a merge patch makes of `into`, which stays as it is (RFC 7386)."""
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
    """Whether labels meet a selector of equalities and names: "a=b,c"."""
    for term in filter(None, selector.split(",")):
        name, equals, value = term.partition("=")
        if name not in labels or (equals and labels[name] != value.lstrip("=")):
            return False
    return True


class Handler(serving.Handler):
    """What serve(path) raises as Refused is answered; the first part of a request's path is its scene."""

    def handle_any(self):
        url = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(url.query))
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        _, self.scene, *rest = url.path.split("/")
        try:
            self.serve("/" + "/".join(rest))
        except Refused as refused:
            self.answer(refused.code, refused.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def serve(self, path):
        raise NotImplementedError
