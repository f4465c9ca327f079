# SPDX-License-Identifier: Apache-2.0
"""CMake refuses what modules.txt does not allow, and builds and tests one module alone."""

import shutil
import subprocess

import pytest

from .planted import CHECKOUT, function

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
