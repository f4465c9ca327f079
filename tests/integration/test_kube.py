# SPDX-License-Identifier: Apache-2.0
"""What the user hears when the cluster cannot be reached or refuses, and of what its controllers gave up:
against a scripted API server."""

import base64

import apiservers
import pytest
from bundles import certs

SECRET = "very-secret-token"


@pytest.fixture(scope="module")
def server():
    with apiservers.started("kube_api.py") as facts:
        yield facts


@pytest.fixture
def command(bundled, server):
    """Runs a command for a scene of the server, with fields of cluster and user."""

    def run(name, scene, *arguments, check, cluster=None, user=None):
        path = bundled.folder / "kubeconfig"
        apiservers.write_kubeconfig(path, server, scene, cluster, user)
        return bundled.run(name, "--bundle", bundled.bundle_file, "--kubeconfig", path, *arguments, check=check)

    return run


@pytest.fixture
def status(command):
    def run(scene, *arguments, **more):
        return command("status", scene, *arguments, **more)

    return run


def test_objects_that_are_not_as_in_the_tree(status):
    result = status("echo", check=8)
    assert "differs from the tree: .told.method" in result.stdout
    assert "1 object differs from the tree" in result.stderr


def test_nobody_listens(status):
    result = status("echo", check=7, cluster={"server": "https://127.0.0.1:1"})
    assert "cannot connect to 127.0.0.1:1" in result.stderr
    assert 'context "here"' in result.stderr


def test_the_proxy_of_the_kubeconfig_is_down(status):
    error = status("echo", check=7, cluster={"proxy-url": "http://user:geheim@127.0.0.1:9"}).stderr
    assert 'cannot connect to the proxy 127.0.0.1:9 (proxy-url of cluster "c" in /' in error
    assert "geheim" not in error


def test_another_authority(status, tmp_path):
    other = certs.Authority(tmp_path, "other")
    data = base64.b64encode(other.certificate.read_bytes()).decode()
    result = status("echo", check=7, cluster={"certificate-authority-data": data})
    assert "is not trusted" in result.stderr
    assert "hint:" in result.stderr


def test_wrong_server_name(status):
    result = status("echo", check=7, cluster={"tls-server-name": "kubernetes"})
    assert "the certificate of kubernetes is for other names: 127.0.0.1" in result.stderr


def test_wrong_token_is_not_shown(status):
    result = status("locked", "--trace", "all", check=7, user={"token": SECRET})
    assert "Unauthorized" in result.stderr
    assert 'user "jane"' in result.stderr
    assert SECRET not in result.stderr + result.stdout


def test_right_token_is_not_shown(status):
    result = status("locked", "--trace", "all", check=0, user={"token": "valid"})
    assert "Bearer" not in result.stderr + result.stdout


def test_unknown_context_names_the_others(status):
    result = status("echo", "--context", "there", check=3)
    assert 'there is no context "there"' in result.stderr
    assert "here" in result.stderr.split("hint:")[1]


def test_dropped_providers(status):
    result = status("echo", check=12, user={"auth-provider": {"name": "gcp"}})
    assert "auth-provider gcp is not supported" in result.stderr


def test_forbidden_is_explained(status):
    result = status("forbidden", check=7)
    assert 'User "jane" cannot get' in result.stderr
    assert "permission" in result.stderr


RECEIVER = {"apiVersion": "notification.toolkit.fluxcd.io/v1", "kind": "Receiver",
            "metadata": {"name": "x", "namespace": "default"}, "spec": {"interval": "1m"}}


@pytest.fixture
def with_receiver(bundled):
    """The tree with an object of Flux in it that reaches nothing else."""
    bundled.objects(RECEIVER)
    bundled.lock()
    bundled.build()


def test_what_was_given_up_before_the_last_write_is_looked_at_again(with_receiver, command):
    """As when an up was killed right after it wrote: this one finds nothing to write."""
    result = command("up", "healing", check=0)
    assert "Receiver default/x: InvalidConfiguration: gave up (before the last change" in result.stderr


def test_what_is_given_up_again_ends_it_at_once(with_receiver, command):
    result = command("up", "stalled", "--fail-after", "1h", "--timeout", "1h", check=9)
    assert "Receiver default/x: InvalidConfiguration: gave up" in result.stderr.splitlines()[-2]
