# SPDX-License-Identifier: Apache-2.0
"""Sandboxes that are slow, or fail at first, and get well within --fail-after: `up` has to wait.

What takes how long comes from a seed, so that a run can be repeated: SANDSTRAP_E2E_SEED.
"""

import os
import random

from scenario import Scenario

from .objects import (claim, config, container, daemons, deployment, git, job, kustomization, namespace,
                      oci, postrender, quota, release, serves, service, stateful, thing, webhook)
from .pods import gated, set_gate
from .releases import NO_SECRET

SEED = int(os.environ.get("SANDSTRAP_E2E_SEED", "1"))
REGISTRY = "registry-registry1.dso.mil"
SLOW_IMAGE = "registry1.dso.mil/ironbank/big-bang/grafana/grafana-plugins:12.4.3"  # nobody else pulls it here
ALL = []


def kind(*, ci=False, times=1, **fixed):
    """Adds scenarios that a function makes of a name and a source of random numbers."""

    def add(make):
        for number in range(times):
            name = f"slow-{make.__name__.replace('_', '-')}" + (f"-{number + 1}" if number else "")
            more = {"exit": 0, "fail_after": 45, "timeout": 200, "ci": ci and not number, **fixed}
            ALL.append(Scenario(name, **{**more, **make(name, random.Random(f"{SEED} {name}"))}))
        return make

    return add


def after(seconds, act):
    """Somebody acts after a while."""

    def during(case):
        case.pause(seconds)
        act(case)

    return during


def secret(name):
    return thing("v1", "Secret", name, stringData={"word": "x"})


def asks(**more):
    """A container that ends well as soon as the database is ready, and fails before."""
    return container("get", "--timeout=2s", "http://db/readyz", **more)


def slow_db(seconds):
    return [service("db"), deployment(serves(after=seconds), name="db")]


# --- pods

@kind(times=2, fail_after=30)
def start(name, rng):
    return {"objects": [deployment(serves(after=rng.randint(35, 50)), replicas=2)]}


@kind(fail_after=20)
def past_its_deadline(name, rng):
    return {"objects": [deployment(serves(after=rng.randint(18, 24)), progressDeadlineSeconds=10)]}


@kind(times=2, ci=True, fail_after=20)
def stateful_one_by_one(name, rng):
    return {"objects": [stateful(serves(after=rng.randint(6, 9)), replicas=rng.randint(3, 5))]}


@kind(times=2, fail_after=20)
def stateful_rolls(name, rng):
    replicas, seconds = rng.randint(3, 4), rng.randint(6, 9)
    return {"objects": [stateful(serves(), replicas=replicas)],
            "then": lambda case: case.good(case.again([stateful(serves(after=seconds), replicas=replicas)]))}


@kind(fail_after=20)
def deployment_rolls(name, rng):
    def objects(seconds):
        strategy = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
        return [deployment(serves(after=seconds), replicas=3, strategy=strategy)]

    seconds = rng.randint(6, 9)
    return {"objects": objects(0), "then": lambda case: case.good(case.again(objects(seconds)))}


@kind(fail_after=20)
def daemon_prepares(name, rng):
    prepare = container("run", f"--for={rng.randint(25, 35)}s", name="prepare")
    return {"objects": [daemons(serves(), pod={"initContainers": [prepare]})]}


@kind(times=2, ci=True)
def flapping_gate(name, rng):
    def during(case):
        case.until(lambda: case.get("pods"), "there is a pod")
        for _ in range(rng.randint(3, 6)):
            for value in ("True", "False"):
                set_gate(case, value)
                case.pause(rng.uniform(0.5, 2.0))
        set_gate(case, "True")

    return {"objects": [gated()], "during": during}


@kind(times=2)
def start_waits_for_a_service(name, rng):
    """Its first container fails again and again until another pod is ready."""
    pod = {"initContainers": [asks(name="wait")]}
    return {"objects": [*slow_db(rng.randint(5, 9)), deployment(serves(), pod=pod)], "fail_after": 60}


@kind(times=2)
def job_ends_at_its_third_run(name, rng):
    return {"objects": [*slow_db(rng.randint(6, 12)), job(asks(), backoffLimit=6)], "fail_after": 60}


@kind(fail_after=20)
def job_runs_long(name, rng):
    return {"objects": [job(container("run", f"--for={rng.randint(28, 40)}s"))]}


@kind(times=2)
def secret_comes_late(name, rng):
    env = [{"secretRef": {"name": "late"}}]
    return {"objects": [deployment(serves(envFrom=env))],
            "during": after(rng.randint(12, 25), lambda case: case.create(secret("late")))}


@kind(fail_after=60)
def volume_comes_late(name, rng):
    pod = {"volumes": [{"name": "keys", "secret": {"secretName": "late"}}]}
    mounts = [{"name": "keys", "mountPath": "/keys"}]
    return {"objects": [stateful(serves(volumeMounts=mounts), pod=pod)],
            "during": after(rng.randint(10, 20), lambda case: case.create(secret("late")))}


@kind(fail_after=30)
def claim_comes_late(name, rng):
    pod = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}
    return {"objects": [deployment(serves(), pod=pod)],
            "during": after(rng.randint(10, 20), lambda case: case.create(claim()))}


@kind(fail_after=60)
def quota_is_raised(name, rng):
    raised = ("patch", "resourcequota", "q", "--type=merge", "-p", '{"spec":{"hard":{"pods":"5"}}}')
    return {"objects": [deployment(serves())],
            "before": lambda case: (case.create(namespace(name)), case.create(quota(pods="0"))),
            "during": after(rng.randint(8, 16), lambda case: case.kubectl(*raised))}


@kind(fail_after=45)
def pull_secret_that_nobody_needs(name, rng):
    return {"objects": [deployment(serves(after=rng.randint(5, 15)), pod={"imagePullSecrets": [{"name": "none"}]})]}


# --- releases

@kind(times=2, ci=True, fail_after=90)
def release_at_its_third_attempt(name, rng):
    """What its pod needs is there only after two attempts have failed."""

    def during(case):
        case.until(lambda: failures(case) >= 2, "it has failed twice", 150)
        case.create(secret("late"))

    objects = [oci(), release(postRenderers=postrender(NO_SECRET), timeout=f"{rng.randint(6, 9)}s")]
    return {"objects": objects, "during": during}


def failures(case):
    return sum(one.get("status", {}).get("installFailures", 0) for one in case.get("helmreleases"))


@kind(times=2, fail_after=90)
def hook_at_its_third_attempt(name, rng):
    """Each attempt has one Job, which needs what is ready only later."""
    hook = {"args": ["get", "--timeout=2s", f"http://db.{name}/readyz"]}
    return {"objects": [*slow_db(rng.randint(10, 18)), oci("demo", tag="1.0.0"),
                        release("demo", "demo", values={"hook": hook}, timeout="20s")]}


@kind(fail_after=60)
def values_come_late(name, rng):
    def late(case):
        case.create(thing("v1", "Secret", "late", stringData={"values.yaml": "readyAfter: 1s"}))

    return {"objects": [oci(), release(valuesFrom=[{"kind": "Secret", "name": "late"}])],
            "during": after(rng.randint(8, 16), late)}


@kind(times=2, fail_after=30)
def chain_of_releases(name, rng):
    names = ["a", "b", "c"]
    rng.shuffle(names)
    chain = [release(one, after=[before] if before else [], timeout="60s",
                     values={"readyAfter": f"{rng.randint(6, 14)}s"})
             for before, one in zip([None, *names], names)]
    return {"objects": [oci(), *chain]}


@kind(fail_after=30)
def upgrade_of_a_release(name, rng):
    def objects(seconds):
        return [oci(), release(timeout="60s", values={"readyAfter": f"{seconds}s"})]

    seconds = rng.randint(15, 25)
    return {"objects": objects(0), "then": lambda case: case.good(case.again(objects(seconds)))}


@kind(fail_after=60)
def helm_controller_starts_again(name, rng):
    restart = ("delete", "pod", "-n", "flux-system", "-l", "app=helm-controller", "--wait=false")
    return {"objects": [oci(), release(timeout="60s", values={"readyAfter": "8s"})], "alone": True,
            "during": after(rng.uniform(0.5, 4.0), lambda case: case.lab.kubectl(*restart))}


@kind(fail_after=30)
def kustomization_waits_for_what_comes_late(name, rng):
    health = [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "db", "namespace": name}]
    return {"objects": [*slow_db(rng.randint(20, 28)), git(), kustomization(healthChecks=health, timeout="10s")],
            "fail_after": 60}


# --- the cluster and what is around it

def resume(case):
    case.lab.tool("daemon", "origin", REGISTRY, "resume", check=False)

@kind(times=2, fail_after=20)
def node_comes_late(name, rng):
    """No node has the label, then one comes with it."""
    label = f"late.example.com/{name}"

    def set_label(case, change):
        case.lab.kubectl("label", "node", "node-1", label + change)

    return {"objects": [deployment(serves(), pod={"nodeSelector": {label: "yes"}})],
            "during": after(rng.randint(25, 35), lambda case: set_label(case, "=yes")),
            "after": lambda case: set_label(case, "-")}


@kind(fail_after=60)
def webhook_goes_away(name, rng):
    hook = webhook(name, "", "configmaps", namespace=name)
    gone = ("delete", "validatingwebhookconfiguration", name)
    return {"objects": {"first": [hook], "second": [config("c", a="1")]},
            "during": after(rng.randint(10, 20), lambda case: case.lab.kubectl(*gone))}


@kind(times=2, alone=True, fail_after=30)
def image_takes_its_time(name, rng):
    """Its registry keeps the connection, and says nothing for a while."""
    def built(case):
        case.lab.on("node-1", "ctr", "--namespace=k8s.io", "images", "rm", SLOW_IMAGE)
        case.lab.tool("daemon", "origin", REGISTRY, "pause")

    return {"objects": [deployment(serves(image=SLOW_IMAGE, imagePullPolicy="Always"))], "built": built,
            "during": after(rng.randint(36, 44), resume), "after": resume}


@kind(alone=True, fail_after=60)
def image_fails_at_first(name, rng):
    def built(case):
        case.lab.tool("daemon", "origin", REGISTRY, "stop")

    def back(case):
        case.lab.tool("daemon", "origin", REGISTRY, "start", check=False)

    return {"objects": [deployment(serves(image=SLOW_IMAGE, imagePullPolicy="Always"))], "built": built,
            "during": after(rng.randint(12, 20), back), "after": back}


@kind(alone=True, fail_after=60)
def source_is_away_for_a_while(name, rng):
    def back(case):
        case.lab.tool("link", "origin", "up")

    return {"objects": [oci(), release()], "built": lambda case: case.lab.tool("link", "origin", "down"),
            "during": after(rng.randint(12, 20), back), "after": back}


@kind(alone=True, fail_after=60)
def node_starts_again(name, rng):
    def during(case):
        case.see("ContainerNotReady")
        case.lab.tool("kill", "node-1")
        case.pause(rng.randint(22, 30))
        case.lab.tool("start", "node-1")

    def back(case):
        case.lab.tool("start", "node-1", check=False)
        case.lab.kubectl("wait", "--for=condition=Ready", "node/node-1", "--timeout=90s")

    return {"objects": [deployment(serves(after=12))], "during": during, "after": back}


SCENARIOS = ALL
