# SPDX-License-Identifier: Apache-2.0
"""Names stay: stock clients are led to `serve` by hosts entries and trust its authority, and nothing
else is told to them. In namespaces of their own, where the ports of upstream are free."""

import subprocess

import pytest
from served import INSTALL, RAW, lab_program
from upstream import digest

HOSTS = ["ghcr.io", "registry-1.docker.io", "index.docker.io", "reg.test", "github.com", "files.test", "gitlab.com"]
SERVE = """\
set -e
rm -f serve.log
ip link set lo up
mount --bind hosts /etc/hosts
"$SANDSTRAP" serve "$BUNDLE" --tls 127.0.0.1:443 --tls 127.0.0.1:5000 --tls 127.0.0.1:8443 --authority authority \\
    --access-log access.log 2>serve.log &
server=$!
for _ in $(seq 600); do grep -q ':8443' serve.log && break; sleep 0.1; done
status=0
"$@" || status=$?
kill $server
wait $server
exit $status
"""
PODINFO = "ghcr.io/stefanprodan/podinfo"
CHART = "oci://ghcr.io/stefanprodan/charts/podinfo"


@pytest.fixture
def client(served, binary, tmp_path):
    """client("skopeo", "copy", …): runs it beside a server that is reached by the hosts' names."""
    (tmp_path / "hosts").write_text("".join(f"127.0.0.1 {host}\n" for host in ["localhost", *HOSTS]))
    certificate = tmp_path / "authority/ca.crt"
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(tmp_path),
                   "SANDSTRAP": str(binary), "BUNDLE": str(served.content.path),
                   "SSL_CERT_FILE": str(certificate), "CURL_CA_BUNDLE": str(certificate)}

    def run(*command, check=0):
        done = subprocess.run(["unshare", "--map-root-user", "--mount", "--net", "sh", "-c", SERVE, "sh",
                               *map(str, command)], cwd=tmp_path, env=environment, capture_output=True, timeout=120)
        assert done.returncode == check, done.stderr.decode() + (tmp_path / "serve.log").read_text()
        return done.stdout if check == 0 else done.stderr.decode()

    return run


@pytest.mark.parametrize("name, entry", [
    (f"{PODINFO}:6.9.1", "amd64"), ("busybox:1.36", "busybox"), ("reg.test:5000/apps/web:2.0", "web")])
def test_skopeo(client, served, tmp_path, name, entry):
    client("skopeo", "copy", f"docker://{name}", "dir:copied")
    wanted = getattr(served.content, entry)
    wanted = wanted["2.0"] if entry == "web" else wanted
    assert digest((tmp_path / "copied/manifest.json").read_bytes()) == wanted["digest"]


def test_skopeo_shows_what_is_not_bundled(client):
    error = client("skopeo", "inspect", f"docker://{PODINFO}:7", check=1)
    assert f"manifest unknown: {PODINFO}:7 is not in " in error


@pytest.mark.parametrize("url", [INSTALL, RAW])
def test_curl(client, served, url):
    assert client("curl", "-sSfL", url) == served.content.files[url]


def test_a_host_of_no_bundle_is_refused(client):
    assert "unrecognized name" in client("curl", "-sS", "https://gitlab.com/", check=35)


@pytest.mark.full
def test_crane(client, served):
    crane = lab_program("registry-clients", "crane")
    assert client(crane, "digest", f"{PODINFO}:6.9.1").decode().strip() == served.content.index["digest"]
    client(crane, "pull", "--platform", "linux/amd64", f"{PODINFO}:6.9.1", "image.tar")
    assert client(crane, "ls", "reg.test:5000/apps/web").split() == [b"1.0", b"1.1", b"2.0"]
    error = client(crane, "pull", "--platform", "linux/arm64", f"{PODINFO}:6.9.1", "image.tar", check=1)
    assert "it is for linux/arm64, a platform that was not bundled" in error


@pytest.mark.full
def test_oras(client, served, tmp_path):
    oras = lab_program("registry-clients", "oras")
    client(oras, "copy", "--to-oci-layout", "--platform", "linux/amd64", f"{PODINFO}:6.9.1", "layout:1")
    assert (tmp_path / "layout/blobs/sha256" / served.content.amd64["digest"][7:]).exists()
    client(oras, "discover", f"{PODINFO}:6.9.1")
    assert client(oras, "repo", "tags", "reg.test:5000/apps/web").split() == [b"1.0", b"1.1", b"2.0"]


@pytest.mark.full
def test_helm(client, tmp_path):
    helm = lab_program("flux", "helm")
    client(helm, "pull", CHART, "--version", "6.9.1")
    assert (tmp_path / "podinfo-6.9.1.tgz").exists()
    assert b"version: 6.9.1" in client(helm, "show", "chart", CHART, "--version", ">=6.0.0")
