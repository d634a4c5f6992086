"""The escalation on a card, and page messages, also with hostile posts."""

from datetime import timedelta

import pytest

from bot.cards import case as card
from bot.cards import page_text, paging
from bot.domain.destination import ToPerson, parse_callee
from bot.domain.paging import escalation
from bot.domain.paging.attempts import record_result
from bot.domain.paging.case_page import build_case_cause
from bot.domain.paging.page import AttemptStatus, ContactMethod, Page, Severity, open_page
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.paging.targets import EscalationTargets
from bot.slack_sandbox.block_kit import check_message
from tests.cards.samples import AT, CARE, build_new_case, labels, list_markup, mention

NASTY = ("<!channel> <@U0ANA>", "*bold* `code`", "\u202egnp.exe", "x" * 5_000, "\n\n\n", "https://evil.example/a?b=c")


def page_with(result: AttemptStatus, **more: object) -> Page:
    case = build_new_case()
    page = open_page(build_case_cause(case), Severity.SEV1, "care", AT)
    climbed = escalation.escalate_page(
        page, EscalationPolicy(ways=(ContactMethod.SLACK,)), EscalationTargets(people=("U0RAJ",)), AT
    )
    assert climbed is not None
    if result is AttemptStatus.WAITING:
        return climbed.after
    ended = record_result(climbed.after, 1, result, str(more.get("detail", "")), AT)
    assert ended is not None
    return ended.after


@pytest.mark.parametrize("result", list(AttemptStatus))
def test_every_result_is_said_in_words(result: AttemptStatus) -> None:
    shown = list_markup(paging.render_escalation(page_with(result)))
    assert "<@U0RAJ> via Slack, " in shown
    assert paging.ENDS[result] in shown


def test_the_button_is_there_as_long_as_nobody_has_answered() -> None:
    page = page_with(AttemptStatus.DELIVERED)
    assert "Acknowledge" in labels(card.render_case(build_new_case(), CARE, AT, page).all_blocks)
    answered = escalation.acknowledge_page(page, "U0MIA", "link", AT + timedelta(minutes=3)).after
    drawn = card.render_case(build_new_case(), CARE, AT, answered)
    assert "Acknowledge" not in labels(drawn.all_blocks)
    assert "*Acknowledged* by <@U0MIA> · Northwind" in list_markup(drawn.all_blocks)
    assert paging.format_escalation_status(answered) == "📟 *Acknowledged* by <@U0MIA> via link (3 min)"


def test_a_page_that_waits_for_the_end_of_quiet_hours_says_so() -> None:
    page = open_page(build_case_cause(build_new_case()), Severity.SEV2, "care", AT).copy_with(
        held_until=AT + timedelta(hours=3)
    )
    assert "🌙 *On hold* for quiet hours" in list_markup(paging.render_escalation(page))
    assert "Paging starts" in list_markup(paging.render_escalation(page))


@pytest.mark.parametrize("text", NASTY)
def test_whatever_a_stranger_writes_a_call_is_taken_by_slack_and_pings_nobody(text: str) -> None:
    case = build_new_case(mention=mention(text=text, author=text[:100]))
    context = page_text.build_case_page_context(case, "")
    page = page_with(AttemptStatus.WAITING)
    drawn = paging.render_open_page(page, context, ToPerson("U0RAJ"))
    check_message(drawn.all_blocks)
    assert "<!channel>" not in drawn.text + list_markup(drawn.all_blocks)
    assert "<@U0ANA>" not in drawn.text + list_markup(drawn.all_blocks)


@pytest.mark.timeout(10)
def test_a_word_without_an_end_keeps_nobody_waiting_who_is_to_be_called() -> None:
    context = page_text.build_case_page_context(build_new_case(mention=mention(text="x" * 50_000)), "")
    assert len(page_text.format_page_body(context)) < 500


@pytest.mark.parametrize("text", NASTY)
def test_whatever_a_stranger_writes_a_phone_gets_short_plain_words(text: str) -> None:
    context = page_text.build_case_page_context(build_new_case(mention=mention(text=text, author=text[:100])), "")
    page = page_with(AttemptStatus.WAITING)
    assert (
        len(page_text.format_text_message(page, context, "https://earshot.example/acknowledge/t")) <= page_text.TEXTED
    )
    assert "evil.example" not in page_text.format_page_body(context)
    assert "\u202e" not in page_text.format_page_body(context)
    assert len(page_text.format_page_body(context)) < 1_000
    for words in (page_text.format_text_message(page, context), page_text.format_spoken_page(page, context)):
        assert "xxx" not in words
        assert "evil" not in words


def test_who_has_acknowledged_can_claim_from_the_message_until_somebody_has() -> None:
    context = page_text.build_case_page_context(build_new_case(), "https://slack.example/card")
    answered = escalation.acknowledge_page(
        page_with(AttemptStatus.DELIVERED), "U0RAJ", "Slack", AT + timedelta(minutes=3)
    ).after
    for to in ("U0RAJ", "#C0ALL"):
        drawn = paging.render_page(answered, context, parse_callee(to))
        assert labels(drawn.blocks) == ["Claim", "View case", "Open post"]
        assert any(block["type"] == "rich_text" for block in drawn.blocks)
    assert "Claim" not in labels(paging.render_page(answered, context, ToPerson("U0MIA")).blocks)


def test_who_answers_a_page_by_claiming_is_not_told_to_claim() -> None:
    context = page_text.build_case_page_context(build_new_case(), "https://slack.example/card")
    page = escalation.acknowledge_page(
        page_with(AttemptStatus.DELIVERED), "U0RAJ", "claiming it", AT, claims=True
    ).after
    drawn = paging.render_page(page, context, ToPerson("U0RAJ"))
    assert "unless somebody claims the case" not in drawn.text
    assert "Claim" not in labels(drawn.blocks)


def test_the_message_of_a_page_that_a_declared_crisis_took_over_says_so_and_has_no_acknowledge() -> None:
    context = page_text.build_case_page_context(build_new_case(), "https://slack.example/card")
    drawn = paging.render_page(
        page_with(AttemptStatus.DELIVERED).copy_with(leader="crisis"), context, ToPerson("U0RAJ")
    )
    assert "now part of a declared crisis" in drawn.text
    assert labels(drawn.blocks) == ["View case", "Open post"]
