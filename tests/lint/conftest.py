# SPDX-License-Identifier: Apache-2.0
"""The fixture of all tests of the rules."""

import pytest

from .planted import Plant


@pytest.fixture
def plant(tmp_path):
    return Plant(tmp_path)
