# SPDX-License-Identifier: Apache-2.0
"""Upstreams that give nothing without a login, and the netrc that has it."""

import base64
import urllib.parse

import pytest
import upstream

SECRET = "geheim4711"
ENCODED = base64.b64encode(f"robot:{SECRET}".encode()).decode()
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"


class Private(upstream.Upstream):
    """One that gives nothing without robot's login, and keeps the credentials of every request."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.seen = []  # (path, Authorization)
        self.moved_to = None  # where everything under /away/ is
        self.files["x.yaml"] = CONFIG_MAP.encode()
        self.files["bad.yaml"] = b"a: b: c\n"
        self.files["nokind.yaml"] = b"a: b\n"
        self.add_git("r", {"ok/kustomization.yaml": "resources: [x.yaml]\n", "ok/x.yaml": CONFIG_MAP,
                           "bad/kustomization.yaml": "resources: [x.yaml]\n", "bad/x.yaml": "a: b: c\n"}, tag="1")
        private = self

        class Handler(self._server.RequestHandlerClass):
            def dispatch(self):
                authorization = self.headers.get("Authorization", "")
                private.seen.append((self.path, authorization))
                if self.path.startswith("/away/"):
                    self.read_body()
                    return self.answer(302, Location=private.moved_to + self.path.removeprefix("/away"))
                query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
                if authorization == f"Basic {ENCODED}" or query.get("token") == SECRET:
                    return super().dispatch()
                self.read_body()
                return self.answer(401, WWW_Authenticate='Basic realm="private"')

        self._server.RequestHandlerClass = Handler

    @property
    def secret_url(self):
        return f"https://robot:{SECRET}@{self.host}"


@pytest.fixture
def privates(authority, tmp_path):
    made = []

    def make():
        made.append(Private(tmp_path / f"private{len(made)}", authority.folder / "server.crt",
                            authority.folder / "server.key"))
        return made[-1]

    yield make
    for private in made:
        private.close()


@pytest.fixture
def private(privates):
    return privates()


def write_netrc(tree):
    path = tree.folder / "netrc"
    path.write_text(f"machine localhost login robot password {SECRET}\n")
    tree.env["NETRC"] = str(path)
