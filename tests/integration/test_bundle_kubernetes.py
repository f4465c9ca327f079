# SPDX-License-Identifier: Apache-2.0
"""The version of Kubernetes that a lock was made for, and a bundle carries."""

import json

import pytest
import yaml
from bundles import authority, forged, origin, release, source, tree, upstream  # noqa: F401


@pytest.fixture
def bundled(tree):
    """A bundle of another version than the usual one; its chart runs another image for each."""
    image = f"{tree.upstream.host}/app:{{{{ .Capabilities.KubeVersion.Minor }}}}"
    tree.upstream.add_chart("charts/app", "1.0.0", {"templates/a.yaml": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Capabilities.KubeVersion }}}\n"
        f"spec: {{containers: [{{name: c, image: '{image}'}}]}}\n")})
    tree.upstream.add_image("app", "33")
    tree.objects(source("OCIRepository", "s", {"url": f"oci://{tree.upstream.host}/charts/app", "ref": {"tag": "1.0.0"}}),
                 release("r", chartRef={"kind": "OCIRepository", "name": "s"}))
    tree.lock("--kube-version", "1.33.5")
    tree.build()
    tree.upstream.close()
    return tree


def pods(tree, *arguments):
    text = tree.run("render", "--deep", "--bundle", tree.bundle_file, "--lock", tree.lock_file, *arguments).stdout
    return [o["metadata"]["name"] for o in yaml.safe_load_all(text) if o["kind"] == "Pod"]


def test_a_version_that_is_only_printed_is_a_decision(tree):
    """As a text, in other words, with all of .Capabilities."""
    for text in ("{{ .Capabilities.KubeVersion }}", '{{ printf "%v" .Capabilities.KubeVersion }}',
                 "{{ .Capabilities.KubeVersion | toString }}", "{{ toJson .Capabilities.KubeVersion }}"):
        tree.upstream.add_chart("charts/app", "1.0.0", {"templates/a.yaml": f"# {text}\n"})
        tree.objects(source("OCIRepository", "s",
                            {"url": f"oci://{tree.upstream.host}/charts/app", "ref": {"tag": "1.0.0"}}),
                     release("r", chartRef={"kind": "OCIRepository", "name": "s"}))
        tree.lock()
        found = yaml.safe_load(tree.lock_file.read_text()).get("decisions", [])
        assert [d["assumed"] for d in found if d["what"] == "kube-version"] == ["v1.34.0"], text


def test_a_bundle_is_looked_at_for_the_version_of_its_lock(bundled):
    assert pods(bundled) == ["v1.33.5"]
    assert pods(bundled, "--kube-version", "1.35.1") == ["v1.35.1"]
    names = bundled.run("images", "--bundle", bundled.bundle_file, "--output", "json").stdout
    assert "app:33" in names and "app:34" not in names
    bundled.run("values", "check", "--bundle", bundled.bundle_file)
    bundled.verify()
    assert bundled.read().index["kubernetes"] == "1.33.5"
    told = bundled.run("bundle", "inspect", bundled.bundle_file)
    assert "kubernetes 1.33.5\n" in told.stdout
    told = bundled.run("bundle", "inspect", bundled.bundle_file, "--output", "json")
    assert json.loads(told.stdout)["kubernetes"] == "1.33.5"


def test_a_bundle_from_before_it_was_said_there_is_of_the_usual_version(bundled):
    bundled.bundle_file.write_bytes(forged(bundled.bundle_file.read_bytes(), lambda index: index.pop("kubernetes")))
    bundled.verify()
    assert "kubernetes" not in bundled.run("bundle", "inspect", bundled.bundle_file).stdout
    assert pods(bundled) == ["v1.34.0"]


@pytest.mark.parametrize("version", ["", "1.34", "v1.34.0", "01.34.0", "1.34.0-x", 1])
def test_what_is_no_version_is_refused(bundled, version):
    bundled.bundle_file.write_bytes(forged(bundled.bundle_file.read_bytes(),
                                           lambda index: index.update(kubernetes=version)))
    assert "'kubernetes' is no version" in bundled.verify(check=5).stderr
