"""Who is in a Slack user group and where people are, remembered for a while: usergroups.* is a slow lane of Slack's."""

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from bot.sinks.outcomes import Ambiguous, RateLimited, Rejected, Unsent
from bot.sinks.slack import Person, SlackSink

log = structlog.get_logger("directory")

FRESH_FOR = timedelta(minutes=5)
ASKED_AGAIN = timedelta(seconds=10)
"""Where Slack did not say: fifty who press meanwhile do not wait for it one after another."""


PEOPLE_FRESH_FOR = timedelta(hours=12)
"""People who travel change theirs; Slack is asked again the next day at the latest."""


class SlackDirectory:
    def __init__(self, sink: SlackSink, clock: Clock) -> None:
        self._sink = sink
        self._clock = clock
        self._known: dict[str, tuple[datetime, frozenset[str] | None]] = {}
        self._people: dict[str, tuple[datetime, Person]] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def members(self, group: str) -> frozenset[str] | None:
        """The last known people where Slack does not answer, and None where it never did."""
        async with self._asking[group]:  # fifty who press at once are one question to Slack
            return await self._members(group)

    async def zone(self, person: str) -> str:
        """The IANA name of a person's time zone; empty where Slack does not say, or says one that nobody knows."""
        zone = (await self._about(person)).zone
        try:
            ZoneInfo(zone)
        except (ValueError, KeyError, OSError):  # no zone's name, or none that this machine has
            return ""
        return zone

    async def name(self, person: str) -> str:
        """As Slack shows it; empty where Slack does not say."""
        return (await self._about(person)).name

    async def _about(self, person: str) -> Person:
        async with self._asking[person]:
            at = self._clock.now()
            asked, known = self._people.get(person, (None, Person("", "")))
            if asked is not None and at - asked < (PEOPLE_FRESH_FOR if known.name else FRESH_FOR):
                return known
            try:
                known = await self._sink.person(person)
            except (Ambiguous, RateLimited, Rejected, Unsent) as no:
                log.warning("person not read", person=person, reason=str(no))
            self._people[person] = (at, known)
            return known

    def forget(self, group: str) -> None:
        """It was changed, by ourselves."""
        self._known.pop(group, None)

    async def _members(self, group: str) -> frozenset[str] | None:
        at = self._clock.now()
        asked, people = self._known.get(group, (None, None))
        if asked is not None and at - asked < (FRESH_FOR if people is not None else ASKED_AGAIN):
            return people
        try:
            people = await self._sink.members(group)
        except (Ambiguous, RateLimited, Rejected, Unsent) as no:
            log.warning("user group not read", group=group, reason=str(no))
        self._known[group] = (at, people)
        return people
