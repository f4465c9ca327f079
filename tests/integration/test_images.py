# SPDX-License-Identifier: Apache-2.0
"""`images`: what runs, who uses it, and where else it exists."""

import json
import re

import pytest
from bundles import authority, origin, release, source, tree, upstream, workload  # noqa: F401

BANK = "registry1.dso.mil/ironbank/"
TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: c, image: "%s"}]}}}
"""


def run(tree, *arguments, check=0):
    return tree.run("images", tree.entrypoint, "--ca-file", tree.ca, *arguments, check=check)


def listed(tree, *arguments, check=0):
    return {i["image"]: i for i in json.loads(run(tree, *arguments, "--output", "json", check=check).stdout)}


@pytest.fixture
def images(tree):
    """A tree with an image of its own and one of a chart."""
    tree.upstream.add_image("own", "1")
    tree.upstream.add_image("app", "2")
    tree.upstream.add_chart("charts/app", "1.0.0", {"values.yaml": "",
                                                    "templates/a.yaml": TEMPLATE % f"{tree.upstream.host}/app:2"})
    tree.objects(source("OCIRepository", "s", {"url": f"oci://{tree.upstream.host}/charts/app", "ref": {"tag": "1.0.0"}}),
                 release("r", chartRef={"kind": "OCIRepository", "name": "s"}),
                 workload("Deployment", f"{tree.upstream.host}/own:1"))
    return tree


def check_rows(tree, found, digests):
    host = tree.upstream.host
    assert set(found) == {f"{host}/own:1", f"{host}/app:2"}
    assert {name: i.get("digest") for name, i in found.items()} == digests
    [user] = found[f"{host}/app:2"]["users"]
    assert (user["by"], user["use"], user["file"]) == ("HelmRelease flux-system/r", "run", "app/templates/a.yaml")
    [user] = found[f"{host}/own:1"]["users"]
    lines = (tree.entrypoint / "objects.yaml").read_text().splitlines()
    assert user["object"] == "Deployment apps/w" and user["file"].endswith("objects.yaml")
    assert f"{host}/own:1" in lines[user["line"] - 1]


def test_without_lock_with_lock_and_out_of_a_bundle(images):
    host = images.upstream.host
    check_rows(images, listed(images), {f"{host}/own:1": None, f"{host}/app:2": None})
    pins = {p["name"]: p["digest"] for p in images.lock() if p["kind"] == "image"}
    assert len(pins) == 2
    check_rows(images, listed(images, "--lock", images.lock_file), pins)
    images.build()
    images.upstream.close()
    check_rows(images, listed(images, "--bundle", images.bundle_file), pins)
    text = run(images, "--bundle", images.bundle_file).stdout
    assert f"{host}/own:1\n  digest  {pins[f'{host}/own:1']}\n  use     runs in a pod\n" in text


def test_public_equivalents_and_those_that_have_none(tree):
    thanos, base = f"{BANK}opensource/thanos/thanos:v1", f"{BANK}big-bang/base:2"
    tree.objects(workload("Deployment", thanos))
    assert "  public  quay.io/thanos/thanos, upstream.prometheusOperator.thanosImage below monitoring.values, as map\n" \
        in run(tree).stdout
    assert listed(tree, "--unmapped") == {}
    tree.objects(workload("Deployment", thanos), workload("Deployment", base, name="b"),
                 workload("Deployment", "registry1.dso.mil/other/x:1", name="x"),
                 workload("Deployment", "quay.io/x/y:1", name="y"))
    assert set(listed(tree, "--unmapped", check=3)) == {base, "registry1.dso.mil/other/x:1"}
    failed = run(tree, "--unmapped", check=3)
    assert "2 images of registry1.dso.mil without a public equivalent" in failed.stderr


def test_how_an_image_is_used(tree):
    monitor = {"apiVersion": "monitoring.coreos.com/v1", "kind": "Prometheus", "metadata": {"name": "p", "namespace": "apps"}}
    named = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "n", "namespace": "apps"}, "data": {"x": "quay.io/x/named:1"}}
    tree.objects({**monitor, "spec": {"image": "quay.io/x/start:1"}}, named,
                 {**monitor, "metadata": {"name": "q", "namespace": "apps"}, "spec": {"version": "v3.0.0"}})
    found = json.loads(run(tree, "--output", "json").stdout)
    assert [(i.get("image"), i.get("version"), i["use"]) for i in found] == [
        ("quay.io/x/named:1", None, "named"), ("quay.io/x/start:1", None, "start"), (None, "v3.0.0", "unsaid")]
    assert "(not said, version v3.0.0)\n  use     picked by its operator\n" in run(tree).stdout


# --- where names are set ---

JOINED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  template:
    spec:
      containers:
        - {name: c, image: "{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}"}
      initContainers:
        - {name: whole, image: {{ .Values.init.image | quote }}}
        - {name: literal, image: "quay.io/x/literal:1"}
        - {name: helper, image: {{ include "image" .Values.sidecar | quote }}}
        - {name: copied, image: {{ include "image" (deepCopy .Values.copied) | quote }}}
        - {name: default, image: {{ .Values.none | default "quay.io/x/default:1" }}}
"""
HELPERS = """\
{{- define "off" -}}
{{ .Values.off.image }}
{{- end }}
{{- define "image" -}}
{{ .repository }}:{{ .tag }}
{{- end }}
"""
DEFAULTS = """\
image:
  registry: quay.io
  repository: acme/web
  tag: "1.0"
init:
  image: quay.io/acme/init:3
sidecar:
  repository: quay.io/acme/sidecar
  tag: "4"
copied:
  repository: quay.io/acme/copied
  tag: "4"
# of the same texts: nothing reads them, or something else does
other:
  image: {repository: acme/web, tag: "1.0"}
off:
  image: quay.io/x/default:1
"""
CHART = {"values.yaml": DEFAULTS, "templates/a.yaml": JOINED, "templates/_helpers.tpl": HELPERS}


def places(user):
    """Paths and places; of a chart without its registry."""
    return [(p["path"], re.sub(r"^localhost:\d+/charts/", "", f"{p['file']}:{p['line']}")) for p in user.get("set", [])]


def line_of(text, part):
    [line] = [i for i, line in enumerate(text.splitlines(), 1) if part in line]
    return line


@pytest.fixture
def charted(tree):
    tree.upstream.add_chart("charts/app", "1.0.0", CHART)
    tree.source = source("OCIRepository", "s", {"url": f"oci://{tree.upstream.host}/charts/app", "ref": {"tag": "1.0.0"}})
    return tree


def test_a_name_is_set_where_its_values_are(charted):
    charted.objects(charted.source, release("r", chartRef={"kind": "OCIRepository", "name": "s"}))
    found = {name: i["users"][0] for name, i in listed(charted).items()}
    web = found["quay.io/acme/web:1.0"]
    assert (web["file"], web["line"]) == (f"{charted.upstream.host}/charts/app:1.0.0/values.yaml", 3)
    assert places(web) == [("image.repository", "app:1.0.0/values.yaml:3")]
    assert places(found["quay.io/acme/init:3"]) == [("init.image", "app:1.0.0/values.yaml:6")]
    assert places(found["quay.io/acme/sidecar:4"]) == [("sidecar.repository", "app:1.0.0/values.yaml:8")]
    assert places(found["quay.io/acme/copied:4"]) == [("copied.repository", "app:1.0.0/values.yaml:11")]
    assert "set" not in found["quay.io/x/default:1"]
    literal = found["quay.io/x/literal:1"]
    assert literal["file"] == "app/templates/a.yaml" and "set" not in literal
    text = run(charted).stdout
    assert "/app:1.0.0/values.yaml:3 (image.repository), spec.template.spec.containers[0].image\n" in text
    assert ", app/templates/a.yaml, spec.template.spec.initContainers[1].image\n" in text
    assert web["template"] == "app/templates/a.yaml"


def test_the_tag_has_a_place_of_its_own(charted):
    charted.objects(charted.source, release("r", chartRef={"kind": "OCIRepository", "name": "s"},
                                            values={"image": {"tag": "2.0"}, "init": {"image": "quay.io/acme/init:4"}}))
    lines = (charted.entrypoint / "objects.yaml").read_text()
    found = {name: i["users"][0] for name, i in listed(charted).items()}
    quoted = "tag: '2.0'"
    tree_file = next(p["file"] for p in found["quay.io/acme/web:2.0"]["set"] if p["path"] == "image.tag")
    assert tree_file.endswith("objects.yaml")
    assert places(found["quay.io/acme/web:2.0"]) == [
        ("image.repository", "app:1.0.0/values.yaml:3"), ("image.tag", f"{tree_file}:{line_of(lines, quoted)}")]
    assert places(found["quay.io/acme/init:4"]) == [("init.image", f"{tree_file}:{line_of(lines, 'init:4')}")]
    assert "/app:1.0.0/values.yaml:3 (image.repository; image.tag in " in run(charted).stdout


UMBRELLA = """\
apiVersion: v1
kind: Secret
metadata: {name: web-values, namespace: flux-system}
stringData:
  overlays: |
    {{- toYaml .Values.web.values | nindent 4 }}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: flux-system}
spec:
  interval: 1m
  chartRef: {kind: OCIRepository, name: s}
  valuesFrom: [{kind: Secret, name: web-values, valuesKey: overlays}]
"""


def test_through_an_umbrella_to_the_line_of_the_tree(charted):
    charted.upstream.add_chart("charts/umbrella", "1.0.0", {
        "values.yaml": "web:\n  values:\n    init:\n      image: quay.io/acme/init:5\n", "templates/web.yaml": UMBRELLA})
    over = {"kind": "OCIRepository", "name": "u"}
    charted.objects(charted.source,
                    source("OCIRepository", "u", {"url": f"oci://{charted.upstream.host}/charts/umbrella", "ref": {"tag": "1.0.0"}}),
                    release("umbrella", chartRef=over, values={"web": {"values": {"image": {"repository": "acme/other"}}}}))
    lines = (charted.entrypoint / "objects.yaml").read_text()
    found = {name: i["users"][0] for name, i in listed(charted).items()}
    [(path, place), *tag] = places(found["quay.io/acme/other:1.0"])
    assert path == "web.values.image.repository" and place.endswith(f"objects.yaml:{line_of(lines, 'acme/other')}")
    assert tag == [("image.tag", "app:1.0.0/values.yaml:4")]
    assert places(found["quay.io/acme/init:5"]) == [("web.values.init.image", "umbrella:1.0.0/values.yaml:4")]
