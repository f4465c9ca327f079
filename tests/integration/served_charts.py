# SPDX-License-Identifier: Apache-2.0
"""What the tests of the Helm repositories that `serve` answers for share: a bundle of charts beside the other one."""

import pytest
from bundles import Tree, forged
from conftest import runner
from helm_repositories import Repository, helm_release
from served import Content, Server, rename

# Chart.yaml as people write it: what Helm makes of each field is in its index.
FULL = """\
apiVersion: v2
name: full
version: 1.10.0-rc.1+build.7
appVersion: 1.10
kubeVersion: ">=1.25.0-0"
description: |
  Two lines,
  a tab\there and a zero\u200bwidth space
type: application
deprecated: true
home: https://example.org
icon: ""
sources: [https://example.org/a, https://example.org/b]
keywords: [one, 2, true]
maintainers: [{name: Jane, email: jane@example.org}, {name: Joe, url: https://joe.example.org}]
annotations: {licence: Apache-2.0, number: 12, list: "- a\\n- b\\n"}
dependencies:
- {name: low, version: 1.x, repository: "https://low.example.org", condition: low.enabled, tags: [a, b], alias: lower}
- {name: bare, import-values: [data, {child: a, parent: b}]}
"""
# What an archive does not bring with it nobody fetches, and Helm refuses the chart.
DEPENDENCIES = {f"charts/{name}/Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n" for name in ("low", "bare")}
VERSION = "kind: Version\nmetadata: {name: x}\na: {{ .Chart.Version }}\n"
OLD = "name: old\nversion: v0.1.0\ndescription: of Helm 2\nengine: gotpl\ntillerVersion: '>2'\n"


class Charts:
    """A bundle of charts of three repositories, two of them on one host."""

    def __init__(self, content, folder):
        self.archives = {}
        self.path = folder / "charts.bundle"
        tree = Tree(folder / "charts", content.upstream, content.sandstrap, content.authority)
        stable, edge, other = (Repository(content.upstream, path)
                               for path in ("charts.test/stable", "charts.test/edge/x", "other.test/charts"))
        releases = []
        for repository, name, version, files in (
                (stable, "tool", "1.9.0", {}), (stable, "tool", "1.10.0", {}), (stable, "tool", "1.10.0-rc.1", {}),
                (stable, "full", "1.10.0-rc.1+build.7", {"Chart.yaml": FULL, **DEPENDENCIES}),
                (stable, "old", "v0.1.0", {"Chart.yaml": OLD,
                                           "requirements.yaml": "dependencies: [{name: low, version: 1.0.0}]",
                                           **DEPENDENCIES}),
                (edge, "tool", "2.0.0", {"templates/x.yaml": VERSION}), (other, "tool", "1.9.0", {})):
            host = repository.path.split("/")[0]
            self.archives[host, f"{name}-{version}.tgz"] = repository.add(name, version, files)
            repository.add(name, "99.0.0")  # upstream has more than what is pinned
            releases += helm_release(repository.url, name, version, f"r{len(releases)}")
        tree.objects(*releases)
        tree.lock()
        tree.build()
        self.tree = tree
        self.path.write_bytes(forged(tree.bundle_file.read_bytes(),
                                     lambda index: rename(index, content.upstream.host)))
        content.sandstrap("bundle", "verify", self.path)


class Upstream(Content):
    """The bundle of the other tests as well, for charts of a registry."""

    def offer(self, origin, tree):
        super().offer(origin, tree)
        self.upstream, self.sandstrap = origin, tree.sandstrap
        self.authority = type("Authority", (), {"certificate": tree.ca})
        self.charts = Charts(self, tree.folder.parent)


@pytest.fixture(scope="module")
def charts(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("charts")
    content = Upstream(folder, runner(binary, folder))
    with Server(binary, folder, content.path, content.charts.path, "--tls", "127.0.0.1:0", "--authority",
                folder / "authority.of.serve") as server:
        server.content = content
        server.archives = content.charts.archives
        server.ca = folder / "authority.of.serve/ca.crt"
        yield server
