# SPDX-License-Identifier: Apache-2.0
"""Credentials of files and git repositories: none in any output, lock or bundle, none for a server that
they are not for; and the netrc, where they belong."""

import pytest
import yaml
from bundles import authority, origin, source, tree  # noqa: F401 (fixtures)
from privates import CONFIG_MAP, ENCODED, SECRET, private, privates, write_netrc  # noqa: F401 (fixtures)


def render(tree, url, check=0):
    (tree.entrypoint / "kustomization.yaml").write_text(yaml.safe_dump({"resources": [url]}))
    return tree.run("render", "--ca-file", tree.ca, "clusters/sandbox", check=check)


def flux_objects(url, path="./ok"):
    return (source("GitRepository", "r", {"url": url, "ref": {"tag": "1"}}),
            source("Kustomization", "k", {"sourceRef": {"kind": "GitRepository", "name": "r"}, "path": path, "prune": True},
                   "kustomize.toolkit.fluxcd.io/v1"))


# --- output ---


@pytest.mark.parametrize("rest, code", [
    ("/files/x.yaml?token={}", 0), ("/files/none.yaml?token={}", 6), ("/files/bad.yaml?token={}", 3),
    ("/files/nokind.yaml?token={}", 3), ("/none?X-Amz-Signature={}&X-Amz-Credential={}", 6), ("/none?sig={}", 6),
    ("/files/x.yaml?access_token={}", 6),
])
def test_secrets_of_a_query_are_not_shown(tree, private, rest, code):
    result = render(tree, private.url + rest.replace("{}", SECRET), check=code)
    assert private.host in result.stderr and "***" in result.stderr
    assert "bad.yaml" not in rest or "/files/bad.yaml?token=***:1" in result.stderr  # the line is no secret
    assert SECRET not in result.stdout + result.stderr


@pytest.mark.parametrize("rest, code", [
    ("/files/x.yaml", 0), ("/files/none.yaml", 6), ("/files/bad.yaml", 3), ("/files/nokind.yaml", 3),
    ("/git/r.git//ok?ref=1", 0), ("/git/r.git//bad?ref=1", 3), ("/git/r.git//none?ref=1", 3),
    ("/git/r.git//ok?ref=none", 6),
])
@pytest.mark.parametrize("output", ["text", "json"])
def test_a_login_in_a_url_is_used_and_not_shown(tree, private, rest, code, output):
    (tree.entrypoint / "kustomization.yaml").write_text(yaml.safe_dump({"resources": [private.secret_url + rest]}))
    result = tree.run("render", "--ca-file", tree.ca, "--trace", "all", "--output", output, "clusters/sandbox",
                      check=code)
    assert "***@" + private.host in result.stderr
    assert SECRET not in result.stdout + result.stderr


# --- locks and bundles ---


def no_secret_anywhere(tree):
    return not any(SECRET.encode() in path.read_bytes() for path in (tree.lock_file, tree.bundle_file) if path.exists())


@pytest.mark.parametrize("rest", ["robot:{}@HOST/files/x.yaml", "{}@HOST/files/x.yaml", "HOST/files/x.yaml?token={}",
                                  "robot:{}@HOST/git/r.git//ok?ref=1"])
def test_what_is_locked_may_not_hold_credentials(tree, private, rest):
    url = "https://" + rest.replace("{}", SECRET).replace("HOST", private.host)
    tree.objects(remote=[url])
    result = tree.lock(check=3)
    assert "clusters/sandbox/kustomization.yaml:" in result.stderr and "cannot be locked" in result.stderr
    assert "machine localhost login USER" in result.stderr and SECRET not in result.stdout + result.stderr
    assert not tree.lock_file.exists()


def test_an_object_with_credentials_is_named(tree, private):
    tree.objects(*flux_objects(private.secret_url + "/git/r.git"))
    error = tree.lock(check=3).stderr
    assert "GitRepository flux-system/r: " in error and "cannot be locked" in error and SECRET not in error


def test_an_old_lock_with_credentials_is_not_built(tree, private):
    write_netrc(tree)
    tree.objects(*flux_objects(private.url + "/git/r.git"))
    tree.lock()
    tree.objects(*flux_objects(private.secret_url + "/git/r.git"))
    tree.lock_file.write_text(tree.lock_file.read_text().replace(private.url, private.secret_url))
    assert SECRET not in tree.build(check=3).stderr
    assert not tree.bundle_file.exists()


def test_logins_of_a_netrc(tree, private):
    write_netrc(tree)
    tree.objects(*flux_objects(private.url + "/git/r.git"), remote=[private.url + "/files/x.yaml"])
    result = tree.run("bundle", "lock", "-o", tree.lock_file, "--ca-file", tree.ca, "--trace", "all")
    assert SECRET not in result.stderr
    tree.build()
    tree.verify()
    assert no_secret_anywhere(tree)
    listed = tree.run("bundle", "inspect", tree.bundle_file)
    assert private.url + "/git/r.git" in listed.stdout


def test_the_netrc_of_the_home(tree, private, tmp_path):
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "home/.netrc").write_text(f"machine other login a password b\ndefault login robot password {SECRET}\n")
    tree.objects(remote=[private.url + "/files/x.yaml"])
    tree.lock()


def test_a_netrc_that_is_not_there(tree, private):
    tree.objects(remote=[private.url + "/files/x.yaml"])
    tree.env["NETRC"] = str(tree.folder / "nowhere")
    assert "nowhere" in tree.lock(check=3).stderr
    del tree.env["NETRC"]
    assert "401 unauthorized" in tree.lock(check=6).stderr


# --- redirects ---


@pytest.mark.parametrize("rest", ["/away/files/x.yaml", "/away/git/r.git//ok?ref=1"], ids=["file", "git"])
@pytest.mark.parametrize("netrc", [False, True], ids=["url", "netrc"])
def test_a_redirect_elsewhere_gets_no_login(tree, private, privates, rest, netrc):
    """Not even on the same host: another port is another server."""
    elsewhere = privates()
    private.moved_to = elsewhere.url
    if netrc:
        write_netrc(tree)
    result = render(tree, (private.url if netrc else private.secret_url) + rest, check=6)
    assert "401 unauthorized" in result.stderr and "redirected" in result.stderr and elsewhere.host in result.stderr
    assert any(ENCODED in sent for _, sent in private.seen)
    assert elsewhere.seen and not any(sent for _, sent in elsewhere.seen)


@pytest.mark.parametrize("netrc", [False, True], ids=["url", "netrc"])
def test_a_redirect_within_the_origin_keeps_the_login(tree, private, netrc):
    private.moved_to = private.url
    if netrc:
        write_netrc(tree)
    for rest in "/away/files/x.yaml", "/away/git/r.git//ok?ref=1":
        assert "name: x" in render(tree, (private.url if netrc else private.secret_url) + rest).stdout


def test_a_public_repository_elsewhere_is_followed_without_the_login(tree, private):
    """The POST that follows goes to where the redirect led, without what the first URL had."""
    tree.upstream.add_git("r", {"ok/kustomization.yaml": "resources: [x.yaml]\n", "ok/x.yaml": CONFIG_MAP}, tag="1")
    private.moved_to = tree.upstream.url
    sent = []
    handler = tree.upstream._server.RequestHandlerClass
    tree.upstream._server.RequestHandlerClass = type("Handler", (handler,), {
        "dispatch": lambda self: (sent.append(self.headers.get("Authorization")), handler.dispatch(self))[1]})
    assert "name: x" in render(tree, private.secret_url + "/away/git/r.git//ok?ref=1").stdout
    assert len(sent) > 1 and not any(sent)
