# SPDX-License-Identifier: Apache-2.0
"""What is said of mistakes in charts is what docs/chart-errors.md shows."""

import charterrors
import pytest

MISTAKES = charterrors.mistakes()


@pytest.mark.parametrize("mistake", MISTAKES, ids=[m.title for m in MISTAKES])
def test_a_mistake_is_told_as_documented(sandstrap, mistake, tmp_path):
    mistake.write(tmp_path)
    result = sandstrap("chart", "render", "web", *mistake.options, check=3, cwd=tmp_path)
    assert result.stdout == ""
    assert charterrors.shortened(result.stderr) == mistake.answers["sandstrap"]


def test_there_are_thirty_of_them():
    assert len(MISTAKES) >= 30


def test_each_answer_has_a_place_and_a_next_step():
    for mistake in MISTAKES:
        first, hint = mistake.answers["sandstrap"].splitlines()
        assert first.startswith("sandstrap: ") and hint.startswith("hint: "), mistake.title
