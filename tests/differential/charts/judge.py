# SPDX-License-Identifier: Apache-2.0
"""Says what came of a question that Helm and sandstrap answered."""

import json
import re

AGREED = ("equal", "refused", "words", "unstable", "explained")
LIMIT = re.compile(r"the templates (take more than \d+ steps|use more than \d+ MiB)|"
                   r"the list would have more than \d+ items")  # docs/charts.md
# The classes of differences in outputs that docs/chart-functions.md names.
# The words as a map is printed, in JSON, in YAML's quotes (over several lines), and without quotes.
TOML_WORDS = re.compile(r"(?<=Error:)toml: ?(?:line )?\d.*?(?=\]|$)|(?<=\"Error\":\")toml: ?(?:line )?\d.*?(?=\"[,}])|"
                        r"(?<=Error: )'toml: ?(?:line )?\d(?:[^']|'')*'|(?<=Error: )toml: ?(?:line )?\d.*?$", re.MULTILINE)
TIME_BY_VERB = re.compile(re.escape("%!") + r"\w" + re.escape("(time.Time=") + r"[^)]*\)")
OUT_OF_BOUNDS = "reflect.Value.Slice: slice index out of bounds"


def reason(error):
    """What Helm says went wrong, without the way there."""
    error = error.replace("\n\nUse --debug flag to render out invalid YAML", "")
    last = error.strip().splitlines()[-1].strip() if "execution error at" not in error else error
    return re.split(r"error calling [\w.]+: |: executing \"[^\"]*\" at <.*?>: |execution error at \(\S+\): |parse error at \(\S+\): ", last)[-1]


def is_explained(question, expected, ours):
    """Whether two answers, of which Helm's is an output, differ in nothing but what is a known class."""
    if "error" in ours:
        files = ".Files" in json.dumps(question)  # how much room their bytes have is the runtime's own matter
        return bool(LIMIT.search(ours["error"]) or files and ours["error"].endswith(OUT_OF_BOUNDS))
    if "output" not in expected or "output" not in ours:
        return False
    texts = [answer["output"] for answer in (expected, ours)]
    if TOML_WORDS.sub("", texts[0]) == TOML_WORDS.sub("", texts[1]):
        return True
    # Of a time that does not fit its verb Go prints the fields: two numbers and an address.
    fixed = [re.escape(part) for part in TIME_BY_VERB.split(texts[1])]
    return len(fixed) > 1 and bool(re.fullmatch(r"\{\S+ \S+ [^{}]*\}".join(fixed), texts[0]))


def judge(expected, again, ours, question=None):
    """What came of one question."""
    if "died" in expected and LIMIT.search(ours.get("error", "")):
        return "explained"  # what Helm does not end with at all
    if "died" in ours:
        return f"DIED: {ours['died']}"
    if ("error" in expected) != ("error" in again) or "error" not in expected and expected != again:
        return "unstable"
    if re.search(r"\b0x[0-9a-f]{9,}", expected.get("output", "")):
        return "unstable"  # the address of an object of Go's
    if "error" in expected:
        if "error" not in ours:
            return f"not refused; Helm says: {expected['error']!r}\n   ours {ours}"
        return "refused" if reason(expected["error"]) in ours["error"] else "words"
    if ours == expected:
        return "equal"
    if is_explained(question, expected, ours):
        return "explained"
    if "error" in ours:
        return f"refused: {ours['error']!r}\n   Helm {expected}"
    return f"the output differs:\n   ours {ours}\n   Helm {expected}"
