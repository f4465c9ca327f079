# SPDX-License-Identifier: Apache-2.0
"""A request to a scene, with what the scenes remember and the objects that several of them answer with."""

import collections
import json
import threading
import time

import kube_http

WEBHOOK_DOWN = ('Internal error occurred: failed calling webhook "check.example.com": '
                'Post "https://check.x.svc:443/": dial tcp 10.96.0.9:443: connect: connection refused')
DEEP = json.loads("[" * 200 + "]" * 200)
seen = collections.Counter()  # requests by scene, method and path, and what a scene counts by a name
asked = {}  # what was asked of a scene that it waits for, and when
lock = threading.Lock()


def config_map(name, version, **data):
    return {"metadata": {"name": name, "namespace": "default", "uid": "u-" + name, "resourceVersion": str(version),
                         "managedFields": [{"manager": "x", "fieldsV1": {"f:data": {}}}]}, "data": data}


class Scene(kube_http.Handler):
    """Scenes are methods, scene_NAME(path): of the first, second or third request for it as `count` says."""

    def serve(self, path):
        with lock:
            seen[(self.scene, self.command, path)] += 1
            self.count = seen[(self.scene, self.command, path)]
        getattr(self, "scene_" + self.scene)(path)

    def stream(self, *events, hold=0.0, cut=None):
        """The answer to a watch: these events, in pieces of `cut` bytes, and its end `hold` seconds later."""
        data = "".join(json.dumps(event) + "\n" for event in events).encode()
        self.begin_chunks()
        for start in range(0, len(data), cut or len(data) or 1):
            self.chunk(data[start:start + (cut or len(data))])
        time.sleep(hold)
        self.chunk()
