# SPDX-License-Identifier: Apache-2.0
"""Objects of the trees that scenarios bring up, as what YAML would be read into.

A namespaced object without a namespace gets the one of its scenario (scenario.py).
"""

PODINFO = "ghcr.io/stefanprodan/podinfo:6.14.1"
PROBE = {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 1}
CHARTS = "oci://ghcr.io/stefanprodan/charts"
CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
UMBRELLA = "https://repo1.dso.mil/big-bang/bigbang.git"


def thing(api, kind, name, **rest):
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **rest}


def placed(object_, namespace):
    object_["metadata"]["namespace"] = namespace
    return object_


def labelled(object_, **labels):
    object_["metadata"]["labels"] = labels
    return object_


def container(*args, name="app", image=PODINFO, **more):
    return {"name": name, "image": image, "args": [*args], **more}


def fails(status, **more):
    """A container that ends at once; its last words are kept where Kubernetes looks for them."""
    more.setdefault("terminationMessagePolicy", "FallbackToLogsOnError")
    return container("run", f"--exit={status}", **more)


def serves(after=0, **more):
    """A container that is ready after so many seconds."""
    more.setdefault("readinessProbe", PROBE)
    return container("serve", "--listen=:8080", f"--ready-after={after}s", **more)


def template(*containers, app, **spec):
    spec.setdefault("terminationGracePeriodSeconds", 1)
    return {"metadata": {"labels": {"app": app}}, "spec": {"containers": [*containers], **spec}}


def workload(kind, name, *containers, pod=None, **spec):
    """A Deployment, StatefulSet or DaemonSet."""
    return thing("apps/v1", kind, name, spec={
        "selector": {"matchLabels": {"app": name}},
        "template": template(*containers, app=name, **(pod or {})), **spec})


def deployment(*containers, name="web", pod=None, **spec):
    return workload("Deployment", name, *containers, pod=pod, **spec)


def stateful(*containers, name="db", pod=None, **spec):
    return workload("StatefulSet", name, *containers, pod=pod, serviceName=name, **spec)


def daemons(*containers, name="agent", pod=None, **spec):
    return workload("DaemonSet", name, *containers, pod=pod, **spec)


def job(*containers, name="once", pod=None, **spec):
    pod = {"restartPolicy": "Never", **(pod or {})}
    return thing("batch/v1", "Job", name, spec={"template": template(*containers, app=name, **pod), **spec})


def service(name, app=None, **spec):
    ports = [{"port": 80, "targetPort": 8080}]
    return thing("v1", "Service", name, spec={"selector": {"app": app or name}, "ports": ports, **spec})


def config(name, **data):
    return thing("v1", "ConfigMap", name, data=data)


def quota(**hard):
    return thing("v1", "ResourceQuota", "q", spec={"hard": hard})


def claim(name="data", **spec):
    return thing("v1", "PersistentVolumeClaim", name, spec={
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}, **spec})


def namespace(name, **labels):
    return labelled(thing("v1", "Namespace", name), **labels)


def definition(group, plural, kind, **names):
    """A CustomResourceDefinition without rules for what is in its objects."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema,
               "subresources": {"status": {}}}
    return thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", f"{plural}.{group}", spec={
        "group": group, "scope": "Namespaced", "versions": [version],
        "names": {"kind": kind, "plural": plural, **names}})


def webhook(name, group, resource, *, operations=("CREATE",), kind="Validating", namespace, **more):
    """A webhook whose service is nowhere."""
    hook = {"name": f"check.{name}.example.com", "admissionReviewVersions": ["v1"], "sideEffects": "None",
            "failurePolicy": "Fail", "timeoutSeconds": 2,
            "clientConfig": {"service": {"name": "none", "namespace": namespace}},
            "rules": [{"apiGroups": [group], "apiVersions": ["*"], "operations": [*operations],
                       "resources": [resource]}], **more}
    hook["namespaceSelector"] = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    return thing("admissionregistration.k8s.io/v1", f"{kind}WebhookConfiguration", name, webhooks=[hook])


def oci(chart="podinfo", name=None, tag="6.14.1", **spec):
    return thing("source.toolkit.fluxcd.io/v1", "OCIRepository", name or chart, spec={
        "interval": "10m", "url": f"{CHARTS}/{chart}", "ref": {"tag": tag},
        "layerSelector": {"mediaType": CHART_LAYER, "operation": "copy"}, **spec})


def git(name="base", **spec):
    return thing("source.toolkit.fluxcd.io/v1", "GitRepository", name, spec={
        "interval": "10m", "url": UMBRELLA, "ref": {"tag": "3.30.0"}, **spec})


def release(name="podinfo", chart="podinfo", *, after=(), retries=-1, timeout="15s", **spec):
    """A HelmRelease of a chart; after are the names of those that it depends on."""
    if after:
        spec["dependsOn"] = [{"name": one} for one in after]
    return thing("helm.toolkit.fluxcd.io/v2", "HelmRelease", name, spec={
        "interval": "10m", "timeout": timeout, "releaseName": name,
        "chartRef": {"kind": "OCIRepository", "name": chart},
        "install": {"remediation": {"retries": retries}}, **spec})


def kustomization(name="base", path="./base", **spec):
    """A Flux Kustomization of Big Bang's base, of which nothing but its GitRepository is left."""
    gone = [{"target": {"kind": kind}, "patch": f"$patch: delete\nkind: {kind}\nmetadata: {{name: bigbang}}"}
            for kind in ("HelmRelease", "Namespace")]
    return thing("kustomize.toolkit.fluxcd.io/v1", "Kustomization", name, spec={
        "interval": "10m", "retryInterval": "5s", "path": path, "prune": True,
        "sourceRef": {"kind": "GitRepository", "name": "base"}, "patches": gone, **spec})


def postrender(patch, kind="Deployment"):
    """What a release does to the objects of its chart; patch is a merge patch as text."""
    return [{"kustomize": {"patches": [{"target": {"kind": kind}, "patch": patch}]}}]
