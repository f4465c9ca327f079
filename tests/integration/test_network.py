# SPDX-License-Identifier: Apache-2.0
"""What lies between sandstrap and a server: proxies that are down, texts that come compressed."""

import gzip

import pytest
import yaml
from bundles import authority, origin, tree, workload  # noqa: F401 (fixtures)

CONFIG_MAP = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"


def render(tree, url, check, **env):
    (tree.entrypoint / "kustomization.yaml").write_text(yaml.safe_dump({"resources": [url]}))
    return tree.run("render", "--ca-file", tree.ca, "clusters/sandbox", check=check, env=env)


@pytest.mark.parametrize("url, variable, proxy, words", [
    ("https://registry.example.org/x.yaml", "HTTPS_PROXY", "http://user:geheim@127.0.0.1:9", "127.0.0.1:9 (HTTPS_PROXY)"),
    ("https://registry.example.org/x.yaml", "https_proxy", "127.0.0.1:9", "127.0.0.1:9 (https_proxy)"),
    ("http://registry.example.org/x.yaml", "HTTP_PROXY", "http://127.0.0.1:9", "127.0.0.1:9 (HTTP_PROXY)"),
    ("https://registry.example.org/x.yaml", "HTTPS_PROXY", "socks5://127.0.0.1:9", "127.0.0.1:9 (HTTPS_PROXY)"),
])
def test_a_proxy_that_is_down_is_named(tree, url, variable, proxy, words):
    error = render(tree, url, 6, **{variable: proxy}).stderr
    assert f"cannot connect to the proxy {words}: Connection refused" in error
    assert "NO_PROXY" in error and "geheim" not in error


def test_a_text_that_comes_compressed_is_pinned_as_it_is_read(tree):
    """As from object storage that holds files compressed, and says so to everybody."""
    tree.upstream.files["x.yaml"] = gzip.compress(CONFIG_MAP)
    handler = tree.upstream._server.RequestHandlerClass

    class Compressed(handler):
        def end_headers(self):
            if "/files/" in self.path:
                self.send_header("Content-Encoding", "gzip")
            super().end_headers()

    tree.upstream._server.RequestHandlerClass = Compressed
    url = tree.upstream.url + "/files/x.yaml"
    assert "name: x" in render(tree, url, 0).stdout
    tree.objects(remote=[url])
    tree.lock()
    tree.build()
    assert tree.read().content("file") == CONFIG_MAP


def test_an_image_is_not_unpacked(tree):
    """A layer is gzip by itself: its digest is of what the registry stores, whatever it says of it."""
    layer = gzip.compress(b"layer")
    tree.upstream.add_image("team/app", "1", [layer])
    handler = tree.upstream._server.RequestHandlerClass

    class Compressed(handler):
        def end_headers(self):
            if "/blobs/" in self.path:
                self.send_header("Content-Encoding", "gzip")
            super().end_headers()

    tree.upstream._server.RequestHandlerClass = Compressed
    tree.objects(workload("Deployment", f"{tree.upstream.host}/team/app:1"))
    tree.lock()
    tree.build()
    tree.verify()
