# SPDX-License-Identifier: Apache-2.0
"""The static libraries: the probe uses each of them for real, alone in an empty root."""

import fcntl
import io
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tarfile
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent
DEPS = CHECKOUT / "installer" / "deps"
TOOLCHAIN = CHECKOUT / "installer" / "cmake" / "musl.cmake"
SHA256_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
MAX_PROBE_BYTES = 6 * 1024 * 1024  # leaves a third of the release's budget to the code
THREAD_STACK_BYTES = 1024 * 1024
BODY = b"served over HTTP/2\n"


def run(*command, **options):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert result.returncode == 0, f"{command}: exit {result.returncode}\n{result.stdout[-2000:]}{result.stderr[-4000:]}"
    return result.stdout


def build_probe(folder, *options):
    run("cmake", "-S", HERE, "-B", folder, "-G", "Ninja", *options)
    run("cmake", "--build", folder)
    return folder / "probe"


@pytest.fixture(scope="module")
def prefix():
    return pathlib.Path(run(DEPS / "build").strip())


@pytest.fixture(scope="module")
def static_probe(prefix, tmp_path_factory):
    return build_probe(tmp_path_factory.mktemp("static"), "--toolchain", TOOLCHAIN)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """A folder with an archive made by another program, and a certificate of 127.0.0.1."""
    folder = tmp_path_factory.mktemp("inputs")
    with tarfile.open(folder / "file.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("hello.txt")
        member.size = len(b"from tar")
        archive.addfile(member, io.BytesIO(b"from tar"))
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=probe", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", folder / "key.pem", "-out", folder / "ca.pem")
    (folder / "htdocs").mkdir()
    (folder / "htdocs" / "body").write_bytes(BODY)
    return folder


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def await_listener(port, process, patience_s=20):
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        assert process.poll() is None, f"nghttpd ended with {process.returncode}"
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("nghttpd does not listen")


@pytest.fixture(scope="module")
def server(inputs):
    """The URL of an HTTP/2 server of another project."""
    port = free_port()
    command = ["nghttpd", "-a", "127.0.0.1", "-d", inputs / "htdocs", str(port), inputs / "key.pem", inputs / "ca.pem"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            await_listener(port, process)
            yield f"https://127.0.0.1:{port}/body"
        finally:
            process.terminate()


def facts(stdout):
    return dict(line.split(" ", 1) for line in stdout.splitlines())


def assert_all_work(found):
    assert found["yaml"] == "kind=ConfigMap"
    assert found["pcre2"] == "groups=3"
    assert found["zstd"] == "roundtrip=4096"
    assert found["zlib"] == "crc32=cbf43926"
    assert found["deflate"] == "hello, hello, hello"
    assert found["strings"] == "right"
    assert found["llhttp"] == "body=5"
    assert found["sha256"] == SHA256_ABC
    assert found["ed25519"] == "verified"
    assert found["archive"] == "hello.txt=from tar"
    assert found["relro"] == "protected"
    assert found["https"] == f"status=200 http=2 bytes={len(BODY)}"


def test_static_probe_works_alone_in_an_empty_root(static_probe, inputs, server, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("chroot needs root")
    for file in static_probe, inputs / "file.tar.gz", inputs / "ca.pem":
        shutil.copy(file, tmp_path)
    found = facts(run("chroot", tmp_path, "/probe", "/file.tar.gz", server, "/ca.pem"))
    assert_all_work(found)
    assert found["malloc"] == "mimalloc"
    stack = int(found["thread"].removeprefix("stack="))
    assert THREAD_STACK_BYTES <= stack < 2 * THREAD_STACK_BYTES


def test_shared_probe_works_too(inputs, server, tmp_path):
    probe = build_probe(tmp_path)
    assert_all_work(facts(run(probe, inputs / "file.tar.gz", server, inputs / "ca.pem")))


def test_refuses_a_certificate_it_was_not_told_to_trust(static_probe, inputs, server, tmp_path):
    run("openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", "/CN=other",
        "-keyout", tmp_path / "key.pem", "-out", tmp_path / "other.pem")
    result = subprocess.run([static_probe, inputs / "file.tar.gz", server, tmp_path / "other.pem"],
                            capture_output=True, text=True)
    assert result.returncode == 1
    assert facts(result.stdout)["https"] == "FAILED"
    assert "certificate" in result.stderr


def test_static_probe_is_one_hardened_file(static_probe):
    headers = run("readelf", "-W", "--file-header", "--program-headers", "--dynamic", static_probe)
    assert "INTERP" not in headers
    assert "(NEEDED)" not in headers
    assert "DYN (Position-Independent" in headers
    assert "GNU_RELRO" in headers
    assert re.search(r"GNU_STACK\s.*\sRW\s", headers)


def test_static_probe_leaves_room_for_the_code(static_probe):
    assert static_probe.stat().st_size <= MAX_PROBE_BYTES


def test_static_probe_names_no_folder(static_probe, prefix):
    content = static_probe.read_bytes()
    for folder in CHECKOUT, static_probe.parent, prefix, prefix.parent:
        assert f"{folder}/".encode() not in content


def test_only_http_is_spoken(prefix):
    symbols = run("nm", "--defined-only", prefix / "lib" / "libcurl.a")
    assert "Curl_protocol_http" in symbols or "Curl_handler_http" in symbols
    assert not re.search(r"Curl_handler_(ftp|smtp|imap|pop3|telnet|tftp|ldap|rtsp|dict|gopher|smb|mqtt|file)\b", symbols)


def test_prefix_has_a_license_and_a_version_of_each(prefix):
    names = {line.split()[0] for line in (DEPS / "pins").read_text().splitlines() if line and line[0] != "#"}
    names.remove("nodejs")  # of which llhttp is: compiled with the program
    assert {line.split()[0] for line in (prefix / "versions").read_text().splitlines()} == names
    assert {file.name for file in (prefix / "licenses").iterdir()} == names


def test_llhttp_has_a_license_and_a_version():
    folder = pathlib.Path(run(DEPS / "llhttp").strip())
    assert "Permission is hereby granted" in (folder / "LICENSE-MIT").read_text()
    assert f'nodejs {(folder / "version").read_text().split()[1]} ' in " ".join((DEPS / "pins").read_text().split())


def test_llhttp_is_unpacked_once_and_then_without_a_network(tmp_path):
    cache = pathlib.Path(run(DEPS / "llhttp").strip()).parent
    (tmp_path / "tarballs").mkdir()
    for tarball in (cache / "tarballs").glob("*-nodejs_*"):
        (tmp_path / "tarballs" / tarball.name).hardlink_to(tarball)
    environment = {**os.environ, "SANDSTRAP_CACHE": str(tmp_path), "http_proxy": "http://127.0.0.1:9"}
    folder = pathlib.Path(run(DEPS / "llhttp", env=environment).strip())
    assert folder.parent == tmp_path and (folder / "src" / "llhttp.c").exists()
    (folder / "src" / "llhttp.c").write_text("kept\n")
    assert run(DEPS / "llhttp", env=environment).strip() == str(folder)
    assert (folder / "src" / "llhttp.c").read_text() == "kept\n"


def copy_with_pins(tmp_path, edit):
    """A copy of the scripts whose table of pins is changed."""
    copy = tmp_path / "deps"
    shutil.copytree(DEPS, copy)
    (copy / "pins").write_text(edit((DEPS / "pins").read_text()))
    return copy


def test_an_unknown_version_is_one_error_that_names_bump(tmp_path):
    row = re.compile(r"(?m)^((?!#)\S+ +)\S+( +\S+ +)\S+$")
    copy = copy_with_pins(tmp_path, lambda table: row.sub(r"\g<1>0-0\g<2>" + "0" * 64, table))
    environment = {**os.environ, "SANDSTRAP_CACHE": str(tmp_path / "cache")}
    result = subprocess.run([copy / "build"], env=environment, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stdout == ""
    last = result.stderr.splitlines()[-1]
    assert "no pinned version of musl" in last and "installer/deps/bump musl" in last


def test_one_build_at_a_time(tmp_path):
    copy = copy_with_pins(tmp_path, lambda table: "")
    with open(tmp_path / "deps.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        environment = {**os.environ, "SANDSTRAP_CACHE": str(tmp_path)}
        with subprocess.Popen([copy / "build"], env=environment, stderr=subprocess.PIPE, text=True) as process:
            try:
                assert "waiting for another process" in process.stderr.readline()
                assert process.poll() is None
            finally:
                process.terminate()


def test_print_never_builds(tmp_path):
    environment = {**os.environ, "SANDSTRAP_CACHE": str(tmp_path)}
    result = subprocess.run([DEPS / "build", "--print"], env=environment, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (1, "")
    assert "installer/deps/build" in result.stderr
    assert not list(tmp_path.iterdir())


def test_bump_takes_digests_from_the_signed_index(tmp_path):
    copy = copy_with_pins(tmp_path, lambda table: re.sub(r"(?m)^libyaml .*\n", "", table))
    environment = {**os.environ, "SANDSTRAP_CACHE": str(tmp_path / "cache")}
    result = subprocess.run([copy / "bump", "libyaml"], env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    rows = [line for line in (copy / "pins").read_text().splitlines() if line.startswith("libyaml ")]
    assert rows
    tarballs = tmp_path / "cache" / "tarballs"
    for row in rows:
        name, digest = row.split()[2:]
        assert run("sha256sum", tarballs / f"{digest}-{name}").split()[0] == digest


@pytest.mark.full
def test_another_build_gives_the_same_bytes(static_probe, tmp_path, monkeypatch):
    first = static_probe.read_bytes()
    cache = pathlib.Path(run(DEPS / "build").strip()).parent
    monkeypatch.setenv("SANDSTRAP_CACHE", str(tmp_path / "elsewhere"))
    (tmp_path / "elsewhere").mkdir()
    shutil.copytree(cache / "tarballs", tmp_path / "elsewhere" / "tarballs")
    second = build_probe(tmp_path / "probe", "--toolchain", TOOLCHAIN)
    assert second.read_bytes() == first
