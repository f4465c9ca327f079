# SPDX-License-Identifier: Apache-2.0
"""Each rule refuses the violation planted for it, and lets the same tree pass without it."""

import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent

MODULES = """\
levels base io model cluster cmd
base           -              -
io/doc         -              yaml
io/http        -              curl
model/kube     io/doc,io/http -
cluster        model/kube     -
cmd/up         cluster        -
"""

LICENSE_LINE = "// SPDX-License-Identifier: Apache-2.0\n"

CLEAN = {
    "base/one.h": "int one_add(int a, int b);\n",
    "base/one.c": '#include "base/one.h"\n\nint one_add(int a, int b)\n{\n    return a + b;\n}\n',
    "base/two.h": "int two_add(int a);\n",
    "base/two.c": (
        '#include "base/two.h"\n#include "base/one.h"\n\n'
        "int two_add(int a)\n{\n    return one_add(a, 2);\n}\n"
    ),
    "io/doc.h": "int doc_open(void);\n",
    "io/doc.c": (
        '#include "io/doc.h"\n#include "base/two.h"\n#include <yaml.h>\n\n'
        "int doc_open(void)\n{\n    return two_add(1);\n}\n"
    ),
    "io/http.h": "int http_get(void);\n",
    "io/http/get.c": (
        '#include "io/http.h"\n#include "io/http/get_int.h"\n#include <curl/curl.h>\n\n'
        "int http_get(void)\n{\n    return HTTP_PORT;\n}\n"
    ),
    "io/http/get_int.h": "#define HTTP_PORT 443\n",
    "model/kube.h": "int kube_list(void);\n",
    "model/kube.c": (
        '#include "model/kube.h"\n#include "io/doc.h"\n#include "io/http.h"\n\n'
        "int kube_list(void)\n{\n    return doc_open() + http_get();\n}\n"
    ),
    "cluster/graph.h": "int graph_build(void);\n",
    "cluster/graph.c": (
        '#include "cluster/graph.h"\n#include "model/kube.h"\n\n'
        "int graph_build(void)\n{\n    return kube_list();\n}\n"
    ),
    "cluster/look.h": "int look_once(void);\n",
    "cluster/look.c": (
        '#include "cluster/look.h"\n#include "cluster/graph.h"\n\n'
        "int look_once(void)\n{\n    return graph_build();\n}\n"
    ),
    "cmd/up.h": "int up_run(void);\n",
    "cmd/up.c": (
        '#include "cmd/up.h"\n#include "cluster/look.h"\n\n'
        "int up_run(void)\n{\n    return look_once();\n}\n"
    ),
    "main.c": '#include "cmd/up.h"\n\nint main(void)\n{\n    return up_run();\n}\n',
}


class Plant:
    """A small tree in which one thing after another can be made wrong."""

    def __init__(self, root):
        self.root = root
        for name, text in CLEAN.items():
            self.write(f"installer/src/{name}", LICENSE_LINE + text)
        self.write("installer/src/modules.txt", MODULES)
        shutil.copy(CHECKOUT / ".clang-format", root)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def add(self, name, text):
        path = self.root / name
        path.write_text(path.read_text() + text)

    def replace(self, name, old, new):
        path = self.root / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def lint(self, rule):
        command = [HERE / "run", "--root", self.root, rule]
        return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture
def plant(tmp_path):
    return Plant(tmp_path)


def function(name, body):
    return f"\nint {name}(int a);\nint {name}(int a)\n{{\n{body}    return a;\n}}\n"


HTTP_GET = "installer/src/io/http/get.c"
KUBE, ONE, UP = "installer/src/model/kube.c", "installer/src/base/one.c", "installer/src/cmd/up.c"
GRAPH = "installer/src/cluster/graph"

# rule, file, text that is added to it, words of the finding
PLANTED = [
    ("layers", "installer/src/base/one.c", '#include "io/doc.h"\n', "base may not use io/doc"),
    ("layers", "installer/src/io/doc.c", '#include "model/kube.h"\n', "io/doc may not use model/kube"),
    ("layers", "installer/src/io/doc.c", '#include "io/http.h"\n', "io/doc may not use io/http"),
    ("layers", UP, '#include "io/doc.h"\n', "cmd/up may not use io/doc"),
    ("layers", KUBE, '#include "cluster/look.h"\n', "model/kube may not use cluster"),
    ("layers", f"{GRAPH}.c", '#include "io/doc.h"\n', "cluster may not use io/doc"),
    ("layers", f"{GRAPH}.c", '#include "cmd/up.h"\n', "cluster may not use cmd/up"),
    ("layers", KUBE, '#include "io/http/get_int.h"\n', "internal to io/http"),
    ("layers", KUBE, '#include "../io/doc.h"\n', "no header of a declared module"),
    ("layers", KUBE, '#include "kube.h"\n', "no header of a declared module"),
    ("layers", KUBE, "#include <curl/curl.h>\n", "may not use the library curl"),
    ("layers", KUBE, "#include <glib/gmem.h>\n", "belongs to no library"),
    ("layers", "installer/src/io/doc.c", "#  include  <openssl/evp.h>\n", "may not use the library ssl"),
    ("cycles", "installer/src/base/one.h", '#include "base/two.h"\n', "base/one -> base/two -> base/one"),
    ("cycles", f"{GRAPH}.h", '#include "cluster/look.h"\n', "cluster/graph -> cluster/look -> cluster/graph"),
    ("length", ONE, "// long\n" * 800, "800 allowed"),
    ("function", ONE, function("long_one", "    a++;\n" * 100), "long_one has 104 lines"),
    ("complexity", ONE, function("branchy", "    if (a)\n        a++;\n" * 15), "branchy has complexity 16"),
    ("singleuse", ONE, function("lonely", ""), "lonely is used by no other file"),
    ("banned", ONE, function("convert", "    a = atoi(0);\n"), "atoi is banned"),
    ("cloexec", ONE, function("open_it", "    a = openat(a, 0, 1);\n"), "openat without O_CLOEXEC"),
    ("cloexec", ONE, function("open_it", '    fopen("x", "r");\n'), "without e in its mode"),
    ("output", ONE, function("talk", '    puts("x");\n'), "puts in library code"),
    ("format", ONE, "int  badly( int a );\n", "one.c"),
    ("spelling", ONE, "// it will rec" "ieve\n", "receive"),
]


@pytest.mark.parametrize("rule", sorted({planted[0] for planted in PLANTED} | {"circles", "handlers", "journeys", "spdx"}))
def test_clean_tree_passes(plant, rule):
    result = plant.lint(rule)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"ok lint.{rule}" in result.stdout


@pytest.mark.parametrize("rule, name, text, words", PLANTED)
def test_planted_violation_is_refused(plant, rule, name, text, words):
    plant.add(name, text)
    result = plant.lint(rule)
    assert result.returncode == 1
    assert words in result.stdout
    assert f"not ok lint.{rule}" in result.stdout


def test_comments_and_strings_are_no_calls(plant):
    plant.add(ONE, '// atoi(x) and open("x")\n/* sprintf(a)\n */\nconst char *one_text = "strcpy(a)";\n')
    for rule in ("banned", "cloexec"):
        assert plant.lint(rule).returncode == 0


def test_file_without_license_is_refused(plant):
    plant.write("installer/src/base/three.c", "int three;\n")
    result = plant.lint("spdx")
    assert result.returncode == 1
    assert "base/three.c:1: no SPDX" in result.stdout


def test_map_that_lacks_a_module_is_refused(plant):
    rows = "## Modules\n\n| module | owns |\n|---|---|\n"
    rows += "\n".join(f"| `{line.split()[0]}` | x |" for line in MODULES.splitlines()[1:])
    plant.write("installer/src/README.md", rows)
    assert plant.lint("map").returncode == 0
    plant.write("installer/src/README.md", rows.replace("cmd/up", "cmd/down"))
    result = plant.lint("map")
    assert result.returncode == 1
    assert "no row for module cmd/up" in result.stdout
    assert "cmd/down is no module" in result.stdout


def test_file_of_no_module_is_refused(plant):
    plant.write("installer/src/work/loose.c", LICENSE_LINE)
    result = plant.lint("layers")
    assert result.returncode == 1
    assert "work/loose.c: belongs to no module" in result.stdout


def test_unused_edge_is_refused(plant):
    plant.replace(KUBE, '#include "io/http.h"\n', "")
    result = plant.lint("layers")
    assert result.returncode == 1
    assert "model/kube declares io/http but includes nothing of it" in result.stdout
    plant.replace("installer/src/io/doc.c", "#include <yaml.h>\n", "")
    assert "io/doc declares yaml but includes nothing of it" in plant.lint("layers").stdout


DECISIONS = """\
## Where is it decided …?

| question | file | look for |
|---|---|---|
| how much is added | `base/two.c` | `two_add` |
| the port | `io/http/get_int.h` | `HTTP_PORT` |
"""


@pytest.mark.parametrize("old, new, words", [
    ("`base/two.c`", "`base/three.c`", "how much is added: `base/three.c` is not one file"),
    ("`base/two.c`", "`base/one.c` `base/two.c`", "is not one file"),
    ("`base/two.c`", "`base/one.c`", "how much is added: base/one.c has no two_add"),
    ("`two_add`", "`one_add`", "base/two.c has no one_add"),  # it only calls that one
    ("`HTTP_PORT`", "-", "the port: io/http/get_int.h has no -"),
    ("the port", "how much is added", "how much is added: decided twice"),
    ("Where is it decided …?", "Decisions", "no table under 'Where is it decided …?'"),
])
def test_decision_that_is_made_elsewhere_is_refused(plant, old, new, words):
    plant.write("installer/src/README.md", DECISIONS)
    assert plant.lint("decided").returncode == 0
    plant.replace("installer/src/README.md", old, new)
    result = plant.lint("decided")
    assert result.returncode == 1
    assert words in result.stdout


JOURNEYS = "# Journeys\n\n## Of a number\n\n1. `cmd/up.c` `up_run`: asks.\n2. `base/two.c` `two_add`: adds.\n"


@pytest.mark.parametrize("old, new, words", [
    ("`base/two.c`", "`base/three.c`", "Of a number: `base/three.c` is not one file"),
    ("`two_add`", "`one_add`", "Of a number: base/two.c has no one_add"),
    ("2. `base/two.c`", "2. then `base/two.c`", "a step does not start with its file and function"),
    ("1. ", "".join(f"{n}. `cmd/up.c` `up_run`\n" for n in range(9)) + "9. ", "11 steps, 10 allowed"),
])
def test_journey_that_leads_elsewhere_is_refused(plant, old, new, words):
    plant.write("docs/internals/journeys.md", JOURNEYS)
    assert plant.lint("journeys").returncode == 0
    plant.replace("docs/internals/journeys.md", old, new)
    result = plant.lint("journeys")
    assert result.returncode == 1
    assert words in result.stdout


# The pieces of a second file of io/http, which uses what get.c defines, and how get.c may use it.
OTHER = '#include "io/http.h"\n\nint http_put(void);\nint http_put(void)\n{\n    return http_get();\n}\n'
BACK = [
    ("call", "\nint http_twice(void)\n{\n    return http_put() + http_put();\n}\n", "", "http_put"),
    ("table", "\nstatic int (*const http_verbs[])(void) = {http_get, http_put};\n", "", "http_put"),
    ("variable", "\nint http_size(void)\n{\n    return *http_sizes;\n}\n", "", "http_sizes"),
    ("macro", "\nint http_size(void)\n{\n    return HTTP_PUT();\n}\n",
     "#define HTTP_PUT() \\\n    http_put()\n", "http_put"),
    ("inline", "\nint http_size(void)\n{\n    return put_it();\n}\n",
     "static inline int put_it(void)\n{\n    return http_put();\n}\n", "http_put"),
    ("cleanup", "\nint http_size(void)\n{\n    return sizeof(put_cleanup);\n}\n",
     "CLEANUP_DEFINE(put_cleanup, struct put, http_put);\n", "http_put"),
]


@pytest.fixture
def circle(plant):
    """A tree in which put.c of io/http uses get.c, and a function that closes the circle."""
    plant.write("installer/src/io/http/put.c", LICENSE_LINE + OTHER + "\nconst int http_sizes[] = {1};\n")
    assert plant.lint("circles").returncode == 0
    plant.close = lambda code, header: (
        plant.add(HTTP_GET, code), plant.add("installer/src/io/http/get_int.h", header))
    return plant


@pytest.mark.parametrize("way, code, header, name", BACK)
def test_circle_of_files_in_a_module_is_refused(circle, way, code, header, name):
    circle.close(code, header)
    result = circle.lint("circles")
    assert result.returncode == 1
    assert "io/http: circle of get.c, put.c" in result.stdout
    assert f"get.c uses {name} of put.c; put.c uses http_get of get.c" in result.stdout


@pytest.mark.parametrize("code", [
    "\n// http_put() is another matter\n",
    '\nconst char *http_name(void)\n{\n    return "http_put";\n}\n',
    "\nint http_member(struct http_put *p)\n{\n    return p->http_put + (*p).http_put;\n}\n",
    "\nstatic int http_twice(void)\n{\n    return http_get() + http_get();\n}\n",
])
def test_mention_is_no_use(circle, code):
    circle.close(code, "")
    assert circle.lint("circles").returncode == 0


def test_circle_through_a_third_file_is_refused(plant):
    """base is one module: its files stand in one order, too."""
    plant.add("installer/src/base/one.c", function("one_more", "    a = three_add(a);\n"))
    plant.write("installer/src/base/three.c", LICENSE_LINE + function("three_add", "    a = two_add(a);\n"))
    result = plant.lint("circles")
    assert result.returncode == 1
    assert "src/base: circle of one.c, three.c, two.c" in result.stdout


ROWS_OF_CIRCLES = "## Circles that stay\n\n| module | files | reason |\n|---|---|---|\n"


def test_circle_with_a_reason_is_allowed_until_it_is_gone(circle):
    row = "| `io/http` | `put.c` `get.c` | both are one |\n"
    circle.write("installer/src/README.md", ROWS_OF_CIRCLES + row)
    gone = circle.lint("circles")
    assert gone.returncode == 1
    assert "there is no circle of get.c, put.c in io/http any more" in gone.stdout
    circle.close(*BACK[0][1:3])
    assert circle.lint("circles").returncode == 0
    circle.write("installer/src/README.md", ROWS_OF_CIRCLES + row.replace("both are one ", ""))
    assert "get.c, put.c stays without a reason" in circle.lint("circles").stdout


# Two files of the sub-folder a that need, and are needed by, one of b: no circle of files.
FOLDERS = [
    ({"a/low.h": "", "a/high.c": '#include "io/http/b/low.h"\n'},
     {"b/low.h": "", "b/high.c": '#include "io/http/a/low.h"\n'}),
    ({"a/low.c": function("a_low", ""), "a/high.c": function("a_high", "    a = b_one(a);\n")},
     {"b/one.c": function("b_one", "    a = a_low(a);\n")}),
]


@pytest.mark.parametrize("first, second", FOLDERS)
def test_circle_of_folders_is_refused(plant, first, second):
    for name, text in first.items():
        plant.write(f"installer/src/io/http/{name}", LICENSE_LINE + text)
    assert plant.lint("circles").returncode == 0
    for name, text in second.items():
        plant.write(f"installer/src/io/http/{name}", LICENSE_LINE + text)
    result = plant.lint("circles")
    assert result.returncode == 1
    assert "io/http: circle of the folders a, b" in result.stdout
    assert "circle of the folders" in result.stdout.splitlines()[0]


def test_link_to_nowhere_is_refused(plant):
    plant.write("README.md", "[x](main.c) [y](https://example.com) [z](#here)\n")
    plant.write("main.c", "")
    assert plant.lint("links").returncode == 0
    plant.write("README.md", "text\n[x](docs/gone.md#part)\n")
    result = plant.lint("links")
    assert result.returncode == 1
    assert "README.md:2: docs/gone.md does not exist" in result.stdout


def test_example_without_a_scenario_is_refused(plant):
    page = "docs/troubleshooting.md"
    plant.write("tests/e2e/scenarios/__init__.py",
                "class Crash:\n    name = 'crash'\n\n\nFAILING, HEALTHY = [Crash], []\n")
    plant.write("tests/e2e/troubleshooting.py", "OTHERS = []\n")
    plant.write(page, "# Page\n\n<!-- scenario: crash -->\n\n    app: …\n    hint: …\n")
    assert plant.lint("symptoms").returncode == 0
    plant.write(page, "<!-- scenario: gone -->\n\n    app: …\n\nText.\n\n    app: …\n")
    result = plant.lint("symptoms")
    assert result.returncode == 1
    assert f"{page}:1: there is no scenario gone" in result.stdout
    assert f"{page}:7: this line is of no scenario" in result.stdout


def test_shell_and_python_mistakes_are_refused(plant):
    plant.write("bad.sh", "#!/bin/sh\ncd $1\n")
    plant.write("bad.py", "import os\n")
    assert "SC2086" in plant.lint("shell").stdout
    assert "'os' imported but unused" in plant.lint("python").stdout


def test_handler_that_is_set_at_import_is_refused(plant):
    plant.write("bad.py", "import signal\n\ntry:\n    signal.signal(signal.SIGINT, print)\nfinally:\n    pass\n")
    plant.write("good.py", "import signal\n\n\ndef heed():\n    signal.signal(signal.SIGINT, print)\n")
    result = plant.lint("handlers")
    assert result.returncode == 1
    assert "bad.py:4: signal.signal at import" in result.stdout
    assert "good.py" not in result.stdout


def test_unformatted_go_is_refused(plant):
    plant.write("go.mod", "module plant\n\ngo 1.21\n")
    plant.write("main.go", "package main\n\nfunc  main() { }\n")
    result = plant.lint("go")
    if "skip" in result.stdout:
        pytest.skip(result.stdout)
    assert "main.go: not formatted by gofmt" in result.stdout


def test_tidy_finds_a_mistake(plant):
    plant.write("installer/bad.c", "int f(int *p);\nint f(int *p)\n{\n    if (!p)\n        return *p;\n    return 0;\n}\n")
    shutil.copy(CHECKOUT / ".clang-tidy", plant.root)
    plant.write("build/dev/compile_commands.json",
                f'[{{"directory": "{plant.root}", "file": "{plant.root}/installer/bad.c", "command": "cc -c installer/bad.c"}}]')
    result = plant.lint("tidy")
    assert result.returncode == 1
    assert "bad.c:5" in result.stdout


HELP = """\
#!/bin/sh
case $1 in
up) echo "      --wait TIME   give up;  -q, --quiet" ;;
--help) printf '  up    bring it up\\n\\n  --version   print the version\\n' ;;
esac
"""
PAGE = "# Commands\n\n## Options of every command\n\n`--quiet`\n\n## sandstrap up\n\n`--wait`\n"


@pytest.mark.parametrize("old, new, words", [
    ("--wait", "-w", "sandstrap up: --wait is missing"),
    ("--wait", "--wait --nonsense", "sandstrap up: no option --nonsense"),
    ("## sandstrap up", "## sandstrap down", "no section for sandstrap up"),
])
def test_documentation_that_drifts_is_refused(plant, old, new, words):
    plant.write("build/dev/sandstrap", HELP)
    (plant.root / "build/dev/sandstrap").chmod(0o755)
    plant.write("docs/commands.md", PAGE)
    assert plant.lint("docs").returncode == 0
    plant.replace("docs/commands.md", old, new)
    result = plant.lint("docs")
    assert result.returncode == 1
    assert words in result.stdout


# Rows that are added to the table, and the words of the configure error.
ROWS = [
    ("model/kube2 cmd/up -", "may not depend on cmd/up"),
    ("io/archive io/doc -", "may not depend on io/doc"),
    ("model/git io/nowhere -", "declared nowhere above it"),
    ("model/git - glib", "unknown library glib"),
    ("attic/git - -", "no level is called attic"),
    ("io/doc - -", "declared twice"),
    ("cluster/graph - -", "the level cluster is one module"),
    ("io/archive -", "three columns expected"),
]


MAIN = "int main(void)\n{\n    return 0;\n}\n"


@pytest.fixture
def project(plant):
    """The plant with the project's own CMake files, ready to configure."""
    for name in ("CMakeLists.txt", "installer/CMakeLists.txt", "installer/cmake", "installer/deps", "installer/seed",
                 "tests/unit/CMakeLists.txt", "tests/unit/alone.c", "tests/fuzz/CMakeLists.txt"):
        source, target = CHECKOUT / name, plant.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)

    def configure(*options):
        command = ["cmake", "-S", plant.root, "-B", plant.root / "b", *(options or ["-DSANDSTRAP_TESTS=OFF"])]
        return subprocess.run(command, capture_output=True, text=True)

    plant.configure = configure
    plant.write("tests/unit/test_kube.c", '#include "helper.h"\n#include "io/doc.h"\n' + MAIN)
    plant.write("tests/unit/helper.h", '#include "model/kube.h"\n')
    plant.write("tests/unit/test_doc.c", '#include "io/doc.h"\n' + MAIN)
    return plant


def test_clean_table_configures(project):
    result = project.configure()
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("row, words", ROWS)
def test_bad_row_does_not_configure(project, row, words):
    project.add("installer/src/modules.txt", row + "\n")
    result = project.configure()
    assert result.returncode != 0
    assert words in " ".join(result.stderr.split())


@pytest.mark.parametrize("module, tests", [("model/kube", ["unit.test_kube"]), ("io/doc", ["unit.test_doc"]),
                                           ("model/kube,io/doc", ["unit.test_doc", "unit.test_kube"]),
                                           ("cmd/up", [])])
def test_module_alone_has_the_tests_that_include_it(project, module, tests):
    result = project.configure(f"-DSANDSTRAP_ONLY={module}")
    assert result.returncode == 0, result.stderr
    listed = subprocess.run(["ctest", "--test-dir", project.root / "b", "-N"], capture_output=True, text=True)
    assert [line.split()[-1] for line in listed.stdout.splitlines() if "Test #" in line] == tests


@pytest.mark.parametrize("header, words", [
    ("io/http.h", "a test of io/http may not use io/doc"),
    ("io/gone.h", '"io/gone.h" is no header of a declared module'),
])
def test_unit_test_that_needs_more_than_a_module_does_not_configure(project, header, words):
    project.add("tests/unit/test_doc.c", f'#include "{header}"\n')
    result = project.configure("-DSANDSTRAP_ONLY=io/doc")
    assert result.returncode != 0
    assert words in " ".join(result.stderr.split())


def test_module_that_needs_more_than_its_row_does_not_link_alone(project):
    """What no #include shows: a function declared by hand."""
    def build():
        assert project.configure("-DSANDSTRAP_ONLY=io/doc").returncode == 0
        command = ["cmake", "--build", project.root / "b", "--target", "alone"]
        return subprocess.run(command, capture_output=True, text=True)

    result = build()
    assert result.returncode == 0, result.stdout
    project.add("installer/src/io/doc.c", function("doc_get", "    extern int http_get(void);\n    a = http_get();\n"))
    result = build()
    assert result.returncode != 0
    assert "undefined reference to `http_get'" in result.stdout + result.stderr
