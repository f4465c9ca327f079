# SPDX-License-Identifier: Apache-2.0
"""No circle of files or folders inside a module, whatever way one uses the other."""

import pytest

from .planted import HTTP_GET, LICENSE_LINE, function

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
