# SPDX-License-Identifier: Apache-2.0
"""Values that are left out (`k:`, `{k: }`, `[a, ]`), in blocks and in brackets, under each transformer."""

import random

from . import patches

FIELDS = [
    "namePrefix: p-\n",
    "namespace: n\n",
    "labels: [{pairs: {c: d}}]\n",
    "labels: [{pairs: {c: d}, includeSelectors: true, includeTemplates: true}]\n",
    "commonLabels: {c: d}\n",
    "commonAnnotations: {c: d}\n",
    "images: [{name: x, newTag: '2'}]\n",
    "replicas: [{name: t, count: 3}]\n",
    "sortOptions: {order: fifo}\n",
    "buildMetadata: [originAnnotations, managedByLabel]\n",
    "configMapGenerator: [{name: t, behavior: merge, literals: [z=1]}]\n",
    "replacements:\n- source: {kind: KIND, name: t}\n  targets:\n  - select: {kind: KIND}\n"
    "    fieldPaths: [metadata.annotations.from]\n    options: {create: true}\n",
    "replacements:\n- source: {kind: KIND, name: t, fieldPath: spec}\n  targets:\n  - select: {kind: KIND}\n"
    "    fieldPaths: [status.from]\n    options: {create: true}\n",
    "patches:\n- target: {kind: KIND}\n  patch: '[{op: add, path: /status, value: {a: null}}]'\n",
    "patches:\n- target: {kind: KIND}\n  patch: '[{op: test, path: /spec, value: null}]'\n",
    "patches:\n- target: {kind: KIND}\n  patch: '[{op: copy, from: /spec, path: /status}]'\n",
]


def left_out(chance, value, key=None):
    if key in ("name", "kind", "apiVersion"):
        return value
    if chance.random() < 0.12:
        return ""
    if isinstance(value, dict):
        return {name: left_out(chance, inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [left_out(chance, inner, key) for inner in value]
    return value


def bracketed(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{patches.quoted_key(key)}: {bracketed(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(bracketed, value)) + ("]" if not value or value[-1] != "" else ", ]")
    return value


def with_brackets(chance, value):
    """Some of the maps and lists as one text."""
    if isinstance(value, (dict, list)) and value and chance.random() < 0.35:
        return bracketed(value)
    if isinstance(value, dict):
        return {key: with_brackets(chance, inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_brackets(chance, inner) for inner in value]
    return value


def whole(chance, kind, content):
    content = with_brackets(chance, left_out(chance, content, "kind"))
    if isinstance(content, str):
        content = {}
    metadata = content.pop("metadata", "")
    if not metadata:
        metadata = "{name: t, labels: , annotations: {a: }}" if chance.random() < 0.3 else {"name": "t"}
    elif isinstance(metadata, str):
        metadata = "{name: t, " + metadata[1:]
    else:
        metadata = {"name": "t", **metadata}
    return patches.written({"apiVersion": patches.KINDS[kind], "kind": kind, "metadata": metadata, **content}).lstrip("\n")


def trees(count, seed):
    """(name, files of a kustomization)."""
    for number in range(count):
        chance = random.Random(seed * 104729 + number)
        kind = chance.choice(list(patches.KINDS))
        files = {"r.yaml": whole(chance, kind, patches.body(chance, kind)), "kustomization.yaml": "resources: [r.yaml]\n"}
        if chance.random() < 0.5:
            files["p.yaml"] = whole(chance, kind, patches.body(chance, kind))
            files["kustomization.yaml"] += f"patches: [{{path: p.yaml, target: {{kind: {kind}}}}}]\n"
        else:
            files["kustomization.yaml"] += chance.choice(FIELDS).replace("KIND", kind)
        yield f"empty/{seed}-{number}", files
