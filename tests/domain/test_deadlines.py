"""When a clock runs out, and what happens then. A night passes in a line: each ring is told the time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.assessment import DOUBTFUL, Assessment, Signal
from bot.domain.case import Case, CasePriority, CaseStatus
from bot.domain.cases.deadlines import find_next_deadline, handle_deadline, reset_to_new
from bot.domain.cases.expiry import compute_expiry
from bot.domain.cases.transitions import claim_case, correct_route, release_case, renew_lease
from bot.domain.commits import CaseDecision
from bot.domain.correction import COLLEAGUE
from bot.domain.department import Department
from bot.domain.destination import ToPerson
from bot.domain.oncall.on_call import OnCallSnapshot
from bot.domain.outbox import NotificationKind, Priority
from bot.domain.routing import CaseClocks
from tests.domain.samples import AT, CARE, OFFICE, SALES, build_assessment, build_case, build_context, compute_later

DAYTIME = CARE.copy_with(hours=OFFICE)


def lisbon(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo("Europe/Lisbon")).astimezone(UTC)


def apply_one_deadline(found: Case, department: Department, at: datetime) -> CaseDecision:
    decision = handle_deadline(found, department, at)
    assert decision is not None
    return decision


def get_changed_case(decision: CaseDecision) -> Case:
    assert decision.after is not None
    return decision.after


def told_until(found: Case, department: Department, end: datetime) -> list[tuple[float, str, str]]:
    """Every ring up to an instant: minutes since the start, what was sent beside the card, and to whom."""
    told = []
    deadline = find_next_deadline(found, department)
    while deadline is not None and deadline <= end:
        decision = apply_one_deadline(found, department, deadline)
        more = decision.notifications[1:]
        what = [(one.kind.value, str(one.to)) for one in more] or [(decision.events[0].what, "")]
        told += [((deadline - AT).total_seconds() / 60, *one) for one in what]
        found, deadline = get_changed_case(decision), decision.deadline
    return told


def test_what_nobody_claims_reminds_the_channel_then_calls_one_person_after_the_other() -> None:
    assert told_until(build_case(), CARE, compute_later(hours=23)) == [
        (15, "reminder", "care"),
        (25, "roll-up", "@U0RAJ"),
        (35, "roll-up", "@U0MIA"),
    ]


def test_after_the_last_it_is_said_once_each_working_day_to_the_first_on_call() -> None:
    friday = lisbon("2026-03-13 10:00")
    waiting = build_case(opened_at=friday, rung=3, rung_at=friday, called=CARE.on_call, due=friday)

    told = told_until(waiting, DAYTIME, lisbon("2026-03-18 09:00"))
    assert [(AT + timedelta(minutes=minutes), *to) for minutes, *to in told] == [
        (lisbon(f"2026-03-{day} 08:00"), "roll-up", "@U0RAJ") for day in (16, 17, 18)
    ]


def test_below_the_priority_of_the_playbook_nobody_is_called_before_the_morning() -> None:
    strict = DAYTIME.copy_with(page_from=CasePriority.HIGH)

    told = told_until(build_case(), strict, compute_later(days=2))
    assert [(AT + timedelta(minutes=minutes), *to) for minutes, *to in told] == [
        (compute_later(minutes=15), "reminder", "care"),
        (lisbon("2026-03-11 08:00"), "roll-up", "@U0RAJ"),
        (lisbon("2026-03-12 08:00"), "roll-up", "@U0RAJ"),
    ]


def test_in_a_gap_of_the_schedule_the_morning_waits_for_the_next_who_is_on_call() -> None:
    strict, empty = (
        NIGHTS.copy_with(page_from=CasePriority.HIGH, fallback=""),
        OnCallSnapshot((), compute_later(days=3), True),
    )
    found = build_case(rung=1, rung_at=compute_later(minutes=15))

    assert find_next_deadline(found, strict, empty) == compute_later(days=3)
    assert handle_deadline(found, strict, compute_later(days=2), empty) is None
    decision = handle_deadline(found, strict, compute_later(days=3), OnCallSnapshot(("U0ANA",)))
    assert decision is not None
    assert get_changed_case(decision).called == ("U0ANA",)


@pytest.mark.parametrize("intent", ["complaint", "praise", "other"])
def test_where_we_are_unsure_how_it_feels_the_channel_is_reminded_and_nobody_is_called(intent: str) -> None:
    unsure = build_case(assessment=build_assessment("sentiment:unsure", f"intent:{intent}"))

    assert told_until(unsure, CARE, compute_later(days=30)) == [(15, "reminder", "care")]


@pytest.mark.parametrize(
    "heard",
    [
        build_assessment("sentiment:unsure", "intent:crisis"),
        build_assessment("sentiment:unsure", "intent:question"),
        build_assessment("sentiment:negative", "intent:complaint"),
    ],
)
def test_what_does_not_depend_on_how_it_feels_calls_as_ever(heard: Assessment) -> None:
    doubtful = Assessment(signals=(*heard.signals, Signal("crisis", DOUBTFUL, 1.0)))

    assert ("roll-up", "@U0RAJ") in [
        (what, to) for _, what, to in told_until(build_case(assessment=doubtful), CARE, compute_later(days=1))
    ]


def test_where_a_colleague_said_what_it_is_people_are_called_though_we_are_unsure_how_it_feels() -> None:
    told = Signal(COLLEAGUE, "intent:complaint", 1.0)
    flagged = build_case(assessment=Assessment(signals=(*build_assessment("sentiment:unsure").signals, told)))

    assert (25, "roll-up", "@U0RAJ") in told_until(flagged, CARE, compute_later(days=1))


def test_without_a_word_in_the_route_five_minutes_lie_between_two_calls() -> None:
    quick = build_case(clocks=CaseClocks(claim_within=timedelta(minutes=15)))

    assert [minute for minute, *_ in told_until(quick, CARE, compute_later(hours=20))] == [15, 20, 25]


def test_a_department_with_nobody_on_call_is_reminded_once() -> None:
    assert told_until(build_case(), SALES, compute_later(days=30)) == [(15, "reminder", "care")]


def test_a_route_without_clocks_rings_never_and_its_case_expires() -> None:
    still = build_case(clocks=CaseClocks(), due=None)

    assert find_next_deadline(still, CARE) == compute_expiry(still, CARE)
    assert handle_deadline(still, CARE, compute_later(days=89)) is None


def test_nothing_rings_before_its_time() -> None:
    assert handle_deadline(build_case(), CARE, compute_later(minutes=14, seconds=59)) is None
    assert handle_deadline(build_case(), CARE, compute_later(minutes=15)) is not None


def test_a_claim_is_reminded_at_half_and_released_at_the_end_and_then_waits_again() -> None:
    told = told_until(build_case(CaseStatus.CLAIMED), CARE, compute_later(minutes=50))

    assert told == [(15, "lease", "@U0ANA"), (30, "released", "@U0ANA"), (45, "reminder", "care")]


def test_a_released_case_has_no_owner_and_a_whole_claim_clock() -> None:
    nudged = get_changed_case(apply_one_deadline(build_case(CaseStatus.CLAIMED), CARE, compute_later(minutes=15)))
    waiting = get_changed_case(apply_one_deadline(nudged, CARE, compute_later(minutes=30)))

    assert (waiting.status, waiting.owner, waiting.due) == (CaseStatus.NEW, "", compute_later(minutes=45))
    assert waiting.history[-1].detail == "<@U0ANA> had it, not answered in time"


def test_who_is_still_on_it_gets_the_whole_lease_again() -> None:
    nudged = get_changed_case(apply_one_deadline(build_case(CaseStatus.CLAIMED), CARE, compute_later(minutes=15)))
    kept = get_changed_case(renew_lease(nudged, build_context("U0ANA", compute_later(minutes=20))))

    assert [minute for minute, *_ in told_until(kept, CARE, compute_later(minutes=50))] == [35, 50]


def test_a_claimed_case_past_its_time_is_overdue_once_and_stays_with_its_owner() -> None:
    patient = build_case(CaseStatus.CLAIMED, clocks=CaseClocks(resolve_within=timedelta(hours=4)), lease_ends=None)
    late = get_changed_case(apply_one_deadline(patient, CARE, compute_later(hours=4)))

    assert (late.status, late.owner, late.is_overdue(compute_later(hours=4))) == (CaseStatus.CLAIMED, "U0ANA", True)
    assert find_next_deadline(late, CARE) == compute_expiry(late, CARE)


def test_a_resolved_case_rings_never() -> None:
    assert find_next_deadline(build_case(CaseStatus.RESOLVED), CARE) is None


def test_clocks_stand_still_while_the_department_sleeps() -> None:
    """Opened at 19:50 with hours until 20:00: a quarter of an hour ends at 08:05, and the calls follow."""
    decision = release_case(build_case(CaseStatus.CLAIMED), build_context("U0ANA", lisbon("2026-03-10 19:50"), DAYTIME))

    rings: list[datetime] = []
    found, deadline = get_changed_case(decision), decision.deadline
    while deadline is not None and len(rings) < 3:
        rings.append(deadline)
        decision = apply_one_deadline(found, DAYTIME, deadline)
        found, deadline = get_changed_case(decision), decision.deadline
    assert rings == [lisbon(f"2026-03-11 08:{minute}") for minute in ("05", "15", "25")]


def test_a_crisis_keeps_no_business_hours_and_goes_first() -> None:
    crisis = build_case(CaseStatus.CLAIMED, assessment=build_assessment("intent:crisis"))
    decision = release_case(crisis, build_context("U0ANA", lisbon("2026-03-14 04:00"), DAYTIME))

    assert decision.deadline == lisbon("2026-03-14 04:15")
    reminded = apply_one_deadline(get_changed_case(decision), DAYTIME, lisbon("2026-03-14 04:15"))
    assert {one.priority for one in reminded.notifications} == {Priority.CRISIS}


def test_a_claim_that_spans_a_night_reminds_nobody_in_the_night() -> None:
    """Half an hour from 19:50: ten minutes today and twenty tomorrow; half of it is 08:05, not 02:05."""
    opened = lisbon("2026-03-10 19:45")
    claimed = claim_case(build_case(waiting_since=opened), build_context("U0ANA", lisbon("2026-03-10 19:50"), DAYTIME))

    assert claimed.deadline == lisbon("2026-03-11 08:05")
    nudged = apply_one_deadline(get_changed_case(claimed), DAYTIME, lisbon("2026-03-11 08:05"))
    assert nudged.deadline == lisbon("2026-03-11 08:20")


def test_the_calls_of_a_second_round_are_not_taken_for_those_of_the_first() -> None:
    first = get_changed_case(
        apply_one_deadline(
            get_changed_case(apply_one_deadline(build_case(), CARE, compute_later(minutes=15))),
            CARE,
            compute_later(minutes=25),
        )
    )
    there = SALES.copy_with(on_call=("U0RAJ",))
    sent_on = get_changed_case(correct_route(first, build_context("U0ANA", compute_later(minutes=26)), there))
    second = get_changed_case(apply_one_deadline(sent_on, there, compute_later(minutes=41)))

    call = apply_one_deadline(second, there, compute_later(minutes=51)).notifications[1]
    earlier = apply_one_deadline(
        get_changed_case(apply_one_deadline(build_case(), CARE, compute_later(minutes=15))),
        CARE,
        compute_later(minutes=25),
    ).notifications[1]
    assert (call.kind, call.to) == (earlier.kind, earlier.to) == (NotificationKind.ROLL_UP, ToPerson("U0RAJ"))
    assert (call.subject_id, earlier.subject_id) == ("sales", "care")


def test_each_ring_is_one_commit_with_its_event_and_its_card() -> None:
    decision = apply_one_deadline(build_case(), CARE, compute_later(minutes=15))

    assert decision.before is not None
    assert get_changed_case(decision).version == decision.before.version + 1
    assert [event.what for event in decision.events] == ["reminded the channel"]
    assert decision.notifications[0].kind is NotificationKind.CARD


def test_after_a_standstill_the_escalation_proceeds_at_its_own_pace_and_not_all_at_once() -> None:
    late = get_changed_case(apply_one_deadline(build_case(), CARE, compute_later(hours=5)))

    assert find_next_deadline(late, CARE) == compute_later(hours=5, minutes=10)


NIGHTS = CARE.copy_with(on_call=("nights",), fallback="C0OPS")


def escalate_after(found: Case, duty: OnCallSnapshot, minutes: float, department: Department = NIGHTS) -> Case:
    """Step by step, as a worker does that looks every minute."""
    for minute in range(int(minutes)):
        decision = handle_deadline(found, department, compute_later(minutes=minute), duty)
        found = decision.after if decision and decision.after else found
    return found


def test_who_is_on_call_by_a_schedule_is_called_and_then_nobody_until_somebody_else_is() -> None:
    found = escalate_after(build_case(), OnCallSnapshot(("U0ANA",), compute_later(hours=3), schedule="nights"), 60)

    assert found.called == ("U0ANA",)
    assert find_next_deadline(found, NIGHTS, OnCallSnapshot(("U0ANA",), compute_later(hours=3))) == compute_later(
        hours=3
    )
    assert find_next_deadline(found, NIGHTS, OnCallSnapshot(("U0BEN",))) == compute_later(minutes=35)


def test_after_a_hand_over_the_next_one_is_called_though_somebody_was_called_before() -> None:
    found = escalate_after(build_case(), OnCallSnapshot(("U0ANA",), compute_later(minutes=30), schedule="nights"), 30)
    decision = handle_deadline(found, NIGHTS, compute_later(minutes=40), OnCallSnapshot(("U0BEN",), schedule="nights"))

    assert decision is not None
    assert [str(one.to) for one in decision.notifications if one.kind is NotificationKind.ROLL_UP] == ["@U0BEN"]


def test_in_a_gap_the_managers_and_the_fallback_are_called_and_the_card_says_so() -> None:
    hole = OnCallSnapshot(("U0MIA",), compute_later(hours=5), has_gap=True, schedule="nights")
    found = escalate_after(build_case(), hole, 26)

    assert found.called == ("U0MIA", "#C0OPS")
    assert found.history[-1][2:] == ("called <@U0MIA> and <#C0OPS>", "nobody is on call: coverage gap in nights")


def test_a_gap_without_managers_is_still_told_to_the_fallback() -> None:
    assert escalate_after(build_case(), OnCallSnapshot(has_gap=True, schedule="nights"), 60).called == ("#C0OPS",)


def test_where_a_schedule_has_to_be_asked_the_clock_rings_and_asks() -> None:
    found = escalate_after(build_case(), OnCallSnapshot(("U0ANA",), schedule="nights"), 26)

    assert find_next_deadline(found, NIGHTS) == compute_later(minutes=35)
    assert (
        handle_deadline(found, NIGHTS, compute_later(minutes=36), OnCallSnapshot(("U0ANA",), schedule="nights")) is None
    )


def test_a_person_who_stands_twice_in_the_list_has_one_message_and_is_called_once() -> None:
    listed = CARE.copy_with(on_call=("U0RAJ", "U0MIA", "U0RAJ"))

    assert escalate_after(build_case(), OnCallSnapshot(listed.on_call), 90, listed).called == ("U0RAJ", "U0MIA")


def test_a_case_that_comes_back_to_the_channel_begins_its_escalation_again() -> None:
    found = escalate_after(build_case(), OnCallSnapshot(("U0ANA",), schedule="nights"), 30)

    assert reset_to_new(found, NIGHTS, compute_later(hours=1)).called == ()
