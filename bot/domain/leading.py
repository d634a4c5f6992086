"""What leads a declared crisis from its declaration to its close: one decision at a time."""

import hashlib
from datetime import datetime, timedelta

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.crisis import Crisis, Declaration, Item, Line, Numbers, Origin, Plan, Update, Went
from bot.domain.decision import Decision
from bot.domain.destination import Destination, ToDepartment
from bot.domain.notification import Notification, NotificationKind
from bot.domain.pages.page import Cause, CauseKind, Page, Severity, open_page
from bot.domain.refusals import Refused
from bot.domain.words import count as number_of

UPDATE_MOST = 500
PINNED_MOST = 100
"""Messages of one crisis: Slack lets a channel pin as many."""
PINNED_SHOWN = 200
"""Characters of each."""
COUNTED_EVERY = timedelta(minutes=5)
HOUSED_WITHIN = timedelta(minutes=1)
"""Of its declaration: while Slack's answer is lost so long, its channel is asked for again; then it does without."""


def crisis_id(told: Declaration, by: str, at: datetime, nth: int = 0) -> str:
    """Derive the id: an episode has one crisis at a time whoever declares it; `nth` counts those that were closed."""
    words = f"episode {told.episode} {nth}" if told.episode else f"{by} {at.isoformat()} {told.department}"
    return hashlib.blake2b(words.encode(), digest_size=4).hexdigest()


def declare(
    told: Declaration,
    origin: Origin,
    plan: Plan,
    by: str,
    at: datetime,
    *,
    cases: tuple[str, ...] = (),
    pages: tuple[str, ...] = (),
    nth: int = 0,
) -> Decision[Crisis]:
    """Calls the lead at once, and then whoever is on call for the department, whatever the severity on the form.

    `cases` are those that it takes over, `pages` what rings for them.
    """
    at = at.replace(microsecond=0)
    name = crisis_id(told, by, at, nth)
    page = open_page(Cause(CauseKind.CRISIS, name), Severity.SEV1, told.department, at, first=told.lead)
    crisis = Crisis(
        id=name,
        told=told,
        origin=origin,
        declared_by=by,
        declared_at=at,
        page=page.id,
        update_due=at + plan.update_every,
        checklist=tuple(Item(do) for do in plan.checklist),
        timeline=(Line(at, by, f"declared it {told.severity.upper()}"), *_adopted(cases, at)),
        cases=cases,
        cases_open=len(cases),
        pages=pages,
    )
    return Decision(crisis, None, (), (AuditEvent(at, by, AuditAction.CRISIS_DECLARED, name),), (page,))


def _adopted(cases: tuple[str, ...], at: datetime) -> tuple[Line, ...]:
    return (Line(at, "", f"took over {number_of(len(cases), 'open case')}"),) if cases else ()


def take_over(crisis: Crisis, at: datetime) -> Decision[Crisis]:
    """Note that the pages of its cases follow its own by now."""
    after = crisis.having(taken_over=True, timeline=crisis.saying(at, "", "now calls for those cases, too"))
    return Decision(after, crisis, (_head(after),) if after.housed else ())


def house(crisis: Crisis, channel: str, why: str, at: datetime) -> Decision[Crisis]:
    """Where it lives. `why` it has no channel of its own, in our own words; its cards are owed from now on."""
    said = "opened a channel for it" if channel else f"could not open a channel: {why}"
    after = crisis.having(channel=channel, housed=True, timeline=crisis.saying(at, "", said))
    told = () if not channel else (_owe(NotificationKind.DECLARED, after, ToDepartment(after.told.department)),)
    plan = (_owe(NotificationKind.PLAN, after, after.place),) if after.checklist else ()
    return Decision(after, crisis, (_head(after), *plan, *told))


def tick(crisis: Crisis, number: int, by: str, at: datetime) -> Decision[Crisis]:
    """One more thing of the checklist is done. Raises `Refused`."""
    _still(crisis)
    if not 0 <= number < len(crisis.checklist):
        raise Refused("This is not on the checklist any more.")
    item = crisis.checklist[number]
    if item.done_at is not None:
        raise Refused(f"<@{item.done_by}> has done this already.")
    done = tuple(one._replace(done_by=by, done_at=at) if n == number else one for n, one in enumerate(crisis.checklist))
    after = crisis.having(checklist=done, timeline=crisis.saying(at, by, f"did: {_plain(item.do)}"))
    event = AuditEvent(at, by, AuditAction.TICKED, crisis.id)
    return Decision(after, crisis, (_head(after), _owe(NotificationKind.PLAN, after, after.place)), (event,))


def update(crisis: Crisis, words: str, plan: Plan, by: str, at: datetime) -> Decision[Crisis]:
    """What stands now, for everybody; the next one is due after the plan's span. Raises `Refused`."""
    _still(crisis)
    words = " ".join(words.split())
    if not words:
        raise Refused("Say what is new, like `/crisis update We have apologised; refunds go out tonight`.")
    if len(words) > UPDATE_MOST:
        raise Refused(f"An update has at most {UPDATE_MOST} characters; this has {len(words)}.")
    after = crisis.having(
        status=words,
        updates=(*crisis.updates, Update(at, by, words)),
        update_due=at + plan.update_every,
        timeline=crisis.saying(at, by, f"said: {_plain(words)}"),
    )
    news = _owe(NotificationKind.NEWS, after, after.place, len(after.updates))
    return Decision(after, crisis, (_head(after), news), (AuditEvent(at, by, AuditAction.UPDATED, crisis.id),))


def pin(crisis: Crisis, ts: str, words: str, by: str, at: datetime) -> Decision[Crisis]:
    """A message that somebody pinned, once. Raises `Refused` where nothing is to be told."""
    _still(crisis)
    if ts in crisis.pinned or len(crisis.pinned) >= PINNED_MOST:
        raise Refused("This message is in the timeline already.")
    words = " ".join(words.split())
    quoted = f"“{_plain(words[:PINNED_SHOWN])}{'…' if len(words) > PINNED_SHOWN else ''}”" if words else "a message"
    after = crisis.having(pinned=(*crisis.pinned, ts), timeline=crisis.saying(at, by, f"pinned: {quoted}"))
    return Decision(after, crisis, (_head(after),), (AuditEvent(at, by, AuditAction.PINNED, crisis.id),))


def close(crisis: Crisis, went: Went, by: str, at: datetime, left: str = "") -> Decision[Crisis]:
    """With its review. `left` says in words what was unfinished. Raises `Refused`."""
    _still(crisis)
    said = f"closed it; unfinished: {_plain(left)}" if left else "closed it"
    after = crisis.having(closed_by=by, closed_at=at, update_due=None, went=went, timeline=crisis.saying(at, by, said))
    places = dict.fromkeys((after.place, ToDepartment(after.told.department)))
    reviews = tuple(_owe(NotificationKind.REVIEW, after, to) for to in places)
    return Decision(after, crisis, (_head(after), *reviews), (AuditEvent(at, by, AuditAction.CLOSED, crisis.id),))


def look(crisis: Crisis, page: Page | None, at: datetime) -> Decision[Crisis] | None:
    """What the clock and the page have to say. None: nothing."""
    said: list[Notification] = []
    after = crisis
    if page is not None and page.attempts and after.paged_at is None:
        after = after.having(paged_at=page.attempts[0].at)
    if page is not None and page.acknowledged_at is not None and after.acknowledged_at is None:
        words = after.saying(page.acknowledged_at, page.acknowledged_by, "acknowledged the page")
        after = after.having(acknowledged_at=page.acknowledged_at, timeline=words)
    if after.update_due is not None and after.update_due <= at and after.reminded_for != after.update_due:
        said.append(_owe(NotificationKind.DUE, after, after.place, int(after.update_due.timestamp())))
        after = after.having(reminded_for=after.update_due)
    if after is crisis:
        return None
    return Decision(after, crisis, (_head(after), *said))


def count(crisis: Crisis, numbers: Numbers, cases_open: int, at: datetime) -> Decision[Crisis]:
    after = crisis.having(numbers=numbers, cases_open=cases_open, counted_at=at)
    same = crisis.counted_at and (numbers, cases_open) == (crisis.numbers, crisis.cases_open)
    return Decision(after, crisis, () if same else (_head(after),))


def _still(crisis: Crisis) -> None:
    if not crisis.open:
        raise Refused(f"<@{crisis.closed_by}> has closed this crisis.")


def _plain(words: str) -> str:
    """Words of a colleague in a line of mrkdwn: nothing that pings or links."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _owe(kind: NotificationKind, crisis: Crisis, to: Destination, nth: int = 0) -> Notification:
    return Notification.of_crisis(kind, crisis.id, to, nth)


def _head(crisis: Crisis) -> Notification:
    return _owe(NotificationKind.CRISIS, crisis, crisis.place)
