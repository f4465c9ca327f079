# SPDX-License-Identifier: Apache-2.0
"""What registries are asked by containerd, CRI-O, skopeo and people, and what `serve` says."""

import hashlib
import json

import pytest
from served import LAYER, PODINFO
from upstream import INDEX, MANIFEST, digest

ABSENT = digest(b"absent")
TYPES = ", ".join([MANIFEST, INDEX, "application/vnd.docker.distribution.manifest.v2+json",
                   "application/vnd.docker.distribution.manifest.list.v2+json", "*/*"])


def errors(answer, status, code):
    assert answer.status == status, answer
    assert answer.headers["Content-Type"] == "application/json"
    (error,) = json.loads(answer.body)["errors"]
    assert error["code"] == code, answer
    return error


# --- whose a request is ---

WAYS = {
    "mirror": ("/v2/{name}", "?ns=ghcr.io", None),
    "mirror-in-capitals": ("/v2/{name}", "?ns=GHCR.IO", None),
    "host-header": ("/v2/{name}", "", "ghcr.io"),
    "host-header-with-port": ("/v2/{name}", "", "ghcr.io:443"),
    "host-in-path": ("/v2/ghcr.io/{name}", "", None),
    "host-in-path-in-capitals": ("/v2/GHCR.io/{name}", "", None),
    "host-in-path-and-mirror": ("/v2/ghcr.io/{name}", "?ns=ghcr.io", None),
    "host-before-api": ("/ghcr.io/v2/{name}", "", None),
    "own-name": ("/v2/{name}", "", "bastion.example:5000"),
    "escaped": ("/v2/{name}", "", "ghcr.io"),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_name_a_registry(served, way):
    start, query, host = WAYS[way]
    start = start.format(name=PODINFO)
    if way == "escaped":
        start = start.replace("/stefan", "%2fstef%61n")
    index = served.content.index["digest"]
    by_tag = served.ask(f"{start}/manifests/6.9.1{query}", host, Accept=TYPES)
    assert by_tag.status == 200 and digest(by_tag.body) == index, by_tag
    by_digest = served.ask(f"{start}/manifests/{index}{query}", host, Accept=TYPES)
    assert by_digest.body == by_tag.body
    child = served.ask(f"{start}/manifests/{served.content.amd64['digest']}{query}", host)
    for blob in [json.loads(child.body)["config"], *json.loads(child.body)["layers"]]:
        got = served.ask(f"{start}/blobs/{blob['digest']}{query}", host)
        assert got.status == 200 and got.body == served.content.blobs[blob["digest"]]
    tags = served.ask(f"{start}/tags/list{query}", host)
    assert json.loads(tags.body)["tags"] == ["6.9.1"]


@pytest.mark.parametrize("path, host", [
    ("/v2/library/busybox/manifests/1.36?ns=docker.io", None),
    ("/v2/library/busybox/manifests/1.36", "registry-1.docker.io"),
    ("/v2/library/busybox/manifests/1.36", "index.docker.io"),
    ("/v2/busybox/manifests/1.36", "docker.io"),
    ("/v2/docker.io/library/busybox/manifests/1.36", None),
    ("/v2/index.docker.io/busybox/manifests/1.36", None),
    ("/v2/library/busybox/manifests/1.36", None),
    ("/v2/busybox/manifests/1.36", None),
    ("/v2/apps/web/manifests/1.0?ns=reg.test%3A5000", None),
    ("/v2/apps/web/manifests/1.0?ns=reg.test:5000", None),
    ("/v2/apps/web/manifests/1.0", "reg.test:5000"),
    ("/v2/reg.test:5000/apps/web/manifests/1.0", None),
    ("/v2/reg.test%3A5000/apps/web/manifests/1.0", None),
    ("/v2/reg.test_5000/apps/web/manifests/1.0", None),
])
def test_hub_and_ports(served, path, host):
    wanted = served.content.busybox if "busybox" in path else served.content.web["1.0"]
    answer = served.ask(path, host)
    assert answer.status == 200 and digest(answer.body) == wanted["digest"], answer


def test_another_registry_is_not_taken_for_it(served):
    error = errors(served.ask("/v2/stefanprodan/podinfo/manifests/6.9.1?ns=quay.io"), 404, "NAME_UNKNOWN")
    assert "quay.io/stefanprodan/podinfo:6.9.1 is not in" in error["message"]
    errors(served.ask("/v2/library/busybox/manifests/1.36?ns=ghcr.io"), 404, "NAME_UNKNOWN")
    errors(served.ask("/v2/ghcr.io/stefanprodan/podinfo/manifests/6.9.1?ns=docker.io"), 404, "NAME_UNKNOWN")
    errors(served.ask("/v2/quay.io/stefanprodan/podinfo/manifests/6.9.1"), 404, "NAME_UNKNOWN")
    for host in ("quay.io", "QUAY.IO:443"):  # led here by DNS, and in no bundle
        errors(served.ask("/v2/stefanprodan/podinfo/manifests/6.9.1", host), 404, "NAME_UNKNOWN")


def test_one_name_in_two_registries(served):
    """Docker's hub goes first where a host is missing, as in a name; others have to be named."""
    for host, wanted in (("quay.test", served.content.other), ("docker.io", served.content.busybox),
                         (None, served.content.busybox)):
        answer = served.ask("/v2/library/busybox/manifests/1.36", host)
        assert digest(answer.body) == wanted["digest"], answer
    answer = served.ask("/v2/quay.test/library/busybox/manifests/1.36")
    assert digest(answer.body) == served.content.other["digest"]


def test_a_name_that_is_missing_or_not_enough_tells_which_there_are(served):
    both = "; there is quay.test/apps/web and reg.test:5000/apps/web"
    for path in ("/v2/apps/web/manifests/3.0", "/v2/ghcr.io/apps/web/manifests/3.0",
                 "/v2/apps/web/manifests/3.0?ns=ghcr.io"):
        assert errors(served.ask(path), 404, "NAME_UNKNOWN")["message"].endswith(both)


# --- manifests ---

def test_head_says_what_get_says(served):
    data = served.content.manifest(served.content.index)
    for name in ("6.9.1", served.content.index["digest"]):
        path = f"/v2/{PODINFO}/manifests/{name}?ns=ghcr.io"
        head, get = served.ask(path, method="HEAD", Accept=TYPES), served.ask(path, Accept=TYPES)
        for answer in (head, get):
            assert answer.status == 200
            assert answer.headers["Content-Type"] == INDEX
            assert answer.headers["Content-Length"] == str(len(data))
            assert answer.headers["Docker-Content-Digest"] == digest(data)
        assert head.body == b"" and get.body == data
    head = served.ask(f"/v2/{PODINFO}/blobs/{digest(LAYER)}?ns=ghcr.io", method="HEAD")
    assert (head.status, head.headers["Content-Length"], head.body) == (200, str(len(LAYER)), b"")


def test_the_type_is_that_of_the_document(served):
    child = served.ask(f"/v2/{PODINFO}/manifests/{served.content.amd64['digest']}?ns=ghcr.io")
    assert child.headers["Content-Type"] == MANIFEST
    chart = served.ask("/v2/stefanprodan/charts/podinfo/manifests/6.9.1?ns=ghcr.io")
    assert chart.headers["Content-Type"] == MANIFEST and digest(chart.body) == served.content.chart["digest"]


@pytest.mark.parametrize("accept", ["application/json", MANIFEST, "text/html", "image/png;q=0, */*;q=0", ""])
def test_what_is_stored_is_sent_whatever_is_accepted(served, accept):
    answer = served.ask(f"/v2/{PODINFO}/manifests/6.9.1?ns=ghcr.io", Accept=accept)
    assert answer.status == 200 and answer.headers["Content-Type"] == INDEX


@pytest.mark.parametrize("encoding", ["zstd;q=1.0, gzip;q=0.8, deflate;q=0.5", "gzip", "identity;q=0, *"])
def test_nothing_is_encoded(served, encoding):
    for path in (f"manifests/{served.content.index['digest']}", f"blobs/{digest(LAYER)}"):
        answer = served.ask(f"/v2/{PODINFO}/{path}?ns=ghcr.io", Accept_Encoding=encoding)
        assert answer.headers["Content-Encoding"] is None
        assert digest(answer.body) in path


def test_a_platform_that_is_not_bundled_is_named(served):
    error = errors(served.ask(f"/v2/{PODINFO}/manifests/{served.content.arm64['digest']}?ns=ghcr.io"),
                   404, "MANIFEST_UNKNOWN")
    assert f"ghcr.io/{PODINFO}@{served.content.arm64['digest']} is not in" in error["message"]
    assert "upstream.bundle" in error["message"]
    assert error["message"].endswith("; it is for linux/arm64, a platform that was not bundled")


def test_manifests_are_blobs_too(served):
    for entry in (served.content.index, served.content.amd64):
        answer = served.ask(f"/v2/{PODINFO}/blobs/{entry['digest']}?ns=ghcr.io")
        assert answer.status == 200 and digest(answer.body) == entry["digest"]


def test_pinned_by_digest(served):
    """name@digest has no tag; name:tag@digest is asked for by its digest, and has the tag, too."""
    for entry in (served.content.pinned, served.content.both):
        answer = served.ask(f"/v2/pinned/app/manifests/{entry['digest']}?ns=quay.test", method="HEAD")
        assert answer.status == 200 and answer.headers["Docker-Content-Digest"] == entry["digest"]
    tags = json.loads(served.ask("/v2/pinned/app/tags/list?ns=quay.test").body)
    assert tags == {"name": "pinned/app", "tags": ["2.0"]}


def test_if_none_match(served):
    path = f"/v2/{PODINFO}/manifests/6.9.1?ns=ghcr.io"
    etag = served.ask(path).headers["ETag"]
    assert served.ask(path, If_None_Match=etag).status == 304
    assert served.ask(path, If_None_Match='"other"').status == 200


def test_basic_credentials_unasked(served):
    answer = served.ask(f"/v2/{PODINFO}/manifests/6.9.1?ns=ghcr.io", Authorization="Basic dXNlcjpwYXNz")
    assert answer.status == 200
    assert served.ask("/v2/", Authorization="Basic dXNlcjpwYXNz").status == 200
    assert "dXNlcjpwYXNz" not in "".join(served.errors)


def test_ping(served):
    for host in ("ghcr.io", None):
        for path in ("/v2/", "/v2"):
            answer = served.ask(path, host)
            assert (answer.status, answer.body) == (200, b"{}")
            assert answer.headers["Docker-Distribution-Api-Version"] == "registry/2.0"


# --- blobs ---

def test_ranges_in_chunks(served):
    """As containerd resumes, and as it fetches with a buffer: on one connection and with cut ones."""
    path = f"/v2/{PODINFO}/blobs/{digest(LAYER)}?ns=ghcr.io"
    whole = served.ask(path, Range="bytes=0-")
    assert whole.status == 206 and whole.headers["Content-Range"] == f"bytes 0-{len(LAYER) - 1}/{len(LAYER)}"
    got, step = b"", 700_001
    while len(got) < len(LAYER):
        connection = served.connect()
        connection.request("GET", path, headers={"Range": f"bytes={len(got)}-"})
        response = connection.getresponse()
        assert response.status == 206
        assert response.headers["Content-Range"] == f"bytes {len(got)}-{len(LAYER) - 1}/{len(LAYER)}"
        got += response.read(step)
        connection.sock.close()
        connection.close()
    assert got == LAYER
    assert served.ask(path, Range="bytes=10-19").body == LAYER[10:20]
    assert served.ask(path, Range="bytes=-7").body == LAYER[-7:]
    beyond = served.ask(path, Range=f"bytes={len(LAYER)}-")
    assert beyond.status == 416 and beyond.headers["Content-Range"] == f"bytes */{len(LAYER)}"


def test_range_on_a_manifest_gives_it_whole_or_the_range(served):
    data = served.content.manifest(served.content.index)
    answer = served.ask(f"/v2/{PODINFO}/manifests/6.9.1?ns=ghcr.io", Range="bytes=0-")
    assert answer.status in (200, 206) and answer.body == data


def test_config_before_layers_and_again_on_one_connection(served):
    connection = served.connect()
    for _ in range(3):
        connection.request("GET", f"/v2/{PODINFO}/manifests/{served.content.amd64['digest']}?ns=ghcr.io")
        manifest = json.loads(connection.getresponse().read())
        for blob in [manifest["config"], *manifest["layers"]]:
            connection.request("GET", f"/v2/{PODINFO}/blobs/{blob['digest']}?ns=ghcr.io")
            response = connection.getresponse()
            assert (response.status, response.headers["Content-Type"]) == (200, "application/octet-stream")
            assert hashlib.sha256(response.read()).hexdigest() == blob["digest"][7:]
    connection.close()


# --- what is not there ---

def test_404_names_what_is_missing_and_where(served):
    name = f"ghcr.io/{PODINFO}"
    label = "upstream.bundle (sha256:"
    for path, code, what in (
            (f"/v2/{PODINFO}/manifests/9.9.9", "MANIFEST_UNKNOWN", f"{name}:9.9.9"),
            (f"/v2/{PODINFO}/manifests/{ABSENT}", "MANIFEST_UNKNOWN", f"{name}@{ABSENT}"),
            (f"/v2/{PODINFO}/blobs/{ABSENT}", "BLOB_UNKNOWN", f"{name}@{ABSENT}"),
            ("/v2/no/such/manifests/1", "NAME_UNKNOWN", "ghcr.io/no/such:1"),
            (f"/v2/no/such/blobs/{digest(LAYER)}", "NAME_UNKNOWN", f"ghcr.io/no/such@{digest(LAYER)}"),
            ("/v2/no/such/tags/list", "NAME_UNKNOWN", "ghcr.io/no/such")):
        answer = served.ask(f"{path}?ns=ghcr.io")
        error = errors(answer, 404, code)
        assert error["message"].startswith(f"{what} is not in ") and label in error["message"]
        assert error["detail"] == what
        head = served.ask(f"{path}?ns=ghcr.io", method="HEAD")
        assert (head.status, head.body) == (404, b"")
        assert head.headers["Content-Length"] == str(len(answer.body))


def test_failing_requests_are_answered_again_and_again(served):
    connection = served.connect()
    for i in range(20):
        connection.request("HEAD" if i % 2 else "GET", "/v2/no/such/manifests/1?ns=ghcr.io")
        response = connection.getresponse()
        response.read()
        assert response.status == 404
    connection.request("GET", "/v2/")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize("path, status, code", [
    ("/v2/Stefanprodan/podinfo/manifests/6.9.1", 400, "NAME_INVALID"),
    (f"/v2/{PODINFO}/blobs/sha256:12", 400, "DIGEST_INVALID"),
    (f"/v2/{PODINFO}/manifests/sha512:{'0' * 128}", 400, "DIGEST_INVALID"),
    (f"/v2/{PODINFO}/referrers/6.9.1", 400, "DIGEST_INVALID"),
    (f"/v2/{PODINFO}/manifests/.bad", 404, "MANIFEST_UNKNOWN"),
    (f"/v2/{PODINFO}/tags/list?n=many", 400, "PAGINATION_NUMBER_INVALID"),
    ("/v2/../../etc/passwd/manifests/1", 400, "NAME_INVALID"),
    ("/v2/%2e%2e/%2e%2e/etc/manifests/1", 400, "NAME_INVALID"),
    ("/v2/a%2f..%2fb/manifests/1", 400, "NAME_INVALID"),
    (f"/v2//{PODINFO}/manifests/6.9.1", 400, "NAME_INVALID"),
    (f"/v2/{PODINFO}//manifests/6.9.1", 400, "NAME_INVALID"),
    (f"/v2/{PODINFO}/manifests/%2e%2e", 404, "MANIFEST_UNKNOWN"),
    (f"/v2/{PODINFO}/manifests/%ff%fe", 404, "MANIFEST_UNKNOWN"),
])
def test_what_no_registry_has(served, path, status, code):
    errors(served.ask(path, "ghcr.io"), status, code)


@pytest.mark.parametrize("path", ["/v2/a%00b/manifests/1", "/v2/%zz/manifests/1", "/v2/a%"])
def test_broken_escapes(served, path):
    assert served.ask(path, "ghcr.io").status == 400


@pytest.mark.parametrize("path", ["//v2/", "/v2/../v2/", "/v3/", "/v2/x/../..", "/v2/%2e%2e/%2e%2e/etc/passwd"])
def test_paths_of_no_api(served, path):
    assert served.ask(path, "ghcr.io").status == 404


@pytest.mark.parametrize("method, path", [
    ("POST", "/v2/stefanprodan/podinfo/blobs/uploads/"),
    ("PUT", "/v2/stefanprodan/podinfo/blobs/uploads/1?digest=" + ABSENT),
    ("PATCH", "/v2/stefanprodan/podinfo/blobs/uploads/1"),
    ("PUT", "/v2/stefanprodan/podinfo/manifests/6.9.1"),
    ("DELETE", "/v2/stefanprodan/podinfo/manifests/" + ABSENT),
    ("DELETE", "/v2/stefanprodan/podinfo/blobs/" + ABSENT),
    ("POST", "/v2/"),
])
def test_pushes_are_refused(served, method, path):
    answer = served.ask(path, "ghcr.io", method, body=b"x" * 1000)
    errors(answer, 405, "UNSUPPORTED")
    assert answer.headers["Allow"] == "GET, HEAD"


# --- lists ---

def test_tags_page_by_page(served):
    path, seen = "/v2/apps/web/tags/list?ns=reg.test%3A5000&n=2", []
    while path:
        answer = served.ask(path)
        page = json.loads(answer.body)
        assert page["name"] == "apps/web" and len(page["tags"]) <= 2
        seen += page["tags"]
        link = answer.headers["Link"]
        assert link is None or link.endswith('>; rel="next"')
        path = link and link[1:].split(">")[0]
    assert seen == ["1.0", "1.1", "2.0"]
    last = json.loads(served.ask("/v2/apps/web/tags/list?last=1.0", "reg.test:5000").body)
    assert last["tags"] == ["1.1", "2.0"]
    none = served.ask("/v2/apps/web/tags/list?n=0", "reg.test:5000")
    assert json.loads(none.body)["tags"] == [] and none.headers["Link"] is None


def test_catalog_of_a_registry_and_of_all(served):
    one = json.loads(served.ask("/v2/_catalog", "ghcr.io").body)
    assert one == {"repositories": ["stefanprodan/charts/podinfo", "stefanprodan/podinfo"]}
    everything = ["docker.io/library/busybox", "ghcr.io/stefanprodan/charts/podinfo",
                  "ghcr.io/stefanprodan/podinfo", "quay.test/apps/web", "quay.test/library/busybox",
                  "quay.test/pinned/app", "reg.test:5000/apps/web"]
    assert json.loads(served.ask("/v2/_catalog").body)["repositories"] == everything
    page = served.ask("/v2/_catalog?n=4")
    assert json.loads(page.body)["repositories"] == everything[:4]
    rest = served.ask(page.headers["Link"][1:].split(">")[0])
    assert json.loads(rest.body)["repositories"] == everything[4:]
    for name in everything:
        assert json.loads(served.ask(f"/v2/{name}/tags/list").body)["tags"]


def test_referrers_are_none_and_never_404(served):
    for name in (PODINFO, "no/such"):
        answer = served.ask(f"/v2/{name}/referrers/{served.content.index['digest']}", "ghcr.io")
        assert (answer.status, answer.headers["Content-Type"]) == (200, INDEX)
        assert json.loads(answer.body) == {"schemaVersion": 2, "mediaType": INDEX, "manifests": []}
        assert answer.headers["OCI-Filters-Applied"] is None
    filtered = served.ask(f"/v2/{PODINFO}/referrers/{ABSENT}?artifactType=application%2Fx", "ghcr.io")
    assert filtered.headers["OCI-Filters-Applied"] == "artifactType"
