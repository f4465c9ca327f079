# SPDX-License-Identifier: Apache-2.0
"""A disk that is too small for a bundle."""

import os
import random
import subprocess

import pytest
from bundles import authority, origin, tree, workload  # noqa: F401
from stored import mounts

DISK_BYTES = 1 << 20


@pytest.mark.skipif(not mounts(), reason="a disk of its own needs root and mount namespaces")
def test_full_disk(tree, binary):
    """What was begun is removed, or it would keep the disk full; nothing is fetched in vain."""
    layer = random.Random(1).randbytes(2 * DISK_BYTES)
    tree.upstream.add_image("team/app", "1", [layer])
    tree.objects(workload("Deployment", f"{tree.upstream.host}/team/app:1"))
    tree.lock()
    tree.build()
    size = tree.bundle_file.stat().st_size
    tree.bundle_file.unlink()

    disk = tree.folder / "disk"
    disk.mkdir()
    tree.bundle_file = disk / "sandbox.bundle"
    command = subprocess.list2cmdline([str(part) for part in [binary, *tree.build_command()]])
    script = (f"mount -t tmpfs -o size={DISK_BYTES} none {disk} && {{ {command}; code=$?; "
              f"ls -A {disk}; df --output=used -B1 {disk} | tail -1; exit $code; }}")
    fetched = tree.upstream.asked("/blobs/")
    result = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, cwd=tree.folder,
                            env={**os.environ, **tree.env, "HOME": str(tree.folder)}, timeout=120)
    assert result.returncode == 3, result
    assert f"the bundle needs {size} bytes" in result.stderr and "another disk" in result.stderr
    assert result.stdout.split() == ["0"]  # no file, no byte
    assert tree.upstream.asked("/blobs/") == fetched
