"""What a person may ask about being on call: who is, and to take, swap, cover and take back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from bot.cards import oncall as cards
from bot.cards import oncall_requests
from bot.cards.drawing import Drawing
from bot.cards.oncall import Shown
from bot.clock import Clock
from bot.domain.decision import NotAllowed
from bot.domain.notification import ScheduleItem
from bot.domain.rules import PlaybookRules
from bot.domain.schedules import changes, requests
from bot.domain.schedules.changed import ScheduleChange, ScheduleOverrides, ScheduleState
from bot.domain.schedules.saying import ShiftRequest, parse_shift_request, parse_time, parse_whole_day
from bot.domain.schedules.schedule import Schedule
from bot.domain.schedules.shifts import (
    find_next_change,
    find_schedule_gaps,
    find_shift,
    list_shifts,
    merge_consecutive_shifts,
)
from bot.domain.spans import TimeSpan
from bot.store.drills import DrillStore
from bot.store.overrides import OverrideStore
from bot.usecases.rota import StoredRota
from bot.usecases.whose import Meant, Whose

INSTANT = timedelta(minutes=1)
"""Wide enough to find the shift that a moment lies in."""


class Zones(Protocol):
    async def zone(self, person: str) -> str:
        """The IANA name of a person's time zone; empty where Slack does not say."""


class Asking(NamedTuple):
    """A wish, read at one instant in one time zone; `own`: it is the asker's own, as Slack has it."""

    by: str
    wish: ShiftRequest
    at: datetime
    zone: str
    own: bool
    meant: Meant
    known: ScheduleState

    def when(self, words: str, after: datetime | None = None) -> datetime:
        return parse_time(words, after or self.at, self.zone)


class OnCall:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    def __init__(
        self,
        store: OverrideStore,
        drills: DrillStore,
        rota: StoredRota,
        rules: PlaybookRules,
        whose: Whose,
        zones: Zones,
        clock: Clock,
    ) -> None:
        self._store = store
        self._drills = drills
        self._rota = rota
        self._rules = rules
        self._whose = whose
        self._zones = zones
        self._clock = clock

    async def show(self, by: str, words: str) -> Drawing:
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
            now = await self._rota.find_on_call(department.name, at)
            then = await self._rota.find_on_call(department.name, now.until) if now.until else None
            shown.append(Shown(department, now, then, drilled.get(department.name)))
        zone = await self._zones.zone(by) or self._rules.time_zone
        return cards.shown(shown, by, zone, at)

    async def take(self, by: str, words: str) -> Drawing:
        """From now, or from a time, until a time, or until somebody else would be on call."""
        asking = await self._asking(by, words)

        def decide(known: ScheduleState) -> ScheduleChange:
            start = asking.when(asking.wish.start) if asking.wish.start else asking.at
            return changes.take_shift(known, by, TimeSpan(start, _end(asking, known, start)), asking.at)

        return cards.made(await self._change(asking, decide), by, asking.zone, own=asking.own, at=asking.at)

    async def swap(self, by: str, words: str) -> Drawing:
        """Asks the other; nothing changes before they accept."""
        asking = await self._asking(by, words)
        other = _other(asking, "Swap with whom? Write it like `/oncall swap @ben`, or `/oncall swap @ben Fri`.")
        await self._whose.check(other, asking.meant.schedule, f"<@{other}> is")
        said = asking.wish.start or asking.meant.rest
        when = _around(asking, said) if said else None
        return await self._ask(asking, lambda known: requests.request_swap(known, by, other, asking.at, when))

    async def cover(self, by: str, words: str) -> Drawing:
        """`me`: by the person who is named, if they accept, or by the first in the channel. Else the asker covers."""
        asking = await self._asking(by, words)
        if asking.wish.people and not asking.wish.me:
            return await self._cover(asking, asking.wish.people[0])
        if asking.wish.people:
            other = asking.wish.people[0]
            await self._whose.check(other, asking.meant.schedule, f"<@{other}> is")
            ask = requests.request_cover_from
            return await self._ask(asking, lambda known: ask(known, by, other, _hers(asking, known, by), asking.at))
        return await self._plead(asking)

    async def _ask(self, asking: Asking, decide: Callable[[ScheduleState], ScheduleChange]) -> Drawing:
        change = await self._change(asking, decide)
        assert change.request is not None
        return oncall_requests.draw_asked(change.request, asking.zone)

    async def accept(self, by: str, thing: str) -> Drawing:
        """The button below a request: what is to be shown in its place."""
        change = await self._by_button(by, thing, lambda known, name, at: requests.accept_request(known, name, by, at))
        zone = await self._zones.zone(by)
        shown = zone or self._schedule(ScheduleItem.parse(thing).schedule).zone
        return cards.made(change, by, shown, own=bool(zone), at=self._clock.now())

    async def decline(self, by: str, thing: str) -> Drawing:
        change = await self._by_button(by, thing, lambda known, name, at: requests.decline_request(known, name, by, at))
        assert change.request is not None
        return oncall_requests.draw_declined(change.request)

    async def _cover(self, asking: Asking, whom: str) -> Drawing:
        def decide(known: ScheduleState) -> ScheduleChange:
            return changes.cover_shift(known, whom, asking.by, _hers(asking, known, whom), asking.at, made_by=asking.by)

        change = await self._change(asking, decide)
        return cards.made(change, asking.by, asking.zone, own=asking.own, at=asking.at)

    async def _plead(self, asking: Asking) -> Drawing:
        found = next((one for one in asking.meant.departments if one.channel), None)
        if found is None:
            raise NotAllowed(
                f"{asking.meant.schedule.name} belongs to no department, so there is no channel to ask in. "
                "Name somebody, like `/oncall cover me by @ben until 08:00`."
            )

        def decide(known: ScheduleState) -> ScheduleChange:
            return changes.request_cover(known, asking.by, _hers(asking, known, asking.by), found.name, asking.at)

        change = await self._change(asking, decide)
        assert change.request is not None
        return cards.pleaded(change.request, found, asking.zone, own=asking.own)

    async def answer(self, by: str, thing: str) -> Drawing:
        """The button below a plea: what is to be shown in its place."""
        change = await self._by_button(
            by, thing, lambda known, name, at: changes.answer_cover_request(known, name, by, at)
        )
        return cards.covered(change)

    async def fill(self, by: str, thing: str) -> Drawing:
        """The button below a hole that was found: what is left of it is hers."""

        def decide(known: ScheduleState, began: str, at: datetime) -> ScheduleChange:
            start = max(at, datetime.fromtimestamp(int(began), UTC))
            left = next(
                iter(find_schedule_gaps(known.roster, TimeSpan(start, start + changes.MAX_OVERRIDE_LENGTH))), None
            )
            if left is None or left.start > start:
                there = find_shift(known.roster, start)
                raise NotAllowed(
                    f"<@{there.person}> is on call then; the hole is filled." if there else "This is over."
                )
            return changes.take_shift(known, by, left, at)

        return cards.filled(await self._by_button(by, thing, decide))

    async def undo(self, by: str, thing: str) -> Drawing:
        """The button below what was changed."""
        schedule = self._schedule(ScheduleItem.parse(thing).schedule)
        manages = (await self._whose.rights(by, schedule)).manages
        change = await self._by_button(
            by, thing, lambda known, name, at: changes.undo_change(known, name, by, is_manager=manages, at=at)
        )
        zone = await self._zones.zone(by)
        return cards.made(change, by, zone or schedule.zone, own=bool(zone), at=self._clock.now())

    async def _by_button(
        self, by: str, thing: str, decide: Callable[[ScheduleState, str, datetime], ScheduleChange]
    ) -> ScheduleChange:
        name, part = ScheduleItem.parse(thing)
        schedule = self._schedule(name)
        await self._whose.check(by, schedule)
        at = self._clock.now()
        known = (await self._rota.known([name]))[name]

        def decide_change(before: ScheduleOverrides) -> ScheduleChange:
            return decide(known._replace(changes=before), part, at)._replace(schedule=name, by=by)

        return await self._store.change(name, decide_change, at)

    def _schedule(self, name: str) -> Schedule:
        found = self._rota.schedule(name)
        if found is None:
            raise NotAllowed("The playbook does not have this schedule any more.")
        return found

    async def _asking(self, by: str, words: str) -> Asking:
        wish = parse_shift_request(words)
        meant = await self._whose.meant(by, wish.rest)
        name = meant.schedule.name
        zone = await self._zones.zone(by)
        known = (await self._rota.known([name]))[name]
        return Asking(by, wish, self._clock.now(), zone or meant.schedule.zone, bool(zone), meant, known)

    async def _change(self, asking: Asking, decide: Callable[[ScheduleState], ScheduleChange]) -> ScheduleChange:
        def decide_change(before: ScheduleOverrides) -> ScheduleChange:
            return decide(asking.known._replace(changes=before))._replace(schedule=name, by=asking.by)

        name = asking.meant.schedule.name
        return await self._store.change(name, decide_change, asking.at)


def _other(asking: Asking, plea: str) -> str:
    if not asking.wish.people:
        raise NotAllowed(plea)
    return asking.wish.people[0]


def _said_end(asking: Asking, start: datetime) -> datetime | None:
    """As it was said, if it was: `until 08:00`, `for 2h`, or just `2h`."""
    words = asking.wish.until or asking.wish.lasting or asking.meant.rest
    return asking.when(words, start) if words else None


def _end(asking: Asking, known: ScheduleState, start: datetime) -> datetime:
    end = _said_end(asking, start) or find_next_change(known.roster, start)
    if end is None:
        raise NotAllowed("Nobody else would come on call by itself, so say until when, like `until 08:00` or `for 2h`.")
    return end


def _hers(asking: Asking, known: ScheduleState, person: str) -> TimeSpan:
    """The span that was said; without one, her shift of now, or her next one."""
    start = asking.when(asking.wish.start) if asking.wish.start else asking.at
    end = _said_end(asking, start)
    if end is not None:
        return TimeSpan(start, end)
    ahead = TimeSpan(start, start + changes.SEARCH_AHEAD)
    for stint in merge_consecutive_shifts(list_shifts(known.roster, ahead)):
        if stint.person == person and stint.end > start:
            return TimeSpan(max(stint.start, start), stint.end)
    raise NotAllowed(f"<@{person}> has no shift in {known.schedule.name} in the next {changes.SEARCH_AHEAD.days} days.")


def _around(asking: Asking, words: str) -> TimeSpan:
    """The day that was said, or the moment."""
    day = parse_whole_day(words, asking.at, asking.zone)
    at = asking.when(words) if day is None else asking.at
    return day or TimeSpan(at, at + INSTANT)
