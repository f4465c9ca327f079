# SPDX-License-Identifier: Apache-2.0
"""`render --diff` of revisions of a git repository: exactly what a change of one value makes of the objects."""

import json
import subprocess

import pytest
from bundles import authority, origin, release, source, tree, upstream  # noqa: F401

TEMPLATES = {
    "templates/a.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: {{ .Values.replicas }}, template: {spec: {containers: [{name: c, image: "app:1"}]}}}
""",
    "templates/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fixed}\ndata: {a: b}\n",
}


def git(tree, *arguments):
    subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e@localhost", *arguments], cwd=tree.folder, check=True,
                   capture_output=True)


def put(tree, replicas):
    tree.objects(source("OCIRepository", "s", {"url": f"oci://{tree.upstream.host}/charts/app", "ref": {"tag": "1.0.0"}}),
                 {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "more", "namespace": "x"}, "data": {"n": "1"}},
                 release("r", chartRef={"kind": "OCIRepository", "name": "s"}, values={"replicas": replicas}))


@pytest.fixture
def revisions(tree):
    """v1 and v2 differ in one value; what lies on disk has a third one. What git leaves out of archives counts."""
    tree.upstream.add_chart("charts/app", "1.0.0", {"values.yaml": "", **TEMPLATES})
    git(tree, "init", "-q", "-b", "main", ".")
    (tree.folder / ".gitattributes").write_text("clusters export-ignore\n")
    for number in (1, 2):
        put(tree, number)
        git(tree, "add", ".gitattributes", "clusters")
        git(tree, "commit", "-qm", f"v{number}")
        git(tree, "tag", "-a", "-m", "t", f"v{number}")
    put(tree, 3)
    return tree


def run(tree, *arguments, check=11):
    return tree.run("render", "--diff", "--ca-file", tree.ca, *arguments, check=check)


def changes(result):
    return [(o["change"], o["kind"], o["name"], [(f["path"], f.get("old"), f.get("new")) for f in o.get("fields", [])])
            for o in json.loads(result.stdout)]


DEEP = [("changed", "HelmRelease", "r", [("spec.values.replicas", 1, 2)]),
        ("changed", "Deployment", "web", [("spec.replicas", 1, 2)])]


@pytest.mark.parametrize("ends", [("v1", "v2"), ("HEAD~1", "main"), ("v1:clusters/sandbox", "HEAD:./clusters/sandbox")])
def test_two_revisions(revisions, ends):
    assert changes(run(revisions, "--deep", *ends, "--output", "json")) == DEEP
    assert changes(run(revisions, *ends, "--output", "json")) == DEEP[:1]
    text = run(revisions, "--deep", *ends).stdout
    assert "\n  spec.replicas: 1 -> 2\n" in text and text.count("->") == 2 and "fixed" not in text
    text = run(revisions, *ends).stdout
    assert "-    replicas: 1\n+    replicas: 2\n" in text and text.count("@@") == 2


def test_a_revision_and_what_lies_here(revisions):
    assert changes(run(revisions, "HEAD~1", "clusters/sandbox", "--output", "json")) == [
        ("changed", "HelmRelease", "r", [("spec.values.replicas", 1, 3)])]
    assert changes(run(revisions, "--deep", revisions.entrypoint, "v2", "--output", "json"))[1] == (
        "changed", "Deployment", "web", [("spec.replicas", 3, 2)])
    assert run(revisions, "--deep", "v1", "v1", "--output", "json", check=0).stdout == "[]\n"
    assert run(revisions, "v1", "v1", check=0).stdout == ""


def test_values_of_two_revisions(revisions):
    found = revisions.run("values", "diff", "v1", "v2", "--ca-file", revisions.ca, "--output", "json")
    assert json.loads(found.stdout) == {"changes": [
        {"release": "HelmRelease flux-system/r", "path": "replicas", "before": 1, "after": 2}]}


def test_a_bundle_has_no_revisions(revisions):
    revisions.objects()
    revisions.lock()
    revisions.build()
    failed = run(revisions, "--deep", "--bundle", revisions.bundle_file, "v1", "v2", check=2)
    assert "a bundle holds one tree" in failed.stderr


def test_the_folder_is_gone_meanwhile(revisions):
    git(revisions, "mv", "clusters", "moved")
    git(revisions, "commit", "-qam", "moved")
    assert changes(run(revisions, "v1", "v2", "--output", "json")) == DEEP[:1]
    assert changes(run(revisions, "v1:clusters/sandbox", "HEAD:moved/sandbox", "--output", "json"))[0][:3] == (
        "changed", "HelmRelease", "r")


def test_what_is_no_revision(revisions):
    failed = run(revisions, "v1", "v9", check=3)
    assert "v9: there is no such file or folder, and no such revision in the git repository" in failed.stderr
    assert "HEAD~1" in failed.stderr
    failed = run(revisions, "v1:nowhere", "v2", check=3)
    assert "nowhere" in failed.stderr
    failed = revisions.run("render", "--diff", "--", "--output=x", "v2", check=3)
    assert "no such revision" in failed.stderr
