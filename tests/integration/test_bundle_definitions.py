# SPDX-License-Identifier: Apache-2.0
"""Definitions that a tree brings, and charts that ask for them: what was there first, and what never settles."""

import pytest
import yaml
from bundles import authority, origin, release, source, tree, upstream  # noqa: F401


def definition(group, version, scope="Namespaced"):
    return yaml.safe_dump({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": f"things.{group}"},
        "spec": {"group": group, "scope": scope, "names": {"kind": "Thing", "plural": "things"},
                 "versions": [{"name": version, "served": True, "storage": True}]}})


def brings(asked, group, version, unless=False):
    """A template that brings a definition if, or unless, another one is there."""
    has = f'.Capabilities.APIVersions.Has "{asked}"'
    return f"{{{{- if {'not (' + has + ')' if unless else has} }}}}\n---\n{definition(group, version)}{{{{- end }}}}\n"


def put(tree, **charts):
    """A release for each chart, in their order."""
    objects = []
    for name, files in charts.items():
        tree.upstream.add_chart(f"charts/{name}", "1.0.0", files)
        objects += [source("OCIRepository", name, {"url": f"oci://{tree.upstream.host}/charts/{name}",
                                                   "ref": {"tag": "1.0.0"}}),
                    release(name, chartRef={"kind": "OCIRepository", "name": name})]
    tree.objects(*objects)


def deep(tree):
    text = tree.run("render", "--deep", "--ca-file", tree.ca, tree.entrypoint).stdout
    return {(o["kind"], o["metadata"]["name"]): o for o in yaml.safe_load_all(text)}


def decisions(tree):
    found = yaml.safe_load(tree.lock_file.read_text()).get("decisions", [])
    return {(d["asked"], d["assumed"]) for d in found if d["what"] == "api-version"}


@pytest.mark.parametrize("own", [True, False])
def test_a_kind_has_the_scope_of_its_definition_wherever_that_is(tree, own):
    """In the same chart, or in one that comes later."""
    thing = "apiVersion: acme.io/v1\nkind: Thing\nmetadata: {name: t}\n"
    crds = {"crds/thing.yaml": definition("acme.io", "v1", "Cluster")}
    put(tree, a={"templates/t.yaml": thing, **(crds if own else {})}, **({} if own else {"b": crds}))
    assert "namespace" not in deep(tree)["Thing", "t"]["metadata"]


def test_what_a_release_brings_itself_was_not_there_when_it_was_installed(tree):
    asks = brings("acme.io/v1", "acme.io", "v1", unless=True)
    put(tree, a={"templates/d.yaml": asks})
    tree.lock()
    assert decisions(tree) == {("acme.io/v1", "not served")}
    assert ("CustomResourceDefinition", "things.acme.io") in deep(tree)
    put(tree, a={"templates/d.yaml": asks, "crds/thing.yaml": definition("acme.io", "v1")})
    tree.lock()
    assert decisions(tree) == {("acme.io/v1", "served")}  # Helm installs crds/ before it renders


def chain(length, split):
    """Charts that bring version n + 1 of a group when version n is there, dealt out one by one, last first."""
    files = [{"templates/d.yaml": ""} for _ in range(split)]
    for i in reversed(range(1, length)):
        files[i % split]["templates/d.yaml"] += brings(f"acme.io/v{i}", "acme.io", f"v{i + 1}").replace(
            "things.acme.io", f"things{i + 1}.acme.io")
    return {f"c{i}": f for i, f in enumerate(files)}


def test_a_chain_of_definitions_is_followed_to_its_end(tree):
    put(tree, **chain(8, 8), z={"crds/one.yaml": definition("acme.io", "v1")})
    tree.lock()
    assert {d for d, answer in decisions(tree) if answer == "served"} == {f"acme.io/v{i}" for i in range(1, 8)}
    assert ("CustomResourceDefinition", "things8.acme.io") in deep(tree)


def test_what_does_not_settle_is_named(tree):
    put(tree, **chain(80, 2), z={"crds/one.yaml": definition("acme.io", "v1")})
    error = tree.lock(check=3).stderr
    assert "HelmRelease flux-system/c" in error and "does not settle" in error and "templates/d.yaml:" in error, error
    assert "asks whether the cluster serves acme.io/v" in error, error


def test_two_that_each_depend_on_the_other_are_named(tree):
    """The first one brings its definition only as long as that of the second is not there, which needs the first."""
    put(tree, a={"templates/d.yaml": brings("two.io/v1", "one.io", "v1", unless=True)},
        b={"templates/d.yaml": brings("one.io/v1", "two.io", "v1")})
    error = tree.lock(check=3).stderr
    assert "HelmRelease flux-system/b: b/templates/d.yaml:1 asks whether the cluster serves one.io/v1" in error, error
    assert "only as long as" in error and "set by a value" in error, error
