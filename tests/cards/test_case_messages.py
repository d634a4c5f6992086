"""What is said beside the cards."""

from datetime import timedelta

import pytest

from bot.cards import case_messages
from bot.cards.block_kit import RenderedMessage
from bot.cards.case_lists import render_case_line
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CasePriority, CaseStatus
from bot.domain.erasure import AUTHOR_DELETION, REQUEST, ErasureReason
from bot.slack_sandbox.block_kit import check_message
from tests.cards.samples import AT, CARE, build_claimed_case, build_joined_mention, build_new_case, labels, objects

LINK = "https://slack.example/card"
LATER = AT + timedelta(minutes=20)
PAGING = CARE.copy_with(page_from=CasePriority.LOW)


def test_a_reminder_says_when_people_are_called() -> None:
    assert (
        case_messages.render_claim_reminder(build_new_case(), PAGING, LATER).text
        == "⏰ Unclaimed for 20 min – can someone take it? On-call is paged in 5 min."
    )


def test_below_the_priority_of_the_playbook_a_reminder_promises_no_call() -> None:
    calm = CARE.copy_with(page_from=CasePriority.CRITICAL)

    assert case_messages.render_claim_reminder(build_new_case(), calm, LATER).text == (
        "⏰ Unclaimed for 20 min – can someone take it?"
    )


def test_half_of_the_time_gone_offers_to_keep_and_to_release() -> None:
    drawing = case_messages.render_lease_reminder(build_claimed_case(), CARE)

    assert labels(drawing.blocks) == ["Extend", "Release", "Open post"]
    assert "goes back to <#C0CARE>" in drawing.text


def test_a_person_who_lost_a_case_can_take_it_back() -> None:
    assert labels(case_messages.render_lost_claim(build_new_case(), CARE, LINK).blocks) == ["Claim", "View case"]


@pytest.mark.parametrize(
    ("what", "detail", "words"),
    [
        ("released", "", "↩️ <@U0MIA> released the complaint from @marta. You don't need to do anything."),
        (
            "handed over",
            "to <@U0BEN>",
            "handed over the complaint from @marta (to <@U0BEN>). You don't need to do anything.",
        ),
        ("corrected the route", "from care to pr", "re-routed the complaint from @marta (from care"),
        ("resolved", "answered", "resolved the complaint from @marta (answered). You don't need to do anything."),
    ],
)
def test_from_whom_a_case_was_taken_is_told_by_whom_and_that_she_need_do_nothing(
    what: str, detail: str, words: str
) -> None:
    drawing = case_messages.render_lost_claim(
        build_new_case(history=(AuditEvent(AT, "U0MIA", what, detail),)), CARE, LINK
    )

    assert words in drawing.text
    assert labels(drawing.blocks) == ["View case"]


def test_who_wrote_again_can_be_read_at_once() -> None:
    drawing = case_messages.render_joined_notice(build_claimed_case(joined=build_joined_mention(2), joined_count=2))
    urls = [one["url"] for one in objects(drawing.blocks) if "url" in one]

    assert urls == ["https://x.example/3"]


def test_who_had_a_case_that_is_open_again_can_take_it_back() -> None:
    drawing = case_messages.render_reopened_notice(
        build_new_case(joined=build_joined_mention(1), joined_count=1), CARE, LINK
    )

    assert labels(drawing.blocks) == ["Claim", "View case", "Open post"]
    assert "is open again. It's unclaimed in <#C0CARE>." in drawing.text


def test_a_hand_over_names_who_did_it() -> None:
    case = build_claimed_case(history=(AuditEvent(AT, "U0RAJ", "handed over", "to <@U0ANA>"),))

    assert case_messages.render_handed_over(case).text.startswith("🤝 <@U0RAJ> handed you the complaint from @marta")


@pytest.mark.parametrize(
    "drawing",
    [
        case_messages.render_channel_error("care", "C0CARE", "Its channel is archived."),
        case_messages.render_claimed(build_claimed_case(), CARE),
        case_messages.render_lease_renewed(build_claimed_case()),
        case_messages.render_released(build_new_case(), CARE),
        case_messages.render_flagged(build_new_case(), CARE),
    ],
)
def test_slack_would_take_every_sentence(drawing: RenderedMessage) -> None:
    assert check_message(drawing.blocks) == []
    assert drawing.text


def test_the_reminder_of_a_crisis_says_that_people_have_been_paged_and_not_that_they_are_told_next() -> None:
    assert (
        "On-call was paged right away."
        in case_messages.render_claim_reminder(build_new_case(alarm=True), CARE, LATER).text
    )


def test_a_list_with_one_case_that_calls_people_says_so_for_all() -> None:
    drawing = case_messages.render_digest_reminder([build_new_case(), build_new_case(alarm=True)], CARE)

    assert drawing.text == "⏰ 2 on this list are unclaimed – can someone help? On-call was paged right away."


def build_case_closed_by_deletion(reason: ErasureReason) -> Case:
    event = AuditEvent(AT, "", AuditAction.POST_DELETED, reason.detail)
    return build_new_case(
        status=CaseStatus.RESOLVED, resolution=reason.resolution, resolved_at=AT, due=None, history=(event,)
    )


def test_a_case_that_closed_at_its_authors_request_is_nowhere_said_to_need_no_action() -> None:
    case = build_case_closed_by_deletion(REQUEST)
    shown = [case_messages.render_closure(case, LINK).text, str(render_case_line(case, AT))]

    assert all("the author's data was deleted" in one for one in shown)
    assert not any("no action" in one or "esolved" in one for one in shown)
    assert "post deleted" in case_messages.render_closure(build_case_closed_by_deletion(AUTHOR_DELETION)).text
