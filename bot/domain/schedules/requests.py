"""Swaps and covers that one person asks another for: nothing changes before the other accepts."""

from datetime import datetime, timedelta

from bot.domain.decision import Refused
from bot.domain.destination import ToPerson
from bot.domain.notification import Notification, NotificationKind, ScheduleItem
from bot.domain.schedules import changes
from bot.domain.schedules.changed import Change, Changes, Known
from bot.domain.schedules.schedule import How, Outcome, Plea, change_id
from bot.domain.schedules.shifts import shifts
from bot.domain.spans import Span

LONGEST = timedelta(days=1)
"""To answer, where the shift begins later than that."""
BEGUN = timedelta(hours=1)
"""To answer, where it has begun already."""


def ask_to_swap(known: Known, by: str, other: str, at: datetime, when: Span | None = None) -> Change:
    """Ask the other to have the asker's next shift (or that of `when`) for their own next one. Raises `Refused`."""
    given, taken = changes.swap(known, by, other, at, when).made
    return _ask(known, by, other, Span(given.start, given.end), Span(taken.start, taken.end), at)


def ask_to_cover(known: Known, by: str, other: str, span: Span, at: datetime) -> Change:
    """Ask the other to be on call wherever the asker would be within the span. Raises `Refused`."""
    made = changes.cover(known, by, other, span, at).made
    return _ask(known, by, other, Span(made[0].start, made[-1].end), None, at)


def _ask(known: Known, by: str, other: str, mine: Span, theirs: Span | None, at: datetime) -> Change:
    name = known.schedule.name
    id_ = change_id(name, "request", by, other, *mine, *(theirs or ()), at)
    for one in known.changes.pleas:
        if one.pending(at) and (one.person, one.to, one.end) == (by, other, mine.end):
            raise Refused(f"You have asked <@{other}> already, and they have not answered yet.")
    starts = min(mine.start, theirs.start if theirs else mine.start)
    until = min(starts if starts > at else at + BEGUN, at + LONGEST, mine.end)
    plea = Plea(
        id=id_,
        schedule=name,
        person=by,
        start=mine.start,
        end=mine.end,
        at=at,
        to=other,
        until=until,
        their_start=theirs.start if theirs else None,
        their_end=theirs.end if theirs else None,
    )
    asked = Notification.of_schedule(NotificationKind.REQUEST, ScheduleItem(name, id_), ToPerson(other))
    after = changes.grow_changes(known, at, pleas=(*known.changes.pleas, plea))
    return Change(after, (), plea, (asked,), f"asked <@{other}> about {name}")


def accept(known: Known, plea_id: str, by: str, at: datetime) -> Change:
    """The shifts change hands from now on, as far as they are still those that were asked about. Raises `Refused`."""
    plea = _asked(known, plea_id, by, at)
    mine, theirs = Span(max(plea.start, at), plea.end), _theirs(plea, at)
    if theirs is not None and not (_held(known, plea.person, mine) and _held(known, by, theirs)):
        raise Refused(f"{known.schedule.name} has changed since <@{plea.person}> asked. Ask each other once more.")
    if theirs is None:
        made = changes.cover(known, plea.person, by, mine, at, made_by=by).made
    else:
        made = (
            changes.build_override(known, by, mine, How.SWAP, by, at),
            changes.build_override(known, plea.person, theirs, How.SWAP, by, at),
        )
    change = changes.build_change(known, made, by, at)
    return change._replace(after=_ended(change.after, plea, Outcome.ACCEPTED), plea=plea)


def decline(known: Known, plea_id: str, by: str, at: datetime) -> Change:
    """Nothing changes, and the asker is told. Raises `Refused`."""
    return _told(known, _asked(known, plea_id, by, at), Outcome.DECLINED, at)


def expire(known: Known, plea_id: str, at: datetime) -> Change:
    """Nobody answered in time: nothing changes, and the asker is told. Raises `Refused` where somebody has."""
    plea = known.changes.plea(plea_id)
    if plea is None or plea.outcome or not plea.to or plea.pending(at):
        raise Refused("This was answered.")
    return _told(known, plea, Outcome.EXPIRED, at)


def _told(known: Known, plea: Plea, outcome: Outcome, at: datetime) -> Change:
    name = known.schedule.name
    told = Notification.of_schedule(NotificationKind.OUTCOME, ScheduleItem(name, plea.id), ToPerson(plea.person))
    after = _ended(changes.grow_changes(known, at), plea, outcome)
    return Change(after, (), plea, (told,), f"{outcome.value} a request about {name}")


def _ended(after: Changes, plea: Plea, outcome: Outcome) -> Changes:
    ended = plea.model_copy(update={"outcome": outcome})
    return after.model_copy(update={"pleas": tuple(ended if one.id == plea.id else one for one in after.pleas)})


def _asked(known: Known, plea_id: str, by: str, at: datetime) -> Plea:
    plea = known.changes.plea(plea_id)
    if plea is None or not plea.to:
        raise Refused("This request is over; nothing was changed.")
    if by != plea.to:
        raise Refused(f"<@{plea.person}> asked <@{plea.to}>, so nobody else can answer.")
    if plea.outcome and plea.outcome is not Outcome.EXPIRED:
        raise Refused(f"You have {plea.outcome.value} this already.")
    if not plea.pending(at):
        raise Refused(f"This request has expired: <@{plea.person}> has kept the shift. `/oncall take` still takes it.")
    return plea


def _theirs(plea: Plea, at: datetime) -> Span | None:
    if plea.their_start is None or plea.their_end is None:
        return None
    return Span(max(plea.their_start, at), plea.their_end)


def _held(known: Known, person: str, span: Span) -> bool:
    """Whether this person is on call all through the span."""
    found = list(shifts(known.roster, span))
    at = span.start
    for shift in found:
        if shift.person != person or shift.start > at:
            return False
        at = shift.end
    return at >= span.end
