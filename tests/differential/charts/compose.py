# SPDX-License-Identifier: Apache-2.0
"""Composes constants for random templates out of small pieces: texts, regular expressions, versions, dates, YAML."""

import json

PIECES = [":", ": ", "#", " #", "- ", "'", '"', "\\", "\n", "\t", " ", "  ", "a", "B", "0", "7", "é", "\u2028", "\u0085",
          "\ufeff", "\x7f", "\x01", "&", "*", "!", "|", ">", "%", "@", "`", "{", "}", "[", "]", ",", "?", "~", "null", "true",
          "1e3", ".", "-", "_", "=", "<", "$", "word", "日本", "😀", "\r\n", "yes", "0x1", "Mixed", "\u00a0"]
ATOMS = ["a", "b", "[a-c]", "[^a]", ".", "\\d", "\\w", "\\s", "\\b", "^", "$", "é", "\\pL", "[[:space:]]", "x", "o", "\\.", "-"]
REPEATS = ["", "", "", "*", "+", "?", "{2}", "{1,3}", "*?", "+?", "{0,1}"]
ELEMENTS = ["2006", "06", "01", "1", "Jan", "January", "02", "2", "_2", "Mon", "Monday", "15", "3", "03", "04", "4", "05",
            "5", "PM", "pm", "MST", "Z07:00", "-0700", "-07", "Z0700", ".000", ".999", ",00", "002", "T", "-", " ", ":", "/", "x"]
UNITS = ["h", "m", "s", "ms", "us", "ns", "µs", "d", ""]
SCHEMES = ["http://", "https://", "//", "", "oci://", "mailto:", "x:", "1http://"]
HOSTS = ["h", "h.example:80", "u@h", "u:p@h", "[::1]", "[::1]:x", "h:", "é", "h%20", ""]
TAILS = ["", "/", "/a/../b", "/a b", "/%41%zz", "?q", "?a=1&b=%20", "#f", "/x?y#z", "?#", "/é?ü#ö"]
SCALARS = ["1", "-1", "0x1f", "0o7", "017", "1_0", "1.5", ".5", "1e3", "1e400", "+1", "~", "null", "true", "Yes", "off", "y",
           "a", "'a'", '"a\\n"', "a b", "2024-01-01", "12:30", "=", "<<", "!!str 1", "!!int '2'", "*x", "&y z", "[]", "{}",
           "[1, [2, a]]", "{a: {b: c}}", "|\n  t\n  u\n", ">-\n  t\n  u\n", '"\\u00e9"', "", "0b1", "-.inf", ".NaN", "1.0"]
TOMLS = ["1", "-17", "1_000", "0xff", "0o17", "0b11", "1.5", "1e3", "-0.0", "true", '"a\\tb"', "'lit\\'", '"""\nm\n"""', "'''q'''",
         "[1, 2]", "[]", "[[1], [\"a\"]]", "{a = 1}", "{}", "[{x = 1}, {y = 2}]", "x", "01", "1.", '"\\u00e9"', '"open']


class Compose:
    """Makes them with one source of chance."""

    def __init__(self, chance):
        self.chance = chance

    def join(self, pieces, most):
        """Some of the pieces in a row."""
        return "".join(self.chance.choice(pieces) for _ in range(self.chance.randint(1, most)))

    def text(self):
        return self.join(PIECES, 7)

    def number(self):
        """A number as JSON has it."""
        mantissa = self.chance.choice([self.chance.randint(-9, 99), self.chance.randint(0, 10 ** 17), 1])
        return mantissa * 10.0 ** self.chance.randint(-24, 24) if self.chance.random() < 0.7 else mantissa

    def regex(self):
        """A regular expression, mostly one."""
        out = ""
        for _ in range(self.chance.randint(1, 4)):
            inner = self.chance.choice(ATOMS) + self.chance.choice(REPEATS)
            form = self.chance.choice(["{}"] * 6 + ["({})", "(?:{})", "(?i){}", "({})*", "(?P<n>{})", "{}|", "(?s:{})", "({}"])
            out += form.format(inner)
        return out

    def version(self):
        numbers = ".".join(str(self.chance.choice([0, 1, 2, 10, 34])) for _ in range(self.chance.choice([1, 2, 3, 3, 3, 4])))
        return self.chance.choice(["", "", "v"]) + numbers + self.chance.choice(
            ["", "", "", "-0", "-rc.1", "-alpha.beta", "-1.2", "+b", "-a+b.1", "-01", "-"])

    def constraint(self):
        """Comparisons with commas, blanks and || between them."""
        out = self.chance.choice(["", "", "", "=", "!=", ">", "<", ">=", "<=", "~", "^", "~>", ">= "]) + self.chance.choice(
            [self.version(), self.version(), "1.x", "*", "1.2.x", "x.1"])
        if self.chance.random() < 0.4:
            out += self.chance.choice([", ", " ", " || ", " - ", ","]) + self.constraint()
        return out

    def layout(self):
        return self.join(ELEMENTS, 6)

    def duration(self):
        return self.chance.choice(["", "", "-", "+"]) + "".join(
            self.chance.choice(["1", "2.5", "90", ".5", "0"]) + self.chance.choice(UNITS)
            for _ in range(self.chance.randint(1, 3)))

    def url(self):
        return self.join(SCHEMES, 1) + self.join(HOSTS, 1) + self.join(TAILS, 2)

    def path(self):
        return self.join(["/", "a", "..", ".", "b.c", "//", " ", ".tar.gz"], 6)

    def yaml(self):
        """A map or a list of scalars in all forms, one or two documents."""
        start = self.chance.choice(["{}: ", "{}: ", "- ", "? {}\n: "])
        lines = [start.format(self.chance.choice("abc")) + self.chance.choice(SCALARS) for _ in range(self.chance.randint(1, 4))]
        if any(line.endswith((".inf", ".NaN")) for line in lines):
            lines = lines[:1]  # under a key that is there twice it is an error here: docs/charts.md
        return self.chance.choice(["", "", "", "---\n", "# c\n", "%YAML 1.1\n---\n"]) + "\n".join(lines) + \
            self.chance.choice(["", "\n", "\n", "\n---\n", "\n...\n", "\n# end\n"])

    def toml(self):
        out = ""
        for key in self.chance.sample(["a", "b", "c.d", '"e f"', "g"], self.chance.randint(1, 4)):
            out += f"{key} = {self.chance.choice(TOMLS)}\n" + self.chance.choice(["", "", "", "[t]\n", "[[l]]\n", "# c\n", "[a]\n"])
        return out

    def json(self):
        """JSON, which may lack its end."""
        value = {self.text(): self.chance.choice([self.number(), self.text(), None, [True, self.number()], {"a": {}}])}
        text = json.dumps(value, ensure_ascii=self.chance.random() < 0.5)
        return text if self.chance.random() < 0.9 else text[:self.chance.randint(0, len(text))]

    def base64(self):
        return self.join(["YQ", "==", "=", "YWJj", "_-", "+/", "\n", "a", "!"], 4)
