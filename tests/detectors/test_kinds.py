"""Posts of a kind, in many words and about several brands: the kind decides, and no single phrase."""

from collections.abc import Callable
from functools import cache

import pytest

from bot.detectors.pipeline import MentionAssessor
from bot.domain.assessment import Assessment
from bot.domain.subject import Subject
from tests.detectors.lines.reader import read_lines
from tests.detectors.vocabulary import mention

KINDS = read_lines("kinds")
BRANDS = ("northwind air", "brightbox", "oakmart", "calder bank", "juno mobile")
MISSPELT = ("nortwind air", "brigtbox", "okamart", "calder bnak", "juno moblie")


@cache
def assessor() -> MentionAssessor:
    return MentionAssessor([Subject(name=brand.title(), terms=(brand,)) for brand in BRANDS])


def share(kind: str, part: str, brands: tuple[str, ...], is_right: Callable[[Assessment], bool]) -> float:
    posts = [mention(line.replace("{b}", brand)) for line in KINDS[kind][part] for brand in brands]
    return sum(map(is_right, assessor().assess(posts))) / len(posts)


@pytest.mark.parametrize(("part", "least"), [("chosen", 0.9), ("reported", 0.85)])
def test_sarcastic_praise_of_a_failure_is_no_praise(part: str, least: float) -> None:
    """Measured 85 of 90 and 75 of 85 (2026-11-30), 65 and 65 before."""
    assert share("sarcastic praise", part, BRANDS, lambda one: "intent:praise" not in one.labels) >= least


@pytest.mark.parametrize(("part", "least"), [("chosen", 0.95), ("reported", 0.85)])
def test_a_question_without_its_mark_is_one(part: str, least: float) -> None:
    """Measured 100 of 100 and 80 of 90 (2026-11-30), 10 and 10 before."""
    assert share("question without its mark", part, BRANDS, lambda one: "intent:question" in one.labels) >= least


@pytest.mark.parametrize(("part", "least"), [("chosen", 0.95), ("reported", 0.95)])
@pytest.mark.parametrize("brands", [BRANDS, MISSPELT])
def test_a_failure_with_an_upside_down_face_is_negative(part: str, least: float, brands: tuple[str, ...]) -> None:
    """Measured 90 of 90 and 70 of 70 with misspelt brands (2026-11-30), 58 and 56 before."""
    kind = "failure and an upside-down face"
    assert share(kind, part, brands, lambda one: one.sentiment.value == "negative" and not one.is_unsure) >= least


@pytest.mark.parametrize(("part", "least"), [("chosen", 0.95), ("reported", 0.9)])
def test_denied_trouble_is_not_negative(part: str, least: float) -> None:
    """Measured 125 of 125 and 70 of 75 (2026-11-30), 100 and 65 before.

    With the weights of that day 65 of 75 at first: *not one bad thing* was added for the second part.
    """
    assert share("denied trouble", part, BRANDS, lambda one: one.sentiment.value != "negative") >= least


@pytest.mark.parametrize(
    "said",
    [
        "do your job northwind air",
        "northwind air is the best",
        "what a lovely crew at northwind air",
        "northwind air has the worst food",
        "which is why i fly with northwind air",
        "have a nice day northwind air",
        "now you know why nobody flies with northwind air",
    ],
)
def test_what_only_begins_like_a_question_is_none(said: str) -> None:
    [found] = assessor().assess([mention(said)])
    assert "intent:question" not in found.labels


def test_a_question_without_its_mark_names_the_words_that_ask() -> None:
    [found] = assessor().assess([mention("does northwind air fly to Porto")])
    assert any(reason.startswith("question: 'does") for reason in found.reasons)
