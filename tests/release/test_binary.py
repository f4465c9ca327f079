# SPDX-License-Identifier: Apache-2.0
"""The binary that ships: one static file that needs nothing beside it."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

BINARY = pathlib.Path(os.environ.get("SANDSTRAP_BINARY", "build/release/sandstrap")).resolve()
MAX_BYTES = 9437184
LOADER_MAX_BYTES = 131072


def readelf(*arguments):
    return subprocess.run(["readelf", "-W", *arguments, BINARY], check=True, capture_output=True, text=True).stdout


def test_has_no_interpreter_and_no_shared_library():
    assert "INTERP" not in readelf("--program-headers")
    assert "(NEEDED)" not in readelf("--dynamic")


def test_is_stripped_and_hardened():
    sections = readelf("--sections")
    assert ".symtab" not in sections and ".debug_info" not in sections
    headers = readelf("--program-headers")
    assert "GNU_RELRO" in headers
    assert not re.search(r"GNU_STACK.*RWE", headers)
    assert "DYN (" in readelf("--file-header"), "position-independent"


def test_fits_the_size_budget():
    assert BINARY.stat().st_size <= MAX_BYTES


def test_carries_a_loader_that_fits_into_a_configmap():
    loader = BINARY.with_name("loader").read_bytes()
    assert len(loader) <= LOADER_MAX_BYTES
    assert loader in BINARY.read_bytes()


def test_carries_no_path_of_the_build_machine():
    content = BINARY.read_bytes()
    checkout = str(pathlib.Path(__file__).resolve().parent.parent.parent).encode()
    assert checkout + b"/" not in content
    assert str(pathlib.Path.home() / ".cache").encode() not in content


def chrooted(root, *arguments):
    """The command line that runs the binary in a root of its own."""
    return ["chroot", str(root), "/sandstrap", *arguments]


@pytest.fixture
def empty_root(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("chroot needs root")
    shutil.copy(BINARY, tmp_path / "sandstrap")
    return tmp_path


def test_lives_alone_in_a_root(empty_root):
    result = subprocess.run(chrooted(empty_root, "--version"), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("sandstrap ")


def test_executes_nothing_else(empty_root):
    trace = empty_root.parent / "trace"
    command = ["strace", "-f", "-e", "trace=execve,execveat", "-o", trace, *chrooted(empty_root, "--help")]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    executed = re.findall(r'execve(?:at)?\(.*"([^"]+)", \[.*= 0', trace.read_text())
    assert [path for path in executed if not path.endswith("chroot")] == ["/sandstrap"]
