# SPDX-License-Identifier: Apache-2.0
"""Sealed or not: what a bundle does not hold of what its tree can reach, and what in a cluster is not from it."""

import json
import ssl
import urllib.request

import apiservers
import pytest
from bundles import authority, forged, origin, release, source, tree, workload  # noqa: F401

PLURALS = {"GitRepository": "gitrepositories", "HelmChart": "helmcharts", "HelmRepository": "helmrepositories",
           "OCIRepository": "ocirepositories", "Pod": "pods"}


class Cluster:
    """An API server that holds what it is given."""

    def __init__(self, facts, folder):
        self.url = apiservers.address(facts, "sealed")
        self.context = ssl.create_default_context(cafile=apiservers.authority(facts))
        self.kubeconfig = folder / "kubeconfig"
        apiservers.write_kubeconfig(self.kubeconfig, facts, "sealed")
        self.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "apps"}}, "/api/v1/namespaces")

    def add(self, obj, path=None):
        api = obj["apiVersion"]
        path = path or f"/{'apis' if '/' in api else 'api'}/{api}/namespaces/apps/{PLURALS[obj['kind']]}"
        request = urllib.request.Request(self.url + path, json.dumps(obj).encode(), method="POST",
                                         headers={"Content-Type": "application/json"})
        urllib.request.urlopen(request, context=self.context).close()

    def pod(self, name, image, image_id, **more):
        self.add({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, **more},
                  "spec": {"containers": [{"name": "c", "image": image}]},
                  "status": {"containerStatuses": [{"name": "c", "image": "whatever", "imageID": image_id}]}})

    def source(self, kind, name, revision, digest="sha256:" + "0" * 64, status=None, **spec):
        artifact = {"artifact": {"revision": revision, "digest": digest}} if revision else {}
        self.add({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": kind, "metadata": {"name": name}, "spec": spec,
                  "status": {**artifact, **(status or {})}})


@pytest.fixture
def cluster(tmp_path):
    with apiservers.started("kube_store.py") as facts:
        yield Cluster(facts, tmp_path)


@pytest.fixture
def built(tree):
    """Images with and without an index, a git repository, a chart of a registry and one of a repository."""
    origin = tree.upstream
    amd = origin.add_image("app", None, [b"amd"])
    arm = origin.add_image("app", None, [b"arm"], b'{"os":"linux","architecture":"arm64"}')
    origin.add_index("app", "1", {"linux/amd64": amd, "linux/arm64": arm})
    origin.add_image("tool", "2")
    origin.add_chart("charts/web", "1.0.0", {"values.yaml": "a: 1\n"})
    origin.add_git("repo", {"base/kustomization.yaml": "resources: []\n", "x": "y"}, tag="3.0")
    tree.objects(
        workload("Deployment", f"{origin.host}/app:1"), workload("Pod", f"{origin.host}/tool:2", "v1", name="p"),
        source("GitRepository", "repo", {"url": f"{origin.url}/git/repo.git", "ref": {"tag": "3.0"}}),
        source("OCIRepository", "web", {"url": f"oci://{origin.host}/charts/web", "ref": {"tag": "1.0.0"}}),
        release("web", chartRef={"kind": "OCIRepository", "name": "web"}))
    tree.lock()
    tree.build()
    return tree


def status(tree, cluster, *arguments, check):
    return tree.run("status", "--sealed", "--bundle", tree.bundle_file, "--kubeconfig", cluster.kubeconfig, *arguments,
                    check=check)


def digests(tree, kind, name):
    return ["sha256:" + digest for digest in tree.read().artifact(kind, f"{tree.upstream.host}/{name}")["blobs"]]


def test_a_cluster_with_nothing_but_the_bundle_is_sealed(built, cluster):
    host = built.upstream.host
    index, manifest, config = digests(built, "image", "app:1")[:3]
    chart = digests(built, "chart", "charts/web:1.0.0")
    commit = built.read().artifact("git")["revision"]
    cluster.pod("by-index", f"{host}/app:1", f"{host}/app@{index}")
    cluster.pod("by-manifest", f"{host}/app:1", f"{host}/app@{manifest}")
    cluster.pod("imported", f"{host}/app:1", config)
    cluster.pod("crio", f"{host}/app:1", config.removeprefix("sha256:"))
    cluster.pod("not-yet", f"{host}/tool:2", "")
    cluster.source("GitRepository", "repo", f"3.0@sha1:{commit}", url="https://elsewhere")
    cluster.source("OCIRepository", "web", f"1.0.0@{chart[0]}", url=f"oci://{host}/charts/web")
    cluster.source("HelmRepository", "registry", "", type="oci", url=f"oci://{host}/charts")
    cluster.source("HelmChart", "web", "1.0.0", chart[2], chart="web", sourceRef={"kind": "HelmRepository"})
    cluster.source("HelmChart", "own", "0.1.0", chart="./chart", sourceRef={"kind": "GitRepository"},
                   status={"observedSourceArtifactRevision": f"3.0@sha1:{commit}"})
    said = status(built, cluster, check=0).stdout
    assert said == "5 containers and 4 sources looked at\nall from the bundle\n"


def test_what_is_from_elsewhere_is_named(built, cluster):
    host = built.upstream.host
    layer = digests(built, "image", "app:1")[3]
    other = "sha256:" + "ab" * 32
    cluster.pod("stranger", "quay.io/x/y:1", f"quay.io/x/y@{other}")
    cluster.pod("changed", f"{host}/app:1", f"{host}/app@{other}")
    cluster.pod("starting", "quay.io/x/z:1", "")
    cluster.pod("odd", f"{host}/app:1", "docker://something")
    cluster.pod("right", f"{host}/app:1", f"{host}/app@{layer}")
    cluster.pod("kube-proxy", "registry.k8s.io/kube-proxy:v1", f"registry.k8s.io/kube-proxy@{other}",
                ownerReferences=[{"apiVersion": "v1", "kind": "Node", "name": "n", "uid": "1", "controller": True}])
    cluster.source("GitRepository", "moved", "main@sha1:" + "ab" * 20, url="https://github.com/x/y")
    cluster.source("OCIRepository", "image", f"1@{other}", url="oci://ghcr.io/x")
    cluster.source("HelmRepository", "stable", other, url="https://charts.example.org/stable")
    cluster.source("HelmChart", "repacked", "1.0.0", other, chart="web", sourceRef={"kind": "HelmRepository"},
                   valuesFiles=["values.yaml", "more.yaml"])
    cluster.source("GitRepository", "waiting", "", url="https://github.com/x/z")
    result = status(built, cluster, "--output", "json", check=5)
    answer = json.loads(result.stdout)
    gaps = {gap["object"]: gap for gap in answer["gaps"]}
    assert answer["sealed"] is False and (answer["containers"], answer["sources"]) == (6, 5)
    assert {name: gap["why"] for name, gap in gaps.items()} == {
        "Pod apps/stranger: container c": "is not in the bundle",
        "Pod apps/changed: container c": "is in the bundle with another digest",
        "Pod apps/starting: container c": "is not in the bundle, and has not started",
        "Pod apps/odd: container c": "the node reports no digest of it",
        "Pod apps/kube-proxy: container c": "is not in the bundle",
        "GitRepository apps/moved": "its commit is not in the bundle",
        "OCIRepository apps/image": "its manifest is not in the bundle",
        "HelmRepository apps/stable": "no chart of it is in the bundle",
        "HelmChart apps/repacked": "its archive was made anew with valuesFiles, so that its digest tells nothing",
        "GitRepository apps/waiting": "has no artifact, so that nothing can be told of it",
    }
    assert [name for name, gap in gaps.items() if gap["own"]] == ["Pod apps/kube-proxy: container c"]
    assert gaps["Pod apps/stranger: container c"]["name"] == "quay.io/x/y:1"
    text = status(built, cluster, check=5)
    assert "9 of what is in the cluster are not from bundle" in text.stderr
    own, others = text.stdout.split("9 not from the bundle:\n")
    assert "kube-proxy" in own and "  Pod apps/stranger: container c: quay.io/x/y:1 is not in the bundle (quay.io" in others


def test_the_agents_themselves_are_the_clusters_own(built, cluster):
    """They run our program in an image that the node had; only theirs, and only where they are."""
    cluster.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system"}}, "/api/v1/namespaces")
    for ns in ("apps", "kube-system"):
        cluster.add({"apiVersion": "v1", "kind": "Pod",
                     "metadata": {"name": "sandstrap-node-containerd-abcde", "ownerReferences": [
                         {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "sandstrap-node-containerd", "uid": "1",
                          "controller": True}]},
                     "spec": {"containers": [{"name": "agent", "image": "registry.k8s.io/pause:3.6"}]},
                     "status": {"containerStatuses": [{"name": "agent", "imageID": "sha256:" + "ab" * 32}]}},
                    f"/api/v1/namespaces/{ns}/pods")
    gaps = json.loads(status(built, cluster, "--output", "json", check=5).stdout)["gaps"]
    assert {gap["object"].split()[1].split("/")[0]: gap["own"] for gap in gaps} == {"apps": False, "kube-system": True}


def verify(tree, check, file=None):
    answer = json.loads(tree.run("bundle", "verify", "--sealed", file or tree.bundle_file, "--output", "json",
                                 check=check).stdout)
    return {(gap["state"], gap["kind"], gap["name"]): gap["usedBy"] for gap in answer["gaps"]}


def without(tree, kind):
    """The bundle without the artifacts of a kind, as a file that is right otherwise."""
    def take(index):
        index["artifacts"] = [a for a in index["artifacts"] if a["kind"] != kind]
        used = {digest for a in index["artifacts"] for digest in a["blobs"]}
        index["blobs"] = [blob for blob in index["blobs"] if blob["digest"] in used]

    file = tree.folder / f"without-{kind}.bundle"
    file.write_bytes(forged(tree.bundle_file.read_bytes(), take))
    return file


def test_a_whole_bundle_is_sealed(built):
    assert verify(built, 0) == {}
    assert "sealed: all that its tree can reach is in it" in built.run("bundle", "verify", "--sealed",
                                                                       built.bundle_file).stdout


def test_all_that_is_lacking_is_listed(built):
    host, url = built.upstream.host, built.upstream.url
    assert verify(built, 4, without(built, "image")) == {
        ("lacking", "image", f"{host}/app:1"): "Deployment apps/w", ("lacking", "image", f"{host}/tool:2"): "Pod apps/p"}
    assert verify(built, 4, without(built, "git")) == {
        ("lacking", "git", f"{url}/git/repo.git at tag/3.0"): "GitRepository flux-system/repo"}
    assert verify(built, 4, without(built, "chart")) == {
        ("lacking", "chart", f"{host}/charts/web:1.0.0"): "OCIRepository flux-system/web"}
    result = built.run("bundle", "verify", "--sealed", without(built, "image"), check=4)
    assert "lacks 2 of what its tree needs" in result.stderr and "lacking, and needed:" in result.stdout


def test_what_texts_name_is_mentioned(built):
    host = built.upstream.host
    container = {"name": "c", "image": f"{host}/app:1", "args": [
        "--sidecar=quay.io/team/sidecar:v2", "--listen=0.0.0.0:80", "--config=/etc/app.yaml:ro",
        "--api=https://kubernetes.default.svc/x", "--to=http://c.d.svc.cluster.local./", "--feed=https://updates.vendor.com/feed?x=1"],
        "env": [{"name": "RELATED_IMAGE_X", "value": "registry.k8s.io/sig/tool@sha256:" + "ab" * 32},
                {"name": "DOCS", "value": "see https://app.example.com/docs."}]}
    workload_ = workload("Deployment", "x")
    workload_["spec"]["template"]["spec"]["containers"] = [container]
    built.objects(
        workload_,
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "annotations": {"u": "https://a.vendor.com"}},
         "data": {"values.yaml": "image: \"ghcr.io/team/late:1.0\"\nrepo: oci://ghcr.io/team/charts\n"
                                 f"held: {built.upstream.host}/app:1\n"}},
        {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": {"name": "r"}, "spec": {"groups": [
            {"name": "g", "rules": [{"alert": "A", "expr": "up", "annotations": {
                "runbook_url": "https://runbooks.vendor.com/a"}}]}]}},
        {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "x.y.z"},
         "spec": {"group": "y.z", "names": {"kind": "X", "plural": "x"}, "scope": "Cluster", "versions": [
             {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                 "type": "object", "description": "see https://docs.vendor.com/x"}}}]}})
    built.lock()
    built.build()
    assert verify(built, 0) == {
        ("mentioned", "image", "quay.io/team/sidecar:v2"): "Deployment apps/w",
        ("mentioned", "image", "registry.k8s.io/sig/tool@sha256:" + "ab" * 32): "Deployment apps/w",
        ("mentioned", "url", "https://updates.vendor.com/feed?x=1"): "Deployment apps/w",
        ("mentioned", "image", "ghcr.io/team/late:1.0"): "ConfigMap c",
        ("mentioned", "url", "oci://ghcr.io/team/charts"): "ConfigMap c",
    }
