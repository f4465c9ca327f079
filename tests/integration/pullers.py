# SPDX-License-Identifier: Apache-2.0
"""Many clients of a registry in one process, each on a connection of its own: what they pull is held
against its digests."""

import asyncio
import hashlib
import json
import urllib.parse

PIECE_BYTES = 64 << 10


class Broken(Exception):
    """The server did not answer as HTTP/1.1 says."""


class Client:
    """One kept connection to 127.0.0.1."""

    def __init__(self, port):
        self.port, self.reader, self.writer = port, None, None

    async def connect(self):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def get(self, target, method="GET", headers=()):
        """Status, headers by lower-case name, and the body."""
        if not self.writer:
            await self.connect()
        lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]
        self.writer.write("\r\n".join(lines).encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in rest if line)
        status = int(first.split()[1])
        body = b""
        if method != "HEAD" and status not in (204, 304):
            body = await self.reader.readexactly(int(fields["content-length"]))
        if fields.get("connection") == "close":
            self.close()
        return status, fields, body

    def close(self):
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None


class Puller:
    """Pulls images as containerd does through a mirror."""

    def __init__(self, port, registry):
        self.client = Client(port)
        self.query = "?ns=" + urllib.parse.quote(registry, safe="")
        self.pulled = 0

    async def fetch(self, repository, kind, digest):
        status, _, body = await self.client.get(f"/v2/{repository}/{kind}/{digest}{self.query}")
        assert status == 200, f"{repository} {kind} {digest}: {status} {body[:300]}"
        assert "sha256:" + hashlib.sha256(body).hexdigest() == digest, f"{repository} {digest}: wrong bytes"
        return body

    async def pull(self, repository, tag):
        """Returns the digest that the tag led to."""
        target = f"/v2/{repository}/manifests/{tag}{self.query}"
        status, fields, _ = await self.client.get(target, "HEAD")
        assert status == 200, f"{repository}:{tag}: {status}"
        digest = fields["docker-content-digest"]
        document = json.loads(await self.fetch(repository, "manifests", digest))
        for entry in document.get("manifests", []):
            document = json.loads(await self.fetch(repository, "manifests", entry["digest"]))
        for blob in [document["config"], *document["layers"]]:
            await self.fetch(repository, "blobs", blob["digest"])
        self.pulled += 1
        return digest
