"""The message about unclaimed cases, and the list behind it."""

from datetime import timedelta

from bot.cards import roll_ups
from bot.cards.sanitize import format_date
from bot.domain.case import CasePriority
from bot.domain.cases.roll_ups import RollUp, parse_roll_up
from bot.domain.destination import ToChannel, ToPerson
from bot.domain.oncall.on_call import OnCallSnapshot
from bot.slack_sandbox.block_kit import check_message, check_view
from tests.cards.samples import AT, CARE, build_claimed_case, build_new_case, labels, words

RAJ = RollUp("care", ToPerson("U0RAJ"))
PAGING = CARE.copy_with(page_from=CasePriority.LOW)
ON_CALL = OnCallSnapshot(CARE.on_call)
GAP = OnCallSnapshot(("U0MIA",), has_gap=True, schedule="nights")
LINK = "https://slack.example/card"
LATER = AT + timedelta(minutes=25)


def test_several_cases_are_one_sentence_and_one_button() -> None:
    drawing = roll_ups.render_roll_up(RAJ, 12, AT, CARE, ON_CALL, LATER)

    since = format_date(AT, "{time}")
    assert drawing.text == f"📟 *12 unclaimed* in <#C0CARE>, oldest since {since}. You're on call."
    assert labels(drawing.blocks) == ["View list"]
    assert check_message(drawing.blocks) == []


def test_one_case_is_shown_with_its_words_and_what_comes_next() -> None:
    drawing = roll_ups.render_case_call(build_new_case(), PAGING, ON_CALL, RAJ.to, LATER, LINK)

    assert drawing.text.endswith("complaint from @marta. You're on call. The next person is called in 5 min.")
    assert labels(drawing.blocks) == ["Claim", "View case", "Open post"]
    assert check_message(drawing.blocks) == []


def test_a_message_that_nobody_edits_says_since_when_and_not_for_how_long() -> None:
    night = AT + timedelta(hours=14)
    several = roll_ups.render_roll_up(RAJ, 12, AT, CARE, ON_CALL, night)
    alone = roll_ups.render_case_call(build_new_case(), PAGING, ON_CALL, RAJ.to, night)
    assert f"oldest since {format_date(AT)}." in several.text
    assert f"Unclaimed since {format_date(AT)} in" in alone.text


def test_the_last_in_line_is_not_promised_that_another_is_called() -> None:
    case = build_new_case(called=CARE.on_call)
    drawing = roll_ups.render_case_call(case, PAGING, ON_CALL, RAJ.to, LATER)

    assert "The next person" not in drawing.text
    assert drawing.text.endswith("You're the last in line – if you can't, pass it on.")


def test_in_a_coverage_gap_it_says_why_it_comes() -> None:
    assert roll_ups.render_roll_up(RAJ, 2, AT, CARE, GAP, LATER).text.endswith(
        "Nobody is on call: coverage gap in nights. You're the backup."
    )
    ops = RollUp("care", ToChannel("C0OPS"))
    assert roll_ups.render_roll_up(ops, 2, AT, CARE, GAP, LATER).text.endswith("coverage gap in nights.")


def test_who_is_on_call_no_more_when_it_goes_out_is_not_told_that_they_are() -> None:
    drawing = roll_ups.render_roll_up(RAJ, 2, AT, CARE, OnCallSnapshot(("U0BEN",)), LATER)

    assert drawing.text.endswith("You were on call for it.")


def test_at_the_end_it_says_what_came_of_it() -> None:
    assert roll_ups.render_roll_up_end(CARE).text == "✅ All claimed in <#C0CARE>."
    assert "claimed the complaint from @marta" in roll_ups.render_roll_up_end(CARE, build_claimed_case()).text
    assert "moved to pr" in roll_ups.render_roll_up_end(CARE, build_new_case(department="pr")).text


def test_the_list_fits_in_a_modal_however_many_wait_and_each_can_be_claimed() -> None:
    cases = [build_new_case(id=f"CASE{n:04}") for n in range(roll_ups.MOST_CASES)]
    view = roll_ups.RollUpView(RAJ, CARE, cases, {case.id: LINK for case in cases}, 2_000, AT, LATER)
    modal = roll_ups.render_roll_up_modal(view)

    assert check_view(modal) == []
    assert labels(modal["blocks"]) == ["Claim", "View"] * roll_ups.MOST_CASES
    assert "2,000 unclaimed" in words(modal["blocks"])
    assert "unclaimed for 25 min" in words(modal["blocks"])
    assert parse_roll_up(modal["private_metadata"]) == RAJ


def test_the_list_says_when_nothing_is_left() -> None:
    modal = roll_ups.render_roll_up_modal(roll_ups.RollUpView(RAJ, CARE, (), {}, 0, None, LATER))

    assert check_view(modal) == []
    assert "All claimed" in words(modal["blocks"])
