"""Slack as a pager: a direct message with a button; it also tells whether do-not-disturb is on."""

import asyncio

import structlog

from bot.clock import Clock
from bot.domain.destination import ToPerson, parse_callee
from bot.domain.paging.context import PageContext
from bot.domain.paging.grouping import PageGroup
from bot.domain.paging.page import AttemptStatus, Page, PageAttempt
from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError
from bot.sinks.pagers.base import PageRequest, PagerResponse
from bot.sinks.slack import SlackSink
from bot.store.pages import PageStore
from bot.store.rate_limits import RateLimitStore
from bot.workers.delivery.rate_limiter import GLOBAL_LIMIT, get_channel_limit
from bot.workers.paging.page_messages import PageMessages

log = structlog.get_logger("paging")

SLACK_ERRORS = (TimeoutError, DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError)
SLACK_TIMEOUT = 3.0
"""Seconds. People may have another contact method, so a slow Slack counts as down."""
DND_TIMEOUT = 1.5
"""Seconds for Slack to say whether do-not-disturb is on, which does not matter much."""


class SlackPager:
    """Takes nothing from the rate limits of cards: those use 80 % of Slack's, and pages are few."""

    name = "slack"

    def __init__(self, sink: SlackSink, store: PageStore, limits: RateLimitStore, clock: Clock) -> None:
        self._sink = sink
        self._messages = PageMessages(sink, store, limits, clock)
        self._limits = limits
        self._clock = clock
        self._can_ask = True

    async def send_page(self, request: PageRequest) -> PagerResponse:
        if await self._limits.list_paused([GLOBAL_LIMIT.name], self._clock.now()):
            return PagerResponse(AttemptStatus.LATER, "Slack is down")
        to = parse_callee(request.attempt.person)
        try:
            async with asyncio.timeout(SLACK_TIMEOUT):
                await self._messages.notify_person(request)
        except SLACK_ERRORS as no:
            return _convert_error(no)
        quiet = isinstance(to, ToPerson) and await self._is_do_not_disturb(to.id)
        return PagerResponse(AttemptStatus.QUIET if quiet else AttemptStatus.DELIVERED)

    async def acquire_slot(self, person: str) -> bool:
        """Take one message from the conversation's limit. An outage of Slack is left to `send_page`."""
        at, limit = self._clock.now(), get_channel_limit(parse_callee(person).id)
        if await self._limits.list_paused([GLOBAL_LIMIT.name], at):
            return True
        return not await self._limits.try_acquire([limit], at)

    async def check_connection(self) -> None:
        """Do nothing: `earshot check` tests Slack by itself."""
        return

    async def fetch_outcome(self, attempt: PageAttempt) -> None:  # noqa: ARG002 - it does not say
        return

    async def refresh_page(self, page: Page, context: PageContext, storm: PageGroup) -> PagerResponse:
        if await self._limits.list_paused([GLOBAL_LIMIT.name], self._clock.now()):
            return PagerResponse(AttemptStatus.LATER, "Slack is down")
        try:
            done = await self._messages.refresh_messages(page, context, storm)
        except SLACK_ERRORS as no:
            return _convert_error(no)
        return PagerResponse(AttemptStatus.DELIVERED) if done else PagerResponse(AttemptStatus.LATER, "its limits")

    async def sync_page(self, page: Page) -> PagerResponse:  # noqa: ARG002 - the card says it
        return PagerResponse(AttemptStatus.DELIVERED)

    async def _is_do_not_disturb(self, person: str) -> bool:
        """Return whether do-not-disturb is known to be on."""
        if not self._can_ask:
            return False
        try:
            async with asyncio.timeout(DND_TIMEOUT):
                return await self._sink.is_do_not_disturb(person, self._clock.now().timestamp())
        except SlackRejectedError as no:
            if no.error == "missing_scope":
                self._can_ask = False
        except (TimeoutError, DeliveryUnknownError, NotSentError, RateLimitedError) as no:
            log.info("do-not-disturb not known", reason=type(no).__name__)
        return False


def _convert_error(no: Exception) -> PagerResponse:
    match no:
        case SlackRejectedError():
            return PagerResponse(AttemptStatus.REFUSED, f"Slack says {no.error}")
        case RateLimitedError():
            return PagerResponse(AttemptStatus.LATER, "Slack limits requests")
        case NotSentError():
            return PagerResponse(AttemptStatus.LATER, "Slack is down")
        case _:
            return PagerResponse(AttemptStatus.LOST, "Slack does not answer")
