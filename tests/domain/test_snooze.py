"""A case that rests: until when, what ends it, and what begins again then."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.assessment import Assessment
from bot.domain.audit import AuditAction
from bot.domain.case import Case, CaseResolution, CaseStatus, JoinReason
from bot.domain.cases.deadlines import find_next_deadline, handle_deadline
from bot.domain.cases.edit_transitions import PostEdit, edit_case
from bot.domain.cases.intake import join_case
from bot.domain.cases.snooze_transitions import SnoozeChoice, find_snooze_end, snooze_case, wake_case
from bot.domain.cases.transitions import claim_case, hand_to_person, release_case, resolve_case
from bot.domain.commits import NotAllowed
from bot.domain.routing import Route
from tests.domain.samples import (
    AT,
    CARE,
    OFFICE,
    build_assessment,
    build_case,
    build_context,
    build_mention,
    compute_later,
)

LISBON = CARE.copy_with(hours=OFFICE)


def asleep(found: Case | None = None, choice: SnoozeChoice = SnoozeChoice.HOUR) -> Case:
    return snooze_case(found or build_case(), build_context("U0ANA"), choice).case


@pytest.mark.parametrize(
    ("choice", "at", "until"),
    [
        (SnoozeChoice.HOUR, datetime(2026, 3, 10, 9, 0, tzinfo=UTC), datetime(2026, 3, 10, 10, 0, tzinfo=UTC)),
        (SnoozeChoice.MORNING, datetime(2026, 3, 10, 9, 0, tzinfo=UTC), datetime(2026, 3, 11, 9, 0, tzinfo=UTC)),
        # Friday evening: the office opens on Monday at eight, and not at nine
        (SnoozeChoice.MORNING, datetime(2026, 3, 13, 18, 0, tzinfo=UTC), datetime(2026, 3, 16, 8, 0, tzinfo=UTC)),
        # the night before summer time begins, on a Sunday; then nine in Lisbon is eight in UTC
        (SnoozeChoice.MORNING, datetime(2026, 3, 29, 20, 0, tzinfo=UTC), datetime(2026, 3, 30, 8, 0, tzinfo=UTC)),
        (SnoozeChoice.REPLY, datetime(2026, 3, 10, 9, 0, tzinfo=UTC), datetime(2026, 3, 17, 9, 0, tzinfo=UTC)),
    ],
)
def test_until_when_by_the_hours_and_the_zone_of_the_department(
    choice: SnoozeChoice, at: datetime, until: datetime
) -> None:
    assert find_snooze_end(choice, LISBON, at) == until


def test_a_snoozed_case_is_not_overdue_and_reminds_nobody() -> None:
    found = asleep()
    assert find_next_deadline(found, CARE) == compute_later(hours=1)
    assert not found.is_overdue(compute_later(days=3))
    assert handle_deadline(found, CARE, compute_later(minutes=59)) is None
    assert found.history[-1].what == AuditAction.SNOOZED
    assert found.history[-1].detail == "until 10 Mar 10:00"


def test_when_it_wakes_its_deadline_and_its_reminders_begin_again() -> None:
    reminded = build_case(rung=2, rung_at=compute_later(minutes=20), called=("U0RAJ",))
    decision = handle_deadline(asleep(reminded), CARE, compute_later(hours=1))
    assert decision is not None
    awake = decision.case
    assert (awake.is_snoozed, awake.rung, awake.called) == (False, 0, ())
    assert awake.round > reminded.round
    assert awake.due == decision.deadline == compute_later(hours=1, minutes=15)


def test_a_claim_that_is_snoozed_is_not_lost_meanwhile() -> None:
    found = asleep(build_case(CaseStatus.CLAIMED))
    assert handle_deadline(found, CARE, compute_later(minutes=31)) is None
    decision = handle_deadline(found, CARE, compute_later(hours=1))
    assert decision is not None
    assert (decision.case.owner, decision.case.status) == ("U0ANA", CaseStatus.CLAIMED)
    assert decision.case.lease_ends == compute_later(hours=1, minutes=30)
    assert decision.case.due == compute_later(hours=5)


def test_a_crisis_cannot_be_snoozed_and_what_becomes_one_is_awake() -> None:
    with pytest.raises(NotAllowed, match="A crisis can't be snoozed"):
        asleep(build_case(assessment=build_assessment("intent:crisis")))
    alarmed = join(asleep(), build_assessment("intent:crisis"), JoinReason.COPY)
    assert alarmed.is_urgent
    assert not alarmed.is_snoozed
    assert alarmed.due is not None
    assert alarmed.due <= compute_later(minutes=45)


def join(found: Case, assessment: Assessment, reason: JoinReason, by: str = "@eva") -> Case:
    said = build_mention(id="x:2", author=by, created_at=compute_later(minutes=30))
    return join_case(found, said, assessment, reason, CARE, compute_later(minutes=30)).case


def test_a_new_post_of_the_same_person_ends_it_and_a_copy_by_another_does_not() -> None:
    usual, found = build_assessment("intent:complaint"), asleep(choice=SnoozeChoice.REPLY)
    assert join(found, usual, JoinReason.COPY).is_snoozed
    assert not join(found, usual, JoinReason.COPY, by="@joe").is_snoozed
    woken = join(found, usual, JoinReason.SAME_PERSON)
    assert not woken.is_snoozed
    assert woken.due == compute_later(minutes=45)
    assert [event.what for event in woken.history[-2:]] == [AuditAction.JOINED, AuditAction.SNOOZE_ENDED]


def test_an_edit_ends_it() -> None:
    edited = build_mention(text="and now my other bag, too", edits=1)
    edit = PostEdit(edited, build_assessment("intent:complaint"), Route(name="complaint", to="care"))
    assert not edit_case(asleep(), edit, lambda _: CARE, compute_later(minutes=5)).case.is_snoozed


def test_a_claim_a_hand_over_a_release_and_a_resolution_end_it() -> None:
    late = compute_later(minutes=5)
    assert not claim_case(asleep(), build_context("U0BEN", late)).case.is_snoozed
    assert not hand_to_person(asleep(), build_context("U0BEN", late), "U0BEN").case.is_snoozed
    assert not release_case(asleep(build_case(CaseStatus.CLAIMED)), build_context("U0ANA", late)).case.is_snoozed
    assert not resolve_case(asleep(), build_context("U0ANA", late), CaseResolution.FIXED, "").case.is_snoozed


def test_it_can_be_woken_once() -> None:
    awake = wake_case(asleep(), build_context("U0BEN", compute_later(minutes=5))).case
    assert awake.due == compute_later(minutes=20)
    with pytest.raises(NotAllowed, match="isn't snoozed"):
        wake_case(awake, build_context("U0BEN", compute_later(minutes=6)))


def test_a_snooze_is_kept_in_the_record() -> None:
    found = asleep()
    assert Case.model_validate_json(found.model_dump_json(exclude_defaults=True)) == found
    assert found.snooze is not None
    assert found.snooze.until - AT == timedelta(hours=1)
