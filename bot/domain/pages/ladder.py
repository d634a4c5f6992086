"""The ladder: who is called next, what came of it, and what stops it. Each gives what one commit writes, or None."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.destination import ToPager, ToPerson, callee
from bot.domain.notification import Lane, Notification, NotificationKind
from bot.domain.pages.budget import night_of
from bot.domain.pages.decision import Decision
from bot.domain.pages.line import Line, Rung, rungs
from bot.domain.pages.page import ATTEMPTS_KEPT, FOLLOWED, SHARED, Attempt, CauseKind, Page, Result, Way
from bot.domain.pages.policy import EscalationPolicy
from bot.domain.pages.quiet import awake, held_until
from bot.domain.refusals import Refused

SENDING_LONGEST = timedelta(seconds=15)
"""An attempt that was begun so long ago has lost its sender: every pager answers, or is given up, well before."""
TRIES = 2
"""Times that one attempt is sent at the most: again only where its first sender died with it in hand."""
PAGERS = {
    Way.SLACK: "slack",
    Way.NTFY: "ntfy",
    Way.PAGERDUTY: "pagerduty",
    Way.TEXT: "twilio",
    Way.CALL: "twilio",
    Way.WEBHOOK: "webhook",
}
"""Which pager serves which way."""
CARDS = {CauseKind.CASE: Notification.card, CauseKind.EPISODE: Notification.episode}
"""The card on which the ladder of each kind of cause is shown."""


def summons(page: Page, attempt: Attempt) -> Notification:
    return Notification.of_page(NotificationKind.PAGE, page.id, ToPager(PAGERS[attempt.way]), nth=attempt.n)


def climb(page: Page, policy: EscalationPolicy, line: Line, at: datetime) -> Decision[Page] | None:
    """The next rung, if it is due and nobody has answered. One at a time."""
    if not page.open or page.due is None or page.due > at:
        return None
    if (until := held_until(page, policy, line, at)) is not None:
        return _hold(page, until, at)
    line = awake(page, line)
    order = rungs(policy, line)
    if not order:
        return decided(page, page.having(due=at + policy.wait, nobody=True, hole=page.hole or line.hole))
    left = _left(page, order)
    if left is None:
        return _next_round(page, policy, order, at)
    return _call(page, left, policy, line, at)


def _hold(page: Page, until: datetime, at: datetime) -> Decision[Page]:
    event = AuditEvent(at, "", AuditAction.WAITS, "quiet hours")
    return decided(page, page.having(due=until, held_until=until), event=event)


def _left(page: Page, order: tuple[Rung, ...]) -> Rung | None:
    """The first of this round that was not climbed yet. A service that has the page already is not told twice."""
    climbed = {Rung(one.person, one.way) for one in page.attempts if one.round == page.round}
    has_it = (one for one in page.attempts if one.round >= page.asks_since and not one.result.failed)
    climbed |= {Rung("", one.way) for one in has_it if one.way in SHARED}
    left = [rung for rung in order if rung not in climbed and rung.person not in page.passed_over]
    if page.attempts and page.attempts[-1].person in page.passed_over:
        left.sort(key=lambda rung: not rung.person)  # a person is called in their place, before any service
    return next(iter(left), None)


def _next_round(page: Page, policy: EscalationPolicy, order: tuple[Rung, ...], at: datetime) -> Decision[Page]:
    """The last rung had its wait already; the pause before the first one is counted from there."""
    if policy.repeats is not None and page.round > policy.repeats:
        return decided(page, page.having(due=None))
    last = page.attempts[-1].at if page.attempts else at
    due = max(at + timedelta(seconds=1), last + policy.repeat_every)
    if set(order) <= {Rung("", way) for way in SHARED}:
        due = at + policy.repeat_every
    return decided(page, page.having(round=page.round + 1, due=due))


def _call(page: Page, rung: Rung, policy: EscalationPolicy, line: Line, at: datetime) -> Decision[Page]:
    attempt = Attempt(page.count + 1, page.round, rung.way, rung.person, at)
    after = page.having(
        count=attempt.n,
        attempts=(*page.attempts, attempt)[-ATTEMPTS_KEPT:],
        due=at + _wait(rung, policy, line),
        hole=page.hole or line.hole,
        nobody=False,
        held_until=None,
    )
    event = AuditEvent(at, "", f"{AuditAction.CALLED} {_name(rung.person)}".strip(), f"by {rung.way}")
    night = night_of(at, line.zones.get(rung.person, "UTC"))
    return replace(decided(page, after, summons(page, attempt), event=event), night=night)


def _wait(rung: Rung, policy: EscalationPolicy, line: Line) -> timedelta:
    """Return how long this rung has: less where only Slack reaches a person, who may have paused notifications."""
    alone = line.reached_by(rung.person) & frozenset(policy.ways) <= {Way.SLACK}
    return policy.slack_wait if alone and _is_person(rung.person) else policy.wait


def _is_person(called: str) -> bool:
    return bool(called) and isinstance(callee(called), ToPerson)


def _name(person: str) -> str:
    return callee(person).mention if _is_person(person) else person


def begin(page: Page, n: int, at: datetime) -> Decision[Page] | None:
    """Written down before it is sent. None where another sender has it in hand; dropped where it need not be sent."""
    attempt = page.attempt(n)
    if attempt is None:
        return None
    if attempt.result.over:
        return decided(page, page, done=(summons(page, attempt),))
    if not page.open or attempt.person in page.passed_over:
        return _with(page, attempt._replace(result=Result.DROPPED, ended_at=at), done=(summons(page, attempt),))
    if attempt.result is Result.SENDING and attempt.begun_at and at - attempt.begun_at < SENDING_LONGEST:
        return None
    if attempt.tries >= TRIES:
        return ended(page, n, Result.LOST, "its sender died twice", at)
    begun = attempt._replace(result=Result.SENDING, begun_at=at, tries=attempt.tries + 1)
    return _with(page, begun, shown=False)


def ended(page: Page, n: int, result: Result, detail: str, at: datetime, reference: str = "") -> Decision[Page] | None:
    """What came of an attempt. Where it failed, and nothing was tried since, the next way is due at once."""
    attempt = page.attempt(n)
    if attempt is None or attempt.result.over:
        return None
    after = attempt._replace(result=result, detail=detail, ended_at=at, reference=reference)
    at_once = result.failed and n == page.count and page.open
    event = AuditEvent(at, "", f"{attempt.way} {result.value}", detail)
    owed = redraw(page) if not page.open and attempt.way is Way.SLACK else ()  # answered while it was on its way
    if result is Result.DELIVERED and attempt.way in FOLLOWED and reference:
        owed = (_question(page, attempt),)
    due = at if at_once else page.due
    return _with(page, after, owed, done=(summons(page, attempt),), event=event, due=due)


def heard(page: Page, n: int, result: Result, detail: str, at: datetime) -> Decision[Page] | None:
    """What became of a call that its service took: the next way is due at once where nobody picked up."""
    attempt = page.attempt(n)
    if attempt is None or attempt.result is not Result.DELIVERED:
        return None
    after = attempt._replace(result=result, detail=detail, ended_at=at)
    at_once = result.failed and n == page.count and page.open
    event = AuditEvent(at, "", f"{attempt.way} {result.value}", detail)
    return _with(page, after, done=(_question(page, attempt),), event=event, due=at if at_once else page.due)


def _question(page: Page, attempt: Attempt) -> Notification:
    """After the calls that are still to be made."""
    return Notification.of_page(NotificationKind.ASKED, page.id, ToPager(PAGERS[attempt.way]), Lane.UPDATE, attempt.n)


def acknowledge(
    page: Page, person: str, way: str, at: datetime, *, over: bool = False, claims: bool = False
) -> Decision[Page]:
    """Stops the ladder. `person` is a Slack id, or empty where a service does not say who it was. Raises Refused.

    `over`: what it was about is done with, too. `claims`: by claiming the case.
    """
    if page.answered:
        raise Refused(f"{who(page)} has this page, since {page.acknowledged_at:%H:%M %Z}.")
    if page.closed_at is not None:
        raise Refused("This page is over: what it was about needs nobody any more.")
    event = AuditEvent(at, person, AuditAction.ACKNOWLEDGED, f"by {way}")
    closed = at if over else None
    after = page.having(acknowledged_by=person, acknowledged_at=at, acknowledged_way=way, due=None, closed_at=closed)
    after = after.having(due=at if after.waits_for_claim else None, taken_by=person if claims else page.taken_by)
    return decided(page, after, *settled(after), *redraw(page), event=event)


def close(page: Page, at: datetime) -> Decision[Page] | None:
    """Its cause is over; who has not answered need not any more."""
    if page.closed_at is not None:
        return decided(page, page.having(due=None)) if page.due else None
    return decided(page, page.having(closed_at=at, due=None), *settled(page), *redraw(page))


def refresh(page: Page) -> tuple[Notification, ...]:
    """Of a page that has more to say: its messages in Slack are drawn anew, and services that can be are told."""
    has_it = {one.way for one in page.attempts if not one.result.failed and one.round >= page.asks_since}
    ways = (way for way in (Way.PAGERDUTY, Way.WEBHOOK) if way in has_it)
    return (*redraw(page), *(_refresh(page, way) for way in ways))


def redraw(page: Page) -> tuple[Notification, ...]:
    """Whoever was called in Slack, or has answered, sees there how it stands."""
    shown = page.answered or any(one.way is Way.SLACK for one in page.attempts)
    return (_refresh(page, Way.SLACK),) if shown else ()


def _refresh(page: Page, way: Way) -> Notification:
    return Notification.of_page(NotificationKind.REFRESH, page.id, ToPager(PAGERS[way]))


def note_owner(page: Page, owner: str, at: datetime) -> Decision[Page]:
    """Somebody has claimed the case of a page that was answered; empty: nobody has it any more."""
    return decided(page, page.having(taken_by=owner, due=None if owner else at), *redraw(page), shown=False)


def who(page: Page) -> str:
    """In mrkdwn."""
    return f"<@{page.acknowledged_by}>" if page.acknowledged_by else f"Somebody at {page.acknowledged_way}"


def settled(page: Page) -> tuple[Notification, ...]:
    """Services that call on by themselves are told that they need not."""
    ways = {one.way for one in page.attempts if one.way in SHARED and one.result is not Result.REFUSED}
    return tuple(Notification.of_page(NotificationKind.SETTLED, page.id, ToPager(PAGERS[way])) for way in sorted(ways))


def _with(
    page: Page,
    attempt: Attempt,
    owed: tuple[Notification, ...] = (),
    *,
    done: tuple[Notification, ...] = (),
    event: AuditEvent | None = None,
    due: datetime | None = None,
    shown: bool = True,
) -> Decision[Page]:
    attempts = tuple(attempt if one.n == attempt.n else one for one in page.attempts)
    after = page.having(attempts=attempts, due=due or page.due)
    return decided(page, after, *owed, done=done, event=event, shown=shown)


def decided(
    before: Page,
    after: Page,
    *notifications: Notification,
    done: tuple[Notification, ...] = (),
    event: AuditEvent | None = None,
    shown: bool = True,
) -> Decision[Page]:
    """`shown`: the card changes by it."""
    after = after.having(version=before.version + 1)
    card = _card(after) if shown else ()
    return Decision(after, before, (*card, *notifications), (event,) if event else (), done=done)


def _card(page: Page) -> tuple[Notification, ...]:
    notify = CARDS.get(page.cause.kind)
    return (notify(page.cause.id, page.department, Lane.CRISIS),) if notify else ()
