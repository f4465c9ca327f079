# SPDX-License-Identifier: Apache-2.0
"""Who may ask: credentials that are good, refused, or good for a while."""

import pathlib

from kube_http import status

from .discovery import aggregated
from .scene import Scene, asked, config_map, lock, seen


class Credentials(Scene):
    # Knows the token of a file only.
    def scene_token(self, path):
        wanted = (pathlib.Path(self.folder) / "valid-token").read_text().strip()
        if self.headers.get("Authorization") == "Bearer " + wanted:
            self.answer(200, config_map("x", 1))
        else:
            self.answer(*status(401, "Unauthorized", "Unauthorized"))

    # Nothing at all without the token "valid", and nothing whatever the token.
    def scene_locked(self, path):
        if self.headers.get("Authorization") == "Bearer valid":
            self.answer(200, aggregated(path))
        else:
            self.answer(*status(401, "Unauthorized", "Unauthorized"))

    def scene_forbidden(self, path):
        self.answer(*status(403, "Forbidden", f'forbidden: User "jane" cannot get path "{path}"'))

    # Refuses good credentials once, of calls and of watches.
    def scene_moody(self, path):
        kind = "watch" if "watch" in self.query else "call"
        with lock:
            seen["moody " + kind] += 1
        if seen["moody " + kind] == 1:
            self.answer(*status(401, "Unauthorized", "Unauthorized"))
        elif kind == "watch":
            self.stream({"type": "ADDED", "object": config_map("a", 2)}, hold=20)
        else:
            self.answer(200, {"metadata": {"name": "x", "resourceVersion": "1"}, "items": []})

    # Credentials that are good for one list, and one watch that ends at once.
    def scene_expiring(self, path):
        kind = "watch" if "watch" in self.query else "list"
        if kind in asked:
            self.answer(*status(401, "Unauthorized", "Unauthorized"))
        elif kind == "watch":
            asked["watch"] = True
            self.stream(hold=0)
        else:
            asked["list"] = True
            self.answer(200, {"metadata": {"resourceVersion": "1"}, "items": [config_map("before", 1)]})
