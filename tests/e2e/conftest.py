# SPDX-License-Identifier: Apache-2.0
"""One lab for all end-to-end tests, or one for each worker of pytest-xdist: bringing it up and filling
it is most of their time.

SANDSTRAP_E2E_LAB names a lab that is used if it is up, and kept: for work on a single test.
SANDSTRAP_BINARY is the release build unless it says otherwise; it has to be static, for the first up
runs in a root where there is no library.
"""

import os

import pytest

from inventory import Inventory
from lab import BINARY, Lab
from observer import Observer
from sweep import sweep
from takedown import Takedown
from trees import Small

ORDER = ("test_sandbox", "test_down", "test_traps", "test_traps_alone", "test_kills", "test_leftovers",
         "test_orphans", "test_serve")
FLUX_ALONE = "{apiVersion: v1, kind: Namespace, metadata: {name: flux-alone}}"


@pytest.fixture(scope="session")
def machine(request):
    """The lab as it comes up."""
    if not BINARY.is_file():
        pytest.fail(f"{BINARY} does not exist: tests/run build, or set SANDSTRAP_BINARY")
    kept = os.environ.get("SANDSTRAP_E2E_LAB")
    lab = Lab(kept or f"e2e-{os.getpid()}")
    wanted = {item.module.__name__ for item in request.session.items}
    lab.up(*(["--kyverno"] if "test_down" in wanted else []))
    yield lab
    if not kept:
        lab.tool("down")
        assert not lab.work.exists()


@pytest.fixture(scope="session")
def flux(lab):
    """Flux in the lab, as the first layer of the tree."""
    Small(lab, "flux-alone", FLUX_ALONE, layers=("flux",)).run("up")


@pytest.fixture(scope="session")
def observer(machine):
    observer = Observer(machine)
    yield observer
    observer.close()


@pytest.fixture(scope="session")
def empty(observer):
    """All that there is before the first test: with it, what takes things down has to end."""
    return Inventory(observer)


@pytest.fixture(scope="session")
def lab(machine, empty):
    """The lab, once it is known what was in it."""
    return machine


@pytest.fixture(scope="module")
def swept(lab, observer, empty):
    """For modules that begin and end with a bare cluster: the next one does, even if a test failed."""
    yield
    sweep(lab, observer, empty)


@pytest.fixture
def takedown(lab, observer, empty):
    """Makes takedowns of scenarios for a test that begins and ends with a bare cluster: the next one
    does, even if this one failed."""
    cases = []

    def make(scenario):
        cases.append(Takedown(lab, scenario, observer, empty))
        return cases[-1]

    yield make
    for case in cases:
        case.stop()
    sweep(lab, observer, empty)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """Those that begin and end with a bare cluster come first: the others fill it.

    The tests of a module share what they build, and those of down begin with the sandbox."""
    for item in items:
        name = item.module.__name__
        item.add_marker(pytest.mark.xdist_group("test_sandbox" if name == "test_down" else name))
    items.sort(key=lambda item: ORDER.index(item.module.__name__)
               if item.module.__name__ in ORDER else len(ORDER))
