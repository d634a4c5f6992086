"""What people change about a schedule: take, swap, cover, undo. Each decides on what was read, or says no."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.domain.decision import Refused
from bot.domain.destination import ToDepartment, ToPerson
from bot.domain.notification import Notification, NotificationKind, ScheduleItem
from bot.domain.schedules.changed import Change, Changes, Known
from bot.domain.schedules.schedule import How, Override, Plea, Shift, change_id
from bot.domain.schedules.shifts import shifts, stints
from bot.domain.spans import Span
from bot.domain.words import ago

LONGEST = timedelta(days=31)
"""For one change: who is away for longer is better taken out of the turns in the playbook."""
LOOKED_AHEAD = timedelta(days=60)
"""For the next shift of a person."""
MOST = 200
"""Changes of one schedule that are kept at a time."""
JUST_NOW = timedelta(minutes=1)
"""Who presses in the same minute has not seen what the other one did."""


def take(known: Known, by: str, span: Span, at: datetime) -> Change:
    """The whole span is hers, but for what somebody else took in this very minute or holds by a change of his own."""
    _sound(span, at)
    _not_held(known, by, span, at)
    parts = list(_parts(known, span))
    if all(shift and shift.person == by for shift in parts):
        raise Refused(f"You are on call for {known.schedule.name} then already; nothing was changed.")
    return build_change(known, (build_override(known, by, span, How.TAKE, by, at),), by, at)


def _not_held(known: Known, by: str, span: Span, at: datetime) -> None:
    """What somebody took is theirs to give: two who take at once are not both told that they have it."""
    for one in reversed(known.roster.overrides):
        if one.person != by and one.start < span.end and one.end > span.start and at - one.at < JUST_NOW:
            raise Refused(
                f"<@{one.person}> has this one, {ago(at - one.at)}. If it should be yours all the same, "
                "take it once more in a minute."
            )


def swap(known: Known, by: str, other: str, at: datetime, when: Span | None = None) -> Change:
    """Her shift at that time (or the next one) for the other's next."""
    if by == other:
        raise Refused("You cannot swap with yourself. Name somebody else, like `/oncall swap @ben`.")
    mine = _next_of(known, by, when or Span(at, at + LOOKED_AHEAD), at)
    if mine is None:
        raise Refused(_no_shift("You have", known, when))
    theirs = _next_of(known, other, Span(at, at + LOOKED_AHEAD), at)
    if theirs is None:
        raise Refused(
            f"{_no_shift(f'<@{other}> has', known, None)} To have <@{other}> do yours all the same, type "
            f"`/oncall cover me by @…` with the name."
        )
    made = (
        build_override(known, other, mine, How.SWAP, by, at),
        build_override(known, by, theirs, How.SWAP, by, at),
    )
    return build_change(known, made, by, at)


def _next_of(known: Known, person: str, span: Span, at: datetime) -> Span | None:
    """What is left of the first stint of this person in a span."""
    for stint in stints(shifts(known.roster, span)):
        if stint.person == person and stint.end > at:
            return Span(max(stint.start, at), min(stint.end, at + LONGEST))
    return None


def _no_shift(who: str, known: Known, when: Span | None) -> str:
    return f"{who} no shift in {known.schedule.name} {'then' if when else f'in the next {LOOKED_AHEAD.days} days'}."


def cover(known: Known, by: str, other: str, span: Span, at: datetime, made_by: str = "") -> Change:
    """The other is on call wherever `by` would be within this span."""
    _sound(span, at)
    if by == other:
        raise Refused("You cannot cover for yourself; somebody else has to press the button.")
    mine = [shift for shift in _parts(known, span) if shift and shift.person == by]
    if not mine:
        raise Refused(f"<@{by}> is not on call for {known.schedule.name} then, so there is nothing to cover.")
    spans = [Span(max(stint.start, span.start), min(stint.end, span.end)) for stint in stints(mine)]
    made = tuple(build_override(known, other, part, How.COVER, made_by or by, at) for part in spans)
    return build_change(known, made, made_by or by, at)


def plead(known: Known, by: str, span: Span, department: str, at: datetime) -> Change:
    """Ask in the department's channel; whoever presses first covers. Until then nothing changes."""
    _sound(span, at)
    if not any(shift and shift.person == by for shift in _parts(known, span)):
        raise Refused(f"You are not on call for {known.schedule.name} then, so there is nothing to cover.")
    name = known.schedule.name
    plea = Plea(id=change_id(name, "plea", by, *span), schedule=name, person=by, start=span.start, end=span.end, at=at)
    asked = Notification.of_schedule(
        NotificationKind.PLEA, ScheduleItem(name, plea.id), ToDepartment(department), int(at.timestamp())
    )
    pleas = tuple(one for one in known.changes.pleas if one.id != plea.id)
    after = grow_changes(known, at, pleas=(*pleas, plea))
    return Change(after, (), plea, (asked,), f"asked to be covered for {name}")


def answer(known: Known, plea_id: str, by: str, at: datetime) -> Change:
    """Whoever presses first covers; the second is told who was first."""
    plea = known.changes.plea(plea_id)
    if plea is None or plea.to:
        raise Refused(_answered(known, plea_id, at))
    span = Span(max(plea.start, at), plea.end)
    change = cover(known, plea.person, by, span, at, made_by=by)
    left = tuple(one for one in change.after.pleas if one.id != plea_id)
    made = tuple(one.model_copy(update={"plea": plea_id}) for one in change.made)
    overrides = (*change.after.overrides[: -len(made)], *made)
    return change._replace(after=change.after.model_copy(update={"pleas": left, "overrides": overrides}), made=made)


def _answered(known: Known, plea_id: str, at: datetime) -> str:
    for one in reversed(known.changes.overrides):
        if one.plea == plea_id and not one.undone:
            return f"<@{one.person}> covers this one, {ago(at - one.at)}. Thank you all the same."
    return "This is over, or was taken back; nothing is to be covered."


def undo(known: Known, change: str, by: str, *, manages: bool, at: datetime) -> Change:
    """All that was made with it: both halves of a swap."""
    found = known.changes.override(change)
    if found is None or found.end <= at:
        raise Refused("This is over, so there is nothing to take back.")
    if found.undone:
        raise Refused(f"<@{found.undone}> took this back already.")
    if by not in {found.by, found.person, found.instead} and not manages:
        raise Refused(f"<@{found.by}> made this change. Ask <@{found.by}> or a manager to take it back.")
    together = tuple(one for one in known.changes.overrides if (one.by, one.at) == (found.by, found.at))
    gone = {one.id: one.model_copy(update={"undone": by}) for one in together}
    after = grow_changes(known, at, overrides=tuple(gone.get(one.id, one) for one in known.changes.overrides))
    told = tuple(_told(known, tuple(gone.values()), by))
    return Change(after, tuple(gone.values()), None, told, f"took back a change of {known.schedule.name}")


def build_change(known: Known, made: tuple[Override, ...], by: str, at: datetime) -> Change:
    after = grow_changes(known, at, overrides=(*known.changes.overrides, *made))
    name = known.schedule.name
    said = "; ".join(f"<@{one.person}> {one.start:%Y-%m-%dT%H:%MZ} to {one.end:%Y-%m-%dT%H:%MZ}" for one in made)
    return Change(after, made, None, tuple(_told(known, made, by)), f"{made[0].how.value} {name}: {said}")


def grow_changes(known: Known, at: datetime, **changes: object) -> Changes:
    after = known.changes.model_copy(update={**changes, "version": known.changes.version + 1}).without_the_old(at)
    if len(after.overrides) > MOST or len(after.pleas) > MOST:
        raise Refused(
            f"{known.schedule.name} has {MOST} changes already, which is more than anybody can follow. "
            "Change its turns in the playbook instead."
        )
    return after


def _told(known: Known, made: tuple[Override, ...], by: str) -> Iterator[Notification]:
    """Everybody whose time it is or was, but for who did it."""
    for one in made:
        for person in dict.fromkeys((one.person, one.instead)):
            if person and person != by:
                item = ScheduleItem(known.schedule.name, one.id)
                yield Notification.of_schedule(NotificationKind.SHIFT, item, ToPerson(person), 1 if one.undone else 0)


def build_override(known: Known, person: str, span: Span, how: How, by: str, at: datetime) -> Override:
    first = next(iter(_parts(known, span)), None)
    name = known.schedule.name
    return Override(
        id=change_id(name, person, *span, by, at),
        schedule=name,
        person=person,
        start=span.start,
        end=span.end,
        how=how,
        by=by,
        at=at,
        instead=first.person if first and first.person != person else "",
    )


def _parts(known: Known, span: Span) -> Iterator[Shift | None]:
    """The shifts within a span, and None for each hole between them."""
    at = span.start
    for shift in shifts(known.roster, span):
        if shift.start > at:
            yield None
        yield shift
        at = shift.end
    if at < span.end:
        yield None


def _sound(span: Span, at: datetime) -> None:
    if span.end <= at or span.end <= span.start:
        raise Refused("That time is over already. Say until when, like `until 08:00` or `for 2h`.")
    if span.start > at + LOOKED_AHEAD:
        raise Refused(f"That is more than {LOOKED_AHEAD.days} days ahead, and turns may change until then.")
    if span.end - span.start > LONGEST:
        raise Refused(f"That is longer than {LONGEST.days} days. Change the turns in the playbook instead.")
