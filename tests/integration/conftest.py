# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the integration tests: the binary under test as a function."""

import os
import pathlib
import subprocess

import pytest
from bundles import offering
from served import Content, Server

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("SANDSTRAP_BINARY", CHECKOUT / "build/dev/sandstrap"))
TIMEOUT_S = 120


class Result:
    """Outcome of one run."""

    def __init__(self, arguments, completed):
        self.arguments = arguments
        self.code = completed.returncode
        self.stdout = completed.stdout
        self.stderr = completed.stderr

    def __repr__(self):
        command = " ".join(map(str, self.arguments))
        return f"sandstrap {command}: exit {self.code}\n{self.stdout[-2000:]}\n{self.stderr[-4000:]}"


@pytest.fixture(scope="session")
def binary():
    if not BINARY.is_file():
        pytest.fail(f"{BINARY} does not exist: tests/run build")
    return BINARY


def runner(binary, folder):
    """run("render", folder, check=0) runs the binary and asserts its exit status.

    check=None lets any status pass; env adds to an environment that leads to no cluster and no
    home of the developer's; cwd is `folder` unless said.
    """

    def run(*arguments, check=0, env=None, cwd=None, timeout=TIMEOUT_S, input=None):
        home = folder / "home"
        home.mkdir(exist_ok=True)
        environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        environment.update(HOME=str(home), KUBECONFIG="/nonexistent", **(env or {}))
        completed = subprocess.run([binary, *map(str, arguments)], cwd=cwd or folder, env=environment,
                                   capture_output=True, text=True, timeout=timeout, input=input)
        result = Result(arguments, completed)
        assert check is None or result.code == check, repr(result)
        return result

    return run


@pytest.fixture
def sandstrap(binary, tmp_path):
    """The binary under test as a function, in the test's own folder."""
    return runner(binary, tmp_path)


@pytest.fixture
def bundled(tmp_path, sandstrap):
    """A small GitOps tree with its upstream, locked and bundled."""
    with offering(tmp_path, sandstrap) as tree:
        tree.lock()
        tree.build()
        yield tree


@pytest.fixture(scope="module")
def content(binary, tmp_path_factory):
    """A bundle with artifacts of several upstream hosts (served.py), for all tests of a file."""
    folder = tmp_path_factory.mktemp("content")
    return Content(folder, runner(binary, folder))


@pytest.fixture(scope="module")
def served(binary, tmp_path_factory, content):
    """A server of that bundle."""
    with Server(binary, tmp_path_factory.mktemp("served"), content.path) as server:
        server.content = content
        yield server
