# SPDX-License-Identifier: Apache-2.0
"""Objects that the API server does not take, and namespaces that are being deleted."""

import re

import yaml

from scenario import Scenario, brief, last_lines

from .objects import (config, container, definition, deployment, fails, job, labelled, namespace, quota, serves,
                      service, thing, webhook)

FINALIZER = "example.com/never"
DUMP = (r"core\.\w+", r"@@ ", r'\\"', r"\{.{100}")  # of Go's structures


def changed(name, first, second, *patterns, hint=True, ci=False):
    """What an object cannot be changed into; the last lines say so, and with which field."""

    def then(case):
        result = case.again([second])
        last = last_lines(result.stderr.splitlines())
        wrong = [f"nothing like {one!r}" for one in patterns if not case.scenario.finds(one, last)]
        wrong += [f"something like {one!r}" for one in DUMP if re.search(one, last)]
        assert result.code == 7 and not wrong, f"{wrong} {brief(result)}"
        assert not hint or "hint: " in last, f"no hint: {brief(result)}"

    return Scenario(name, [first], exit=0, then=then, ci=ci)


def stuck_namespace(case):
    case.create(namespace(case.namespace), labelled(config("held", a="1")))
    case.kubectl("patch", "configmap", "held", "--type=merge", "-p", '{"metadata":{"finalizers":["%s"]}}' % FINALIZER)
    case.kubectl("delete", "namespace", case.namespace, "--wait=false")


def release_it(case):
    case.kubectl("patch", "configmap", "held", "--type=merge", "-p", '{"metadata":{"finalizers":null}}',
                 check=False)


def release_later(case):
    case.pause(8)
    release_it(case)


def few_lines(case):
    told = [line for line in case.running.lines if "being deleted" in line or "erminating" in line]
    assert len(told) <= 4, "a line a second is too much:\n" + case.running.tail()


def taken_by(manager, *, force=False):
    def take(case):
        file = case.lab.work / f"{case.namespace}-taken.yaml"
        file.write_text(yaml.safe_dump(deployment(serves(), replicas=2)))
        case.kubectl("apply", "--server-side", f"--field-manager={manager}", *(["--force-conflicts"] if force else []),
                     "-f", f"/work/{file.name}")
    return take


def taken_first(case):
    case.create(namespace(case.namespace))
    taken_by("other")(case)


def taken_later(case):
    taken_by("other", force=True)(case)
    result = case.again(case.scenario.objects)
    assert result.code == 7, brief(result)
    assert re.search(r"other has .*spec\.replicas", last_lines(result.stderr.splitlines())), brief(result)


def view_only(case):
    """A kubeconfig of a ServiceAccount that may look at everything and change nothing."""
    case.create(namespace(case.namespace), thing("v1", "ServiceAccount", "viewer"))
    case.kubectl("create", "clusterrolebinding", f"{case.namespace}-view", "--clusterrole=view",
                 f"--serviceaccount={case.namespace}:viewer")
    token = case.kubectl("create", "token", "viewer").strip()
    case.lab.on("operator", "sh", "-c", VIEWER.format(file=f"/work/{case.namespace}.kubeconfig", token=token))


VIEWER = """cp /root/.kube/config {file} && for i in 1; do
kubectl --kubeconfig {file} config set-credentials viewer --token={token} &&
kubectl --kubeconfig {file} config set-context --current --user=viewer; done"""


def forget_viewer(case):
    case.lab.kubectl("delete", "clusterrolebinding", f"{case.namespace}-view", "--ignore-not-found")




def conflicting(name, reason, ci=False, **names):
    """A definition that cannot have its names: others of its group have them."""
    group = f"{name}.example.com"
    first = definition(group, "foos", "Foo", singular="foo", shortNames=["ff"], listKind="FooList")
    second = definition(group, "bars", names.pop("kind", "Bar"), **names)

    def before(case):
        case.create(first)
        case.lab.kubectl("wait", "--for=condition=Established", f"crd/foos.{group}", "--timeout=30s")

    return Scenario(name, [second], before=before, ci=ci,
                    after=lambda case: case.lab.kubectl("delete", "--ignore-not-found", "--wait=false",
                                                        f"crd/foos.{group}"),
                    cause=(rf"CustomResourceDefinition bars\.{group}: .*{reason}",), never=(r'\\"',))


SCENARIOS = [
    conflicting("short-name-taken", "ShortNamesConflict", ci=True, shortNames=["ff"]),
    conflicting("singular-taken", "SingularConflict", singular="foo"),
    conflicting("kind-taken", "KindConflict|ListKindConflict", kind="Foo"),
    conflicting("list-kind-taken", "ListKindConflict", listKind="FooList"),
    Scenario("webhook-without-endpoints", {
                 "first": [webhook("webhook-without-endpoints", "apps", "deployments",
                                   namespace="webhook-without-endpoints")],
                 "second": [deployment(serves())]}, exit=7, ci=True, quick=True,
             cause=(r"Deployment NS/web: ",
                    r"ValidatingWebhookConfiguration webhook-without-endpoints\b"),
             never=(r'\\"',)),
    Scenario("webhook-of-configmaps", {
                 "first": [webhook("webhook-of-configmaps", "", "configmaps", kind="Mutating",
                                   namespace="webhook-of-configmaps")],
                 "second": [config("c", a="1")]}, exit=7, quick=True,
             cause=(r"ConfigMap NS/c: ", r"MutatingWebhookConfiguration webhook-of-configmaps\b")),
    Scenario("namespace-never-goes", [config("c", a="1")], before=stuck_namespace, after=release_it,
             exit=(8, 9), timeout=40, ci=True, then=few_lines,
             cause=(r"Namespace namespace-never-goes: .*(NamespaceFinalizersRemaining|finalizers)",
                    r"example\.com/never in 1")),
    Scenario("namespace-goes-later", [config("c", a="1")], before=stuck_namespace, during=release_later,
             exit=0, ci=True, fail_after=60, timeout=120, then=lambda case: case.get("configmap/c")),
    Scenario("replicas-of-another-manager", [deployment(serves(), replicas=1)], before=taken_first, exit=7, ci=True,
             cause=(r"Deployment NS/web: ", r"other has .*spec\.replicas")),
    Scenario("replicas-taken-later", [deployment(serves(), replicas=1)], exit=0, then=taken_later),
    changed("job-template-changes", job(fails(0)), job(container("run", "--for=1s")),
            r"Job NS/once: ", r"spec\.template.*field is immutable", ci=True),
    changed("service-address-changes", service("web", clusterIP="10.96.77.1"), service("web", clusterIP="10.96.77.2"),
            r"Service NS/web: ", r"spec\.clusterIPs?\S*: .*may not change once set"),
    changed("selector-changes", deployment(serves()), {
                **deployment(serves(), name="other"),
                "metadata": {"name": "web"}},
            r"Deployment NS/web: ", r"spec\.selector.*field is immutable"),
    changed("claim-changes", thing("v1", "PersistentVolumeClaim", "data", spec={
                "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Mi"}}}),
            thing("v1", "PersistentVolumeClaim", "data", spec={
                "accessModes": ["ReadOnlyMany"], "resources": {"requests": {"storage": "2Mi"}}}),
            r"PersistentVolumeClaim NS/data: ", r"spec.*(immutable|is immutable after creation)"),
    Scenario("viewer-applies", [config("c", a="1")], before=view_only, after=forget_viewer, exit=7, ci=True,
             options=("--kubeconfig", "/work/viewer-applies.kubeconfig"),
             cause=(r"cannot create resource|may not", r"permission")),
    Scenario("quota-of-objects", [config("c", a="1")], exit=7,
             before=lambda case: (case.create(namespace(case.namespace)),
                                  case.create(quota(**{"count/configmaps": "0"}))),
             cause=(r"ConfigMap NS/c: .*exceeded quota: q",)),
    Scenario("field-unknown", [deployment(serves(), replicaz=2)], exit=7,
             cause=(r"Deployment NS/web: .*replicaz",)),
    Scenario("value-invalid", [deployment(serves(ports=[{"containerPort": 70000}]))], exit=7,
             cause=(r"Deployment NS/web: .*containerPort.*(must be between 1 and 65535|65535)",)),
    Scenario("namespace-of-nobody", [config("c", a="1")], own_namespace=False, exit=7, quick=True,
             cause=(r"ConfigMap NS/c: the namespace namespace-of-nobody is not found",)),
    Scenario("kind-of-nobody", [thing("nosuch.example.com/v1", "Thing", "a")], exit=(7, 9), quick=True,
             cause=(r"Thing NS/a: ", r"nosuch\.example\.com")),
    Scenario("service-behind-an-api-is-missing", [thing("apiregistration.k8s.io/v1", "APIService",
             "v1.behind.example.com", spec={
                 "group": "behind.example.com", "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 100,
                 "insecureSkipTLSVerify": True,
                 "service": {"name": "none", "namespace": "service-behind-an-api-is-missing"}})],
             exit=(8, 9), timeout=40,
             cause=(r"APIService v1\.behind\.example\.com: .*ServiceNotFound",)),
]
