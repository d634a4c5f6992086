"""A hundred sentences of our own are heard as they were, until somebody changes that on purpose.

To write them down anew, and to read in the diff what has changed: python -m tests.detectors.golden
"""

import json

import pytest

from tests.detectors.golden import HEARD, STEP, told

KEPT = HEARD.read_text("utf-8").splitlines()


def test_there_are_a_hundred() -> None:
    assert len(KEPT) == 100


@pytest.mark.parametrize(("now", "kept"), list(zip(told(), KEPT, strict=False)))
def test_it_is_heard_as_it_was(now: str, kept: str) -> None:
    ours, theirs = json.loads(now), json.loads(kept)
    assert abs(ours.pop("negative") - theirs.pop("negative")) <= 1.01 * STEP
    assert ours == theirs
