# SPDX-License-Identifier: Apache-2.0
"""Random pipelines of the template language, mostly of types that fit."""

import literals as lit
from compose import Compose
import signatures
from literals import quoted

CALLS = signatures.signatures()
RANDOM_CALLS = signatures.random_ones()
WHOLE = signatures.whole_ones()
METHODS = signatures.methods()
CALLS_BY_RESULT = {}
for _call in CALLS:
    CALLS_BY_RESULT.setdefault(_call[2], []).append(_call)

# Arguments that are texts of a certain kind.
TEXTS = {
    "bit": lit.BITS, "regex": lit.REGEXES, "group": lit.GROUPS, "layout": lit.LAYOUTS, "zone": lit.ZONES,
    "duration": lit.DURATIONS, "durations": lit.DURATIONS, "constraint": lit.CONSTRAINTS,
    "url": lit.URLS, "path": lit.PATHS, "yaml": lit.YAMLS, "json": lit.JSONS,
    "toml": lit.TOMLS, "base64": lit.BASE64S, "base32": lit.BASE32S, "kindname": lit.KINDS,
    "typename": lit.TYPES, "key": lit.WORDS, "passtype": lit.PASS_TYPES, "word": ["ab", "cd"],
    "digits": ["12", "-3", "0x1F", "08", "755", "x", "", "1.5", " 4", "99999999999999999999"],
}
# Those that can be composed, and by what.
COMPOSED = {kind.rstrip("s"): kind.rstrip("s") for kind in (
    "regex", "layout", "duration", "constraint", "version", "url", "path", "yaml", "json", "toml", "base64")}
COMPOSED |= {"durations": "duration", "datetext": "layout", "bit": "text"}
# Arguments that are numbers of a certain kind.
INTS = {"int": range(-1, 12), "sint": range(-4, 9), "few": range(0, 6), "size": range(1, 7)}
# The names in .Values by type.
FIELDS = {
    "string": ["s1", "s2"], "float": ["f1", "f2"], "bool": ["b1", "b2"], "list": ["l1", "l2", "t1"],
    "map": ["m1", "m2", "o", "o.a", "o.b"], "text": ["s1", "s2"],
    "any": ["s1", "f1", "b1", "l1", "m1", "n", "missing", "o.b.c", "m2.key", "o.a.b", "t2", "o.key"],
}
OBJECTS = [".Release.Name", ".Release.Revision", ".Release.IsInstall", ".Chart.Name", ".Chart.Version",
           ".Chart.AppVersion", ".Template.Name", ".Template.BasePath", ".Release.Service", ".Chart.Type",
           ".Capabilities.KubeVersion", ".Capabilities.KubeVersion.Minor", ".Chart.Annotations",
           '(.Capabilities.APIVersions.Has "apps/v1")', '(.Capabilities.APIVersions.Has "x/v1")',
           '(.Files.Get "config/a.txt")', '(.Files.Lines "config/a.txt")', '(.Files.Glob "config/*")',
           '(.Files.Glob "**.txt").AsConfig', '(.Files.Glob "config/*").AsSecrets', ".Release",
           '(.Files.Get "none")', '.Files.none', '(index .Files "none")',
           ".Values.AsMap", "(.Values.Table `o.a`)", "(.Values.PathValue `o.b.c`)",
           ".Values.YAML", ".Subcharts", ".Chart.Deprecated", ".Chart.Keywords", ".Chart.Maintainers",
           ".Capabilities.HelmVersion", ".Capabilities.HelmVersion.GoVersion", ".Chart.Dependencies", ".Release.Namespace",
           ".Template", ".Files", ".Capabilities", ".Capabilities.APIVersions",
           ".Values", ".Chart.annotations", ".Nothing", ".Nothing.more", ".Chart.Name.x"]
MEMBERS = ["Major", "Minor", "Patch", "Prerelease", "Metadata", "Original", "String"] * 3 + ["None"]
RESULTS = ["string"] * 3 + ["int", "int64", "float", "bool", "list", "strings", "ints", "map", "any", "any"]


class Expressions:
    """Makes pipelines. `variables` and `root` are kept by who makes the statements around."""

    def __init__(self, chance):
        self.chance = chance
        self.variables = []  # (name, type)
        self.root = "."      # how the data of the template is reached: ".", "$." or nothing
        self.names = []      # templates that can be included
        self.compose = Compose(chance)

    def maybe(self, probability=0.5):
        return self.chance.random() < probability

    def one(self, options):
        return self.chance.choice(options)

    # --- pipelines ---

    def pipe(self, kind=None, depth=3):
        """A whole pipeline: the last argument may come through the pipe."""
        kind = kind or self.one(RESULTS)
        if self.maybe(0.02):
            kind = self.one(RESULTS)
        text = self.call(kind, depth) or self.operand(kind, depth)
        if self.maybe(0.15):
            text += " | " + self.one(["quote", "toString", "upper", "default 1", "toJson", "int", "len", "not",
                                      "default \"d\"", "toYaml | nindent 2", "kindOf", "first", "trim",
                                      "printf \"%v\"", "squote", "b64enc", "sortAlpha", "list", "print 1",
                                      "ternary 1 2", "empty", "typeOf", "float64", "join \",\""])
        return text

    def call(self, kind, depth):
        """A call whose result is of that type; None when there is none."""
        if depth <= 0:
            return None
        if kind == "string" and self.maybe(0.05):
            return self.random_call(depth)
        if kind in METHODS and self.maybe(0.06):
            method = self.method(self.one(METHODS[kind]))
            if method:
                return method
        calls = CALLS_BY_RESULT.get(kind)
        if kind == "any":
            calls = CALLS if self.maybe(0.5) else calls
        if not calls:
            return None
        name, kinds, _ = self.one(calls)
        return self.write_call(name, self.arguments(name, kinds, depth - 1))

    def method(self, text):
        """The call of a method; None where its object is out of reach."""
        if "{root}" in text and not self.root:
            return None
        while "{date}" in text:
            text = text.replace("{date}", self.argument_moment(0)[0], 1)
        while "{version}" in text:
            text = text.replace("{version}", f"(semver {quoted(self.one(lit.VERSIONS))})", 1)
        return text.replace("{layout}", quoted(self.one(lit.LAYOUTS))).replace("{root}", self.root)

    def write_call(self, name, arguments):
        if arguments and self.maybe(0.3):
            return " ".join([arguments[-1], "|", name, *arguments[:-1]])
        return " ".join([name, *arguments])

    def random_call(self, depth):
        """A call of a function with chance in it, and a question to it whose answer is always the same."""
        if self.maybe(0.05):
            return self.one(WHOLE[:-1])
        name, kinds, question = self.one(RANDOM_CALLS)
        return " ".join([name, *self.arguments(name, kinds, depth - 1), "|", question])

    def arguments(self, name, kinds, depth):
        out = []
        for kind in kinds:
            times = 1
            if kind[-1] == "*":
                kind, times = kind[:-1], self.one([0, 1, 1, 2, 2, 3])
            elif kind[-1] == "?":
                kind, times = kind[:-1], self.one([0, 1])
            for _ in range(times):
                out += self.argument(kind, depth)
        if name == "printf":
            out = self.printf(depth)
        if self.maybe(0.006) and out:
            out.pop()
        elif self.maybe(0.004):
            out.append(self.operand("any", 0))
        return out

    def printf(self, depth):
        text = self.one(lit.FORMATS) if self.maybe(0.6) else self.directives()
        count = text.replace("%%", "").count("%") + text.count("*")
        count += self.one([0] * 8 + [1, -1])
        return [quoted(text), *(self.operand("any", depth) for _ in range(max(count, 0)))]

    def directives(self):
        """A format of verbs with flags, widths and precisions of any kind."""
        out = ""
        for _ in range(self.one([1, 1, 2])):
            flags = "".join(self.chance.sample("+-# 0", self.one([0, 1, 1, 2, 3])))
            width, precision = self.one(["", "", "7", "12"]), self.one(["", "", ".", ".0", ".2", ".9"])
            out += "%" + flags + width + precision + self.one("vvvTtbcdoOqxXUeEfFgGs") + self.one(["", "|", " "])
        return out

    # --- arguments ---

    def argument_dot(self, depth):
        """What a template is given."""
        return [self.one([".", "$", f"(dict \"x\" {self.operand('any', 0)} \"root\" $)", self.operand("any", depth),
                          self.operand("any", depth), self.operand("map", depth)])]

    def argument(self, kind, depth):
        """The texts of an argument (of two for kinds that are pairs)."""
        if self.maybe(0.008):
            kind = self.one(RESULTS)
        if kind in COMPOSED and self.maybe(0.4):
            return [quoted(getattr(self.compose, COMPOSED[kind])())]
        if kind in TEXTS:
            return [quoted(self.one(TEXTS[kind]))]
        if kind in INTS:
            return [self.small(INTS[kind], depth)]
        special = getattr(self, f"argument_{kind}", None)
        if special:
            return special(depth)
        if kind[0] in "0123456789\"":
            return [kind]
        return [self.operand(kind, depth)]

    def small(self, numbers, depth):
        number = str(self.one(numbers))
        return f"(int {number})" if depth > 0 and self.maybe(0.1) else number

    def argument_ratio(self, _depth):
        return [self.one(["0.5", "0.3", "0.7", "1.0"])]

    def argument_thing(self, depth):
        return [self.operand(self.one(["map", "list", "string", "float"]), depth)]

    def argument_number(self, depth):
        return [self.operand(self.one(["int", "int", "float", "int64", "string", "any", "bool"]), depth)]

    def argument_pairs(self, depth):
        out = []
        for _ in range(self.one([0, 1, 2, 3])):
            key = quoted(self.one(lit.WORDS)) if self.maybe(0.9) else self.operand("any", 0)
            out += [key, self.operand("any", depth - 1)]
        return out

    def argument_newmap(self, depth):
        return [self.one([f"(deepCopy {self.operand('map', 0)})", f"(dict {' '.join(self.argument_pairs(depth))})"])]

    def argument_urlmap(self, _depth):
        return [self.one(['(dict "scheme" "https" "host" "h:1" "path" "/p" "query" "a=b" "fragment" "f")',
                          '(dict "host" "h" "path" "p")', '(dict "opaque" "o" "scheme" "s")',
                          '(dict "userinfo" "u:p" "host" "h" "path" "/a b")', "(dict)", "(dict \"host\" 1)",
                          f"(urlParse {quoted(self.one(lit.URLS))})"])]

    def argument_moment(self, _depth):
        layout, text = self.one(lit.DATES)
        return [f"(toDate {quoted(layout)} {quoted(text)})"]

    def argument_instant(self, depth):
        return [self.one([lambda: self.argument_moment(depth)[0],
                          lambda: self.one(["0", "1700000000", "-1", "(int64 86400)"])])()]

    def argument_datetext(self, _depth):
        return [quoted(self.one(lit.DATES)[1])]

    def argument_seconds(self, _depth):
        return [self.one(['"95"', "(int64 3725)", '"x"', "95", '"-5"', '"0"', "(int64 86400)"])]

    def argument_pair(self, depth):
        kind = self.one(["int", "float", "string", "int64"])
        return [self.operand(kind, depth), self.operand(kind, depth)]

    def argument_same(self, depth):
        kind = self.one(["int", "float", "string", "bool", "any"])
        return [self.operand(kind, depth) for _ in range(self.one([2, 2, 2, 3]))]

    def argument_indexed(self, depth):
        if self.maybe(0.1):
            return [self.operand("list", depth), self.one(["0", "1", "2", "-1", "0.0", '"a"'])]
        return [f"(list {self.operand('any', 0)} {self.operand('list', 0)})", self.one(["0", "0", "1", "(int 1.0)"])]

    def argument_nested(self, _depth):
        return [f"{self.root or '.'}Values", '"o"', '"a"', quoted(self.one(lit.WORDS))] if self.root else \
            [f"(dict \"a\" {self.built('map', 1)})", '"a"', quoted(self.one(lit.WORDS))]

    def argument_bounds(self, _depth):
        return [self.one(["0", "0", "1"]), self.one(["0", "1", "1", "2", "3"])]

    def argument_sized(self, depth):
        return [self.operand(self.one(["string", "list", "map", "strings"]), depth)]

    def argument_name(self, _depth):
        return [quoted(self.one([*self.names, "none"] if self.maybe(0.05) or not self.names else self.names))]

    def argument_version(self, _depth):
        return [quoted(self.one(lit.VERSIONS if self.maybe(0.8) else lit.BAD_VERSIONS))]

    def argument_template(self, depth):
        pipe = self.pipe(None, min(depth, 1))
        form = self.one(["a{{{{ {} }}}}b"] * 4 + [
            "{{{{ define \"t\" }}}}<{{{{ . }}}}>{{{{ end }}}}{{{{ include \"t\" ({}) }}}}{{{{ template \"t\" 1 }}}}",
            "{{{{ $x := 0 }}}}{{{{ range until 3 }}}}{{{{ $x = add $x . }}}}{{{{ end }}}}{{{{ $x }}}}{{{{ {} }}}}",
            "{{{{ with {} }}}}{{{{ . | toYaml }}}}{{{{ else }}}}none{{{{ end }}}}", "{{{{- /* c */ -}}}} {{{{- {} -}}}} z"])
        inner = form.format(pipe).replace("\n", " ")
        if "`" in inner or self.maybe(0.1):
            return [self.operand("string", depth)]
        return [f"`{inner}`"]

    def argument_root(self, _depth):
        return [self.one([".", "$", "dict", "(dict \"Values\" (dict \"s1\" \"in\"))"])]

    # --- operands ---

    def operand(self, kind, depth):
        """One operand of a type: a constant, a field, a variable, or a call in parentheses."""
        kind = {"text": "string", "same": "any"}.get(kind, kind)
        if depth > 0 and self.maybe(0.45):
            inner = self.call(kind, depth)
            if inner:
                return f"({inner})"
        ways = [self.constant] * 3 + [self.field] * 3 + [self.variable] * 2 + [self.element]
        if kind == "any":
            ways += [self.object, self.member]
        for way in self.chance.sample(ways, len(ways)):
            found = way(kind, depth)
            if found:
                return found
        return self.one(["nil", "1", quoted("z")])  # not the whole dot: its text has addresses of Go's

    def constant(self, kind, depth):
        if kind == "string":
            text = self.one(lit.TEXTS) if self.maybe(0.7) else self.compose.text()
            return f"`{text}`" if "`" not in text and "\r" not in text and self.maybe(0.15) else quoted(text)
        if kind == "int":
            return self.one(lit.INTS) if self.maybe(0.4) else str(self.one(range(0, 9)))
        if kind == "float":
            return self.one(lit.FLOATS)
        if kind == "bool":
            return self.one(["true", "false"])
        if kind == "any":
            return self.constant(self.one(["string", "int", "float", "bool"]), depth) \
                if self.maybe(0.9) else self.one([".", "nil", "list", "dict"])
        return {"list": "(list)", "map": "(dict)"}.get(kind) if self.maybe(0.1) else self.built(kind, depth)

    def built(self, kind, depth):
        """A list or map of its own."""
        if kind == "list":
            return f"(list {' '.join(self.operand('any', depth - 1) for _ in range(self.one([1, 2, 3])))})"
        if kind == "map":
            return f"(dict {' '.join(self.argument_pairs(depth))})"
        return {"int64": "(int64 7)", "strings": '(splitList "," "b,a,c,a")', "ints": "(until 4)"}.get(kind)

    def field(self, kind, _depth):
        names = FIELDS.get(kind)
        if not names or not self.root:
            return None
        return f"{self.root}Values.{self.one(names)}"

    def variable(self, kind, _depth):
        fitting = [name for name, of in self.variables if of == kind or kind == "any"]
        if not fitting:
            return None
        return self.one(fitting) + (self.one(["", "", "", ".a", ".x.y"]) if kind == "any" else "")

    def element(self, kind, depth):
        if kind != "any" or depth <= 0:
            return None
        return self.one([f"(index {self.operand('list', 0)} {self.one([0, 0, 1, 2])})",
                         f"(index {self.operand('map', 0)} {quoted(self.one(lit.WORDS))})", ".", ".a", ".b",
                         f"(fromYaml {quoted(self.one(lit.YAMLS))}).a", f"(fromYaml {quoted(self.one(lit.YAMLS))}).b.c",
                         f"({self.built('map', 0)}).a.b", f"(fromJson {quoted(self.one(lit.JSONS))}).a"])

    def object(self, _kind, _depth):
        if not self.root:
            return None
        text = self.one(OBJECTS)
        return text.replace("(.", "($.") if self.root == "$." and text[0] == "(" else \
            "$" + text if self.root == "$." else text

    def member(self, _kind, _depth):
        return f"(semver {quoted(self.one(lit.VERSIONS))}).{self.one(MEMBERS)}"
