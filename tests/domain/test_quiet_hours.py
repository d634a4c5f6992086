"""Quiet hours: what waits, until when, and who sleeps while somebody else is called."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.business_hours import BusinessHours, parse_window
from bot.domain.paging import escalation
from bot.domain.paging.page import CauseKind, ContactMethod, Page, PageCause, Severity, open_page
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.paging.quiet_hours import drop_quiet_targets, find_quiet_end
from bot.domain.paging.targets import EscalationTargets

NIGHTS = (parse_window("Mon-Sun 22:00-07:00"),)
NIGHT = datetime(2026, 3, 11, 4, tzinfo=UTC)
LISBON = BusinessHours(zone="Europe/Lisbon")
QUIET = EscalationPolicy(ways=(ContactMethod.SLACK,), quiet=NIGHTS)
LINE = EscalationTargets(("U0BEN", "U0MIA"), ("#C0OPS", "U0LEA"), hours=LISBON)
SEVEN = datetime(2026, 3, 11, 7, tzinfo=UTC)


def a_page(severity: Severity = Severity.SEV2) -> Page:
    return open_page(PageCause(CauseKind.EPISODE, "e1"), severity, "care", NIGHT)


def test_what_can_wait_waits_for_the_end_of_quiet_hours_in_the_departments_zone() -> None:
    assert find_quiet_end(a_page(), QUIET, LINE, NIGHT) == SEVEN
    summer = datetime(2026, 7, 1, 4, tzinfo=UTC)
    assert find_quiet_end(a_page(), QUIET, LINE, summer) == summer + timedelta(hours=2), "seven in Lisbon"
    assert find_quiet_end(a_page(), QUIET, LINE, SEVEN) is None


def test_the_worst_never_waits() -> None:
    asleep = LINE._replace(quiet_until={"U0BEN": SEVEN, "U0MIA": SEVEN})
    assert find_quiet_end(a_page(Severity.SEV1), QUIET, asleep, NIGHT) is None
    assert drop_quiet_targets(a_page(Severity.SEV1), asleep) == asleep


def test_who_sleeps_is_passed_over_while_somebody_is_awake() -> None:
    line = LINE._replace(quiet_until={"U0BEN": SEVEN, "U0LEA": SEVEN})
    called = escalation.escalate_page(a_page(), EscalationPolicy(ways=(ContactMethod.SLACK,)), line, NIGHT)
    assert called is not None
    assert called.after.attempts[-1].person == "U0MIA"
    assert drop_quiet_targets(a_page(), line).fallbacks == ("#C0OPS",)


def test_while_all_on_call_sleep_it_waits_for_the_first_who_wakes_and_wakes_no_manager() -> None:
    line = LINE._replace(quiet_until={"U0BEN": SEVEN + timedelta(hours=1), "U0MIA": SEVEN})
    held = escalation.escalate_page(a_page(), EscalationPolicy(), line, NIGHT)
    assert held is not None
    assert (held.after.due, held.after.held_until, held.after.count) == (SEVEN, SEVEN, 0)
    called = escalation.escalate_page(held.after, EscalationPolicy(), line._replace(quiet_until={}), SEVEN)
    assert called is not None
    assert (called.after.count, called.after.held_until) == (1, None)


def test_a_night_of_somebody_who_is_called_is_that_of_her_own_zone() -> None:
    line = LINE._replace(zones={"U0BEN": "Asia/Tokyo"})
    called = escalation.escalate_page(a_page(), EscalationPolicy(ways=(ContactMethod.SLACK,)), line, NIGHT)
    assert called is not None
    assert called.night == 20260311, "one in the afternoon in Tokyo"


@pytest.mark.parametrize(
    ("windows", "at", "closes"),
    [
        (("Mon-Sun 22:00-07:00",), NIGHT, SEVEN),
        (("Mon-Sun 22:00-05:00", "Mon-Sun 05:00-07:00"), NIGHT, SEVEN),  # one after the other
        (("Mon-Sun 08:00-09:00",), NIGHT, NIGHT),  # not open
        (("Sat,Sun 00:00-24:00",), datetime(2026, 3, 14, 4, tzinfo=UTC), datetime(2026, 3, 16, tzinfo=UTC)),
    ],
)
def test_windows_close_when_the_last_of_those_that_touch_does(
    windows: tuple[str, ...], at: datetime, closes: datetime
) -> None:
    assert BusinessHours(windows=tuple(map(parse_window, windows))).find_closing_time(at) == closes
