"""When a follow-up is planned, who is asked, and what reports count of it."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.assessment import Intent, Sentiment
from bot.domain.business_hours import BusinessHours, parse_window
from bot.domain.case import Case, CaseResolution, CaseStatus, JoinedMention, JoinReason
from bot.domain.cases.deadlines import find_next_deadline, plan_follow_up
from bot.domain.cases.follow_up_transitions import (
    answer_follow_up,
    choose_person_to_ask,
    find_next_offer,
    list_follow_up_counts,
    list_later_post_counts,
    offer_follow_up,
)
from bot.domain.cases.transitions import reopen_case
from bot.domain.department import DepartmentStaff
from bot.domain.follow_up import FollowUp, FollowUpOutcome, describe_mood
from bot.domain.outbox import NotificationKind
from bot.domain.redaction import forget_in_case
from tests.domain.samples import AT, CARE, CLOCKS, STAFF, build_assessment, build_case, build_context, build_mention

DAY = timedelta(days=1)
TEAM = CARE.copy_with(follow_up_after=3 * DAY)
WAITING = FollowUp(AT + 3 * DAY)
OFFERED = WAITING._replace(offered_to="U0BEN")


def build_resolved(**changes: Any) -> Case:
    known: dict[str, Any] = {
        "status": CaseStatus.RESOLVED,
        "owner": "U0ANA",
        "resolution": CaseResolution.ANSWERED,
        "resolved_at": AT,
        "resolved_by": "U0ANA",
        "claimed_at": AT - timedelta(hours=1),
    }
    return build_case(**(known | changes))


def test_it_is_due_after_so_many_days_within_the_hours_of_the_department() -> None:
    assert plan_follow_up(build_resolved(), TEAM, AT) == WAITING
    weekdays = BusinessHours(windows=(parse_window("Mon-Thu 08:00-17:00"),))
    planned = plan_follow_up(build_resolved(), TEAM.copy_with(hours=weekdays), AT)
    assert planned is not None
    assert weekdays.is_open_at(planned.due)
    assert planned.due >= AT + 3 * DAY


@pytest.mark.parametrize(
    "changes",
    [
        {"resolution": CaseResolution.NO_ACTION},
        {"resolution": CaseResolution.SPAM},
        {"from_list": True},
        {"clocks": CLOCKS.copy_with(follow_up_after=timedelta())},
        {"assessment": build_assessment(f"intent:{Intent.PRAISE}")},
    ],
)
def test_some_cases_get_none(changes: dict[str, Any]) -> None:
    assert plan_follow_up(build_resolved(**changes), TEAM, AT) is None


def test_a_department_without_the_key_plans_none_unless_a_route_says_so() -> None:
    assert plan_follow_up(build_resolved(), CARE, AT) is None
    assert plan_follow_up(build_resolved(clocks=CLOCKS.copy_with(follow_up_after=DAY)), CARE, AT) == FollowUp(AT + DAY)


@pytest.mark.parametrize(
    ("mood", "ago", "expected"),
    [
        ("thanks", timedelta(), (FollowUpOutcome.THANKED, "thanks")),
        ("positive", timedelta(), (None, "positive")),
        ("thanks", timedelta(hours=2), (None, "")),  # before anybody claimed it: thanks in advance
        ("", timedelta(), (None, "")),
    ],
)
def test_what_the_author_wrote_since_the_claim_is_read(
    mood: str, ago: timedelta, expected: tuple[FollowUpOutcome | None, str]
) -> None:
    later = JoinedMention("x:2", "Joe", "", AT - ago, JoinReason.SAME_PERSON, mood)
    planned = plan_follow_up(build_resolved(joined=(later,), joined_count=1), TEAM, AT)
    assert planned is not None
    assert (planned.outcome, planned.wrote_later) == expected


def test_the_work_is_shared_and_never_given_to_who_answered() -> None:
    staff = DepartmentStaff(department="care", deputies=frozenset({"U0ANA", "U0BEN", "U0RAJ"}))
    asked = Counter(choose_person_to_ask(build_resolved(id=f"{n:014x}"), staff) for n in range(200))
    assert set(asked) == {"U0BEN", "U0RAJ"}
    assert min(asked.values()) > 70


def test_alone_they_are_asked_themselves_but_not_while_others_may_be_there() -> None:
    alone = DepartmentStaff(department="care", deputies=frozenset({"U0ANA"}))
    assert choose_person_to_ask(build_resolved(), alone) == "U0ANA"
    assert choose_person_to_ask(build_resolved(), alone.copy_with(unsure=True)) == ""
    assert choose_person_to_ask(build_resolved(), alone.copy_with(managers=frozenset({"U0MIA"}))) == "U0MIA"


def test_a_late_timer_waits_for_the_morning() -> None:
    case = build_resolved(follow_up=WAITING)
    office = TEAM.copy_with(hours=BusinessHours(windows=(parse_window("Mon-Sun 08:00-17:00"),)))
    night = (AT + 4 * DAY).replace(hour=3)
    assert offer_follow_up(case, office, STAFF, night) is None
    assert find_next_offer(case, office, night) == night.replace(hour=8, minute=0)
    assert find_next_offer(case, office, AT) == WAITING.due
    assert offer_follow_up(case, office, STAFF, night.replace(hour=8, minute=0)) is not None


def offered(case: Case, staff: DepartmentStaff) -> Case:
    decision = offer_follow_up(case, TEAM, staff, WAITING.due)
    assert decision is not None
    return decision.case


def test_it_is_offered_to_three_people_at_most_and_never_again_to_the_same() -> None:
    many = DepartmentStaff(department="care", deputies=frozenset({"U0ANA", "U0BEN", "U0RAJ", "U0LEA", "U0TOM"}))
    case, at, asked = build_resolved(follow_up=WAITING), WAITING.due, []
    while case.follow_up and not case.follow_up.outcome:
        decision = offer_follow_up(case, TEAM, many, at)
        assert decision is not None
        assert offer_follow_up(decision.case, TEAM, many, at + timedelta(hours=23)) is None
        case, at = decision.case, at + DAY
        asked += [one.to for one in decision.notifications if one.kind is NotificationKind.FOLLOW_UPS]
    assert len(asked) == len(set(asked)) == 3
    assert "U0ANA" not in map(str, asked)
    assert case.follow_up is not None
    assert case.follow_up.is_expired
    assert find_next_deadline(case, TEAM) is None


def test_while_slack_does_not_say_who_else_is_there_it_stays_with_who_has_it() -> None:
    alone = DepartmentStaff(department="care", deputies=frozenset({"U0BEN"}))
    case = offered(build_resolved(follow_up=WAITING), alone)
    unsure = alone.copy_with(unsure=True)
    assert offer_follow_up(case, TEAM, unsure, WAITING.due + DAY) is None
    assert find_next_offer(case, TEAM, WAITING.due + DAY) == WAITING.due + DAY + timedelta(hours=1)
    ended = offer_follow_up(case, TEAM, alone, WAITING.due + DAY)
    assert ended is not None
    assert ended.case.follow_up == case.follow_up._replace(outcome=FollowUpOutcome.NO_ANSWER)  # type: ignore[union-attr]


def test_a_record_of_before_it_was_passed_on_stays_where_it_is() -> None:
    assert find_next_deadline(build_resolved(follow_up=OFFERED), TEAM) is None


def test_reopening_and_deleting_drop_it() -> None:
    case = build_resolved(follow_up=OFFERED)
    assert reopen_case(case, build_context("U0BEN")).case.follow_up is None
    forgotten = forget_in_case(case, frozenset({case.mention.id}), AT)
    assert forgotten is not None
    assert forgotten.case.follow_up is None
    assert forgotten.deadline is None


def test_a_joined_post_that_is_deleted_leaves_it() -> None:
    later = JoinedMention("x:2", "Joe", "", AT, JoinReason.SAME_PERSON)
    case = build_resolved(follow_up=WAITING, joined=(later,), joined_count=1)
    forgotten = forget_in_case(case, frozenset({"x:2"}), AT)
    assert forgotten is not None
    assert forgotten.deadline == AT, "the timers look at once, and set it again"
    assert find_next_deadline(forgotten.case, TEAM) == WAITING.due


def test_what_an_unhappy_author_wrote_after_our_answer_is_counted_once() -> None:
    negative = build_assessment("intent:complaint")
    negative = negative.model_copy(update={"sentiment": Sentiment.NEGATIVE, "is_unsure": False})
    answered = build_resolved(assessment=negative, resolved_at=AT)
    posts = [
        JoinedMention(f"x:{n}", "Joe", "", AT + timedelta(hours=n), JoinReason.SAME_PERSON, mood)
        for n, mood in enumerate(["", "", "thanks", "positive"], start=1)
    ]
    copy = posts[0]._replace(why=JoinReason.COPY)
    counted = [
        list_later_post_counts(
            answered.copy_with(joined=tuple(posts[:n])), answered.copy_with(joined=tuple(posts[: n + 1]))
        )
        for n in range(4)
    ]
    assert counted == [("reply again",), (), ("reply turned",), ()]
    happy = answered.copy_with(assessment=negative.model_copy(update={"sentiment": Sentiment.POSITIVE}))
    early = posts[2]._replace(at=AT - timedelta(hours=1))
    for before, after in (
        (answered, answered.copy_with(joined=(copy,))),
        (answered, answered.copy_with(joined=(early,))),
        (build_case(assessment=negative), build_case(assessment=negative, joined=(posts[0],))),
        (happy, happy.copy_with(joined=(posts[2],))),
    ):
        assert list_later_post_counts(before, after) == ()


def test_each_follow_up_is_counted_due_once_and_with_one_outcome() -> None:
    waiting, offered = build_resolved(follow_up=WAITING), build_resolved(follow_up=OFFERED)
    done = answer_follow_up(offered, build_context("U0BEN"), FollowUpOutcome.SATISFIED).case
    reopened = answer_follow_up(offered, build_context("U0BEN"), FollowUpOutcome.NOT_SATISFIED).case
    thanked = build_resolved(follow_up=WAITING._replace(outcome=FollowUpOutcome.THANKED))
    assert list_follow_up_counts(build_case(), waiting) == ()
    assert list_follow_up_counts(waiting, offered) == ("follow-up due",)
    assert list_follow_up_counts(offered, done) == ("follow-up satisfied",)
    assert list_follow_up_counts(offered, reopened) == ("follow-up reopened",)
    assert list_follow_up_counts(waiting, thanked) == ("follow-up due", "follow-up wrote thanks")
    assert list_follow_up_counts(waiting, reopen_case(waiting, build_context("U0BEN")).case) == ()
    assert list_follow_up_counts(done, done.copy_with(version=9)) == ()


@pytest.mark.parametrize(
    ("labels", "mood"),
    [
        (("sentiment:positive", "intent:praise"), "thanks"),
        (("sentiment:positive",), "positive"),
        (("sentiment:positive", "intent:question", "intent:praise"), ""),
        (("sentiment:positive", "sentiment:unsure", "intent:praise"), ""),
        (("sentiment:neutral", "intent:praise"), ""),
        (("sentiment:negative", "intent:complaint"), ""),
    ],
)
def test_thanks_are_happy_sure_and_ask_for_nothing(labels: tuple[str, ...], mood: str) -> None:
    assert describe_mood(build_assessment(*labels)) == mood


def test_a_record_keeps_it_and_one_without_is_not_longer() -> None:
    case = build_resolved(follow_up=OFFERED, mention=build_mention())
    body = case.model_dump_json(exclude_defaults=True)
    assert Case.model_validate_json(body) == case
    assert "follow_up" not in build_resolved().model_dump_json(exclude_defaults=True)
