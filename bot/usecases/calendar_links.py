"""Calendars of ours: an address for a person's shifts or for a schedule's, and what is found there."""

import hashlib
from datetime import timedelta
from typing import NamedTuple, Protocol

from bot.calendars.ical_writer import CalendarEvent, render_ical
from bot.cards import oncall as cards
from bot.cards.block_kit import RenderedMessage
from bot.clock import Clock
from bot.domain.department import is_person
from bot.domain.errors import NotAllowed
from bot.domain.oncall.calendar_link import CalendarLink, sign_calendar_link, verify_calendar_link
from bot.domain.oncall.override_transitions import SEARCH_AHEAD
from bot.domain.oncall.overrides import OVERRIDE_RETENTION
from bot.domain.oncall.schedule import Shift, derive_change_id
from bot.domain.oncall.shifts import list_shifts
from bot.domain.periods import TimeSpan
from bot.store.calendars import CalendarLinkStore
from bot.store.signing_secrets import SigningSecretStore
from bot.usecases.on_call_lookup import StoredOnCallLookup
from bot.usecases.schedule_permissions import SchedulePermissions

SIGNING_PURPOSE = "calendar"
"""What the addresses are signed with."""
CALENDAR_PATH = "/oncall"
REVOKE = "revoke"


class NameLookup(Protocol):
    async def find_name(self, person: str) -> str:
        """As Slack shows it; empty where Slack does not say."""


class RenderedCalendar(NamedTuple):
    """`tag` is the same for as long as the shifts are."""

    text: str
    tag: str


class CalendarLinks:
    """`public_url` is how our site is reached from outside; without one there are no addresses."""

    def __init__(
        self,
        store: CalendarLinkStore,
        secrets: SigningSecretStore,
        rota: StoredOnCallLookup,
        whose: SchedulePermissions,
        names: NameLookup,
        clock: Clock,
        public_url: str = "",
    ) -> None:
        self._store = store
        self._secrets = secrets
        self._on_call = rota
        self._permissions = whose
        self._names = names
        self._clock = clock
        self.public_url = public_url

    async def create_link(self, by: str, words: str) -> RenderedMessage:
        """Of one's own shifts, or of a schedule that is named. With `revoke`, the one there was is good no more."""
        wanted = words.split()
        revoked = bool(wanted) and wanted[0].casefold() == REVOKE
        named = " ".join(wanted[1:] if revoked else wanted)
        if not self.public_url:
            raise NotAllowed(
                "Earshot does not know its own address, so there is no calendar to subscribe to. "
                "An admin can say it in EARSHOT_PUBLIC_URL."
            )
        feed = await self._load_link(by, named, revoked=revoked)
        secret = await self._secrets.load_secret(SIGNING_PURPOSE)
        url = f"{self.public_url.rstrip('/')}{CALENDAR_PATH}/{sign_calendar_link(secret, feed)}.ics"
        return cards.render_calendar_link(url, "" if is_person(feed.owner) else feed.owner, named, revoked=revoked)

    async def _load_link(self, by: str, named: str, *, revoked: bool) -> CalendarLink:
        whose = (await self._permissions.resolve_schedule(by, named)).schedule.name if named else by
        serial = await (self._store.revoke_link(whose) if revoked else self._store.load_serial(whose))
        return CalendarLink(whose, serial)

    async def render_calendar(self, link_token: str) -> RenderedCalendar | None:
        """What stands at an address; None where it is none of ours, or was taken back. Raises `StoreUnavailable`."""
        feed = verify_calendar_link(await self._secrets.load_secret(SIGNING_PURPOSE), link_token)
        if feed is None or feed.serial != await self._store.load_serial(feed.owner):
            return None
        person = feed.owner if is_person(feed.owner) else ""
        schedules = self._on_call.get_schedules()
        wanted = tuple(schedules) if person else (feed.owner,)
        if not person and feed.owner not in schedules:
            return None
        entries = [entry for entry in await self._list_shifts(wanted) if not person or entry[0].person == person]
        at = self._clock.now()
        title = "On call" if person else f"On call: {feed.owner}"
        lines = [await self._build_event(shift, name, alone=bool(person)) for shift, name in entries]
        tag = hashlib.blake2b(repr((title, lines)).encode(), digest_size=12).hexdigest()
        return RenderedCalendar(render_ical(title, lines, at), tag)

    async def _list_shifts(self, schedules: tuple[str, ...]) -> list[tuple[Shift, str]]:
        """In the order of their starts, without the one that has just left at the old end, whose start is not known."""
        at = self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        span = TimeSpan(at - OVERRIDE_RETENTION + timedelta(days=1), at + SEARCH_AHEAD)
        rosters = await self._on_call.load_rosters(schedules)
        found = [(shift, name) for name, roster in rosters.items() for shift in list_shifts(roster, span)]
        return sorted(found, key=lambda one: (one[0].start, one[1]))

    async def _build_event(self, shift: Shift, schedule: str, *, alone: bool) -> CalendarEvent:
        name = "" if alone else await self._names.find_name(shift.person) or shift.person
        title = f"On call: {schedule}" if alone else f"{name} on call ({schedule})"
        return CalendarEvent(
            derive_change_id(schedule, "feed", shift.person, shift.source, shift.start), shift.start, shift.end, title
        )
