# SPDX-License-Identifier: Apache-2.0
"""One lab for all end-to-end tests: bringing it up and filling it is most of their time.

SANDSTRAP_E2E_LAB names a lab that is used if it is up, and kept: for work on a single test.
SANDSTRAP_BINARY is the release build unless it says otherwise; it has to be static, for the first up
runs in a root where there is no library.
"""

import os

import pytest

from lab import BINARY, Lab
from observer import Observer
from trees import Small

FLUX_ALONE = "{apiVersion: v1, kind: Namespace, metadata: {name: flux-alone}}"


@pytest.fixture(scope="session")
def lab():
    if not BINARY.is_file():
        pytest.fail(f"{BINARY} does not exist: tests/run build, or set SANDSTRAP_BINARY")
    kept = os.environ.get("SANDSTRAP_E2E_LAB")
    lab = Lab(kept or f"e2e-{os.getpid()}")
    lab.up()
    yield lab
    if not kept:
        lab.tool("down")
        assert not lab.work.exists()


@pytest.fixture(scope="session")
def flux(lab):
    """Flux in the lab, as the first layer of the tree."""
    Small(lab, "flux-alone", FLUX_ALONE, layers=("flux",)).run("up")


@pytest.fixture(scope="session")
def observer(lab):
    observer = Observer(lab)
    yield observer
    observer.close()


def pytest_collection_modifyitems(items):
    """The sandbox comes first: it begins with a bare cluster, which the others fill."""
    items.sort(key=lambda item: item.module.__name__ != "test_sandbox")
