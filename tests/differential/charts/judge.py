# SPDX-License-Identifier: Apache-2.0
"""Asks two programs the same questions and says what came of each."""

import json
import re
import subprocess

LIMIT_S = 300
AGREED = ("equal", "refused", "words", "unstable", "explained")
# Go's syntax (%#v) of objects, and the order of a struct's members in JSON: docs/chart-functions.md.
# "{v1.36.0  1 36}" is of the oracle alone, which has no version from the command line.
GO_SYNTAX = re.compile(r"\{v1\.36\.0  1 36\}|"
                       r"&semver\.Version\{|time\.Date\(|\(\*common\.|&common\.|common\.Values\{|\[\]map\[string\]interface \{\}\{")
LIMIT = re.compile(r"the templates (take more than \d+ steps|use more than \d+ MiB)")  # docs/charts.md
STRUCTS = re.compile(r'\\?"(?:KubeVersion|HelmVersion|Version|version)\\?":')  # those of .Capabilities


def ask(command, questions):
    """The answers of a program; where it dies, an answer says so and the rest is asked anew."""
    answers = []
    while len(answers) < len(questions):
        rest = "".join(json.dumps(q) + "\n" for q in questions[len(answers):])
        try:
            r = subprocess.run(command, input=rest.encode(), capture_output=True, timeout=LIMIT_S, check=False)
            output, error = r.stdout, f"status {r.returncode}: {r.stderr.decode(errors='replace')[-1500:]}"
        except subprocess.TimeoutExpired as e:
            output, error = e.stdout or b"", f"no answer within {LIMIT_S} s"
        lines = output.decode().split("\n")[:-1]
        answers += [json.loads(line) for line in lines]
        if len(answers) < len(questions):
            answers.append({"died": error})
    return answers


def reason(error):
    """What Helm says went wrong, without the way there."""
    error = error.replace("\n\nUse --debug flag to render out invalid YAML", "")
    last = error.strip().splitlines()[-1].strip() if "execution error at" not in error else error
    return re.split(r"error calling [\w.]+: |: executing \"[^\"]*\" at <.*?>: |execution error at \(\S+\): |parse error at \(\S+\): ", last)[-1]


def is_same_in_other_order(expected, ours):
    """Whether two outputs differ in nothing but the order of the members of Go's structs."""
    outputs = [answer.get("output", "") for answer in (expected, ours)]
    return bool(STRUCTS.search(outputs[0])) and sorted(outputs[0]) == sorted(outputs[1])


def judge(expected, again, ours):
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
    if "error" in ours and LIMIT.search(ours["error"]):
        return "explained"
    if "error" in ours:
        return f"refused: {ours['error']!r}\n   Helm {expected}"
    if GO_SYNTAX.search(expected.get("output", "")) or ours != expected and is_same_in_other_order(expected, ours):
        return "explained"
    return "equal" if ours == expected else f"the output differs:\n   ours {ours}\n   Helm {expected}"
