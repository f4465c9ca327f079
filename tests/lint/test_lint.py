# SPDX-License-Identifier: Apache-2.0
"""Each rule refuses the violation planted for it, and lets the same tree pass without it."""

import shutil

import pytest

from .planted import CHECKOUT, GRAPH, KUBE, LICENSE_LINE, ONE, UP, function

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


def test_what_a_program_left_behind_is_refused(plant):
    left = plant.root / "core"
    left.write_text("x" * (1 << 20))
    assert plant.lint("weight").returncode == 0
    left.write_text("x" * (1 << 20) + "x")
    result = plant.lint("weight")
    assert result.returncode == 1
    assert "core: 1048577 bytes, 1048576 allowed" in result.stdout


def test_comments_and_strings_are_no_calls(plant):
    plant.add(ONE, '// atoi(x) and open("x")\n/* sprintf(a)\n */\nconst char *one_text = "strcpy(a)";\n')
    for rule in ("banned", "cloexec"):
        assert plant.lint(rule).returncode == 0


def test_file_without_license_is_refused(plant):
    plant.write("installer/src/base/three.c", "int three;\n")
    result = plant.lint("spdx")
    assert result.returncode == 1
    assert "base/three.c:1: no SPDX" in result.stdout


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
