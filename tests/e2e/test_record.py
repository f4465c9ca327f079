# SPDX-License-Identifier: Apache-2.0
"""The record: one writes at a time, whoever was killed is followed, and what left the tree is deleted."""

import re

import pytest
import yaml

from lab import until
from scenarios.objects import config, deployment, namespace, oci, placed, release, serves
from trees import Small

SLOW_S = 20  # until the workload of a first `up` is ready
WRITES = r"ConfigMap \S+: created"
LIMIT_S = 60
HOLDER = r"sandstrap up of root@\S+ \(pid \d+\)"


def tree(lab, name, objects, **more):
    """A tree with a namespace of its own; of several the objects are put there."""
    objects = [placed(one, name) if one["kind"] != "Namespace" else one for one in objects]
    return Small(lab, name, {"objects": [namespace(name), *objects]}, **more)


@pytest.fixture
def away(lab):
    """Names of trees that are taken away in the end."""
    names = []
    yield names
    for name in names:
        lab.kubectl("delete", "--wait=false", "--ignore-not-found", "namespace", name, f"{name}-record")


def lease(lab, record):
    return lab.get("lease", "-n", record, "sandstrap")[0]["spec"]


def journal(lab, record):
    """What the journal of a record holds, by kind and name."""
    found = lab.kubectl("get", "configmap", "-n", record, "-l", "sandstrap.dev/record=journal",
                        "-o", "jsonpath={.items[*].binaryData}")
    script = f"printf %s '{yaml.safe_load(found)['page.json.gz']}' | base64 -d | gunzip"
    pages = yaml.safe_load(lab.on("operator", "sh", "-c", script).stdout)
    return {(one["kind"], one["name"]): one for one in pages["objects"]}


def test_two_at_once_one_goes_on_and_the_other_one_names_it(lab, away):
    away += ["two", "two-other"]
    slow = deployment(serves(after=SLOW_S))
    first = tree(lab, "two", [slow, config("a")], record="two-record")
    second = tree(lab, "two-other", [config("b")], record="two-record")
    running = first.start("up")
    running.wait_for(WRITES, LIMIT_S)
    refused = second.run("up", code=4)
    assert re.search(rf"{HOLDER} has been writing to this cluster since \d\d:\d\d:\d\d", refused.stderr), repr(refused)
    assert "hint: " in refused.stderr, repr(refused)
    assert not lab.kubectl("get", "namespace", "two-other", "--ignore-not-found")
    ended = running.finish(LIMIT_S)
    assert ended.code == 0, repr(ended)
    assert "holderIdentity" not in lease(lab, "two-record")
    # What waits only needs no Lease; what ends while it is looked at is followed.
    second.run("up")


def test_down_does_not_begin_beside_an_up_nor_up_beside_a_down(lab, away):
    away.append("both")
    both = tree(lab, "both", [deployment(serves(after=SLOW_S)), config("held")])
    running = both.start("up")
    running.wait_for(WRITES, LIMIT_S)
    refused = both.run("down", code=4)
    assert re.search(f"{HOLDER} has been writing", refused.stderr), repr(refused)
    ended = running.finish(LIMIT_S)
    assert ended.code == 0, repr(ended)

    lab.kubectl("patch", "configmap", "-n", "both", "held", "--type=merge", "-p",
                '{"metadata": {"finalizers": ["example.com/held"]}}')
    running = both.start("down")
    running.wait_for("example.com/held", LIMIT_S)
    refused = both.run("up", code=4)
    assert re.search(r"sandstrap down of root@\S+ \(pid \d+\) has been writing", refused.stderr), repr(refused)
    lab.kubectl("patch", "configmap", "-n", "both", "held", "--type=merge", "-p", '{"metadata": {"finalizers": null}}')
    ended = running.finish(LIMIT_S)
    assert ended.code == 0, repr(ended)
    for name in ("both", both.record):
        assert not lab.kubectl("get", "namespace", name, "--ignore-not-found")


def test_one_that_was_killed_is_followed(lab, away):
    away.append("killed")
    slow = tree(lab, "killed", [deployment(serves(after=SLOW_S)), config("a")])
    running = slow.start("up")
    running.wait_for(WRITES, LIMIT_S)
    slow.kill_started()
    running.finish(LIMIT_S)
    assert lease(lab, slow.record)["holderIdentity"].startswith("sandstrap up of root@")
    after = tree(lab, "killed", [deployment(serves()), config("a"), config("b")])
    result = after.run("up")
    assert re.search(rf"{HOLDER} gave no sign of life", result.stderr), repr(result)
    uids = {one["metadata"]["name"]: one["metadata"]["uid"] for one in lab.get("configmap", "-n", "killed")}
    written = journal(lab, slow.record)
    for name in ("a", "b"):
        assert written["ConfigMap", name]["uid"] == uids[name]
        assert "adopted" not in written["ConfigMap", name]


def test_one_that_was_interrupted_holds_nobody_up(lab, away):
    away.append("stopped")
    slow = tree(lab, "stopped", [deployment(serves(after=SLOW_S)), config("a")])
    running = slow.start("up")
    running.wait_for(WRITES, LIMIT_S)
    lab.on("operator", "sh", "-c", f"kill -INT $(cat {slow.path}.pid)")
    assert running.finish(LIMIT_S).code == 130
    assert "holderIdentity" not in lease(lab, slow.record)


def test_what_left_the_tree_is_deleted(lab, flux, away):
    away += ["pruned", "pruned-room"]
    lab.kubectl("create", "namespace", "pruned")
    lab.kubectl("create", "configmap", "-n", "pruned", "theirs", "--from-literal=a=0")
    room = namespace("pruned-room")
    before = tree(lab, "pruned", [room, oci(), release(timeout="60s"), deployment(serves(), name="old"),
                                  config("theirs", a="1"), config("stays")])
    lab.kubectl("annotate", "configmap", "-n", "pruned", "theirs", "by=hand")
    before.run("up")
    lab.kubectl("create", "configmap", "-n", "pruned-room", "foreign")
    after = tree(lab, "pruned", [config("stays")])

    asked = after.run("up", "--no-prune")
    assert "Deployment pruned/old: left the tree and stays" in asked.stderr, repr(asked)
    assert lab.kubectl("get", "deployment", "-n", "pruned", "old")

    result = after.run("up")
    for label in ("HelmRelease pruned/podinfo", "OCIRepository pruned/podinfo", "Deployment pruned/old"):
        said = result.stderr.index(f"{label}: left the tree and is deleted")
        assert result.stderr.index(f"{label}: deleted") > said, repr(result)
    assert "ConfigMap pruned/theirs: left the tree and is released" in result.stderr, repr(result)
    assert re.search("Namespace pruned-room: stays, .*ConfigMap pruned-room/foreign", result.stderr), repr(result)
    left = {one["metadata"]["name"] for one in lab.get("configmap,secret,helmrelease,ocirepository", "-n", "pruned")}
    assert left == {"theirs", "stays", "kube-root-ca.crt"}, left
    until(lambda: not lab.get("deployment,replicaset,pod", "-n", "pruned"), LIMIT_S, "workloads are gone")
    assert {name for kind, name in journal(lab, after.record) if kind != "Namespace"} == {"stays"}

    lab.kubectl("delete", "configmap", "-n", "pruned-room", "foreign")
    after.run("up")
    assert not lab.kubectl("get", "namespace", "pruned-room", "--ignore-not-found")


def test_a_layer_that_vanished_takes_nothing_along(lab, away):
    away.append("vanished")
    layers = {"one": [namespace("vanished"), placed(config("a"), "vanished")],
              "two": [placed(config("b"), "vanished")]}
    Small(lab, "vanished", layers).run("up")
    result = Small(lab, "vanished", {"one": layers["one"]}).run("up")
    assert re.search("two: the tree has nothing of this layer any more", result.stderr), repr(result)
    assert lab.kubectl("get", "configmap", "-n", "vanished", "b")
