# SPDX-License-Identifier: Apache-2.0
"""A tree whose bundle is large: one Deployment without pods, of an image that does not compress.

Tree, lock and bundle are made on this machine, from a registry that is here, too, into the folder that is
/work on the operator's host: nothing in the lab has to have the image.
"""

import hashlib
import io
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tarfile

from lab import BINARY

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "servers"))
import certs  # noqa: E402
import upstream  # noqa: E402

OBJECTS = """\
apiVersion: v1
kind: Namespace
metadata: {{name: {name}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: heavy, namespace: {name}}}
spec:
  replicas: 0
  selector: {{matchLabels: {{app: heavy}}}}
  template:
    metadata: {{labels: {{app: heavy}}}}
    spec: {{containers: [{{name: main, image: "{image}"}}]}}
"""


def layer(generator, size):
    """A tar with one file of noise."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        entry = tarfile.TarInfo(f"noise-{generator.getrandbits(32):08x}")
        entry.size = size
        tar.addfile(entry, io.BytesIO(b"".join(generator.randbytes(min(1 << 20, size - at))
                                               for at in range(0, size, 1 << 20))))
    return out.getvalue()


def config(layers):
    sums = ["sha256:" + hashlib.sha256(data).hexdigest() for data in layers]
    return json.dumps({"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": sums}}).encode()


class Heavy:
    """`sizes` are those of the layers in bytes, `seed` says which noise."""

    def __init__(self, lab, name, sizes, seed=1):
        self.lab, self.name, folder = lab, name, lab.work / name
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "tree").mkdir(parents=True)
        authority = certs.Authority(folder, "authority")
        authority.issue("server", "DNS:localhost")
        origin = upstream.Upstream(folder / "origin", authority.folder / "server.crt", authority.folder / "server.key")
        try:
            generator = random.Random(seed)
            layers = [layer(generator, size) for size in sizes]
            origin.add_image("heavy", "1", layers, config(layers))
            (folder / "tree/objects.yaml").write_text(OBJECTS.format(name=name, image=f"{origin.host}/heavy:1"))
            (folder / "tree/kustomization.yaml").write_text("resources: [objects.yaml]\n")
            self.blobs = {digest.removeprefix("sha256:"): len(data) for digest, data in origin.blobs.items()}
            self.blobs |= {hashlib.sha256(data).hexdigest(): len(data) for _, data in origin.manifests.values()}
            self._bundle(folder, authority.certificate)
        finally:
            origin.close()

    @property
    def bytes(self):
        return sum(self.blobs.values())

    def _bundle(self, folder, ca):
        environment = {**os.environ, "SANDSTRAP_CACHE": str(folder / "cache")}
        for step in (["lock", "-o", "heavy.lock"], ["build", "--lock", "heavy.lock", "-o", "heavy.bundle"]):
            subprocess.run([BINARY, "bundle", *step, "--ca-file", ca, "tree"], cwd=folder, env=environment,
                           check=True, capture_output=True)
        shutil.rmtree(folder / "cache", ignore_errors=True)

    def arguments(self, command, *more):
        folder = f"/work/{self.name}"
        return (command, f"{folder}/tree", "--bundle", f"{folder}/heavy.bundle", "--record", f"{self.name}-record",
                *more)
