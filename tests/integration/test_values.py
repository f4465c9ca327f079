# SPDX-License-Identifier: Apache-2.0
"""Values of the releases of a tree: an umbrella whose chart makes a Secret with the values of its package, as
Big Bang's does, out of local servers."""

import json

import pytest
import yaml

from bundles import authority, origin, source, tree  # noqa: F401

PACKAGE = {
    "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "chart/values.yaml": """\
replicas: 1
image:
  registry: docker.io
  repository: acme/web
  tag: "1.0"
ingress:
  enabled: false
port: 8080
""",
    "chart/templates/deployment.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  replicas: {{ .Values.replicas | quote }}
  image: {{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}
  port: {{ .Values.port | quote }}
  {{- if .Values.ingress.enabled }}
  host: {{ .Values.ingress.host }}
  {{- end }}
""",
}

UMBRELLA_TEMPLATE = """\
{{- if .Values.web.enabled }}
apiVersion: v1
kind: Secret
metadata:
  name: web-values
  namespace: flux-system
stringData:
  defaults: |
    port: 9090
  overlays: |
    {{- toYaml .Values.web.values | nindent 4 }}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: web
  namespace: flux-system
spec:
  interval: 1m
  url: {{ .Values.web.git.repo }}
  ref:
    tag: {{ .Values.web.git.tag | quote }}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: web
  namespace: flux-system
spec:
  interval: 1m
  chart:
    spec:
      chart: ./chart
      sourceRef:
        kind: GitRepository
        name: web
  valuesFrom:
    - kind: Secret
      name: web-values
      valuesKey: defaults
    - kind: Secret
      name: web-values
      valuesKey: overlays
{{- end }}
"""

# Line by line: what is planted is told by its line.
VALUES = """\
web:
  enabled: true
  values:
    replicaas: 2
    tag: "2.0"
    image:
      repository: quay.io/acme/web
    ingress:
      enabled: "false"
    port: 7070
"""


@pytest.fixture
def sandbox(tree):  # noqa: F811
    tree.upstream.add_git("web", PACKAGE, tag="1")
    tree.upstream.add_git("umbrella", {
        "chart/Chart.yaml": "apiVersion: v2\nname: umbrella\nversion: 1.0.0\n",
        "chart/values.yaml": yaml.safe_dump({"web": {"enabled": False, "values": {}, "git": {
            "repo": f"{tree.upstream.url}/git/web.git", "tag": "1"}}}),
        "chart/templates/web.yaml": UMBRELLA_TEMPLATE,
    }, tag="1")
    plant(tree, VALUES)
    return tree


def plant(tree, values, more=None):  # noqa: F811
    release = source("HelmRelease", "umbrella", {
        "chart": {"spec": {"chart": "./chart", "sourceRef": {"kind": "GitRepository", "name": "umbrella"}}},
        "valuesFrom": [{"kind": "ConfigMap", "name": "common"}], **({"values": more} if more else {}),
    }, "helm.toolkit.fluxcd.io/v2")
    git = source("GitRepository", "umbrella", {"url": f"{tree.upstream.url}/git/umbrella.git", "ref": {"tag": "1"}})
    tree.objects(git, release)
    (tree.entrypoint / "common.yaml").write_text(values)
    (tree.entrypoint / "kustomization.yaml").write_text(yaml.safe_dump({
        "resources": ["objects.yaml"], "configMapGenerator": [
            {"name": "common", "namespace": "flux-system", "files": ["values.yaml=common.yaml"]}],
        "generatorOptions": {"disableNameSuffixHash": True}}))


def check(tree, *arguments, code=3):  # noqa: F811
    found = json.loads(tree.run("values", "check", *arguments, "--ca-file", tree.ca, "--output", "json",
                                check=code).stdout)["findings"]
    return {(f["fault"], f["path"].split(" ")[0]): f for f in found}


def test_planted_mistakes_are_named_by_file_and_line(sandbox):
    found = check(sandbox)
    lines = {key: (f["file"].rpartition("/")[2], f["line"]) for key, f in found.items()}
    assert lines == {
        ("misspelt key", "web.values.replicaas"): ("common.yaml", 4),
        ("wrong level", "web.values.tag"): ("common.yaml", 5),
        ("image pair in the wrong form", "web.values.image.repository"): ("common.yaml", 7),
        ("wrong type", "web.values.ingress.enabled"): ("common.yaml", 9),
    }
    assert "did you mean replicas, which web/templates/deployment.yaml:6 reads?" in found[
        "misspelt key", "web.values.replicaas"]["hint"]
    assert "it is image.tag, which web/templates/deployment.yaml:7 reads" in found[
        "wrong level", "web.values.tag"]["hint"]


def test_value_overridden_later_is_named(sandbox):
    plant(sandbox, "web:\n  enabled: true\n  values:\n    port: 7070\n", {"web": {"values": {"port": 6060}}})
    found = check(sandbox, code=0)
    assert list(found) == [("overridden", "web.values.port")]
    finding = found["overridden", "web.values.port"]
    assert (finding["file"].rpartition("/")[2], finding["line"]) == ("common.yaml", 4)
    assert "sets it to 6060" in finding["text"]


def test_no_mistake_is_none(sandbox):
    plant(sandbox, "web:\n  enabled: true\n  values:\n    port: 7070\n    ingress: {enabled: true, host: x}\n")
    assert check(sandbox, code=0) == {}


def test_trace_leads_through_the_umbrella(sandbox):
    out = json.loads(sandbox.run("values", "trace", "web", "port", "--ca-file", sandbox.ca, "--output", "json").stdout)
    assert out["value"] == 7070
    assert [(s["verdict"], s["value"]) for s in out["settings"]] == [
        ("overridden", 8080), ("overridden", 9090), ("wins", 7070)]
    above = out["madeBy"]
    assert (above["release"], above["object"]) == ("HelmRelease flux-system/umbrella", "Secret flux-system/web-values")
    assert above["path"] == "web.values.port"
    assert (above["settings"][-1]["file"].rpartition("/")[2], above["settings"][-1]["line"]) == ("common.yaml", 10)
    assert ("umbrella/templates/web.yaml", 11) in [(r["file"], r["line"]) for r in above["reads"]]
    assert [(r["file"], r["line"]) for r in out["reads"]] == [("web/templates/deployment.yaml", 8)]


def test_release_that_is_not_there_is_named_with_those_that_are(sandbox):
    r = sandbox.run("values", "show", "wbe", "--ca-file", sandbox.ca, check=2)
    assert "the tree has no HelmRelease wbe" in r.stderr
    assert "did you mean web? There are flux-system/umbrella, flux-system/web" in r.stderr


def test_show_is_what_the_controller_hands_to_helm(sandbox):
    r = sandbox.run("values", "show", "flux-system/web", "--ca-file", sandbox.ca)
    assert yaml.safe_load(r.stdout) == {"replicaas": 2, "tag": "2.0", "image": {"repository": "quay.io/acme/web"},
                                     "ingress": {"enabled": "false"}, "port": 7070}
    r = sandbox.run("values", "show", "web", "--all", "--origin", "--ca-file", sandbox.ca)
    assert yaml.safe_load(r.stdout)["image"] == {"registry": "docker.io", "repository": "quay.io/acme/web", "tag": "1.0"}
    assert "values.yaml:3" in r.stdout


def test_diff_names_the_releases_whose_values_change(sandbox):
    other = sandbox.folder / "other"
    other.mkdir()
    for file in sandbox.entrypoint.iterdir():
        (other / file.name).write_text(file.read_text().replace("port: 7070", "port: 7071"))
    r = sandbox.run("values", "diff", "clusters/sandbox", "other", "--ca-file", sandbox.ca, "--output", "json")
    assert json.loads(r.stdout)["changes"] == [
        {"release": "HelmRelease flux-system/umbrella", "path": "web.values.port", "before": 7070, "after": 7071},
        {"release": "HelmRelease flux-system/web", "path": "port", "before": 7070, "after": 7071}]
