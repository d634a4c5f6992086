"""Transitions of a declared crisis, from its declaration to its close."""

import hashlib
from datetime import datetime, timedelta

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.commits import Decision
from bot.domain.crisis import (
    ChecklistItem,
    Crisis,
    CrisisDeclaration,
    CrisisOrigin,
    CrisisPlan,
    CrisisUpdate,
    MentionCounts,
    SentimentOutcome,
    TimelineEntry,
)
from bot.domain.destination import Destination, ToDepartment
from bot.domain.errors import NotAllowed
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.paging.page import CauseKind, Page, PageCause, Severity, open_page
from bot.domain.text import format_count

MAX_UPDATE_LENGTH = 500
MAX_PINNED = 100
"""Pinned messages of one crisis, as many as Slack allows in a channel."""
MAX_PINNED_LENGTH = 200
COUNT_INTERVAL = timedelta(minutes=5)
CHANNEL_TIMEOUT = timedelta(minutes=1)
"""How long creating its channel is retried; then it has none."""


def derive_crisis_id(declaration: CrisisDeclaration, by: str, at: datetime, nth: int = 0) -> str:
    """Derive the id: an episode has one crisis at a time whoever declares it; `nth` counts those that were closed."""
    words = (
        f"episode {declaration.episode} {nth}"
        if declaration.episode
        else f"{by} {at.isoformat()} {declaration.department}"
    )
    return hashlib.blake2b(words.encode(), digest_size=4).hexdigest()


def declare_crisis(
    declaration: CrisisDeclaration,
    origin: CrisisOrigin,
    plan: CrisisPlan,
    by: str,
    at: datetime,
    *,
    cases: tuple[str, ...] = (),
    pages: tuple[str, ...] = (),
    nth: int = 0,
) -> Decision[Crisis]:
    """Declare a crisis and page its lead, then those on call for the department, whatever the severity.

    `cases` are those that it takes over, `pages` the ids of their pages.
    """
    at = at.replace(microsecond=0)
    name = derive_crisis_id(declaration, by, at, nth)
    page = open_page(
        PageCause(CauseKind.CRISIS, name), Severity.SEV1, declaration.department, at, first=declaration.lead
    )
    crisis = Crisis(
        id=name,
        told=declaration,
        origin=origin,
        declared_by=by,
        declared_at=at,
        page=page.id,
        update_due=at + plan.update_every,
        checklist=tuple(ChecklistItem(do) for do in plan.checklist),
        timeline=(
            TimelineEntry(at, by, f"declared it {declaration.severity.upper()}"),
            *_build_adoption_entry(cases, at),
        ),
        cases=cases,
        cases_open=len(cases),
        pages=pages,
    )
    return Decision(crisis, None, (), (AuditEvent(at, by, AuditAction.CRISIS_DECLARED, name),), (page,))


def _build_adoption_entry(cases: tuple[str, ...], at: datetime) -> tuple[TimelineEntry, ...]:
    return (TimelineEntry(at, "", f"took over {format_count(len(cases), 'open case')}"),) if cases else ()


def record_takeover(crisis: Crisis, at: datetime) -> Decision[Crisis]:
    """Record that the pages of its cases are grouped under its own."""
    after = crisis.copy_with(taken_over=True, timeline=crisis.extend_timeline(at, "", "now pages for those cases too"))
    return Decision(after, crisis, (_notify_head_card(after),) if after.housed else ())


def assign_channel(crisis: Crisis, channel: str, why: str, at: datetime) -> Decision[Crisis]:
    """Set its channel, or say `why` it has none, in our own words; its cards are sent from now on."""
    opened = "opened a channel for it" if channel else f"could not open a channel: {why}"
    after = crisis.copy_with(channel=channel, housed=True, timeline=crisis.extend_timeline(at, "", opened))
    told = (
        () if not channel else (_notify_crisis(NotificationKind.DECLARED, after, ToDepartment(after.told.department)),)
    )
    plan = (_notify_crisis(NotificationKind.PLAN, after, after.destination),) if after.checklist else ()
    return Decision(after, crisis, (_notify_head_card(after), *plan, *told))


def complete_checklist_item(crisis: Crisis, number: int, by: str, at: datetime) -> Decision[Crisis]:
    """Mark an item of the checklist as done. Raises `NotAllowed`."""
    _require_open(crisis)
    if not 0 <= number < len(crisis.checklist):
        raise NotAllowed("This is no longer on the checklist.")
    item = crisis.checklist[number]
    if item.done_at is not None:
        raise NotAllowed(f"<@{item.done_by}> already did this.")
    done = tuple(one._replace(done_by=by, done_at=at) if n == number else one for n, one in enumerate(crisis.checklist))
    after = crisis.copy_with(checklist=done, timeline=crisis.extend_timeline(at, by, f"did: {_escape_mrkdwn(item.do)}"))
    event = AuditEvent(at, by, AuditAction.TICKED, crisis.id)
    return Decision(
        after,
        crisis,
        (_notify_head_card(after), _notify_crisis(NotificationKind.PLAN, after, after.destination)),
        (event,),
    )


def update_crisis(crisis: Crisis, words: str, plan: CrisisPlan, by: str, at: datetime) -> Decision[Crisis]:
    """Publish an update; the next one is due after the plan's interval. Raises `NotAllowed`."""
    _require_open(crisis)
    words = " ".join(words.split())
    if not words:
        raise NotAllowed("Add what is new, like `/crisis update We have apologised. Refunds go out tonight`.")
    if len(words) > MAX_UPDATE_LENGTH:
        raise NotAllowed(f"An update can have {MAX_UPDATE_LENGTH} characters. This one has {len(words)}.")
    after = crisis.copy_with(
        status=words,
        updates=(*crisis.updates, CrisisUpdate(at, by, words)),
        update_due=at + plan.update_every,
        timeline=crisis.extend_timeline(at, by, f"posted an update: {_escape_mrkdwn(words)}"),
    )
    news = _notify_crisis(NotificationKind.NEWS, after, after.destination, len(after.updates))
    return Decision(
        after, crisis, (_notify_head_card(after), news), (AuditEvent(at, by, AuditAction.UPDATED, crisis.id),)
    )


def record_pin(crisis: Crisis, ts: str, words: str, by: str, at: datetime) -> Decision[Crisis]:
    """Add a pinned message to the timeline. Raises `NotAllowed` if it is there or there are too many."""
    _require_open(crisis)
    if ts in crisis.pinned or len(crisis.pinned) >= MAX_PINNED:
        raise NotAllowed("This message is already in the timeline.")
    words = " ".join(words.split())
    quoted = (
        f"“{_escape_mrkdwn(words[:MAX_PINNED_LENGTH])}{'…' if len(words) > MAX_PINNED_LENGTH else ''}”"
        if words
        else "a message"
    )
    after = crisis.copy_with(pinned=(*crisis.pinned, ts), timeline=crisis.extend_timeline(at, by, f"pinned: {quoted}"))
    return Decision(after, crisis, (_notify_head_card(after),), (AuditEvent(at, by, AuditAction.PINNED, crisis.id),))


def close_crisis(
    crisis: Crisis, outcome: SentimentOutcome, by: str, at: datetime, unfinished: str = ""
) -> Decision[Crisis]:
    """Close the crisis and post its review. `unfinished` says in words what is left. Raises `NotAllowed`."""
    _require_open(crisis)
    closed = f"closed it with work left: {_escape_mrkdwn(unfinished)}" if unfinished else "closed it"
    after = crisis.copy_with(
        closed_by=by, closed_at=at, update_due=None, went=outcome, timeline=crisis.extend_timeline(at, by, closed)
    )
    places = dict.fromkeys((after.destination, ToDepartment(after.told.department)))
    reviews = tuple(_notify_crisis(NotificationKind.REVIEW, after, to) for to in places)
    return Decision(
        after, crisis, (_notify_head_card(after), *reviews), (AuditEvent(at, by, AuditAction.CLOSED, crisis.id),)
    )


def check_crisis(crisis: Crisis, page: Page | None, at: datetime) -> Decision[Crisis] | None:
    """Record what its page and its update deadline imply by now, or return None."""
    said: list[Notification] = []
    after = crisis
    if page is not None and page.attempts and after.paged_at is None:
        after = after.copy_with(paged_at=page.attempts[0].at)
    if page is not None and page.acknowledged_at is not None and after.acknowledged_at is None:
        words = after.extend_timeline(page.acknowledged_at, page.acknowledged_by, "acknowledged the page")
        after = after.copy_with(acknowledged_at=page.acknowledged_at, timeline=words)
    if after.update_due is not None and after.update_due <= at and after.reminded_for != after.update_due:
        said.append(_notify_crisis(NotificationKind.DUE, after, after.destination, int(after.update_due.timestamp())))
        after = after.copy_with(reminded_for=after.update_due)
    if after is crisis:
        return None
    return Decision(after, crisis, (_notify_head_card(after), *said))


def record_counts(crisis: Crisis, numbers: MentionCounts, cases_open: int, at: datetime) -> Decision[Crisis]:
    after = crisis.copy_with(numbers=numbers, cases_open=cases_open, counted_at=at)
    same = crisis.counted_at and (numbers, cases_open) == (crisis.numbers, crisis.cases_open)
    return Decision(after, crisis, () if same else (_notify_head_card(after),))


def _require_open(crisis: Crisis) -> None:
    if not crisis.is_open:
        raise NotAllowed(f"<@{crisis.closed_by}> closed this crisis.")


def _escape_mrkdwn(words: str) -> str:
    """Escape a colleague's words for mrkdwn: no mentions, no links."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _notify_crisis(kind: NotificationKind, crisis: Crisis, to: Destination, nth: int = 0) -> Notification:
    return Notification.for_crisis(kind, crisis.id, to, nth)


def _notify_head_card(crisis: Crisis) -> Notification:
    return _notify_crisis(NotificationKind.CRISIS, crisis, crisis.destination)
