# SPDX-License-Identifier: Apache-2.0
"""`render --deep`: down to every object that Flux and Helm would make of a tree, and what differs between two."""

import json
import shutil

import pytest
import yaml
from bundles import authority, origin, release, source, tree, upstream  # noqa: F401

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec: {template: {spec: {containers: [{name: c, image: "app:{{ .Values.tag }}"}]}}}
"""
SECRET = """\
{{- $ca := genCA "x" 10 }}
apiVersion: v1
kind: Secret
metadata: {name: random, annotations: {sum: {{ randAlphaNum 9 | sha256sum }}}}
stringData: {ca: {{ $ca.Cert | quote }}, fixed: {{ .Values.tag | quote }}}
"""


@pytest.fixture
def deep(tree):
    """A tree with a chart that has random values."""
    tree.upstream.add_chart("charts/app", "1.0.0", {"values.yaml": "tag: one\n", "templates/a.yaml": DEPLOYMENT,
                                                    "templates/b.yaml": SECRET})
    put(tree)
    return tree


def put(tree, **spec):
    tree.objects(source("OCIRepository", "s", {"url": f"oci://{tree.upstream.host}/charts/app", "ref": {"tag": "1.0.0"}}),
                 release("r", chartRef={"kind": "OCIRepository", "name": "s"}, **spec))


def run(tree, *arguments, check=0):
    return tree.run("render", "--deep", "--ca-file", tree.ca, *arguments, check=check)


def copy(tree, **spec):
    """The tree as it is now; then with another spec of its release."""
    old = tree.folder / "old/clusters/sandbox"
    shutil.copytree(tree.entrypoint, old)
    put(tree, **spec)
    return old


def test_every_object_with_what_led_to_it(deep):
    text = run(deep, deep.entrypoint).stdout
    objects = {o["kind"]: o for o in yaml.safe_load_all(text)}
    assert list(objects) == ["OCIRepository", "HelmRelease", "Secret", "Deployment"]
    assert objects["Deployment"]["metadata"]["namespace"] == "flux-system"
    assert "# layer objects, app/templates/b.yaml, holds random values\n" in text
    assert "> HelmRelease flux-system/r\n" in text
    found = {o["object"]["kind"]: o["origin"] for o in json.loads(run(deep, deep.entrypoint, "--output", "json").stdout)}
    assert found["Deployment"]["by"][-1]["name"] == "HelmRelease flux-system/r"
    assert "charts/app at tag/1.0.0" in found["Deployment"]["by"][-1]["source"]
    assert found["Secret"]["random"] is True and "random" not in found["Deployment"]


def test_equal_ends_do_not_differ_also_with_random_values(deep):
    result = run(deep, "--diff", deep.entrypoint, deep.entrypoint)
    assert result.stdout == ""
    assert json.loads(run(deep, "--diff", deep.entrypoint, deep.entrypoint, "--output", "json").stdout) == []


def test_one_value_changes_exactly_what_it_changes(deep):
    old = copy(deep, values={"tag": "two"})
    result = run(deep, "--diff", old, deep.entrypoint, "--output", "json", check=11)
    changes = {c["kind"]: [(f["path"], f.get("old"), f.get("new")) for f in c["fields"]] for c in json.loads(result.stdout)}
    assert changes == {
        "HelmRelease": [("spec.values", None, {"tag": "two"})],
        "Secret": [("stringData.fixed", "one", "two")],
        "Deployment": [("spec.template.spec.containers[name=c].image", "app:one", "app:two")],
    }
    text = run(deep, "--diff", old, deep.entrypoint, check=11).stdout
    assert '  spec.template.spec.containers[name=c].image: "app:one" -> "app:two"\n' in text
    assert "changed Deployment flux-system/r (apps/v1), by HelmRelease flux-system/r\n" in text


DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.x.io}
spec: {group: x.io, names: {kind: Thing, plural: things}, scope: Namespaced, versions: [{name: v1, served: true, storage: true}]}
"""
HOOK = """\
apiVersion: v1
kind: Pod
metadata: {name: %s, annotations: {helm.sh/hook: %s}}
spec: {containers: [{name: c, image: x}]}
"""


def test_tests_that_nobody_asks_for_are_not_there_and_definitions_are_as_the_template_has_them(deep):
    deep.upstream.add_chart("charts/app", "1.0.0", {
        "crds/d.yaml": DEFINITION, "templates/d.yaml": '{{ .Files.Get "d.yaml" }}', "d.yaml": DEFINITION,
        "templates/t.yaml": HOOK % ("tried", "test"), "templates/i.yaml": HOOK % ("first", "pre-install")})
    objects = [found["object"] for found in json.loads(run(deep, deep.entrypoint, "--output", "json").stdout)]
    assert [o["metadata"]["name"] for o in objects if o["kind"] == "Pod"] == ["first"]
    [definition] = [o for o in objects if o["kind"] == "CustomResourceDefinition"]
    assert definition["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "Helm"
    put(deep, test={"enable": True})
    objects = [found["object"] for found in json.loads(run(deep, deep.entrypoint, "--output", "json").stdout)]
    assert sorted(o["metadata"]["name"] for o in objects if o["kind"] == "Pod") == ["first", "tried"]


def test_each_object_in_a_file_of_its_layer(deep):
    run(deep, deep.entrypoint, "--write", str(deep.folder / "out") + "/")
    files = {path.name: path for path in (deep.folder / "out/objects").iterdir()}
    assert sorted(files) == ["flux-system_apps_v1_deployment_r.yaml", "flux-system_helm.toolkit.fluxcd.io_v2_helmrelease_r.yaml",
                             "flux-system_source.toolkit.fluxcd.io_v1_ocirepository_s.yaml",
                             "flux-system_v1_secret_random.yaml"]
    assert files["flux-system_v1_secret_random.yaml"].stat().st_mode & 0o077 == 0


def test_out_of_a_bundle(deep):
    deep.upstream.add_image("app", "one")
    deep.objects(source("OCIRepository", "s", {"url": f"oci://{deep.upstream.host}/charts/app", "ref": {"tag": "1.0.0"}}))
    put(deep, postRenderers=[{"kustomize": {"images": [{"name": "app", "newName": f"{deep.upstream.host}/app"}]}}])
    deep.lock()
    deep.build()
    deep.upstream.close()
    objects = list(yaml.safe_load_all(run(deep, deep.entrypoint, "--bundle", deep.bundle_file).stdout))
    assert [o["kind"] for o in objects] == ["OCIRepository", "HelmRelease", "Secret", "Deployment"]
    assert run(deep, "--diff", deep.bundle_file, deep.bundle_file).stdout == ""
