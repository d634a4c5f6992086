"""On call: see who is, take a shift, swap, cover, undo a change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from bot.cards import oncall as cards
from bot.cards import oncall_requests
from bot.cards.block_kit import RenderedMessage
from bot.cards.oncall import OnCallSummary
from bot.clock import Clock
from bot.domain.commits import NotAllowed
from bot.domain.oncall import cover_requests, override_transitions
from bot.domain.oncall.overrides import ScheduleChange, ScheduleOverrides, ScheduleState
from bot.domain.oncall.schedule import Schedule
from bot.domain.oncall.shifts import find_schedule_gaps, find_shift
from bot.domain.oncall.time_parser import parse_shift_request
from bot.domain.outbox import ScheduleItem
from bot.domain.periods import TimeSpan
from bot.domain.rules import PlaybookRules
from bot.store.drills import DrillStore
from bot.store.oncall import OverrideStore
from bot.usecases.on_call_lookup import StoredOnCallLookup
from bot.usecases.oncall_request import OnCallRequest
from bot.usecases.schedule_permissions import SchedulePermissions

DecideChange = Callable[[ScheduleState], ScheduleChange]


class TimeZoneLookup(Protocol):
    async def find_time_zone(self, person: str) -> str:
        """Return the IANA name of a person's time zone; empty if Slack does not say."""


@dataclass(frozen=True, slots=True)
class OnCallUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _store: OverrideStore
    _drills: DrillStore
    _on_call: StoredOnCallLookup
    _rules: PlaybookRules
    _permissions: SchedulePermissions
    _zones: TimeZoneLookup
    _clock: Clock

    async def show_on_call(self, by: str, words: str) -> RenderedMessage:
        """Show who is on call now and next, for all departments or the named one."""
        wanted = words.strip().casefold()
        departments = self._rules.list_departments()
        named = [one for one in departments if wanted in {one.name.casefold(), *map(str.casefold, one.schedules)}]
        if wanted and not named:
            names = ", ".join(one.name for one in departments)
            hint = "`/oncall help` lists what you can do."
            raise NotAllowed(f"No department of that name. Departments: {names}. {hint}")
        at = self._clock.now()
        shown, drilled = [], await self._drills.load_drills()
        for department in named or departments:
            now = await self._on_call.find_on_call(department.name, at)
            then = await self._on_call.find_on_call(department.name, now.until) if now.until else None
            shown.append(OnCallSummary(department, now, then, drilled.get(department.name)))
        zone = await self._zones.find_time_zone(by) or self._rules.time_zone
        return cards.render_oncall(shown, by, zone, at)

    async def take_shift(self, by: str, words: str) -> RenderedMessage:
        """Take a shift from now or a time, until a time or until another person would be on call."""
        request = await self._parse_request(by, words)

        def decide(state: ScheduleState) -> ScheduleChange:
            start = request.resolve_start()
            span = TimeSpan(start, request.find_end(state, start))
            return override_transitions.take_shift(state, by, span, request.at)

        change = await self._apply_change(request, decide)
        return cards.render_override(change, by, request.zone, own=request.own, at=request.at)

    async def swap_shifts(self, by: str, words: str) -> RenderedMessage:
        """Ask another person to swap; nothing changes before they accept."""
        request = await self._parse_request(by, words)
        if not request.parsed.people:
            raise NotAllowed("Swap with whom? Type it like `/oncall swap @ben`, or `/oncall swap @ben Fri`.")
        other = request.parsed.people[0]
        await self._permissions.check(other, request.target.schedule, f"<@{other}> isn't")
        when = request.parsed.start or request.target.rest
        span = request.parse_span(when) if when else None
        request_swap = cover_requests.request_swap
        return await self._send_request(request, lambda state: request_swap(state, by, other, request.at, span))

    async def cover_shift(self, by: str, words: str) -> RenderedMessage:
        """Cover another person's shift; with `me`, ask a named person or the channel to cover the asker's."""
        request = await self._parse_request(by, words)
        if not request.parsed.people:
            return await self._request_cover(request)
        other = request.parsed.people[0]
        if not request.parsed.me:
            return await self._cover_directly(request, other)
        await self._permissions.check(other, request.target.schedule, f"<@{other}> isn't")

        def decide(state: ScheduleState) -> ScheduleChange:
            return cover_requests.request_cover_from(state, by, other, request.find_span(state, by), request.at)

        return await self._send_request(request, decide)

    async def _send_request(self, request: OnCallRequest, decide: DecideChange) -> RenderedMessage:
        change = await self._apply_change(request, decide)
        assert change.request is not None
        return oncall_requests.render_request_sent(change.request, request.zone)

    async def accept_request(self, by: str, change_ref: str) -> RenderedMessage:
        """Accept a request by its button; return what replaces it."""
        accept = cover_requests.accept_request
        change = await self._change_by_button(by, change_ref, lambda state, name, at: accept(state, name, by, at))
        zone = await self._zones.find_time_zone(by)
        shown = zone or self._get_schedule(ScheduleItem.parse(change_ref).schedule).zone
        return cards.render_override(change, by, shown, own=bool(zone), at=self._clock.now())

    async def decline_request(self, by: str, change_ref: str) -> RenderedMessage:
        decline = cover_requests.decline_request
        change = await self._change_by_button(by, change_ref, lambda state, name, at: decline(state, name, by, at))
        assert change.request is not None
        return oncall_requests.render_request_declined(change.request)

    async def _cover_directly(self, request: OnCallRequest, person: str) -> RenderedMessage:
        def decide(state: ScheduleState) -> ScheduleChange:
            span, by = request.find_span(state, person), request.by
            return override_transitions.cover_shift(state, person, by, span, request.at, made_by=by)

        change = await self._apply_change(request, decide)
        return cards.render_override(change, request.by, request.zone, own=request.own, at=request.at)

    async def _request_cover(self, request: OnCallRequest) -> RenderedMessage:
        found = next((one for one in request.target.departments if one.channel), None)
        if found is None:
            raise NotAllowed(
                f"{request.target.schedule.name} has no department, so there is no channel to ask in. "
                "Name somebody, like `/oncall cover me by @ben until 08:00`."
            )

        def decide(state: ScheduleState) -> ScheduleChange:
            span = request.find_span(state, request.by)
            return override_transitions.request_cover(state, request.by, span, found.name, request.at)

        change = await self._apply_change(request, decide)
        assert change.request is not None
        return cards.render_cover_requested(change.request, found, request.zone, own=request.own)

    async def answer_cover_request(self, by: str, change_ref: str) -> RenderedMessage:
        """Answer a cover request by its button; return what replaces it."""
        answer = override_transitions.answer_cover_request
        change = await self._change_by_button(by, change_ref, lambda state, name, at: answer(state, name, by, at))
        return cards.render_covered(change)

    async def fill_gap(self, by: str, change_ref: str) -> RenderedMessage:
        """Take what is left of a gap, by the button of its alert."""

        def decide(state: ScheduleState, began: str, at: datetime) -> ScheduleChange:
            start = max(at, datetime.fromtimestamp(int(began), UTC))
            span = TimeSpan(start, start + override_transitions.MAX_OVERRIDE_LENGTH)
            gap = next(iter(find_schedule_gaps(state.roster, span)), None)
            if gap is None or gap.start > start:
                shift = find_shift(state.roster, start)
                raise NotAllowed(f"<@{shift.person}> is already on call then." if shift else "This gap is in the past.")
            return override_transitions.take_shift(state, by, gap, at)

        return cards.render_gap_filled(await self._change_by_button(by, change_ref, decide))

    async def undo_change(self, by: str, change_ref: str) -> RenderedMessage:
        """Undo a change by its button."""
        schedule = self._get_schedule(ScheduleItem.parse(change_ref).schedule)
        manages = (await self._permissions.load_rights(by, schedule)).is_manager
        undo = partial(override_transitions.undo_change, is_manager=manages)
        change = await self._change_by_button(by, change_ref, lambda state, name, at: undo(state, name, by, at=at))
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
            raise NotAllowed("This schedule is no longer in the playbook.")
        return found

    async def _parse_request(self, by: str, words: str) -> OnCallRequest:
        parsed = parse_shift_request(words)
        target = await self._permissions.resolve_schedule(by, parsed.rest)
        name = target.schedule.name
        zone = await self._zones.find_time_zone(by)
        state = (await self._on_call.load_schedule_states([name]))[name]
        return OnCallRequest(by, parsed, self._clock.now(), zone or target.schedule.zone, bool(zone), target, state)

    async def _apply_change(self, request: OnCallRequest, decide: DecideChange) -> ScheduleChange:
        def decide_change(before: ScheduleOverrides) -> ScheduleChange:
            return decide(request.state._replace(changes=before))._replace(schedule=name, by=request.by)

        name = request.target.schedule.name
        return await self._store.change(name, decide_change, request.at)
