# SPDX-License-Identifier: Apache-2.0
"""Agents on nodes: a bundle is put on one of them and all have it; nodes that join, die and come back;
what is not needed any more."""

import contextlib
import ssl

import pytest
from agents import Cluster, Seed, seed, sha256  # noqa: F401 (fixture)
from bundles import certs
from conftest import runner
from stored import Bundles, fill, small_disk


@pytest.fixture(scope="module")
def bundles(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles")
    return Bundles(folder, runner(binary, folder))


def test_what_one_node_gets_all_have(binary, tmp_path, seed, content):
    with Cluster(binary, tmp_path, seed, nodes=4) as cluster:
        first, *others = [cluster.start() for _ in range(3)]
        assert first.status()["bundles"][0]["lacksBlobs"] == 1  # the list: how much it is, nobody knows yet
        first.put_all(seed)
        for node in (first, *others):
            node.wait_served(seed)
            node.assert_whole(seed)
        assert first.status()["receivedBytes"] == seed.size
        for node in others:
            status = node.status()
            assert status["receivedBytes"] == 0 and status["fetchedBytes"] == seed.size
        # One that joins later finds them by its configuration alone.
        late = cluster.start()
        late.wait_served(seed)
        late.assert_whole(seed)
        assert late.status()["receivedBytes"] == 0
        # Served under upstream names: an index by tag, and by digest a manifest.
        answer = late.ask("/v2/stefanprodan/podinfo/manifests/6.9.1?ns=ghcr.io")
        assert answer.status == 200 and sha256(answer.body) == content.index["digest"].removeprefix("sha256:")
        assert late.get("/asked?name=ghcr.io/stefanprodan/podinfo:6.9.1").text == "1 0"
        assert late.ask("/v2/absent/image/manifests/1?ns=ghcr.io").status == 404
        assert late.get("/asked?name=ghcr.io/absent/image:1").text == "0 1"


def test_an_agent_that_is_killed_goes_on(binary, tmp_path, seed):
    with Cluster(binary, tmp_path, seed, nodes=1) as cluster:
        node = cluster.start()
        node.put_bundle(seed)
        digest, data = max(seed.blobs.items(), key=lambda blob: len(blob[1]))
        half = len(data) // 2
        connection = node.connect()
        path = f"/sandstrap/v1/blobs/{digest}?size={len(data)}&offset=0"
        connection.putrequest("PUT", path)
        connection.putheader("Content-Length", str(len(data)))
        connection.putheader("Sandstrap-MAC", node.mac("PUT", path, digest))
        connection.endheaders(data[:half])
        node.wait(lambda: node.lacks(seed)[digest] == (len(data), half))
        node.kill()
        node.start()
        assert node.lacks(seed)[digest] == (len(data), half)
        assert node.put_blob(digest, data, half).status == 201
        assert digest not in node.lacks(seed)
        node.put_all(seed)
        node.wait_served(seed)
        node.kill()
        node.start()
        node.wait_served(seed)
        node.assert_whole(seed)
        assert node.status()["receivedBytes"] == 0


def test_offsets(binary, tmp_path, seed):
    with Cluster(binary, tmp_path, seed, nodes=1) as cluster:
        node = cluster.start()
        node.put_bundle(seed)
        digest, data = max(seed.blobs.items(), key=lambda blob: len(blob[1]))
        answer = node.put_blob(digest, data, 100)
        assert (answer.status, answer.text) == (409, "have 0")
        answer = node.put_blob(digest, data, body=data[:1000])
        assert answer.status == 422 and "it has 1000 bytes" in answer.text
        answer = node.put_blob(digest, data, body=data[:-1] + b"\0")
        assert answer.status == 422 and "what came has the digest" in answer.text
        assert node.lacks(seed)[digest] == (len(data), 0)
        assert node.put_blob(digest, data).status == 201
        assert node.put_blob(digest, data).status == 200
        assert node.put(f"/blobs/{digest}?size=1", digest, b"").status == 400


def test_an_upgrade_sends_what_is_new_and_the_old_goes(binary, tmp_path, bundles):
    old, new = Seed(bundles.old), Seed(bundles.new)
    with Cluster(binary, tmp_path, old, nodes=2) as cluster:
        nodes = [cluster.start() for _ in range(2)]
        nodes[0].put_all(old)
        for node in nodes:
            node.wait_served(old)
        both = cluster.want(new, old)
        for node in nodes:
            node.put_config(both)
        nodes[0].put_bundle(new)
        assert set(nodes[0].lacks(new)) == set(new.blobs) - set(old.blobs)
        nodes[0].put_all(new)
        for node in nodes:
            node.wait_served(new, old)
        only_new = cluster.want(new)
        for node in nodes:
            node.put_config(only_new)
            node.wait(lambda node=node: node.blobs() == set(new.blobs))
            node.wait_served(new)
            node.assert_whole(new)


def test_the_budget_is_kept_and_the_old_makes_room(binary, tmp_path, bundles):
    old, new = Seed(bundles.old), Seed(bundles.new)
    budget = old.size + (1 << 20)
    with Cluster(binary, tmp_path, old, nodes=1, budget=budget) as cluster:
        node = cluster.start()
        node.put_all(old)
        node.wait_served(old)
        node.put_config(cluster.want(new, old))
        node.put_bundle(new)
        answers = [node.put_blob(digest, data) for digest, data in new.blobs.items()]
        assert 507 in [answer.status for answer in answers]
        assert "do not fit into the budget" in next(a.text for a in answers if a.status == 507)
        assert node.status()["storeBytes"] <= budget
        node.assert_whole(old)
        node.put_config(cluster.want(new))
        node.put_all(new)
        node.wait_served(new)
        assert node.blobs() == set(new.blobs)


def test_a_node_that_starts_with_a_full_disk_serves(binary, tmp_path, seed):
    with small_disk(tmp_path / "disk", 2 * seed.size + (16 << 20)) as disk:
        with Cluster(binary, tmp_path, seed, nodes=1) as cluster:
            node = cluster.start(home=disk / "home")
            node.put_all(seed)
            node.wait_served(seed)
            node.kill()
            fill(disk / "full")
            node.start()
            node.wait_served(seed)
            node.assert_whole(seed)
            node.wait(lambda: "No space left" in node.status().get("problem", ""))
            answer = node.put_blob(sha256(b"more"), b"more")
            assert answer.status == 507, answer
            (disk / "full").unlink()
            node.wait(lambda: "problem" not in node.status())
            node.wait_served(seed)


def test_the_token_that_comes_back_is_no_problem(binary, tmp_path, seed):
    with Cluster(binary, tmp_path, seed, nodes=1) as cluster:
        node = cluster.start()
        (tmp_path / "token").rename(tmp_path / "away")
        assert node.put(f"/bundles/{seed.identity}", seed.identity, seed.head).status == 401
        assert "token" in node.status()["problem"]
        (tmp_path / "away").rename(tmp_path / "token")
        node.put_all(seed)
        node.wait_served(seed)
        assert "problem" not in node.status()


def test_routes_that_were_taken_away_stay_away(binary, tmp_path, seed):
    with Cluster(binary, tmp_path, seed, nodes=1, hosts=["ghcr.io"]) as cluster:
        node = cluster.start()
        node.put_bundle(seed)
        (digest, data), *others = seed.blobs.items()
        for blob in others:
            assert node.put_blob(*blob).status == 201
        assert node.command("POST", "/routes/remove").status == 200
        # It was on its way when `down` began.
        assert node.put_blob(digest, data).status == 201
        node.wait_served(seed)
        assert node.status()["routed"] == [] and not list(node.root.rglob("hosts.toml"))
        # Another `up`.
        node.put_config((tmp_path / "agent.json").read_bytes())
        assert node.status()["routed"] == ["ghcr.io"] and list(node.root.rglob("hosts.toml"))


def test_all_is_gone_at_the_end(binary, tmp_path, seed):
    budget = seed.size + (1 << 20)
    with Cluster(binary, tmp_path, seed, nodes=1, budget=budget) as cluster:
        node = cluster.start()
        node.put_all(seed)
        node.wait_served(seed)
        assert node.command("POST", "/routes/remove").status == 200
        assert node.command("POST", "/store/remove").status == 200
        assert list(node.home.iterdir()) == []
        node.wait(lambda: node.ask("/v2/stefanprodan/podinfo/manifests/6.9.1?ns=ghcr.io").status == 404)
        assert node.put_blob(*next(iter(seed.blobs.items()))).status == 503
        assert node.command("PUT", "/config", b"{}").status == 422
        assert list(node.home.iterdir()) == []
        # It comes again as it was.
        node.put_config((tmp_path / "agent.json").read_bytes())
        node.put_all(seed)
        node.wait_served(seed)
        answer = node.put(f"/blobs/{sha256(b'more')}?size={budget}&offset=0", sha256(b"more"), b"")
        assert answer.status == 507 and "do not fit into the budget" in answer.text


def test_a_certificate_that_is_renewed_is_used(binary, tmp_path, seed):
    authority = certs.Authority(tmp_path, "authority")
    (tmp_path / "tls").mkdir()

    def renew(name):
        authority.issue(name, f"DNS:{name}.test")
        for ending in ("key", "crt"):
            (authority.folder / f"{name}.{ending}").rename(tmp_path / "tls" / f"tls.{ending}")
        return (tmp_path / "tls/tls.crt").read_text().strip()

    first = renew("first")
    with Cluster(binary, tmp_path, seed, nodes=1) as cluster:
        node = cluster.start()

        def given():
            return ssl.get_server_certificate((node.address, cluster.tls_port)).strip()

        assert given() == first
        second = renew("second")
        node.wait(lambda: given() == second)


def test_an_upload_that_goes_on_at_the_end_is_told(binary, tmp_path, seed):
    with Cluster(binary, tmp_path, seed, nodes=1) as cluster:
        node = cluster.start()
        digest, data = max(seed.blobs.items(), key=lambda blob: len(blob[1]))
        path = f"/sandstrap/v1/blobs/{digest}?size={len(data)}&offset=0"
        connection = node.connect()
        connection.putrequest("PUT", path)
        connection.putheader("Content-Length", str(len(data)))
        connection.putheader("Sandstrap-MAC", node.mac("PUT", path, digest))
        connection.endheaders(data[:1000])
        node.wait(lambda: node.status()["receivedBytes"] == 1000)
        assert node.command("POST", "/store/remove").status == 200
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.send(data[1000:])  # it need not wait for the rest
        assert connection.getresponse().status == 503
        assert list(node.home.iterdir()) == []
        # An `up` that comes after all has its store again.
        node.put_config((tmp_path / "agent.json").read_bytes())
        node.put_all(seed)
        node.wait_served(seed)
