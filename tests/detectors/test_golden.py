"""The assessments of a hundred sentences of our own change only on purpose.

To update them, and to see the difference in the diff: python -m tests.detectors.golden
"""

import json

import pytest

from tests.detectors.golden import GOLDEN, STEP, list_assessments

KEPT = GOLDEN.read_text("utf-8").splitlines()


def test_there_are_a_hundred() -> None:
    assert len(KEPT) == 100


@pytest.mark.parametrize(("now", "kept"), list(zip(list_assessments(), KEPT, strict=False)))
def test_the_assessment_is_unchanged(now: str, kept: str) -> None:
    ours, theirs = json.loads(now), json.loads(kept)
    assert abs(ours.pop("negative") - theirs.pop("negative")) <= 1.01 * STEP
    assert ours == theirs
