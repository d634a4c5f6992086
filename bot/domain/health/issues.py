"""Health issues of Earshot itself: found in two checks in a row, reported once, resolved by themselves."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.domain.commits import Decision
from bot.domain.health.source_silence import SourceActivity, detect_silence, record_activity
from bot.domain.immutable import FrozenModel
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.paging.context import CauseStatus
from bot.domain.paging.page import CauseKind, Page, PageCause, Severity, open_page
from bot.domain.text import format_duration

OPERATORS = "operators"
"""Stands for a department in pages and outboxes."""
CHECK_INTERVAL = timedelta(seconds=30)
DOWNTIME_AFTER = timedelta(minutes=5)
"""A longer pause between two checks means that Earshot was down."""
MAX_INBOX_AGE = timedelta(minutes=5)
MAX_OUTBOX_AGE = timedelta(minutes=20)
"""Digests are sent long before; what waits so long cannot be delivered at all."""
CONSECUTIVE_CHECKS = 2
"""How many in a row open or resolve an issue."""
MAX_RESOLVED_ISSUES = 20
INBOX, OUTBOX, RECONCILIATION = "inbox", "outbox", "books"
SOURCE = "source:"
"""Begins the name of an issue of a source."""
REFUSED = "refused:"
"""Begins the name of an issue of a message that Slack refuses whatever its blocks, by its destination."""
PROCESSES = "processes:"
"""Begins the name of an issue of a machine on which no triage process works, by its name."""


class HealthSnapshot(NamedTuple):
    """What one check measures."""

    last_mentions: Mapping[str, float]
    """By source of the playbook: epoch seconds of its last mention."""
    inbox: timedelta = timedelta()
    """Age of the oldest mention that waits for triage."""
    outbox: timedelta = timedelta()
    """Age of the oldest message that waits for Slack."""
    unaccounted: int = 0
    """Mentions that the reconciliation misses."""
    pager_issues: Mapping[str, str] = {}
    """Issues reported by pagers, sources, delivery and supervisors of processes, by name."""


class HealthIssue(FrozenModel):
    """`name` identifies it; `sentence` is in our own words."""

    name: str
    sentence: str
    since: datetime
    well: int = 0
    """Consecutive checks without the issue."""
    over_at: datetime | None = None

    @property
    def cause(self) -> PageCause:
        """An issue that comes back has a new page."""
        return PageCause(CauseKind.OPERATORS, self.name, int(self.since.timestamp()))


class HealthState(FrozenModel):
    """The state between checks. `version` counts commits."""

    version: int = 0
    looked_at: datetime | None = None
    up_since: float = 0.0
    """Epoch seconds since when Earshot runs without a pause."""
    heard: Mapping[str, SourceActivity] = {}
    suspected: tuple[str, ...] = ()
    """Found for the first time in the last check."""
    troubles: Mapping[str, HealthIssue] = {}
    over: tuple[HealthIssue, ...] = ()
    """The last resolved issues."""

    def find_issue(self, name: str, since: int) -> HealthIssue | None:
        found = (self.troubles.get(name), *self.over)
        return next((one for one in found if one and one.name == name and one.cause.round == since), None)

    def list_source_gaps(self) -> list[tuple[str, datetime]]:
        """Return each source that is silent for unusually long, with the time of its last mention in UTC."""
        named = [(name, self.heard.get(name)) for name in (one.removeprefix(SOURCE) for one in self.troubles)]
        return [(name, datetime.fromtimestamp(one.last, UTC)) for name, one in named if one and one.last]

    def is_check_due(self, at: datetime) -> bool:
        """Whether to check now; also if the clock was set back since."""
        return self.looked_at is None or abs(at - self.looked_at) >= CHECK_INTERVAL


def check_health(state: HealthState, snapshot: HealthSnapshot, at: datetime) -> Decision[HealthState]:
    """Run one check on what was measured."""
    now = at.timestamp()
    away = state.looked_at is None or at - state.looked_at > DOWNTIME_AFTER
    up_since = now if away else state.up_since
    heard = {
        name: record_activity(state.heard.get(name, SourceActivity()), last, up_since)
        for name, last in snapshot.last_mentions.items()
    }
    found = dict(_find_problems(snapshot, heard, up_since, now))
    begun = {
        name: HealthIssue(name=name, sentence=sentence, since=at.replace(microsecond=0))
        for name, sentence in found.items()
        if name in state.suspected and name not in state.troubles
    }
    looked = {name: _count_healthy_checks(one, there=name in found) for name, one in state.troubles.items()}
    over = [one.copy_with(over_at=at) for one in looked.values() if one.well >= CONSECUTIVE_CHECKS]
    left = {name: one for name, one in looked.items() if one.well < CONSECUTIVE_CHECKS}
    after = HealthState(
        version=state.version + 1,
        looked_at=at,
        up_since=up_since,
        heard=heard,
        suspected=tuple(name for name in found if name not in state.troubles and name not in begun),
        troubles={**left, **begun},
        over=(*state.over, *over)[-MAX_RESOLVED_ISSUES:],
    )
    return Decision(
        after,
        state,
        pages=tuple(_build_issue_page(one, at) for one in begun.values()),
        woken=tuple(_build_issue_page(one, at).id for one in over),
        notifications=(
            *(_notify(NotificationKind.UNWELL, one) for one in begun.values()),
            *(_notify(NotificationKind.WELL, one) for one in over),
        ),
    )


def get_issue_cause_status(state: HealthState, page: Page) -> CauseStatus:
    found = state.troubles.get(page.cause.id)
    return CauseStatus(is_over=found is None or found.cause != page.cause)


def _find_problems(
    snapshot: HealthSnapshot, heard: Mapping[str, SourceActivity], up_since: float, now: float
) -> list[tuple[str, str]]:
    found = []
    for name, one in heard.items():
        if (silence := detect_silence(one, up_since, now)) is not None:
            lasts, usual = (format_duration(timedelta(seconds=seconds)) for seconds in silence)
            found.append((f"{SOURCE}{name}", f"no posts from {name} for {lasts} (usual at this time: {usual})"))
    if snapshot.inbox > MAX_INBOX_AGE:
        found.append((INBOX, f"mentions have been waiting {format_duration(snapshot.inbox)} for triage"))
    if snapshot.outbox > MAX_OUTBOX_AGE:
        found.append((OUTBOX, f"messages have been waiting {format_duration(snapshot.outbox)} for Slack"))
    if snapshot.unaccounted:
        found.append((RECONCILIATION, f"the totals don't add up: {snapshot.unaccounted:,} unaccounted for"))
    return [*found, *snapshot.pager_issues.items()]


def _count_healthy_checks(issue: HealthIssue, *, there: bool) -> HealthIssue:
    return issue.copy_with(well=0 if there else issue.well + 1)


def _build_issue_page(issue: HealthIssue, at: datetime) -> Page:
    return open_page(issue.cause, Severity.SEV2, OPERATORS, at)


def _notify(kind: NotificationKind, trouble: HealthIssue) -> Notification:
    return Notification.for_health(kind, trouble.name, OPERATORS, trouble.cause.round)
