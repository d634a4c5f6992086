"""Requests to one person: what they change, until when they hold, and the sentences that say no."""

from datetime import datetime, timedelta

import pytest

from bot.domain.commits import NotAllowed
from bot.domain.oncall.cover_requests import (
    accept_request,
    decline_request,
    expire_request,
    request_cover_from,
    request_swap,
)
from bot.domain.oncall.overrides import ScheduleChange, ScheduleState
from bot.domain.oncall.schedule import CoverOutcome, CoverRequest
from bot.domain.periods import TimeSpan
from tests.domain.oncall.samples import ANA, BEN, RAJ, at
from tests.domain.oncall.test_override_transitions import KNOWN, MIA, NOW, SOON, after, list_recipients, person


def get_request(change: ScheduleChange) -> CoverRequest:
    assert change.request is not None
    return change.request


def swapping() -> tuple[ScheduleState, CoverRequest]:
    """Ana has the shift of now, and Raj has one later."""
    change = request_swap(KNOWN, ANA, RAJ, NOW)
    return after(change), get_request(change)


def test_a_request_changes_nothing_and_asks_one_person() -> None:
    change = request_swap(KNOWN, ANA, RAJ, NOW)
    assert change.after.overrides == ()
    assert [(one.kind, str(one.to)) for one in change.notifications] == [("request", f"@{RAJ}")]
    assert person(after(change), NOW) == ANA


@pytest.mark.parametrize("decide", [accept_request, decline_request])
@pytest.mark.parametrize("by", [ANA, BEN, MIA])
def test_nobody_else_answers_a_request_not_even_the_asker(decide: object, by: str) -> None:
    known, asked = swapping()
    with pytest.raises(NotAllowed, match=f"<@{ANA}> asked <@{RAJ}>. Only they can answer"):
        decide(known, asked.id, by, SOON)  # type: ignore[operator]


def test_who_accepts_has_it_from_then_on_and_the_asker_is_told() -> None:
    known, asked = swapping()
    change = accept_request(known, asked.id, RAJ, SOON)
    known = after(change, known)
    assert [person(known, NOW), person(known, SOON), person(known, at(5, 9))] == [ANA, RAJ, ANA]
    assert set(list_recipients(change)) == {f"@{ANA}"}
    for decide in (accept_request, decline_request):
        with pytest.raises(NotAllowed, match="You already accepted this"):
            decide(known, asked.id, RAJ, SOON)


def test_what_was_declined_is_over() -> None:
    known, asked = swapping()
    known = after(decline_request(known, asked.id, RAJ, SOON), known)
    assert known.changes.overrides == ()
    with pytest.raises(NotAllowed, match="You already declined this"):
        accept_request(known, asked.id, RAJ, SOON)
    with pytest.raises(NotAllowed, match="already has an answer"):
        expire_request(known, asked.id, at(9))


@pytest.mark.parametrize(
    ("when", "until"),
    [
        (None, NOW + timedelta(hours=1)),
        (TimeSpan(at(6), at(7)), NOW + timedelta(days=1)),
    ],
)
def test_a_request_holds_until_the_shift_begins_or_a_day_or_an_hour_where_it_has_begun(
    when: TimeSpan | None, until: datetime
) -> None:
    asked = get_request(request_swap(KNOWN, ANA, RAJ, NOW, when))
    assert asked.until == until
    assert asked.is_pending(until - timedelta(seconds=1))
    assert not asked.is_pending(until)


def test_a_request_that_expires_is_said_once_and_refuses_to_be_accepted() -> None:
    known, asked = swapping()
    assert asked.until is not None
    with pytest.raises(NotAllowed, match="already has an answer"):
        expire_request(known, asked.id, SOON)
    with pytest.raises(NotAllowed, match="This request has expired"):
        accept_request(known, asked.id, RAJ, asked.until)
    change = expire_request(known, asked.id, asked.until)
    assert [(one.kind, str(one.to)) for one in change.notifications] == [("outcome", f"@{ANA}")]
    assert get_request(change).outcome is None
    known = after(change, known)
    kept = known.changes.find_request(asked.id)
    assert kept is not None
    assert kept.outcome is CoverOutcome.EXPIRED
    with pytest.raises(NotAllowed):
        expire_request(known, asked.id, asked.until)


def test_a_cover_covers_what_is_left_of_it_and_only_the_askers() -> None:
    change = request_cover_from(KNOWN, ANA, MIA, TimeSpan(NOW, at(4, 2)), NOW)
    known = after(change)
    covered = accept_request(known, get_request(change).id, MIA, SOON)
    known = after(covered, known)
    assert [person(known, NOW), person(known, SOON), person(known, at(4, 2))] == [ANA, MIA, ANA]
