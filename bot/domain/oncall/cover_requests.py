"""Requests for a swap or cover to one person: nothing changes before they accept."""

from datetime import datetime, timedelta

from bot.domain.commits import NotAllowed
from bot.domain.destination import ToPerson
from bot.domain.oncall import override_transitions
from bot.domain.oncall.overrides import ScheduleChange, ScheduleOverrides, ScheduleState
from bot.domain.oncall.schedule import CoverOutcome, CoverRequest, OverrideKind, derive_change_id
from bot.domain.oncall.shifts import list_shifts
from bot.domain.outbox import Notification, NotificationKind, ScheduleItem
from bot.domain.periods import TimeSpan

MAX_ANSWER_TIME = timedelta(days=1)
"""To answer, if the shift starts later than that."""
ANSWER_TIME_IF_BEGUN = timedelta(hours=1)
"""To answer, if the shift has started."""


def request_swap(
    state: ScheduleState, by: str, other: str, at: datetime, when: TimeSpan | None = None
) -> ScheduleChange:
    """Ask the other to have the asker's next shift (or that of `when`) for their own next one. Raises `NotAllowed`."""
    given, taken = override_transitions.swap_shifts(state, by, other, at, when).new_overrides
    return _build_request(state, by, other, TimeSpan(given.start, given.end), TimeSpan(taken.start, taken.end), at)


def request_cover_from(state: ScheduleState, by: str, other: str, span: TimeSpan, at: datetime) -> ScheduleChange:
    """Ask the other to be on call wherever the asker would be within the span. Raises `NotAllowed`."""
    made = override_transitions.cover_shift(state, by, other, span, at).new_overrides
    return _build_request(state, by, other, TimeSpan(made[0].start, made[-1].end), None, at)


def _build_request(
    state: ScheduleState, by: str, other: str, mine: TimeSpan, theirs: TimeSpan | None, at: datetime
) -> ScheduleChange:
    name = state.schedule.name
    id_ = derive_change_id(name, "request", by, other, *mine, *(theirs or ()), at)
    for one in state.changes.pleas:
        if one.is_pending(at) and (one.person, one.to, one.end) == (by, other, mine.end):
            raise NotAllowed(f"You already asked <@{other}>. There is no answer yet.")
    starts = min(mine.start, theirs.start if theirs else mine.start)
    until = min(starts if starts > at else at + ANSWER_TIME_IF_BEGUN, at + MAX_ANSWER_TIME, mine.end)
    plea = CoverRequest(
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
    asked = Notification.for_schedule(NotificationKind.REQUEST, ScheduleItem(name, id_), ToPerson(other))
    after = override_transitions.update_overrides(
        state, state.changes.copy_with(pleas=(*state.changes.pleas, plea)), at
    )
    return ScheduleChange(after, (), plea, (asked,), f"asked <@{other}> about {name}")


def accept_request(state: ScheduleState, request_id: str, by: str, at: datetime) -> ScheduleChange:
    """Exchange or cover the rest of the shifts, if they did not change since. Raises `NotAllowed`."""
    plea = _get_open_request(state, request_id, by, at)
    mine, theirs = TimeSpan(max(plea.start, at), plea.end), _get_their_span(plea, at)
    if theirs is not None and not (
        _is_on_call_throughout(state, plea.person, mine) and _is_on_call_throughout(state, by, theirs)
    ):
        raise NotAllowed(
            f"{state.schedule.name} has changed since <@{plea.person}> asked. One of you has to ask again."
        )
    if theirs is None:
        made = override_transitions.cover_shift(state, plea.person, by, mine, at, made_by=by).new_overrides
    else:
        made = (
            override_transitions.build_override(state, by, mine, OverrideKind.SWAP, by, at),
            override_transitions.build_override(state, plea.person, theirs, OverrideKind.SWAP, by, at),
        )
    change = override_transitions.build_change(state, made, by, at)
    return change._replace(after=_close_request(change.after, plea, CoverOutcome.ACCEPTED), request=plea)


def decline_request(state: ScheduleState, request_id: str, by: str, at: datetime) -> ScheduleChange:
    """Tell the asker; no shift changes. Raises `NotAllowed`."""
    return _notify_asker(state, _get_open_request(state, request_id, by, at), CoverOutcome.DECLINED, at)


def expire_request(state: ScheduleState, request_id: str, at: datetime) -> ScheduleChange:
    """Tell the asker that nobody answered in time. Raises `NotAllowed` if somebody did."""
    plea = state.changes.find_request(request_id)
    if plea is None or plea.outcome or not plea.to or plea.is_pending(at):
        raise NotAllowed("This request already has an answer.")
    return _notify_asker(state, plea, CoverOutcome.EXPIRED, at)


def _notify_asker(state: ScheduleState, request: CoverRequest, outcome: CoverOutcome, at: datetime) -> ScheduleChange:
    name = state.schedule.name
    told = Notification.for_schedule(NotificationKind.OUTCOME, ScheduleItem(name, request.id), ToPerson(request.person))
    after = _close_request(override_transitions.update_overrides(state, state.changes, at), request, outcome)
    return ScheduleChange(after, (), request, (told,), f"{outcome.value} a request about {name}")


def _close_request(after: ScheduleOverrides, request: CoverRequest, outcome: CoverOutcome) -> ScheduleOverrides:
    ended = request.copy_with(outcome=outcome)
    return after.copy_with(pleas=tuple(ended if one.id == request.id else one for one in after.pleas))


def _get_open_request(state: ScheduleState, request_id: str, by: str, at: datetime) -> CoverRequest:
    plea = state.changes.find_request(request_id)
    if plea is None or not plea.to:
        raise NotAllowed("This request is over. Nothing changed.")
    if by != plea.to:
        raise NotAllowed(f"<@{plea.person}> asked <@{plea.to}>. Only they can answer.")
    if plea.outcome and plea.outcome is not CoverOutcome.EXPIRED:
        raise NotAllowed(f"You already {plea.outcome.value} this.")
    if not plea.is_pending(at):
        raise NotAllowed(
            f"This request has expired, and <@{plea.person}> kept the shift. You can still take it with `/oncall take`."
        )
    return plea


def _get_their_span(request: CoverRequest, at: datetime) -> TimeSpan | None:
    if request.their_start is None or request.their_end is None:
        return None
    return TimeSpan(max(request.their_start, at), request.their_end)


def _is_on_call_throughout(state: ScheduleState, person: str, span: TimeSpan) -> bool:
    """Whether this person is on call during the whole span."""
    found = list(list_shifts(state.roster, span))
    at = span.start
    for shift in found:
        if shift.person != person or shift.start > at:
            return False
        at = shift.end
    return at >= span.end
