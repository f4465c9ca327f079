# SPDX-License-Identifier: Apache-2.0
"""What a bundle for a cluster without the Internet needs beyond the tree: images that no object names."""

import http.server
import select
import socket
import threading

import certs
import pytest
from bundles import Tree, upstream, workload

HOSTS = ["registry.k8s.io", "registry-1.docker.io", "auth.docker.io", "k8s.gcr.io", "quay.io", "public.ecr.aws",
         "mcr.microsoft.com", "localhost"]


class Tunnel(http.server.BaseHTTPRequestHandler):
    """A proxy that leads every host to one: the names stay, and so does TLS."""

    def do_CONNECT(self):  # noqa: N802
        with socket.create_connection(self.server.target) as there:
            self.send_response(200)
            self.end_headers()
            pair = [self.connection, there]
            while True:
                for end in select.select(pair, [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    pair[end is self.connection].sendall(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def world(tmp_path, sandstrap):
    """A tree whose upstream is every registry that there is."""
    authority = certs.Authority(tmp_path, "authority")
    authority.issue("server", ",".join(f"DNS:{host}" for host in HOSTS))
    origin = upstream.Upstream(tmp_path / "origin", authority.folder / "server.crt", authority.folder / "server.key")
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tunnel)
    proxy.daemon_threads = True
    proxy.target = ("127.0.0.1", int(origin.url.rsplit(":", 1)[1]))
    threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True).start()
    tree = Tree(tmp_path / "tree", origin, sandstrap, authority)
    tree.env |= {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.server_port}", "NO_PROXY": "localhost"}
    yield tree
    proxy.shutdown()
    proxy.server_close()
    origin.close()


def test_pause_images_are_pinned_and_bundled_under_their_own_names(world):
    origin = world.upstream
    origin.add_image("app", "1")
    arm = origin.add_image("pause", None, [b"pause for arm"], b'{"os":"linux","architecture":"arm64"}')
    amd = origin.add_image("pause", None, [b"pause"])
    origin.add_index("pause", "3.6", {"linux/amd64": amd, "linux/arm64": arm})
    origin.add_image("rancher/mirrored-pause", "3.6", [b"pause of k3s"])
    world.objects(workload("Deployment", f"{origin.host}/app:1"))

    assert [pin["name"] for pin in world.lock()] == [f"{origin.host}/app:1"]
    world.lock("--airgap", "--check", check=11)
    locked = world.run("bundle", "lock", "-o", world.lock_file, "--ca-file", world.ca, "--airgap")
    pins = {pin["name"].removeprefix("docker.io/"): pin for pin in world.pins()}
    assert set(pins) == {f"{origin.host}/app:1", "registry.k8s.io/pause:3.6", "k8s.gcr.io/pause:3.6",
                         "rancher/mirrored-pause:3.6"}
    assert pins["registry.k8s.io/pause:3.6"]["usedBy"] == ["a container runtime"]
    assert [m["digest"] for m in pins["registry.k8s.io/pause:3.6"]["manifests"]] == [amd["digest"]]
    for line in locked.stderr.splitlines():
        assert "a container runtime names the image" in line and "left out" in line, line
    assert "registry.k8s.io/pause:3.10," in locked.stderr and "registry.k8s.io/pause:3.6," not in locked.stderr

    world.build()
    world.verify()
    names = {a["name"].removeprefix("docker.io/") for a in world.read().index["artifacts"]}
    assert names >= set(pins)
    assert "unchanged" in world.run("bundle", "lock", "-o", world.lock_file, "--ca-file", world.ca, "--airgap",
                                    "--check").stdout
