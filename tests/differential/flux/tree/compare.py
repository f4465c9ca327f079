# SPDX-License-Identifier: Apache-2.0
"""Holds sandstrap's answers against those of the controllers: manifests by bytes, objects by every field."""

import difflib


def plain(value):
    """Numbers as doubles, which they are in JSON."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def leaves(one, other, path=""):
    """The paths at which two values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys(), key=str):
            below = f"{path}.{key}" if path else str(key)
            if key not in one or key not in other:
                yield below
            else:
                yield from leaves(one[key], other[key], below)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for i, (x, y) in enumerate(zip(one, other)):
            yield from leaves(x, y, f"{path}[{i}]")
    elif one != other or isinstance(one, bool) != isinstance(other, bool):
        yield path


def name(found):
    meta = found.get("metadata") or {}
    return f"{found.get('kind')} {meta.get('namespace', '')}/{meta.get('name')}"


def error(answer):
    return answer.get("valuesError") or answer.get("error")


class Texts:
    """Compares the manifests and hooks of releases as texts."""

    def __init__(self, controller, ours):
        self.controller, self.ours = controller, ours
        self.equal, self.refused, self.different, self.random = [], {}, {}, {}
        self.again = {}  # what the controller said a second time

    def see(self, walk, applied):
        """One release: the same question to both."""
        theirs, mine = applied.answer, self.ours.ask(applied.question)
        if error(theirs) and error(mine):
            self.refused[applied.label] = (error(theirs), error(mine))
        elif error(theirs) or error(mine):
            self.different[applied.label] = [f"only one refuses: controller {error(theirs)!r}, sandstrap {error(mine)!r}"]
        else:
            self.judge(walk, applied, theirs, mine)

    def judge(self, walk, applied, theirs, mine):
        found = [f"values: {path}" for path in leaves(plain(theirs.get("values") or {}), plain(mine["values"]))]
        pairs = [(theirs.get("manifest", ""), mine["manifest"])]
        pairs += [(a["Manifest"], b["Manifest"]) for a, b in zip(theirs.get("hooks") or [], mine["hooks"])]
        if [h["Path"] for h in theirs.get("hooks") or []] != [h["Path"] for h in mine["hooks"]]:
            found.append("other hooks")
        if any(a != b for a, b in pairs):
            again = self.again[applied.label] = self.controller.ask(walk.complete(applied.question))
            third = [again.get("manifest", "")] + [h["Manifest"] for h in again.get("hooks") or []]
            for (a, b), c in zip(pairs, third):
                found += self.texts(applied.label, a, b, c)
        if found:
            self.different[applied.label] = found
        else:
            self.equal.append(applied.label)

    def texts(self, label, theirs, mine, again):
        """The lines that differ, but for those that the controller itself writes anew each time."""
        if len(theirs.split("\n")) != len(again.split("\n")) or len(theirs.split("\n")) != len(mine.split("\n")):
            lines = theirs.split("\n"), mine.split("\n")
            return list(difflib.unified_diff(*lines, "controller", "sandstrap", lineterm=""))
        out, source = [], ""
        for a, b, c in zip(theirs.split("\n"), mine.split("\n"), again.split("\n")):
            source = a if a.startswith("# Source: ") else source
            if a != c:
                self.random.setdefault(label, []).append(f"{source[10:]}: {a.split(':')[0].strip()}")
            elif a != b:
                out += [f"{source}", f"-{a}", f"+{b}"]
        return out


class Objects:
    """Compares what `render --deep` prints with the objects of two walks, whose difference is chance."""

    def __init__(self, printed):
        self.by, self.also = {}, {}
        for found in printed:
            chain = found["origin"]["by"]
            label = "tree" if len(chain) == 1 else chain[-1]["name"]
            self.by.setdefault(label, []).append(found["object"])
            for other in found["origin"].get("alsoBy", ()):
                self.also.setdefault("tree" if len(other) == 1 else other[-1]["name"], []).append(found["object"])
        self.equal, self.random, self.different, self.twice = 0, {}, [], 0

    def see(self, label, theirs, *again):
        """All objects of one applier, in order, as the controllers made them, and made them again."""
        mine = {key(found): found for found in self.by.pop(label, [])}
        also = {key(found) for found in self.also.get(label, [])}
        order = [k for k in map(key, theirs) if k in mine]
        if label != "tree" and order != list(mine) and set(order) == set(mine):  # the tree's are by layers
            self.different.append(f"{label}: another order")
        for found, *others in zip(theirs, *again):
            if any(key(found) != key(other) for other in others):
                self.by_chance(label, found, others, mine, {key(f) for f in theirs})
            elif key(found) in mine:
                self.judge(label, found, others, mine.pop(key(found)))
            elif key(found) in also:
                self.twice += 1
            else:
                self.different.append(f"{label}: {name(found)} is missing")
        self.different += [f"{label}: {name(found)} is too much" for found in mine.values()]

    def by_chance(self, label, found, others, mine, known):
        """One whose name is another one each time: it is the one of its kind that nobody else is."""
        other = next((k for k in mine if k[:2] == key(found)[:2] and k not in known), None)
        if other:
            self.judge(label, found, others, mine.pop(other))
        else:
            self.different.append(f"{label}: {name(found)} is missing, by whatever name")

    def judge(self, label, found, others, mine):
        if not found["metadata"].get("namespace") and mine["metadata"].get("namespace"):
            mine = {**mine, "metadata": {k: v for k, v in mine["metadata"].items() if k != "namespace"}}
        chance = {path for other in others for path in leaves(found, other)}
        if chance:
            self.random[f"{label}: {name(found)}"] = sorted(chance)
        differing = [path for path in leaves(plain(found), plain(mine)) if path not in chance]
        if differing:
            self.different += [f"{label}: {name(found)}: {path}: {at(found, path)!r} is {at(mine, path)!r} for sandstrap"
                               for path in differing]
        else:
            self.equal += 1

    def rest(self):
        """Who applies something for sandstrap alone."""
        return [f"{label}: {len(objects)} objects, and the controllers have none" for label, objects in self.by.items() if objects]


def key(found):
    """What makes an object one; its namespace may be left to the release."""
    return found.get("apiVersion", "").rpartition("/")[0], found.get("kind"), found["metadata"].get("name")


def at(found, path):
    """The value at a path of leaves(), shortened."""
    for step in path.replace("[", ".[").split("."):
        try:
            found = found[int(step[1:-1])] if step.startswith("[") else found[step]
        except (KeyError, TypeError, IndexError, ValueError):
            return "nothing, or below a key with a dot"
    return str(found)[:160]
