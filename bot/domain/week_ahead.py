"""The look ahead on a Monday: what the last week was like in one sentence, and what is due in the one that begins."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from bot.domain.campaigns.campaign import Campaign
from bot.domain.case import Case
from bot.domain.ledger.entry import LedgerEntry
from bot.domain.oncall.local_time import get_local_date, resolve_local_time
from bot.domain.periods import DAY, TimeSpan, widen_to_quarters
from bot.domain.reports.report import DepartmentFigures


@dataclass(frozen=True, slots=True)
class WeekAhead:
    """`departments` and `follow_ups` are as of now; the rest is about `span`."""

    span: TimeSpan
    headline: str
    """The sentence about the last week, as plain text."""
    campaigns: tuple[Campaign, ...] = ()
    """That run in this week, in the order in which they begin."""
    has_hidden_plans: bool = False
    """Whether plans are left out because people other than managers read it."""
    departments: tuple[DepartmentFigures, ...] = ()
    follow_ups: tuple[tuple[str, int], ...] = ()
    has_more_deadlines: bool = False
    """Whether there are so many deadlines that not all follow-ups were counted."""
    entries: tuple[LedgerEntry, ...] = ()
    """What is planned in the ledger, the one of most people first."""
    gaps: tuple[tuple[str, TimeSpan], ...] = ()
    """When nobody is on call, by department."""


def find_week(due: datetime, zone: str) -> TimeSpan:
    """Return the seven days that begin with the local day of `due`."""
    day = get_local_date(due, zone)
    edges = (resolve_local_time(day + days * DAY, time(), zone) for days in (0, 7))
    return widen_to_quarters(*edges)


def select_campaigns(campaigns: Iterable[Campaign], span: TimeSpan) -> tuple[Campaign, ...]:
    """Return those that run at some time of the span, in the order in which they begin."""
    found = [one for one in campaigns if one.starts_at < span.end and one.ends_at > span.start]
    return tuple(sorted(found, key=lambda one: (one.starts_at, one.name)))


def count_follow_ups(cases: Iterable[Case], until: datetime) -> tuple[tuple[str, int], ...]:
    """Return by department how many follow-ups are due until then and have no answer, most first."""
    pending = [case for case in cases if case.is_closed and case.follow_up and case.follow_up.outcome is None]
    due = [case.department for case in pending if case.follow_up and case.follow_up.due < until]
    return tuple(sorted(Counter(due).items(), key=lambda one: (-one[1], one[0])))
