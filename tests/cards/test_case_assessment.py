"""Why?: the assessment with its reasons, what can be changed, related posts, history and ids."""

from datetime import timedelta
from typing import Any

import pytest

from bot.cards import case_assessment
from bot.cards.modal_blocks import ModalMetadata
from bot.domain.assessment import Signal, build_assessment
from bot.domain.audit import AuditEvent
from bot.domain.case import Case
from bot.domain.correction import Correction, CorrectionKind
from bot.slack_sandbox.block_kit import check_view
from tests.cards.samples import (
    AT,
    build_joined_mention,
    build_new_case,
    build_resolved_case,
    labels,
    list_markup,
    objects,
    words,
)

HISTORY = "History of this person…"
SIGNALS = (
    Signal("mood", "sentiment:negative", 0.874, "negative: 'worst', 'lost'"),
    Signal("mood", "sentiment:neutral", 0.1, holds=False),
    Signal("mood", "sentiment:positive", 0.001, holds=False),
    Signal("intent", "intent:complaint", 0.9, "complaint: 'lost my'"),
    Signal("intent", "intent:question", 0.7, "question: '?'"),
    Signal("intent", "intent:praise", 0.2, holds=False),
    Signal("subject", "subject:Northwind Air", 0.9, "Northwind Air: 'nortwind'"),
    Signal("subject", "kind:brand", 0.9),
    Signal("language", "language:es", 0.9, "language es by its small words"),
    Signal("urgency", "urgency:severity", 1.0, "severity: complaint", weight=20),
    Signal("urgency", "urgency:reach", 1.0, "reach: 90,000 followers, discounted to 20,000 (young account)", weight=8),
)


def assessed_case(*more: Signal, without: str = "") -> Case:
    kept = [signal for signal in SIGNALS if not (without and signal.label.startswith(without))]
    return build_new_case(assessment=build_assessment([*kept, *more]))


def explain(case: Case) -> dict[str, Any]:
    view = case_assessment.render_case_explanation(case, None, ModalMetadata(case.id))
    assert check_view(view) == []
    return view


@pytest.mark.parametrize(
    ("case", "closing"),
    [
        (assessed_case(), ["Spam", "Not about us"]),
        (assessed_case(Signal("spam", "intent:spam", 0.9)), ["Not spam", "Not about us"]),
        (build_resolved_case(), []),
        (assessed_case(Signal("subject", "kind:competitor", 0.9), without="kind"), ["Spam"]),
    ],
    ids=["a complaint", "spam that a route sends here", "closed", "a competitor's"],
)
def test_what_can_be_changed_is_what_makes_sense(case: Case, closing: list[str]) -> None:
    route = [] if case.is_closed else ["Re-route…"]
    assert labels(explain(case)) == ["Change sentiment…", "Change type…", "Change subject…", *closing, *route, HISTORY]


def test_a_phrase_that_two_detectors_quote_is_said_once() -> None:
    found = assessed_case(
        Signal("other", "intent:complaint", 0.8, "complaint: 'Lost my', 'bag'"),
        Signal("third", "intent:complaint", 0.8, "complaint: 'bag'"),
    )

    assert "Because: 'lost my', '?', 'bag'" in words(explain(found)["blocks"]).split("\n")


def test_a_correction_is_shown_with_who_made_it() -> None:
    correction = Correction(CorrectionKind.SENTIMENT, "negative", "neutral", "U0ANA", AT)

    assert "*Corrected by* <@U0ANA>: neutral, not negative" in list_markup(
        explain(build_new_case(corrections=(correction,)))
    )


def test_why_says_what_holds_and_what_does_not_and_how_sure() -> None:
    said = words(explain(assessed_case()))

    assert "*Reads as negative* (87 %)" in said
    assert "\nBecause: 'worst', 'lost'\n" in said
    assert "*Complaint* (90 %) · also question 70 % · less likely praise 20 %" in said
    assert "'lost my'" in said
    assert "*About Northwind Air* (brand)" in said
    assert "'nortwind'" in said
    assert "Language: Spanish (language es by its small words)" in said
    assert "*Priority: normal* (28 of 100 points)" in said
    assert "complaint (20) · 90,000 followers, discounted to 20,000 (young account) (8)" in said
    assert "Case ABCDEFGH" in said


def test_a_bare_score_is_no_reason() -> None:
    scored = assessed_case(Signal("sentiment", "sentiment:neutral", 0.51, "neutral 0.51"), without="sentiment")

    assert "neutral 0.51" not in words(explain(scored))


def test_a_type_that_a_colleague_chose_has_no_probability() -> None:
    correction = Correction(CorrectionKind.INTENT, "question", "complaint", "U0ANA", AT)
    corrected = assessed_case().copy_with(corrections=(correction,))

    said = words(explain(corrected))
    assert "*Complaint*" in said
    assert "*Complaint* (" not in said


def test_why_admits_what_is_not_known() -> None:
    case = build_new_case(assessment=build_assessment([Signal("mood", "sentiment:unsure", 0.4)]), route="")
    said = words(explain(case))

    assert "*Sentiment is unclear*" in said
    assert "*About no subject in the playbook*" in said
    assert "Created by hand for care" in said


def test_a_detector_that_this_modal_knows_nothing_of_is_told_all_the_same() -> None:
    said = words(explain(assessed_case(Signal("irony", "tone:sarcastic", 0.6, "'oh great'"))))

    assert "Tone: sarcastic ('oh great')" in said


def test_reasons_that_quote_hostile_words_format_nothing() -> None:
    hostile = Signal("mood", "sentiment:negative", 0.9, "'<!channel> *now* @x'")

    assert "<!channel>" not in list_markup(explain(assessed_case(hostile, without="sentiment")))


def test_of_many_that_joined_the_last_are_shown_and_all_are_counted() -> None:
    view = explain(build_new_case(joined=build_joined_mention(20), joined_count=40))
    links = [one["url"] for one in objects(view) if one.get("type") == "link"]

    assert "40 related posts" in words(view)
    assert "… and 30 earlier" in words(view)
    assert links == [f"https://x.example/{number}" for number in range(12, 22)]
    assert "Split off…" in labels(view)


def test_the_whole_history_is_there_in_plain_words() -> None:
    events = (
        AuditEvent(AT, "", "opened", "by route complaint"),
        AuditEvent(AT, "", "joined", "copy, 1 in all"),
        AuditEvent(AT, "", "joined", "same person, 2 in all"),
        *(AuditEvent(AT + timedelta(minutes=n), "U0ANA", f"did thing {n}") for n in range(27)),
    )
    said = words(explain(build_new_case(history=events)))

    assert "created by rule “complaint”" in said
    assert "duplicate added" in said
    assert "later post added" in said
    assert all(f"did thing {n} by <@U0ANA>" in said for n in range(27))


def test_the_note_and_the_text_before_an_edit_are_shown_as_they_were_typed() -> None:
    view = explain(build_resolved_case(note="see <!here> *now*", earlier=("you <!channel> lost it",)))

    assert "see <!here> *now*" in words(view)
    assert "you <!channel> lost it" in words(view)
    assert "<!" not in list_markup(view).replace("<!date", "")


@pytest.mark.parametrize(
    ("more", "fewer"), [((), 2), ((Signal("sentiment", "sentiment:unsure", 0.5),), 1)], ids=["sure", "unclear"]
)
def test_what_a_case_keeps_of_its_assessment_says_the_same(more: tuple[Signal, ...], fewer: int) -> None:
    case = assessed_case(Signal("intent", "intent:need", 0.099, holds=False), *more)
    found = case.assessment
    kept = found.shorten_signals()

    assert len(kept.signals) == len(found.signals) - fewer
    assert explain(case.copy_with(assessment=kept)) == explain(case)
    for name in ("labels", "labels_by_dimension", "sentiment", "intent", "urgency", "reasons", "subject", "kind"):
        assert getattr(kept, name) == getattr(found, name)
    assert {signal.detector for signal in kept.signals} == {"", "mood", "subject"}
    assert kept.shorten_signals() == kept
