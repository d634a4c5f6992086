"""A cache of Slack user groups and profiles: the rate limits of these methods are low."""

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError
from bot.sinks.slack import SlackProfile, SlackSink

log = structlog.get_logger("directory")

GROUP_TTL = timedelta(minutes=5)
RETRY_AFTER = timedelta(seconds=10)
"""After a failed call: concurrent requests must not wait for it one after another."""
PROFILE_TTL = timedelta(hours=12)
"""People who travel change their time zone."""

UNKNOWN_PERSON = frozenset({"user_not_found", "user_not_visible", "users_not_found"})


class SlackDirectory:
    def __init__(self, sink: SlackSink, clock: Clock) -> None:
        self._sink = sink
        self._clock = clock
        self._groups: dict[str, tuple[datetime, frozenset[str] | None]] = {}
        self._profiles: dict[str, tuple[datetime, SlackProfile]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def list_members(self, group: str) -> frozenset[str] | None:
        """Return the last known members if Slack does not answer; None if it never did."""
        async with self._locks[group]:  # concurrent requests make one call
            return await self._load_members(group)

    async def find_time_zone(self, person: str) -> str:
        """Return the IANA name of a person's time zone; empty if unknown."""
        zone = (await self._load_profile(person)).zone
        try:
            ZoneInfo(zone)
        except (ValueError, KeyError, OSError):  # no zone's name, or none that this machine has
            return ""
        return zone

    async def find_name(self, person: str) -> str:
        """Return the name as Slack shows it; empty if Slack does not say."""
        return (await self._load_profile(person)).name

    async def find_display_name(self, person: str) -> str:
        """Return the name behind the @ of a mention; empty if Slack does not say."""
        known = await self._load_profile(person)
        return known.display_name or known.name

    async def find_team(self, person: str) -> str:
        """Return a person's workspace or organisation; empty if Slack does not say."""
        return (await self._load_profile(person)).team

    async def is_active(self, person: str) -> bool:
        """Return False for a bot, a person who has left, and an unknown id; True if Slack does not say."""
        return (await self._load_profile(person)).is_active

    async def _load_profile(self, person: str) -> SlackProfile:
        async with self._locks[person]:
            at = self._clock.now()
            asked, known = self._profiles.get(person, (None, SlackProfile("", "")))
            if asked is not None and at - asked < (PROFILE_TTL if known.name else GROUP_TTL):
                return known
            try:
                known = await self._sink.fetch_profile(person)
            except (DeliveryUnknownError, RateLimitedError, SlackRejectedError, NotSentError) as no:
                log.warning("person not read", person=person, reason=str(no))
                if isinstance(no, SlackRejectedError) and no.error in UNKNOWN_PERSON:
                    known = SlackProfile("", "", is_active=False)
            self._profiles[person] = (at, known)
            return known

    def forget(self, group: str) -> None:
        """Drop a group that we have changed."""
        self._groups.pop(group, None)

    async def _load_members(self, group: str) -> frozenset[str] | None:
        at = self._clock.now()
        asked, people = self._groups.get(group, (None, None))
        if asked is not None and at - asked < (GROUP_TTL if people is not None else RETRY_AFTER):
            return people
        try:
            people = await self._sink.list_members(group)
        except (DeliveryUnknownError, RateLimitedError, SlackRejectedError, NotSentError) as no:
            log.warning("user group not read", group=group, reason=str(no))
        self._groups[group] = (at, people)
        return people
