# SPDX-License-Identifier: Apache-2.0
"""`bundle lock` on Flux Kustomizations: the images are those that kustomize-controller would apply."""

import json

import pytest
import yaml
from bundles import authority, flux_kustomization, origin, source, tree  # noqa: F401

IMAGE = "/spec/template/spec/containers/0/image"


@pytest.fixture
def lock(tree):
    """Locks a Kustomization on a repository with these files; the names of the images, or the failed run."""
    for tag in "123":
        tree.upstream.add_image("app", tag, [tag.encode()])

    def run(files, path="./a", check=0, **spec):
        tree.upstream.add_git("r", {name: text.replace("HOST", tree.upstream.host) for name, text in files.items()}, tag="1")
        spec = json.loads(json.dumps(spec).replace("HOST", tree.upstream.host))
        tree.objects(source("GitRepository", "r", {"url": f"{tree.upstream.url}/git/r.git", "ref": {"tag": "1"}}),
                     flux_kustomization("k", "r", path, **spec))
        result = tree.lock(check=check)
        return result if check else sorted(name.removeprefix(tree.upstream.host + "/") for name in tree.pinned("image"))

    return run


def deployment(image, **more):
    return yaml.safe_dump({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "w", "namespace": "apps"},
                           "spec": {"template": {"spec": {"containers": [{"name": "c", "image": image, **more}]}}}})


def patch(kind, path, value, **target):
    operations = json.dumps([{"op": "replace", "path": path, "value": value}])
    return {"target": {"kind": kind, **target}, "patch": operations}


def test_images_of_the_path_come_after_patches(lock):
    files = {"a/kustomization.yaml": "resources: [d.yaml]\nimages: [{name: app, newName: HOST/app, newTag: '2'}]\n",
             "a/d.yaml": deployment("zzz:0")}
    assert lock(files, patches=[patch("Deployment", IMAGE, "app:1")]) == ["app:2"]


def test_targets_do_not_see_what_the_path_names(lock):
    files = {"a/kustomization.yaml": "resources: [d.yaml]\nnamespace: prod\nnamePrefix: q-\n",
             "a/d.yaml": deployment("HOST/app:1")}
    assert lock(files, patches=[patch("Deployment", IMAGE, "HOST/app:2", namespace="prod"),
                                patch("Deployment", IMAGE, "HOST/app:3", name="q-w")]) == ["app:1"]


def test_replacements_of_the_path_take_what_patches_wrote(lock):
    replacement = {"source": {"kind": "ConfigMap", "name": "c", "fieldPath": "data.t"},
                   "targets": [{"select": {"kind": "Deployment"}, "options": {"delimiter": ":", "index": 2},
                                "fieldPaths": ["spec.template.spec.containers.0.image"]}]}
    config = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {t: '1'}\n"
    files = {"a/kustomization.yaml": yaml.safe_dump({"resources": ["d.yaml"], "replacements": [replacement]}),
             "a/d.yaml": deployment("HOST/app:0") + config}
    assert lock(files, patches=[patch("ConfigMap", "/data/t", "2")]) == ["app:2"]


@pytest.mark.parametrize("path", ["./", "", "/"])
def test_the_path_may_be_the_root(lock, path):
    assert lock({"kustomization.yaml": "resources: [d.yaml]\n", "d.yaml": deployment("HOST/app:1")}, path) == ["app:1"]


def test_a_folder_without_manifests_is_nothing(lock):
    assert lock({"a/README.md": "nothing yet\n"}) == []


def test_a_folder_that_is_not_there_is_refused(lock):
    assert "there is no folder /b" in lock({"a/README.md": "x\n"}, "./b", check=3).stderr


def test_components_are_relative_to_the_path_and_may_be_missing(lock):
    files = {"a/kustomization.yaml": "resources: [d.yaml]\n", "a/d.yaml": deployment("HOST/app:1"),
             "c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
                                     "images: [{name: HOST/app, newTag: '2'}]\n"}
    assert lock(files, components=["../c", "../none"], ignoreMissingComponents=True) == ["app:2"]


def test_images_of_one_name_are_one(lock):
    files = {"a/kustomization.yaml": "resources: [d.yaml]\nimages: [{name: app, newName: HOST/app, newTag: '1'}]\n",
             "a/d.yaml": deployment("app:0")}
    assert lock(files, images=[{"name": "app", "newTag": "2"}, {"name": "app", "newTag": "3"}]) == ["app:3"]


def test_variables_after_the_build(lock):
    files = {"a/d.yaml": deployment("${REGISTRY:=none}/app:${TAG}"),
             "a/off.yaml": deployment("HOST/app:1", args=["$${TAG}"]).replace("name: w", "name: v")}
    post = {"substitute": {"REGISTRY": "HOST", "TAG": "2"}}
    assert lock(files, postBuild=post, targetNamespace="shop") == ["app:1", "app:2"]
