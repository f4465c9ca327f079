# SPDX-License-Identifier: Apache-2.0
"""Bundles of several platforms, from the lock to what is in the file."""

import json

import pytest
import yaml
from bundles import authority, origin, release, source, tree, workload  # noqa: F401

BOTH = "linux/amd64,linux/arm64"
ARM = b'{"os":"linux","architecture":"arm64","variant":"v8"}'
SHARED = b"a layer of both" * 500


def offer(tree):
    """An image for three platforms, one for a single one, and a chart, which is for all."""
    registry = tree.upstream
    made = {
        "linux/amd64": registry.add_image("team/app", None, [SHARED, b"amd64"]),
        "linux/arm64/v8": registry.add_image("team/app", None, [SHARED, b"arm64"], ARM),
        "linux/s390x": registry.add_image("team/app", None, [SHARED, b"s390x"]),
    }
    index = registry.add_index("team/app", "1", made)
    registry.add_chart("charts/tool", "2.1.0", {})
    tree.objects(
        workload("Deployment", f"{registry.host}/team/app:1"),
        source("OCIRepository", "tool", {"url": f"oci://{registry.host}/charts/tool", "ref": {"tag": "2.1.0"}}),
        release("tool", chartRef={"kind": "OCIRepository", "name": "tool"}))
    return index, made


def test_two_platforms_from_lock_to_bundle(tree):
    index, made = offer(tree)
    tree.lock("--platform", BOTH)
    wanted = [{"platform": "linux/amd64", "digest": made["linux/amd64"]["digest"]},
              {"platform": "linux/arm64", "digest": made["linux/arm64/v8"]["digest"]}]
    pin = next(pin for pin in tree.pins() if pin["kind"] == "image")
    assert pin["digest"] == index["digest"] and pin["manifests"] == wanted
    tree.lock("--check", "--platform", BOTH)

    tree.build()
    tree.verify()
    bundle = tree.read()
    assert bundle.index["platforms"] == BOTH.split(",")
    artifact = bundle.artifact("image")
    contents = [bundle.blob(digest) for digest in artifact["blobs"]]
    for entry in (index, made["linux/amd64"], made["linux/arm64/v8"]):
        assert tree.upstream.manifests["team/app", entry["digest"]][1] in contents
    assert {SHARED, b"amd64", b"arm64", ARM} <= set(contents) and b"s390x" not in contents
    assert bundle.data.count(SHARED) == 1
    assert bundle.artifact("chart")["manifests"] == []

    told = json.loads(tree.run("bundle", "inspect", tree.bundle_file, "--output", "json").stdout)
    assert told["platforms"] == BOTH.split(",")
    image = next(a for a in told["artifacts"] if a["kind"] == "image")
    assert image["manifests"] == wanted
    assert image["bytes"] == pin["size"] == sum(map(len, set(contents)))
    text = tree.run("bundle", "inspect", tree.bundle_file).stdout
    assert f"linux/arm64 ({made['linux/arm64/v8']['digest']})" in text
    tree.run("render", "clusters/sandbox", "--bundle", tree.bundle_file, "--lock", tree.lock_file)


def test_order_of_the_platforms_does_not_count(tree):
    offer(tree)
    tree.lock("--platform", BOTH)
    tree.build()
    tree.lock("--check", "--platform", "linux/arm64,linux/amd64")
    assert "unchanged" in tree.build().stdout


@pytest.mark.parametrize("indexed", [True, False], ids=["index", "single"])
def test_image_that_lacks_a_platform_is_named(tree, indexed):
    made = tree.upstream.add_image("team/app", None if indexed else "1", [b"amd64"])
    if indexed:
        tree.upstream.add_index("team/app", "1", {"linux/amd64": made})
    tree.objects(workload("Deployment", f"{tree.upstream.host}/team/app:1"))
    error = tree.lock("--platform", BOTH, check=6).stderr
    assert "team/app:1" in error and "linux/arm64" in error
    assert not tree.lock_file.exists()


def test_more_platforms_are_another_lock(tree):
    """The bundle of one platform is out of date, not broken."""
    offer(tree)
    tree.lock()
    tree.build()
    tree.lock("--platform", BOTH)
    error = tree.run("status", "--bundle", tree.bundle_file, "--lock", tree.lock_file, check=3).stderr
    assert "team/app:1" in error and "other lock" not in error.split("hint:")[0]
    tree.build()
    assert len(yaml.safe_load(tree.lock_file.read_text())["platforms"]) == 2
    tree.verify()
