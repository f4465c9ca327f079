# SPDX-License-Identifier: Apache-2.0
"""What the API shows, and when: watches of all that scenarios are about, by another user than
sandstrap's."""

import http.client
import json
import os
import re
import socket
import subprocess
import threading
import time

CORE = ("pods", "events", "persistentvolumeclaims", "namespaces", "nodes")
GROUPS = {
    "apps/v1": ("deployments", "replicasets", "statefulsets", "daemonsets"),
    "batch/v1": ("jobs",),
    "apiextensions.k8s.io/v1": ("customresourcedefinitions",),
    "source.toolkit.fluxcd.io/v1": ("ocirepositories", "gitrepositories", "helmcharts"),
    "helm.toolkit.fluxcd.io/v2": ("helmreleases",),
    "kustomize.toolkit.fluxcd.io/v1": ("kustomizations",),
}
PATHS = ["/api/v1/" + kind for kind in CORE] + [
    f"/apis/{group}/{kind}" for group, kinds in GROUPS.items() for kind in kinds]
RETRY_S = 1


class Sight:
    """When something was first seen in a namespace."""

    def __init__(self, namespace, pattern):
        self.place = f'"namespace":"{namespace}"'
        self.expression, self.at, self.line = re.compile(pattern), None, None


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Observer:
    """kubectl's proxy on the operator's host, whose socket is in the folder that it shares."""

    def __init__(self, lab):
        self.lab, self.sights, self.over = lab, [], False
        name = f"api-{os.getpid()}.sock"
        self.socket = lab.work / name
        self.proxy = subprocess.Popen(
            list(map(str, lab.command("operator", "kubectl", "proxy", f"--unix-socket=/work/{name}"))),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert "Starting to serve" in self.proxy.stdout.readline()
        for path in PATHS:
            threading.Thread(target=self._watch, args=(path,), daemon=True).start()

    def get(self, path, headers=None):
        return self._ask("GET", path, None, headers or {})

    def patch(self, path, body, kind="strategic-merge"):
        """Patches an object, at once: kubectl takes its time to start."""
        return self._ask("PATCH", path, json.dumps(body), {"Content-Type": f"application/{kind}-patch+json"})

    def delete(self, path):
        """Deletes an object without waiting for anything, a pod at once."""
        return self._ask("DELETE", path, json.dumps({"gracePeriodSeconds": 0, "propagationPolicy": "Background"}),
                         {"Content-Type": "application/json"})

    def _ask(self, *request):
        connection = Unix(self.socket)
        connection.request(*request)
        with connection.getresponse() as response:
            return json.load(response)

    def _watch(self, path):
        while not self.over:
            try:
                self._follow(path)
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(RETRY_S)

    def _follow(self, path):
        """Takes in a watch, from what is there now until it ends."""
        connection = Unix(self.socket)
        connection.request("GET", path + "?watch=true")
        with connection.getresponse() as response:
            if response.status != 200:
                return
            for line in response:
                self._see(time.monotonic(), line.decode())

    def _see(self, now, line):
        for sight in self.sights:
            if not sight.at and sight.place in line and sight.expression.search(line):
                sight.at, sight.line = now, line

    def expect(self, namespace, pattern):
        """Notes when a pattern first shows in an object of a namespace, as the API writes it."""
        sight = Sight(namespace, pattern)
        self.sights.append(sight)
        return sight

    def close(self):
        self.over = True
        self.proxy.terminate()
        self.proxy.wait()
