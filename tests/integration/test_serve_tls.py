# SPDX-License-Identifier: Apache-2.0
"""HTTPS of `serve`, by clients of three TLS libraries: openssl and curl, Python's ssl, skopeo (Go)."""

import os
import re
import shutil
import socket
import ssl
import stat
import subprocess

import pytest
from served import INSTALL, LAYER, Server

GET = b"GET /v2/ HTTP/1.1\r\nHost: ghcr.io\r\nConnection: close\r\n\r\n"


class Secure:
    """A server with HTTPS, and how it is reached."""

    def __init__(self, server, ca):
        self.server, self.port, self.ca = server, server.tls_port, ca
        self.content = server.content

    def curl(self, host, path, *options):
        """The body of https://HOST/PATH, whose name leads here."""
        command = ["curl", "-sS", "--fail", "--cacert", self.ca, "--connect-to", f"::127.0.0.1:{self.port}",
                   *options, f"https://{host}{path}"]
        return subprocess.run(command, capture_output=True, check=False)

    def s_client(self, *options, name="ghcr.io", request=GET):
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{self.port}", "-CAfile", self.ca, "-ign_eof",
                   *(["-servername", name] if name else ["-noservername"]), *options]
        return subprocess.run(command, input=request, capture_output=True, check=False)

    def connect(self, name="ghcr.io", **options):
        context = ssl.create_default_context(cafile=self.ca)
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.port)), server_hostname=name,
                                   suppress_ragged_eofs=False, **options)


@pytest.fixture(scope="module")
def secure(binary, served, tmp_path_factory):
    folder = tmp_path_factory.mktemp("secure")
    with Server(binary, folder, served.content.path, "--tls", "127.0.0.1:0", "--authority",
                folder / "authority") as server:
        server.content = served.content
        yield Secure(server, folder / "authority/ca.crt")


# --- the authority ---

def test_the_authority_is_its_owners(secure):
    folder = secure.ca.parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "ca.key").stat().st_mode) == 0o600


def test_openssl_takes_the_authority_and_its_certificate(secure, tmp_path):
    shown = secure.s_client("-showcerts").stdout.decode()
    leaf = tmp_path / "leaf.crt"
    leaf.write_text(re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", shown, re.S)[0])
    verified = subprocess.run(["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname",
                               "ghcr.io", "-CAfile", secure.ca, leaf], capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified
    text = subprocess.run(["openssl", "x509", "-in", leaf, "-noout", "-text"], capture_output=True, text=True,
                          check=True).stdout
    assert "DNS:ghcr.io" in text and "TLS Web Server Authentication" in text and "CA:FALSE" in text
    assert re.search(r"X509v3 Key Usage: critical\s+Digital Signature\n", text)
    text = subprocess.run(["openssl", "x509", "-in", secure.ca, "-noout", "-text"], capture_output=True, text=True,
                          check=True).stdout
    assert "CA:TRUE, pathlen:0" in text and "Certificate Sign" in text


# --- whom it answers ---

def test_curl_by_upstream_names(secure):
    for host, path in [("ghcr.io", "/v2/"), ("registry-1.docker.io", "/v2/"), ("reg.test:5000", "/v2/"),
                       ("localhost", "/healthz"), ("127.0.0.1", "/healthz"), (socket.gethostname(), "/healthz")]:
        answer = secure.curl(host, path)
        assert answer.returncode == 0, (host, answer)
    host, path = INSTALL.removeprefix("https://").split("/", 1)
    assert secure.curl(host, "/" + path).stdout == secure.content.files[INSTALL]


def test_a_layer_arrives_whole_and_in_ranges(secure):
    (digest,) = [name for name, data in secure.content.blobs.items() if data == LAYER]
    path = f"/v2/stefanprodan/podinfo/blobs/{digest}"
    assert secure.curl("ghcr.io", path).stdout == LAYER
    assert secure.curl("ghcr.io", path, "-r", "1000000-").stdout == LAYER[1000000:]
    assert secure.curl("ghcr.io", path, "-r", "1000000-1049999").stdout == LAYER[1000000:1050000]


def test_other_names_are_refused(secure):
    answer = secure.s_client(name="quay.io")
    assert answer.returncode != 0
    assert b"unrecognized name" in answer.stderr, answer
    secure.server.said("'quay.io' are refused: no bundle has that host")


@pytest.mark.skipif(not shutil.which("skopeo"), reason="no skopeo here")
def test_skopeo_takes_the_certificate(secure, tmp_path):
    """Go's crypto/x509 and crypto/tls."""
    trusted = tmp_path / "certs"
    trusted.mkdir()
    shutil.copy(secure.ca, trusted / "ca.crt")
    for name in ("localhost", "127.0.0.1"):
        copied = subprocess.run(
            ["skopeo", "copy", "--src-cert-dir", trusted,
             f"docker://{name}:{secure.port}/ghcr.io/stefanprodan/podinfo:6.9.1", f"dir:{tmp_path}/{name}"],
            capture_output=True, text=True, check=False, env={**os.environ, "HOME": str(tmp_path)})
        assert copied.returncode == 0, copied
    refused = subprocess.run(
        ["skopeo", "inspect", f"docker://localhost:{secure.port}/ghcr.io/stefanprodan/podinfo:6.9.1"],
        capture_output=True, text=True, check=False)
    assert "certificate signed by unknown authority" in refused.stderr, refused
    secure.server.said("127.0.0.1 does not trust the certificate of 'localhost'")


# --- what is spoken ---

def test_versions_and_protocols(secure):
    for option, version in (("-tls1_2", b"TLSv1.2"), ("-tls1_3", b"TLSv1.3")):
        answer = secure.s_client(option, "-alpn", "h2,http/1.1")
        assert version in answer.stdout and b"ALPN protocol: http/1.1" in answer.stdout, answer
        assert b"Verify return code: 0 (ok)" in answer.stdout and b"HTTP/1.1 200" in answer.stdout
    assert b"No ALPN negotiated" in secure.s_client().stdout
    assert b"no application protocol" in secure.s_client("-alpn", "h2").stderr
    old = secure.s_client("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")
    assert old.returncode != 0 and b"HTTP/1.1" not in old.stdout


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_sessions_are_resumed_by_tickets(secure, tmp_path, version):
    session = tmp_path / "session"
    assert b"New, TLSv1" in secure.s_client(version, "-sess_out", session).stdout
    again = secure.s_client(version, "-sess_in", session)
    assert b"Reused, TLSv1" in again.stdout and b"HTTP/1.1 200" in again.stdout


def test_the_end_is_told(secure):
    """close_notify comes before the connection ends: a client knows that nothing was cut off."""
    with secure.connect() as connection:
        connection.sendall(GET)
        answer = b""
        while piece := connection.recv(65536):  # SSLEOFError without one
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200")


def test_requests_that_follow_each_other(secure):
    with secure.connect("localhost") as connection:
        one = b"GET /v2/ HTTP/1.1\r\nHost: ghcr.io\r\n\r\n"
        connection.sendall(one * 50 + GET)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    assert answer.count(b"HTTP/1.1 200") == 51


# --- the user's own certificate ---

def test_a_certificate_of_the_users(binary, sandstrap, served, secure, tmp_path):
    key, request, cert = tmp_path / "own.key", tmp_path / "own.csr", tmp_path / "own.crt"
    names = "subjectAltName=DNS:bastion.example,DNS:ghcr.io"
    for command in (["req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=x"],
                    ["x509", "-req", "-in", request, "-CA", secure.ca, "-CAkey", secure.ca.parent / "ca.key",
                     "-days", "30", "-out", cert, "-extfile", tmp_path / "names"]):
        (tmp_path / "names").write_text(names)
        subprocess.run(["openssl", *map(str, command)], check=True, capture_output=True)
    key.chmod(0o600)
    with Server(binary, tmp_path, served.content.path, "--tls", "127.0.0.1:0", "--cert", cert, "--key",
                key) as server:
        server.content = served.content
        own = Secure(server, secure.ca)
        assert own.curl("ghcr.io", "/v2/").returncode == 0
        assert own.curl("bastion.example", "/healthz").returncode == 0
        assert own.curl("quay.io", "/v2/").returncode == 60  # the certificate is for other names
    key.chmod(0o644)
    refused = sandstrap("serve", served.content.path, "--tls", "127.0.0.1:0", "--cert", cert, "--key", key, check=3)
    assert f"{key}: others than its owner have rights to this private key (mode 0644)" in refused.stderr


def test_https_needs_a_certificate(sandstrap, served):
    refused = sandstrap("serve", served.content.path, "--tls", "127.0.0.1:0", check=2)
    assert "HTTPS at 127.0.0.1:0 needs a certificate" in refused.stderr and "--authority DIR" in refused.stderr
