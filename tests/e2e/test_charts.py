# SPDX-License-Identifier: Apache-2.0
"""A chart of a Helm repository over https: from upstream into a release by Flux's controllers, and
again from the bundle by `serve`."""

import pytest
import yaml

from lab import until
from trees import Small

REPOSITORY = "https://stefanprodan.github.io/podinfo"
SERVE = "10.78.0.4:8443"  # the operator's host
LIMIT_S = 120


def source(kind, name, **spec):
    return {"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": kind,
            "metadata": {"name": name, "namespace": "charts"}, "spec": {"interval": "10m", **spec}}


def of_repository(name, version):
    return {"chart": "podinfo", "version": version, "sourceRef": {"kind": "HelmRepository", "name": name}}


@pytest.fixture(scope="module")
def tree(lab):
    release = {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease",
               "metadata": {"name": "podinfo", "namespace": "charts"},
               "spec": {"interval": "10m", "chart": {"spec": of_repository("upstream", "6.14.1")}}}
    tree = Small(lab, "charts", {"objects": [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "charts"}},
        source("HelmRepository", "upstream", url=REPOSITORY), release]}, layers=("flux",))
    tree.run("up")
    return tree


@pytest.fixture(scope="module")
def pinned(lab, tree):
    """The digest of the archive that the lock pins."""
    lock = yaml.safe_load((lab.work / "charts.lock").read_text())
    (pin,) = (pin for pin in lock["artifacts"] if pin["kind"] == "chart")
    assert pin["name"] == f"{REPOSITORY}/podinfo:6.14.1"
    return pin["digest"]


def artifact(lab, chart):
    """The digest of what source-controller made of a HelmChart: it keeps the archive as it came."""
    status = lab.get("helmchart", "-n", "charts", chart)[0].get("status", {})
    return status.get("artifact", {}).get("digest")


def test_what_is_locked_is_what_flux_installs(lab, pinned):
    assert artifact(lab, "charts-podinfo") == pinned
    (release,) = lab.get("helmrelease", "-n", "charts", "podinfo")
    assert {"Ready": "True"}.items() <= {c["type"]: c["status"] for c in release["status"]["conditions"]}.items()


def test_flux_takes_it_from_a_server_of_the_bundle(lab, tree, pinned):
    """By name and version, and by a range: there is only what is pinned."""
    server = lab.start("serve", "/work/charts.bundle", "--lab", "--tls", SERVE, "--authority",
                       "/work/charts.authority", "--access-log", "/work/charts.log", pid="/work/charts.serve")
    try:
        server.wait_for("HTTPS at", LIMIT_S)
        lab.kubectl("-n", "charts", "create", "secret", "generic", "ca", "--from-file",
                    "ca.crt=/work/charts.authority/ca.crt")
        (lab.work / "charts.served.yaml").write_text(yaml.safe_dump_all([
            source("HelmRepository", "served", url=f"https://{SERVE}/{REPOSITORY.removeprefix('https://')}",
                   certSecretRef={"name": "ca"}),
            source("HelmChart", "exact", **of_repository("served", "6.14.1")),
            source("HelmChart", "range", **of_repository("served", ">=6"))]))
        lab.kubectl("apply", "-f", "/work/charts.served.yaml")
        for chart in ("exact", "range"):
            assert until(lambda: artifact(lab, chart), LIMIT_S, f"the chart {chart}") == pinned
        assert "podinfo-6.14.1.tgz" in (lab.work / "charts.log").read_text()
    finally:
        lab.on("operator", "sh", "-c", "kill -TERM $(cat /work/charts.serve)", check=False)
        server.finish(LIMIT_S)
        lab.kubectl("delete", "--ignore-not-found", "-f", "/work/charts.served.yaml", check=False)
