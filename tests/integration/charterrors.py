# SPDX-License-Identifier: Apache-2.0
"""docs/chart-errors.md as test cases: each section has the files of a chart with one mistake, and what Helm and
sandstrap say of it.

python3 tests/integration/charterrors.py writes both answers anew, with $HELM and $SANDSTRAP_BINARY.
"""

import os
import pathlib
import re
import shlex
import subprocess
import tempfile

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PAGE = CHECKOUT / "docs/chart-errors.md"
CHART_YAML = "apiVersion: v2\nname: web\nversion: 1.0.0\n"
BLOCK = re.compile(r"^(`(?P<path>[^`\n]+)`|(?P<who>Helm|sandstrap)):\n\n```\w*\n(?P<text>.*?)^```$", re.M | re.S)
OPTIONS = re.compile(r"^With `(?P<options>[^`\n]+)`\.$", re.M)


class Mistake:
    """One section: the files of the chart `web`, more options, and the two answers."""

    def __init__(self, section):
        self.title = section.split("\n", 1)[0]
        self.files = {"Chart.yaml": CHART_YAML}
        self.answers = {}
        for block in BLOCK.finditer(section):
            if block["path"]:
                self.files[block["path"]] = block["text"]
            else:
                self.answers[block["who"]] = block["text"]
        options = OPTIONS.search(section)
        self.options = shlex.split(options["options"]) if options else []

    def write(self, folder):
        for path, text in self.files.items():
            file = pathlib.Path(folder) / "web" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)


def sections():
    return re.split(r"^## ", PAGE.read_text(), flags=re.M)[1:]


def mistakes():
    return [Mistake(section) for section in sections()]


def shortened(text):
    """What a program said, as the page shows it."""
    lines = text.split("\n\nUse --debug flag")[0].strip("\n").split("\n")
    return "".join(f"{line[:600]}{' ...' if len(line) > 600 else ''}".rstrip() + "\n" for line in lines)


def answer(command, folder):
    return shortened(subprocess.run(command, cwd=folder, capture_output=True, text=True).stderr)


def update():
    helm = os.environ["HELM"]
    sandstrap = os.environ.get("SANDSTRAP_BINARY", str(CHECKOUT / "build/dev/sandstrap"))
    page = PAGE.read_text()
    for section in sections():
        mistake = Mistake(section)
        with tempfile.TemporaryDirectory() as folder:
            mistake.write(folder)
            new = {"Helm": answer([helm, "template", "web", "web", *mistake.options], folder),
                   "sandstrap": answer([sandstrap, "chart", "render", "web", *mistake.options], folder)}
        changed = BLOCK.sub(lambda b: b[0] if b["path"] else f"{b['who']}:\n\n```text\n{new[b['who']]}```", section)
        page = page.replace(section, changed)
    PAGE.write_text(page)


if __name__ == "__main__":
    update()
