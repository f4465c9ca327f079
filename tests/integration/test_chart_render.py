# SPDX-License-Identifier: Apache-2.0
"""chart render: charts from where they may be, what is said of them, charts that do not end."""

import json
import time

import pytest
import yaml
from bundles import authority, origin, tree  # noqa: F401 (fixtures)
from test_helm_repositories import helm_release, packed, repository  # noqa: F401 (fixture)
from walks import at, oci_release

TEMPLATE = {"templates/cm.yaml": "kind: ConfigMap\nmetadata: {name: cm}\ndata: {{ toJson .Values }}\n"}
PRINTED = '---\n# Source: tool/templates/cm.yaml\nkind: ConfigMap\nmetadata: {name: cm}\ndata: {"a":2}\n'


def render(tree, chart, *arguments, check=0, **more):
    return tree.run("chart", "render", chart, "--set", "a=2", "--ca-file", tree.ca, *arguments, check=check, **more)


def test_a_chart_of_a_repository_comes_from_upstream_and_from_a_bundle(tree, repository):
    repository.add("tool", "1.2.3", TEMPLATE)
    name = f"{repository.url}/tool:1.2.3"
    assert render(tree, name).stdout == PRINTED
    tree.objects(*helm_release(repository.url))
    tree.lock()
    tree.build()
    asked = len(tree.upstream.log)
    assert render(tree, name, "--bundle", tree.bundle_file, "--lock", tree.lock_file).stdout == PRINTED
    assert len(tree.upstream.log) == asked
    other = f"{repository.url}/tool:1.2.4"
    assert "is not in the lock" in render(tree, other, "--bundle", tree.bundle_file, check=3).stderr


def test_a_chart_of_a_registry_is_held_against_the_lock(tree):
    tree.upstream.add_chart("tool", "1.0.0", TEMPLATE)
    name = f"oci://{at(tree, 'tool:1.0.0')}"
    tree.objects(*oci_release(tree, "tool:1.0.0"))
    tree.lock()
    tree.build()
    assert render(tree, name, "--lock", tree.lock_file).stdout == PRINTED
    assert render(tree, name, "--bundle", tree.bundle_file).stdout == PRINTED
    tree.upstream.add_chart("tool", "1.0.0", {"templates/cm.yaml": "kind: Other\n"})
    assert render(tree, name, "--lock", tree.lock_file).stdout == PRINTED  # by its digest, out of the cache
    assert "kind: Other" in render(tree, name).stdout


def test_what_charts_lacks_is_fetched_as_chart_lock_says(tree, repository, tmp_path):
    repository.add("sub", "1.1.0", {"templates/x.yaml": "kind: Sub\nversion: {{ .Chart.Version }}\n"})
    repository.add("sub", "1.2.0")
    folder = tmp_path / "web"
    folder.mkdir()
    dependency = {"name": "sub", "version": "1.x.x", "repository": repository.url}
    meta = {"apiVersion": "v2", "name": "web", "version": "1.0.0", "dependencies": [dependency]}
    (folder / "Chart.yaml").write_text(yaml.safe_dump(meta))
    assert "kind: Sub" not in render(tree, folder).stdout  # 1.2.0, the newest, has no template
    (folder / "Chart.lock").write_text(yaml.safe_dump({"dependencies": [{**dependency, "version": "1.1.0"}]}))
    assert "kind: Sub\nversion: 1.1.0" in render(tree, folder).stdout


@pytest.mark.parametrize("name", ["https://x.example.org", "oci://x.example.org/a", "none", "/dev/null"])
def test_what_is_no_chart_is_told(tree, name):
    result = tree.run("chart", "render", name, check=None)
    assert result.code in (2, 3, 5) and "hint: " in result.stderr


def test_archives_are_charts(tree, tmp_path):
    file = tmp_path / "tool-1.2.3.tgz"
    file.write_bytes(packed("tool", "1.2.3", TEMPLATE))
    assert render(tree, file).stdout == PRINTED


def write_chart(folder, **templates):
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n")
    for name, text in templates.items():
        (folder / "templates" / f"{name}.yaml").write_text(text)


def test_json_has_documents_and_what_is_not_the_same_next_time(sandstrap, tmp_path):
    write_chart(tmp_path, a="kind: Secret\nmetadata:\n  name: s\n  annotations: {helm.sh/hook: pre-install}\n"
                            "data: {{ randAlphaNum 5 }}{{ lookup \"v1\" \"Secret\" \"ns\" \"s\" }}\n")
    answer = json.loads(sandstrap("chart", "render", tmp_path, "--output", "json").stdout)
    assert answer["documents"][0]["hooks"] == ["pre-install"]
    assert answer["documents"][0]["name"] == "s"
    assert answer["random"] == [{"text": "randAlphaNum gives another value each time",
                                 "where": "web/templates/a.yaml:5"}]
    assert answer["lookups"] == [{"text": "v1 Secret ns/s", "where": "web/templates/a.yaml:5"}]


@pytest.mark.parametrize("template", [
    "{{ range 9000000000000 }}{{ end }}",
    "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
    "{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}",
    "{{ define \"a\" }}{{ tpl \"{{ include \\\"a\\\" . }}\" . }}{{ end }}{{ include \"a\" . }}",
    "{{ $x := \"x\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}",
    "{{ $x := list 1 }}{{ range 100 }}{{ $x = concat $x $x }}{{ end }}",
    "{{ range 100000000 }}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{{ end }}",
    "{{ repeat 1000000000 \"x\" }}",
    "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ mustToYaml $d }}",
    "{{ until 1000000000 }}",
    "{{ regexMatch \"(a*)*b\" (repeat 100000 \"a\") }}{{ range 90000000000 }}{{ end }}",
])
def test_a_chart_that_explodes_ends_with_its_place(sandstrap, tmp_path, template):
    write_chart(tmp_path, a=template)
    start = time.monotonic()
    result = sandstrap("chart", "render", tmp_path, check=3)
    assert time.monotonic() - start < 60  # that it ends; how fast is measured elsewhere
    assert "web/templates/a.yaml:1" in result.stderr
