# SPDX-License-Identifier: Apache-2.0
"""The small tree that the tests of the rules plant their violations in."""

import pathlib
import shutil
import subprocess

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
HTTP_GET = "installer/src/io/http/get.c"
KUBE, ONE, UP = "installer/src/model/kube.c", "installer/src/base/one.c", "installer/src/cmd/up.c"
GRAPH = "installer/src/cluster/graph"

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


def function(name, body):
    return f"\nint {name}(int a);\nint {name}(int a)\n{{\n{body}    return a;\n}}\n"
