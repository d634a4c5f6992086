"""The word for how pressing a case is."""

import pytest

from bot.domain.assessment import DOUBTFUL, Assessment, Signal
from bot.domain.case import CasePriority
from tests.domain.samples import build_case


def assess(points: int, *labels: str) -> Assessment:
    found = tuple(Signal("test", label, 0.9) for label in labels)
    return Assessment(signals=(*found, Signal("urgency", "urgency:severity", 1.0, "", weight=points)))


@pytest.mark.parametrize(
    ("assessment", "priority"),
    [
        (assess(0, "intent:praise"), CasePriority.LOW),
        (assess(14, "intent:question"), CasePriority.LOW),
        (assess(20, "intent:complaint"), CasePriority.NORMAL),
        (assess(30, "intent:complaint"), CasePriority.HIGH),
        (assess(45, "intent:crisis"), CasePriority.CRITICAL),
        (assess(45, "intent:crisis", DOUBTFUL), CasePriority.HIGH),
    ],
)
def test_points_become_a_word_and_only_a_crisis_that_pages_is_critical(
    assessment: Assessment, priority: CasePriority
) -> None:
    assert build_case(assessment=assessment).priority is priority


def test_priorities_have_an_order() -> None:
    assert [priority.rank for priority in CasePriority] == [0, 1, 2, 3]
