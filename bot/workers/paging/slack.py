"""Slack as a pager: a direct message with a button. It waits for nobody, and asks whether somebody is disturbed."""

import asyncio

import structlog

from bot.clock import Clock
from bot.domain.destination import ToPerson, parse_callee
from bot.domain.pages.matter import PageContext
from bot.domain.pages.page import AttemptStatus, Page, PageAttempt, PageGroup
from bot.sinks.outcomes import Ambiguous, RateLimited, Rejected, Unsent
from bot.sinks.pagers.base import Call, Told
from bot.sinks.slack import SlackSink
from bot.store.limits import RateLimitStore
from bot.store.pages import PageStore
from bot.workers.delivery.gate import EVERYTHING, channel_limit
from bot.workers.paging.messages import PageMessages

log = structlog.get_logger("paging")

SLACK_WITHIN = 3.0
"""Seconds. Who is called by Slack may have another way, so a Slack that is slow is one that is down."""
ASKED_WITHIN = 1.5
"""Seconds for Slack to say whether somebody may be disturbed; it does not matter much."""


class SlackPager:
    """Takes nothing out of the buckets of cards: they are spent at 80 %, and pages are few."""

    name = "slack"

    def __init__(self, sink: SlackSink, store: PageStore, limits: RateLimitStore, clock: Clock) -> None:
        self._sink = sink
        self._messages = PageMessages(sink, store, limits, clock)
        self._limits = limits
        self._clock = clock
        self._may_ask = True

    async def call(self, call: Call) -> Told:
        if await self._limits.list_paused([EVERYTHING.name], self._clock.now()):
            return Told(AttemptStatus.LATER, "Slack is down")
        to = parse_callee(call.attempt.person)
        try:
            async with asyncio.timeout(SLACK_WITHIN):
                await self._messages.ring(call)
        except (TimeoutError, Ambiguous, Unsent, RateLimited, Rejected) as no:
            return _ended(no)
        quiet = isinstance(to, ToPerson) and await self._quiet(to.id)
        return Told(AttemptStatus.QUIET if quiet else AttemptStatus.DELIVERED)

    async def room(self, person: str) -> bool:
        """Slack takes one message a second in a conversation. A Slack that is down is `call`'s to find out."""
        at, limit = self._clock.now(), channel_limit(parse_callee(person).id)
        if await self._limits.list_paused([EVERYTHING.name], at):
            return True
        return not await self._limits.try_acquire([limit], at)

    async def tried(self) -> None:
        """`earshot check` tries Slack by itself."""
        return

    async def became(self, attempt: PageAttempt) -> None:  # noqa: ARG002 - it does not say
        return

    async def refresh(self, page: Page, matter: PageContext, storm: PageGroup) -> Told:
        if await self._limits.list_paused([EVERYTHING.name], self._clock.now()):
            return Told(AttemptStatus.LATER, "Slack is down")
        try:
            done = await self._messages.refresh(page, matter, storm)
        except (TimeoutError, Ambiguous, Unsent, RateLimited, Rejected) as no:
            return _ended(no)
        return Told(AttemptStatus.DELIVERED) if done else Told(AttemptStatus.LATER, "its limits")

    async def settle(self, page: Page) -> Told:  # noqa: ARG002 - the card says it
        return Told(AttemptStatus.DELIVERED)

    async def _quiet(self, person: str) -> bool:
        """Whether do-not-disturb is known to be on. Not to know is fine."""
        if not self._may_ask:
            return False
        try:
            async with asyncio.timeout(ASKED_WITHIN):
                return await self._sink.do_not_disturb(person, self._clock.now().timestamp())
        except Rejected as no:
            if no.error == "missing_scope":
                self._may_ask = False
        except (TimeoutError, Ambiguous, Unsent, RateLimited) as no:
            log.info("do-not-disturb not known", reason=type(no).__name__)
        return False


def _ended(no: TimeoutError | Ambiguous | Unsent | RateLimited | Rejected) -> Told:
    match no:
        case Rejected():
            return Told(AttemptStatus.REFUSED, f"Slack says {no.error}")
        case RateLimited():
            return Told(AttemptStatus.LATER, "Slack wants us to wait")
        case Unsent():
            return Told(AttemptStatus.LATER, "Slack is down")
        case _:
            return Told(AttemptStatus.LOST, "Slack does not answer")
