# SPDX-License-Identifier: Apache-2.0
"""The types that a server tells: of most scenes a few, of a cluster those that its objects are of."""

from kube_http import VERBS, discovery, kinds

from .scene import Scene, seen

CLUSTER = kinds("pods", "nodes", "persistentvolumeclaims", "storageclasses", "statefulsets", "daemonsets", "deployments",
                "replicasets", "jobs", "helmreleases", "kustomizations", "gitrepositories", "helmcharts",
                "helmrepositories", "ocirepositories")
APPLYING = kinds("namespaces", "configmaps", "services", "endpointslices", "validatingwebhookconfigurations",
                 "helmreleases")
KINDS = {"cluster": CLUSTER, "passing": CLUSTER, "missed": CLUSTER, "applying": APPLYING}  # by scene
OTHERS = kinds("configmaps", "secrets", "deployments", "receivers", "customresourcedefinitions")
SILENT = {"metadata": {"name": "metrics.k8s.io"},
          "versions": [{"version": "v1beta1", "freshness": "Stale", "resources": []}]}


def aggregated(path):
    """Of any other scene, with a group whose server does not answer."""
    told = discovery(path, OTHERS)
    if path == "/apis":
        told["items"].append(SILENT)
        if seen["things are listed"]:
            told["items"] += discovery(path, [("x.io/v1", "Thing", "things", True)])["items"]
    return told


class Discovery(Scene):
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

    def serve(self, path):
        if path not in ("/api", "/apis") or self.scene in ("old", "locked", "forbidden"):
            super().serve(path)
        elif self.scene in KINDS:
            self.answer(200, discovery(path, KINDS[self.scene]))
        else:
            self.answer(200, aggregated(path))
