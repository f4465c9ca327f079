# SPDX-License-Identifier: Apache-2.0
"""Who answers a call, and when: a pod behind the server's proxy, a server that is slow or silent."""

import http.server
import time

from kube_http import status

from .scene import Scene, asked, config_map, lock, seen


class Calls(Scene):
    # What was asked, as the object that is answered.
    def scene_echo(self, path):
        told = {"method": self.command, "path": path, "query": self.query, "body": self.body.decode(),
                "headers": {name.lower(): value for name, value in self.headers.items()}}
        self.answer(200, {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "echo"}, "told": told})

    # The proxy to pods; "gone" has no port that is open, "late" not yet. What is no pod is slow.
    def scene_proxy(self, path):
        prefix, proxied, rest = path.partition("/proxy")
        if not proxied or rest == "/slow":
            time.sleep(0.5)
        if prefix.endswith("/gone:1"):
            self.answer(*status(503, "ServiceUnavailable", "error trying to reach service: dial tcp 10.0.0.1:1: "
                                                           "connect: connection refused"))
        elif prefix.endswith("/absent:1"):
            self.answer(*status(404, "NotFound", 'pods "absent" not found'))
        elif prefix.endswith("/late:1") and self.count < 3:
            self.answer(*status(503, "ServiceUnavailable", "error trying to reach service: EOF"))
        elif rest.startswith("/status/"):
            self.answer(int(rest.split("/")[2]), b"the pod's own")
        else:
            told = {"method": self.command, "path": path, "query": self.query, "length": len(self.body),
                    "mac": self.headers.get("Sandstrap-MAC", ""), "body": self.body[:8].decode()}
            self.answer(200, told)

    # Takes its time for everything but the question whether it is there.
    def scene_slow(self, path):
        if path != "/version":
            time.sleep(5)
        self.answer(200, {"gitVersion": "v1.34.4"} if path == "/version" else config_map("x", 1))

    # A server whose clock is an hour behind.
    def scene_late(self, path):
        self.date_time_string = lambda: http.server.BaseHTTPRequestHandler.date_time_string(self, time.time() - 3600)
        self.answer(200, {"major": "1", "minor": "34+", "gitVersion": "v1.34.4-x"})

    # Tells its types, and leaves all else without an answer.
    def scene_frozen(self, path):
        time.sleep(600)

    # Is silent for a while after the first answer, on any connection.
    def scene_mute(self, path):
        with lock:
            first = not seen["mute"]
            seen["mute"] += 1
            asked.setdefault("mute", time.monotonic() + 1.5)
        if not first:
            time.sleep(max(0, asked["mute"] - time.monotonic()))
        self.answer(200, {"gitVersion": "v1.34.4"} if path == "/version" else config_map("x", 1))
