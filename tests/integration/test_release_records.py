# SPDX-License-Identifier: Apache-2.0
"""The reader of Helm's records of releases, which the end-to-end tests compare by: on records that are made here."""

import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import releases  # pylint: disable=wrong-import-position

MANIFEST = "---\n# Source: c/templates/a.yaml\na: 1\n\n---\n# Source: c/templates/a.yaml\nb: 1\n\n"
SECRET = "---\n# Source: c/templates/s.yaml\npassword: x\n\n"


def secret(name, revision, manifest, kind=releases.TYPE, namespace="ns"):
    record = {"name": name, "namespace": namespace, "version": revision, "manifest": manifest,
              "hooks": [{"path": "c/templates/h.yaml", "manifest": "h: 1\n"}]}
    return {"type": kind, "metadata": {"namespace": namespace, "name": f"sh.helm.release.v1.{name}.v{revision}"},
            "data": releases.encode(record)}


def test_the_newest_record_of_each_release():
    found = releases.newest([secret("r", 9, "nine"), secret("r", 10, "ten"), secret("r", 1, "x", namespace="other"),
                             secret("s", 1, "s"), {"type": "Opaque", "metadata": {}, "data": {}}])
    assert {key: record["manifest"] for key, record in found.items()} == {
        ("ns", "r"): "ten", ("other", "r"): "x", ("ns", "s"): "s"}


def test_a_record_that_is_not_packed_is_read():
    packed = secret("r", 1, "m")
    plain = releases.base64.b64encode(releases.base64.b64encode(b'{"name": "r"}')).decode()
    assert releases.decode({**packed, "data": {"release": plain}}) == {"name": "r"}


@pytest.mark.parametrize("ours, excepted, expected", [
    (MANIFEST + SECRET, (), None),
    (MANIFEST + SECRET.replace("x", "y"), (), "-password: x"),
    (MANIFEST + SECRET.replace("x", "y"), ("c/templates/s.yaml",), None),
    (MANIFEST, ("c/templates/s.yaml",), "c/templates/s.yaml, document 1: only in the record"),
    (MANIFEST + SECRET + SECRET, ("c/templates/s.yaml",), "c/templates/s.yaml, document 2: only ours"),
    (SECRET + MANIFEST, (), "the documents are in another order"),
    (MANIFEST.replace("b: 1\n\n", "b: 1\n") + SECRET, (), "record c/templates/a.yaml"),
])
def test_what_differs_is_told(ours, excepted, expected):
    record = releases.decode(secret("r", 1, MANIFEST + SECRET))
    lines = releases.difference(record, ours, excepted)
    assert (expected in "\n".join(lines)) if expected else lines == []


def test_hooks_are_compared():
    record = releases.decode(secret("r", 1, ""))
    assert releases.hook_difference(record, [("c/templates/h.yaml", "h: 1\n")]) == []
    other = releases.hook_difference(record, [("c/templates/h.yaml", "h: 2\n")])
    assert [line.split(": ")[1] for line in other] == ["only in the record, or other there", "only ours"]
    assert releases.hook_difference(record, [], ("c/templates/h.yaml",)) == []
