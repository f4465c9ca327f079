# SPDX-License-Identifier: Apache-2.0
"""What `bundle lock` finds: images of all workloads, and what objects of Flux lead to."""

import pytest
import yaml
from bundles import authority, flux_kustomization, origin, source, tree, upstream, workload  # noqa: F401
from walks import at, images, offer


# --- workloads ---


@pytest.mark.parametrize("kind, api", [
    ("Pod", "v1"), ("ReplicationController", "v1"), ("Deployment", "apps/v1"), ("StatefulSet", "apps/v1"),
    ("DaemonSet", "apps/v1"), ("ReplicaSet", "apps/v1"), ("Job", "batch/v1"), ("CronJob", "batch/v1"),
])
def test_images_of_a_workload(tree, kind, api):
    offer(tree, "main:1", "init:1", "debug:1", "data:1")
    tree.objects(workload(kind, at(tree, "main:1"), api, extra={
        "initContainers": [{"name": "i", "image": at(tree, "init:1")}],
        "ephemeralContainers": [{"name": "e", "image": at(tree, "debug:1")}],
        "volumes": [{"name": "v", "image": {"reference": at(tree, "data:1")}}],
    }))
    tree.lock()
    assert images(tree) == {"main:1", "init:1", "debug:1", "data:1"}
    assert {user for pin in tree.pins() for user in pin["usedBy"]} == {f"{kind} apps/w"}


def test_same_image_of_two_workloads_has_two_users(tree):
    offer(tree, "main:1")
    tree.objects(workload("Deployment", at(tree, "main:1"), name="b"), workload("Job", at(tree, "main:1"), "batch/v1"))
    tree.lock()
    assert [pin["usedBy"] for pin in tree.pins()] == [["Deployment apps/b", "Job apps/w"]]
    assert tree.upstream.asked("/manifests/") == 1


def injected(kind="Deployment", image="auto", **meta):
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "gateway", "namespace": "apps"},
            "spec": {"template": {"metadata": meta, "spec": {"containers": [{"name": "istio-proxy", "image": image}]}}}}


@pytest.mark.parametrize("meta", [
    {"annotations": {"inject.istio.io/templates": "gateway"}},
    {"labels": {"sidecar.istio.io/inject": "true"}},
    {"annotations": {"sidecar.istio.io/inject": "true"}},
    {"labels": {"istio.io/rev": "stable"}, "annotations": {"inject.istio.io/templates": "gateway"}},
])
def test_placeholder_of_an_injected_pod_is_left_out(tree, meta):
    offer(tree, "main:1")
    tree.objects(injected(**meta), workload("Job", at(tree, "main:1"), "batch/v1"))
    result = tree.run("bundle", "lock", "-o", tree.lock_file, "--ca-file", tree.ca)
    assert "Deployment apps/gateway has the image 'auto', which is left out" in result.stderr
    assert images(tree) == {"main:1"}
    tree.build()


@pytest.mark.parametrize("meta", [{}, {"labels": {"sidecar.istio.io/inject": "false"}}])
def test_placeholder_of_other_pods_is_no_image(tree, meta):
    tree.objects(injected(**meta))
    error = tree.lock(check=3).stderr
    assert "Deployment apps/gateway: the image 'auto'" in error and "sidecar.istio.io/inject" in error


# --- Flux ---


def base(tree, *objects):
    tree.upstream.add_git("repo", {"base/kustomization.yaml": "resources: [objects.yaml]\n",
                                   "base/objects.yaml": yaml.safe_dump_all(objects)}, tag="1")
    return source("GitRepository", "repo", {"url": tree.upstream.url + "/git/repo.git", "ref": {"tag": "1"}})


def test_flux_kustomization_is_built_as_flux_would(tree):
    """Images and patches of the Kustomization count, and its namespace is the objects'."""
    offer(tree, "other:2", "patched:3")
    repository = base(tree, workload("Deployment", "original:1"), workload("Job", "x:1", "batch/v1", name="job"))
    patch = {"patch": yaml.safe_dump([{"op": "replace", "path": "/spec/template/spec/containers/0/image",
                                       "value": at(tree, "patched:3")}]), "target": {"kind": "Job"}}
    tree.objects(repository, flux_kustomization(
        "k", "repo", "./base", targetNamespace="elsewhere", patches=[patch], namePrefix="pre-",
        images=[{"name": "original", "newName": at(tree, "other"), "newTag": "2"}],
        commonMetadata={"labels": {"a": "b"}, "annotations": {"c": "d"}}))
    tree.lock()
    assert images(tree) == {"other:2", "patched:3"}
    users = {user for pin in tree.pins() if pin["kind"] == "image" for user in pin["usedBy"]}
    assert users == {"Deployment elsewhere/pre-w", "Job elsewhere/pre-job"}


def plain_folder(tree, files, **spec):
    """A repository without a kustomization in ./apps, and a Flux Kustomization on that path."""
    tree.upstream.add_git("plain", files, tag="1")
    url = tree.upstream.url + "/git/plain.git"
    tree.objects(source("GitRepository", "plain", {"url": url, "ref": {"tag": "1"}, **spec}),
                 flux_kustomization("k", "plain", "./apps"))


def manifest(tree, image, name):
    offer(tree, image)
    return yaml.safe_dump(workload("Deployment", at(tree, image), name=name))


def test_path_without_kustomization_is_all_manifests_below_it(tree):
    """As Flux generates it: folders with a kustomization stand for themselves, other files do not count."""
    plain_folder(tree, {
        "apps/one.yaml": manifest(tree, "one:1", "one"),
        "apps/deep/er/two.yml": manifest(tree, "two:1", "two"),
        "apps/own/kustomization.yaml": "resources: [three.yaml]\n",
        "apps/own/three.yaml": manifest(tree, "three:1", "three"),
        "apps/own/unused.yaml": manifest(tree, "unused:1", "unused"),
        "apps/own/below/unused.yaml": manifest(tree, "unused:2", "unused"),
        "apps/.sops.yaml": "creation_rules: []\n",
        "apps/notes.txt": "no: manifest\n",
        "apps-of-others/four.yaml": manifest(tree, "four:1", "four"),
        ".github/workflow.yaml": "on: push\n",
    })
    tree.lock()
    assert images(tree) == {"one:1", "two:1", "three:1"}


def test_root_as_a_path_leaves_out_what_no_artifact_has(tree):
    offer(tree, "one:1")
    tree.upstream.add_git("plain", {"one.yaml": manifest(tree, "one:1", "one"), ".github/ci.yaml": "on: push\n"},
                          tag="1")
    tree.objects(source("GitRepository", "plain", {"url": tree.upstream.url + "/git/plain.git", "ref": {"tag": "1"}}),
                 flux_kustomization("k", "plain", "./"))
    tree.lock()
    assert images(tree) == {"one:1"}


@pytest.mark.parametrize("files, spec, code, text", [
    ({"other/x.yaml": "a: b\n"}, {}, 3, "there is no folder /apps"),
    ({"other/x.yaml": "a: b\n"}, {"ignore": "/*"}, 3, "there is no folder /apps"),
    ({"apps/x.yaml": "a: b\n"}, {"ignore": "/*"}, 3, "there is no folder /apps"),
    ({"apps/x.yaml": "a: b\n"}, {}, 3, "apps/x.yaml"),
], ids=["no-folder", "no-folder-spec.ignore", "spec.ignore", "no-object"])
def test_path_that_cannot_be_generated_is_refused(tree, files, spec, code, text):
    plain_folder(tree, files, **spec)
    error = tree.lock(check=code).stderr
    assert "Kustomization flux-system/k" in error and text in error


def test_path_with_nothing_to_apply_is_empty(tree):
    """What new clusters start with: the controller generates an empty kustomization."""
    plain_folder(tree, {"apps/notes.txt": "a"})
    tree.lock()
    assert images(tree) == set()


def test_what_a_sourceignore_names_is_not_applied(tree):
    plain_folder(tree, {"apps/one.yaml": manifest(tree, "one:1", "one"), ".sourceignore": "/apps/two.yaml\n",
                        "apps/two.yaml": "a: b\n"})
    tree.lock()
    assert images(tree) == {"one:1"}


def test_variables_are_substituted(tree):
    """By what the Kustomization says, and by a ConfigMap that is only in the source of another one."""
    offer(tree, "app:2", "app:3")
    url = tree.upstream.url
    tree.upstream.add_git("late", {"x/cm.yaml": yaml.safe_dump(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "vars", "namespace": "flux-system"},
         "data": {"tag": "3"}})}, tag="1")
    repository = base(tree, workload("Deployment", at(tree, "app:${tag}")), workload("Job", at(tree, "app:${other:=2}"),
                                                                                  "batch/v1", name="job"))
    tree.objects(repository, flux_kustomization("k", "repo", "./base", postBuild={
        "substituteFrom": [{"kind": "ConfigMap", "name": "vars"}]}),
        source("GitRepository", "late", {"url": url + "/git/late.git", "ref": {"tag": "1"}}),
        flux_kustomization("late", "late", "./x"))
    tree.lock()
    assert images(tree) == {"app:2", "app:3"}


def test_kustomization_in_its_own_path_ends(tree):
    loop = flux_kustomization("k", "repo", "./base")
    tree.objects(base(tree, loop), loop)
    tree.lock()
    assert len(tree.pins()) == 1


def test_path_cannot_leave_its_repository(tree):
    tree.objects(base(tree), flux_kustomization("k", "repo", "../../../../etc"))
    error = tree.lock(check=3).stderr
    assert "Kustomization flux-system/k" in error


def test_what_is_not_supported_is_refused(tree):
    tree.objects(base(tree), source("Bucket", "b", {"endpoint": "x", "bucketName": "b"}))
    assert "a Bucket" in tree.lock(check=12).stderr


def test_source_that_is_missing_is_named(tree):
    tree.objects(flux_kustomization("k", "nowhere", "./base"))
    error = tree.lock(check=3).stderr
    assert "Kustomization flux-system/k" in error and "GitRepository nowhere" in error
