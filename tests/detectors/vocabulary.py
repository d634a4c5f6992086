"""Mentions of an invented airline, and one assessor for all tests of detectors."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from bot.detectors.pipeline import MentionAssessor
from bot.domain.assessment import Assessment
from bot.domain.mention import Mention
from bot.domain.subject import Subject, SubjectKind

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)

SUBJECTS = (
    Subject(
        name="Northwind",
        terms=("@northwindair", "northwind air", "#flynorthwind"),
        exclude=("northwind traders",),
    ),
    Subject(name="Gate Café", kind=SubjectKind.PRODUCT, terms=("gate café",)),
    Subject(name="Skylark", kind=SubjectKind.COMPETITOR, terms=("skylark airways",), handles=("flyskylark",)),
    Subject(name="Meridian", kind=SubjectKind.COMPETITOR, terms=("meridian jet",)),
)


@cache
def assessor() -> MentionAssessor:
    return MentionAssessor(SUBJECTS)


def mention(text: str, number: int = 1, **more: Any) -> Mention:
    return Mention(id=f"x:{number}", source="x", text=text, created_at=NOON, **more)


def assess(text: str, **more: Any) -> Assessment:
    return assessor().assess([mention(text, **more)])[0]
