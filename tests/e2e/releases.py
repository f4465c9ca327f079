# SPDX-License-Identifier: Apache-2.0
"""Reads Helm's records of releases in a cluster, and compares them with what sandstrap says they are.

A record is a Secret sh.helm.release.v1.NAME.vREVISION of type helm.sh/release.v1 in the release's storage
namespace. Its key "release" is base64 of base64 of gzip of JSON.
"""

import base64
import difflib
import gzip
import json

TYPE = "helm.sh/release.v1"
GZIP = b"\x1f\x8b\x08"


def decode(secret):
    """The record in a Secret, as Helm's Go struct in JSON: name, namespace, version, manifest, hooks, config, info."""
    data = base64.b64decode(base64.b64decode(secret["data"]["release"]))
    return json.loads(gzip.decompress(data) if data.startswith(GZIP) else data)


def encode(record):
    """The data of the Secret of a record, as Helm writes it."""
    packed = gzip.compress(json.dumps(record).encode(), mtime=0)
    return {"release": base64.b64encode(base64.b64encode(packed)).decode()}


def newest(secrets):
    """Of the Secrets of a cluster the newest record of each release, by (storage namespace, name)."""
    found = {}
    for secret in secrets:
        if secret.get("type") != TYPE:
            continue
        record = decode(secret)
        key = secret["metadata"]["namespace"], record["name"]
        if key not in found or found[key]["version"] < record["version"]:
            found[key] = record
    return found


def documents(manifest):
    """The documents of a manifest, by their source and place among those of that source."""
    found, counts = {}, {}
    for piece in manifest.split("---\n# Source: ")[1:]:
        source, _, text = piece.partition("\n")
        counts[source] = counts.get(source, 0) + 1
        found[source, counts[source]] = text
    return found


def difference(record, manifest, excepted=()):
    """What differs between a record's manifest and ours, as lines; empty when they are the same bytes.

    `excepted` are the templates whose output is another one each time (random values, live lookups): their documents
    have to be there, whatever is in them.
    """
    if record["manifest"] == manifest:
        return []
    theirs, ours, out = documents(record["manifest"]), documents(manifest), []
    for key in sorted(theirs.keys() | ours.keys()):
        if key not in theirs or key not in ours:
            out.append(f"{key[0]}, document {key[1]}: only {'ours' if key in ours else 'in the record'}")
        elif theirs[key] != ours[key] and key[0] not in excepted:
            out += difflib.unified_diff(theirs[key].splitlines(), ours[key].splitlines(), f"record {key[0]}",
                                        f"ours {key[0]}", lineterm="")
    if not out and list(theirs) != list(ours):
        out.append("the documents are in another order")
    return out


def hook_difference(record, hooks, excepted=()):
    """The same for hooks, which are (path, text); Helm keeps them beside the manifest."""
    theirs = [(hook["path"], hook["manifest"]) for hook in record.get("hooks") or []]
    return [f"hook {path}: {'only in the record, or other there' if (path, text) in theirs else 'only ours'}"
            for path, text in sorted(set(theirs) ^ set(hooks)) if path not in excepted]
