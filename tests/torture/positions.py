# SPDX-License-Identifier: Apache-2.0
"""Where a scalar can stand. A position makes the lines of one entry; entries of one position are
put into one object as long as they do not disturb each other."""

import re

from . import scalars

HEAD = "apiVersion: example.com/v1\nkind: Torture\nmetadata:\n  name: t\n"


def plain(text):
    return text if text and "\n" not in text and scalars.printable(text) else None


def single(text):
    return scalars.single_quoted(text) if scalars.printable(text.replace("\n", "")) and "\n" not in text else None


def double(text):
    return scalars.double_quoted(text)


STYLES = {"plain": plain, "single": single, "double": double}

# name: (line of the parent key, one entry; @ is the scalar and N its number)
FLOWING = {
    "value": ("data:", "  kN: @"),
    "key": ("data:", "  @: N"),
    "item": ("list:", "- @"),
    "nested": ("spec:", "  kN:\n    a:\n    - b:\n      - - c: @"),
    "long-key": ("data:", "  ? @\n  : N"),
    "flow-value": ("data: {", "  kN: @ ,"),
    "flow-item": ("list: [", "  @ ,"),
    "flow-key": ("data: {", "  @ : N,"),
    "comment": ("data:", "  kN: @ # a comment"),
    "anchor": ("data:", "  kN: &aN @\n  lN: *aN"),
}
# What means something to YAML when it is not quoted: such texts are often errors, and stand alone.
WILD = re.compile(r"^[-?:,\[\]{}#&*!|>'\"%@`\s]|[:#]\s|\s[:#]|\s$|:$|^(---|\.\.\.)")
WILD_IN_FLOW = re.compile(r"[,\[\]{}?:]")
WILD_POSITIONS = ("value", "item", "key", "flow-value", "flow-item")
CLOSING = {"data: {": "}", "list: [": "]"}


def is_wild(position, style, text):
    if style != "plain":
        return False
    return bool(WILD.search(text) or ("flow" in position and WILD_IN_FLOW.search(text)))


def flowing_entries(texts):
    """(position, parent line, entry) of every text, style and position that can be written."""
    number = 0
    for position, (parent, template) in FLOWING.items():
        for style, write in STYLES.items():
            for text in texts:
                written = write(text)
                wild = is_wild(position, style, text)
                if written is None or (wild and position not in WILD_POSITIONS):
                    continue
                number += 1
                entry = template.replace("N", str(number)).replace("@", written)
                yield position + "/" + ("wild" if wild else style), parent, entry


def block_entries(texts):
    number = 0
    for header in ("|", ">"):
        for text in texts:
            if not text or not scalars.printable(text.replace("\n", "")):
                continue
            number += 1
            yield "block" + header, "data:", f"  k{number}: " + scalars.block(text, header, 2)
            yield "block-item" + header, "list:", "- " + scalars.block(text, header, 0)


def entries():
    texts = scalars.texts()
    yield from flowing_entries(texts)
    yield from block_entries(texts)


def document(parent, lines):
    return HEAD + parent + "\n" + "\n".join(lines) + "\n" + CLOSING.get(parent, "") + "\n"
