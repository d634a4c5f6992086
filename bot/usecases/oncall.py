"""What a person may ask about being on call: who is, and to take, swap, cover and take back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from bot.cards import oncall as cards
from bot.cards import oncall_requests
from bot.cards.block_kit import RenderedMessage
from bot.cards.oncall import OnCallSummary
from bot.clock import Clock
from bot.domain.commits import NotAllowed
from bot.domain.oncall import cover_requests, override_transitions
from bot.domain.oncall.overrides import ScheduleChange, ScheduleOverrides, ScheduleState
from bot.domain.oncall.schedule import Schedule
from bot.domain.oncall.shifts import (
    find_next_change,
    find_schedule_gaps,
    find_shift,
    list_shifts,
    merge_consecutive_shifts,
)
from bot.domain.oncall.time_parser import ShiftRequest, parse_shift_request, parse_time, parse_whole_day
from bot.domain.outbox import ScheduleItem
from bot.domain.periods import TimeSpan
from bot.domain.rules import PlaybookRules
from bot.store.drills import DrillStore
from bot.store.oncall import OverrideStore
from bot.usecases.on_call_lookup import StoredOnCallLookup
from bot.usecases.schedule_permissions import ResolvedSchedule, SchedulePermissions

INSTANT = timedelta(minutes=1)
"""Wide enough to find the shift that a moment lies in."""


class TimeZoneLookup(Protocol):
    async def find_time_zone(self, person: str) -> str:
        """The IANA name of a person's time zone; empty where Slack does not say."""


class OnCallRequest(NamedTuple):
    """A wish, read at one instant in one time zone; `own`: it is the asker's own, as Slack has it."""

    by: str
    parsed: ShiftRequest
    at: datetime
    zone: str
    own: bool
    target: ResolvedSchedule
    state: ScheduleState

    def resolve_time(self, words: str, after: datetime | None = None) -> datetime:
        return parse_time(words, after or self.at, self.zone)


class OnCallUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    def __init__(
        self,
        store: OverrideStore,
        drills: DrillStore,
        rota: StoredOnCallLookup,
        rules: PlaybookRules,
        whose: SchedulePermissions,
        zones: TimeZoneLookup,
        clock: Clock,
    ) -> None:
        self._store = store
        self._drills = drills
        self._on_call = rota
        self._rules = rules
        self._permissions = whose
        self._zones = zones
        self._clock = clock

    async def show_on_call(self, by: str, words: str) -> RenderedMessage:
        """Now and next, of every department or of the one that is named."""
        wanted = words.strip().casefold()
        departments = self._rules.list_departments()
        named = [one for one in departments if wanted in {one.name.casefold(), *map(str.casefold, one.schedules)}]
        if wanted and not named:
            names = ", ".join(one.name for one in departments)
            raise NotAllowed(
                f"There is no department of that name. There are: {names}. `/oncall help` says what works."
            )
        at = self._clock.now()
        shown, drilled = [], await self._drills.load_drills()
        for department in named or departments:
            now = await self._on_call.find_on_call(department.name, at)
            then = await self._on_call.find_on_call(department.name, now.until) if now.until else None
            shown.append(OnCallSummary(department, now, then, drilled.get(department.name)))
        zone = await self._zones.find_time_zone(by) or self._rules.time_zone
        return cards.render_oncall(shown, by, zone, at)

    async def take_shift(self, by: str, words: str) -> RenderedMessage:
        """From now, or from a time, until a time, or until somebody else would be on call."""
        asking = await self._parse_request(by, words)

        def decide(known: ScheduleState) -> ScheduleChange:
            start = asking.resolve_time(asking.parsed.start) if asking.parsed.start else asking.at
            return override_transitions.take_shift(
                known, by, TimeSpan(start, _find_end(asking, known, start)), asking.at
            )

        return cards.render_override(
            await self._apply_change(asking, decide), by, asking.zone, own=asking.own, at=asking.at
        )

    async def swap_shifts(self, by: str, words: str) -> RenderedMessage:
        """Asks the other; nothing changes before they accept."""
        asking = await self._parse_request(by, words)
        other = _require_other(asking, "Swap with whom? Write it like `/oncall swap @ben`, or `/oncall swap @ben Fri`.")
        await self._permissions.check(other, asking.target.schedule, f"<@{other}> is")
        said = asking.parsed.start or asking.target.rest
        when = _parse_span(asking, said) if said else None
        return await self._send_request(
            asking, lambda known: cover_requests.request_swap(known, by, other, asking.at, when)
        )

    async def cover_shift(self, by: str, words: str) -> RenderedMessage:
        """`me`: by the person who is named, if they accept, or by the first in the channel. Else the asker covers."""
        asking = await self._parse_request(by, words)
        if asking.parsed.people and not asking.parsed.me:
            return await self._cover_directly(asking, asking.parsed.people[0])
        if asking.parsed.people:
            other = asking.parsed.people[0]
            await self._permissions.check(other, asking.target.schedule, f"<@{other}> is")
            ask = cover_requests.request_cover_from
            return await self._send_request(
                asking, lambda known: ask(known, by, other, _find_span(asking, known, by), asking.at)
            )
        return await self._request_cover(asking)

    async def _send_request(
        self, request: OnCallRequest, decide: Callable[[ScheduleState], ScheduleChange]
    ) -> RenderedMessage:
        change = await self._apply_change(request, decide)
        assert change.request is not None
        return oncall_requests.render_request_sent(change.request, request.zone)

    async def accept_request(self, by: str, change_ref: str) -> RenderedMessage:
        """The button below a request: what is to be shown in its place."""
        change = await self._change_by_button(
            by, change_ref, lambda known, name, at: cover_requests.accept_request(known, name, by, at)
        )
        zone = await self._zones.find_time_zone(by)
        shown = zone or self._get_schedule(ScheduleItem.parse(change_ref).schedule).zone
        return cards.render_override(change, by, shown, own=bool(zone), at=self._clock.now())

    async def decline_request(self, by: str, change_ref: str) -> RenderedMessage:
        change = await self._change_by_button(
            by, change_ref, lambda known, name, at: cover_requests.decline_request(known, name, by, at)
        )
        assert change.request is not None
        return oncall_requests.render_request_declined(change.request)

    async def _cover_directly(self, request: OnCallRequest, person: str) -> RenderedMessage:
        def decide(known: ScheduleState) -> ScheduleChange:
            return override_transitions.cover_shift(
                known, person, request.by, _find_span(request, known, person), request.at, made_by=request.by
            )

        change = await self._apply_change(request, decide)
        return cards.render_override(change, request.by, request.zone, own=request.own, at=request.at)

    async def _request_cover(self, request: OnCallRequest) -> RenderedMessage:
        found = next((one for one in request.target.departments if one.channel), None)
        if found is None:
            raise NotAllowed(
                f"{request.target.schedule.name} belongs to no department, so there is no channel to ask in. "
                "Name somebody, like `/oncall cover me by @ben until 08:00`."
            )

        def decide(known: ScheduleState) -> ScheduleChange:
            return override_transitions.request_cover(
                known, request.by, _find_span(request, known, request.by), found.name, request.at
            )

        change = await self._apply_change(request, decide)
        assert change.request is not None
        return cards.render_cover_requested(change.request, found, request.zone, own=request.own)

    async def answer_cover_request(self, by: str, change_ref: str) -> RenderedMessage:
        """The button below a plea: what is to be shown in its place."""
        change = await self._change_by_button(
            by, change_ref, lambda known, name, at: override_transitions.answer_cover_request(known, name, by, at)
        )
        return cards.render_covered(change)

    async def fill_gap(self, by: str, change_ref: str) -> RenderedMessage:
        """The button below a hole that was found: what is left of it is hers."""

        def decide(known: ScheduleState, began: str, at: datetime) -> ScheduleChange:
            start = max(at, datetime.fromtimestamp(int(began), UTC))
            left = next(
                iter(
                    find_schedule_gaps(known.roster, TimeSpan(start, start + override_transitions.MAX_OVERRIDE_LENGTH))
                ),
                None,
            )
            if left is None or left.start > start:
                there = find_shift(known.roster, start)
                raise NotAllowed(
                    f"<@{there.person}> is on call then; the hole is filled." if there else "This is over."
                )
            return override_transitions.take_shift(known, by, left, at)

        return cards.render_gap_filled(await self._change_by_button(by, change_ref, decide))

    async def undo_change(self, by: str, change_ref: str) -> RenderedMessage:
        """The button below what was changed."""
        schedule = self._get_schedule(ScheduleItem.parse(change_ref).schedule)
        manages = (await self._permissions.load_rights(by, schedule)).is_manager
        change = await self._change_by_button(
            by,
            change_ref,
            lambda known, name, at: override_transitions.undo_change(known, name, by, is_manager=manages, at=at),
        )
        zone = await self._zones.find_time_zone(by)
        return cards.render_override(change, by, zone or schedule.zone, own=bool(zone), at=self._clock.now())

    async def _change_by_button(
        self, by: str, change_ref: str, decide: Callable[[ScheduleState, str, datetime], ScheduleChange]
    ) -> ScheduleChange:
        name, part = ScheduleItem.parse(change_ref)
        schedule = self._get_schedule(name)
        await self._permissions.check(by, schedule)
        at = self._clock.now()
        known = (await self._on_call.load_schedule_states([name]))[name]

        def decide_change(before: ScheduleOverrides) -> ScheduleChange:
            return decide(known._replace(changes=before), part, at)._replace(schedule=name, by=by)

        return await self._store.change(name, decide_change, at)

    def _get_schedule(self, name: str) -> Schedule:
        found = self._on_call.get_schedule(name)
        if found is None:
            raise NotAllowed("The playbook does not have this schedule any more.")
        return found

    async def _parse_request(self, by: str, words: str) -> OnCallRequest:
        wish = parse_shift_request(words)
        meant = await self._permissions.resolve_schedule(by, wish.rest)
        name = meant.schedule.name
        zone = await self._zones.find_time_zone(by)
        known = (await self._on_call.load_schedule_states([name]))[name]
        return OnCallRequest(by, wish, self._clock.now(), zone or meant.schedule.zone, bool(zone), meant, known)

    async def _apply_change(
        self, request: OnCallRequest, decide: Callable[[ScheduleState], ScheduleChange]
    ) -> ScheduleChange:
        def decide_change(before: ScheduleOverrides) -> ScheduleChange:
            return decide(request.state._replace(changes=before))._replace(schedule=name, by=request.by)

        name = request.target.schedule.name
        return await self._store.change(name, decide_change, request.at)


def _require_other(request: OnCallRequest, question: str) -> str:
    if not request.parsed.people:
        raise NotAllowed(question)
    return request.parsed.people[0]


def _parse_end(request: OnCallRequest, start: datetime) -> datetime | None:
    """As it was said, if it was: `until 08:00`, `for 2h`, or just `2h`."""
    words = request.parsed.until or request.parsed.lasting or request.target.rest
    return request.resolve_time(words, start) if words else None


def _find_end(request: OnCallRequest, state: ScheduleState, start: datetime) -> datetime:
    end = _parse_end(request, start) or find_next_change(state.roster, start)
    if end is None:
        raise NotAllowed("Nobody else would come on call by itself, so say until when, like `until 08:00` or `for 2h`.")
    return end


def _find_span(request: OnCallRequest, state: ScheduleState, person: str) -> TimeSpan:
    """The span that was said; without one, her shift of now, or her next one."""
    start = request.resolve_time(request.parsed.start) if request.parsed.start else request.at
    end = _parse_end(request, start)
    if end is not None:
        return TimeSpan(start, end)
    ahead = TimeSpan(start, start + override_transitions.SEARCH_AHEAD)
    for stint in merge_consecutive_shifts(list_shifts(state.roster, ahead)):
        if stint.person == person and stint.end > start:
            return TimeSpan(max(stint.start, start), stint.end)
    raise NotAllowed(
        f"<@{person}> has no shift in {state.schedule.name} in the next {override_transitions.SEARCH_AHEAD.days} days."
    )


def _parse_span(request: OnCallRequest, words: str) -> TimeSpan:
    """The day that was said, or the moment."""
    day = parse_whole_day(words, request.at, request.zone)
    at = request.resolve_time(words) if day is None else request.at
    return day or TimeSpan(at, at + INSTANT)
