# SPDX-License-Identifier: Apache-2.0
"""The constants and values that random templates are made of."""

import json

from compose import Compose

TEXTS = [
    "", "a", "abc", "Hello World", "foo-bar_baz", "FooBarBaz1", "a-B c_d", " padded  ", "x,y,,z", "12",
    "0x10", "08", "1.5", "-7", "1e3", "true", "null", "~", "yes", "é", "日本語 text", "a\tb", "line1\nline2",
    "line1\n\nline3\n", "a: b", "- x", "{{ .Values.s }}", "<b>&\"'</b>", "back\\slash", "$1.00",
    "the quick brown fox jumps over the lazy dog", "https://user:pw@host.example:8443/p/a?q=1#f",
    "/usr/lib/../bin/x.tar.gz", "1.2.3-rc.1+b5", "v1.29.4", "2006-01-02", "YWJj", "MFRGG===", "%s%d",
    "UPPER", "fox's", "ß ǆ", "\u00a0nbsp", "😀", "a.b.c", "1_000", "0o17", "0b11", "+5", ".5", "1:30",
    "012345678901234567890123456789", "# not a comment", "key: {a: [1, 2]}", "x" * 90, "word " * 30,
    "trailing ", "\"quoted\"", "'single'", "@at", "*star", "&amp", "!bang", "|", ">", "%", "-", "---",
    "=", "<<", "?", "0", "00", "1e400", "9223372036854775808", ".inf", "NaN", "0777", "123abc",
]
BITS = ["", "a", "o", "-", ",", " ", ".", "x", "/", "l", "ab", "_", "1", "\n", "é", "the", "$", "e"]
WORDS = ["a", "b", "c", "key", "name", "x.y", "foo", "missing", "image", "0", "yes"]
NUMBERS = [0, 1, -1, 2, 3, 5, 7, 10, 42, 100, 255, 1000, 65536, 100000, 123456, 999999, 1000000,
           1234567, 10000000, 2147483648, 123456789012, 9007199254740993, 1e20, 1e21, 1e22, 0.5, 0.1,
           0.25, 1.5, 2.5, -2.5, 3.14159, 1e-5, 0.0001, 0.00001234, 100.5, 1234567.5, 1e6, 1e100,
           0.30000000000000004, 5e-324, 1.7976931348623157e308]
INTS = ["0", "1", "2", "3", "-1", "5", "7", "10", "42", "255", "-128", "1000", "0x1F", "0b101", "0o17",
        "1_000", "65536", "9223372036854775807", "-9223372036854775808", "'a'", "'\\n'", "017"]
FLOATS = ["0.0", "1.0", "1.5", "-2.25", "1e3", "1e6", "1.0e-5", "3.14159", "0x1p-2", "1e20", "1e21",
          "123456789.0", ".5", "1.", "100000.0", "2.5e10"]
REGEXES = ["a", "^a", "[a-z]+", "(a)(b)?", "(?i)hello", ".", "", "x*", "\\d+", "\\s+", "[^a-z]", "a|b",
           "(\\w+)[-_ ](\\w+)", "^$", "(?P<n>[a-z])", "\\bfox\\b", "o{2,}", "[[:alpha:]]+", "\\pL+",
           "(?m)^l", "(?s)e.*l", "a+?", "(", "[a", "a**", "(?<n>o)", "\\pZ", "[\\d.]+", "e.", "\\.", "$",
           "a{2}{3}", "(?:ab)+", "[é日]", "\\C", "(?i)É", "\\A1", "\\z", "[^\\x00-\\x7F]"]
GROUPS = ["", "x", "$1", "${1}", "$2-$1", "$1W", "${n}", "$$", "$0", "[${0}]", "$", "${", "$é", "a$"]
LAYOUTS = ["2006-01-02", "2006-01-02T15:04:05Z07:00", "Mon Jan _2 15:04:05 2006", "02/01/06 03:04PM",
           "15:04:05.000", "Monday, 02-Jan-06 15:04:05 MST", "", "2006", "Jan 2, 2006 at 3:04pm (MST)",
           "002 __2", "20060102150405", "2006-01-02 15:04:05.999999 -0700", "x", "Z0700 Z07"]
ZONES = ["UTC", "", "UTC"]  # the others are the machine's
DATES = [("2006-01-02", "2024-02-29"), ("2006-01-02", "2023-02-29"), ("2006-01-02", "1969-07-20"),
         ("2006-01-02T15:04:05Z07:00", "2024-03-31T01:30:00+02:00"), ("15:04", "23:59"),
         ("2006-01-02T15:04:05Z07:00", "2017-12-31T23:59:59Z"), ("Jan _2 2006", "Feb  3 2020"),
         ("2006-01-02 15:04:05.000", "2020-01-01 00:00:00.123"), ("2006-01-02", "x"), ("x", "x"),
         ("Monday 02-Jan-06", "Friday 27-Nov-26"), ("02 Jan 06 15:04 MST", "02 Jan 06 15:04 CET")]
DURATIONS = ["1h", "-1.5h", "2h45m30s", "300ms", "x", "", "1d", "-24h", "+5m", "1us", "0", "100000h"]
CONSTRAINTS = [">=1.19-0", "^1.2", "~1.2.3", "1.x", "*", ">1.2 <2", "1.2 - 1.4", "=1.2", "!=1.2.3", "",
               ">=1.19", "^0.2.3", "<1.21.0-0 || >=1.25", "1.2.3", "~>1.2", "bad", ">= 1.2, < 3", "^0",
               ">1.2.x", "<=1.2", "~1", "=>1.0", "1.2.3-rc.1", ">=1.2.3-rc.0", "v1.2", "^1.2.3-beta.2",
               ">=1.0.0 <=1.0", "!=1.x", "1.2.3+meta", "X", "2 - 3.1", "<0", "^v1.29", "1.2.*.4"]
VERSIONS = ["1.2.3", "v1.2", "1", "1.20.0-gke.1", "1.2.3-rc.1+b5", "v1.34.4", "0.2.5", "2.0.0-alpha",
            "1.19.16+k3s1", "v1.29.4", "3.0.0", "1.21.0-eks-8df270", "10.0"]
BAD_VERSIONS = ["", "bad", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.-3", "v", "1..2", "1.2.3-01"]
URLS = ["https://user:pw@host.example:8443/p/a?q=1#f", "http://a/b", "/p?x=y", "mailto:a@b.c", "", "a b",
        "http://[::1]:80/x", "//host/p", "https://h/%41%2f?a=b%20c", "http://h:port/", "ftp://u@h",
        "http://é.example/ü?q=ä", "%zz", "oci://ghcr.io/x/y:1.0", "http://h/?#", "urn:a:b:c"]
PATHS = ["/usr/lib/x.tar.gz", "a/b/../c", "", "/", "..", "a//b/./c/", ".hidden", "x.", "/../a", "./", "a"]
YAMLS = ["a: 1\nb: [x, 2.5, yes]\n", "- a\n- b: c\n", "", "a: {b: {c: null}}", "x", "a: b: c", "[1, 2",
         "a: &x {p: 1}\nb: *x\nc: {<<: *x, q: 2}", "a: 0777\nb: 1_000\nc: 0x1F\nd: 1e3\ne: .5\nf: ~",
         "a: |\n  text\n   more\nb: >-\n  folded\n  lines\n", "12: x\ntrue: y\n", "a: 2024-01-01",
         "---\na: 1\n---\nb: 2\n", "a: 'x'\na: y\n", "\ta: 1", "a: \"\\u00e9\\n\"", "? a\n: b", "5", "~",
         "a: !!str 5\nb: !!int \"7\"", "a:\n- 1\n- - 2\n  - 3\n", "# c\na: 1 # d\n", "a: 1:30\nb: 08\n",
         "a: 12345678901234567890\nb: 1.0\nc: -0\nd: .inf", "a: =\nb: <<\nc: on\nd: N\n"]
JSONS = ['{"a":1,"b":[true,null,"x"]}', "[1,2.5,\"z\"]", "", "{", "nope", "null", '"s"', "12", "[]", "{}",
         '{"a":{"b":1e400}}', '{"a":1} x', '{"a":1,"a":2}', '{"u":"\\u00e9\\ud83d\\ude00"}', "[1,]",
         '{"big":12345678901234567890}', "01", '{"a" 1}', '{"e":1E3,"g":0.1}', '["a","b\\n"]']
TOMLS = ["a = 1\n[b]\nc = \"x\"\n", "", "a = [1, 2]\n[[t]]\nn = 1\n[[t]]\nn = 2\n",
         "f = 1.5\ng = true\nh = 'lit'\n", "a.b.c = 0x1F\n", "s = \"\"\"\nmulti\"\"\""]
BASE64S = ["YWJj", "", "YWJ", "====", "w6k=", "_-8=", "aGVsbG8gd29ybGQ=", "YW\nJj", "/+8="]
BASE32S = ["MFRGG===", "", "MFRGG", "mfrgg===", "1", "NBSWY3DP"]
KINDS = ["string", "map", "slice", "float64", "int", "bool", "invalid", "int64", "ptr", "struct"]
TYPES = ["string", "map[string]interface {}", "[]interface {}", "float64", "int", "bool", "<nil>", "nil",
         "int64", "[]string", "common.Values", "*semver.Version", "[]int", "int32", "semver.Version"]
FORMATS = ["%s", "%d", "%v", "%q", "%T", "%t", "%x", "%X", "%5d|", "%-5s|", "%05d", "%+d", "%.2f", "%e",
           "%g", "%#v", "%8.3f|", "%c", "%U", "%o", "%b", "%%", "%+v", "%5t|", "%*d", "%.3s|", "% d", "%x ",
           "%#x", "%q ", "%-10v|", "%010.2f", "%!", "%", "%z", "%s %s", "%d-%v", "%[2]v %[1]v", "%[1]v",
           "%6.2f%%", "%E", "%G", "%+q", "%#q", "% x", "% X", "%p", "%w", "%O", "%#o", "%+.1e", "%.0f",
           "%s=%v", "%v %v %v", "%-08d|", "%+05d", "%.5d", "%20s|", "%-20q|", "%F", "%.f", "%[5]d",
           "%[a]d", "%.*f", "%#U", "%#b", "%020.5g|", "%x%%", "no verb"]
PASS_TYPES = ["long", "maximum", "basic", "medium", "short", "pin", "bad"]


def quoted(text):
    """A text as a constant of a template."""
    return json.dumps(text, ensure_ascii=False)


class Values:
    """Random .Values; what a name starts with tells its type."""

    def __init__(self, chance):
        self.chance = chance

    def scalar(self):
        return self.chance.choice([self.text, self.text, self.number, self.flag, lambda: None])()

    def text(self):
        return self.chance.choice(TEXTS) if self.chance.random() < 0.7 else Compose(self.chance).text()

    def number(self):
        return self.chance.choice(NUMBERS) if self.chance.random() < 0.7 else Compose(self.chance).number()

    def flag(self):
        return self.chance.random() < 0.5

    def any(self, depth):
        return self.chance.choice([self.scalar, self.scalar, lambda: self.list(depth),
                                   lambda: self.map(depth)])()

    def list(self, depth):
        return [self.any(depth - 1) if depth else self.scalar()
                for _ in range(self.chance.choice([0, 1, 2, 3, 3, 4]))]

    def map(self, depth):
        names = self.chance.sample(WORDS, self.chance.choice([0, 1, 2, 3, 4]))
        return {name: self.any(depth - 1) if depth else self.scalar() for name in names}

    def all(self):
        """s text, f number, b bool, n null, l list, t texts, m map, o maps in maps."""
        out = {"n": None, "o": {"a": self.map(1), "b": {"c": self.scalar()}, "key": self.list(1)}}
        for i in (1, 2):
            out |= {f"s{i}": self.text(), f"f{i}": self.number(), f"b{i}": self.flag(),
                    f"l{i}": self.list(2), f"m{i}": self.map(2),
                    f"t{i}": [self.text() for _ in range(self.chance.randint(0, 4))]}
        return out
