# SPDX-License-Identifier: Apache-2.0
"""What clients of registries that are programs of their own get from `serve`: skopeo, and the specification's tests."""

import json
import os
import re
import subprocess

import pytest
from served import PODINFO, lab_program
from upstream import digest


def skopeo(*arguments, check=0, env=None):
    done = subprocess.run(["skopeo", *map(str, arguments)], capture_output=True, text=True, timeout=120, env=env)
    assert done.returncode == check, done.stderr
    return done.stdout if check == 0 else done.stderr


def check_layout(folder, content):
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert digest((folder / "manifest.json").read_bytes()) == content.amd64["digest"]
    for blob in [manifest["config"], *manifest["layers"]]:
        assert (folder / blob["digest"][7:]).read_bytes() == content.blobs[blob["digest"]]


def test_skopeo_by_the_name_of_this_server(served, tmp_path):
    for i, name in enumerate((f"ghcr.io/{PODINFO}", PODINFO)):
        url = f"docker://{served.address}/{name}"
        skopeo("copy", "--src-tls-verify=false", f"{url}:6.9.1", f"dir:{tmp_path}/{i}")
        check_layout(tmp_path / str(i), served.content)
        tags = json.loads(skopeo("list-tags", "--tls-verify=false", url))
        assert tags["Tags"] == ["6.9.1"]
        seen = json.loads(skopeo("inspect", "--tls-verify=false", f"{url}@{served.content.index['digest']}"))
        assert seen["Digest"] == served.content.index["digest"]
    raw = skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{served.address}/ghcr.io/{PODINFO}:6.9.1")
    assert digest(raw.encode()) == served.content.index["digest"]


def test_skopeo_with_mirrors_as_cri_o_and_podman_have_them(served, tmp_path):
    """Names stay: registries.conf leads them here, host in the path."""
    conf = tmp_path / "registries.conf"
    conf.write_text("".join(
        f'[[registry]]\nprefix = "{host}"\nlocation = "{host}"\n'
        f'[[registry.mirror]]\nlocation = "{served.address}/{host.replace(":", "_")}"\ninsecure = true\n'
        for host in ("ghcr.io", "docker.io", "reg.test:5000")))
    for name, wanted in ((f"ghcr.io/{PODINFO}:6.9.1", served.content.amd64),
                         (f"ghcr.io/{PODINFO}@{served.content.index['digest']}", served.content.amd64),
                         ("docker.io/library/busybox:1.36", served.content.busybox),
                         ("busybox:1.36", served.content.busybox),
                         ("reg.test:5000/apps/web:2.0", served.content.web["2.0"])):
        folder = tmp_path / wanted["digest"][7:]
        skopeo("--registries-conf", conf, "copy", f"docker://{name}", f"dir:{folder}")
        assert digest((folder / "manifest.json").read_bytes()) == wanted["digest"]


def test_skopeo_shows_what_is_missing(served, tmp_path):
    error = skopeo("copy", "--src-tls-verify=false", f"docker://{served.address}/ghcr.io/{PODINFO}:9.9.9",
                   f"dir:{tmp_path}/x", check=1)
    assert f"ghcr.io/{PODINFO}:9.9.9 is not in" in error


def test_skopeo_cannot_push(served, tmp_path):
    skopeo("copy", "--src-tls-verify=false", f"docker://{served.address}/{PODINFO}:6.9.1", f"dir:{tmp_path}/x")
    error = skopeo("copy", "--dest-tls-verify=false", f"dir:{tmp_path}/x", f"docker://{served.address}/new/name:1",
                   check=1)
    assert "nothing can be pushed" in error or "405" in error


# --- the specification's own tests ---

@pytest.mark.full
@pytest.mark.parametrize("repository", [f"ghcr.io/{PODINFO}", PODINFO])
def test_conformance(served, tmp_path, repository):
    """Pull and content discovery, as for registries that are only read."""
    entry = served.content.amd64
    manifest = json.loads(served.content.manifest(entry))
    off = ("PUSH", "BLOBS_DELETE", "MANIFESTS_DELETE", "TAGS_DELETE", "BLOBS_MOUNT_ANONYMOUS")
    done = subprocess.run([lab_program("conformance", "conformance")], capture_output=True, text=True, env={
        **os.environ, **{f"OCI_API_{name}": "false" for name in off},
        "OCI_REGISTRY": served.address, "OCI_TLS": "disabled", "OCI_REPO1": repository, "OCI_VERSION": "1.1",
        "OCI_API_BLOBS_DIGEST_HEADER": "true", "OCI_RESULTS_DIR": str(tmp_path), "OCI_RO_DATA_TAGS": "6.9.1",
        "OCI_RO_DATA_MANIFESTS": f"{served.content.index['digest']} {entry['digest']}",
        "OCI_RO_DATA_BLOBS": " ".join(blob["digest"] for blob in [manifest["config"], *manifest["layers"]]),
        "OCI_RO_DATA_REFERRERS": entry["digest"]})
    # Its exit status tells nothing: after the counts it breaks on its own report of such a registry.
    counts = dict(re.findall(r"^  (Pass|FAIL|Skip|Error)\.*: +(\d+)$", done.stdout, re.M))
    assert int(counts.pop("Pass")) >= 20 and set(counts.values()) == {"0"}, done.stdout
