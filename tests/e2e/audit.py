# SPDX-License-Identifier: Apache-2.0
"""What the API server's audit log says: who wrote what, when, and in which order."""

import datetime
import json

LOG = "/var/log/audit.log"
WRITES = {"create", "update", "patch", "delete", "deletecollection"}
# Made by a request, kept by nobody: a question to the API server.
QUESTIONS = {"selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"}
WORKLOADS = {"deployments", "statefulsets", "daemonsets"}


class Event:
    def __init__(self, record):
        reference = record.get("objectRef", {})
        self.user = record["user"]["username"]
        self.verb, self.uri, self.stage = record["verb"], record["requestURI"], record["stage"]
        self.resource, self.part = reference.get("resource", ""), reference.get("subresource", "")
        namespace = reference.get("namespace", "") if self.resource != "namespaces" else ""
        self.object = (self.resource, namespace, reference.get("name", ""))
        self.code = record.get("responseStatus", {}).get("code", 0)
        self.began = moment(record["requestReceivedTimestamp"])
        self.ended = moment(record["stageTimestamp"])

    def __repr__(self):
        return f"{self.began:%H:%M:%S.%f} {self.user} {self.verb} {self.uri} -> {self.code}"

    @property
    def writes(self):
        return (self.verb in WRITES and "dryRun=" not in self.uri
                and self.resource not in QUESTIONS)


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Log:
    """The part of the log that is written from now on."""

    def __init__(self, lab):
        self.lab = lab
        self.start = int(lab.on("cp", "stat", "-c", "%s", LOG).stdout)

    def events(self, wanted):
        """Events whose line has the text wanted, which saves reading all the others."""
        script = f"tail -c +{self.start + 1} {LOG} | grep -F '{wanted}' || true"
        lines = self.lab.on("cp", "sh", "-c", script).stdout.splitlines()
        return [Event(json.loads(line)) for line in lines]

    def writes(self, user="sandstrap"):
        """Every attempt of a user at changing something, whether it succeeded or not."""
        events = self.events(f'"username":"{user}"')
        return [event for event in events if event.user == user and event.writes]

    def settled(self):
        """When controllers last wrote the status of each workload, by its reference."""
        last = {}
        for event in self.events('"subresource":"status"'):
            if event.resource in WORKLOADS and event.code == 200:
                last[event.object] = max(event.ended, last.get(event.object, event.ended))
        return last


def check_order(writes, settled, layers):
    """No layer is written before the workloads of the one before it have settled.

    writes are events, settled is when each workload became what it stayed; layers are
    (name, objects that are applied, workloads that grow out of them) in their order.
    """
    for (name, objects, workloads), (following, later, _) in zip(layers, layers[1:]):
        first = min((event for event in writes if event.object in later),
                    key=lambda event: event.began)
        missing = set(workloads) - set(settled)
        assert not missing, f"{name}: nothing is known of {missing}"
        own = [event for event in writes if event.object in objects]
        assert own, f"{name}: nothing was written"
        early = [f"{workload} settled {settled[workload]:%H:%M:%S.%f}" for workload in workloads
                 if settled[workload] > first.began]
        early += [repr(event) for event in own if event.began > first.began]
        assert not early, f"{following} began with {first} before {name} was ready: {early}"
