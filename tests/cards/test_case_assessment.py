"""The assessment on a case card: labels, reasons, and the explanation on demand."""

import pytest

from bot.cards import case as card
from bot.cards import case_assessment
from bot.domain.assessment import Signal, build_assessment
from bot.domain.case import Case
from bot.domain.correction import Correction, CorrectionKind
from bot.slack_sandbox.block_kit import check_message
from tests.cards.samples import AT, CARE, build_new_case, build_resolved_case, list_markup, objects, words

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


def on_card(case: Case) -> str:
    return words(card.render_case(case, CARE, AT).blocks)


def menu(case: Case) -> list[str]:
    [found] = [one for one in objects(card.render_case(case, CARE, AT).blocks) if one.get("type") == "overflow"]
    return [option["text"]["text"] for option in found["options"]]


def test_one_line_tells_what_the_title_has_no_room_for() -> None:
    assert "Urgency 28 of 100 · also a question · in Spanish" in on_card(assessed_case())


def test_nothing_is_told_that_everybody_expects() -> None:
    assert "English" not in on_card(assessed_case(Signal("language", "language:en", 0.9), without="language"))


def test_reasons_are_the_words_it_rests_on_and_the_parts_of_the_urgency() -> None:
    said = on_card(assessed_case())

    assert "Because negative: 'worst', 'lost'; complaint: 'lost my'; Northwind Air: 'nortwind'\n" in said
    assert "Urgent by complaint (20), 90,000 followers, discounted to 20,000 (young account) (8)" in said


def test_the_subject_is_explained_where_nobody_was_tagged_and_only_there() -> None:
    tagged = Signal("subject", "subject:Northwind Air", 0.9, "Northwind Air: '@northwindair'")

    assert "Northwind Air: 'nortwind'" in on_card(assessed_case())
    assert "'@northwindair'" not in on_card(assessed_case(tagged, without="subject"))


@pytest.mark.parametrize(
    ("case", "options"),
    [
        (assessed_case(), ["Not negative…", "Wrong kind…", "Wrong subject…", "Spam", "Not about us"]),
        (
            assessed_case(Signal("mood", "sentiment:unsure", 0.4, "may be sarcasm"), without="subject"),
            ["Say how it feels…", "Wrong kind…", "Say which subject…", "Spam", "Not about us"],
        ),
        (
            assessed_case(Signal("spam", "intent:spam", 0.9)),
            ["Not negative…", "Wrong kind…", "Wrong subject…", "Not spam after all", "Not about us"],
        ),
        (build_resolved_case(), ["Not negative…", "Wrong kind…", "Wrong subject…"]),
        (
            assessed_case(Signal("subject", "kind:competitor", 0.9), without="kind"),
            ["Not negative…", "Wrong kind…", "Wrong subject…", "Spam"],
        ),
    ],
    ids=["a complaint", "unsure, of no subject", "spam that a route sends here", "closed", "a competitor's"],
)
def test_the_menu_offers_what_makes_sense(case: Case, options: list[str]) -> None:
    assert menu(case) == options


def test_a_correction_stands_on_the_card_with_who_made_it() -> None:
    correction = Correction(CorrectionKind.SENTIMENT, "negative", "neutral", "U0ANA", AT)
    drawing = card.render_case(build_new_case(corrections=(correction,)), CARE, AT)

    assert "*Corrected by* <@U0ANA>: neutral, not negative" in list_markup(drawing.blocks)
    assert check_message(drawing.blocks) == []


def test_why_says_what_held_and_what_did_not_and_how_sure() -> None:
    drawing = case_assessment.render_explanation(assessed_case())
    said = words(drawing.blocks)

    assert check_message(drawing.blocks) == []
    assert "87 % negative, 10 % neutral, 1 % positive. Because negative: 'worst', 'lost'" in said
    assert "90 % complaint, 70 % question. Because complaint: 'lost my'; question: '?'. Not likely" in said
    assert "Not likely enough: 20 % praise" in said
    assert "Northwind Air (brand). Because Northwind Air: 'nortwind'" in said
    assert "Spanish. Because language es by its small words" in said
    assert "28 of 100. The sum of: complaint 20, 90,000 followers, discounted to 20,000 (young account) 8" in said


def test_why_admits_what_is_not_known() -> None:
    said = words(
        case_assessment.render_explanation(
            build_new_case(assessment=build_assessment([Signal("mood", "sentiment:unsure", 0.4)]), route="")
        ).blocks
    )

    assert "none that the playbook names" in said
    assert "Nothing in it is urgent" in said


def test_a_detector_that_this_card_knows_nothing_of_is_told_all_the_same() -> None:
    said = words(
        case_assessment.render_explanation(assessed_case(Signal("irony", "tone:sarcastic", 0.6, "'oh great'"))).blocks
    )

    assert "Tone: \nsarcastic. Because 'oh great'" in said


def test_reasons_that_quote_hostile_words_format_nothing() -> None:
    hostile = Signal("mood", "sentiment:negative", 0.9, "'<!channel> *now* @x'")
    case = assessed_case(hostile, without="sentiment")

    assert "<!channel>" not in list_markup(card.render_case(case, CARE, AT).blocks)
    assert "<!channel>" not in list_markup(case_assessment.render_explanation(case).blocks)
