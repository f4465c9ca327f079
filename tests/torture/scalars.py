# SPDX-License-Identifier: Apache-2.0
"""Texts that YAML writers and readers get wrong, generated the same way every time."""

import itertools
import random

WORDS = "true false null yes no on off y n nan inf t f ok none undefined".split()
DIGITS = ["0", "00", "1", "7", "08", "09", "010", "0755", "0888", "123", "1234567", "999999", "1000000",
          "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551615",
          "18446744073709551616", "100000000000000000000", "1234567890123456789012345"]
PREFIXED = ["0x1F", "0X1f", "0x", "0xg", "0b101", "0B11", "0b", "0b2", "0o17", "0O17", "0o", "0o8", "0o-7",
            "0o+7", "0b-1", "0b+1", "0x-1", "0x1p4", "0x1.8", "0b1_0", "0o1_7", "0x_1", "0_1", "1_", "_1",
            "1__000", "0b" + "1" * 63, "0b" + "1" * 64, "0b" + "1" * 65, "0x" + "f" * 16, "0x" + "f" * 17,
            "0o7777777777777777777777"]
MANTISSAS = ["1.", ".5", "1.0", "1.5", "0.1", "10.0", "123456.5", "1234567.5", "0.0001", "0.00001",
             "3.141592653589793238", "1_0.5", "1._5", "5e-324", "2.2250738585072014e-308", "1.7976931348623157e308",
             "0.30000000000000004", "100000000000000000000.5", "4503599627370497.5", "9007199254740993.0"]
EXPONENTS = ["", "e0", "e1", "E1", "e+1", "e-1", "e5", "e6", "e20", "e21", "e22", "e-5", "e-6", "e-7", "e-10",
             "e100", "e400", "e-400", "e", "e+", "e1.5", "e1_0"]
DATES = ["2020-01-01", "2020-1-1", "2020-02-29", "2021-02-29", "2020-13-01", "2020-00-10", "0000-01-01", "9999-12-31",
         "02020-01-01", "20-01-01", "2020-01-01T00:00:00Z", "2020-01-01t00:00:00Z", "2020-01-01T1:2:3Z",
         "2020-01-01 00:00:00", "2020-01-01   12:30:45.5", "2020-01-01T12:30:45.123456789Z",
         "2020-01-01T12:30:45.1234567891234Z", "2020-01-01T12:30:45.100Z", "2020-01-01T12:30:45,5Z",
         "2020-01-01T12:30:45+01:00", "2020-01-01T12:30:45-00:00", "2020-01-01T12:30:45+23:59",
         "2020-01-01T12:30:45+24:00", "2020-01-01T12:30:45+0100", "2020-01-01T24:00:00Z", "2020-01-01T23:60:00Z",
         "2020-01-01T23:59:60Z", "2020-01-01T23:59Z", "2020-01-01T", "2020-01-01 ", "2020-01-01T12:30:45",
         "2020-01-01 12:30:45Z", "2020-01-01 12:30:45 +01:00", "2001-12-14 21:59:43.10 -5", "2020-01", "2020-",
         "+2020-01-01", "-2020-01-01", "2020_01_01", "2020-01-01T12:30:45.Z", "2020-01-01T12:30:45Zx"]
BASE60 = ["1:20", "190:20:30", "190:20:30.15", "1:60", "1:5", "0:0", "-1:30", "+1:30", "1_0:30", "1:2:3:4", "12:30:45",
          "1:20.", "1:20._", ":1", "1:", "1:a", "08:00", "10:70:30"]
SPECIALS = ["~", "<<", "=", ".", "..", "...", "-", "--", "---", "+", ".inf", ".Inf", ".INF", "+.inf", "-.inf", ".nan",
            ".NaN", ".NAN", "-.nan", "+.5", "-.5", "-.e5", ".e5", "-0", "+0", "-0.0", "0.0", "- a", "-a", "? a", "?a",
            ": a", ":a", ":", "?", "a:", "a: b", "a:b", "a :b", "a #b", "a#b", "#a", "# a", "a # b", "a, b", "a,b",
            "{a", "a}", "[a", "a]", "{}", "[]", "{a: b}", "[a, b]", "*a", "&a", "!a", "!", "!!", "!!str", "|", "|-", ">",
            ">+", "%", "%YAML", "@a", "`a`", "'a'", '"a"', "a'b", 'a"b', "\\", "\\n", "a\\", "''", '""', "it's", "don''t",
            "--- a", "... a", "---a", "...a", "a ---", "${VAR}", "$(VAR)", "{{ x }}", "{{x}}", "$patch", "/a/b", "C:\\dir",
            "a@b.c", "10.0.0.0/8", "sha256:abc", "nginx:1.25", "key=value", "a=b,c=d", "-Xmx1g", "--flag=x", "a|b", "a>b",
            "a<b&c", "<a>", "100%", "50m", "1Gi", "1.5Gi", "1e3Gi", "v1", "1.2.3", "1.2", "0.10", "1.10", "01.10"]
UNICODE = ["é", "ß", "日本", "😀", "👩‍👩‍👧", "\u00a0", "a\u00a0b", "\u2028", "a\u2028b", "\u2029", "\ufeff",
           "a\ufeffb", "\ufeffab", "\u200b", "\u202e", "\ud7ff", "\ue000", "\ufffd", "\U0001f600 x", "\U0010ffff", "İ", "ǆ",
           "\u0301a", "٣", "Ⅷ", "½", "ª", "a\u0085b", "\u0085", " \u0085 ", "a \u0085\u0085 b", "\u00ad", "\u0600"]
CONTROLS = [chr(c) for c in (0, 1, 7, 8, 9, 0xb, 0xc, 0xd, 0x1b, 0x1f, 0x7f, 0x80, 0x9f)]
SPACES = ["", " ", "  ", " a", "a ", " a ", "a  b", "\t", "\ta", "a\t", "a\tb", " \t ", "a \t b", "\n", "\n\n", " \n", "\n ",
          "a\n", "a\n\n", "a\nb", "a\nb\n", "a\n\nb", "a\n\n\nb\n", "a\n b", " a\nb", "  a\n b\n", "\na", "\n\na\n", "a \nb",
          "a\n \nb", "a\n  \n  b\n", "\ta\nb", "a\n\tb", "a\r\nb", "a\rb", "\r", "\r\n", "a\n ", "a\n\n ", "\n a\n  b\n c\n",
          "# a\n# b\n", "- a\n- b\n", "a: b\nc: d\n", "---\na\n", "a\n---\nb", "a\n...\n", "key: |\n  x\n", "\"a\"\n'b'\n"]


def case_variants(word):
    return {word, word.upper(), word.capitalize(), word[:1] + word[1:].upper()}


def lengths():
    """Lines around the width of 80, where text is folded."""
    for total in (60, 76, 77, 78, 79, 80, 81, 82, 83, 100, 128, 129, 130, 200, 1000):
        yield "x" * total
        yield "x" * (total - 2) + " y"
        yield "x" * (total // 2) + " " + "y" * (total // 2)
        yield " ".join(["word"] * (total // 5))
        yield "  ".join(["two"] * (total // 5))
        yield "'" + " ".join(["word"] * (total // 5))
        yield "é" * (total // 2) + " " + "日" * (total // 2) + " end"
        yield "x" * total + "\n" + "y" * total
        yield "a: " + "b " * (total // 2) + "c"
        yield "\t" + "tab " * (total // 4) + "e"
        yield "x " * (total // 2) + "😀 z z z"
    yield "y " * 50 + "  trailing "
    yield "z" * 90 + "  " + "w" * 20 + "   " + "v" * 30


def random_texts(count):
    chance = random.Random(20240229)
    alphabet = list("ab1 0.-:#,[]{}&*!|>'\"%@`?~=<>/\\_+yn") + ["\n", "\t", "é", "😀", "  ", ": ", " #", "- "]
    for _ in range(count):
        yield "".join(chance.choice(alphabet) for _ in range(chance.randint(1, 12)))


def texts():
    """All texts, each once."""
    every = itertools.chain(
        (variant for word in WORDS for variant in sorted(case_variants(word))),
        (sign + digits for digits in DIGITS + PREFIXED for sign in ("", "-", "+")),
        (sign + mantissa + exponent for mantissa in MANTISSAS + ["1", "0", "12"] for exponent in EXPONENTS
         for sign in ("", "-")),
        DATES, BASE60, SPECIALS, UNICODE, SPACES,
        CONTROLS, ("a" + control + "b" for control in CONTROLS),
        (prefix + text for prefix in ("#", "-", "&", "*", "?", "|", ">", "%", "@", "!", "'", '"', ",", "[", "{", " ")
         for text in ("a", " a", "1", "a b")),
        ("a" + infix + "b" for infix in (" #", "# ", ": ", " :", ", ", " -", "- ", " ? ", " & ", " * ", " ! ", "''", '""')),
        lengths(), random_texts(900))
    return list(dict.fromkeys(every))


# --- how a text can be written ---

def single_quoted(text):
    return "'" + text.replace("'", "''") + "'"


def double_quoted(text):
    special = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
    out = []
    for c in text:
        if c in special:
            out.append(special[c])
        elif ord(c) < 0x20 or 0x7f <= ord(c) < 0xa0 or c in "\u2028\u2029\ufeff" or 0xd800 <= ord(c) < 0xe000:
            out.append("\\u%04x" % ord(c))
        else:
            out.append(c)
    return '"' + "".join(out) + '"'


def printable(text):
    """True when YAML lets the characters stand as they are in a line."""
    return all(c == "\t" or (" " <= c and not 0x7f <= ord(c) < 0xa0 and c not in "\u2028\u2029\ufeff") for c in text)


def block(text, header, indent):
    """A block scalar below a key that is indented by `indent`."""
    pad = " " * (indent + 2)
    hint = "2" if text[:1] in (" ", "\n", "\t") else ""
    keep = "+" if text.endswith("\n\n") or text == "\n" else "" if text.endswith("\n") else "-"
    lines = text[:-1] if keep != "-" else text
    body = "\n".join(pad + line if line else "" for line in lines.split("\n"))
    return header + hint + keep + "\n" + body
