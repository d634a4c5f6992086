"""A mention opens a case, joins one, or is tallied."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.case import MAX_HISTORY, MAX_JOINED, Case, CaseStatus, JoinReason, derive_case_id
from bot.domain.cases.intake import build_conversation_key, build_copy_key, count_only, join_case, open_case
from bot.domain.commits import CaseDecision, MentionOutcome
from bot.domain.outbox import NotificationKind, Priority
from bot.domain.routing import NOBODY, Route
from tests.domain.samples import AT, CARE, CLOCKS, OFFICE, build_assessment, build_case, build_mention, compute_later

COMPLAINTS = Route(name="complaint", to="care", clocks=CLOCKS)


def get_changed_case(decision: CaseDecision) -> Case:
    assert decision.after is not None
    return decision.after


def test_a_mention_opens_a_case_whose_id_follows_from_its_own() -> None:
    decision = open_case(
        build_mention(), build_assessment("intent:complaint"), COMPLAINTS, CARE, compute_later(minutes=1)
    )

    opened = get_changed_case(decision)
    assert (opened.id, opened.version, opened.status) == (derive_case_id("x:1"), 1, CaseStatus.NEW)
    assert (opened.route, opened.department, decision.deadline) == ("complaint", "care", compute_later(minutes=16))
    assert decision.before is None
    assert decision.processed is not None
    assert (decision.processed.outcome, decision.processed.department) == (MentionOutcome.OPENED, "care")


def test_a_crisis_opens_in_the_lane_of_crises() -> None:
    decision = open_case(build_mention(), build_assessment("intent:crisis"), COMPLAINTS, CARE, AT)

    assert [one.priority for one in decision.notifications] == [Priority.CRISIS]


def test_an_opened_case_reads_back_as_it_was_written() -> None:
    """It is built without checking, for speed; so what is built must be what the checks would let through."""
    opened = get_changed_case(open_case(build_mention(), build_assessment("intent:complaint"), COMPLAINTS, CARE, AT))

    assert Case.model_validate_json(opened.model_dump_json()) == opened


@pytest.mark.parametrize(
    ("label", "outcome"), [("intent:spam", MentionOutcome.SPAM), ("intent:praise", MentionOutcome.TALLIED)]
)
def test_what_nobody_needs_to_see_is_counted_for_what_it_is(label: str, outcome: MentionOutcome) -> None:
    decision = count_only(build_mention(), build_assessment(label), AT)

    assert decision.after is None
    assert decision.notifications == ()
    assert decision.processed is not None
    assert (decision.processed.outcome, decision.processed.department) == (outcome, NOBODY)


def test_the_owner_is_told_when_the_person_writes_again() -> None:
    decision = join_case(
        build_case(CaseStatus.CLAIMED),
        build_mention(id="x:2"),
        build_assessment(),
        JoinReason.SAME_PERSON,
        CARE,
        compute_later(minutes=5),
    )

    assert [(one.kind, str(one.to)) for one in decision.notifications] == [
        (NotificationKind.CARD, "care"),
        (NotificationKind.JOINED, "@U0ANA"),
    ]
    assert (get_changed_case(decision).owner, get_changed_case(decision).joined_count) == ("U0ANA", 1)


def test_copies_are_counted_and_trouble_nobody() -> None:
    decision = join_case(
        build_case(CaseStatus.CLAIMED), build_mention(id="x:2"), build_assessment(), JoinReason.COPY, CARE, AT
    )

    assert [one.kind for one in decision.notifications] == [NotificationKind.CARD]


def test_a_resolved_case_is_reopened_by_the_person_and_its_last_owner_is_told() -> None:
    decision = join_case(
        build_case(CaseStatus.RESOLVED),
        build_mention(id="x:2"),
        build_assessment(),
        JoinReason.SAME_PERSON,
        CARE,
        compute_later(days=2),
    )

    again = get_changed_case(decision)
    assert (again.status, again.owner, again.due) == (CaseStatus.NEW, "", compute_later(days=2, minutes=15))
    assert [event.what for event in decision.events] == ["joined", "reopened"]
    assert str(decision.notifications[1].to) == "@U0ANA"


@pytest.mark.parametrize(
    ("labels", "status"),
    [
        (("sentiment:neutral", "intent:other"), CaseStatus.RESOLVED),
        (("sentiment:positive", "intent:praise"), CaseStatus.RESOLVED),
        (("sentiment:positive", "intent:other"), CaseStatus.RESOLVED),
        (("sentiment:neutral", "intent:complaint"), CaseStatus.NEW),
        (("sentiment:neutral", "intent:question"), CaseStatus.NEW),
        (("sentiment:neutral", "intent:need"), CaseStatus.NEW),
        (("sentiment:neutral", "intent:purchase"), CaseStatus.NEW),
        (("sentiment:neutral", "intent:spam"), CaseStatus.NEW),
        (("sentiment:positive", "intent:praise", "intent:question"), CaseStatus.NEW),
        (("sentiment:neutral", "sentiment:unsure", "intent:other"), CaseStatus.NEW),
        (("sentiment:negative", "intent:other"), CaseStatus.NEW),
        (("sentiment:neutral", "intent:crisis"), CaseStatus.NEW),
        ((), CaseStatus.NEW),
    ],
)
def test_only_a_post_that_surely_asks_for_nothing_leaves_a_case_resolved(
    labels: tuple[str, ...], status: CaseStatus
) -> None:
    ok, at = build_mention(id="x:2"), compute_later(days=2)
    decision = join_case(
        build_case(CaseStatus.RESOLVED), ok, build_assessment(*labels), JoinReason.SAME_PERSON, CARE, at
    )

    assert get_changed_case(decision).status is status
    assert str(decision.notifications[1].to) == "@U0ANA"
    assert decision.events[0].what == "joined"


def test_joining_moves_no_clock_of_an_open_case() -> None:
    waiting = build_case()

    assert (
        get_changed_case(
            join_case(
                waiting, build_mention(id="x:2"), build_assessment(), JoinReason.COPY, CARE, compute_later(minutes=9)
            )
        ).due
        == waiting.due
    )


def test_a_case_that_a_thousand_join_stays_small_and_counts_them_all() -> None:
    found = build_case()
    for number in range(1000):
        found = get_changed_case(
            join_case(found, build_mention(id=f"x:{number + 2}"), build_assessment(), JoinReason.COPY, CARE, AT)
        )

    assert (found.joined_count, len(found.joined), len(found.history)) == (1000, MAX_JOINED, MAX_HISTORY)
    assert found.joined[-1].mention == "x:1001"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("You lost my suitcase again", "you LOST my suitcase, again!!"),
        ("You lost my suitcase again", "RT @joe: You lost my suitcase again https://t.co/abc"),
        ("You lost my suitcase again", "@northwindair You lost my suitcase again via @joe"),
        ("You lost my suitcase again", "You lost my suitcase again 😡😡"),
        ("Your café closed at noon today", "Your cafe\u0301 closed at noon today"),
    ],
)
def test_the_same_words_are_a_copy_whatever_stands_around_them(one: str, other: str) -> None:
    assert (
        build_copy_key(build_mention(text=one), "Northwind")
        == build_copy_key(build_mention(text=other), "Northwind")
        != ""
    )


@pytest.mark.parametrize("text", ["Thank you so", "😡😡😡", "https://t.co/abc @northwindair", "", "ok"])
def test_too_few_words_are_nobodys_copy(text: str) -> None:
    assert build_copy_key(build_mention(text=text), "Northwind") == ""


def test_the_same_words_about_another_subject_are_no_copy() -> None:
    assert build_copy_key(build_mention(), "Northwind") != build_copy_key(build_mention(), "Skylark")


def test_other_words_are_no_copy() -> None:
    assert build_copy_key(build_mention(), "N") != build_copy_key(
        build_mention(text="You found my suitcase again"), "N"
    )


def test_a_conversation_is_one_persons_on_one_outlet() -> None:
    keys = {
        build_conversation_key(build_mention(conversation="7")),
        build_conversation_key(build_mention(conversation="8")),
        build_conversation_key(build_mention(conversation="7", author="@kim")),
        build_conversation_key(build_mention(id="forum:1", conversation="7")),
    }

    assert len(keys) == 4


def test_who_is_unknown_or_speaks_outside_a_conversation_joins_nobody() -> None:
    assert build_conversation_key(build_mention()) == ""
    assert build_conversation_key(build_mention(conversation="7", author=None)) == ""


@given(st.text(), st.text(max_size=20))
def test_a_copy_key_is_short_and_safe_in_a_key_whatever_the_text(text: str, subject: str) -> None:
    key = build_copy_key(build_mention(text=text), subject)

    assert key == "" or (len(key) <= 16 and key.isascii() and key.isalnum())


def test_a_crisis_that_joins_makes_the_case_urgent() -> None:
    alarm = join_case(
        build_case(),
        build_mention(id="x:2"),
        build_assessment("intent:crisis"),
        JoinReason.SAME_PERSON,
        CARE,
        compute_later(minutes=1),
    )

    assert alarm.after is not None
    assert alarm.after.is_urgent
    assert alarm.notifications[0].priority is Priority.CRISIS


def test_a_crisis_that_joins_at_night_is_to_be_claimed_before_the_morning() -> None:
    office = CARE.copy_with(hours=OFFICE)
    night = build_case(opened_at=compute_later(hours=14), due=compute_later(hours=23, minutes=15))

    crisis = build_assessment("intent:crisis")
    alarm = join_case(night, build_mention(id="x:2"), crisis, JoinReason.SAME_PERSON, office, compute_later(hours=15))

    assert alarm.after is not None
    assert (alarm.after.due, alarm.deadline) == (
        compute_later(hours=15, minutes=15),
        compute_later(hours=15, minutes=15),
    )
