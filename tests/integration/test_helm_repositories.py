# SPDX-License-Identifier: Apache-2.0
"""Charts of Helm repositories over https: found by the index, locked by their archives, bundled."""

import hashlib

import pytest
import yaml
from bundles import archive, authority, forged, origin, tree  # noqa: F401 (fixtures)
from helm_repositories import Repository, helm_release, packed, repository  # noqa: F401 (fixture)
from privates import SECRET, privates, write_netrc  # noqa: F401 (fixture)
from walks import image_values, images, offer, values


def test_chart_is_locked_bundled_and_verified(tree, repository):
    offer(tree, "tool:5", "sub:6")
    sub = {f"charts/sub/{k}": v for k, v in {
        "Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n", **values(main=image_values(tree, "sub:6"))}.items()}
    data = repository.add("tool", "1.2.3", {**values(main=image_values(tree, "tool:5")), **sub})
    repository.add("tool", "1.3.0")
    tree.objects(*helm_release(repository.url + "/"))
    pins = tree.lock()
    name = f"{repository.url}/tool:1.2.3"
    assert [pin for pin in pins if pin["kind"] == "chart"] == [
        {"kind": "chart", "name": name, "digest": "sha256:" + hashlib.sha256(data).hexdigest(), "size": len(data),
         "usedBy": ["HelmRelease flux-system/r"]}]
    assert images(tree) == {"tool:5", "sub:6"}
    tree.build()
    tree.verify()
    assert tree.read().content("chart", name) == data
    assert name in tree.run("bundle", "inspect", tree.bundle_file).stdout
    tree.run("render", "clusters/sandbox", "--bundle", tree.bundle_file, "--lock", tree.lock_file)
    assert tree.lock("--check") is not None


def test_index_is_asked_for_once_and_a_build_asks_for_nothing(tree, repository):
    for chart in ("one", "two", "three"):
        repository.add(chart, "1.0.0")
    tree.objects(*[o for chart in ("one", "two", "three")
                   for o in helm_release(repository.url, chart, "1.0.0", name=chart)])
    tree.lock()
    assert tree.upstream.asked("index.yaml") == 1
    asked = len(tree.upstream.log)
    tree.build()
    assert len(tree.upstream.log) == asked  # all of it is in the cache
    tree.env["SANDSTRAP_CACHE"] = str(tree.folder / "empty")
    tree.bundle_file.unlink()
    tree.build()
    tree.verify()
    assert tree.upstream.asked("index.yaml") == 2


@pytest.mark.parametrize("asked, has", [
    ("1.2.3", "1.2.3"), ("v1.2.3", "1.2.3"), ("1.2.3", "v1.2.3"), ("1.2.3", "1.2.3+up7"), ("1.2.3+up7", "1.2.3+up7"),
    ("1.2.3-rc.1", "1.2.3-rc.1"),
])
def test_version_as_helm_compares_it(tree, repository, asked, has):
    repository.add("tool", has)
    repository.add("tool", "1.2.4")
    tree.objects(*helm_release(repository.url, version=asked))
    tree.lock()
    assert tree.pinned("chart") == {f"{repository.url}/tool:{asked}"}
    tree.build()
    tree.verify()


RANGES = {None: "2.0.0", "": "2.0.0", "*": "2.0.0", ">=1.0.0": "2.0.0", "^1.2.3": "1.9.0", "~1.2": "1.2.9", "1.2": "1.2.9",
          "1.x": "1.9.0", "1.0.0 - 2.0.5": "2.0.0", "=1.2.3": "1.2.3", ">=2.0.0-0": "2.1.0-rc.1"}


@pytest.mark.parametrize("version, means", RANGES.items())
@pytest.mark.parametrize("kind", ["https", "oci"])
def test_range_is_the_newest_version_in_it_and_stays_that(tree, repository, version, means, kind):
    def add(*versions):
        for one in versions:
            tree.upstream.add_chart("charts/tool", one, {}) if kind == "oci" else repository.add("tool", one)

    add("1.2.3", "1.2.9", "1.9.0", "2.0.0", "2.1.0-rc.1")
    tree.upstream.tags_page = 2
    url = repository.url if kind == "https" else f"oci://{tree.upstream.host}/charts"
    tree.objects(*helm_release(url, version=version, **({"type": "oci"} if kind == "oci" else {})))
    pin = next(pin for pin in tree.lock() if pin["kind"] == "chart")
    assert pin["name"] == f"{url.removeprefix('oci://')}/tool:{means}"
    assert pin["usedBy"] == [f"HelmRelease flux-system/r, version '{version or '*'}'"]
    add("1.2.10", "1.9.1", "2.0.1", "2.1.0")  # the lock has what it meant
    asked = len(tree.upstream.log)
    tree.build()
    tree.verify()
    assert tree.upstream.asked("tags/list") == sum("tags/list" in line for line in tree.upstream.log[:asked])
    assert tree.read().artifact("chart")["name"] == pin["name"]
    tree.lock("--check", check=11 if means != "1.2.3" else 0)  # now it means another one


@pytest.mark.parametrize("version, text", [(">=3", "no version of 2 is in the range '>=3'"), ("nonsense", "no range of versions")])
def test_range_that_means_nothing_is_told(tree, repository, version, text):
    repository.add("tool", "1.0.0")
    repository.add("tool", "2.0.0")
    tree.objects(*helm_release(repository.url, version=version))
    error = tree.lock(check=None).stderr
    assert "HelmRelease flux-system/r: spec.chart.spec.version: chart tool of" in error and text in error


def test_two_builds_of_one_version_are_told_apart(tree, repository):
    repository.add("tool", "1.2.3+a")
    repository.add("tool", "1.2.3+b")
    tree.objects(*helm_release(repository.url))
    error = tree.lock(check=12).stderr
    assert "1.2.3 may be 1.2.3+a or 1.2.3+b" in error and "in full" in error
    tree.objects(*helm_release(repository.url, version="1.2.3+b"))
    tree.lock()


@pytest.mark.parametrize("url", ["tool-1.2.3.tgz", "../charts/tool-1.2.3.tgz", "/files/charts/tool-1.2.3.tgz",
                                 "{url}/tool-1.2.3.tgz", "//{host}/files/charts/tool-1.2.3.tgz"])
def test_archives_by_relative_and_absolute_urls(tree, repository, url):
    repository.add("tool", "1.2.3", urls=[url.format(url=repository.url, host=tree.upstream.host), "nowhere"])
    tree.objects(*helm_release(repository.url))
    tree.lock()
    tree.build()


@pytest.mark.parametrize("given", [None, "", "sha256:{}"])
def test_digest_of_the_index_may_be_missing_or_have_its_algorithm(tree, repository, given):
    repository.add("tool", "1.2.3", digest=given and given.format(hashlib.sha256(packed("tool", "1.2.3")).hexdigest()))
    tree.objects(*helm_release(repository.url))
    tree.lock()


def test_digest_of_another_kind_is_named(tree, repository):
    repository.add("tool", "1.2.3", digest="0123456789abcdef0123456789abcdef")
    tree.objects(*helm_release(repository.url))
    result = tree.run("bundle", "lock", "-o", tree.lock_file, "--ca-file", tree.ca)
    assert "tool 1.2.3 has a digest that is no SHA-256" in result.stderr


def test_digest_that_is_not_the_archives_is_refused(tree, repository):
    repository.add("tool", "1.2.3", digest="0" * 64)
    tree.objects(*helm_release(repository.url))
    error = tree.lock(check=5).stderr
    assert f"chart {repository.url}/tool:1.2.3: its archive has the digest" in error and "the index says" in error


@pytest.mark.parametrize("fields, words", [
    ({"removed": True}, "is marked as removed"), ({"deprecated": True}, "is marked as deprecated"),
])
def test_what_an_index_marks_is_said(tree, repository, fields, words):
    repository.add("tool", "1.2.3", **fields)
    tree.objects(*helm_release(repository.url))
    result = tree.run("bundle", "lock", "-o", tree.lock_file, "--ca-file", tree.ca)
    assert f"chart tool 1.2.3 {words}" in result.stderr


def test_version_that_is_there_twice_is_said(tree, repository):
    repository.add("tool", "1.2.3")
    repository.add("tool", "1.2.3", digest="0" * 64)
    tree.objects(*helm_release(repository.url))
    result = tree.run("bundle", "lock", "-o", tree.lock_file, "--ca-file", tree.ca)
    assert "more than once" in result.stderr


def wrong_index(text, code, words):
    return pytest.param(lambda r: r.put(text), code, words, id=text[:12] or "empty")


@pytest.mark.parametrize("change, code, words", [
    wrong_index("", 6, "no index of a Helm repository"),
    wrong_index("a: b", 6, "it has no apiVersion"),
    wrong_index("apiVersion: v2", 12, "only v1 is understood"),
    wrong_index("apiVersion: v1\nentries: {}", 6, "has no chart tool"),
    wrong_index("<!doctype html><p>Log in", 6, "web page"),
    wrong_index("a: [", 6, "index.yaml:2"),
    wrong_index("a: " + "x" * (51 << 20), 6, "index.yaml"),
    pytest.param(lambda r: r.add("tool", "1.2.4"), 6, "it has 1.2.4", id="other version"),
    pytest.param(lambda r: r.add("tool", "1.2.3", urls=[]), 6, "no URL", id="no URL"),
    pytest.param(lambda r: r.add("tool", "1.2.3", urls=["gone.tgz"]), 6, "404", id="no archive"),
    pytest.param(lambda r: r.add("tool", "1.2.3", urls=["oci://h/tool:1.2.3"]), 12, "type oci", id="oci"),
    pytest.param(lambda r: r.add("tool", "1.2.3", urls=["http://h/tool.tgz"], digest=None), 6, "without TLS",
                 id="downgrade"),
    pytest.param(lambda r: r.add("tool", "1.2.0", listed="1.2.3"), 5, "the archive is of the chart tool 1.2.0",
                 id="other chart"),
])
def test_what_is_wrong_with_a_repository_is_said_with_the_release(tree, repository, change, code, words):
    change(repository)
    tree.objects(*helm_release(repository.url))
    error = tree.lock(check=code).stderr
    assert "HelmRelease flux-system/r: chart " in error and words in error


def test_a_repository_that_is_not_there(tree):
    tree.objects(*helm_release(tree.upstream.url + "/files/none"))
    error = tree.lock(check=6).stderr
    assert "/files/none/index.yaml" in error and "404" in error


@pytest.mark.parametrize("url, more, code, words", [
    ("oci://{host}/charts", {}, 3, "oci:// needs the type oci"),
    ("https://{host}/charts", {"type": "oci"}, 3, "oci:// needs the type oci"),
    ("https://{host}/charts?ref=1", {}, 12, "without a query"),
    ("ftp://{host}/charts", {}, 3, "http, https or oci"),
])
def test_urls_that_make_no_sense(tree, url, more, code, words):
    tree.objects(*helm_release(url.format(host=tree.upstream.host), **more))
    assert words in tree.lock(check=code).stderr


def test_tree_that_changed_after_the_lock_is_refused(tree, repository):
    repository.add("tool", "1.2.3")
    repository.add("tool", "1.2.4")
    tree.objects(*helm_release(repository.url))
    tree.lock()
    tree.objects(*helm_release(repository.url, version="1.2.4"))
    error = tree.build(check=3).stderr
    assert f"chart {repository.url}/tool:1.2.4 is not in the lock" in error


def test_upstream_that_changed_after_the_lock_is_refused(tree, repository):
    repository.add("tool", "1.2.3")
    tree.objects(*helm_release(repository.url))
    tree.lock()
    repository.index["entries"] = {}
    repository.add("tool", "1.2.3", {"values.yaml": "new: 1\n"})
    tree.env["SANDSTRAP_CACHE"] = str(tree.folder / "empty")
    error = tree.build(check=5).stderr
    assert "its archive has the digest" in error and "the lock says" in error


def test_bundle_with_another_chart_is_refused(tree, repository):
    data = repository.add("tool", "1.2.3")
    tree.objects(*helm_release(repository.url))
    tree.lock()
    tree.build()
    good = tree.bundle_file.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    for content, words in ((packed("tool", "1.2.4"), "the archive is of the chart tool 1.2.4"),
                           (packed("other", "1.2.3"), "the archive is of the chart other 1.2.3"),
                           (b"no archive", "chart " + repository.url)):
        tree.bundle_file.write_bytes(forged(good, lambda index: None, {digest: content}))
        assert words in tree.verify(check=5).stderr
    tree.bundle_file.write_bytes(good)
    tree.verify()


def test_releases_that_an_umbrella_renders(tree, repository):
    """Their charts come from repositories, too; a version that the values name is looked up as any other."""
    offer(tree, "reg:1")
    repository.add("reg", "4.0.0-bb.1", values(main=image_values(tree, "reg:1")))
    source_, release_ = helm_release(repository.url, "reg", "VERSION")
    text = yaml.safe_dump_all([{**source_, "metadata": {"name": "reg"}},
                               {**release_, "metadata": {"name": "reg"}}]).replace("VERSION", '{{ .Values.tag | quote }}')
    text = text.replace(f"name: {source_['metadata']['name']}\n", "name: reg\n")
    repository.add("umbrella", "1.0.0", {"values.yaml": "tag: 4.0.0-bb.1\n", "templates/all.yaml": text})
    tree.objects(*helm_release(repository.url, "umbrella", "1.0.0"))
    tree.lock()
    assert tree.pinned("chart") == {f"{repository.url}/umbrella:1.0.0", f"{repository.url}/reg:4.0.0-bb.1"}
    assert images(tree) == {"reg:1"}
    tree.build()
    tree.verify()
    tree.objects(*[{**o, "spec": {**o["spec"], "values": {"tag": ">=4"}}}
                   if o["kind"] == "HelmRelease" else o for o in helm_release(repository.url, "umbrella", "1.0.0")])
    error = tree.lock(check=6).stderr
    assert "HelmRelease flux-system/reg" in error and "'>=4'" in error


# --- logins ---


def test_login_of_the_netrc_is_used_and_not_handed_on(tree, privates):
    private = privates()
    inside = Repository(private)
    data = inside.add("tool", "1.2.3")
    tree.objects(*helm_release(inside.url))
    assert "401" in tree.lock(check=6).stderr
    write_netrc(tree)
    tree.lock()
    tree.build()
    assert tree.read().content("chart") == data
    assert SECRET not in tree.lock_file.read_text() and SECRET.encode() not in tree.bundle_file.read_bytes()


@pytest.mark.parametrize("rest", ["robot:{}@HOST/files/charts", "HOST/files/charts?token={}"])
def test_credentials_in_the_url_of_a_repository_are_refused(tree, privates, rest):
    url = "https://" + rest.replace("{}", SECRET).replace("HOST", privates().host)
    tree.objects(*helm_release(url))
    result = tree.lock(check=3)
    assert "HelmRelease flux-system/r" in result.stderr and "cannot be locked" in result.stderr
    assert SECRET not in result.stderr


def test_signed_url_of_an_archive_stays_with_the_index(tree, privates):
    """It is used, and is in no message, lock or bundle."""
    private = privates()
    repository = Repository(tree.upstream)
    private.files["tool.tgz"] = packed("tool", "1.2.3")
    repository.add("tool", "1.2.3", urls=[f"{private.url}/files/tool.tgz?token={SECRET}"])
    tree.objects(*helm_release(repository.url))
    result = tree.run("bundle", "lock", "-o", tree.lock_file, "--ca-file", tree.ca, "--trace", "all")
    tree.build()
    assert f"{private.url}/files/tool.tgz?token=***" in result.stderr
    assert SECRET not in result.stderr + tree.lock_file.read_text()
    assert SECRET.encode() not in tree.bundle_file.read_bytes()
