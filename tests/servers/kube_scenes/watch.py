# SPDX-License-Identifier: Apache-2.0
"""Lists and watches, whole, broken and silent."""

import time

from kube_http import status

from .scene import DEEP, Scene, config_map, lock, seen


class Watch(Scene):
    # Three pages; the second token has expired once.
    def scene_pages(self, path):
        token = self.query.get("continue")
        pages = {None: (["a", "b"], "two"), "two-again": (["c"], "three"), "three": (["d"], "")}
        if token == "two":
            code, body = status(410, "Expired", "The provided continue parameter is too old")
            body["metadata"] = {"continue": "two-again"}
            self.answer(code, body)
            return
        names, following = pages[token]
        self.answer(200, {"kind": "ConfigMapList", "metadata": {"resourceVersion": "9", "continue": following},
                          "items": [config_map(name, 1) for name in names]})

    # One life of a watch: events in small pieces, a silent end, a bookmark to go on from, an expired
    # version, a list that lacks an object, a last change.
    def scene_watch(self, path):
        version = self.query.get("resourceVersion")
        if "watch" not in self.query:
            with lock:
                seen["lists"] += 1
            first = seen["lists"] == 1
            objects = [config_map("a", 1), config_map("b", 2)] if first else [config_map("b", 2), config_map("c", 11)]
            self.answer(200, {"metadata": {"resourceVersion": "10" if first else "30"}, "items": objects})
        elif version == "10":
            self.stream({"type": "ADDED", "object": config_map("c", 11)},
                        {"type": "MODIFIED", "object": config_map("a", 12, é="ü")},
                        {"type": "FUTURE", "object": {}},
                        {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "20"}}}, cut=7)
        elif version == "20":
            self.stream({"type": "ERROR", "object": status(410, "Expired", "too old resource version")[1]})
        elif version == "30":
            self.stream({"type": "DELETED", "object": config_map("b", 31)}, hold=20)
        else:
            self.answer(*status(500, "", "unexpected version " + str(version)))

    # One object of three is nested deeper than any reader goes, in the list and in an event. Then
    # comes what is no event at all.
    def scene_deep(self, path):
        version = self.query.get("resourceVersion")
        if "watch" not in self.query:
            objects = [config_map("a", 1), config_map("b", 2, deep=DEEP), config_map("c", 3)]
            names = "list" if self.count < 3 else "again"
            self.answer(200, {"metadata": {"resourceVersion": names}, "items": objects})
        elif version == "list":
            self.stream({"type": "MODIFIED", "object": config_map("a", 4, deep=DEEP)},
                        {"type": "MODIFIED", "object": config_map("b", 5)},
                        {"type": "DELETED", "object": config_map("c", 6, deep=DEEP)},
                        {"type": "ADDED", "object": config_map("d", 7)},
                        {"type": "ADDED", "object": {"deep": DEEP}})
        else:
            self.stream(hold=20)

    # Says nothing in its watches: what changes is in the next list. Of the third there is no end.
    def scene_silent(self, path):
        if "watch" in self.query:
            self.stream(hold=20)
        elif self.count < 3:
            self.answer(200, {"metadata": {"resourceVersion": "1"},
                              "items": [config_map("before" if self.count == 1 else "after", self.count)]})
        else:
            time.sleep(20)

    # The same, as often as it is asked.
    def scene_quiet(self, path):
        if "watch" in self.query:
            self.stream(hold=20)
            return
        name = "after" if seen["quiet"] else "before"
        seen["quiet"] += 1
        self.answer(200, {"metadata": {"resourceVersion": "1"}, "items": [config_map(name, 1)]})

    # No list at all, once.
    def scene_garbled(self, path):
        if "watch" in self.query:
            self.stream(hold=20)
        else:
            self.answer(200, b"garbage" if self.count < 2 else {"metadata": {"resourceVersion": "1"}, "items": []})

    # Refused, until the third list.
    def scene_refused(self, path):
        if "watch" in self.query:
            self.stream(hold=20)
        elif self.count < 2:
            self.answer(*status(403, "Forbidden", "configmaps is forbidden"))
        else:
            self.answer(200, {"metadata": {"resourceVersion": "1"}, "items": []})
