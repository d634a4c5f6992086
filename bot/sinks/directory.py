"""Who is in a Slack user group, remembered for a while: usergroups.* is a slow lane of Slack's."""

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.sinks.outcomes import Ambiguous, RateLimited, Rejected, Unsent
from bot.sinks.slack import SlackSink

log = structlog.get_logger("directory")

FRESH_FOR = timedelta(minutes=5)
ASKED_AGAIN = timedelta(seconds=10)
"""Where Slack did not say: fifty who press meanwhile do not wait for it one after another."""


class SlackDirectory:
    def __init__(self, sink: SlackSink, clock: Clock) -> None:
        self._sink = sink
        self._clock = clock
        self._known: dict[str, tuple[datetime, frozenset[str] | None]] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def members(self, group: str) -> frozenset[str] | None:
        """The last known people where Slack does not answer, and None where it never did."""
        async with self._asking[group]:  # fifty who press at once are one question to Slack
            return await self._members(group)

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
