# SPDX-License-Identifier: Apache-2.0
"""Whole files: hand-written layouts, and random trees written in random styles."""

import random

from . import positions, scalars

HEAD = positions.HEAD

FIXED = {
    "crlf": HEAD.replace("\n", "\r\n") + "a: |\r\n  one\r\n  two\r\nb: x\r\n",
    "bom": "\ufeff" + HEAD + "a: b\n",
    "cr-in-quotes": HEAD + "a: \"x\\r\\ny\"\n",
    "separators": "---\n" + HEAD + "---\n---\n# only a comment\n---\n" + HEAD.replace("name: t", "name: u") + "---\n",
    "separator-comment": HEAD + "--- # comment\n" + HEAD.replace("name: t", "name: u"),
    "separator-text": HEAD + "--- text\n",
    "separator-like": HEAD + "a: |\n  x\n----\n",
    "end-marker": HEAD + "...\n",
    "after-end-marker": HEAD + "...\n" + HEAD.replace("name: t", "name: u"),
    "separator-at-end": HEAD + "---",
    "yaml-directive": "%YAML 1.1\n---\n" + HEAD,
    "no-newline": HEAD + "a: b",
    "no-newline-block": HEAD + "a: |\n  b",
    "keep-at-end": HEAD + "a: |+\n  b\n\n\n",
    "strip-at-end": HEAD + "a: |-\n  b\n\n\n",
    "comments": "# head\n" + HEAD + "# mid\na: # value\n  b # plain\nc: 'd' # quoted\n# tail\n",
    "tabs-after": HEAD + "a:\tb\nc: d\t\n",
    "tab-indent": HEAD + "a:\n\tb: c\n",
    "empty-values": HEAD + "a:\nb: ~\nc: null\nd: ''\ne: {}\nf: []\ng:\n  h:\ni:\n-\n- null\n",
    "nested-empties": HEAD + "a: [[], {}, [[]], [{}], {b: []}]\n",
    "list-indents": HEAD + "a:\n- b\n- - c\n  - d\n-   - e\n    - f\nb:\n  - x\n  - y: 1\n    z: 2\n",
    "dash-map": HEAD + "a:\n- b: 1\n  c: 2\n-\n  d: 3\n- ? e\n  : 4\n",
    "multi-line-plain": HEAD + "a: one\n  two\n\n  three\nb:\n  four\n  five\n",
    "multi-line-single": HEAD + "a: 'one\n  two\n\n  three ''quoted'' '\n",
    "multi-line-double": HEAD + "a: \"one\n  two \\\n  three\\n\n\n  four\"\n",
    "multi-line-flow": HEAD + "a: {b: one\n  two, c: [d,\n  e], f}\n",
    "flow-adjacent": HEAD + "a: {\"b\":1,\"c\":[1,2,{\"d\":null}]}\n",
    "flow-pair-list": HEAD + "a: [b: c, d, ? e : f]\n",
    "flow-trailing": HEAD + "a: [b, c,]\nd: {e: f,}\n",
    "json": '{"apiVersion":"example.com/v1","kind":"Torture","metadata":{"name":"t"},"a":[1,2.5,"x\\u00e9",true,null]}\n',
    "json-pretty": '{\n  "apiVersion": "example.com/v1",\n  "kind": "Torture",\n  "metadata": {\n    "name": "t"\n  }\n}\n',
    "anchors": HEAD + "a: &x {b: 1, c: [1, 2]}\nd: *x\ne: &y text\nf: *y\ng: [*y, *x]\n",
    "anchor-key": HEAD + "a: {&k key: v}\nb: {*k : w}\n",
    "anchor-again": HEAD + "a: &x 1\nb: *x\nc: &x 2\nd: *x\n",
    "anchor-unknown": HEAD + "a: *nope\n",
    "anchor-self": HEAD + "a: &x [*x]\n",
    "anchor-of-other-document": HEAD + "a: &x 1\n---\n" + HEAD.replace("name: t", "name: u") + "b: *x\n",
    "merge": HEAD + "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n",
    "merge-after": HEAD + "a: &x {b: 1, c: 2}\nd:\n  c: 3\n  <<: *x\n",
    "merge-list": HEAD + "a: &x {b: 1, c: 2}\ne: &y {c: 5, d: 6}\nf:\n  <<: [*x, *y]\n  b: 9\n",
    "merge-inline": HEAD + "f:\n  <<: {a: 1, b: 2}\n  b: 3\n",
    "merge-chain": HEAD + "a: &x {p: 1}\nb: &y {<<: *x, q: 2}\nc: {<<: *y, r: 3}\n",
    "merge-nested": HEAD + "a: &x {p: {u: 1}}\nb: {<<: *x, p: {v: 2}}\n",
    "merge-null": HEAD + "a: &x {p: 1}\nb: {<<: *x, p: null}\n",
    "merge-twice": HEAD + "a: &x {p: 1}\nb:\n  <<: *x\n  <<: *x\n",
    "merge-scalar": HEAD + "a: {<<: text}\n",
    "merge-list-of-scalars": HEAD + "a: {<<: [1, 2]}\n",
    "merge-quoted": HEAD + "a: {'<<': {b: 1}}\n",
    "merge-tag": HEAD + "a: &x {p: 1}\nb: {!!merge <<: *x}\n",
    "duplicate": HEAD + "a: 1\nb: 2\na: 3\n",
    "duplicate-nested": HEAD + "a:\n- b: {c: 1, d: 2, c: 3}\n",
    "duplicate-quoted": HEAD + "a: {b: 1, 'b': 2}\n",
    "duplicate-merge": HEAD + "a: &x {p: 1, p: 2}\n",
    "key-number": HEAD + "a: {1: b}\n",
    "key-bool": HEAD + "a: {true: b}\n",
    "key-null": HEAD + "a: {~: b}\n",
    "key-empty": HEAD + "a: {: b}\n",
    "key-empty-string": HEAD + "a: {'': b}\n",
    "key-date": HEAD + "a: {2020-01-01: b}\n",
    "key-list": HEAD + "a: {[b]: c}\n",
    "key-map": HEAD + "a:\n  ? {b: c}\n  : d\n",
    "root-key-number": HEAD + "1: b\n0x10: c\n1.50: d\n",
    "root-key-bool": HEAD + "true: b\nNo: c\n",
    "root-key-null": HEAD + "~: b\nc: d\n",
    "long-keys": HEAD + "a: {" + "k" * 127 + ": 1, " + "l" * 128 + ": 2, " + "m" * 129 + ": 3}\n",
    "very-long-key": HEAD + "a:\n  ? " + "k" * 1100 + "\n  : 1\n",
    "tags": HEAD + "a: !!str 1\nb: !!int '2'\nc: !!float 3\nd: !!bool 'true'\ne: !!null ''\nf: !!binary aGk=\n",
    "tags-own": HEAD + "a: !foo bar\nb: !foo {c: 1}\nd: !<tag:example.com,2000:x> y\ne: ! 12\nf: !foo 12\n",
    "tags-collections": HEAD + "a: !!map {b: 1}\nc: !!seq [1]\nd: !!set {e, f}\ng: !!omap [h: 1]\n",
    "tags-wrong": HEAD + "a: !!int x\n",
    "tags-wrong-float": HEAD + "a: !!int 1.5\n",
    "tags-wrong-bool": HEAD + "a: !!bool yes\n",
    "tags-timestamp": HEAD + "a: !!timestamp '2020-01-01'\n",
    "tags-timestamp-wrong": HEAD + "a: !!timestamp x\n",
    "tags-binary-wrong": HEAD + "a: !!binary '*'\n",
    "tags-binary-bytes": HEAD + "a: !!binary //79YQ==\nb: !!binary |\n  aGVs\n  bG8=\n",
    "tag-handle": HEAD + "a: !e!x y\n",
    "infinity": HEAD + "a: .inf\n",
    "nan": HEAD + "a: .nan\n",
    "unclosed-quote": HEAD + "a: 'b\n",
    "unclosed-flow": HEAD + "a: [b\n",
    "bad-indent": HEAD + "a:\n  b: 1\n c: 2\n",
    "two-values": HEAD + "a: b: c\n",
    "list-in-map": HEAD + "a: 1\n- b\n",
    "reserved": HEAD + "a: @b\n",
    "bad-escape": HEAD + "a: \"\\q\"\n",
    "escapes": HEAD + "a: \"\\0\\a\\b\\t\\n\\v\\f\\r\\e\\ \\\"\\\\\\N\\_\\L\\P\\x41\\u00e9\\U0001F600\"\n",
    "escape-slash": HEAD + "a: \"b\\/c\"\n",
    "surrogate": HEAD + "a: \"\\ud83d\\ude00\"\n",
    "control": HEAD + "a: b\u0001c\n",
    "block-hints": HEAD + "a: |1\n  b\nc: |2\n   d\ne: >1-\n  f\n   g\nh: |+2\n  i\n\n",
    "block-tabs": HEAD + "a: |\n  \tb\n  c\td\n",
    "block-more-indented": HEAD + "a: >\n  b\n\n    c\n    d\n\n  e\n",
    "block-leading-empty": HEAD + "a: |\n\n\n  b\nc: >\n\n  d\n",
    "block-trailing-spaces": HEAD + "a: |\n  b  \n  c \n",
    "block-comment": HEAD + "a: | # comment\n  # text\n  b\n# comment\nc: d\n",
    "folded-long": HEAD + "a: >-\n  " + "word " * 40 + "\n  " + "next " * 30 + "\n",
    "natural-order": HEAD + "data:\n" + "".join(
        f"  {key}: {i}\n" for i, key in enumerate(
            ["a10", "a2", "a1", "a01", "a001", "a", "A", "B", "b", "a-b", "a_b", "a.b", "a/b", "aB", "ab", "ab1", "ab10", "'10'", "'9'", "'09'", "'1.5'", "'-1'", "_a", "-a", "é", "z", "ä", "Z", "日", "a日",
             "'\U0001f600'", "a\u0661", "a\u0662", "x00", "x0", "x000", "x100", "x10", "x0a", "x0b"])),
    "list-kind": "apiVersion: v1\nkind: List\nitems:\n- " + HEAD.replace("\n", "\n  ").rstrip() + "\n",
}


def key(chance, texts):
    return chance.choice(["a", "b", "name", "k%d" % chance.randint(0, 20), chance.choice(texts)])


def flow(chance, texts, depth):
    roll = chance.random()
    if depth and roll < 0.25:
        return "{" + ", ".join(f"{scalars.double_quoted(k)}: {flow(chance, texts, depth - 1)}" for k in sorted(
            {key(chance, texts) for _ in range(chance.randint(0, 3))})) + "}"
    if depth and roll < 0.5:
        return "[" + ", ".join(flow(chance, texts, depth - 1) for _ in range(chance.randint(0, 3))) + "]"
    return quoted(chance, chance.choice(texts))


def quoted(chance, text):
    simple = text and all(c.isalnum() or c in "-._/ " for c in text) and text.strip() == text and text[0].isalnum()
    if simple and chance.random() < 0.7:
        return text
    if chance.random() < 0.5 and positions.single(text) is not None:
        return scalars.single_quoted(text)
    return scalars.double_quoted(text)


def scalar_lines(chance, texts, indent):
    text = chance.choice(texts)
    if text and chance.random() < 0.3 and scalars.printable(text.replace("\n", "")):
        return " " + scalars.block(text, chance.choice("|>"), indent) + "\n"
    comment = chance.choice(["", "", "", " # note"])
    return " " + quoted(chance, text) + comment + "\n"


def lines(chance, texts, indent, depth):
    """A value in block style: what follows the colon or dash of a key that is indented by `indent`."""
    roll = chance.random()
    if not depth or roll < 0.35:
        return scalar_lines(chance, texts, indent)
    if roll < 0.5:
        return " " + flow(chance, texts, 2) + "\n"
    if roll < 0.75:
        step = chance.choice([0, 1, 2, 4])
        pad = " " * (indent + step)
        return "\n" + "".join(pad + "-" + item(chance, texts, indent + step, depth - 1)
                              for _ in range(chance.randint(1, 4)))
    return "\n" + mapping(chance, texts, indent + chance.choice([1, 2, 2, 4]), depth - 1)


def item(chance, texts, indent, depth):
    if depth and chance.random() < 0.5:
        inner = mapping(chance, texts, indent + 2, depth - 1)
        return " " + inner[indent + 2:]
    return scalar_lines(chance, texts, indent)


def mapping(chance, texts, indent, depth):
    keys = {key(chance, texts) for _ in range(chance.randint(1, 5))}
    out = ""
    for name in sorted(keys, key=lambda _: chance.random()):
        if chance.random() < 0.1:
            out += " " * indent + "# comment\n"
        if len(name) > 100 or "\n" in name:
            out += " " * indent + "? " + scalars.double_quoted(name) + "\n" + " " * indent + ":" + scalar_lines(
                chance, texts, indent)
        else:
            out += " " * indent + quoted(chance, name) + ":" + lines(chance, texts, indent, depth)
    return out


def random_documents(count, seed=4711):
    texts = scalars.texts()
    for number in range(count):
        chance = random.Random(seed * 1000003 + number)
        yield f"random-{seed}-{number}", HEAD + "spec:\n" + mapping(chance, texts, 2, 4)
