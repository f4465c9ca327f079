# SPDX-License-Identifier: Apache-2.0
"""The bundle on a bastion: the origin is away, and `serve` on the operator's host answers for its names.

Nothing is rewritten: nodes get an entry in certs.d, the controller of sources gets the hosts and the
certificate authority. What Flux's controllers and containerd pull then comes up as from upstream."""

import re
import shutil

import pytest
import yaml

from scenarios.objects import deployment, git, namespace, oci, placed, release, serves
from trees import ENTRYPOINT, Small, Tree

ADDRESS, PLAIN = "10.78.0.4", 5000
AUTHORITY, PID = "/work/authority", "/work/serve.pid"
HOSTS_TOML = f"""\
server = "http://{ADDRESS}:{PLAIN}"
[host."http://{ADDRESS}:{PLAIN}"]
  capabilities = ["pull", "resolve"]
"""
# What a host is called where its images are pulled from.
REGISTRIES = {"docker.io": ["registry-1.docker.io", "index.docker.io"]}


class Bastion:
    """`serve` on the operator's host."""

    def __init__(self, lab, bundle):
        self.lab, self.log = lab, lab.work / "access.log"
        self.log.unlink(missing_ok=True)
        self.running = lab.start("serve", bundle, "--lab", "--listen", f":{PLAIN}", "--tls", ":443",
                                 "--authority", AUTHORITY, "--access-log", "/work/access.log", pid=PID)
        self.running.wait_for(r"HTTPS at", 60)

    def asked(self, pattern):
        return [line for line in self.log.read_text().splitlines() if re.search(pattern, line)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lab.on("operator", "sh", "-c", f"kill $(cat {PID})", check=False)
        ended = self.running.finish(60)
        assert ended.code in (0, 130), repr(ended)


def hosts_of(lock):
    """Every upstream name in a lock."""
    names = [entry["name"] for entry in yaml.safe_load(lock)["artifacts"]]
    hosts = {re.sub(r"^https://", "", name).split("/")[0] for name in names}
    return sorted(name for host in hosts for name in REGISTRIES.get(host, [host]))


def lead_flux(folder, hosts, authority):
    """The one patch: the controller of sources finds the hosts at the bastion, and trusts it."""
    flux = folder / ENTRYPOINT / "flux"
    (flux / "authority.yaml").write_text(yaml.safe_dump({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "bastion", "namespace": "flux-system"},
        "data": {"ca.crt": authority}}))
    file = flux / "kustomization.yaml"
    content = yaml.safe_load(file.read_text())
    content["resources"].append("authority.yaml")
    patch = {"apiVersion": "apps/v1", "kind": "Deployment",
             "metadata": {"name": "source-controller", "namespace": "flux-system"},
             "spec": {"template": {"spec": {
                 "hostAliases": [{"ip": ADDRESS, "hostnames": hosts}],
                 "containers": [{"name": "manager", "env": [{"name": "SSL_CERT_FILE", "value": "/bastion/ca.crt"}],
                                 "volumeMounts": [{"name": "bastion", "mountPath": "/bastion"}]}],
                 "volumes": [{"name": "bastion", "configMap": {"name": "bastion"}}]}}}}
    content.setdefault("patches", []).append({"patch": yaml.safe_dump(patch)})
    file.write_text(yaml.safe_dump(content, sort_keys=False))


def nodes(lab):
    return [item["metadata"]["name"] for item in lab.get("nodes")]


@pytest.fixture
def led_nodes(lab):
    """Every registry is at the bastion, for containerd on all nodes."""
    for node in nodes(lab):
        lab.on(node, "sh", "-c", "mkdir -p /etc/containerd/certs.d/_default && cd /etc/containerd/certs.d/_default "
               f"&& printf %s '{HOSTS_TOML}' >new && mv new hosts.toml")
    yield
    for node in nodes(lab):
        lab.on(node, "rm", "-r", "/etc/containerd/certs.d/_default")


def forget_images(lab, pattern):
    """So that they are pulled."""
    for node in nodes(lab):
        lab.on(node, "sh", "-c", "ctr -n k8s.io images ls -q | grep -E '" + pattern +
               "' | xargs -r ctr -n k8s.io images rm --sync", check=False)


@pytest.fixture
def away(lab):
    """The origin has no power."""
    lab.tool("kill", "origin")
    yield
    lab.tool("start", "origin")


class Led:
    """A tree that leads its controller of sources to the bastion, with its lock and bundle."""

    def __init__(self, lab, folder):
        self.tree, self.lock = f"/work/{folder.name}/{ENTRYPOINT}", f"/work/{folder.name}.lock"
        self.bundle = f"/work/{folder.name}.bundle"
        shutil.rmtree(lab.work / "authority", ignore_errors=True)
        self.make(lab)
        # makes the authority, and says that nothing but the routes can be wrong
        lab.sandstrap("serve", "--check", self.bundle, "--lab", "--authority", AUTHORITY)
        hosts = hosts_of((lab.work / f"{folder.name}.lock").read_text())
        lead_flux(folder, hosts, (lab.work / "authority/ca.crt").read_text())
        self.make(lab)

    def make(self, lab):
        lab.sandstrap("bundle", "lock", self.tree, "--lab", "-o", self.lock)
        lab.sandstrap("bundle", "build", self.tree, "--lab", "--lock", self.lock, "-o", self.bundle)

    def arguments(self, command, *more):
        return command, self.tree, "--lab", "--bundle", self.bundle, *more


def test_flux_and_nodes_are_led_to_a_bastion(lab, led_nodes, request):
    Small(lab, "bastion", {"objects": [
        namespace("bastion"), placed(oci(), "bastion"), placed(release(timeout="60s"), "bastion"),
        placed(git("umbrella"), "bastion"), placed(deployment(serves()), "bastion")]},
        layers=("flux",), made=False)
    led = Led(lab, lab.work / "bastion")
    request.getfixturevalue("away")
    forget_images(lab, "podinfo")
    record = ("--record", "bastion-record")
    with Bastion(lab, led.bundle) as bastion:
        lab.sandstrap(*led.arguments("up", *record))
        lab.sandstrap(*led.arguments("down", *record, "--data"))
        assert bastion.asked(r"POST \S*bigbang.git 200 "), "the controller has fetched no commit"
        assert bastion.asked(r"charts/podinfo\S* 200 "), "the controller has fetched no chart"
        assert bastion.asked(r'stefanprodan/podinfo\S* 200 .*"containerd/'), "no node has pulled"


@pytest.mark.full
def test_the_sandbox_comes_up_with_the_origin_away(lab, led_nodes, request):
    led = Led(lab, Tree(lab, "bastion-sandbox").folder)
    request.getfixturevalue("away")
    forget_images(lab, "ghcr.io|registry1|docker.io")
    with Bastion(lab, led.bundle) as bastion:
        lab.sandstrap(*led.arguments("up"))
        lab.sandstrap("serve", "--check", led.bundle, "--lab", "--at", f"127.0.0.1:{PLAIN}",
                      "--at-tls", "127.0.0.1:443", "--authority", AUTHORITY)
        lab.sandstrap(*led.arguments("down", "--data"))
        assert not bastion.asked(r" 404 .*(containerd|gotk|flux|git)"), "something was missing"
