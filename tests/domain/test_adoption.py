"""What a declared crisis takes over: which cases, which pages, and since when it counts."""

from typing import Any

import pytest

from bot.domain.adoption import derive_origin, find_adoptable_cases
from bot.domain.case import Case
from bot.domain.outbox import NotificationKind
from bot.domain.paging.escalation import acknowledge_page, close_page
from bot.domain.paging.grouping import can_take_over, check_grouped_page, take_over_page
from bot.domain.paging.page import (
    AttemptStatus,
    CauseKind,
    ContactMethod,
    Page,
    PageAttempt,
    PageCause,
    Severity,
    open_page,
)
from tests.domain.samples import AT, build_assessment, build_case, compute_later

OLD = open_page(PageCause(CauseKind.CASE, "one"), Severity.SEV1, "pr", AT)


def crisis_page(*results: AttemptStatus) -> Page:
    tried = tuple(PageAttempt(n, 1, ContactMethod.SLACK, "U0LEA", AT, one) for n, one in enumerate(results, 1))
    page = open_page(PageCause(CauseKind.CRISIS, "c1"), Severity.SEV1, "pr", AT, first="U0LEA")
    return page.copy_with(attempts=tried, count=len(tried))


@pytest.mark.parametrize(
    ("results", "may"),
    [
        ((), False),
        ((AttemptStatus.WAITING,), False),
        ((AttemptStatus.SENDING,), False),
        ((AttemptStatus.REFUSED,), False),
        ((AttemptStatus.QUIET,), False),
        ((AttemptStatus.REFUSED, AttemptStatus.DELIVERED), True),
        ((AttemptStatus.ANSWERED,), True),
    ],
)
def test_a_page_is_taken_over_once_the_crisis_has_reached_somebody(
    results: tuple[AttemptStatus, ...],
    may: bool,  # noqa: FBT001
) -> None:
    assert can_take_over(crisis_page(*results)) is may


def test_a_crisis_that_calls_nobody_any_more_takes_nothing_over() -> None:
    page = crisis_page(AttemptStatus.DELIVERED)
    assert not can_take_over(page.copy_with(due=None))
    ended = close_page(page, AT)
    assert ended is not None
    assert not can_take_over(ended.after)
    assert can_take_over(acknowledge_page(page, "U0LEA", "Slack", AT).after)


def test_a_page_that_is_taken_over_follows_and_one_that_was_acknowledged_never_calls_again() -> None:
    leader = crisis_page(AttemptStatus.DELIVERED)
    taken = take_over_page(OLD, leader, compute_later(minutes=1))
    assert taken is not None
    assert (taken.after.leader, taken.after.is_open) == (leader.id, True)
    assert take_over_page(taken.after, leader, compute_later(minutes=2)) is None
    answered = take_over_page(acknowledge_page(OLD, "U0BEN", "Slack", AT).after, leader, compute_later(minutes=1))
    assert answered is not None
    assert (answered.after.due, answered.after.is_awaiting_claim) == (None, False)
    ended = close_page(OLD, AT)
    assert ended is not None
    assert take_over_page(ended.after, leader, AT) is None


def build_crisis_case(name: str, department: str, subject: str, **more: Any) -> Case:
    labels = ("intent:crisis", "sentiment:negative", *([f"subject:{subject}"] if subject else []))
    return build_case(assessment=build_assessment(*labels), id=name, department=department, **more)


FOUND = [
    build_crisis_case("a", "pr", "Northwind"),
    build_crisis_case("b", "care", "Northwind"),
    build_crisis_case("c", "pr", "Skylark"),
    build_crisis_case("d", "pr", ""),
    build_case(assessment=build_assessment("intent:complaint", "subject:Northwind"), id="e", department="pr"),
]


@pytest.mark.parametrize(
    ("department", "subject", "taken", "adopted"),
    [("pr", "", (), "acd"), ("pr", "Northwind", (), "abd"), ("pr", "", ("a", "d"), "c"), ("legal", "", (), "")],
)
def test_it_takes_over_the_open_crises_of_its_subject_or_of_its_department(
    department: str, subject: str, taken: tuple[str, ...], adopted: str
) -> None:
    assert "".join(one.id for one in find_adoptable_cases(FOUND, department, subject, taken)) == adopted


def test_it_counts_from_the_first_case_and_about_what_all_of_them_are() -> None:
    cases = [build_crisis_case("a", "pr", "Northwind", waiting_since=compute_later(minutes=n)) for n in (9, 4)]
    assert derive_origin(None, cases, compute_later(hours=1)) == (
        compute_later(minutes=4),
        compute_later(minutes=4),
        "Northwind",
    )
    assert derive_origin(None, [*cases, FOUND[2]], compute_later(hours=1)).subject == ""
    assert derive_origin(None, [], AT) == (AT, None, "")


def test_the_messages_of_a_page_are_enqueued_again_when_it_is_taken_over_and_when_it_calls_again() -> None:
    called = OLD.copy_with(
        attempts=(PageAttempt(1, 1, ContactMethod.SLACK, "U0BEN", AT, AttemptStatus.DELIVERED),), count=1
    )
    taken = take_over_page(called, crisis_page(AttemptStatus.DELIVERED), AT)
    assert taken is not None
    assert NotificationKind.REFRESH in {one.kind for one in taken.notifications}
    again = check_grouped_page(taken.after, None, AT)
    assert again is not None
    assert NotificationKind.REFRESH in {one.kind for one in again.notifications}
