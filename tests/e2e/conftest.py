# SPDX-License-Identifier: Apache-2.0
"""One lab for all end-to-end tests: bringing it up and filling it is most of their time."""

import os

import pytest

from lab import BINARY, Lab


@pytest.fixture(scope="session")
def lab():
    if not BINARY.is_file():
        pytest.fail(f"{BINARY} does not exist: tests/run build, or set SANDSTRAP_BINARY")
    lab = Lab(f"e2e-{os.getpid()}")
    lab.up()
    yield lab
    if not os.environ.get("SANDSTRAP_KEEP_LAB"):
        lab.tool("down")
        assert not lab.work.exists()
