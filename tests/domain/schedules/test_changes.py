"""Take, swap, cover, undo: what they change, and the sentences that say no."""

from datetime import datetime, timedelta

import pytest

from bot.domain.decision import Refused
from bot.domain.schedules.changed import KEPT, Change, Changes, Known
from bot.domain.schedules.changes import MOST, answer, cover, plead, swap, take, undo
from bot.domain.schedules.schedule import Schedule
from bot.domain.schedules.shifts import who
from bot.domain.spans import Span
from tests.domain.schedules.made import ANA, BEN, RAJ, at, layer, override

MIA = "U0MIA"
NOW = at(3, 22)
"""Ana has it until the next morning at nine, then Ben, then Raj."""
KNOWN = Known(Schedule(name="nights", layers=(layer(ANA, BEN, RAJ, start=at(3).date()),)), (), Changes())
SOON = NOW + timedelta(minutes=2)


def after(change: Change, known: Known = KNOWN) -> Known:
    return known._replace(changes=change.after)


def person(known: Known, moment: datetime) -> str:
    shift = who(known.roster, moment)
    return shift.person if shift else "nobody"


def told(change: Change) -> list[str]:
    return [str(one.to) for one in change.notifications]


def test_who_takes_a_span_has_it_and_the_one_who_had_it_is_told() -> None:
    change = take(KNOWN, BEN, Span(NOW, at(4, 2)), NOW)
    known = after(change)

    assert [person(known, at(3, 21)), person(known, NOW), person(known, at(4, 1)), person(known, at(4, 2))] == [
        ANA,
        BEN,
        BEN,
        ANA,
    ]
    assert told(change) == [f"@{ANA}"]
    assert change.what == "took nights: <@U0BEN> 2026-03-03T22:00Z to 2026-03-04T02:00Z"


def test_who_has_it_already_cannot_take_it() -> None:
    with pytest.raises(Refused, match="You are on call for nights then already"):
        take(KNOWN, ANA, Span(NOW, at(4, 2)), NOW)


def test_what_is_nobodys_can_be_taken() -> None:
    empty = Known(Schedule(name="nights"), (), Changes())

    assert person(after(take(empty, ANA, Span(NOW, at(4)), NOW), empty), NOW) == ANA


def test_of_two_who_take_in_the_same_minute_the_second_is_told_who_was_first() -> None:
    known = after(take(KNOWN, BEN, Span(NOW, at(4, 2)), NOW))

    with pytest.raises(Refused, match=r"<@U0BEN> has this one, 2 s before you\. If it should be yours"):
        take(known, RAJ, Span(NOW, at(4, 1)), NOW + timedelta(seconds=2))
    assert person(after(take(known, RAJ, Span(SOON, at(4, 1)), SOON), known), SOON) == RAJ


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (Span(at(3, 8), at(3, 9)), "That time is over already"),
        (Span(at(4, 9), at(4, 8)), "That time is over already"),
        (Span(NOW, NOW + timedelta(days=32)), "longer than 31 days"),
        (Span(NOW + timedelta(days=61), NOW + timedelta(days=62)), "more than 60 days ahead"),
    ],
)
def test_a_span_that_makes_no_sense_is_refused(span: Span, words: str) -> None:
    with pytest.raises(Refused, match=words):
        take(KNOWN, BEN, span, NOW)


def test_two_swap_their_next_shifts() -> None:
    change = swap(KNOWN, ANA, RAJ, NOW)
    known = after(change)

    assert person(known, at(4, 8, 59)) == RAJ
    assert [person(known, at(4, 9)), person(known, at(5, 9)), person(known, at(6, 9))] == [BEN, ANA, ANA]
    assert told(change) == [f"@{RAJ}", f"@{RAJ}"]


def test_a_swap_one_minute_before_midnight_holds_from_midnight_on() -> None:
    midnight = layer(ANA, BEN, hand_over="00:00", start=at(3).date())
    known = Known(Schedule(name="nights", layers=(midnight,)), (), Changes())
    minute_to = at(3, 23, 59)
    swapped = after(swap(known, BEN, ANA, minute_to, Span(at(4), at(5))), known)

    assert [person(swapped, at(3, 23, 58)), person(swapped, minute_to), person(swapped, at(4))] == [ANA, BEN, ANA]


def test_a_shift_on_a_given_day_can_be_swapped() -> None:
    known = after(swap(KNOWN, ANA, BEN, NOW, Span(at(6), at(7))))

    assert [person(known, at(4, 8)), person(known, at(4, 10)), person(known, at(6, 10))] == [ANA, ANA, BEN]


@pytest.mark.parametrize(
    ("by", "other", "when", "words"),
    [
        (ANA, ANA, None, "You cannot swap with yourself"),
        (MIA, ANA, None, r"You have no shift in nights in the next 60 days\."),
        (ANA, MIA, None, r"<@U0MIA> has no shift in nights in the next 60 days\. To have <@U0MIA> do yours"),
        (ANA, BEN, Span(at(4, 10), at(4, 11)), r"You have no shift in nights then\."),
    ],
)
def test_who_has_nothing_to_swap_is_told_so(by: str, other: str, when: Span | None, words: str) -> None:
    with pytest.raises(Refused, match=words):
        swap(KNOWN, by, other, NOW, when)


def test_who_covers_has_only_what_was_the_others() -> None:
    change = cover(KNOWN, ANA, MIA, Span(NOW, at(7)), NOW)
    known = after(change)

    assert [person(known, NOW), person(known, at(4, 9)), person(known, at(6, 9))] == [MIA, BEN, MIA]
    assert [one.person for one in change.made] == [MIA, MIA]
    assert told(change) == [f"@{MIA}", f"@{MIA}"]


def test_who_is_not_on_call_then_needs_no_cover() -> None:
    with pytest.raises(Refused, match="You are not on call for nights then"):
        plead(KNOWN, BEN, Span(NOW, at(4, 2)), "care", NOW)
    with pytest.raises(Refused, match="<@U0BEN> is not on call for nights then"):
        cover(KNOWN, BEN, MIA, Span(NOW, at(4, 2)), NOW)


def test_a_plea_changes_nothing_until_somebody_answers_and_the_second_is_told_who_did() -> None:
    asked = plead(KNOWN, ANA, Span(NOW, at(4, 8)), "care", NOW)
    known = after(asked)
    assert asked.plea is not None
    assert [(one.kind, str(one.to)) for one in asked.notifications] == [("plea", "care")]
    assert person(known, NOW) == ANA

    covered = answer(known, asked.plea.id, MIA, SOON)
    known = after(covered, known)
    assert [person(known, NOW), person(known, SOON), person(known, at(4, 8))] == [ANA, MIA, ANA]
    assert told(covered) == [f"@{ANA}"]
    with pytest.raises(Refused, match=r"<@U0MIA> covers this one, 5 s before you\. Thank you"):
        answer(known, asked.plea.id, BEN, SOON + timedelta(seconds=5))


def test_nobody_answers_their_own_plea_nor_one_that_is_over() -> None:
    asked = plead(KNOWN, ANA, Span(NOW, at(4, 2)), "care", NOW)
    assert asked.plea is not None

    with pytest.raises(Refused, match="somebody else has to press"):
        answer(after(asked), asked.plea.id, ANA, SOON)
    with pytest.raises(Refused, match="over already"):
        answer(after(asked), asked.plea.id, BEN, at(4, 3))
    with pytest.raises(Refused, match="This is over, or was taken back"):
        answer(KNOWN, asked.plea.id, BEN, SOON)


def test_both_halves_of_a_swap_are_taken_back_together_and_by_whom_is_kept() -> None:
    made = swap(KNOWN, ANA, BEN, NOW)
    known = after(made)
    undone = undo(known, made.made[0].id, BEN, manages=False, at=SOON)

    assert [person(after(undone, known), moment) for moment in (NOW, at(4, 9))] == [ANA, BEN]
    assert {one.undone for one in undone.after.overrides} == {BEN}
    assert set(told(undone)) == {f"@{ANA}"}
    with pytest.raises(Refused, match="<@U0BEN> took this back already"):
        undo(after(undone, known), made.made[0].id, ANA, manages=False, at=SOON)


def test_only_those_whom_it_concerns_and_managers_take_a_change_back() -> None:
    made = take(KNOWN, BEN, Span(NOW, at(4, 2)), NOW)

    with pytest.raises(Refused, match="<@U0BEN> made this change"):
        undo(after(made), made.made[0].id, RAJ, manages=False, at=SOON)
    assert undo(after(made), made.made[0].id, MIA, manages=True, at=SOON).made[0].undone == MIA
    with pytest.raises(Refused, match="This is over"):
        undo(after(made), made.made[0].id, BEN, manages=False, at=at(5))


def test_what_is_long_over_is_forgotten_and_there_is_a_most() -> None:
    old = override(RAJ, NOW - KEPT - timedelta(hours=2), NOW - KEPT - timedelta(hours=1))
    known = KNOWN._replace(changes=Changes(overrides=(old,)))
    full = Changes(overrides=tuple(override(RAJ, at(4), at(5), id=str(number)) for number in range(MOST)))

    assert old not in take(known, BEN, Span(NOW, at(4, 2)), NOW).after.overrides
    with pytest.raises(Refused, match="nights has 200 changes already"):
        take(KNOWN._replace(changes=full), BEN, Span(at(6), at(7)), NOW)
