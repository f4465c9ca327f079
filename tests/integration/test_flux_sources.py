# SPDX-License-Identifier: Apache-2.0
"""What source-controller makes of sources: ranges of tags, submodules, includes, sparse checkouts, ignored files,
layers, and the dependencies of charts out of git; locked, bundled, and the same out of the bundle."""

import json

import pytest
import upstream
import yaml
from bundles import archive, authority, flux_kustomization, origin, release, source, tree, workload  # noqa: F401
from helm_repositories import Repository
from walks import at, image_values, images, offer, values


POD = """apiVersion: v1
kind: Pod
metadata: {name: "{{ .Chart.Name }}"}
spec:
  containers:
  - {name: c, image: "{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}"}
"""


def running(tree, image):
    """Files of a chart that runs the image."""
    return {**values(**image_values(tree, image)), "templates/pod.yaml": POD}


def repository(tree, name, files=None, tag="1", **spec):
    """A GitRepository with one tag; without files one that is there already."""
    if files is not None:
        tree.upstream.add_git(name, files, tag=tag)
    return source("GitRepository", name, {"url": f"{tree.upstream.url}/git/{name}.git", "ref": {"tag": tag}, **spec})


def deployment(tree, image, name="w"):
    offer(tree, image)
    return yaml.safe_dump(workload("Deployment", at(tree, image), name=name))


def through(tree, *objects):
    """Lock, build and verify: a build walks the tree once more, out of the lock alone."""
    tree.objects(*objects)
    tree.lock()
    tree.build()
    tree.verify()
    return images(tree)


def refs(tree, name):
    return {pin["ref"] for pin in tree.pins() if pin["kind"] == "git" and pin["name"].endswith(f"/{name}.git")}


# --- ranges ---


@pytest.mark.parametrize("v0", [False, True])
def test_semver_is_the_newest_tag_and_stays_it(tree, v0):
    for tag in ("1.0.0", "v1.5.0", "1.6.0-rc.1", "2.0.0", "1.9", "latest"):
        tree.upstream.add_git("r", {"a/kustomization.yaml": "resources: [w.yaml]\n",
                                    "a/w.yaml": deployment(tree, f"app:{tag}")}, tag=tag, annotated=tag == "v1.5.0")
    tree.upstream.git_v0 = v0
    ranged = repository(tree, "r", ref={"semver": ">=1.0.0 <2.0.0"})
    ranged["spec"]["ref"] = {"semver": ">=1.0.0 <2.0.0"}
    assert through(tree, ranged, flux_kustomization("k", "r", "./a")) == {"app:v1.5.0"}
    assert refs(tree, "r") == {"tag/v1.5.0"}
    assert [pin["usedBy"] for pin in tree.pins() if pin["kind"] == "git"] == [
        ["GitRepository flux-system/r, semver '>=1.0.0 <2.0.0'"]]
    tree.upstream.add_git("r", {}, tag="1.7.0")
    tree.bundle_file.unlink()
    tree.build()
    tree.lock("--check", check=11)


def test_tags_of_one_version_and_two_commits_are_not_guessed(tree):
    for tag in ("1.0.0+a", "1.0.0+b"):
        tree.upstream.add_git("r", {"a/kustomization.yaml": "resources: []\n", "x": tag}, tag=tag)
    tree.objects(repository(tree, "r", ref={"semver": "1.x"}), flux_kustomization("k", "r", "./a"))
    error = tree.lock(check=12).stderr
    assert "GitRepository flux-system/r" in error and "are the same version, of different commits" in error


def test_semver_of_an_oci_repository_and_its_filter(tree):
    for version in ("1.0.0", "1.1.0", "1.2.0-rc.1", "2.0.0"):
        tree.upstream.add_chart("charts/tool", version, running(tree, f"app:{version}"))
    offer(tree, "app:1.0.0", "app:1.1.0", "app:1.2.0-rc.1")
    for ref, means in (({"semver": "1.x"}, "1.1.0"), ({"semver": ">=1.0.0-0 <2.0.0-0"}, "1.2.0-rc.1"),
                       ({"semver": ">=1.0.0-0", "semverFilter": "^1\\.0"}, "1.0.0")):
        ranged = source("OCIRepository", "s", {"url": f"oci://{at(tree, 'charts/tool')}", "ref": ref})
        through(tree, ranged, release("r", chartRef={"kind": "OCIRepository", "name": "s"}))
        assert tree.pinned("chart") == {at(tree, f"charts/tool:{means}")}
        assert images(tree) == {f"app:{means}"}


# --- what is in an artifact ---


def test_includes_are_copied_in(tree):
    inner = repository(tree, "inner", {"deep/x.yaml": deployment(tree, "inner:1")})
    middle = repository(tree, "middle", {"b/y.yaml": "kind: none\n"},
                        include=[{"repository": {"name": "inner"}, "fromPath": "deep", "toPath": "b/deep"}])
    outer = repository(tree, "outer", {"a/kustomization.yaml": "resources: [../middle/b/deep/x.yaml]\n"},
                       include=[{"repository": {"name": "middle"}}])
    assert through(tree, outer, middle, inner, flux_kustomization("k", "outer", "./a")) == {"inner:1"}
    assert {pin["name"].rsplit("/", 1)[1] for pin in tree.pins() if pin["kind"] == "git"} == {
        "inner.git", "middle.git", "outer.git"}


@pytest.mark.parametrize("include, text", [
    ({"repository": {"name": "none"}}, "spec.include: GitRepository none is not in the tree"),
    ({"repository": {"name": "o"}, "fromPath": "nope"}, "its artifact has no such path"),
    ({"repository": {"name": "o"}, "toPath": "a"}, "there is something already"),
    ({"repository": {"name": "o"}, "toPath": "a/kustomization.yaml/x"}, "a file is on the way to it"),
    ({"repository": {"name": "r"}}, "spec.include leads back to it"),
])
def test_include_that_flux_could_not_make(tree, include, text):
    r = repository(tree, "r", {"a/kustomization.yaml": "resources: []\n"}, include=[include])
    tree.objects(r, repository(tree, "o", {"x.yaml": "a: b\n"}), flux_kustomization("k", "r", "./a"))
    error = tree.lock(check=3).stderr
    assert "GitRepository flux-system/r" in error and text in error


def add_submodule(tree, parent, module, path, url):
    work = tree.upstream.folder / f"{parent}.work"
    commit = upstream.git(tree.upstream.folder / f"{module}.git", "rev-parse", "main")
    (work / ".gitmodules").write_text(f'[submodule "{path}"]\n\tpath = {path}\n\turl = {url}\n')
    upstream.git(work, "update-index", "--add", "--cacheinfo", f"160000,{commit},{path}")
    upstream.git(work, "add", ".gitmodules")
    upstream.git(work, "commit", "-q", "-m", "module")
    upstream.git(work, "tag", "with")
    upstream.git(work, "push", "-q", "--tags", "origin", "HEAD:main")
    return commit


def test_submodules_are_fetched_at_their_commits(tree):
    tree.upstream.add_git("leaf", {"x.yaml": deployment(tree, "leaf:1")})
    tree.upstream.add_git("module", {"y.yaml": deployment(tree, "module:1", "y")})
    leaf = add_submodule(tree, "module", "leaf", "leaf", "../leaf.git")
    tree.upstream.add_git("parent", {"a/kustomization.yaml": "resources: [../mod/y.yaml, ../mod/leaf/x.yaml]\n"})
    commit = add_submodule(tree, "parent", "module", "mod", tree.upstream.url + "/git/module.git")
    tree.upstream.add_git("leaf", {"x.yaml": deployment(tree, "newer:1")})
    r = repository(tree, "parent", tag="with", recurseSubmodules=True)
    assert through(tree, r, flux_kustomization("k", "parent", "./a")) == {"leaf:1", "module:1"}
    assert refs(tree, "leaf") == {f"commit/{leaf}"} and refs(tree, "module") == {f"commit/{commit}"}
    without = repository(tree, "parent", tag="with")
    tree.objects(without, flux_kustomization("k", "parent", "./a"))
    assert "there is no file or folder mod/y.yaml" in tree.lock(check=3).stderr


def test_sparse_checkout_has_nothing_else(tree):
    files = {"a/kustomization.yaml": "resources: [../b/x.yaml]\n", "b/x.yaml": deployment(tree, "app:1")}
    r = repository(tree, "r", files, sparseCheckout=["a", "./b"])
    assert through(tree, r, flux_kustomization("k", "r", "./a")) == {"app:1"}
    r["spec"]["sparseCheckout"] = ["a"]
    tree.objects(r, flux_kustomization("k", "r", "./a"))
    assert "there is no file or folder b/x.yaml" in tree.lock(check=3).stderr
    r["spec"]["sparseCheckout"] = ["a", "c"]
    tree.objects(r, flux_kustomization("k", "r", "./a"))
    assert "the directory 'c' does not exist in the repository" in tree.lock(check=3).stderr


@pytest.mark.parametrize("spec, files", [({"ignore": "b/*.yaml\n"}, {}), ({}, {"b/.sourceignore": "x.yaml\n"})])
def test_what_is_ignored_is_not_there(tree, spec, files):
    content = {"a/kustomization.yaml": "resources: [../b/x.yaml]\n", "b/x.yaml": deployment(tree, "app:1"), **files}
    tree.objects(repository(tree, "r", content, **spec), flux_kustomization("k", "r", "./a"))
    assert "there is no file or folder b/x.yaml" in tree.lock(check=3).stderr


def push_artifact(tree, name, tag, files, layers=()):
    """As `flux push artifact` does, with other layers in front."""
    config = {"mediaType": "application/vnd.cncf.flux.config.v1+json", **tree.upstream.add_blob(b"{}")}
    content = {"mediaType": "application/vnd.cncf.flux.content.v1.tar+gzip",
               **tree.upstream.add_blob(archive(files))}
    tree.upstream.add_manifest(name, tag, {"schemaVersion": 2, "config": config, "layers": [*layers, content]})


def test_artifact_of_an_oci_repository_is_built(tree):
    push_artifact(tree, "manifests/apps", "v1", {"a/kustomization.yaml": "resources: [w.yaml]\n",
                                                 "a/w.yaml": deployment(tree, "app:1")})
    k = flux_kustomization("k", "s", "./a")
    k["spec"]["sourceRef"]["kind"] = "OCIRepository"
    s = source("OCIRepository", "s", {"url": f"oci://{at(tree, 'manifests/apps')}", "ref": {"tag": "v1"}})
    assert through(tree, s, k) == {"app:1"}
    s["spec"]["ignore"] = "w.yaml\n"
    tree.objects(s, k)
    assert "there is no file or folder" in tree.lock(check=3).stderr


# --- layers ---


def signed_chart(tree):
    """A chart whose provenance comes first."""
    offer(tree, "app:1")
    data = archive({"a/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
                    **{f"a/{path}": text for path, text in running(tree, "app:1").items()}})
    tree.upstream.add_manifest("charts/a", "1.0.0", {
        "schemaVersion": 2,
        "config": {"mediaType": upstream.CHART_CONFIG,
                   **tree.upstream.add_blob(json.dumps({"name": "a", "version": "1.0.0"}).encode())},
        "layers": [{"mediaType": "application/vnd.cncf.helm.chart.provenance.v1.prov",
                    **tree.upstream.add_blob(b"-----BEGIN PGP SIGNED MESSAGE-----")},
                   {"mediaType": upstream.CHART_LAYER, **tree.upstream.add_blob(data)}]})


@pytest.mark.parametrize("operation", ["copy", "extract"])
def test_layer_selector_chooses_the_layer(tree, operation):
    signed_chart(tree)
    s = source("OCIRepository", "s", {"url": f"oci://{at(tree, 'charts/a')}", "ref": {"tag": "1.0.0"},
                                      "layerSelector": {"mediaType": upstream.CHART_LAYER, "operation": operation}})
    r = release("r", chartRef={"kind": "OCIRepository", "name": "s"})
    assert through(tree, s, r) == {"app:1"}
    s["spec"]["layerSelector"]["mediaType"] = "a/b"
    tree.objects(s, r)
    assert "charts/a:1.0.0 has no layer of the media type a/b" in tree.lock(check=6).stderr
    del s["spec"]["layerSelector"]  # the first one, as in the cluster
    tree.objects(s, r)
    assert "OCIRepository flux-system/s" in tree.lock(check=5).stderr


def test_helm_takes_the_layer_of_a_chart(tree):
    signed_chart(tree)
    s = source("HelmRepository", "s", {"type": "oci", "url": f"oci://{at(tree, 'charts')}"})
    r = release("r", chart={"spec": {"chart": "a", "version": "1.0.0",
                                     "sourceRef": {"kind": "HelmRepository", "name": "s"}}})
    assert through(tree, s, r) == {"app:1"}


# --- charts out of git ---


def chart_meta(name, dependencies=(), version="1.0.0"):
    return yaml.safe_dump({"apiVersion": "v2", "name": name, "version": version, "dependencies": list(dependencies)})


def git_chart(tree, files, **spec):
    template = {"chart": "chart", "sourceRef": {"kind": "GitRepository", "name": "g"}, **spec}
    return repository(tree, "g", {"chart/values.yaml": "{}\n", **files}), release("r", chart={"spec": template})


def test_dependencies_that_are_not_vendored_are_locked(tree):
    offer(tree, "reg:1", "web:1", "beside:1")
    tree.upstream.add_chart("deps/reg", "1.2.0", running(tree, "reg:1"))
    tree.upstream.add_chart("deps/reg", "2.0.0", {})
    web = Repository(tree.upstream)
    web.add("web", "3.1.0", running(tree, "web:1"))
    objects = git_chart(tree, {
        "chart/Chart.yaml": chart_meta("g", [
            {"name": "reg", "version": "~1.2", "repository": f"oci://{at(tree, 'deps')}"},
            {"name": "web", "version": ">=3", "repository": web.url + "/"},
            {"name": "beside", "version": "1.x", "repository": "file://../beside"}]),
        "beside/Chart.yaml": chart_meta("beside", version="1.4.0"),
        **{f"beside/{path}": text for path, text in running(tree, "beside:1").items()}})
    assert through(tree, *objects) == {"reg:1", "web:1", "beside:1"}
    assert tree.pinned("chart") == {at(tree, "deps/reg:1.2.0"), web.url + "/web:3.1.0"}
    assert all("dependency" in pin["usedBy"][0] for pin in tree.pins() if pin["kind"] == "chart")


@pytest.mark.parametrize("dependency, text", [
    ({"name": "x", "version": "1.x", "repository": "file://../nope"}, "no chart found at 'nope'"),
    ({"name": "x", "version": "1.x"}, "no chart found at 'chart/charts/x'"),
    ({"name": "x", "version": "2.x", "repository": "file://../beside"}, "is of version 1.4.0, which is not in '2.x'"),
    ({"name": "x", "version": "1.x", "repository": "@mine"}, "is no repository"),
])
def test_dependency_that_flux_could_not_get(tree, dependency, text):
    tree.objects(*git_chart(tree, {"chart/Chart.yaml": chart_meta("g", [dependency]),
                                   "beside/Chart.yaml": chart_meta("beside", version="1.4.0")}))
    error = tree.lock(check=3).stderr
    assert "HelmRelease flux-system/r: dependency x of git" in error and text in error


def test_values_files_are_the_defaults(tree):
    offer(tree, "first:1", "last:1")
    files = {"chart/Chart.yaml": chart_meta("g"), "chart/templates/pod.yaml": POD, "env/a.yaml": yaml.safe_dump(image_values(tree, "first:1")),
             "env/b.yaml": yaml.safe_dump({"image": {"repository": "last"}})}
    objects = git_chart(tree, files, valuesFiles=["env/a.yaml", "./env/b.yaml"])
    assert through(tree, *objects) == {"last:1"}
    template = objects[1]["spec"]["chart"]["spec"]
    template["valuesFiles"] = ["env/none.yaml", "env/a.yaml"]
    tree.objects(*objects)
    assert "valuesFiles: no values file found at 'env/none.yaml'" in tree.lock(check=3).stderr
    template["ignoreMissingValuesFiles"] = True
    assert through(tree, *objects) == {"first:1"}


def test_chart_of_a_helm_chart(tree):
    signed_chart(tree)
    h = source("HelmRepository", "s", {"type": "oci", "url": f"oci://{at(tree, 'charts')}"})
    c = source("HelmChart", "c", {"chart": "a", "version": "1.x",
                                  "sourceRef": {"kind": "HelmRepository", "name": "s"}})
    assert through(tree, h, c, release("r", chartRef={"kind": "HelmChart", "name": "c"})) == {"app:1"}


# --- what Flux would not take ---


@pytest.mark.parametrize("field", ["tag: 1.0", "commit: 12345678901234567890", "branch: 1", "semver: 1.0"])
def test_reference_that_is_a_number_is_told_with_its_line(tree, field):
    tree.upstream.add_git("r", {"x": "y"}, tag="1.0")
    tree.objects()
    (tree.entrypoint / "objects.yaml").write_text(
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: r, namespace: flux-system}\n"
        f"spec:\n  url: {tree.upstream.url}/git/r.git\n  ref: {{{field}}}\n")
    error = tree.lock(check=3).stderr
    name = field.split(":")[0]
    assert f"GitRepository flux-system/r: spec.ref.{name}: expected a text, found a number; put quotes around it" in error
    assert "6: " in error
