"""What is wrong with Earshot itself: found twice in a row, told once, over by itself."""

from datetime import timedelta

import pytest

from bot.domain.commits import Decision
from bot.domain.health.issues import CHECK_INTERVAL, HealthSnapshot, HealthState, check_health, get_issue_cause_status
from bot.domain.outbox import NotificationKind
from tests.domain.samples import AT

WELL = HealthSnapshot({})
LOST = HealthSnapshot({}, unaccounted=3)


def observe_health(*signs: HealthSnapshot) -> list[Decision[HealthState]]:
    found, vigil, at = [], HealthState(), AT
    for one in signs:
        at += CHECK_INTERVAL
        found.append(check_health(vigil, one, at))
        vigil = found[-1].after
    return found


@pytest.mark.parametrize(
    ("signs", "sentence"),
    [
        (LOST, "the totals don't add up: 3 unaccounted for"),
        (HealthSnapshot({}, inbox=timedelta(minutes=6)), "mentions have been waiting 6 min for triage"),
        (HealthSnapshot({}, outbox=timedelta(minutes=25)), "messages have been waiting 25 min for Slack"),
        (
            HealthSnapshot({}, pager_issues={"pager:ntfy": "ntfy notifications are failing: NTFY_TOKEN is refused"}),
            "ntfy notifications are failing",
        ),
    ],
)
def test_what_is_seen_twice_in_a_row_pages_once(signs: HealthSnapshot, sentence: str) -> None:
    found = observe_health(signs, signs, signs, signs)
    assert [len(one.pages) for one in found] == [0, 1, 0, 0]
    [trouble] = found[-1].after.troubles.values()
    assert trouble.sentence.startswith(sentence)
    assert not get_issue_cause_status(found[-1].after, found[1].pages[0]).is_over


def test_what_is_seen_once_is_nothing() -> None:
    assert not any(one.pages for one in observe_health(LOST, WELL, LOST, WELL, LOST))


def test_it_is_over_when_it_is_well_twice_and_its_page_is_woken() -> None:
    found = observe_health(LOST, LOST, WELL, LOST, WELL, WELL, WELL)
    assert [[one.kind for one in each.notifications] for each in found] == [
        [],
        [NotificationKind.UNWELL],
        [],
        [],
        [],
        [NotificationKind.WELL],
        [],
    ]
    assert list(found[5].woken) == [page.id for page in found[1].pages]
    assert get_issue_cause_status(found[-1].after, found[1].pages[0]).is_over


def test_what_comes_back_is_a_page_of_its_own() -> None:
    found = observe_health(LOST, LOST, WELL, WELL, LOST, LOST)
    first, second = (page.id for each in found for page in each.pages)
    assert first != second
    assert len(found[-1].after.over) == 1


@pytest.mark.parametrize(
    "signs", [HealthSnapshot({}, inbox=timedelta(minutes=4)), HealthSnapshot({}, outbox=timedelta(minutes=19))]
)
def test_what_moves_is_well(signs: HealthSnapshot) -> None:
    assert not any(one.pages for one in observe_health(signs, signs, signs))


def test_the_first_look_after_a_standstill_holds_no_silence_against_a_source() -> None:
    heard = {"x": AT.timestamp()}
    vigil = observe_health(HealthSnapshot(heard))[0].after
    late = check_health(vigil, HealthSnapshot(heard), AT + timedelta(hours=9))
    assert late.after.up_since == (AT + timedelta(hours=9)).timestamp()


def test_a_look_in_the_future_is_not_waited_for_since_the_clock_was_set_back() -> None:
    vigil = HealthState(looked_at=AT)

    assert not vigil.is_check_due(AT + timedelta(seconds=1))
    assert not vigil.is_check_due(AT - timedelta(seconds=1))  # another process, whose clock is behind
    assert vigil.is_check_due(AT - timedelta(hours=1))
