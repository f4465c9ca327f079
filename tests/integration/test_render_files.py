# SPDX-License-Identifier: Apache-2.0
"""The files that `render -o` writes: their names, who may read them, and what it leaves alone."""

import os
import stat
import subprocess

import pytest
import yaml


def thing(kind, name, namespace=None, api="v1"):
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata}


@pytest.fixture
def tree(tmp_path):
    """tree(objects...) makes a folder to render."""

    def make(*objects):
        folder = tmp_path / "tree"
        folder.mkdir(exist_ok=True)
        (folder / "objects.yaml").write_text(yaml.safe_dump_all(objects))
        (folder / "kustomization.yaml").write_text("resources: [objects.yaml]\n")
        return folder

    return make


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_names_have_the_namespace_once_there_are_two(sandstrap, tree, tmp_path):
    # None counts as `default`; what has no namespace by its kind has none in its name.
    folder = tree(thing("ConfigMap", "x"), thing("ConfigMap", "x", "prod"), thing("Namespace", "prod"),
                  thing("ClusterRole", "a:b", "prod", "rbac.authorization.k8s.io/v1"))
    sandstrap("render", "-o", "out/", folder)
    assert names(tmp_path / "out") == [
        "default_v1_configmap_x.yaml", "prod_v1_configmap_x.yaml",
        "rbac.authorization.k8s.io_v1_clusterrole_a:b.yaml", "v1_namespace_prod.yaml"]
    folder = tree(thing("ConfigMap", "x"), thing("ConfigMap", "y", "default"), thing("Namespace", "prod"))
    sandstrap("render", "-o", "one/", folder)
    assert names(tmp_path / "one") == ["v1_configmap_x.yaml", "v1_configmap_y.yaml", "v1_namespace_prod.yaml"]


@pytest.mark.parametrize("twins", [("x", "X"), ("a/b", "a_b")])
def test_two_objects_never_share_a_file(sandstrap, tree, tmp_path, twins):
    result = sandstrap("render", "-o", "out/", tree(*(thing("ConfigMap", name) for name in twins)), check=3)
    assert all(f"ConfigMap {name} (v1)" in result.stderr for name in twins), result
    assert not (tmp_path / "out").exists()


def test_what_holds_a_secret_is_its_owners_alone(sandstrap, tree, tmp_path):
    folder = tree(thing("ConfigMap", "x"), thing("Secret", "s"))
    old = os.umask(0o022)
    try:
        (tmp_path / "there.yaml").write_text("old")
        sandstrap("render", "-o", "out/", folder)
        sandstrap("render", "-o", "all.yaml", folder)
        sandstrap("render", "-o", "there.yaml", folder)
        sandstrap("render", "-o", "plain.yaml", tree(thing("ConfigMap", "x")))
        os.umask(0o077)
        sandstrap("render", "-o", "narrow.yaml", folder)
    finally:
        os.umask(old)
    assert mode(tmp_path / "out/v1_secret_s.yaml") == 0o600
    assert mode(tmp_path / "out/v1_configmap_x.yaml") == 0o644
    assert mode(tmp_path / "all.yaml") == mode(tmp_path / "there.yaml") == mode(tmp_path / "narrow.yaml") == 0o600
    assert mode(tmp_path / "plain.yaml") == 0o644


def test_links_and_open_files_are_written_through(sandstrap, binary, tree, tmp_path):
    folder = tree(thing("ConfigMap", "x"))
    expected = sandstrap("render", folder).stdout
    (tmp_path / "below").mkdir()
    (tmp_path / "below/real.yaml").write_text("old")
    (tmp_path / "below/real.yaml").chmod(0o600)
    (tmp_path / "link.yaml").symlink_to("below/real.yaml")
    sandstrap("render", "-o", "link.yaml", folder)
    assert (tmp_path / "link.yaml").is_symlink()
    assert (tmp_path / "below/real.yaml").read_text() == expected
    assert mode(tmp_path / "below/real.yaml") == 0o600
    assert sandstrap("render", "-o", "/dev/stdout", folder).stdout == expected
    os.mkfifo(tmp_path / "fifo")
    with subprocess.Popen([binary, "render", "-o", "fifo", folder], cwd=tmp_path) as process:
        assert (tmp_path / "fifo").read_text() == expected
        assert process.wait(60) == 0
    assert stat.S_ISFIFO((tmp_path / "fifo").stat().st_mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small file system")
def test_a_full_disk_leaves_what_was_there(binary, tree, tmp_path):
    large = {**thing("ConfigMap", "large"), "data": {"text": "x" * 200000}}
    (tmp_path / "disk").mkdir()
    script = f"""mount -t tmpfs -o size=64k none disk && echo old >disk/f
        {binary} render -o disk/f tree; echo $?; {binary} render -o disk/new tree; echo $?
        cat disk/f; ls -A disk"""
    tree(large)
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=tmp_path, capture_output=True, text=True,
                          timeout=60)
    assert done.stdout.split() == ["1", "1", "old", "f"], done.stderr
    assert done.stderr.count("No space left on device") == 2
