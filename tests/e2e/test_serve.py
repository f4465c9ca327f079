# SPDX-License-Identifier: Apache-2.0
"""The bundle on a bastion: the origin is away, and `serve` on the operator's host answers for its names.

Nothing is rewritten: nodes get an entry in certs.d, and `up --routes-to` gives Flux's controllers the hosts and
the certificate authority. What these and containerd pull then comes up as from upstream."""

import pathlib
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
    """A tree with its lock and bundle, and an authority for the bastion."""

    def __init__(self, lab, folder):
        self.tree, self.lock = f"/work/{folder.name}/{ENTRYPOINT}", f"/work/{folder.name}.lock"
        self.bundle = f"/work/{folder.name}.bundle"
        shutil.rmtree(lab.work / "authority", ignore_errors=True)
        lab.sandstrap("bundle", "lock", self.tree, "--lab", "-o", self.lock)
        lab.sandstrap("bundle", "build", self.tree, "--lab", "--lock", self.lock, "-o", self.bundle)
        # makes the authority, and says that nothing but the routes can be wrong
        lab.sandstrap("serve", "--check", self.bundle, "--lab", "--authority", AUTHORITY)

    def arguments(self, command, *more):
        routes = ("--routes-to", ADDRESS, "--routes-ca", f"{AUTHORITY}/ca.crt") if command == "up" else ()
        return command, self.tree, "--lab", "--bundle", self.bundle, *routes, *more


def writer_of(deployment, field):
    """Who has a field of the pod's spec."""
    return next(entry["manager"] for entry in deployment["metadata"]["managedFields"]
                if f"f:{field}" in entry["fieldsV1"].get("f:spec", {}).get("f:template", {}).get("f:spec", {}))


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
        again = lab.sandstrap(*led.arguments("up", *record))
        assert set(re.findall(r"(\d+)(?: objects?)? written", again.stderr)) == {"0"}, repr(again)
        unled = lab.sandstrap("up", led.tree, "--lab", "--bundle", led.bundle, *record, code=2)
        assert "--routes-to" in unled.stderr, repr(unled)
        controller = next(item for item in lab.get("deployments", "-n", "flux-system", "--show-managed-fields")
                          if item["metadata"]["name"] == "source-controller")
        assert writer_of(controller, "hostAliases") == "sandstrap-routes"
        lab.sandstrap(*led.arguments("down", *record, "--data"))
        left = lab.get("services,endpointslices", "-n", "kube-system")
        assert not [item for item in left if item["metadata"]["name"].startswith("sandstrap")]
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


# --- clients of the operator's host, over HTTP and with the upstream host in the path, as CRI-O asks ---


@pytest.fixture(scope="module")
def plain(lab):
    """The bundle of the tree as it is, and its lock."""
    tree, lock, bundle = f"/src/{ENTRYPOINT}", "/work/plain.lock", "/work/plain.bundle"
    lab.sandstrap("bundle", "lock", tree, "--lab", "-o", lock)
    lab.sandstrap("bundle", "build", tree, "--lab", "--lock", lock, "-o", bundle)
    return bundle, yaml.safe_load((lab.work / "plain.lock").read_text())["artifacts"]


HERE = f"{ADDRESS}:{PLAIN}"
IMAGE = f"{HERE}/ghcr.io/stefanprodan/podinfo:6.14.1"
MIRROR = f"""\
[[registry]]
location = "ghcr.io"
[[registry.mirror]]
location = "{HERE}/ghcr.io"
insecure = true
"""
COMMANDS = f"""\
crane --insecure pull --platform linux/amd64 {IMAGE} image.tar
crane --insecure ls {HERE}/ghcr.io/stefanprodan/podinfo
crane --insecure validate --remote {HERE}/docker.io/bitnami/sealed-secrets-controller:0.27.1
oras copy --from-plain-http {IMAGE} --to-oci-layout layout:1
oras discover --plain-http {IMAGE}
oras repo ls --plain-http {HERE}
helm pull --plain-http oci://{HERE}/ghcr.io/stefanprodan/charts/podinfo --version 6.14.1
skopeo --insecure-policy copy --all --src-tls-verify=false docker://{IMAGE} dir:image
skopeo --insecure-policy --registries-conf mirror.conf copy docker://ghcr.io/stefanprodan/podinfo:6.14.1 dir:mirrored
skopeo inspect --tls-verify=false docker://{HERE}/bitnami/sealed-secrets-controller:0.27.1
git clone -q --depth 1 -b 3.30.0 http://{HERE}/repo1.dso.mil/big-bang/bigbang.git tagged
git clone -q http://{HERE}/repo1.dso.mil/big-bang/bigbang head
git -C head fsck --strict
curl -sSfO http://{HERE}/github.com/fluxcd/flux2/releases/download/v2.9.4/install.yaml
"""


def test_clients_with_the_host_in_the_path(lab, plain):
    folder = lab.work / "clients"
    folder.mkdir()
    (folder / "mirror.conf").write_text(MIRROR)
    with Bastion(lab, plain[0]):
        for command in COMMANDS.splitlines():
            lab.on("operator", "-C", "/work/clients", *command.split())
        pushed = lab.on("operator", "crane", "--insecure", "copy", IMAGE, f"{HERE}/new/image:1", check=False)
        assert pushed.code != 0 and "nothing can be pushed" in pushed.stderr
    shutil.rmtree(folder)


# --- containerd, Debian's and a newer one, asked as the kubelet asks them ---

CUT, CUT_BYTES = 5001, 8_000_000
PULLED = "ghcr.io/fluxcd/source-controller:v1.9.4"  # its layer is more than four times CUT_BYTES
CONFIG = """\
version = 2
root = "/work/runtime/root"
state = "/work/runtime/state"
[grpc]
  address = "/run/runtime.sock"
[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "/work/runtime/certs.d"
"""
# Passes connections on to the server, and cuts each of them after so many bytes of the answer.
CUTTER = f"""\
import socket, threading
def pump(source, sink, left):
    while left > 0 and (data := source.recv(min(left, 65536))):
        sink.sendall(data)
        left -= len(data)
    sink.shutdown(socket.SHUT_RDWR)
listening = socket.create_server(("127.0.0.1", {CUT}))
print("cuts", flush=True)
while True:
    client = listening.accept()[0]
    server = socket.create_connection(("127.0.0.1", {PLAIN}))
    threading.Thread(target=pump, args=(client, server, 1 << 60), daemon=True).start()
    threading.Thread(target=pump, args=(server, client, {CUT_BYTES}), daemon=True).start()
"""
# Begins with the two beside it, and ends with them.
PULL = """\
python3 -c "$CUTTER" >cutter.log 2>&1 & cutter=$!
"$1" --config config.toml >containerd.log 2>&1 & containerd=$!
trap 'kill $cutter $containerd; wait' EXIT
for _ in $(seq 300); do [ -S /run/runtime.sock ] && grep -q cuts cutter.log && break; sleep 0.1; done
shift
for image in "$@"; do bin/cri-pull /run/runtime.sock "$image" || exit; done
"""


@pytest.fixture(scope="module")
def runtime(lab):
    """A folder with the newer containerd, for one that is nobody's node."""
    built = lab.tool("build", "containerd", limit_s=1800).stdout
    folder = lab.work / "runtime"
    shutil.copytree(pathlib.Path(built.split()[1]) / "bin", folder / "bin")
    (folder / "certs.d/_default").mkdir(parents=True)
    (folder / "certs.d/_default/hosts.toml").write_text(HOSTS_TOML.replace(f"{ADDRESS}:{PLAIN}", f"127.0.0.1:{CUT}"))
    (folder / "config.toml").write_text(CONFIG)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.full
@pytest.mark.parametrize("program, version", [("containerd", "1.6."), ("bin/containerd", "2.4.")])
def test_containerd_goes_on_where_its_connection_was_cut(lab, plain, runtime, program, version):
    bundle, artifacts = plain
    index = next(one["digest"] for one in artifacts if one["name"] == PULLED)

    def pull(*images, code=0):
        result = lab.on("operator", "-C", "/work/runtime", "env", f"CUTTER={CUTTER}", "sh", "-c", PULL, "sh",
                        program, *images, check=False)
        assert result.code == code, repr(result) + (runtime / "containerd.log").read_text()[-2000:]
        return result

    with Bastion(lab, bundle) as bastion:
        for folder in ("root", "state"):
            shutil.rmtree(runtime / folder, ignore_errors=True)
        pull(PULLED.replace(":v1.9.4", f"@{index}"), PULLED, "docker.io/bitnami/sealed-secrets-controller:0.27.1")
        assert len(bastion.asked(rf'source-controller@\S+ 206 .*"containerd/v?{version}')) >= 4
        error = pull("ghcr.io/stefanprodan/podinfo:none", code=1).stderr
        assert "ghcr.io/stefanprodan/podinfo:none: not found" in error
