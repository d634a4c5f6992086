"""What is said beside the cards."""

from datetime import timedelta

import pytest

from bot.cards import case_messages
from bot.cards.block_kit import RenderedMessage
from bot.domain.audit import AuditEvent
from bot.domain.destination import ToChannel, ToPerson
from bot.domain.oncall.on_call import OnCallSnapshot
from bot.slack_sandbox.block_kit import check_message
from tests.cards.samples import AT, CARE, build_claimed_case, build_joined_mention, build_new_case, labels, objects

LINK = "https://slack.example/card"
LATER = AT + timedelta(minutes=20)


def test_a_reminder_can_be_claimed_from() -> None:
    drawing = case_messages.render_claim_reminder(build_new_case(), CARE, LATER, LINK)

    assert "Nobody has claimed the complaint from @marta yet; it came 20 min ago" in drawing.text
    assert labels(drawing.blocks) == ["Claim", "See the card"]


def test_a_call_says_why_and_what_happens_if_it_is_not_answered() -> None:
    drawing = case_messages.render_on_call_notice(
        build_new_case(), CARE, OnCallSnapshot(CARE.on_call), ToPerson("U0RAJ"), LATER
    )

    assert "You are on call for care" in drawing.text
    assert "the next person is called" in drawing.text
    assert labels(drawing.blocks) == ["Claim", "Open post"]


def test_half_of_the_time_gone_offers_to_keep_and_to_release() -> None:
    drawing = case_messages.render_lease_reminder(build_claimed_case(), CARE)

    assert labels(drawing.blocks) == ["Keep it", "Release", "Open post"]
    assert "goes back to care" in drawing.text


def test_a_person_who_lost_a_case_can_take_it_back() -> None:
    assert labels(case_messages.render_lost_claim(build_new_case(), CARE, LINK).blocks) == ["Claim", "See the card"]


@pytest.mark.parametrize(
    ("what", "detail", "words"),
    [
        ("released", "", "↩️ <@U0MIA> released the complaint from @marta, which was yours. You need do nothing more"),
        (
            "handed over",
            "to <@U0BEN>",
            "handed over the complaint from @marta, which was yours (to <@U0BEN>). You need",
        ),
        ("corrected the route", "from care to pr", "passed on the complaint from @marta, which was yours (from care"),
        ("resolved", "answered", "resolved the complaint from @marta, which was yours (answered). You need"),
    ],
)
def test_from_whom_a_case_was_taken_is_told_by_whom_and_that_she_need_do_nothing(
    what: str, detail: str, words: str
) -> None:
    drawing = case_messages.render_lost_claim(
        build_new_case(history=(AuditEvent(AT, "U0MIA", what, detail),)), CARE, LINK
    )

    assert words in drawing.text
    assert labels(drawing.blocks) == ["See the card"]


def test_the_last_who_is_called_is_not_promised_that_another_will_be() -> None:
    drawing = case_messages.render_on_call_notice(
        build_new_case(called=CARE.on_call), CARE, OnCallSnapshot(CARE.on_call), ToPerson("U0RAJ"), LATER
    )

    assert "the next person is called" not in drawing.text
    assert "you are the last who is called" in drawing.text


def test_in_a_gap_of_the_schedule_a_call_says_why_it_comes() -> None:
    gap = OnCallSnapshot(("U0MIA",), has_gap=True, schedule="nights")

    assert case_messages.render_on_call_notice(build_new_case(), CARE, gap, ToPerson("U0MIA"), LATER).text.startswith(
        "📟 Nobody is on call for care now, because nights has a hole, so you are called. Nobody has claimed"
    )
    assert (
        "because nights has a hole. Nobody"
        in case_messages.render_on_call_notice(build_new_case(), CARE, gap, ToChannel("C0OPS"), LATER).text
    )


def test_who_is_on_call_no_more_when_the_call_goes_out_is_not_told_that_she_is() -> None:
    assert (
        "You are called for care."
        in case_messages.render_on_call_notice(
            build_new_case(), CARE, OnCallSnapshot(("U0BEN",)), ToPerson("U0RAJ"), LATER
        ).text
    )


def test_who_wrote_again_can_be_read_at_once() -> None:
    drawing = case_messages.render_joined_notice(build_claimed_case(joined=build_joined_mention(2), joined_count=2))
    urls = [one["url"] for one in objects(drawing.blocks) if "url" in one]

    assert urls == ["https://x.example/3"]


def test_who_had_a_case_that_is_open_again_can_take_it_back() -> None:
    drawing = case_messages.render_reopened_notice(
        build_new_case(joined=build_joined_mention(1), joined_count=1), CARE, LINK
    )

    assert labels(drawing.blocks) == ["Claim", "See the card", "Open post"]
    assert "is open once more and waits in <#C0CARE>" in drawing.text


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
    drawing = case_messages.render_claim_reminder(build_new_case(alarm=True), CARE, LATER, LINK)
    assert "have been paged already" in drawing.text
    assert "told next" not in drawing.text
    assert "told next" in case_messages.render_claim_reminder(build_new_case(), CARE, LATER, LINK).text
    assert "have been paged already" in case_messages.render_digest_reminder(2, CARE, LINK, paged=True).text
