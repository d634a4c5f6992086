"""Changes of a schedule by people: take, swap, cover, undo. Each returns a change or raises `NotAllowed`."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.domain.commits import NotAllowed
from bot.domain.destination import ToDepartment, ToPerson
from bot.domain.oncall.overrides import ScheduleChange, ScheduleOverrides, ScheduleState
from bot.domain.oncall.schedule import CoverRequest, Override, OverrideKind, Shift, derive_change_id
from bot.domain.oncall.shifts import list_shifts, merge_consecutive_shifts
from bot.domain.outbox import Notification, NotificationKind, ScheduleItem
from bot.domain.periods import TimeSpan
from bot.domain.text import format_ago

MAX_OVERRIDE_LENGTH = timedelta(days=31)
"""For longer absences, change the layers in the playbook."""
SEARCH_AHEAD = timedelta(days=60)
"""To find the next shift of a person."""
MAX_OVERRIDES = 200
"""Of one schedule."""
RECENT_TAKE = timedelta(minutes=1)
"""A person who acts within this time has not seen the other's change."""


def take_shift(state: ScheduleState, by: str, span: TimeSpan, at: datetime) -> ScheduleChange:
    """Put this person on call for the whole span, unless somebody else took part of it in the last minute."""
    _check_span(span, at)
    _check_not_just_taken(state, by, span, at)
    parts = list(_list_parts(state, span))
    if all(shift and shift.person == by for shift in parts):
        raise NotAllowed(f"You're already on call for {state.schedule.name} then. Nothing changed.")
    return build_change(state, (build_override(state, by, span, OverrideKind.TAKE, by, at),), by, at)


def _check_not_just_taken(state: ScheduleState, by: str, span: TimeSpan, at: datetime) -> None:
    """Raise `NotAllowed` if somebody took it just now, so that only one of two is told that they have it."""
    for one in reversed(state.roster.overrides):
        if one.person != by and one.start < span.end and one.end > span.start and at - one.at < RECENT_TAKE:
            raise NotAllowed(
                f"<@{one.person}> has this one, {format_ago(at - one.at)}. "
                "If you should still have it, take it again in a minute."
            )


def swap_shifts(
    state: ScheduleState, by: str, other: str, at: datetime, when: TimeSpan | None = None
) -> ScheduleChange:
    """Swap the person's shift at that time (or the next one) for the other's next one."""
    if by == other:
        raise NotAllowed("You can't swap with yourself. Name somebody else, like `/oncall swap @ben`.")
    mine = _find_next_shift(state, by, when or TimeSpan(at, at + SEARCH_AHEAD), at)
    if mine is None:
        raise NotAllowed(_explain_no_shift("You have", state, when))
    theirs = _find_next_shift(state, other, TimeSpan(at, at + SEARCH_AHEAD), at)
    if theirs is None:
        raise NotAllowed(
            f"{_explain_no_shift(f'<@{other}> has', state, None)} To have <@{other}> cover yours, type "
            "`/oncall cover me by @…` with the name."
        )
    made = (
        build_override(state, other, mine, OverrideKind.SWAP, by, at),
        build_override(state, by, theirs, OverrideKind.SWAP, by, at),
    )
    return build_change(state, made, by, at)


def _find_next_shift(state: ScheduleState, person: str, span: TimeSpan, at: datetime) -> TimeSpan | None:
    """Return the rest of the first shift of this person in a span."""
    for stint in merge_consecutive_shifts(list_shifts(state.roster, span)):
        if stint.person == person and stint.end > at:
            return TimeSpan(max(stint.start, at), min(stint.end, at + MAX_OVERRIDE_LENGTH))
    return None


def _explain_no_shift(who: str, state: ScheduleState, when: TimeSpan | None) -> str:
    return f"{who} no shift in {state.schedule.name} {'then' if when else f'in the next {SEARCH_AHEAD.days} days'}."


def cover_shift(
    state: ScheduleState, by: str, other: str, span: TimeSpan, at: datetime, made_by: str = ""
) -> ScheduleChange:
    """Put `other` on call wherever `by` would be within this span."""
    _check_span(span, at)
    if by == other:
        raise NotAllowed("You can't cover for yourself. Somebody else has to press the button.")
    mine = [shift for shift in _list_parts(state, span) if shift and shift.person == by]
    if not mine:
        raise NotAllowed(f"<@{by}> isn't on call for {state.schedule.name} then, so there is nothing to cover.")
    spans = [
        TimeSpan(max(stint.start, span.start), min(stint.end, span.end)) for stint in merge_consecutive_shifts(mine)
    ]
    made = tuple(build_override(state, other, part, OverrideKind.COVER, made_by or by, at) for part in spans)
    return build_change(state, made, made_by or by, at)


def request_cover(state: ScheduleState, by: str, span: TimeSpan, department: str, at: datetime) -> ScheduleChange:
    """Ask in the department's channel; the first to accept covers, and nothing changes before."""
    _check_span(span, at)
    if not any(shift and shift.person == by for shift in _list_parts(state, span)):
        raise NotAllowed(f"You aren't on call for {state.schedule.name} then, so there is nothing to cover.")
    name = state.schedule.name
    plea = CoverRequest(
        id=derive_change_id(name, "plea", by, *span), schedule=name, person=by, start=span.start, end=span.end, at=at
    )
    asked = Notification.for_schedule(
        NotificationKind.PLEA, ScheduleItem(name, plea.id), ToDepartment(department), int(at.timestamp())
    )
    pleas = tuple(one for one in state.changes.pleas if one.id != plea.id)
    after = update_overrides(state, state.changes.copy_with(pleas=(*pleas, plea)), at)
    return ScheduleChange(after, (), plea, (asked,), f"asked to be covered for {name}")


def answer_cover_request(state: ScheduleState, request_id: str, by: str, at: datetime) -> ScheduleChange:
    """Cover the shift, if nobody else was first."""
    plea = state.changes.find_request(request_id)
    if plea is None or plea.to:
        raise NotAllowed(_explain_answered(state, request_id, at))
    span = TimeSpan(max(plea.start, at), plea.end)
    change = cover_shift(state, plea.person, by, span, at, made_by=by)
    left = tuple(one for one in change.after.pleas if one.id != request_id)
    made = tuple(one.copy_with(plea=request_id) for one in change.new_overrides)
    overrides = (*change.after.overrides[: -len(made)], *made)
    return change._replace(after=change.after.copy_with(pleas=left, overrides=overrides), new_overrides=made)


def _explain_answered(state: ScheduleState, request_id: str, at: datetime) -> str:
    for one in reversed(state.changes.overrides):
        if one.plea == request_id and not one.undone:
            return f"<@{one.person}> covers this one, {format_ago(at - one.at)}. Thanks anyway."
    return "This request is over or was taken back. There is nothing to cover."


def undo_change(state: ScheduleState, change: str, by: str, *, is_manager: bool, at: datetime) -> ScheduleChange:
    """Undo a change and those made with it: both halves of a swap. Raises `NotAllowed`."""
    found = state.changes.find_override(change)
    if found is None or found.end <= at:
        raise NotAllowed("This change is in the past, so there is nothing to take back.")
    if found.undone:
        raise NotAllowed(f"<@{found.undone}> already took this back.")
    if by not in {found.by, found.person, found.instead} and not is_manager:
        raise NotAllowed(f"<@{found.by}> made this change. Ask <@{found.by}> or a manager to take it back.")
    together = tuple(one for one in state.changes.overrides if (one.by, one.at) == (found.by, found.at))
    gone = {one.id: one.copy_with(undone=by) for one in together}
    changed = state.changes.copy_with(overrides=tuple(gone.get(one.id, one) for one in state.changes.overrides))
    after = update_overrides(state, changed, at)
    told = tuple(_notify_affected(state, tuple(gone.values()), by))
    return ScheduleChange(after, tuple(gone.values()), None, told, f"took back a change of {state.schedule.name}")


def build_change(state: ScheduleState, new_overrides: tuple[Override, ...], by: str, at: datetime) -> ScheduleChange:
    changed = state.changes.copy_with(overrides=(*state.changes.overrides, *new_overrides))
    after = update_overrides(state, changed, at)
    name = state.schedule.name
    said = "; ".join(
        f"<@{one.person}> {one.start:%Y-%m-%dT%H:%MZ} to {one.end:%Y-%m-%dT%H:%MZ}" for one in new_overrides
    )
    return ScheduleChange(
        after,
        new_overrides,
        None,
        tuple(_notify_affected(state, new_overrides, by)),
        f"{new_overrides[0].how.value} {name}: {said}",
    )


def update_overrides(state: ScheduleState, changed: ScheduleOverrides, at: datetime) -> ScheduleOverrides:
    """Return the next version, without what expired. Raises `NotAllowed` where there are too many."""
    after = changed.copy_with(version=state.changes.version + 1).drop_expired(at)
    if len(after.overrides) > MAX_OVERRIDES or len(after.pleas) > MAX_OVERRIDES:
        raise NotAllowed(
            f"{state.schedule.name} already has {MAX_OVERRIDES} changes, which is the limit. "
            "Change its shifts in the playbook instead."
        )
    return after


def _notify_affected(state: ScheduleState, made: tuple[Override, ...], by: str) -> Iterator[Notification]:
    """Notify those who gain or lose time, but not the person who made the change."""
    for one in made:
        for person in dict.fromkeys((one.person, one.instead)):
            if person and person != by:
                item = ScheduleItem(state.schedule.name, one.id)
                yield Notification.for_schedule(NotificationKind.SHIFT, item, ToPerson(person), 1 if one.undone else 0)


def build_override(
    state: ScheduleState, person: str, span: TimeSpan, kind: OverrideKind, by: str, at: datetime
) -> Override:
    first = next(iter(_list_parts(state, span)), None)
    name = state.schedule.name
    return Override(
        id=derive_change_id(name, person, *span, by, at),
        schedule=name,
        person=person,
        start=span.start,
        end=span.end,
        how=kind,
        by=by,
        at=at,
        instead=first.person if first and first.person != person else "",
    )


def _list_parts(state: ScheduleState, span: TimeSpan) -> Iterator[Shift | None]:
    """Yield the shifts within a span, and None for each gap."""
    at = span.start
    for shift in list_shifts(state.roster, span):
        if shift.start > at:
            yield None
        yield shift
        at = shift.end
    if at < span.end:
        yield None


def _check_span(span: TimeSpan, at: datetime) -> None:
    if span.end <= at or span.end <= span.start:
        raise NotAllowed("That time is in the past. Type when it ends, like `until 08:00` or `for 2h`.")
    if span.start > at + SEARCH_AHEAD:
        raise NotAllowed(f"That is more than {SEARCH_AHEAD.days} days ahead. Shifts may change until then.")
    if span.end - span.start > MAX_OVERRIDE_LENGTH:
        raise NotAllowed(
            f"That is longer than {MAX_OVERRIDE_LENGTH.days} days. Change the shifts in the playbook instead."
        )
