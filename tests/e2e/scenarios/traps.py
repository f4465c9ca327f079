# SPDX-License-Identifier: Apache-2.0
"""What keeps a sandbox from going away, or makes it leave something behind: each row is what a tree
has, what happens to it once it is up, and how `down` has to end.

A row that ends with exit code 10 says what a person does then, after which `down` leaves nothing.
"""

import dataclasses

from scenario import Scenario
from takedown import FAIL_AFTER_S

from .objects import (PODINFO, claim, config, definition, deployment, git, namespace, oci, placed, release,
                      serves, thing, webhook)

NEVER = "example.com/never"
HOOK = "demo-migrate"
# What the umbrella has switched on unless it is told otherwise.
PACKAGES = ("prometheusOperatorCRDs", "monitoring", "grafana", "loki", "alloy")
HELLO = {"git": {"repo": "https://repo1.dso.mil/big-bang/product/packages/metrics-server.git",
                 "path": "chart", "tag": "3.13.1-bb.1"}}


@dataclasses.dataclass(frozen=True)
class Trap:
    name: str  # also of its namespace
    objects: list
    harm: object = None  # what happens before `down`: harm(case)
    during: object = None  # what happens while it runs: during(case)
    exit: int = 0
    said: tuple = ()  # each of these is in some line; NS is the namespace
    stays: tuple = ()  # (kind, name) of what is there afterwards, in its namespace
    mend: object = None  # what a person does then: mend(case)
    fail_after: int = FAIL_AFTER_S  # a controller that was killed holds its leader's lease for longer
    options: tuple = ()  # of this `down`, and of the last one
    last_options: tuple = ()
    ci: bool = False
    alone: bool = False  # it harms what others need, or happens while `down` runs

    def __repr__(self):
        return self.name

    @property
    def scenario(self):
        return Scenario(self.name, self.objects, layers=("flux",))


def patch(kind, name, text):
    return lambda case: case.kubectl("patch", kind, name, "--type=merge", "-p", text)


def delete(*what):
    return lambda case: case.kubectl("delete", *what, "--ignore-not-found")


def delete_namespace_first(case):
    case.kubectl("delete", "namespace", case.namespace)


def let_go(*more):
    """Flux forgets the release and leaves all that it has installed."""
    def harm(case):
        name = case.kubectl("get", "helmrelease", "-o", "jsonpath={.items[0].metadata.name}")
        suspended(name)(case)
        case.kubectl("delete", "helmrelease", name, "--timeout=180s")
        for what in more:
            case.kubectl("delete", *what)
    return harm


def flux_is_uninstalled(case):
    """As its own command does: controllers, then finalizers, definitions and the namespace."""
    case.lab.kubectl("delete", "deployment,serviceaccount,service,networkpolicy", "-n", "flux-system", "--all")
    for kind in ("helmreleases", "helmcharts", "ocirepositories"):
        for name in case.kubectl("get", kind, "-o", "name").split():
            case.kubectl("patch", name, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    case.lab.kubectl("delete", "crd", "-l", "app.kubernetes.io/part-of=flux")
    case.lab.kubectl("delete", "clusterrole,clusterrolebinding,namespace", "-l", "app.kubernetes.io/part-of=flux")


def controllers_deleted(case):
    case.lab.kubectl("delete", "deployment,serviceaccount", "-n", "flux-system", "--all")
    case.lab.kubectl("delete", "clusterrolebinding", "-l", "app.kubernetes.io/part-of=flux")
    case.until(lambda: not case.lab.get("-n", "flux-system", "pods"), "the controllers are gone")


def definitions_deleted(case):
    """While helm-controller runs: it lets go of what it can."""
    case.lab.kubectl("delete", "crd", "-l", "app.kubernetes.io/part-of=flux", "--wait=false")


def definitions_deleted_alone(case):
    """While nobody is there who could let go of their objects."""
    scale_away(case)
    definitions_deleted(case)


def scale_away(case):
    case.lab.kubectl("-n", "flux-system", "scale", "deployment/helm-controller", "--replicas=0")
    case.until(lambda: not case.lab.get("-n", "flux-system", "pods", "-l", "app=helm-controller"),
               "helm-controller is gone")


def kill_controller(case):
    """As soon as the uninstall runs, which is when its hook does."""
    case.until(lambda: case.lab.kubectl("-n", case.namespace, "get", "job", HOOK, check=False), "the hook runs")
    case.lab.kubectl("-n", "flux-system", "delete", "pod", "-l", "app=helm-controller", "--force",
                     "--grace-period=0")


def freeze_controller(case):
    """As one that heeds no signal in the ten minutes that its pod has."""
    case.lab.on("node-1", "pkill", "-STOP", "-x", "helm-controller")


def restart_api_server(case):
    case.until(lambda: case.lab.kubectl("-n", case.namespace, "get", "job", HOOK, check=False), "the hook runs")
    case.lab.tool("daemon", "cp", "kube-apiserver", "stop")
    case.see("the API server is unreachable")
    case.lab.tool("daemon", "cp", "kube-apiserver", "start")


# helm-controller tries again when it has seen that the hook failed, and then leaves it out. The Job
# stays: without it, it would wait for it until the release's timeout.
without_hooks = patch("helmrelease", "demo", '{"spec":{"uninstall":{"disableHooks":true}}}')


def ends_attempt(case):
    """What the line says when the hook still runs: the hook is left out, what runs of it goes, and
    helm-controller, which would wait for it although it is gone, begins anew."""
    without_hooks(case)
    case.kubectl("delete", "job", HOOK, "--ignore-not-found")
    case.lab.kubectl("-n", "flux-system", "delete", "pod", "-l", "app=helm-controller", "--force")
    case.until(lambda: not case.kubectl("get", "helmrelease", "-o", "name"), "the release is uninstalled")


def asked_in_vain(case):
    """Registered by a program at run time, as Kyverno does: nothing of the tree knows of it."""
    case.create(webhook(case.namespace, "", "configmaps", operations=("DELETE",), namespace=case.namespace))


def api_without_server(case):
    case.create(thing("apiregistration.k8s.io/v1", "APIService", "v1.behind.example.com", spec={
        "group": "behind.example.com", "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 100,
        "insecureSkipTLSVerify": True, "service": {"name": "web", "namespace": case.namespace}}))


def widget(name, **metadata):
    one = thing("widgets.example.com/v1", "Widget", name)
    one["metadata"].update(metadata)
    return one


def foreign_widget(case):
    case.lab.kubectl("create", "namespace", f"{case.namespace}-else")
    case.create(widget("mine"), into=f"{case.namespace}-else")


def remove_foreign_widget(case):
    case.lab.kubectl("delete", "namespace", f"{case.namespace}-else")


def made_anew(case):
    """Somebody deletes an object and makes one of the same name: that one is not ours."""
    case.kubectl("delete", "configmap", "settings")
    case.create(config("settings", a="mine"))


def uses_claim(case):
    """A pod of somebody else that holds the claim."""
    pod = {"containers": [{"name": "app", "image": PODINFO, "args": ["serve"],
                           "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
           "terminationGracePeriodSeconds": 1,
           "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}
    case.create(thing("v1", "Pod", "user", spec=pod))
    case.kubectl("wait", "--for=condition=Ready", "pod/user", "--timeout=180s")


def demo(**hook):
    return [oci("demo", tag="1.0.0"),
            release("demo", "demo", timeout="5m", values={"hook": {"on": "pre-delete", **hook}})]


def umbrella(name):
    """Big Bang's umbrella with one package of our own, as a release of the tree."""
    values = {package: {"enabled": False} for package in PACKAGES}
    values |= {"addons": {"metricsServer": {"enabled": False}}, "packages": {name: HELLO}}
    one = release("umbrella", retries=-1, timeout="60s", values=values)
    del one["spec"]["chartRef"]
    one["spec"]["chart"] = {"spec": {"chart": "chart", "sourceRef": {"kind": "GitRepository", "name": "base"}}}
    return [git(), one]


def suspended(name):
    return patch("helmrelease", name, '{"spec":{"suspend":true}}')


PACKAGE = "trap-umbrella-package"  # the umbrella's package, and the namespace that it gets

SCATTERED = release(timeout="60s", targetNamespace="trap-scattered")

TRAPS = [
    Trap("trap-child-suspended", [oci(), release(timeout="60s")], harm=suspended("podinfo"),
         said=(r"HelmRelease NS/podinfo\b.*resum",), ci=True),
    Trap("trap-umbrella-suspended", umbrella(PACKAGE), harm=suspended("umbrella"),
         said=(rf"HelmRelease NS/{PACKAGE}\b", r"HelmRelease NS/umbrella\b"), alone=True),
    Trap("trap-namespace-deleted", [oci(), SCATTERED, namespace("trap-scattered")],
         harm=delete_namespace_first, ci=True),
    Trap("trap-controller-away", [oci(), release(timeout="60s")], harm=scale_away, alone=True,
         said=(r"helm-controller.*0 replicas|helm-controller.*scaled",)),
    Trap("trap-controller-frozen", [config("settings", a="1")], harm=freeze_controller, alone=True,
         said=(r"pod flux-system/helm-controller-\S+ takes its time",)),
    Trap("trap-controllers-deleted", [oci(), release(timeout="60s")], harm=controllers_deleted, alone=True,
         said=(r"Deployment flux-system/helm-controller\b.*it is applied again",)),
    Trap("trap-flux-uninstalled", [oci(), release(timeout="60s")], harm=flux_is_uninstalled, alone=True,
         said=(r"HelmRelease NS/podinfo\b.*nobody uninstalls it any more",)),
    Trap("trap-definitions-deleted", [oci(), release(timeout="60s")], harm=definitions_deleted, alone=True),
    Trap("trap-definitions-alone", [oci(), release(timeout="60s")], harm=definitions_deleted_alone, alone=True,
         said=(r"helm-controller\b.*scaled to 1",)),
    Trap("trap-let-go", demo(args=["run"]), harm=let_go(), ci=True,
         said=(rf"HelmRelease NS/demo\b.*nobody uninstalls it any more.*pre-delete Job {HOOK}",)),
    Trap("trap-records-deleted", [oci(), release(timeout="60s")], ci=True,
         harm=let_go(("secret", "-l", "owner=helm")),
         said=(r"HelmRelease NS/podinfo\b.*nobody uninstalls it any more",)),
    Trap("trap-controller-killed", demo(args=["run", "--for=8s"]), during=kill_controller, alone=True, fail_after=90),
    Trap("trap-api-server-restarts", demo(args=["run", "--for=8s"]), during=restart_api_server, alone=True, fail_after=90,
         said=(r"the API server is unreachable",)),
    Trap("trap-hook-fails", demo(args=["run", "--exit=3"]), exit=10, ci=True,
         said=(rf"HelmRelease NS/demo\b.*{HOOK}|HelmRelease NS/demo\b.*UninstallFailed",
               rf"logs job/{HOOK}.*patch helmrelease demo .*disableHooks"),
         stays=(("helmrelease", "demo"),), mend=without_hooks),
    Trap("trap-hook-hangs", demo(args=["run", "--for=1h"]), exit=10, mend=ends_attempt, alone=True,
         said=(rf"HelmRelease NS/demo\b.*{HOOK}", r"hint: .*delete pod -l app=helm-controller --force"),
         stays=(("helmrelease", "demo"),)),
    Trap("trap-webhook-in-vain", [config("settings", a="1")], harm=asked_in_vain, ci=True,
         said=(r"ValidatingWebhookConfiguration trap-webhook-in-vain\b",)),
    Trap("trap-api-in-vain", [deployment(serves())], harm=api_without_server, ci=True,
         said=(r"APIService v1\.behind\.example\.com\b",)),
    Trap("trap-finalizer", [definition("gadgets.example.com", "gadgets", "Gadget"),
                            {**thing("gadgets.example.com/v1", "Gadget", "a"),
                             "metadata": {"name": "a", "finalizers": [NEVER]}}], exit=10,
         said=(rf"Gadget NS/a\b.*{NEVER}", r"--force-finalizers"), stays=(("gadget", "a"),),
         last_options=("--force-finalizers",)),
    Trap("trap-foreign-object", [config("settings", a="1")], exit=10, ci=True,
         harm=lambda case: case.create(config("mine", a="1")), said=(r"ConfigMap NS/mine\b",),
         stays=(("configmap", "mine"),), mend=delete("configmap", "mine")),
    Trap("trap-foreign-instance", [definition("widgets.example.com", "widgets", "Widget"), widget("a")], exit=10,
         harm=foreign_widget, said=(r"Widget NS-else/mine\b", r"CustomResourceDefinition widgets"),
         mend=remove_foreign_widget),
    Trap("trap-made-anew", [config("settings", a="1")], harm=made_anew, exit=10,
         said=(r"ConfigMap NS/settings\b",), stays=(("configmap", "settings"),),
         mend=delete("configmap", "settings")),
    Trap("trap-claim-in-use", [claim(), deployment(serves())], harm=uses_claim, exit=10, options=("--data",),
         said=(r"PersistentVolumeClaim NS/data\b.*(pvc-protection|Pod NS/user)", r"Pod NS/user\b"),
         stays=(("pod", "user"), ("persistentvolumeclaim", "data")), mend=delete("pod", "user"),
         last_options=("--data",)),
]


def all_at_once(name, objects):
    """The traps that do not disturb each other, and these objects, as one tree."""
    together = [trap for trap in TRAPS if not trap.alone]
    for trap in together:
        objects.append(namespace(trap.name))
        objects += [one if one["kind"] in ("Namespace", "CustomResourceDefinition") else placed(one, trap.name)
                    for one in trap.objects]
    return together, Scenario(name, objects, layers=("flux",), own_namespace=False)
