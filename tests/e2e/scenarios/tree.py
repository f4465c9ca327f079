# SPDX-License-Identifier: Apache-2.0
"""The cluster is not what the tree says: somebody scaled, deleted or killed something."""

from scenario import Scenario, brief

from .objects import config, deployment, oci, release, serves, service, thing

HELM = ("-n", "flux-system", "deployment/helm-controller")


def scale_helm(case, replicas):
    case.lab.kubectl("scale", *HELM, f"--replicas={replicas}")


def helm_away(case):
    scale_helm(case, 0)
    case.until(lambda: not case.lab.get("-n", "flux-system", "pods", "-l", "app=helm-controller"),
               "helm-controller is gone")


def helm_goes(case):
    """Between the layer of Flux and the release there is another one, which takes a while."""
    case.see(r"first: .*web.*ContainerNotReady")
    helm_away(case)


def helm_back(case):
    scale_helm(case, 1)
    case.lab.kubectl("rollout", "status", "--timeout=60s", *HELM)


def delete(*names, line=r"ContainerNotReady"):
    def act(case):
        case.see(line)
        case.kubectl("delete", "--wait=false", *names)
    return act


def are_there(*names):
    def look(case):
        for name in names:
            assert case.get(name)
    return look


def harmed(name, harm, *patterns, code=8, objects=None, ci=False):
    """What `status` says after somebody did something to what was ready."""

    def then(case):
        harm(case)
        tree = case.tree()
        result = tree.run("status", code=None)
        text = result.stdout + result.stderr
        missing = [pattern for pattern in patterns if not case.scenario.finds(pattern, text)]
        assert result.code == code and not missing, f"status: exit {result.code}, nothing of {missing}\n{text}"
        result = case.again(case.scenario.objects)
        assert result.code == 0, brief(result)
        assert case.tree().run("status", code=None).code == 0

    return Scenario(name, objects or PLAIN, exit=0, then=then, ci=ci)


PLAIN = [config("settings", a="1"), thing("v1", "ServiceAccount", "robot"), service("web"),
         deployment(serves(), replicas=1)]


def delete_it(*names):
    return lambda case: case.kubectl("delete", *names)


def lose_release(case):
    """What a release has installed goes away while something else is waited for."""
    case.until(lambda: ready(case, "helmrelease", "podinfo"), "the release is ready")
    case.kubectl("delete", "--wait=false", "deployment", "podinfo")


def ready(case, kind, name):
    for one in case.get(kind):
        if one["metadata"]["name"] == name:
            conditions = one.get("status", {}).get("conditions", [])
            return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
    return False


def node_away(case):
    case.see(r"ContainerCreating|ContainerNotReady")
    case.lab.tool("kill", "node-1")
    case.see(r"[Nn]ode.*node-1.*NotReady", 60)
    case.lab.tool("start", "node-1")


def node_is_there(case):
    case.lab.tool("start", "node-1", check=False)
    case.lab.kubectl("wait", "--for=condition=Ready", "node/node-1", "--timeout=90s")


def kill_and_run_again(case):
    """Killed right after its first write."""
    case.see(r"created")
    case.started.kill_started()


def two_at_once(case):
    other = case.tree().start("up", "--timeout", "60s")
    result = other.finish(120)
    told = "has been writing to this cluster since" in result.stderr
    assert result.code == 0 or (result.code == 4 and told), brief(result)


SLOW = deployment(serves(after=12), replicas=1)

SCENARIOS = [
    Scenario("controller-scaled-before", [oci(), release()], layers=("flux",), before=helm_away, after=helm_back,
             alone=True, exit=0, said=(r"Deployment flux-system/helm-controller: configured",)),
    Scenario("controller-scaled-meanwhile", {
                 "first": [deployment(serves(after=6))], "second": [oci(), release()]},
             layers=("flux",), during=helm_goes, after=helm_back, alone=True, ci=True,
             cause=(r"Deployment flux-system/helm-controller: .*(scaled to 0|ScaledToZero|0 replicas)",
                    r"the tree wants 1")),
    Scenario("controller-scaled-elsewhere", [oci(), release()], before=helm_away, after=helm_back, alone=True,
             exit=8, timeout=25,
             cause=(r"HelmRelease NS/podinfo: ", r"flux-system/helm-controller")),
    Scenario("deployment-deleted-meanwhile", [SLOW], during=delete("deployment/web"), exit=0, ci=True,
             said=(r"Deployment NS/web: .*(again|deleted)",),
             then=are_there("deployment/web")),
    Scenario("config-deleted-meanwhile", [config("settings", a="1"), service("web"), SLOW],
             during=delete("configmap/settings", "service/web"), exit=0,
             said=(r"ConfigMap NS/settings: .*(again|deleted)",),
             then=are_there("configmap/settings", "service/web")),
    Scenario("release-loses-its-deployment", [oci(), release(), SLOW, deployment(serves(after=25), name="slower")],
             during=lose_release, exit=0, fail_after=40,
             said=(r"Deployment NS/podinfo: it was deleted; helm-controller is asked to install its release again",),
             then=are_there("deployment/podinfo")),
    harmed("status-of-what-is-deleted", delete_it("configmap/settings", "serviceaccount/robot"),
           "ConfigMap NS/settings", "ServiceAccount NS/robot",
           ci=True),
    harmed("status-of-a-deleted-deployment", delete_it("deployment/web"),
           "Deployment NS/web"),
    harmed("status-of-what-differs", lambda case: case.kubectl(
               "patch", "configmap", "settings", "--type=merge", "-p", '{"data":{"a":"2"}}',
               "--field-manager=kubectl-edit"),
           "ConfigMap NS/settings"),
    Scenario("node-away", [deployment(serves(after=10), pod={"nodeName": "node-1"})], during=node_away,
             after=node_is_there, alone=True, ci=True, exit=0, fail_after=120, timeout=180,
             said=(r"[Nn]ode node-1.*NotReady",), visible=r"Kubelet stopped posting node status",
             shown=r"[Nn]ode.*NotReady"),
    Scenario("killed-after-its-first-write", PLAIN, during=kill_and_run_again, exit=(-9, 1, 137), quick=True,
             then=lambda case: case.good(case.again(PLAIN))),
    Scenario("two-at-once", PLAIN, during=two_at_once, exit=0),
]
