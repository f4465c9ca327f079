# SPDX-License-Identifier: Apache-2.0
"""Pods that are never made, because somebody refuses them; and pods that have nowhere to go."""

from scenario import Scenario

from .objects import claim, daemons, deployment, job, namespace, oci, quota, release, serves, stateful

RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
KINDS = {"Deployment": (deployment, "web"), "StatefulSet": (stateful, "db"), "DaemonSet": (daemons, "agent"),
         "Job": (job, "once")}
QUOTA, SECURITY = r"exceeded quota: q", r"violates PodSecurity"


def refused(name, kind, *objects, because, ci=False, pod=None, **more):
    """A workload of this kind whose pods are refused."""
    make, called = KINDS[kind]
    return Scenario(
        name, [*objects, make(serves(), pod=pod)], ci=ci, never=(r'\\"',),
        cause=(rf"{kind} {name}/{called}: .*FailedCreate.*{because}",), visible=because, shown=because, **more)


def in_turn(case):
    """Makes the quota first: in the tree it would come in the same moment as what it forbids."""
    case.create(namespace(case.namespace))
    case.create(quota(pods="0"))


def mounts(name):
    return {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": name}}]}


UNKNOWN_CLASS = {"storageClassName": "fast-ssd"}
HUNGRY = {"resources": {"requests": {"cpu": "64"}}}
TEMPLATES = [{"metadata": {"name": "data"}, "spec": claim(**UNKNOWN_CLASS)["spec"]}]

SCENARIOS = [
    *(refused(f"quota-{kind.lower()}", kind, because=QUOTA, before=in_turn, ci=kind == "Deployment")
      for kind in KINDS),
    *(refused(f"pod-security-{kind.lower()}", kind, because=SECURITY, labels=RESTRICTED, ci=kind == "StatefulSet")
      for kind in KINDS),
    *(refused(f"account-missing-{kind.lower()}", kind, because=r"serviceaccount .*robot.* not found",
              pod={"serviceAccountName": "robot"}, ci=kind == "Job")
      for kind in KINDS),
    refused("priority-class-missing", "Deployment", because=r"no PriorityClass with name urgent",
            pod={"priorityClassName": "urgent"}),
    refused("runtime-class-missing", "StatefulSet", because=r"RuntimeClass .*gvisor.* not found",
            pod={"runtimeClassName": "gvisor"}),
    Scenario("quota-needs-limits", [deployment(serves())], before=lambda case: (
        case.create(namespace(case.namespace)), case.create(quota(**{"limits.cpu": "1"}))),
        cause=(r"Deployment NS/web: .*FailedCreate.*must specify limits.cpu",)),
    Scenario("pod-security-release", [oci(), release(timeout="12s")], labels=RESTRICTED,
             cause=(r"HelmRelease NS/podinfo: Deployment NS/podinfo: "
                    r".*FailedCreate.*violates PodSecurity",)),
    Scenario("cpu-nobody-has", [deployment(serves(**HUNGRY))], exit=8, timeout=20, ci=True,
             cause=(r"pod NS/web-\S+: .*Unschedulable.*Insufficient cpu", r"no node has (64 cpu|so much)"),
             visible=r"Insufficient cpu", shown=r"Insufficient cpu"),
    Scenario("node-nobody-has", [deployment(serves(), pod={"nodeSelector": {"disk": "nosuch"}})],
             exit=8, timeout=20,
             cause=(r"pod NS/web-\S+: .*Unschedulable.*didn't match Pod's node affinity/selector",)),
    Scenario("storage-class-missing", [claim(**UNKNOWN_CLASS), deployment(serves(), pod=mounts("data"))],
             exit=8, timeout=20, ci=True,
             cause=(r"Deployment NS/web: pod ",
                    r"PersistentVolumeClaim NS/data",
                    r"StorageClass \W?fast-ssd\W? (does not exist|not found)")),
    Scenario("storage-class-missing-stateful", [stateful(serves(), volumeClaimTemplates=TEMPLATES)],
             exit=8, timeout=20,
             cause=(r"StatefulSet NS/db: pod ",
                    r"PersistentVolumeClaim NS/data-db-0",
                    r"StorageClass \W?fast-ssd\W? (does not exist|not found)")),
    Scenario("claim-nobody-made", [deployment(serves(), pod=mounts("nosuch"))], exit=(8, 9), timeout=40,
             cause=(r"Deployment NS/web: pod ", r"persistentvolumeclaim .?nosuch.? not found|"
                    r"PersistentVolumeClaim \S*nosuch.*(does not exist|not found)")),
    Scenario("claim-without-a-pod", [claim(**UNKNOWN_CLASS)], exit=0, timeout=20,
             said=(r"PersistentVolumeClaim NS/data.*Pending",)),
]
