# SPDX-License-Identifier: Apache-2.0
"""What `bundle lock` finds in charts: what they render to, what they ask, and umbrellas."""

import re

import pytest
import yaml
from bundles import archive, authority, origin, release, source, tree, upstream  # noqa: F401
from walks import RUNS, at, image_values, images, oci_release, offer, values


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


def test_values_of_the_tree_and_of_the_release_count(tree):
    """Those of a ConfigMap over the chart's, those of the release over both; what the chart lists does not."""
    offer(tree, "on:1", "both:3")
    chart = chart_file("tool", images=[at(tree, "listed:1")])
    tree.upstream.add_chart("tool", "1.0.0", {"Chart.yaml": chart, **values(
        main=image_values(tree, "off:1"), side=image_values(tree, "both:1"))})
    tree.objects({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "v", "namespace": "flux-system"},
                  "data": {"values.yaml": yaml.safe_dump({"main": image_values(tree, "on:1"),
                                                          "side": {"image": {"tag": "2"}}})}},
                 *oci_release(tree, "tool:1.0.0", valuesFrom=[{"kind": "ConfigMap", "name": "v"}],
                              values={"side": {"image": {"tag": "3"}}}))
    tree.lock()
    assert images(tree) == {"on:1", "both:3"}


def test_image_that_a_chart_runs_may_not_be_missing(tree):
    tree.upstream.add_chart("tool", "1.0.0", values(main=image_values(tree, "gone:1")))
    tree.objects(*oci_release(tree, "tool:1.0.0"))
    error = tree.lock(check=6).stderr
    assert "Pod flux-system/r-tool-0" in error and "gone:1" in error


def test_what_is_no_chart(tree):
    offer(tree, "tool:1")
    tree.objects(*oci_release(tree, "tool:1"))
    assert "is no Helm chart" in tree.lock(check=6).stderr


# --- charts as Helm reads them ---


def decisions(tree, what):
    """What the lock says that it assumed: pairs of question and answer."""
    found = yaml.safe_load(tree.lock_file.read_text()).get("decisions", [])
    return {(d["asked"], d["assumed"]) for d in found if d["what"] == what}


def chart_file(name, version="1.0.0", images=(), **more):
    listed = {"annotations": {"helm.sh/images": yaml.safe_dump([{"name": "x", "image": i} for i in images])}}
    return yaml.safe_dump({"apiVersion": "v2", "name": name, "version": version, **(listed if images else {}), **more})


def test_files_of_charts_may_repeat_keys_and_have_any_scalar_as_one(tree):
    """What Helm takes: of equal keys the last, numbers as keys, a byte order mark, several documents."""
    offer(tree, "second:1", "from-map:1", "third:1")
    tree.upstream.add_chart("tool", "1.0.0", {"templates/run.yaml": RUNS, "values.yaml": (
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
    offer(tree, "folder:1", "packed:2", "nested:1", "alias-a:1", "alias-b:2")
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
    assert images(tree) == {"folder:1", "packed:2", "nested:1", "alias-a:1", "alias-b:2"}
    tree.build()
    tree.verify()


def test_what_charts_ask_the_cluster_is_in_the_lock(tree):
    """API versions are those of the lock's Kubernetes, and of the definitions that the tree brings, also later."""
    offer(tree, "with:1", "without:1")
    tree.upstream.add_chart("asks", "1.0.0", {"templates/x.yaml": (
        '{{- if .Capabilities.APIVersions.Has "acme.io/v1/Thing" }}{{ $has := "with" }}\n'
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x, annotations: {r: {{ randAlpha 5 }}}}\n"
        f"spec: {{containers: [{{name: c, image: '{at(tree, 'with:1')}'}}]}}\n{{{{- end }}}}\n"
        '# {{ .Capabilities.KubeVersion.Minor }} {{ lookup "v1" "Secret" "a" "b" }}\n')})
    tree.upstream.add_chart("brings", "1.0.0", {"crds/thing.yaml": yaml.safe_dump({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "things.acme.io"},
        "spec": {"group": "acme.io", "scope": "Cluster", "names": {"kind": "Thing", "plural": "things"},
                 "versions": [{"name": "v1", "served": True, "storage": True}]}})})
    second = source("OCIRepository", "s2", {"url": f"oci://{at(tree, 'brings')}", "ref": {"tag": "1.0.0"}})
    asks = oci_release(tree, "asks:1.0.0")
    tree.objects(*asks, second, release("z", chartRef={"kind": "OCIRepository", "name": "s2"}))
    tree.lock("--kube-version", "1.33.5")
    assert images(tree) == {"with:1"}
    assert decisions(tree, "api-version") == {("acme.io/v1/Thing", "served")}
    assert decisions(tree, "kube-version") == {("Minor", "33")}
    assert decisions(tree, "lookup") == {("v1 Secret a/b", "not there")}
    assert decisions(tree, "random") == {("randAlpha", "any value")}
    assert yaml.safe_load(tree.lock_file.read_text())["kubernetes"] == "1.33.5"
    tree.build()
    tree.verify()
    tree.objects(*asks)
    tree.lock()
    assert images(tree) == set() and decisions(tree, "api-version") == {("acme.io/v1/Thing", "not served")}


def test_what_capabilities_answer_is_one_decision_of_a_release(tree):
    """However many places ask; each lookup is one of its own."""
    line = '# {{ .Capabilities.KubeVersion.Minor }} {{ .Capabilities.APIVersions.Has "no/v1" }} {{ lookup "v1" "Pod" "a" "b" }}\n'
    tree.upstream.add_chart("asks", "1.0.0", {"templates/a.yaml": line * 3, "templates/b.yaml": line})
    tree.objects(*oci_release(tree, "asks:1.0.0"))
    tree.lock()
    found = yaml.safe_load(tree.lock_file.read_text())["decisions"]
    where = {what: [d["where"] for d in found if d["what"] == what] for what in ("kube-version", "api-version", "lookup")}
    one = re.fullmatch(r"asks/templates/[ab].yaml:\d and 3 more", where["kube-version"][0])
    assert one and where["kube-version"] == where["api-version"], where
    assert where["lookup"] == [f"asks/templates/{x}" for x in ("a.yaml:1", "a.yaml:2", "a.yaml:3", "b.yaml:1")]


def test_a_lookup_says_who_in_the_tree_brings_what_it_asks_for(tree):
    """Nothing is found, but it is not passed over in silence: by name, or any; not of what the release brings itself."""
    asks = ['"v1" "ConfigMap" "apps" "mine"', '"v1" "ConfigMap" "" ""', '"v1" "ConfigMap" "apps" "other"',
            '"apps/v1" "ConfigMap" "apps" "mine"', '"v1" "Secret" "flux-system" "own"']
    tree.upstream.add_chart("asks", "1.0.0", {
        "templates/a.yaml": "".join(f"# {{{{ lookup {a} }}}}\n" for a in asks),
        "templates/own.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: own}\n"})
    tree.objects({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine", "namespace": "apps"}},
                 *oci_release(tree, "asks:1.0.0"))
    tree.lock()
    assert decisions(tree, "lookup") == {
        ("v1 ConfigMap apps/mine", "not there, though the tree brings it"),
        ("v1 ConfigMap /", "not there, though the tree brings ConfigMap apps/mine"),
        ("v1 ConfigMap apps/other", "not there"), ("apps/v1 ConfigMap apps/mine", "not there"),
        ("v1 Secret flux-system/own", "not there")}


def test_a_lock_that_cannot_be_written_is_told_before_any_work(tree):
    tree.lock_file = tree.folder / "nowhere/x.lock"
    tree.upstream.close()
    tree.objects(*oci_release(tree, "asks:1.0.0"))
    assert "nowhere/x.lock: No such file or directory" in tree.lock(check=3).stderr
    assert "asks" in tree.lock("--check", check=6).stderr  # which writes nothing, and gets further


def test_release_waits_for_values_that_another_one_renders(tree):
    offer(tree, "app:2")
    tree.upstream.add_chart("app", "1.0.0", values(main=image_values(tree, "app:1")))
    secret = yaml.safe_dump({"main": {"image": {"tag": "2"}}})
    tree.upstream.add_chart("z", "1.0.0", {"templates/secret.yaml": yaml.safe_dump(
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "late"}, "stringData": {"overlays": secret}})})
    tree.objects(*oci_release(tree, "app:1.0.0", valuesFrom=[{"kind": "Secret", "name": "late", "valuesKey": "overlays"}]),
                 source("OCIRepository", "s2", {"url": f"oci://{at(tree, 'z')}", "ref": {"tag": "1.0.0"}}),
                 release("z", chartRef={"kind": "OCIRepository", "name": "s2"}))
    tree.lock()
    assert images(tree) == {"app:2"}


@pytest.mark.parametrize("kind, optional, code", [
    ("ConfigMap", False, 3), ("ConfigMap", True, 0), ("Secret", False, 0), ("Secret", True, 0)])
def test_values_that_nothing_makes(tree, kind, optional, code):
    """A ConfigMap has its place in the tree. Secrets may have theirs elsewhere, which the lock says."""
    offer(tree, "app:1")
    tree.upstream.add_chart("app", "1.0.0", values(main=image_values(tree, "app:1")))
    tree.objects(*oci_release(tree, "app:1.0.0", valuesFrom=[{"kind": kind, "name": "nope", "optional": optional}]))
    result = tree.lock(check=code)
    if code:
        assert "HelmRelease flux-system/r" in result.stderr and "nothing makes the ConfigMap" in result.stderr
    else:
        assert images(tree) == {"app:1"} and decisions(tree, "cluster")


def test_values_in_sealed_secrets_are_not_known(tree):
    offer(tree, "app:1")
    tree.upstream.add_chart("app", "1.0.0", values(main=image_values(tree, "app:1")))
    tree.objects({"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret",
                  "metadata": {"name": "v", "namespace": "flux-system"}, "spec": {"encryptedData": {"values.yaml": "AgB"}}},
                 *oci_release(tree, "app:1.0.0", valuesFrom=[{"kind": "Secret", "name": "v"}]))
    tree.lock()
    assert images(tree) == {"app:1"}
    assert decisions(tree, "cluster") == {("Secret flux-system/v", "sealed: its values are taken to be empty")}


def test_what_changes_the_images_of_a_release(tree):
    """postRenderers, and single values by targetPath."""
    offer(tree, "app:1", "app:2", "app:3")
    tree.upstream.add_chart("app", "1.0.0", values(main=image_values(tree, "app:1")))
    for spec, tag in (
            ({"postRenderers": [{"kustomize": {"images": [{"name": at(tree, "app"), "newTag": "3"}]}}]}, "3"),
            ({"postRenderers": [{"kustomize": {"patches": [{"target": {"kind": "Pod"}, "patch": yaml.safe_dump(
                [{"op": "replace", "path": "/spec/containers/0/image", "value": at(tree, "app:2")}])}]}}]}, "2"),
            ({"valuesFrom": [{"kind": "ConfigMap", "name": "v", "valuesKey": "tag", "targetPath": "main.image.tag"}]}, "2")):
        tree.objects({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "v", "namespace": "flux-system"},
                      "data": {"tag": '"2"'}}, *oci_release(tree, "app:1.0.0", **spec))
        tree.lock()
        assert images(tree) == {f"app:{tag}"}, spec


def test_tests_of_a_chart_count_when_they_are_asked_for(tree):
    offer(tree, "test:1", "hook:1")
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {{name: {0}, annotations: {{helm.sh/hook: {1}}}}}\n" \
          "spec: {{containers: [{{name: c, image: '{2}'}}]}}\n"
    tree.upstream.add_chart("app", "1.0.0", {"templates/t.yaml": pod.format("t", "test", at(tree, "test:1")),
                                             "templates/h.yaml": pod.format("h", "pre-delete", at(tree, "hook:1"))})
    tree.objects(*oci_release(tree, "app:1.0.0"))
    tree.lock()
    assert images(tree) == {"hook:1"}
    tree.objects(*oci_release(tree, "app:1.0.0", test={"enable": True}))
    tree.lock()
    assert images(tree) == {"hook:1", "test:1"}


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


# --- umbrellas, which are charts like any other ---


UMBRELLA = """\
{{- range $name, $package := .Values.packages }}
{{- if $package.enabled }}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: {{ $name }}}
spec: {interval: 1m, url: {{ $package.repo }}, ref: {tag: "1"}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: {{ $name }}}
spec:
  interval: 1m
  chart: {spec: {chart: chart, sourceRef: {kind: GitRepository, name: {{ $name }}}}}
  valuesFrom: [{kind: Secret, name: {{ $name }}-values, valuesKey: overlays}]
---
apiVersion: v1
kind: Secret
metadata: {name: {{ $name }}-values}
stringData: {overlays: {{ $package.values | default dict | toYaml | quote }}}
{{- end }}
{{- end }}
"""


def test_packages_of_an_umbrella(tree):
    """What the umbrella renders is followed: sources, releases, values in Secrets; nothing that is off."""
    offer(tree, "top:1", "own:2")
    for name, image in {"top": "top:1", "own": "own:1"}.items():
        tree.upstream.add_git(name, {"chart/Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n",
                                     **{f"chart/{path}": text for path, text in values(**image_values(tree, image)).items()}},
                              tag="1")
    git = tree.upstream.url + "/git"
    tree.upstream.add_chart("umbrella", "1.0.0", {"templates/all.yaml": UMBRELLA, "values.yaml": yaml.safe_dump(
        {"packages": {"top": {"enabled": True, "repo": f"{git}/top.git"}, "off": {"enabled": False, "repo": f"{git}/off.git"}}})})
    tree.objects(*oci_release(tree, "umbrella:1.0.0", values={"packages": {
        "own": {"enabled": True, "repo": f"{git}/own.git", "values": {"image": {"tag": "2"}}}}}))
    tree.lock()
    assert images(tree) == {"top:1", "own:2"}
    assert tree.pinned("git") == {f"{git}/top.git", f"{git}/own.git"}
    assert {user for pin in tree.pins() if pin["kind"] == "image" for user in pin["usedBy"]} == {
        "Pod flux-system/top-top-0", "Pod flux-system/own-own-0"}
    tree.build()
    tree.verify()
