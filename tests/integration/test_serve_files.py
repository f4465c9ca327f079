# SPDX-License-Identifier: Apache-2.0
"""Files of release pages, under the URLs that they have upstream, as curl and others download them."""

import subprocess

import pytest
from served import INSTALL, RAW
from upstream import digest

PATH = INSTALL.removeprefix("https://github.com")


@pytest.mark.parametrize("path, host", [(PATH, "github.com"), (PATH, "GitHub.com:443"), (f"/github.com{PATH}", None),
                                        (PATH.replace("install", "inst%61ll"), "github.com")])
def test_a_release_file_by_its_name(served, path, host):
    answer = served.ask(path, host)
    assert answer.status == 200 and answer.body == served.content.files[INSTALL], answer
    assert answer.headers["Content-Type"] == "application/yaml"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="install.yaml"'
    head = served.ask(path, host, method="HEAD")
    assert head.headers.items() == answer.headers.items() and head.body == b""


def test_a_query_is_part_of_the_name(served):
    path = "/raw/config.yaml"
    for prefix, host in (("", "files.test:8443"), ("/files.test:8443", None)):
        assert served.ask(f"{prefix}{path}?version=1", host).body == served.content.files[RAW]
        for query in ("", "?version=2", "?version=1&x=1"):
            answer = served.ask(f"{prefix}{path}{query}", host)
            assert answer.status == 404, answer
            assert answer.body.startswith(f"files.test:8443{path}{query} is not in ".encode()), answer


def test_ranges_and_etags(served):
    data = served.content.files[INSTALL]
    whole = served.ask(PATH, "github.com")
    assert whole.headers["Accept-Ranges"] == "bytes" and whole.headers["ETag"] == f'"{digest(data)}"'
    part = served.ask(PATH, "github.com", Range="bytes=5-", If_Range=whole.headers["ETag"])
    assert (part.status, part.body) == (206, data[5:])
    other = served.ask(PATH, "github.com", Range="bytes=5-", If_Range='"another"')
    assert (other.status, other.body) == (200, data)
    assert served.ask(PATH, "github.com", If_None_Match=whole.headers["ETag"]).status == 304


@pytest.mark.parametrize("path, host", [
    (PATH.replace("v2.9.4", "v2.9.5"), "github.com"), (PATH + "/", "github.com"), ("/" + PATH, "github.com"),
    (PATH.replace("/flux2/", "/flux2/../flux2/"), "github.com"), ("/../etc/passwd", "github.com"),
    ("/%2e%2e/%2e%2e/etc/passwd", "github.com"), (PATH, "gitlab.com"), (PATH, None)])
def test_other_names_are_other_files(served, path, host):
    answer = served.ask(path, host)
    assert answer.status == 404 and b"upstream.bundle" in answer.body, answer


def test_files_are_only_read(served):
    answer = served.ask(PATH, "github.com", "PUT", body=b"x")
    assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD"


def curl(*arguments, folder=None):
    done = subprocess.run(["curl", "-sS", "--fail-with-body", *map(str, arguments)], cwd=folder, capture_output=True,
                          timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_curl_keeps_the_name_and_resumes(served, tmp_path):
    url = f"http://{served.address}/github.com{PATH}"
    data = served.content.files[INSTALL]
    curl("-OJL", "--compressed", url, folder=tmp_path)
    assert (tmp_path / "install.yaml").read_bytes() == data
    (tmp_path / "part").write_bytes(data[:10])
    curl("-C", "-", "-o", "part", url, folder=tmp_path)
    assert (tmp_path / "part").read_bytes() == data
    upstream = f"http://github.com{PATH}"
    assert curl("--connect-to", f"::127.0.0.1:{served.port}", upstream) == data
