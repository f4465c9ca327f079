# SPDX-License-Identifier: Apache-2.0
"""Gets what objects of Flux refer to, with git and Helm themselves: checkouts, and packaged charts."""

import base64
import os
import pathlib
import re
import shutil
import subprocess
import tarfile

import yaml

PACKAGE_MOST = 20  # tries


class Missing(Exception):
    """A source that cannot be had, with the words of who was asked."""


def run(*command, env=None, cwd=None):
    r = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=env, cwd=cwd, check=False)
    if r.returncode:
        raise Missing(r.stderr.strip().replace("\n", " ")[-600:] or f"{command[0]} failed")
    return r.stdout


def sorted_out(files):
    """Files as texts and, in base64, others."""
    texts, others = {}, {}
    for name, data in files:
        try:
            texts[name] = data.decode()
        except UnicodeDecodeError:
            others[name] = base64.b64encode(data).decode()
    return texts, others


def files_of(folder):
    """What is in a folder, by path."""
    return sorted_out((path.relative_to(folder).as_posix(), path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file())


class Sources:
    """Fetches each source once into a folder; `left` says which of some files are in an artifact (files, ignore)."""

    def __init__(self, folder, helm, left, ca_file=None):
        self.folder, self.helm, self.left = pathlib.Path(folder), helm, left
        self.env = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "HELM_CACHE_HOME": str(self.folder / "helm"),
                    "HELM_CONFIG_HOME": str(self.folder / "helm"), "HELM_DATA_HOME": str(self.folder / "helm")}
        if ca_file:
            self.env.update({"GIT_SSL_CAINFO": ca_file, "SSL_CERT_FILE": ca_file})
        self.ca = ["--ca-file", ca_file] if ca_file else []
        self.known, self.by_chance = {}, set()

    def once(self, key, make):
        """What make() gives for a new folder; it is asked once."""
        if key not in self.known:
            folder = self.folder / str(len(self.known))
            folder.mkdir(parents=True)
            try:
                self.known[key] = make(folder)
            except Missing as e:
                self.known[key] = e
        if isinstance(self.known[key], Missing):
            raise self.known[key]
        return self.known[key]

    def artifact(self, repository):
        """The folder with what source-controller keeps of a GitRepository, and the commit."""
        spec = repository["spec"]
        ref, ignore = spec.get("ref", {}), spec.get("ignore")
        unknown = set(spec) - {"url", "ref", "interval", "timeout", "ignore", "secretRef", "suspend"} | set(ref) - {"tag", "branch", "commit"}
        if unknown:
            raise Missing(f"GitRepository {repository['metadata']['name']}: this tool does not know {sorted(unknown)}")
        asked = ref.get("commit") or (f"refs/tags/{ref['tag']}" if "tag" in ref else f"refs/heads/{ref.get('branch', 'master')}")

        def make(folder):
            run("git", "init", "-q", folder)
            run("git", "-C", folder, "fetch", "-q", "--depth", "1", spec["url"], asked, env=self.env)
            run("git", "-C", folder, "checkout", "-q", "FETCH_HEAD")
            commit = run("git", "-C", folder, "rev-parse", "HEAD").strip()
            self.drop(folder, ignore)
            return folder, commit
        return self.once((spec["url"], asked, ignore), make)

    def drop(self, folder, ignore):
        """Removes what is ignored."""
        shutil.rmtree(folder / ".git")
        names = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and not p.is_symlink()]
        files = {name: (folder / name).read_text() if name.endswith(".sourceignore") else "" for name in names}
        for name in set(names) - set(self.left(files, ignore)):
            (folder / name).unlink()

    # --- charts, as source-controller packages them ---

    def chart(self, release, find):
        """The files of a release's chart; `find` gives an object by kind, namespace and name."""
        spec, space = release["spec"], release["metadata"]["namespace"]
        ref = spec.get("chartRef")
        if ref and ref["kind"] == "HelmChart":
            spec = {"chart": find(ref["kind"], ref.get("namespace", space), ref["name"])}
        elif ref:
            return self.of_registry(find(ref["kind"], ref.get("namespace", space), ref["name"]))
        wanted = spec["chart"]["spec"]
        if wanted.get("valuesFiles"):
            raise Missing("this tool does not know valuesFiles")
        ref = wanted["sourceRef"]
        source = find(ref["kind"], ref.get("namespace", space), ref["name"])
        if ref["kind"] == "HelmRepository":
            return self.of_repository(source, wanted)
        return self.of_git(source, wanted)

    def of_git(self, source, wanted):
        folder, commit = self.artifact(source)
        revision = commit[:12] if wanted.get("reconcileStrategy") == "Revision" else ""
        return self.once((folder, wanted["chart"], revision), lambda to: self.package(folder / wanted["chart"], revision, to))

    def package(self, chart, revision, to):
        if not (chart / "Chart.yaml").exists():
            raise Missing(f"{chart.name}: no Chart.yaml")
        version = yaml.load((chart / "Chart.yaml").read_text(), yaml.BaseLoader)["version"]
        more = ["--version", version + "+" + revision] if revision else []
        # Two versions of one dependency in charts/ get the same place in the archive, in an order that is chance; the
        # last one counts. Taken is an archive in which that is the one that Chart.yaml asks for.
        for _ in range(PACKAGE_MOST):
            run(self.helm, "package", chart, "-d", to, *more, env=self.env)
            texts, others, is_declared, twice = self.unpacked(to)
            self.by_chance.update(f"{chart.parent.name}/{chart.name}: {name}" for name in twice)
            if is_declared:
                break
        return texts, others

    def of_registry(self, source):
        if source["kind"] != "OCIRepository":
            raise Missing(f"this tool does not know a chart of a {source['kind']}")
        ref = source["spec"].get("ref", {})
        if set(ref) != {"tag"}:
            raise Missing(f"this tool does not know the ref {ref}")
        url = source["spec"]["url"]

        def make(to):
            run(self.helm, "pull", url, "--version", ref["tag"], "-d", to, *self.ca, env=self.env)
            return self.unpacked(to)[:2]
        return self.once((url, ref["tag"]), make)

    def of_repository(self, source, wanted):
        url, version = source["spec"]["url"], wanted.get("version", "*")
        where = [f"{url}/{wanted['chart']}"] if url.startswith("oci://") else [wanted["chart"], "--repo", url]

        def make(to):
            run(self.helm, "pull", *where, "--version", version, "-d", to, *self.ca, env=self.env)
            return self.unpacked(to)[:2]
        return self.once((url, wanted["chart"], version), make)

    def unpacked(self, folder):
        """The files of the one chart in a folder; whether its dependencies are those declared; which are there twice."""
        [archive] = folder.glob("*.tgz")
        with tarfile.open(archive) as tar:
            files = [(member.name.partition("/")[2], tar.extractfile(member).read()) for member in tar if member.isfile()]
        versions, last = {}, {}
        for name, data in files:
            if re.fullmatch(r"charts/[^/]+/Chart.yaml", name):
                last[name.split("/")[1]] = version = yaml.load(data, yaml.BaseLoader)["version"]
                versions.setdefault(name.split("/")[1], set()).add(version)
        chart = yaml.load(dict(files)["Chart.yaml"], yaml.BaseLoader)
        declared = {d["name"]: d["version"] for d in chart.get("dependencies") or []}
        twice = [f"{name} in the versions {' and '.join(sorted(found))}" for name, found in versions.items() if len(found) > 1]
        is_declared = all(last[name] == declared.get(name, last[name]) for name, found in versions.items() if len(found) > 1)
        return *sorted_out(files), is_declared, twice
