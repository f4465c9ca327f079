# SPDX-License-Identifier: Apache-2.0
"""What `bundle lock` finds: images of all workloads, Flux objects, what charts render to, umbrellas."""

import re

import pytest
import yaml
from bundles import (archive, authority, flux_kustomization, origin, release, source, tree, upstream,  # noqa: F401
                     workload)


def images(tree):
    return {name.removeprefix(tree.upstream.host + "/") for name in tree.pinned("image")}


def offer(tree, *names):
    for name in names:
        tree.upstream.add_image(*name.rsplit(":", 1), [name.encode()])


def at(tree, name):
    return f"{tree.upstream.host}/{name}"


# Runs an image for each map with a repository and a tag in the values of its chart.
RUNS_ALL = """\
{{- define "images" -}}
{{- if kindIs "map" . -}}
{{- if and (hasKey . "repository") (hasKey . "tag") }}
{{ .registry }}/{{ .repository }}:{{ .tag }}
{{- else -}}{{- range . }}{{ include "images" . }}{{ end -}}{{- end -}}
{{- end -}}
{{- end -}}
"""
RUNS = RUNS_ALL + """\
{{- range $i, $image := splitList "\\n" (include "images" (omit .Values "global" | merge dict) | trim) }}
{{- if $image }}
---
apiVersion: v1
kind: Pod
metadata: {name: {{ printf "%s-%s-%d" $.Release.Name $.Chart.Name $i }}}
spec: {containers: [{name: c, image: {{ $image | quote }}}]}
{{- end }}
{{- end }}
"""


def values(**top):
    return {"values.yaml": yaml.safe_dump(top), "templates/run.yaml": RUNS}


def image_values(tree, name):
    repository, tag = name.rsplit(":", 1)
    return {"image": {"registry": tree.upstream.host, "repository": repository, "tag": tag}}


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
    ({"apps/notes.txt": "a"}, {}, 3, "/apps has neither a kustomization nor a manifest"),
    ({"other/x.yaml": "a: b\n"}, {}, 3, "there is no folder /apps"),
    ({"other/x.yaml": "a: b\n"}, {"ignore": "/*"}, 3, "there is no folder /apps"),
    ({"apps/x.yaml": "a: b\n"}, {"ignore": "/*"}, 3, "there is no folder /apps"),
    ({"apps/x.yaml": "a: b\n", ".sourceignore": "x\n"}, {}, 12, "/.sourceignore"),
    ({"apps/x.yaml": "a: b\n"}, {}, 3, "apps/x.yaml"),
], ids=["nothing", "no-folder", "no-folder-spec.ignore", "spec.ignore", "sourceignore", "no-object"])
def test_path_that_cannot_be_generated_is_refused(tree, files, spec, code, text):
    plain_folder(tree, files, **spec)
    error = tree.lock(check=code).stderr
    assert "Kustomization flux-system/k" in error and text in error


def test_kustomization_in_its_own_path_ends(tree):
    loop = flux_kustomization("k", "repo", "./base")
    tree.objects(base(tree, loop), loop)
    tree.lock()
    assert len(tree.pins()) == 1


def test_path_cannot_leave_its_repository(tree):
    tree.objects(base(tree), flux_kustomization("k", "repo", "../../../../etc"))
    error = tree.lock(check=3).stderr
    assert "Kustomization flux-system/k" in error


@pytest.mark.parametrize("objects, text", [
    ([flux_kustomization("k", "repo", "./base", postBuild={"substitute": {"a": "b"}})], "postBuild"),
    ([source("Bucket", "b", {"endpoint": "x"})], "a Bucket"),
], ids=["postBuild", "bucket"])
def test_what_is_not_supported_is_refused(tree, objects, text):
    tree.objects(base(tree), *objects)
    assert text in tree.lock(check=12).stderr


def test_source_that_is_missing_is_named(tree):
    tree.objects(flux_kustomization("k", "nowhere", "./base"))
    error = tree.lock(check=3).stderr
    assert "Kustomization flux-system/k" in error and "GitRepository nowhere" in error


# --- charts ---


@pytest.mark.parametrize("way", ["chartRef", "helm-repository", "git"])
def test_chart_of_a_release(tree, way):
    offer(tree, "tool:5", "extra:1")
    files = values(main=image_values(tree, "tool:5"), side=image_values(tree, "extra:0"))
    overlay = {"side": image_values(tree, "extra:1")}
    if way == "git":
        chart = {f"chart/{name}": text for name, text in files.items()}
        tree.upstream.add_git("charts", {"chart/Chart.yaml": "apiVersion: v2\nname: t\nversion: 1.0.0\n", **chart},
                              tag="1")
        origin_ = source("GitRepository", "s", {"url": tree.upstream.url + "/git/charts.git", "ref": {"tag": "1"}})
        spec = {"chart": {"spec": {"chart": "./chart", "sourceRef": {"kind": "GitRepository", "name": "s"}}}}
    else:
        tree.upstream.add_chart("charts/tool", "1.0.0+build", files)
        if way == "chartRef":
            origin_ = source("OCIRepository", "s", {"url": f"oci://{at(tree, 'charts/tool')}",
                                                    "ref": {"tag": "1.0.0_build"}})
            spec = {"chartRef": {"kind": "OCIRepository", "name": "s"}}
        else:
            origin_ = source("HelmRepository", "s", {"type": "oci", "url": f"oci://{at(tree, 'charts')}"})
            spec = {"chart": {"spec": {"chart": "tool", "version": "1.0.0+build",
                                       "sourceRef": {"kind": "HelmRepository", "name": "s"}}}}
    tree.objects(origin_, release("r", values=overlay, **spec))
    tree.lock()
    assert images(tree) == {"tool:5", "extra:1"}
    assert tree.pinned("chart") == (set() if way == "git" else {at(tree, "charts/tool:1.0.0_build")})
    tree.build()
    tree.verify()


def oci_release(tree, chart, **spec):
    name, version = chart.rsplit(":", 1)
    return [source("OCIRepository", "s", {"url": f"oci://{at(tree, name)}", "ref": {"tag": version}}),
            release("r", chartRef={"kind": "OCIRepository", "name": "s"}, **spec)]


def test_annotated_images_and_their_conditions(tree):
    offer(tree, "always:1", "on:1", "unsaid:1")
    listed = yaml.safe_dump([
        {"name": "a", "image": at(tree, "always:1")},
        {"name": "b", "image": at(tree, "on:1"), "condition": "feature.enabled"},
        {"name": "c", "image": at(tree, "off:1"), "condition": "other.enabled"},
        {"name": "d", "image": at(tree, "unsaid:1"), "condition": "nothing.enabled"},
    ])
    chart = {"apiVersion": "v2", "name": "tool", "version": "1.0.0", "annotations": {"helm.sh/images": listed}}
    tree.upstream.add_chart("tool", "1.0.0", {"Chart.yaml": yaml.safe_dump(chart), **values(
        feature={"enabled": False}, other={"enabled": True}, main=image_values(tree, "not-listed:1"))})
    tree.objects({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "v", "namespace": "flux-system"},
                  "data": {"values.yaml": "other: {enabled: false}\n"}},
                 *oci_release(tree, "tool:1.0.0", valuesFrom=[{"kind": "ConfigMap", "name": "v"}],
                              values={"feature": {"enabled": True}}))
    tree.lock()
    assert images(tree) == {"always:1", "on:1", "unsaid:1"}


def test_image_that_only_a_chart_names_may_be_missing(tree):
    tree.upstream.add_chart("tool", "1.0.0", values(main=image_values(tree, "gone:1")))
    objects = oci_release(tree, "tool:1.0.0")
    tree.objects(*objects)
    assert images(tree) if tree.lock() and tree.pinned("image") else True
    result = tree.run("bundle", "lock", "-o", "other.lock", "--ca-file", tree.ca)
    assert "gone:1" in result.stderr and "left out" in result.stderr
    # But not when an object names it, too.
    tree.objects(*objects, workload("Deployment", at(tree, "gone:1")))
    assert "Deployment apps/w" in tree.lock(check=6).stderr


def test_what_is_no_chart(tree):
    offer(tree, "tool:1")
    tree.objects(*oci_release(tree, "tool:1"))
    assert "is no Helm chart" in tree.lock(check=6).stderr


# --- charts as Helm reads them ---


def guesses(tree):
    return yaml.safe_load(tree.lock_file.read_text()).get("guessed", [])


def chart_file(name, version="1.0.0", images=(), **more):
    listed = {"annotations": {"helm.sh/images": yaml.safe_dump([{"name": "x", "image": i} for i in images])}}
    return yaml.safe_dump({"apiVersion": "v2", "name": name, "version": version, **(listed if images else {}), **more})


def test_files_of_charts_may_repeat_keys_and_have_any_scalar_as_one(tree):
    """What Helm takes: of equal keys the last, numbers as keys, a byte order mark, several documents."""
    offer(tree, "second:1", "from-map:1", "third:1")
    tree.upstream.add_chart("tool", "1.0.0", {"values.yaml": (
        "\ufeff" + yaml.safe_dump({"main": image_values(tree, "first:1")}) +
        yaml.safe_dump({"main": image_values(tree, "second:1")}) +
        "ports:\n  8080: http\n  on: x\n---\n" + yaml.safe_dump({"more": image_values(tree, "third:1")}))})
    tree.objects({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "v", "namespace": "flux-system"},
                  "data": {"values.yaml": "side: {}\n1: 2\n" + yaml.safe_dump({"side": image_values(tree, "from-map:1")})}},
                 *oci_release(tree, "tool:1.0.0", valuesFrom=[{"kind": "ConfigMap", "name": "v"}]))
    tree.lock()
    assert images(tree) == {"second:1", "from-map:1", "third:1"}


def test_values_that_are_no_map_are_named(tree):
    tree.upstream.add_chart("tool", "1.0.0", {"values.yaml": "a: 1\n---\n- b\n"})
    tree.objects(*oci_release(tree, "tool:1.0.0"))
    error = tree.lock(check=3).stderr
    assert re.search(r"tool:1.0.0/values.yaml:3: is a list", error), error


def subchart(name, version="1.0.0", **files):
    return {f"{name}/Chart.yaml": files.pop("meta", chart_file(name, version)),
            **{f"{name}/{path}": text for path, text in files.items()}}


def test_subcharts_count(tree):
    """Folders and archives, also nested, by name or alias, with the parent's values and globals over theirs."""
    offer(tree, "folder:1", "packed:2", "nested:1", "undeclared:1", "alias-a:1", "alias-b:2")
    nested = subchart("nested", **values(main=image_values(tree, "nested:1")))
    packed = archive({**subchart("packed", **values(main=image_values(tree, "packed:1"))),
                      **{f"packed/charts/{path}": text for path, text in nested.items()}})
    files = {
        "Chart.yaml": chart_file("tool", dependencies=[
            {"name": "folder", "version": "1.0.0", "condition": "nothing.says, folder.enabled"},
            {"name": "packed", "version": ">=1"},
            {"name": "off", "version": "1.0.0", "condition": "off.enabled"},
            {"name": "tagged", "version": "1.0.0", "tags": ["extras"]},
            {"name": "twice", "version": "1.0.0", "alias": "a"}, {"name": "twice", "version": "1.0.0", "alias": "b"},
            {"name": "old", "version": "2.0.0", "condition": "undeclared.enabled"}]),
        **values(packed={"main": {"image": {"tag": "2"}}}, tags={"extras": False}, undeclared={"enabled": False},
                 b={"main": {"image": {"repository": "alias-b", "tag": "2"}}}),
        "charts/packed-1.0.0.tgz": packed,
        **{f"charts/{path}": text for chart in (
            subchart("folder", **values(main=image_values(tree, "folder:1"), enabled=True)),
            subchart("off", **values(main=image_values(tree, "off:1"), enabled=False)),
            subchart("tagged", **values(main=image_values(tree, "tagged:1"))),
            subchart("twice", **values(main=image_values(tree, "alias-a:1"))),
            subchart("old", **values(main=image_values(tree, "undeclared:1"))),
            subchart("_hidden", **values(main=image_values(tree, "hidden:1"))),
        ) for path, text in chart.items()},
    }
    tree.upstream.add_chart("tool", "1.0.0", files)
    tree.objects(*oci_release(tree, "tool:1.0.0"))
    tree.lock()
    assert images(tree) == {"folder:1", "packed:2", "nested:1", "undeclared:1", "alias-a:1", "alias-b:2"}
    tree.build()
    tree.verify()


def test_list_of_a_chart_speaks_for_its_subcharts(tree):
    """But one that a subchart has counts, too; conditions look at the subchart's defaults."""
    offer(tree, "listed:1", "inner:1")
    off = [{"name": "x", "image": at(tree, "listed:1")}, {"name": "y", "image": at(tree, "off:1"),
                                                          "condition": "lower.feature.enabled"}]
    tree.upstream.add_chart("tool", "1.0.0", {
        "Chart.yaml": chart_file("tool", annotations={"helm.sh/images": yaml.safe_dump(off)}, dependencies=[
            {"name": "low", "version": "1.0.0", "alias": "lower"}, {"name": "other", "version": "1.0.0"}]),
        **{f"charts/{path}": text for chart in (
            subchart("low", **values(feature={"enabled": False}, main=image_values(tree, "not-listed:1"))),
            subchart("other", meta=chart_file("other", images=[at(tree, "inner:1")])),
        ) for path, text in chart.items()},
    })
    tree.objects(*oci_release(tree, "tool:1.0.0"))
    tree.lock()
    assert images(tree) == {"listed:1", "inner:1"}
    assert guesses(tree) == []


def test_chart_whose_images_are_guessed_is_named(tree):
    """In a warning and in the lock, which reads and writes the same."""
    offer(tree, "tool:5")
    tree.upstream.add_chart("tool", "1.0.0", values(main=image_values(tree, "tool:5")))
    tree.upstream.add_chart("listed", "2.0.0", {"Chart.yaml": chart_file("listed", "2.0.0", [at(tree, "tool:5")])})
    second = [{**o, "metadata": {"name": "s2" if o["kind"] == "OCIRepository" else "r2", "namespace": "flux-system"}}
              for o in oci_release(tree, "listed:2.0.0")]
    second[1]["spec"] = {"chartRef": {"kind": "OCIRepository", "name": "s2"}}
    tree.objects(*oci_release(tree, "tool:1.0.0"), *second)
    result = tree.run("bundle", "lock", "-o", tree.lock_file, "--ca-file", tree.ca)
    assert "HelmRelease flux-system/r: the images of chart tool-1.0.0 are guessed" in result.stderr
    assert guesses(tree) == [{"chart": "tool-1.0.0", "release": "HelmRelease flux-system/r"}]
    tree.build()
    tree.verify()


def test_chart_bombs_end_early(tree):
    """Archives in archives are counted together."""
    inner = archive(subchart("low", **{f"files/{i}.txt": "x" * (4 << 20) for i in range(8)}))
    tree.upstream.add_chart("tool", "1.0.0", {f"charts/low-{i}.tgz": inner for i in range(4)})
    tree.objects(*oci_release(tree, "tool:1.0.0"))
    assert "more than 100 MiB in a chart and its subcharts" in tree.lock(check=5).stderr


def test_what_is_no_chart_in_charts_is_refused(tree):
    """As Helm does: "error unpacking subchart README.md in tool: Chart.yaml file is missing"."""
    tree.upstream.add_chart("tool", "1.0.0", {"charts/README.md": "no chart\n"})
    tree.objects(*oci_release(tree, "tool:1.0.0"))
    assert "tool:1.0.0/charts/README.md has no Chart.yaml" in tree.lock(check=6).stderr


def test_chart_that_a_repository_lacks_is_named_with_its_release(tree):
    tree.upstream.add_git("charts", {"chart/Chart.yaml": chart_file("t")}, tag="1")
    tree.objects(
        source("GitRepository", "s", {"url": tree.upstream.url + "/git/charts.git", "ref": {"tag": "1"}}),
        release("r", chart={"spec": {"chart": "./nope", "sourceRef": {"kind": "GitRepository", "name": "s"}}}))
    error = tree.lock(check=6).stderr
    assert "HelmRelease flux-system/r: git" in error and "has no chart nope/Chart.yaml" in error


# --- an umbrella's packages ---


def package(tree, name, **more):
    git = {"repo": f"{tree.upstream.url}/git/{name}.git", "tag": "1", "path": "./chart"}
    return {"git": git, "enabled": True, **more}


def package_repository(tree, name, image):
    tree.upstream.add_git(name, {"chart/Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n",
                                 "chart/values.yaml": yaml.safe_dump(image_values(tree, image))}, tag="1")


def test_packages_of_an_umbrella(tree):
    """Those that are on, or may be by the cluster's decision, at all three places; none that is off."""
    offer(tree, "top:1", "addon:1", "own:2", "registry:1")
    for name, image in {"top": "top:1", "addon": "addon:1", "own": "own:1"}.items():
        package_repository(tree, name, image)
    tree.upstream.add_chart("charts/reg", "4.0.0", values(**image_values(tree, "registry:1")))
    tree.upstream.add_chart("umbrella", "1.0.0", values(
        helmRepositories=[{"name": "ours", "repository": f"oci://{at(tree, 'charts')}", "type": "oci"}],
        top=package(tree, "top"),
        off=package(tree, "off", enabled=False),
        addons={"addon": package(tree, "addon", enabled="auto"), "off": package(tree, "off", enabled=False)},
        reg={"enabled": True, "sourceType": "helmRepo", "git": {"repo": "https://unused"},
             "helmRepo": {"repoName": "ours", "chartName": "reg", "tag": "4.0.0"}},
    ))
    tree.objects(*oci_release(tree, "umbrella:1.0.0", values={
        "packages": {"own": package(tree, "own", values=image_values(tree, "own:2"))}}))
    tree.lock()
    assert images(tree) == {"top:1", "addon:1", "own:2", "registry:1"}
    assert tree.pinned("git") == {f"{tree.upstream.url}/git/{name}.git" for name in ("top", "addon", "own")}
    assert tree.pinned("chart") == {at(tree, "charts/reg:4.0.0"), at(tree, "umbrella:1.0.0")}
    tree.build()
    tree.verify()


def test_package_without_a_switch(tree):
    """Additional packages are on unless they say otherwise, and their chart is in chart/."""
    offer(tree, "own:1")
    package_repository(tree, "own", "own:1")
    own = package(tree, "own")
    del own["enabled"], own["git"]["path"]
    tree.upstream.add_chart("umbrella", "1.0.0", values(packages={}))
    tree.objects(*oci_release(tree, "umbrella:1.0.0", values={"packages": {"own": own}}))
    tree.lock()
    assert images(tree) == {"own:1"}
    assert tree.pinned("git") == {f"{tree.upstream.url}/git/own.git"}


def test_package_from_a_repository_that_the_values_lack(tree):
    tree.upstream.add_chart("umbrella", "1.0.0", values(
        helmRepositories=[{"name": "others", "repository": "https://charts.example.org"}],
        reg={"enabled": True, "sourceType": "helmRepo",
             "helmRepo": {"repoName": "ours", "chartName": "reg", "tag": "4.0.0"}}))
    tree.objects(*oci_release(tree, "umbrella:1.0.0"))
    error = tree.lock(check=3).stderr
    assert "package reg" in error and "'ours' is not among helmRepositories" in error


def umbrella_with_wrapper(tree, **given):
    """A source that has no switch, and is not there."""
    offer(tree, "top:1", "own:1")
    package_repository(tree, "top", "top:1")
    package_repository(tree, "own", "own:1")
    wrapper = package(tree, "nowhere")
    del wrapper["enabled"]
    tree.upstream.add_chart("umbrella", "1.0.0", values(
        wrapper=wrapper, top=package(tree, "top"), packages={"sample": {"enabled": False, **package(tree, "sample")}}))
    tree.objects(*oci_release(tree, "umbrella:1.0.0", values=given))


def test_source_that_nothing_turns_on_may_be_missing(tree):
    umbrella_with_wrapper(tree, packages={"sample": {"enabled": False}})
    result = tree.run("bundle", "lock", "-o", tree.lock_file, "--ca-file", tree.ca)
    assert re.search(r"package wrapper: .*nowhere.*left out, as nothing turns it on", result.stderr), result.stderr
    assert images(tree) == {"top:1"}
    tree.build()
    tree.verify()


def test_source_that_comes_with_a_package_may_not(tree):
    umbrella_with_wrapper(tree, packages={"sample": {"enabled": False}, "own": package(tree, "own")})
    assert "package wrapper" in tree.lock(check=6).stderr
