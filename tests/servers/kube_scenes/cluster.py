# SPDX-License-Identifier: Apache-2.0
"""The objects of a cluster, with the events about them and their logs."""

import json
import pathlib
import time

from kube_http import status

from .discovery import CLUSTER
from .scene import DEEP, Scene


class Cluster(Scene):
    # The objects that the test has written to objects.json, and no change; events by the uid that they
    # are about, logs as objects of a kind of their own. In a namespace "closed" four questions are
    # refused, in "silent" there is no answer.
    def scene_cluster(self, path):
        if "watch" in self.query:
            self.stream(hold=20)
            return
        if self.command == "PATCH":  # kept for the test
            (pathlib.Path(self.folder) / "patch").write_text(path + " " + self.body.decode())
            self.answer(200, {"kind": "X", "apiVersion": "v1", "metadata": {"name": "x"}})
            return
        objects = json.loads((pathlib.Path(self.folder) / "objects.json").read_text().replace('"DEEP"', json.dumps(DEEP)))
        _, name, place = path.rsplit("/", 2)
        if place in ("events", "log"):
            self.evidence(objects, path.split("/")[4], name, place)
            return
        kind = next(kind for _, kind, plural, _ in CLUSTER if plural == place)
        self.answer(200, {"metadata": {"resourceVersion": "1"}, "items": [o for o in objects if o["kind"] == kind]})

    def evidence(self, objects, ns, pod, place):
        found = [o for o in objects if o["kind"] == {"events": "Event", "log": "Log"}[place]]
        if ns == "closed" and self.count <= 4:
            self.answer(*status(403, "Forbidden", place + " is forbidden"))
        elif ns == "silent":
            time.sleep(20)
        elif place == "events":
            uid = self.query["fieldSelector"].removeprefix("involvedObject.uid=")
            self.answer(200, {"items": [o for o in found if o["involvedObject"]["uid"] == uid]})
        else:
            lines = [o["lines"] for o in found if o["metadata"]["name"] == pod
                     and o["container"] == self.query["container"]
                     and o.get("previous", False) == ("previous" in self.query)]
            if lines:
                kept = lines[0][-int(self.query["tailLines"]):]
                self.answer(200, "".join(line + "\n" for line in kept).encode())
            else:
                self.answer(*status(400, "BadRequest", "previous terminated container not found"))
