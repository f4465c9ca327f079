# SPDX-License-Identifier: Apache-2.0
"""A bundle is held against the lock beside the tree: what a bundle says of itself may be anybody's."""

import hashlib

import pytest
import yaml
from bundles import authority, built, forged, origin, tree  # noqa: F401

OTHER = "sha256:" + "0" * 64


def default_lock(tree):
    """The lock where the commands look when no other is named."""
    (tree.folder / "bundles").mkdir(exist_ok=True)
    path = tree.folder / "bundles/sandbox.lock"
    path.write_bytes(tree.lock_file.read_bytes())
    return path


def change_pin(path, kind, **fields):
    """Changes a pin and returns its name."""
    lock = yaml.safe_load(path.read_text())
    pin = next(pin for pin in lock["artifacts"] if pin["kind"] == kind)
    pin.update(fields)
    head = path.read_text().splitlines(keepends=True)[0]
    path.write_text(head + yaml.safe_dump(lock, sort_keys=True, width=10000))
    return pin["name"]


def claim(tree, lock):
    """Makes the bundle say that it was built from this lock."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    tree.bundle_file.write_bytes(forged(tree.bundle_file.read_bytes(), lambda index: index.update(lock=digest)))


def render(tree, *arguments, **more):
    return tree.run("render", "clusters/sandbox", "--bundle", tree.bundle_file, *arguments, **more)


@pytest.fixture(params=["render", "status", "up"])
def command(request, built):
    """Each command that uses a bundle. It is looked at before the cluster, which there is none of."""

    def run(*arguments, **more):
        if request.param == "render":
            return render(built, *arguments, **more)
        return built.run(request.param, "--bundle", built.bundle_file, *arguments, **more)

    return run


@pytest.mark.parametrize("own, code", [(True, 5), (False, 3)], ids=["own-lock", "other-lock"])
@pytest.mark.parametrize("given", [True, False], ids=["named", "default"])
def test_another_artifact_than_the_lock_pins(built, command, own, code, given):
    lock = default_lock(built)
    name = change_pin(lock, "file", digest=OTHER)
    if own:
        claim(built, lock)
    built.verify()
    result = command(*(["--lock", lock] if given else []), check=code)
    assert f"file {name} is not what is pinned in" in result.stderr and "sandbox.lock" in result.stderr
    assert not result.stdout


@pytest.mark.parametrize("kind, fields", [
    ("chart", {"digest": OTHER}),
    ("image", {"digest": OTHER}),
    ("git", {"commit": "ab" * 20}),
    ("git", {"pack": OTHER}),
], ids=["chart", "image", "commit", "pack"])
def test_every_kind_is_compared(built, kind, fields):
    lock = default_lock(built)
    name = change_pin(lock, kind, **fields)
    assert f"{kind} {name} is not what is pinned in" in render(built, check=3).stderr
    claim(built, lock)
    assert f"{kind} {name} is not what is pinned in" in render(built, check=5).stderr


def test_foreign_bytes_under_right_digests(built):
    """The bundle is whole in itself, and holds an object that nobody locked."""
    default_lock(built)
    bundle = built.read()
    old = bundle.artifact("file")["blobs"][0]
    foreign = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: foreign}\n"
    built.bundle_file.write_bytes(forged(bundle.data, lambda index: None, {old: foreign}))
    built.verify()
    result = render(built, check=5)
    assert "crds.yaml" in result.stderr and "foreign" not in result.stdout


def test_artifact_that_only_one_side_has(built):
    lock = default_lock(built)
    pins = yaml.safe_load(lock.read_text())
    gone = next(pin for pin in pins["artifacts"] if pin["kind"] == "chart")
    pins["artifacts"].remove(gone)
    lock.write_text(yaml.safe_dump(pins))
    result = render(built, check=3)
    assert f"chart {gone['name']} is not in lock" in result.stderr

    lock.write_bytes(built.lock_file.read_bytes())
    change_pin(lock, "file", name="https://example.org/other.yaml")
    assert "file https://example.org/other.yaml is not in it, but in lock" in render(built, check=3).stderr


def test_bundle_of_its_lock_is_used_in_silence(built):
    default_lock(built)
    result = render(built)
    assert "name: remote" in result.stdout and "lock" not in result.stderr


def test_without_a_lock_it_is_said(command):
    """And they go on: to the objects, or to the cluster."""
    result = command(check=None)
    assert "there is no lock bundles/sandbox.lock" in result.stderr
    assert "name: remote" in result.stdout or "/nonexistent" in result.stderr


@pytest.mark.parametrize("field, value", [("entrypoint", "clusters/other"), ("origin", "lab")])
def test_lock_of_something_else_is_a_warning_that_says_why(built, field, value):
    lock = default_lock(built)
    pins = yaml.safe_load(lock.read_text())
    old, pins[field] = pins[field], value
    lock.write_text(yaml.safe_dump(pins))
    result = render(built)
    assert "name: remote" in result.stdout
    assert "there is no lock" not in result.stderr
    line = next(line for line in result.stderr.splitlines() if "bundles/sandbox.lock" in line)
    assert "not compared" in line and field in line and value in line and old in line
    assert "warning" in line


def test_build_refuses_a_pack_that_is_not_the_pinned_one(built):
    name = change_pin(built.lock_file, "git", pack=OTHER)
    built.bundle_file.unlink()
    result = built.build(check=5)
    assert name in result.stderr and OTHER in result.stderr
    assert not built.bundle_file.exists()
