# SPDX-License-Identifier: Apache-2.0
"""Random templates of charts: a text, further files, and values. The same seed gives the same."""

import random

import literals as lit
from expressions import Expressions, RESULTS

PLAIN = ["", "", "\n", " ", "x: ", "- a\n", "text ", "  \n  ", "k: 'v'\n", "\t", "{ }", "}} ", "<no value>"]
COMMENTS = ["{{/* c */}}", "{{- /* c\nd */ -}}", "{{/* }} */}}", "{{- /**/}}", "{{/* a */ -}} "]
BROKEN = ["{{", "}}", "{{ end }}", "{{ else }}", "{{ .a. }}", "{{ $undefined }}", "{{ nofunc 1 }}", "{{ \"x }}",
          "{{ (1 }}", "{{ 1) }}", "{{ if }}{{ end }}", "{{ break }}", "{{ 1 | 2 }}", "{{ . := 1 }}", "{{ -x }}",
          "{{ 'ab' }}", "{{ 1.2.3 }}", "{{ \"a\".b }}", "{{ nil }}", "{{ template x }}", "{{ range $a, $b, $c := . }}",
          "{{ define \"q\" }}", "{{ with }}", "{{ else if true }}", "{{ | quote }}", "{{ quote | }}", "{{ / }}",
          "{{ .a | .b }}", "{{ 0x }}", "{{ 1_ }}", "{{ 08 }}", "{{ $x = 1 }}", "{{ end if }}", "{{ a.b }}", "{{ .é }}",
          "{{/* x }}", "{{ /* x */ }}", "{{ \"\\q\" }}", "{{ ` }}", "{{ 99999999999999999999 }}", "{{ true.x }}",
          "{{ block \"b\" }}{{ end }}", "{{ .x := 2 }}", "{{ if true }}{{ else }}{{ else }}{{ end }}",
          "{{ continue }}", "{{ $a, $b := . }}", "{{ (.x).y z }}", "{{ $ := 1 }}", "{{ . .x }}", "{{ .Values .x }}",
          "{{ eq }}", "{{ .x (1) }}", "{{ print(1) }}", "{{ (print 1)2 }}", "{{ include \"f\" }}", "{{ \n 1 \n }}",
          "{{ if true }}{{ define \"q\" }}{{ end }}{{ end }}", "{{ range 3 }}{{ else }}{{ break }}{{ end }}",
          "{{ with 1 }}{{ else with }}{{ end }}", "{{ range $i, 3 := . }}{{ end }}", "{{ if $a := 1 }}{{ end }}{{ $a }}"]


class Template:
    """One random template."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.make = Expressions(self.chance)
        self.values = lit.Values(self.chance).all()
        self.files = {"config/a.txt": self.make.one(lit.TEXTS), "config/b.yaml": self.make.one(lit.YAMLS),
                      "config/t.tpl": "{{ .Values.s1 }}{{ with .Release }}{{ .Name }}{{ end }}", "x.txt": "x\ny\n"}
        self.count = 0
        self.in_range = 0
        self.more = {"_helpers.tpl": self.helpers()} if self.maybe(0.3) else {}
        self.text = self.body(self.make.one([1, 1, 1, 2, 2, 3]), 3)
        if self.maybe(0.03):
            self.text += self.make.one(BROKEN)

    def question(self):
        """What is asked, with the values and files that the texts name, or all if they name none."""
        texts = "\n".join([self.text, *self.more.values()])
        named = {name: value for name, value in self.values.items() if f"s.{name}" in texts}
        question = {"template": self.text, "values": named or self.values}
        if self.more:
            question["more"] = self.more
        if ".Files" in texts:
            question["files"] = self.files
        return question

    def maybe(self, probability=0.5):
        return self.chance.random() < probability

    # --- statements ---

    def helpers(self):
        out = []
        names = self.chance.sample(["f", "g", "c.name", "h"], self.chance.randint(1, 3))
        for name in names:
            self.make.root = self.make.one(["", "."])
            out.append(self.action(f'define "{name}"') + self.block(2) + self.action("end"))
            self.make.names.append(name)
        self.make.root = "."
        return "\n".join(out)

    def action(self, inner):
        left = self.make.one(["{{ ", "{{ ", "{{", "{{- "])
        right = self.make.one([" }}", " }}", "}}", " -}}"])
        if self.maybe(0.04):
            inner = inner.replace(" | ", self.make.one(["\n| ", " |\n  ", "|", "\t|\t"]), 1)
        return left + inner + right

    def body(self, count, depth):
        return "".join(self.make.one(PLAIN) + (self.define() if depth == 3 and self.maybe(0.04) else self.statement(depth))
                       for _ in range(count))

    def define(self):
        """A template of its own among the others; it may replace another one."""
        variables, root, names = self.make.variables, self.make.root, self.make.names
        self.make.variables, self.make.root = [], self.make.one(["", "."])
        name = self.make.one([*names, "own", "late"])
        text = self.action(f'define "{name}"') + self.block(2) + self.action("end")
        self.make.variables, self.make.root, self.make.names = variables, root, [*names, name]
        return text

    def block(self, depth, dot=False):
        """What stands in a block; with `dot` the data is only there as "$."."""
        variables, root = list(self.make.variables), self.make.root
        if dot and root == ".":
            self.make.root = "$."
        out = self.body(self.make.one([1, 1, 2]), depth - 1)
        self.make.variables, self.make.root = variables, root
        return out

    def statement(self, depth):
        simple = [self.show] * 8 + [self.assign] * 2 + [self.comment]
        nested = [self.if_] * 4 + [self.with_] * 4 + [self.range_] * 6 + [self.template, self.block_] * 2 + [self.files_]
        if self.in_range and self.maybe(0.02):
            return self.action(self.make.one(["break", "continue"]))
        if self.in_range and self.maybe(0.12):
            word = self.action(self.make.one(["break", "continue"]))
            return self.action(f"if {self.make.pipe('bool', 2)}") + word + self.action("end")
        if depth > 0 and self.maybe(0.5):
            return self.make.one(nested)(depth)
        return self.make.one(simple)()

    def show(self):
        form = self.make.one(["{}"] * 6 + ["{} | toYaml", "{} | toJson", "{} | quote", "printf \"%#v %T\" ({0}) ({0})"])
        return self.action(form.format(self.make.pipe()))

    def comment(self):
        return self.make.one(COMMENTS)

    def assign(self):
        if self.make.variables and self.maybe(0.3):
            name, kind = self.make.one(self.make.variables)
            return self.action(f"{name} = {self.make.pipe(kind)}")
        kind = self.make.one(RESULTS)
        text = self.action(f"$v{self.count} := {self.make.pipe(kind)}")
        self.declare(kind)
        return text

    def declare(self, kind):
        self.make.variables.append((f"$v{self.count}", kind))
        self.count += 1
        return f"$v{self.count - 1}"

    def condition(self):
        return self.make.pipe(self.make.one(["bool", "bool", "any", "string", "map"]), 2)

    def head(self, pipe, kind):
        """A pipeline whose value may have a name; the name is known from here on."""
        return f"{self.declare(kind)} := {pipe}" if self.maybe(0.3) else pipe

    def if_(self, depth):
        variables = list(self.make.variables)
        condition = self.condition()
        out = self.action(f"if {self.head(condition, 'any') if self.maybe(0.2) else condition}") + self.block(depth)
        if self.maybe(0.2):
            out += self.action(f"else if {self.condition()}") + self.block(depth)
        if self.maybe(0.4):
            out += self.action("else") + self.block(depth)
        self.make.variables = variables
        return out + self.action("end")

    def files_(self, depth):
        """A range over files."""
        if not self.make.root:
            return self.show()
        variables = list(self.make.variables)
        path, content = self.declare("string"), self.declare("any")
        pattern = self.make.one(["config/*", "**", "*.txt", "none/*", "config/[ab].*", "{x,y}.txt"])
        out = self.action(f'range {path}, {content} := {self.make.root}Files.Glob "{pattern}"') + self.action(path)
        out += self.action(self.make.one([f"{content} | toString | nindent 2", f"$.Files.Get {path} | b64enc",
                                          f"base {path}", f"{content}", f"$.Files.Lines {path} | toJson"]))
        out += self.block(depth, dot=True)
        self.make.variables = variables
        return out + self.action("end")

    def with_(self, depth):
        kind = self.make.one(["any", "map", "string", "list"])
        pipe, variables = self.make.pipe(kind, 2), list(self.make.variables)
        out = self.action(f"with {self.head(pipe, kind)}") + self.block(depth, dot=True)
        if self.maybe(0.2):
            pipe = self.make.pipe("any", 2)
            out += self.action(f"else with {self.head(pipe, 'any')}") + self.block(depth, dot=True)
        if self.maybe(0.3):
            out += self.action("else") + self.block(depth)
        self.make.variables = variables
        return out + self.action("end")

    def range_(self, depth):
        kind = self.make.one(["list", "list", "map", "map", "strings", "ints", "int", "any"])
        pipe = str(self.chance.randint(0, 4)) if kind == "int" else self.make.pipe(kind, 2)
        variables = list(self.make.variables)
        if (kind != "int" or self.maybe(0.1)) and self.maybe(0.3):
            key = "string" if kind == "map" else "int"
            head = f"{self.declare(key)}, {self.declare('any')} := {pipe}"
        elif self.maybe(0.3):
            head = f"{self.declare('any')} := {pipe}"
        else:
            head = pipe
        self.in_range += 1
        out = self.action(f"range {head}") + self.block(depth, dot=True)
        self.in_range -= 1
        self.make.variables = variables
        if self.maybe(0.3):
            out += self.action("else") + self.block(depth)
        return out + self.action("end")

    def template(self, _depth):
        if not self.make.names:
            return self.show()
        name = self.make.argument_name(0)[0]
        return self.action(" ".join(["template", name, *([self.make.operand("any", 1)] if self.maybe(0.8) else [])]))

    def block_(self, depth):
        variables, root, names = self.make.variables, self.make.root, self.make.names
        self.make.variables, self.make.root = [], ""
        in_range, self.in_range = self.in_range, 0
        body = self.block(min(depth, 2))
        self.make.variables, self.make.root, self.in_range = variables, root, in_range
        self.count += 1
        self.make.names = [*names, f"b{self.count}"]
        return self.action(f'block "b{self.count}" {self.make.operand("any", 1)}') + body + self.action("end")
