# SPDX-License-Identifier: Apache-2.0
"""The life of one sandbox: nothing, up, up again, broken, put right. Each test builds on those
before it, because bringing a sandbox up is what takes the time."""

import random
import re
import subprocess
import time

import pytest

from audit import Log, check_order
from bare import FILES, Bare
from damage import BundleFile
from lab import BINARY, until
from scenarios.objects import deployment, placed, serves
from sight import Sight, differences, inventories
from trees import ENTRYPOINT, Tree

# Namespaces in which the umbrella's packages run.
NAMESPACES = ("monitoring", "logging", "alloy")
EXTRA_REPOSITORY = "https://repo1.dso.mil/big-bang/product/packages/metrics-server.git"
SLOW_S = 30  # what the slow workload of the platform layer takes
OUTAGE_S = 20
OPERATOR = "deployment/alloy-operator"
FAIL_AFTER = "30s"
FLIPS, TRUNCATIONS = 200, 20
CAUSE = re.compile(r"HelmRelease bigbang/extra: .*pod extra/metrics-server-\S+: "
                   r"container metrics-server: (CrashLoopBackOff|Error)")


def extra(mode, ready_after="0s"):
    """A package of our own in Big Bang's values: the chart of metrics-server once more."""
    return {
        "extra": {
            "git": {"repo": EXTRA_REPOSITORY, "path": "chart", "tag": "3.13.1-bb.1"},
            # an attempt ends soon, and as with all of Big Bang's packages others follow for ever
            "flux": {"timeout": "60s", "install": {"remediation": {"retries": -1}}},
            "values": {"server": {"mode": mode, "readyAfter": ready_after}},
        }
    }


def slow(name):
    """A Deployment whose pod takes a while to become ready."""
    return placed(deployment(serves(after=SLOW_S), name=name), "kube-system")


def workloads(lab, *namespaces):
    """The workloads of namespaces, as the audit log refers to them."""
    found = []
    for namespace in namespaces:
        for item in lab.get("-n", namespace, "deployments,statefulsets,daemonsets"):
            found.append((item["kind"].lower() + "s", namespace, item["metadata"]["name"]))
    return found


def layers(lab, tree, slow_one):
    """Each layer in its order: what it applies, and the workloads that show when it is ready."""
    grown = {
        "flux": workloads(lab, "flux-system"),
        "platform": [slow_one, ("deployments", "kube-system", "sealed-secrets-controller")],
        "bigbang": workloads(lab, *NAMESPACES),
        "tenants": [],
    }
    return [(name, tree.objects(name), grown[name]) for name in grown]


@pytest.fixture(scope="module")
def tree(lab):
    """The tree as it is, with one more workload in the platform layer, which is slow."""
    tree = Tree(lab, "sandbox")
    tree.slow = tree.add("platform", slow("slow"))
    return tree.build()


@pytest.fixture(scope="module")
def bundle(lab, tree):
    return BundleFile(lab.work / tree.bundle.name)


def verify(bundle):
    """Verifies on this host: the file is the same, and nothing of the cluster is needed."""
    return subprocess.run([BINARY, "bundle", "verify", bundle.path], capture_output=True,
                          text=True, timeout=120)


def test_render_gives_what_kustomize_builds(lab):
    """The tree as it is, with its remote files, by the same version of kustomize as in Flux."""
    folder = f"/src/{ENTRYPOINT}"
    assert (lab.sandstrap("render", folder).stdout
            == lab.on("operator", "kustomize", "build", folder).stdout)


def test_render_needs_no_network_with_a_bundle(lab, tree):
    online = lab.sandstrap("render", tree.entrypoint).stdout
    lab.tool("link", "operator", "down")
    try:
        lab.sandstrap("render", tree.entrypoint, code=6)
        offline = lab.sandstrap("render", tree.entrypoint, "--lab", "--bundle", tree.bundle).stdout
    finally:
        lab.tool("link", "operator", "up")
    assert offline == online


def test_each_region_of_the_bundle_is_protected(bundle):
    assert verify(bundle).returncode == 0
    kinds = set()
    for region, offset in bundle.regions():
        with bundle.flipped(offset):
            result = verify(bundle)
        assert result.returncode == 5, f"{region}: {result.stderr}"
        kind, _, name = region.partition(" ")
        if name.startswith(("http", "registry", "ghcr", "docker")):
            kinds.add(kind)
            assert name in result.stderr, f"{region} is not named: {result.stderr}"
    assert kinds == {artifact["kind"] for artifact in bundle.index["artifacts"]} - {"tree"}
    assert verify(bundle).returncode == 0


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.full)],
                         ids=["small", "whole"])
def test_flipped_bits_and_truncations_anywhere_are_found(lab, tree, whole):
    """Without images the bundle has all the same parts, and a hundredth of the bytes to check."""
    file = tree.bundle if whole else tree.build_bundle("small", "--without-images")
    bundle = BundleFile(lab.work / file.name)
    places = random.Random(bundle.size)
    for _ in range(FLIPS):
        offset = places.randrange(bundle.size)
        with bundle.flipped(offset, places.randrange(8)):
            assert verify(bundle).returncode == 5, f"offset {offset}"
    for cut in range(TRUNCATIONS):
        size = bundle.size * cut // TRUNCATIONS
        with bundle.truncated(size):
            assert verify(bundle).returncode == 5, f"cut at {size}"
    assert verify(bundle).returncode == 0


def test_up_refuses_a_damaged_bundle_before_the_first_write(lab, tree, bundle):
    log = Log(lab)
    for region, offset in bundle.regions():
        with bundle.flipped(offset):
            assert lab.sandstrap(*tree.arguments(), code=None).code == 5, region
    with bundle.truncated(bundle.size - 1):
        lab.sandstrap(*tree.arguments(), code=5)
    assert log.writes() == []


@pytest.fixture(scope="module")
def bare(lab, tree):
    return Bare(lab, tree.bundle)


@pytest.fixture(scope="module")
def first(lab, bare):
    """The first up, killed while it waits and run again, with all that was written meanwhile.

    Both runs have nothing but the binary, a kubeconfig and the bundle; the second one is traced.
    """
    log = Log(lab)
    killed = bare.start(*bare.cluster("up"))
    killed.wait_for(r"platform: .*: pod ", 300)
    lab.kill_started()
    assert killed.finish().code != 0
    log.before = len(log.writes())
    log.result = bare.start(*bare.cluster("up"), traced=True).finish()
    log.executed = bare.executed()
    return log


def test_an_up_that_was_killed_converges_when_run_again(first):
    assert first.before > 0, "it was killed before it wrote anything"
    assert first.result.code == 0, repr(first.result)


def test_up_needs_three_files_and_executes_nothing(bare, first):
    assert first.executed == ["/sandstrap"]
    assert bare.files() == FILES


@pytest.mark.parametrize("command", ["status", "verify"])
def test_so_do_the_other_commands(bare, first, command):
    arguments = bare.cluster("status") if command == "status" else ("bundle", "verify", "/bundle")
    result = bare.start(*arguments, traced=True).finish()
    assert result.code == 0, repr(result)
    assert bare.executed() == ["/sandstrap"]
    assert bare.files() == FILES


def test_layers_come_up_in_their_order(lab, tree, first):
    check_order(first.writes(), first.settled(), layers(lab, tree, tree.slow))


def test_pods_of_the_packages_run(lab, first):
    for namespace in NAMESPACES:
        pods = lab.get("-n", namespace, "pods", "--field-selector=status.phase!=Succeeded")
        assert pods, f"no pods in {namespace}"
        for pod in pods:
            status = pod["status"]
            assert status["phase"] == "Running", pod
            assert all(container["ready"] for container in status["containerStatuses"]), pod


def test_status_agrees(lab, tree, first):
    output = lab.sandstrap("status", tree.entrypoint, "--lab", "--bundle", tree.bundle).stdout
    for layer in ("flux", "platform", "bigbang", "tenants"):
        assert layer in output


def test_what_the_controllers_made_is_what_was_rendered(lab, tree, first):
    """Of each release what helm-controller stored in its record, of each Kustomization the inventory."""
    sight = Sight(lab, tree)
    assert sight.names("HelmRelease") and sight.names("Kustomization")
    assert differences(lab, sight) == []
    assert inventories(lab, sight) == []


def test_a_second_up_writes_nothing(lab, tree, first):
    log = Log(lab)
    lab.sandstrap(*tree.arguments())
    assert log.writes() == []
    questions = [event for event in log.events("dryRun=") if event.user == "sandstrap"]
    assert questions == [], "each object was certain to be applied"


@pytest.mark.parametrize(("harm", "repair"), [
    (("scale", OPERATOR, "--replicas=0"), ("scale", OPERATOR, "--replicas=1")),
    (("set", "image", OPERATOR, "*=ghcr.io/none/none:1"), ("rollout", "undo", OPERATOR)),
], ids=["scaled", "image"])
def test_status_tells_of_a_workload_that_somebody_harmed(lab, tree, first, harm, repair):
    status = ("status", tree.entrypoint, "--lab", "--bundle", tree.bundle)
    lab.kubectl("-n", "alloy", *harm)
    until(lambda: lab.sandstrap(*status, code=None).code == 9, 60, "status fails")
    result = lab.sandstrap(*status, code=9)
    assert "HelmRelease bigbang/alloy" in result.stdout and "alloy-operator" in result.stdout
    lab.kubectl("-n", "alloy", *repair)
    until(lambda: lab.sandstrap(*status, code=None).code == 0, 60, "status is good again")


@pytest.fixture(scope="module")
def broken(lab, first):
    """The tree with one more package, which crashes."""
    tree = Tree(lab, "broken")
    tree.add("platform", slow("slow"))
    tree.values(packages=extra("crash"))
    return tree.build()


def test_a_package_that_fails_ends_up_with_its_cause(lab, broken):
    result = lab.sandstrap(*broken.arguments("--fail-after", FAIL_AFTER), code=None)
    assert result.code == 9, repr(result)
    assert any(CAUSE.search(line) for line in result.stderr.splitlines()[-3:]), repr(result)


@pytest.fixture(scope="module")
def right(lab, broken):
    """The up of the tree in which that package was put right."""
    tree = Tree(lab, "right")
    tree.add("platform", slow("slow"))
    tree.values(packages=extra("ok", "20s"))
    tree.build()
    return lab.sandstrap(*tree.arguments(), code=None)


def test_put_right_it_comes_up(lab, right):
    assert right.code == 0, repr(right)
    assert all(pod["status"]["phase"] == "Running" for pod in lab.get("-n", "extra", "pods"))


@pytest.fixture(scope="module")
def swapped(lab, right):
    """An up of a tree whose entrypoint has bigbang before platform. While it waits for a new
    workload of platform, the API server is away for a while."""
    tree = Tree(lab, "swapped")
    tree.add("platform", slow("slow"))
    tree.added = tree.add("platform", slow("slower"))
    tree.values(packages=extra("ok"))
    tree.swap("platform", "bigbang")
    tree.build()
    log = Log(lab)
    running = lab.start(*tree.arguments())
    running.wait_for(r"platform: .*slower.*: pod ", 300)
    lab.tool("daemon", "cp", "kube-apiserver", "stop")
    time.sleep(OUTAGE_S)
    lab.tool("daemon", "cp", "kube-apiserver", "start")
    log.result, log.lines, log.added = running.finish(), running.lines, tree.added
    return log


def test_an_outage_of_the_api_server_is_told_once_and_survived(swapped):
    assert swapped.result.code == 0, repr(swapped.result)
    told = [line for line in swapped.lines if "the API server is unreachable" in line]
    assert len(told) == 1, repr(swapped.result)


def test_the_check_of_the_order_finds_swapped_layers(swapped):
    values = ("configmaps", "bigbang", "bigbang-values")
    order = [("platform", {swapped.added}, [swapped.added]), ("bigbang", {values}, [])]
    with pytest.raises(AssertionError, match="before platform was ready"):
        check_order(swapped.writes(), swapped.settled(), order)
    check_order(swapped.writes(), swapped.settled(), [order[1], order[0]])


@pytest.mark.full
def test_an_upgrade_that_used_up_its_retries_can_be_put_right(lab):
    """Unlike installs, upgrades are not tried for ever: the release is Stalled in between."""

    def grafana(mode):
        flux = {"timeout": "20s", "upgrade": {"remediation": {"retries": 1}}}
        return {"enabled": True, "flux": flux, "values": {"grafana": {"mode": mode}}}

    good = Tree(lab, "upgraded")
    good.values(grafana=grafana("ok"))
    lab.sandstrap(*good.build().arguments())
    bad = Tree(lab, "upgrade")
    bad.values(grafana=grafana("crash"))
    result = lab.sandstrap(*bad.build().arguments(), code=9)
    assert "bigbang/grafana" in result.stderr.splitlines()[-2], repr(result)
    until(lambda: is_stalled(lab.get("-n", "bigbang", "helmrelease/grafana")[0]), 300, "stalled")
    # killed right after it wrote what puts it right: the next one has nothing left to write
    killed = lab.start(*good.arguments())
    killed.wait_for(r"bigbang-values.*configured", 300)
    lab.kill_started()
    killed.finish()
    lab.sandstrap(*good.arguments())


def is_stalled(item):
    conditions = item["status"].get("conditions", [])
    return any(one["type"] == "Stalled" and one["status"] == "True" for one in conditions)
