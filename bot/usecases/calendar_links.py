"""Calendar links: a secret address at which a person's or a schedule's shifts can be subscribed to."""

import hashlib
from dataclasses import dataclass
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
"""Names the secret that signs the links."""
CALENDAR_PATH = "/oncall"
REVOKE = "revoke"


class NameLookup(Protocol):
    async def find_name(self, person: str) -> str:
        """Return the name as Slack shows it; empty if Slack does not say."""


class RenderedCalendar(NamedTuple):
    """`tag` changes when the shifts do."""

    text: str
    tag: str


@dataclass(slots=True)
class CalendarLinks:
    """`public_url` is our address as seen from outside; without one there are no links."""

    _store: CalendarLinkStore
    _secrets: SigningSecretStore
    _on_call: StoredOnCallLookup
    _permissions: SchedulePermissions
    _names: NameLookup
    _clock: Clock
    public_url: str = ""

    async def create_link(self, by: str, words: str) -> RenderedMessage:
        """Create a link for the person's own shifts or a named schedule; `revoke` invalidates the link before it."""
        wanted = words.split()
        revoked = bool(wanted) and wanted[0].casefold() == REVOKE
        named = " ".join(wanted[1:] if revoked else wanted)
        if not self.public_url:
            raise NotAllowed(
                "Earshot doesn't know its own address, so it can't offer a calendar. "
                "Ask an admin to set EARSHOT_PUBLIC_URL."
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
        """Return the calendar of a link, or None if it is invalid or revoked. Raises `StoreUnavailable`."""
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
        """Return shifts in order of start, without those cut by the old end, whose start is not known."""
        at = self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        span = TimeSpan(at - OVERRIDE_RETENTION + timedelta(days=1), at + SEARCH_AHEAD)
        rosters = await self._on_call.load_rosters(schedules)
        found = [(shift, name) for name, roster in rosters.items() for shift in list_shifts(roster, span)]
        return sorted(found, key=lambda one: (one[0].start, one[1]))

    async def _build_event(self, shift: Shift, schedule: str, *, alone: bool) -> CalendarEvent:
        name = "" if alone else await self._names.find_name(shift.person) or shift.person
        title = f"On call: {schedule}" if alone else f"{name} on call ({schedule})"
        event_id = derive_change_id(schedule, "feed", shift.person, shift.source, shift.start)
        return CalendarEvent(event_id, shift.start, shift.end, title)
