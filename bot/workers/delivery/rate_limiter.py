"""The way out to Slack: within its limits or not at all, and what its answers mean for whoever comes next."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.cards.block_kit import RenderedMessage
from bot.clock import Clock
from bot.domain.text import format_duration
from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError
from bot.sinks.slack import SentMessage, SlackSink
from bot.store.fencing import is_lease_over
from bot.store.rate_limits import RateLimit
from bot.store.store import Store
from bot.workers.delivery.circuit_breaker import CircuitBreaker
from bot.workers.delivery.pause_window import PauseWindow

log = structlog.get_logger("delivery")

# Slack's own limits (per app and workspace: chat.postMessage about one a second a channel and several hundred a
# minute in all; chat.update 50 a minute) at 80 %, so that a clock that differs from Slack's does no harm.
GLOBAL_LIMIT = RateLimit("slack", 1000, timedelta(milliseconds=1))
"""Never short by itself: what is parked here is parked for all methods."""
POST_LIMIT = RateLimit("post", 8, timedelta(milliseconds=125))
UPDATE_LIMIT = RateLimit("update", 8, timedelta(milliseconds=1500))
READ_LIMIT = RateLimit("history", 4, timedelta(milliseconds=1500))
CHANNEL_INTERVAL = timedelta(milliseconds=1250)

PAUSE_AFTER_REFUSAL = timedelta(seconds=60)
"""A channel that is gone, or a token that is refused, is tried again this often: somebody has to do something."""
CLOCK_TOLERANCE = 60.0
"""Seconds by which Slack's clock may be behind ours when we look for a message that we began to send."""
CLOCK_SKEW_LIMIT = timedelta(minutes=1)
"""Between our clock and Slack's, from which the times that people read are wrong enough to say so."""


def channel_limit(channel: str) -> RateLimit:
    return RateLimit(f"post:{channel}", 1, CHANNEL_INTERVAL)


def unavailable_channel_limit(channel: str) -> RateLimit:
    """Never short by itself: a channel that cannot be written to is parked here, for posts and updates alike."""
    return RateLimit(f"channel:{channel}", 1000, timedelta(milliseconds=1))


class SendDeferredError(Exception):
    """Not now, and certainly not sent: the notification stays where it is."""


def _check_lease() -> None:
    """Asked just before each call: who stood still for so long draws what was true before it."""
    if is_lease_over():
        raise SendDeferredError


class SlackRateLimiter:
    def __init__(self, store: Store, sink: SlackSink, clock: Clock) -> None:
        self._store = store
        self._sink = sink
        self._clock = clock
        self._breaker = CircuitBreaker()
        self._full_channels: dict[str, PauseWindow] = {}
        self._can_read = True

    async def is_paused(self) -> bool:
        """Whether nothing at all may be sent now, so that there is no need to look at what could be."""
        at = self._clock.now()
        return self._breaker.should_wait(at) or bool(await self._store.rate_limits.list_paused([GLOBAL_LIMIT.name], at))

    async def acquire_post(self, channel: str) -> None:
        """Takes one post out of the limits. Raises `SendDeferredError`."""
        if not self.can_post(channel):
            raise SendDeferredError
        wait = await self._acquire_limits(
            GLOBAL_LIMIT, POST_LIMIT, channel_limit(channel), unavailable_channel_limit(channel)
        )
        if wait:
            self._full_channels[channel] = PauseWindow(self._clock.now(), self._clock.now() + wait)
            raise SendDeferredError

    def can_post(self, channel: str) -> bool:
        """Whether it is worth asking, as far as we know without asking: spares the looking up of what cannot go."""
        return not self._full_channels.get(channel, PauseWindow()).is_active(self._clock.now())

    async def acquire_update(self, channel: str) -> None:
        """Takes one update out of the limits. Raises `SendDeferredError`."""
        if await self._acquire_limits(GLOBAL_LIMIT, UPDATE_LIMIT, unavailable_channel_limit(channel)):
            raise SendDeferredError

    async def _acquire_limits(self, *limits: RateLimit) -> timedelta:
        self._check_outage()
        wait = await self._store.rate_limits.try_acquire(limits, self._clock.now())
        if not wait:
            self._check_outage()
            self._breaker.record_attempt(self._clock.now())
        return wait

    def _check_outage(self) -> None:
        """While Slack is unwell one tries for all: what is sent then is likely to be lost, and is not known to be."""
        if self._breaker.should_wait(self._clock.now()):
            raise SendDeferredError

    async def post_message(self, channel: str, drawing: RenderedMessage, name: str) -> SentMessage:
        """Raises `SendDeferredError` where it was certainly not sent, `DeliveryUnknownError` where that is not known,
        `SlackRejectedError`.
        """
        _check_lease()
        began = self._clock.now()
        try:
            sent = await self._sink.post_message(channel, drawing, name)
            await self._store.rate_limits.record_response(channel_limit(channel), self._clock.now())
        except RateLimitedError as slow:
            await self._pause_limit(channel_limit(channel), timedelta(seconds=slow.seconds))
            raise SendDeferredError from slow
        except (NotSentError, DeliveryUnknownError, SlackRejectedError) as no:
            await self._handle_send_error(no, began)
            raise
        await self._record_success()
        await self._check_clock_skew(sent)
        return sent

    async def find_message(self, channel: str, name: str, since: float) -> SentMessage | None:
        """A message of ours whose answer was lost, where reading the channel is granted. Raises `SendDeferredError`."""
        if not self._can_read:
            return None
        if await self._acquire_limits(GLOBAL_LIMIT, READ_LIMIT):
            raise SendDeferredError
        began = self._clock.now()
        try:
            return await self._sink.find_message(channel, name, since - CLOCK_TOLERANCE)
        except RateLimitedError as slow:
            await self._pause_limit(READ_LIMIT, timedelta(seconds=slow.seconds))
            raise SendDeferredError from slow
        except (NotSentError, DeliveryUnknownError) as no:
            await self._record_failure(str(no), began, certain=isinstance(no, NotSentError))
            raise SendDeferredError from no
        except SlackRejectedError as no:
            if no.error == "missing_scope":
                self._can_read = False
            return None

    async def update_message(self, channel: str, ts: str, drawing: RenderedMessage) -> None:
        """Raises `SendDeferredError` where it should be tried again later, sent or not: drawing twice is harmless."""
        await self._run_update(lambda: self._sink.update_message(channel, ts, drawing))

    async def delete_message(self, channel: str, ts: str) -> None:
        """Raises as `update_message` does; that it is gone already is fine."""
        try:
            await self._run_update(lambda: self._sink.delete_message(channel, ts))
        except SlackRejectedError as no:
            log.warning("message not deleted", channel=channel, error=no.error)

    async def _run_update(self, call: Callable[[], Awaitable[None]]) -> None:
        _check_lease()
        began = self._clock.now()
        try:
            await call()
        except RateLimitedError as slow:
            await self._pause_limit(UPDATE_LIMIT, timedelta(seconds=slow.seconds))
            raise SendDeferredError from slow
        except DeliveryUnknownError as lost:
            await self._record_failure(str(lost), began)
            raise SendDeferredError from lost
        except (NotSentError, SlackRejectedError) as no:
            await self._handle_send_error(no, began)
            raise
        await self._record_success()

    async def pin_message(self, channel: str, ts: str) -> None:
        """Says nothing of how Slack is: a card that is not pinned is a card all the same. Raises what the sink does."""
        await self._sink.pin_message(channel, ts)

    async def pause_channel(self, channel: str, length: timedelta) -> None:
        await self._pause_limit(unavailable_channel_limit(channel), length)

    async def _handle_send_error(
        self, no: NotSentError | DeliveryUnknownError | SlackRejectedError, began: datetime
    ) -> None:
        """What an answer says about the calls that come after it."""
        if isinstance(no, SlackRejectedError):
            if no.is_token_refused:
                await self._pause_on_refused_token(no)
                raise SendDeferredError from no
            return
        await self._record_failure(str(no), began, certain=isinstance(no, NotSentError))
        if isinstance(no, NotSentError):
            raise SendDeferredError from no

    async def _pause_on_refused_token(self, no: SlackRejectedError) -> None:
        sentence = (
            f"Slack refuses our token ({no.error}). Check SLACK_BOT_TOKEN and reinstall the app if it was removed."
        )
        await self._pause_limit(GLOBAL_LIMIT, PAUSE_AFTER_REFUSAL)
        await self._report_slack_issue(sentence)

    async def _record_failure(self, reason: str, began: datetime, *, certain: bool = False) -> None:
        """While Slack is away everything waits, a little longer each time."""
        if not self._breaker.record_failure(began, self._clock.now(), certain=certain):
            return
        log.warning("slack unwell", reason=reason, failures=self._breaker.failures)
        if self._breaker.is_on:
            await self._pause_limit(GLOBAL_LIMIT, self._breaker.compute_backoff())
            await self._report_slack_issue("Slack does not answer. What it is owed waits and is sent when it is back.")

    async def _pause_limit(self, limit: RateLimit, length: timedelta) -> None:
        at = self._clock.now()
        await self._store.rate_limits.pause_limit(limit.name, at + length, at)
        log.warning("parked", limit=limit.name, seconds=length.total_seconds())

    async def _report_slack_issue(self, sentence: str) -> None:
        if await self._store.health_issues.save_issue("slack", sentence):
            log.error("slack trouble", trouble=sentence)

    async def _record_success(self) -> None:
        """Asked of the store each time: the trouble may have been told by a process that is gone."""
        self._breaker.record_success()
        if await self._store.health_issues.save_issue("slack", ""):
            log.info("slack is well again")

    async def _check_clock_skew(self, sent: SentMessage) -> None:
        """A message's `ts` is the time at which Slack took it."""
        ahead = self._clock.now().timestamp() - float(sent.ts)
        off = timedelta(seconds=abs(ahead))
        said = (
            f"is {format_duration(off)} {'ahead of' if ahead > 0 else 'behind'} Slack's"
            if off > CLOCK_SKEW_LIMIT
            else ""
        )
        await self._store.health_issues.save_issue(
            "clock", f"This machine's clock {said}. Times on cards are wrong until it is set." if said else ""
        )
