"""Take, swap, cover, undo: what they change, and the sentences that say no."""

from datetime import datetime, timedelta

import pytest

from bot.domain.commits import NotAllowed
from bot.domain.oncall.override_transitions import (
    MAX_OVERRIDES,
    answer_cover_request,
    cover_shift,
    request_cover,
    swap_shifts,
    take_shift,
    undo_change,
)
from bot.domain.oncall.overrides import OVERRIDE_RETENTION, ScheduleChange, ScheduleOverrides, ScheduleState
from bot.domain.oncall.schedule import Schedule
from bot.domain.oncall.shifts import find_shift
from bot.domain.periods import TimeSpan
from tests.domain.oncall.samples import ANA, BEN, RAJ, at, layer, override

MIA = "U0MIA"
NOW = at(3, 22)
"""Ana has it until the next morning at nine, then Ben, then Raj."""
KNOWN = ScheduleState(
    Schedule(name="nights", layers=(layer(ANA, BEN, RAJ, start=at(3).date()),)), (), ScheduleOverrides()
)
SOON = NOW + timedelta(minutes=2)


def after(change: ScheduleChange, known: ScheduleState = KNOWN) -> ScheduleState:
    return known._replace(changes=change.after)


def person(known: ScheduleState, moment: datetime) -> str:
    shift = find_shift(known.roster, moment)
    return shift.person if shift else "nobody"


def list_recipients(change: ScheduleChange) -> list[str]:
    return [str(one.to) for one in change.notifications]


def test_who_takes_a_span_has_it_and_the_one_who_had_it_is_told() -> None:
    change = take_shift(KNOWN, BEN, TimeSpan(NOW, at(4, 2)), NOW)
    known = after(change)

    assert [person(known, at(3, 21)), person(known, NOW), person(known, at(4, 1)), person(known, at(4, 2))] == [
        ANA,
        BEN,
        BEN,
        ANA,
    ]
    assert list_recipients(change) == [f"@{ANA}"]
    assert change.audit_text == "took nights: <@U0BEN> 2026-03-03T22:00Z to 2026-03-04T02:00Z"


def test_who_has_it_already_cannot_take_it() -> None:
    with pytest.raises(NotAllowed, match="You're already on call for nights then"):
        take_shift(KNOWN, ANA, TimeSpan(NOW, at(4, 2)), NOW)


def test_what_is_nobodys_can_be_taken() -> None:
    empty = ScheduleState(Schedule(name="nights"), (), ScheduleOverrides())

    assert person(after(take_shift(empty, ANA, TimeSpan(NOW, at(4)), NOW), empty), NOW) == ANA


def test_of_two_who_take_in_the_same_minute_the_second_is_told_who_was_first() -> None:
    known = after(take_shift(KNOWN, BEN, TimeSpan(NOW, at(4, 2)), NOW))

    with pytest.raises(NotAllowed, match=r"<@U0BEN> has this one, 2 s before you\. If you should still have it"):
        take_shift(known, RAJ, TimeSpan(NOW, at(4, 1)), NOW + timedelta(seconds=2))
    assert person(after(take_shift(known, RAJ, TimeSpan(SOON, at(4, 1)), SOON), known), SOON) == RAJ


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (TimeSpan(at(3, 8), at(3, 9)), "That time is in the past"),
        (TimeSpan(at(4, 9), at(4, 8)), "That time is in the past"),
        (TimeSpan(NOW, NOW + timedelta(days=32)), "longer than 31 days"),
        (TimeSpan(NOW + timedelta(days=61), NOW + timedelta(days=62)), "more than 60 days ahead"),
    ],
)
def test_a_span_that_makes_no_sense_is_refused(span: TimeSpan, words: str) -> None:
    with pytest.raises(NotAllowed, match=words):
        take_shift(KNOWN, BEN, span, NOW)


def test_two_swap_their_next_shifts() -> None:
    change = swap_shifts(KNOWN, ANA, RAJ, NOW)
    known = after(change)

    assert person(known, at(4, 8, 59)) == RAJ
    assert [person(known, at(4, 9)), person(known, at(5, 9)), person(known, at(6, 9))] == [BEN, ANA, ANA]
    assert list_recipients(change) == [f"@{RAJ}", f"@{RAJ}"]


def test_a_swap_one_minute_before_midnight_holds_from_midnight_on() -> None:
    midnight = layer(ANA, BEN, hand_over="00:00", start=at(3).date())
    known = ScheduleState(Schedule(name="nights", layers=(midnight,)), (), ScheduleOverrides())
    minute_to = at(3, 23, 59)
    swapped = after(swap_shifts(known, BEN, ANA, minute_to, TimeSpan(at(4), at(5))), known)

    assert [person(swapped, at(3, 23, 58)), person(swapped, minute_to), person(swapped, at(4))] == [ANA, BEN, ANA]


def test_a_shift_on_a_given_day_can_be_swapped() -> None:
    known = after(swap_shifts(KNOWN, ANA, BEN, NOW, TimeSpan(at(6), at(7))))

    assert [person(known, at(4, 8)), person(known, at(4, 10)), person(known, at(6, 10))] == [ANA, ANA, BEN]


@pytest.mark.parametrize(
    ("by", "other", "when", "words"),
    [
        (ANA, ANA, None, "You can't swap with yourself"),
        (MIA, ANA, None, r"You have no shift in nights in the next 60 days\."),
        (ANA, MIA, None, r"<@U0MIA> has no shift in nights in the next 60 days\. To have <@U0MIA> cover yours"),
        (ANA, BEN, TimeSpan(at(4, 10), at(4, 11)), r"You have no shift in nights then\."),
    ],
)
def test_who_has_nothing_to_swap_is_told_so(by: str, other: str, when: TimeSpan | None, words: str) -> None:
    with pytest.raises(NotAllowed, match=words):
        swap_shifts(KNOWN, by, other, NOW, when)


def test_who_covers_has_only_what_was_the_others() -> None:
    change = cover_shift(KNOWN, ANA, MIA, TimeSpan(NOW, at(7)), NOW)
    known = after(change)

    assert [person(known, NOW), person(known, at(4, 9)), person(known, at(6, 9))] == [MIA, BEN, MIA]
    assert [one.person for one in change.new_overrides] == [MIA, MIA]
    assert list_recipients(change) == [f"@{MIA}", f"@{MIA}"]


def test_who_is_not_on_call_then_needs_no_cover() -> None:
    with pytest.raises(NotAllowed, match="You aren't on call for nights then"):
        request_cover(KNOWN, BEN, TimeSpan(NOW, at(4, 2)), "care", NOW)
    with pytest.raises(NotAllowed, match="<@U0BEN> isn't on call for nights then"):
        cover_shift(KNOWN, BEN, MIA, TimeSpan(NOW, at(4, 2)), NOW)


def test_a_cover_request_changes_nothing_until_somebody_answers_and_the_second_is_told_who_did() -> None:
    asked = request_cover(KNOWN, ANA, TimeSpan(NOW, at(4, 8)), "care", NOW)
    known = after(asked)
    assert asked.request is not None
    assert [(one.kind, str(one.to)) for one in asked.notifications] == [("plea", "care")]
    assert person(known, NOW) == ANA

    covered = answer_cover_request(known, asked.request.id, MIA, SOON)
    known = after(covered, known)
    assert [person(known, NOW), person(known, SOON), person(known, at(4, 8))] == [ANA, MIA, ANA]
    assert list_recipients(covered) == [f"@{ANA}"]
    with pytest.raises(NotAllowed, match=r"<@U0MIA> covers this one, 5 s before you\. Thanks anyway"):
        answer_cover_request(known, asked.request.id, BEN, SOON + timedelta(seconds=5))


def test_nobody_answers_their_own_cover_request_nor_one_that_is_over() -> None:
    asked = request_cover(KNOWN, ANA, TimeSpan(NOW, at(4, 2)), "care", NOW)
    assert asked.request is not None

    with pytest.raises(NotAllowed, match="Somebody else has to press"):
        answer_cover_request(after(asked), asked.request.id, ANA, SOON)
    with pytest.raises(NotAllowed, match="in the past"):
        answer_cover_request(after(asked), asked.request.id, BEN, at(4, 3))
    with pytest.raises(NotAllowed, match="This request is over or was taken back"):
        answer_cover_request(KNOWN, asked.request.id, BEN, SOON)


def test_both_halves_of_a_swap_are_taken_back_together_and_by_whom_is_kept() -> None:
    made = swap_shifts(KNOWN, ANA, BEN, NOW)
    known = after(made)
    undone = undo_change(known, made.new_overrides[0].id, BEN, is_manager=False, at=SOON)

    assert [person(after(undone, known), moment) for moment in (NOW, at(4, 9))] == [ANA, BEN]
    assert {one.undone for one in undone.after.overrides} == {BEN}
    assert set(list_recipients(undone)) == {f"@{ANA}"}
    with pytest.raises(NotAllowed, match="<@U0BEN> already took this back"):
        undo_change(after(undone, known), made.new_overrides[0].id, ANA, is_manager=False, at=SOON)


def test_only_those_whom_it_concerns_and_managers_take_a_change_back() -> None:
    made = take_shift(KNOWN, BEN, TimeSpan(NOW, at(4, 2)), NOW)

    with pytest.raises(NotAllowed, match="<@U0BEN> made this change"):
        undo_change(after(made), made.new_overrides[0].id, RAJ, is_manager=False, at=SOON)
    assert (
        undo_change(after(made), made.new_overrides[0].id, MIA, is_manager=True, at=SOON).new_overrides[0].undone == MIA
    )
    with pytest.raises(NotAllowed, match="This change is in the past"):
        undo_change(after(made), made.new_overrides[0].id, BEN, is_manager=False, at=at(5))


def test_what_is_long_over_is_forgotten_and_there_is_a_most() -> None:
    old = override(RAJ, NOW - OVERRIDE_RETENTION - timedelta(hours=2), NOW - OVERRIDE_RETENTION - timedelta(hours=1))
    known = KNOWN._replace(changes=ScheduleOverrides(overrides=(old,)))
    full = ScheduleOverrides(
        overrides=tuple(override(RAJ, at(4), at(5), id=str(number)) for number in range(MAX_OVERRIDES))
    )

    assert old not in take_shift(known, BEN, TimeSpan(NOW, at(4, 2)), NOW).after.overrides
    with pytest.raises(NotAllowed, match="nights already has 200 changes"):
        take_shift(KNOWN._replace(changes=full), BEN, TimeSpan(at(6), at(7)), NOW)
