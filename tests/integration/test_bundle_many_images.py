# SPDX-License-Identifier: Apache-2.0
"""Many images are asked for at once: each once, with a token for each repository, and failures told as ever."""

import base64
import contextlib
import json
import re
import threading

import pytest
from bundles import authority, origin, tree, upstream, workload  # noqa: F401

REPOSITORIES, TAGS = 6, 4


@pytest.fixture
def many(tree):
    """Workloads with 24 images of 6 repositories, all of them with a login of their own."""
    names = [(f"team/app{i}", f"{j}") for i in range(REPOSITORIES) for j in range(TAGS)]
    for name, tag in names:
        tree.upstream.add_image(name, tag, [f"{name}{tag}".encode()])
        tree.upstream.users[name] = ("u", name)
    tree.objects(*(workload("Deployment", f"{tree.upstream.host}/{name}:{tag}", name=f"w{i}")
                   for i, (name, tag) in enumerate(names)))
    auths = {f"{tree.upstream.host}/team/app{i}": {"auth": base64.b64encode(f"u:team/app{i}".encode()).decode()}
             for i in range(REPOSITORIES)}
    (tree.folder / "config.json").write_text(json.dumps({"auths": auths}))
    tree.env["DOCKER_CONFIG"] = str(tree.folder)
    tree.names = names
    return tree


def test_each_is_asked_for_once_more_than_its_repository_refuses(many):
    many.lock()
    assert many.pinned("image") == {f"{many.upstream.host}/{name}:{tag}" for name, tag in many.names}
    for name, tag in many.names:
        assert 1 <= many.upstream.asked(f"GET /v2/{name}/manifests/{tag}") <= 2, (name, tag, many.upstream.log)
    assert many.upstream.asked("GET /token") >= REPOSITORIES
    many.build()
    many.verify()


class Waiting(dict):
    """Manifests that are only given to four who ask at the same time, but for those of the first repository:
    until a registry has answered once, it is not asked for more."""

    gate = threading.Barrier(4)

    def get(self, key, default=None):
        if not key[1].startswith("sha256:") and key[0] != "team/app0" and not self.gate.broken:
            with contextlib.suppress(threading.BrokenBarrierError):
                self.gate.wait(10)
        return super().get(key, default)


def test_several_are_under_way_at_once(many):
    many.upstream.users.clear()
    many.upstream.manifests = Waiting(many.upstream.manifests)
    many.lock()
    assert not Waiting.gate.broken


@pytest.mark.parametrize("status", [404, 403, 500])
def test_the_one_that_cannot_be_had_is_named(many, status):
    many.upstream.users.clear()
    many.upstream.status["/v2/team/app3/manifests/2"] = status
    error = many.lock(check=6).stderr
    assert re.search(rf"Deployment apps/w14: .*app3/manifests/2: {status}", error), error


def test_a_login_that_is_not_good_is_named(many):
    many.upstream.users["team/app2"] = ("u", "another")
    assert "refuses access to team/app2" in many.lock(check=6).stderr
