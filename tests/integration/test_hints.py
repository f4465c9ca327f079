# SPDX-License-Identifier: Apache-2.0
"""Hints name options only where the command that prints them has them."""

import functools
import pathlib
import re
import subprocess

import pytest
from bundles import authority, origin, release, source, tree, upstream  # noqa: F401

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent / "installer/src"
VALUES = ["values show", "values trace", "values check", "values diff"]
TREE = ["bundle lock", "render", "images", *VALUES]
CLUSTER = ["up", "down", "status", "seal", "keys list"]

# Which commands print the hints of a file that is not one command's own: all of them have to have the options that
# it names. A hint with options in another file needs a row.
PRINTED_BY = {
    "base/passphrase.c": ["keys export", "keys import"],
    "cmd/sandbox/airgap.c": ["up"],
    "cmd/sandbox/lead.c": ["up"],
    "io/http/setup.c": [*TREE, "bundle build"],
    "model/blobstore/open.c": ["store list", "serve"],
    "model/chart/render/advice.c": ["chart render", *VALUES],  # of CHART_USER_RELEASE there are other ones
    "model/chart/render/print.c": ["chart render"],
    "model/chart/schema/schema.c": ["chart render"],  # of CHART_USER_RENDER
    "model/chart/values/instance.c": ["chart render", *TREE],
    "model/kube/config/config.c": CLUSTER,
    "model/kustomize/load/load.c": ["render"],
    "model/seal/secret.c": ["seal"],
    "work/artifacts/named/origin.c": [*TREE, "bundle build", "up", "serve"],
    "work/keys/file.c": ["keys export"],
    "work/keys/keys.c": ["keys list"],
    "work/seed/check.c": ["up"],
    "work/seed/fleet.c": ["up"],
    "work/seed/upload.c": ["up"],
    "work/serve/authority.c": ["serve"],
    "work/serve/secure.c": ["serve"],
}
# Options of programs that are not ours, and those of Helm by which something is explained.
OF_OTHERS = {("work/seed/program.c", "--preset"), ("controller/release/compose.c", "--set"),
             ("work/layers/prune/delete.c", "--type")}  # kubectl's

OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]+|-f\b)")
QUOTED = re.compile(r"'((?:sandstrap )?[a-z]+(?: [a-z]+)?)((?: [^']*)?)'")
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


def hints():
    """(file, text) of each hint, its formats put together, and of tables of them."""
    for file in sorted(SOURCE.rglob("*.c")):
        text = file.read_text()
        for call in re.finditer(r'hint(?:_[a-z]+)?\((?:[^;"]|"(?:[^"\\]|\\.)*")*?\);|\bways\[\] = {.*?};|how_to_set\(const.*?\n}', text, re.S):
            yield file.relative_to(SOURCE).as_posix(), "".join(TEXT.findall(call.group()))


def own_commands(file):
    """Of a file of cmd/ that is one command, or several."""
    return re.findall(r'\.spec =\s*{\s*\.name = "([a-z ]+)"', (SOURCE / file).read_text())


@pytest.fixture(scope="module")
def has(binary):
    @functools.cache
    def options(command):
        shown = subprocess.run([binary, *command.split(), "--help"], capture_output=True, text=True, check=True).stdout
        return set(OPTION.findall(shown)) | {"--help"}
    return lambda command, option: option in options(command)


def test_options_that_hints_name(has):
    wrong, used = [], set()
    for file, text in hints():
        for command, rest in QUOTED.findall(text):
            if OPTION.search(rest):
                command = command.removeprefix("sandstrap ")
                wrong += [(file, o, command) for o in OPTION.findall(rest) if not has(command, o)]
        for option in OPTION.findall(QUOTED.sub("", text)):
            if option == "--help" or (file, option) in OF_OTHERS:
                continue
            commands = PRINTED_BY.get(file) or own_commands(file)
            used.add(file)
            wrong += [(file, option, "in no row")] if not commands else []
            wrong += [(file, option, c) for c in commands if not has(c, option)]
    assert not wrong
    assert set(PRINTED_BY) <= used


TYPED = {"values.yaml": "count: one\n", "values.schema.json": '{"properties": {"count": {"type": "integer"}}}',
         "templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}
NEEDED = {"templates/a.yaml": 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ required "a name" .Values.name }}}\n'}


@pytest.mark.parametrize("files, hint", [
    (TYPED, "spec.install.disableSchemaValidation: true in the HelmRelease"),
    (NEEDED, "set name: in spec.values of the HelmRelease"),
], ids=["schema", "required"])
def test_a_release_is_told_its_own_fields(tree, files, hint):
    tree.upstream.add_chart("charts/app", "1.0.0", files)
    tree.objects(source("OCIRepository", "s", {"url": f"oci://{tree.upstream.host}/charts/app", "ref": {"tag": "1.0.0"}}),
                 release("r", chartRef={"kind": "OCIRepository", "name": "s"}))
    for command in (["render", "--deep"], ["images"]):
        failed = tree.run(*command, tree.entrypoint, "--ca-file", tree.ca, check=3)
        assert hint in failed.stderr and not re.search(r"--skip|--set|-f\b", failed.stderr), failed
