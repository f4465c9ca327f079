# SPDX-License-Identifier: Apache-2.0
"""A bundle file as docs/bundle-format.md lays it out, and damage done to it for a while."""

import contextlib
import json
import os
import struct

ALIGN = 4096
SIGNATURE = (4096, 16384)  # offset and length of the signature area
INDEX_AT = 20480


def aligned(offset):
    return -(-offset // ALIGN) * ALIGN


class BundleFile:
    def __init__(self, path):
        self.path, self.size = path, path.stat().st_size
        with path.open("rb") as file:
            self.index_size, = struct.unpack("<24xQ", file.read(32))
            file.seek(INDEX_AT)
            self.index = json.loads(file.read(self.index_size))
        self.base = aligned(INDEX_AT + self.index_size)

    def regions(self):
        """One offset in each region of the file and in a blob of each kind: (name, offset)."""
        yield "magic", 3
        yield "header", 40
        yield "rest of the header", 2000
        yield "signature area", SIGNATURE[0] + SIGNATURE[1] // 2
        yield "index", INDEX_AT + self.index_size // 2
        if self.base > INDEX_AT + self.index_size:
            yield "padding of the index", self.base - 1
        blobs = {blob["digest"]: blob for blob in self.index["blobs"]}
        kinds = set()
        for artifact in self.index["artifacts"]:
            sized = [blobs[digest] for digest in artifact["blobs"] if blobs[digest]["size"]]
            if artifact["kind"] not in kinds and sized:
                kinds.add(artifact["kind"])
                blob = max(sized, key=lambda blob: blob["size"])
                middle = self.base + blob["offset"] + blob["size"] // 2
                yield f"{artifact['kind']} {artifact['name']}", middle
        for blob in self.index["blobs"]:
            end = self.base + blob["offset"] + blob["size"]
            if end != aligned(end):
                yield "padding of a blob", end
                break

    @contextlib.contextmanager
    def flipped(self, offset, bit=0):
        """The file with one bit flipped."""
        with self.path.open("r+b", buffering=0) as file:
            byte = os.pread(file.fileno(), 1, offset)
            os.pwrite(file.fileno(), bytes([byte[0] ^ 1 << bit]), offset)
            try:
                yield
            finally:
                os.pwrite(file.fileno(), byte, offset)

    @contextlib.contextmanager
    def truncated(self, size):
        """The file cut off at size; what follows is put back afterwards."""
        with self.path.open("r+b", buffering=0) as file:
            rest = os.pread(file.fileno(), self.size - size, size)
            file.truncate(size)
            try:
                yield
            finally:
                os.pwrite(file.fileno(), rest, size)
