# SPDX-License-Identifier: Apache-2.0
"""Logins of registries: what a registry may ask for and in which words, which login it gets, and who
gets none."""

import base64
import json
import urllib.parse

import pytest
import upstream
from bundles import authority, origin, tree, workload  # noqa: F401 (fixtures)

LOGIN = ("robot", "pass:word")
SECRETS = ("pass:word", base64.b64encode(b"robot:pass:word").decode())


class Registry(upstream.Upstream):
    """One with a private repository team/app, that says `challenges` and keeps what it was sent."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.challenges = []
        self.sent = []  # "POST /token Basic … body", of every request
        self.redirect = None  # of manifests: another registry's address
        self.users["team/app"] = LOGIN
        self.add_image("team/app", "1")
        registry = self

        class Handler(self._server.RequestHandlerClass):
            def read_body(self):
                body = super().read_body()
                registry.sent.append(f"{self.command} {self.path} {self.headers.get('Authorization', '')} "
                                     + urllib.parse.unquote(body.decode()))
                self.sent_body = body
                return body

            def challenge(self, repository):
                self.send_response(401)
                for line in registry.challenges:
                    self.send_header("WWW-Authenticate", line)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def registry(self, path, body):
                if registry.redirect and "/manifests/" in path:
                    return self.answer(307, Location=registry.redirect + path)
                return super().registry(path, body)

            def token(self, path, body):
                if self.command == "GET":
                    return super().token(path, body)
                form = dict(urllib.parse.parse_qsl(self.sent_body.decode()))
                if form["grant_type"] != "refresh_token" or form["refresh_token"] != "identity":
                    return self.answer(401)
                registry._tokens["of-identity"] = (form["scope"].split(":")[1], float("inf"))
                self.answer(200, b'{"access_token":"of-identity","expires_in":300}', "application/json")

        self._server.RequestHandlerClass = Handler

    def parameters(self):
        return f'realm="{self.url}/token",service="test registry",scope="repository:team/app:pull"'

    def has_been_sent(self, *secrets):
        return any(secret in line for secret in secrets for line in self.sent)


@pytest.fixture
def registries(authority, tmp_path):
    made = []

    def make():
        folder = tmp_path / f"registry{len(made)}"
        made.append(Registry(folder, authority.folder / "server.crt", authority.folder / "server.key"))
        return made[-1]

    yield make
    for registry in made:
        registry.close()


@pytest.fixture
def registry(registries, tree):
    registry = registries()
    registry.challenges = ["Bearer " + registry.parameters()]
    tree.objects(workload("Deployment", f"{registry.host}/team/app:1"))
    return registry


def configure(tree, **content):
    folder = tree.folder / "docker"
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(content))
    tree.env["DOCKER_CONFIG"] = str(folder)


def auth(user, password):
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize("form", [
    lambda p: ['Basic realm="x"', f"Bearer {p}"],
    lambda p: [f'Basic realm="x, y=\\"z\\"", Bearer {p}'],
    lambda p: [f'Bearer {p}, Basic realm="x"'],
    lambda p: ["Negotiate", f"Bearer {p}"],
    lambda p: [f"Negotiate YIIabc==, Bearer {p}"],
    lambda p: [f"bEARER   {p}"],
    lambda p: ["Bearer " + p.replace('"', "").replace("test registry", "test")],
    lambda p: ["Bearer " + p.replace("realm=", "Realm = ").replace("service", "SERVICE").replace(",", " , ")],
], ids=["two-fields", "one-field", "bearer-first", "negotiate", "token68", "case", "no-quotes", "spaces"])
def test_forms_of_a_challenge(tree, registry, form):
    registry.challenges = form(registry.parameters())
    configure(tree, auths={registry.host: auth(*LOGIN)})
    tree.lock()
    assert not any("/v2/" in line and "Basic" in line for line in registry.sent)


@pytest.mark.parametrize("words", ["Basic", 'basic realm="r"', 'Digest realm="r", nonce="n", BASIC realm="r"'])
def test_forms_of_a_basic_challenge(tree, registry, words):
    registry.basic = True
    registry.challenges = [words]
    configure(tree, auths={registry.host: auth(*LOGIN)})
    tree.lock()


@pytest.mark.parametrize("entry", [
    lambda host: {host: {"username": LOGIN[0], "password": LOGIN[1]}},
    lambda host: {f"{host}/team/app": auth(*LOGIN), f"{host}/team": auth("other", "x"), host: auth("third", "y")},
    lambda host: {host: auth("third", "y"), f"{host}/team/": auth(*LOGIN), f"{host}/t": auth("other", "x")},
    lambda host: {f"{host}/team": auth(*LOGIN), f"{host}/team/app/more": auth("other", "x")},
    lambda host: {f"https://{host}/v2/": auth(*LOGIN)},
    lambda host: {host: {**auth("00000000-0000-0000-0000-000000000000", ""), "identitytoken": "identity"}},
    lambda host: {host: {"identitytoken": "identity"}},
], ids=["no-auth", "path", "parent", "namespace", "url", "identity-with-user", "identity"])
def test_forms_of_a_login(tree, registry, entry):
    configure(tree, auths=entry(registry.host))
    tree.lock()
    tree.build()
    tree.verify()
    assert not registry.has_been_sent("GET /token  ")


def test_a_token_of_the_file_goes_to_the_registry(tree, registry):
    registry._tokens["given"] = ("team/app", float("inf"))
    configure(tree, auths={registry.host: {"registrytoken": "given"}})
    tree.lock()
    assert not registry.has_been_sent("/token")


def test_a_login_of_another_part_of_the_registry_is_not_used(tree, registry):
    configure(tree, auths={f"{registry.host}/team/other": auth(*LOGIN), f"{registry.host}/tea": auth(*LOGIN)})
    assert "refuses access to team/app" in tree.lock(check=6).stderr
    assert not registry.has_been_sent(*SECRETS)


def test_a_refused_login_is_named(tree, registry):
    configure(tree, auths={f"{registry.host}/team": auth("robot", "wrong")})
    error = tree.lock(check=6).stderr
    assert f"the login of '{registry.host}/team' in" in error and "config.json was used" in error
    assert "wrong" not in error


@pytest.mark.parametrize("helpers", [
    lambda host: {"credsStore": "desktop"}, lambda host: {"credHelpers": {host: "desktop"}},
], ids=["credsStore", "credHelpers"])
def test_a_helper_that_has_the_login_is_named(tree, registry, helpers):
    configure(tree, auths={registry.host: {}}, **helpers(registry.host))
    error = tree.lock(check=6).stderr
    assert "docker-credential-desktop" in error and "'username' and 'password'" in error
    # One that is not needed is nothing to speak of.
    configure(tree, auths={registry.host: auth(*LOGIN)}, **helpers(registry.host))
    assert "desktop" not in tree.lock(check=None).__repr__()


# --- who gets no login ---


@pytest.mark.parametrize("words", ["Basic", "Bearer"])
def test_a_server_that_the_registry_redirects_to_gets_no_login(tree, registry, registries, words):
    """Not for its own question, not when it names a token server of its own, not as it arrives there."""
    elsewhere = registries()
    elsewhere.basic = words == "Basic"
    elsewhere.challenges = [f"{words} {elsewhere.parameters()}"]
    configure(tree, auths={registry.host: auth(*LOGIN)})
    registry.redirect = elsewhere.url
    error = tree.lock(check=6).stderr
    assert "/team/app/manifests/1: 401 unauthorized" in error and elsewhere.host in error
    assert "redirected" in error
    assert elsewhere.sent and not elsewhere.has_been_sent("/token", "Basic", "Bearer", *SECRETS)


@pytest.mark.parametrize("login", [auth(*LOGIN), {"identitytoken": "identity"}], ids=["password", "identity"])
def test_a_token_server_without_tls_gets_no_login(tree, registry, login):
    registry.challenges = [f'Bearer realm="http://{registry.host}/token",service="x"']
    configure(tree, auths={registry.host: login})
    assert "credentials are only sent over https" in tree.lock(check=6).stderr
    assert not registry.has_been_sent("/token", "identity", *SECRETS)


def test_a_web_page_is_no_manifest(tree, registry):
    del registry.users["team/app"]
    registry.manifests["team/app", "1"] = ("text/html; charset=utf-8", b"<!doctype html><title>Log in</title>")
    error = tree.lock(check=6).stderr
    assert f"{registry.url}/v2/team/app/manifests/1: a web page (text/html; charset=utf-8)" in error
