# SPDX-License-Identifier: Apache-2.0
"""git's protocol byte by byte, as `serve` speaks it to clients that git is not, and to broken ones."""

import gzip
import re
import subprocess

import pytest
from bundles import upstream
from served_git import HOST, git, server, url  # noqa: F401

REFS_TYPE = "application/x-git-upload-pack-advertisement"
REQUEST_TYPE = "application/x-git-upload-pack-request"


def test_the_dumb_protocol_is_not_spoken(server):
    answer = server.ask(f"/{HOST}/root.git/info/refs")
    assert answer.status == 403 and b"dumb protocol" in answer.body, answer
    answer = server.ask(f"/{HOST}/root.git/info/refs?service=git-upload-archive")
    assert answer.status == 403 and b"git-upload-archive is not possible" in answer.body, answer
    answer = server.ask(f"/{HOST}/root.git/info/refs?service=git-upload-pack", method="POST", body=b"")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    answer = server.ask(f"/{HOST}/root.git/git-upload-pack")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


def post(server, body, name="root", **headers):
    return server.ask(f"/{HOST}/{name}.git/git-upload-pack", method="POST", body=body,
                      **{"Content_Type": REQUEST_TYPE, **headers})


def packet(text):
    return b"%04x%s" % (len(text) + 4, text)


def want(server, name="root", ref="main", capabilities=""):
    return packet(f"want {server.content.commit(name, ref)} {capabilities}\n".encode())


def test_nothing_is_kept_by_caches(server):
    refs = server.ask(f"/{HOST}/root.git/info/refs?service=git-upload-pack")
    pack = post(server, want(server) + b"00000009done\n")
    assert refs.headers["Content-Type"] == REFS_TYPE
    assert pack.headers["Content-Type"] == "application/x-git-upload-pack-result"
    for answer in refs, pack:
        assert answer.status == 200
        assert "no-cache" in answer.headers["Cache-Control"] and answer.headers["Pragma"] == "no-cache"


def unpack(tmp_path, pack, commit):
    """The pack as git sees it: whole, and with each object once."""
    check = tmp_path / "check.git"
    upstream.git(tmp_path, "init", "-q", "--bare", check)
    (check / "shallow").write_text("".join(f"{c}\n" for c in commit))
    subprocess.run(["git", "-C", check, "index-pack", "--strict", "--stdin"], check=True, capture_output=True, input=pack)
    for c in commit:
        upstream.git(check, "fsck", "--full", "--strict", c)


def bands(body):
    pack, at = b"", 0
    while (length := int(body[at:at + 4], 16)):
        assert body[at + 4] == 1
        pack += body[at + 5:at + length]
        at += length
    assert body[at:] == b"0000"
    return pack


@pytest.mark.parametrize("band", [False, True], ids=["plain", "side-band"])
@pytest.mark.parametrize("depth", [False, True], ids=["all", "one"])
def test_a_pack_comes_with_and_without_packets(server, tmp_path, band, depth):
    content = server.content
    body = want(server, "several", "1.0", "side-band-64k" if band else "ofs-delta")
    body += (packet(b"deepen 1") if depth else b"") + b"00000009done\n"
    answer = post(server, body, "several")
    parent = content.commit("several", "1.0")
    before, pack = answer.body.split(b"NAK\n", 1)
    assert before == b"0000" * depth + b"0008"  # the first commit has no parents
    pack = bands(pack) if band else pack
    unpack(tmp_path, pack, [parent] if depth else [parent, content.commit("several", "2.0"),
                                                   content.commit("several", "3.0")])


def test_a_negotiation_goes_on_until_the_client_is_done(server):
    have = packet(b"have " + b"1" * 40 + b"\n")
    several = want(server, "several", "3.0")
    shallow = packet(f"shallow {server.content.commit('several', '3.0')}\n".encode())
    assert post(server, several + packet(b"deepen 1") + b"0000", "several").body == shallow + b"0000"
    assert post(server, several + b"0000" + have * 16 + b"0000", "several").body == b"0008NAK\n"
    assert post(server, b"0000").body == b""


def test_a_body_may_be_gzip(server):
    body = want(server) + b"00000009done\n"
    plain = post(server, body)
    assert post(server, gzip.compress(body), Content_Encoding="gzip").body == plain.body
    assert post(server, gzip.compress(body), Content_Encoding="x-gzip").body == plain.body
    assert post(server, body, Content_Encoding="identity").body == plain.body
    assert post(server, body, Content_Encoding="br").status == 415
    assert post(server, body, Content_Type="text/plain").status == 415


BAD = {
    "nothing": (b"", "ends too early"),
    "no-protocol": (b"GET / HTTP/1.1", "is not git's protocol"),
    "v2": (packet(b"command=fetch") + b"0001", "not understood: command=fetch"),
    "long-line": (b"fff0" + b"x" * 100, "a line of 65520 bytes"),
    "wants": ((b"0032want " + b"1" * 40 + b"\n") * 5000 + b"00000009done\n", "more than 4096 wants"),
    "many-haves": (b"0032want " + b"1" * 40 + b"\n0000" + (b"0032have " + b"2" * 40 + b"\n") * 400_000,
                   "larger than"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_request_is_told_and_harms_nobody(server, git, case):
    body, words = BAD[case]
    answer = post(server, gzip.compress(body), Content_Encoding="gzip")
    if len(body) < 1 << 20:
        assert post(server, body).body == answer.body
    assert answer.status == 200 and re.fullmatch(rb"[0-9a-f]{4}ERR .*" + words.encode() + rb".*", answer.body), answer
    git("clone", "-q", "--depth", "1", url(server, "root"), "clone")


def test_broken_gzip_is_told(server):
    body = gzip.compress(want(server) + b"00000009done\n")
    assert b"ends too early" in post(server, body[:-9], Content_Encoding="gzip").body
    assert b"bad gzip data" in post(server, b"0032want", Content_Encoding="gzip").body
    assert b"more than one gzip stream" in post(server, body + body, Content_Encoding="gzip").body
