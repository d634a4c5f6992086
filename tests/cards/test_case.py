"""The card of a case, as a person sees it."""

from datetime import timedelta

import pytest

from bot.cards import case as card
from bot.cards.case_buttons import BUTTONS
from bot.domain.assessment import Signal, build_assessment
from bot.domain.audit import AuditEvent
from bot.domain.case import Case
from bot.slack_sandbox.block_kit import check_message
from tests.cards.samples import (
    AT,
    CARE,
    assessment,
    build_claimed_case,
    build_joined_mention,
    build_new_case,
    build_resolved_case,
    labels,
    list_markup,
    mention,
    objects,
    words,
)

MANY = tuple(AuditEvent(AT, "U0ANA", f"did thing {n}") for n in range(18))


def test_a_headline_reads_well_aloud() -> None:
    assert (
        card.format_case_headline(build_new_case())
        == "Complaint for care from @marta: negative, new, claim within 15 min"
    )
    assert card.format_case_headline(build_claimed_case()) == (
        "Complaint for care from @marta: negative, claimed by <@U0ANA>, resolve within 4 h"
    )
    assert (
        card.format_case_headline(build_resolved_case())
        == "Complaint for care from @marta: negative, resolved by <@U0ANA> (answered)"
    )


def test_what_a_post_quotes_is_shown_below_it_and_told_from_it() -> None:
    quoting = build_new_case(mention=mention(quoted="kettles\n<!channel> & pots " + "x" * 400))
    drawn = card.render_case(quoting, CARE, AT)

    assert "Quoting: kettles <!channel> & pots xx" in words(drawn.blocks)
    assert "Quoting" not in words(card.render_case(build_new_case(), CARE, AT).blocks)
    assert check_message(drawn.blocks) == []


def test_overdue_is_said_in_words_and_not_only_by_a_mark() -> None:
    late = card.render_case(build_new_case(), CARE, AT + timedelta(minutes=20))

    assert "OVERDUE" in list_markup(late.blocks)
    assert "OVERDUE" in late.text
    assert "OVERDUE" not in words(card.render_case(build_new_case(), CARE, AT).blocks)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (build_new_case(), ["Claim", "Resolve…", "Hand over…", "Not for us…", "Snooze…", "Open post", "Why?"]),
        (build_claimed_case(), ["Resolve…", "Release", "Hand over…", "Not for us…", "Snooze…", "Open post", "Why?"]),
        (build_resolved_case(), ["Reopen", "Open post", "Why?"]),
        (
            build_new_case(joined=build_joined_mention(2), joined_count=2),
            ["Claim", "Resolve…", "Hand over…", "Not for us…", "Separate…", "Snooze…", "Open post", "Why?"],
        ),
    ],
)
def test_a_card_offers_what_makes_sense_now(case: Case, expected: list[str]) -> None:
    assert labels(card.render_case(case, CARE, AT).blocks) == expected


@pytest.mark.parametrize(
    "case",
    [
        build_new_case(),
        build_claimed_case(),
        build_resolved_case(note="told her where it is"),
        build_new_case(joined=build_joined_mention(9), joined_count=40),
    ],
)
def test_slack_would_take_every_card(case: Case) -> None:
    assert check_message(card.render_case(case, CARE, AT).blocks) == []
    assert check_message(card.render_case_fallback(case, CARE, AT).blocks) == []
    assert check_message(card.render_moved_notice(case, "pr").blocks) == []


def test_buttons_carry_the_case_and_nothing_else() -> None:
    values = {
        one["value"] for one in objects(card.render_case(build_claimed_case(), CARE, AT).blocks) if "value" in one
    }

    assert {value.rpartition("|")[2] for value in values} == {"ABCDEFGH"}
    assert {value for value in values if "|" not in value} == {"ABCDEFGH"}


def test_one_button_at_most_is_the_one_to_press() -> None:
    for case in (build_new_case(), build_claimed_case(), build_resolved_case()):
        styles = [
            one["style"]
            for one in objects(card.render_case(case, CARE, AT).blocks)
            if one.get("type") == "button" and "style" in one
        ]
        assert len(styles) <= 1


def test_the_card_says_because() -> None:
    said = words(card.render_case(build_new_case(), CARE, AT).blocks)

    assert "Because negative: “lost my bag”" in said
    assert "Urgency 30 of 100" in said
    assert "Urgent by complaint (30)" in said


def test_where_the_detector_is_unsure_the_card_says_so() -> None:
    signals = [
        Signal("mood", "sentiment:negative", 0.4, holds=False),
        Signal("mood", "sentiment:unsure", 0.4, "sarcasm, perhaps"),
    ]
    assert "unsure, leaning negative" in words(
        card.render_case(build_new_case(assessment=build_assessment(signals)), CARE, AT).blocks
    )


def test_a_claimer_sees_what_she_may_promise_and_others_do_not() -> None:
    assert "credit up to 50 EUR" in words(card.render_case(build_claimed_case(), CARE, AT).blocks)
    assert "credit up to 50 EUR" not in words(card.render_case(build_new_case(), CARE, AT).blocks)


def test_of_a_long_history_the_last_lines_are_shown_and_the_others_counted() -> None:
    said = words(card.render_case(build_new_case(history=MANY), CARE, AT).blocks)

    assert "did thing 17" in said
    assert "… and 12 earlier" in said
    assert "did thing 11" not in said


def test_of_many_that_joined_the_last_are_shown_and_all_are_counted() -> None:
    drawing = card.render_case(build_new_case(joined=build_joined_mention(20), joined_count=40), CARE, AT)
    links = [one["url"] for one in objects(drawing.blocks) if one.get("type") == "link"]

    assert "40 posts joined this case" in words(drawing.blocks)
    assert links == ["https://x.example/19", "https://x.example/20", "https://x.example/21"]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x.example", "https://x.example/a b", "", "https://x<!channel>"]
)
def test_an_address_that_is_none_gets_no_button(url: str) -> None:
    assert "Open post" not in labels(card.render_case(build_new_case(mention=mention(url=url)), CARE, AT).blocks)


def test_a_long_post_is_cut_with_an_ellipsis() -> None:
    quoted = [
        one["text"]
        for one in objects(card.render_case(build_new_case(mention=mention("long " * 2000)), CARE, AT).blocks)
        if one.get("type") == "text"
    ]

    assert max(map(len, quoted)) <= 600
    assert any(text.endswith("…") for text in quoted)


def test_a_post_without_words_is_drawn_all_the_same() -> None:
    assert check_message(card.render_case(build_new_case(mention=mention("\u200b")), CARE, AT).blocks) == []


def test_a_note_is_shown_as_it_was_typed_and_pings_nobody() -> None:
    drawing = card.render_case(build_resolved_case(note="see <!here> *now*"), CARE, AT)

    assert "see <!here> *now*" in words(drawing.blocks)
    assert "<!here>" not in list_markup(drawing.blocks)


def test_reasons_quote_the_post_and_are_plain() -> None:
    assert "<!channel>" not in list_markup(
        card.render_case(build_new_case(assessment=assessment("<!channel>")), CARE, AT).blocks
    )


def test_a_case_that_moved_says_where_and_who_moved_it() -> None:
    case = build_claimed_case(history=(AuditEvent(AT, "U0ANA", "handed over", "from care to pr"),))

    assert card.render_moved_notice(case, "pr").text == "Moved to pr by <@U0ANA>: complaint from @marta"


@pytest.mark.parametrize("year", [1, 1969, 2101, 9999])
def test_a_post_from_a_year_that_no_clock_tells_is_drawn_with_the_year_in_words(year: int) -> None:
    post = mention(created_at=AT.replace(year=year))
    blocks = card.render_case(build_new_case(mention=post), CARE, AT).blocks
    assert f"in the year {year}" in str(blocks)
    assert check_message(blocks) == []


def test_a_button_with_a_file_of_its_own_says_what_it_does() -> None:
    assert [button.label for button in card.CASE_BUTTONS if button not in BUTTONS and not button.a11y_label] == []
