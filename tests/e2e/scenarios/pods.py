# SPDX-License-Identifier: Apache-2.0
"""Pods that do not get ready, by what they do themselves."""

from scenario import Scenario, brief, last_lines

from .objects import PODINFO, container, daemons, deployment, fails, job, serves, stateful, thing

GATE = "example.com/gate"
TRUE_S, FALSE_S = 0.1, 1.5  # on a busy machine all this takes longer


def alternate(case):
    """Somebody's controller keeps changing its mind about a readiness gate."""
    while case.running.process.poll() is None:
        set_gate(case, "True")
        case.pause(TRUE_S)
        set_gate(case, "False")
        case.pause(FALSE_S)


def set_gate(case, value):
    pods = f"/api/v1/namespaces/{case.namespace}/pods"
    for pod in case.observer.get(pods)["items"]:
        case.observer.patch(f"{pods}/{pod['metadata']['name']}/status",
                            {"status": {"conditions": [{"type": GATE, "status": value}]}})


def gated():
    return deployment(serves(), pod={"readinessGates": [{"conditionType": GATE}]})


def mended(kind):
    """What the pods of before fail of is no failure of the mended ones, which need longer than that."""
    return lambda case: case.good(case.again([kind(serves(after=20))]))


def mended_in_order(case):
    """A StatefulSet keeps the pod that fails, also when its template is mended."""
    result = case.again([stateful(serves())])
    last = last_lines(result.stderr.splitlines())
    assert result.code == 9 and "OldPodKept" in last and "/nosuch" not in last, brief(result)
    assert "delete pod db-0" in last, brief(result)
    case.kubectl("delete", "pod", "db-0")
    case.good(case.again([stateful(serves())]))


MISSING_SECRET = {"env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "word"}}}]}
VOLUME = [{"name": "keys", "secret": {"secretName": "keys"}}]
MOUNT = [{"name": "keys", "mountPath": "/keys"}]
LIVENESS = {"httpGet": {"path": "/nosuch", "port": 8080}, "periodSeconds": 1, "failureThreshold": 2}

SCENARIOS = [
    Scenario("crash-last-words", [deployment(fails(3))], ci=True,
             cause=(r"Deployment NS/web: pod \S+: container app: .*labprobe: told to exit with status 3",),
             visible=r"CrashLoopBackOff", shown=r"CrashLoopBackOff"),
    Scenario("crash-no-message", [deployment(fails(3, terminationMessagePolicy="File"))], ci=True,
             cause=(r"Deployment NS/web: pod \S+: container app: ", r"exit code 3\b",
                    r"labprobe: told to exit with status 3"),
             visible=r'"reason":"Error"', shown=r"container app: (Error|CrashLoop)"),
    Scenario("crash-stateful", [stateful(fails(7, terminationMessagePolicy="File"), replicas=2)],
             cause=(r"StatefulSet NS/db: pod NS/db-0: container app: ", r"exit code 7\b",
                    r"told to exit with status 7")),
    Scenario("crash-daemon", [daemons(fails(7))],
             cause=(r"DaemonSet NS/agent: pod \S+: container app: ", r"exit code 7\b")),
    Scenario("crash-second-container", [deployment(serves(), fails(3, name="sidecar"))],
             cause=(r"Deployment NS/web: pod \S+: container sidecar: .*status 3",)),
    Scenario("init-container-fails", [deployment(serves(), pod={"initContainers": [fails(4, name="migrate")]})],
             ci=True,
             cause=(r"Deployment NS/web: pod \S+: container migrate: ", r"exit code 4\b",
                    r"told to exit with status 4"),
             visible=r"told to exit with status 4", shown=r"told to exit with status 4"),
    Scenario("init-container-never-ends", [
                 deployment(serves(), pod={"initContainers": [container("run", "--for=1h", name="wait")]})],
             exit=8, timeout=25,
             cause=(r"Deployment NS/web: pod \S+: .*wait",)),
    Scenario("no-such-command", [deployment(container(command=["/nosuch"]))],
             cause=(r"container app: .*/nosuch.*no such file or directory",), never=(r'\\"',),
             visible=r"/nosuch.*no such file", shown=r"no such file"),
    Scenario("mended-deployment", [deployment(container(command=["/nosuch"]))],
             cause=(r"container app: .*/nosuch",), then=mended(deployment)),
    Scenario("mended-daemon", [daemons(container(command=["/nosuch"]))],
             cause=(r"container app: .*/nosuch",), then=mended(daemons)),
    Scenario("mended-stateful", [stateful(container(command=["/nosuch"]))],
             cause=(r"container app: .*/nosuch",), then=mended_in_order),
    Scenario("secret-of-a-variable-is-missing", [deployment(serves(**MISSING_SECRET))], ci=True,
             cause=(r'container app: CreateContainerConfigError: secret "db" not found',), never=(r'\\"',),
             visible=r"secret ..db..? not found", shown=r"secret .*db.* not found"),
    Scenario("secret-of-a-volume-is-missing",
             [deployment(serves(volumeMounts=MOUNT), pod={"volumes": VOLUME})], ci=True,
             cause=(r"Deployment NS/web: pod ", r"FailedMount.*keys.*not found"),
             visible=r"FailedMount", shown=r"FailedMount"),
    Scenario("secret-of-a-stateful-volume-is-missing",
             [stateful(serves(volumeMounts=MOUNT), pod={"volumes": VOLUME})],
             cause=(r"StatefulSet \S+/db: pod \S+/db-0: ", r"FailedMount.*keys.*not found")),
    Scenario("readiness-never", [deployment(serves(args=["serve", "--listen=:8080", "--mode=unready"]))],
             exit=8, timeout=25, ci=True,
             cause=(r"Deployment NS/web: pod \S+: container app: ContainerNotReady: ", r"\b503\b"),
             visible=r"Unhealthy", shown=r"503"),
    Scenario("readiness-never-stateful", [stateful(serves(args=["serve", "--listen=:8080", "--mode=unready"]))],
             exit=8, timeout=25,
             cause=(r"StatefulSet NS/db: pod \S+: container app: ContainerNotReady: ",
                    r"\b503\b")),
    Scenario("readiness-past-the-deadline",
             [deployment(serves(args=["serve", "--listen=:8080", "--mode=unready"]), progressDeadlineSeconds=10)],
             cause=(r"Deployment NS/web: ", r"ProgressDeadlineExceeded", r"\b503\b"),
             visible=r"ProgressDeadlineExceeded", shown=r"ProgressDeadlineExceeded"),
    Scenario("readiness-gate-alternates", [gated()], exit=8, timeout=30, during=alternate, ci=True,
             cause=(r"pod NS/web-\S+: .*readiness gate example\.com/gate",)),
    Scenario("readiness-gate-nobody-sets", [gated()], exit=8, timeout=20,
             cause=(r"pod NS/web-\S+: .*readiness gate example\.com/gate",)),
    Scenario("liveness-without-readiness", [deployment(serves(readinessProbe=None, livenessProbe=LIVENESS))],
             exit=(8, 9), ci=True,
             cause=(r"Deployment NS/web: pod ", r"[Ll]iveness|CrashLoopBackOff|restart")),
    Scenario("job-fails", [job(fails(5), backoffLimit=0)], ci=True,
             cause=(r"Job NS/once: .*(BackoffLimitExceeded|backoff limit)", r"exit code 5\b",
                    r"told to exit with status 5"),
             visible=r"BackoffLimitExceeded", shown=r"BackoffLimitExceeded"),
    Scenario("job-fails-without-words", [job(fails(5, terminationMessagePolicy="File"), backoffLimit=1)],
             fail_after=40,  # its second pod comes after ten seconds
             cause=(r"Job NS/once: .*(BackoffLimitExceeded|backoff limit)", r"exit code 5\b",
                    r"told to exit with status 5")),
    Scenario("job-past-its-deadline", [job(container("run", "--for=1h"), activeDeadlineSeconds=3)],
             cause=(r"Job NS/once: .*DeadlineExceeded",)),
    Scenario("pod-fails", [thing("v1", "Pod", "lone", spec={"restartPolicy": "Never",
                                                               "containers": [fails(6)]})],
             cause=(r"Pod NS/lone: .*", r"exit code 6\b|status 6")),
    Scenario("out-of-memory", [deployment(container("serve", "--listen=:8080", image=PODINFO,
                                                    resources={"limits": {"memory": "1Mi"}}))],
             # what the kernel ends first: the pod's pause container, or the one that asks for too much
             cause=(r"Deployment NS/web: pod \S+: (container app|FailedCreatePodSandBox): ", r"OOM|memory|StartError",
                    r"hint: .*raise resources\.limits\.memory")),
    Scenario("deployment-paused", [deployment(serves(), paused=True)],
             cause=(r"Deployment NS/web: .*Paused", r"resume")),
    Scenario("job-suspended", [job(fails(0), suspend=True)],
             cause=(r"Job NS/once: .*[Ss]uspended", r"resume")),
]
