# SPDX-License-Identifier: Apache-2.0
"""The GitOps tree in a bundle: what the tree is made of, links too, is rendered again without it."""

import io
import tarfile

import pytest
import yaml
from bundles import authority, flux_kustomization, origin, source, tree  # noqa: F401


def config_map(name):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "apps"}}


def linked(tree):
    """Resources behind a link to a folder, one to a file and one to a link."""
    shared = tree.folder / "shared"
    (shared / "base").mkdir(parents=True)
    (shared / "base/kustomization.yaml").write_text("resources: [a.yaml]\n")
    (shared / "base/a.yaml").write_text(yaml.safe_dump(config_map("in-linked-folder")))
    (tree.entrypoint / "files").mkdir()
    (tree.entrypoint / "files/b.yaml").write_text(yaml.safe_dump(config_map("in-linked-file")))
    tree.objects(config_map("plain"), remote=["base", "b.yaml"])
    (tree.entrypoint / "base").symlink_to("../../elsewhere")
    (tree.folder / "elsewhere").symlink_to("shared/base")
    (tree.entrypoint / "b.yaml").symlink_to("files/b.yaml")


LINKED = {"plain", "in-linked-folder", "in-linked-file"}


def names(text):
    return {found["metadata"]["name"] for found in yaml.safe_load_all(text)}


def test_links_are_in_the_bundle(tree):
    """The tree renders as on disk, and out of the bundle alone where there is no tree."""
    linked(tree)
    tree.lock()
    tree.build()
    tree.verify()
    assert names(tree.run("render", "clusters/sandbox").stdout) == LINKED
    with tarfile.open(fileobj=io.BytesIO(tree.read().content("tree"))) as tar:
        links = {entry.name: entry.linkname for entry in tar if entry.issym()}
    assert links == {"clusters/sandbox/base": "../../shared/base", "clusters/sandbox/b.yaml": "files/b.yaml"}
    empty = tree.folder / "empty"
    empty.mkdir()
    alone = tree.sandstrap("status", "--bundle", tree.bundle_file, check=None, cwd=empty)
    assert "/nonexistent" in alone.stderr, alone  # the kubeconfig, after the objects


def test_link_that_leads_elsewhere_is_another_tree(tree):
    linked(tree)
    tree.lock()
    tree.build()
    (tree.folder / "elsewhere").unlink()
    (tree.folder / "shared").rename(tree.folder / "moved")
    (tree.folder / "elsewhere").symlink_to("moved/base")
    result = tree.run("status", "--bundle", tree.bundle_file, check=3)
    assert "elsewhere" in result.stderr and "moved/base" not in result.stdout


def absolute(tree):
    linked(tree)
    (tree.entrypoint / "base").unlink()
    (tree.entrypoint / "base").symlink_to(tree.folder / "shared/base")


def kustomization_is_a_link(tree):
    linked(tree)
    (tree.entrypoint / "kustomization.yaml").rename(tree.entrypoint / "files/k.yaml")
    (tree.entrypoint / "kustomization.yaml").symlink_to("files/k.yaml")


def entrypoint_is_a_link(tree):
    linked(tree)
    tree.entrypoint.rename(tree.folder / "clusters/real")
    tree.entrypoint.symlink_to("real")


def through_a_link_and_up(tree):
    """What is beside a link is not what is beside its target."""
    linked(tree)
    (tree.entrypoint / "over").symlink_to("../../shared/base")
    (tree.entrypoint / "kustomization.yaml").write_text("resources: [objects.yaml, over/../base, b.yaml]\n")


def out_of_the_tree(tree):
    linked(tree)
    (tree.folder / "shared").rename(tree.folder.parent / "beside")
    (tree.folder / "elsewhere").unlink()
    (tree.folder / "elsewhere").symlink_to("../beside/base")


def file_twice(tree):
    linked(tree)
    (tree.entrypoint / "b.yaml").unlink()
    (tree.entrypoint / "b.yaml").symlink_to("c.yaml")
    (tree.entrypoint / "c.yaml").symlink_to("files/b.yaml")
    (tree.entrypoint / "data").symlink_to("files")
    (tree.entrypoint / "kustomization.yaml").write_text(
        "resources: [objects.yaml, base, b.yaml]\n"
        "configMapGenerator: [{name: g, files: [c.yaml, d=data/b.yaml]}]\n"
        "generatorOptions: {disableNameSuffixHash: true}\n")


@pytest.mark.parametrize("shape", [absolute, kustomization_is_a_link, entrypoint_is_a_link, through_a_link_and_up,
                                   out_of_the_tree, file_twice])
def test_shapes_of_links(tree, shape):
    shape(tree)
    on_disk = tree.run("render", "clusters/sandbox").stdout
    tree.lock()
    tree.build()
    tree.verify()
    assert "/nonexistent" in tree.run("status", "--bundle", tree.bundle_file, check=None).stderr
    empty = tree.folder / "empty"
    empty.mkdir()
    alone = tree.sandstrap("status", "--bundle", tree.bundle_file, check=None, cwd=empty)
    assert "/nonexistent" in alone.stderr, alone
    assert LINKED <= names(on_disk)
