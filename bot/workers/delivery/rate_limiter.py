"""Calls to Slack within its rate limits, and the backoff that its answers ask for."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from bot.cards.block_kit import RenderedMessage
from bot.clock import Clock
from bot.domain.text import format_duration
from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError
from bot.sinks.slack import SentMessage, SlackSink
from bot.store.fencing import is_lease_over
from bot.store.rate_limits import RateLimit
from bot.store.store import Store
from bot.workers.delivery.circuit_breaker import CircuitBreaker, PauseWindow

log = structlog.get_logger("delivery")

T = TypeVar("T")
SlackError = NotSentError | DeliveryUnknownError | SlackRejectedError

# Slack's own limits (per app and workspace: chat.postMessage about one a second a channel and several hundred a
# minute in all; chat.update 50 a minute) at 80 %, so that a clock that differs from Slack's does no harm.
GLOBAL_LIMIT = RateLimit("slack", 1000, timedelta(milliseconds=1))
"""Never short by itself: a pause of it is a pause of all methods."""
POST_LIMIT = RateLimit("post", 8, timedelta(milliseconds=125))
UPDATE_LIMIT = RateLimit("update", 8, timedelta(milliseconds=1500))
FILE_LIMIT = RateLimit("files", 8, timedelta(milliseconds=1500))
READ_LIMIT = RateLimit("history", 4, timedelta(milliseconds=1500))
CHANNEL_INTERVAL = timedelta(milliseconds=1250)
PAUSE_AFTER_REFUSAL = timedelta(seconds=60)
"""Between tries of a channel that is gone or a token that is refused: a person has to act."""
CLOCK_TOLERANCE = 60.0
"""Seconds by which Slack's clock may be behind ours when we search for a message of ours."""
CLOCK_SKEW_LIMIT = timedelta(minutes=1)
"""Difference between our clock and Slack's from which the times on cards are reported as wrong."""


def get_channel_limit(channel: str) -> RateLimit:
    return RateLimit(f"post:{channel}", 1, CHANNEL_INTERVAL)


def get_unavailable_channel_limit(channel: str) -> RateLimit:
    """Return the limit that pauses posts and updates in a channel that cannot be written to."""
    return RateLimit(f"channel:{channel}", 1000, timedelta(milliseconds=1))


class SendDeferredError(Exception):
    """Not sent now: the notification stays pending."""


class BlocksRefusedError(Exception):
    """Not sent, because Slack refused the blocks: the next try sends simpler ones. Other messages go first."""


def _check_lease() -> None:
    """Raise `SendDeferredError` if the lease is over: a process that stood still would post what was true then."""
    if is_lease_over():
        raise SendDeferredError


class SlackRateLimiter:
    def __init__(self, store: Store, sink: SlackSink, clock: Clock) -> None:
        self._store = store
        self._sink = sink
        self._clock = clock
        self._breaker = CircuitBreaker()
        self._full_channels: dict[str, PauseWindow] = {}
        self._unreadable = set[str]()

    async def is_paused(self) -> bool:
        """Return whether nothing at all may be sent now."""
        at = self._clock.now()
        return self._breaker.should_wait(at) or bool(await self._store.rate_limits.list_paused([GLOBAL_LIMIT.name], at))

    async def acquire_post(self, channel: str) -> None:
        """Take one post from the limits. Raises `SendDeferredError`."""
        if not self.can_post(channel):
            raise SendDeferredError
        limits = (GLOBAL_LIMIT, POST_LIMIT, get_channel_limit(channel), get_unavailable_channel_limit(channel))
        if wait := await self._acquire_limits(*limits):
            self._full_channels[channel] = PauseWindow(self._clock.now(), self._clock.now() + wait)
            raise SendDeferredError

    def can_post(self, channel: str) -> bool:
        """Return False if the channel's limit is known to be used up; costs no call to the store."""
        return not self._full_channels.get(channel, PauseWindow()).is_active(self._clock.now())

    async def acquire_update(self, channel: str) -> None:
        """Take one update from the limits. Raises `SendDeferredError`."""
        if await self._acquire_limits(GLOBAL_LIMIT, UPDATE_LIMIT, get_unavailable_channel_limit(channel)):
            raise SendDeferredError

    async def _acquire_limits(self, *limits: RateLimit) -> timedelta:
        self._check_outage()
        wait = await self._store.rate_limits.try_acquire(limits, self._clock.now())
        if not wait:
            self._check_outage()
            self._breaker.record_attempt(self._clock.now())
        return wait

    def _check_outage(self) -> None:
        """Raise `SendDeferredError` while the circuit breaker is open."""
        if self._breaker.should_wait(self._clock.now()):
            raise SendDeferredError

    async def post_message(self, channel: str, drawing: RenderedMessage, name: str, thread: str = "") -> SentMessage:
        """Raises `SendDeferredError` (not sent), `DeliveryUnknownError` (perhaps sent) or `SlackRejectedError`."""
        _check_lease()
        began = self._clock.now()
        try:
            sent = await self._sink.post_message(channel, drawing, name, thread=thread)
            await self._store.rate_limits.record_response(get_channel_limit(channel), self._clock.now())
        except RateLimitedError as slow:
            await self._pause_limit(get_channel_limit(channel), timedelta(seconds=slow.seconds))
            raise SendDeferredError from slow
        except (NotSentError, DeliveryUnknownError, SlackRejectedError) as no:
            await self._handle_send_error(no, began)
            raise
        await self._record_success()
        await self._check_clock_skew(sent)
        return sent

    async def find_message(self, channel: str, name: str, since: float, thread: str = "") -> SentMessage | None:
        """Return a message whose answer was lost, if we may read the channel. Raises `SendDeferredError`."""
        if channel in self._unreadable:
            return None
        if await self._acquire_limits(GLOBAL_LIMIT, READ_LIMIT):
            raise SendDeferredError
        began = self._clock.now()
        try:
            return await self._sink.find_message(channel, name, since - CLOCK_TOLERANCE, thread)
        except RateLimitedError as slow:
            await self._pause_limit(READ_LIMIT, timedelta(seconds=slow.seconds))
            raise SendDeferredError from slow
        except (NotSentError, DeliveryUnknownError) as no:
            await self._record_failure(str(no), began, certain=isinstance(no, NotSentError))
            raise SendDeferredError from no
        except SlackRejectedError as no:
            if no.error == "missing_scope":
                self._unreadable.add(channel)  # of a private one: the scope for public ones may be granted
            return None

    async def update_message(self, channel: str, ts: str, drawing: RenderedMessage) -> None:
        """Raises `SendDeferredError` if it should be tried again, sent or not: updating twice is harmless."""
        await self._run_update(lambda: self._sink.update_message(channel, ts, drawing))

    async def delete_message(self, channel: str, ts: str) -> None:
        """Delete a message, if it is still there. Raises as `update_message` does."""
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

    async def acquire_file(self) -> None:
        """Take one file from the limits. Raises `SendDeferredError`."""
        if await self._acquire_limits(GLOBAL_LIMIT, FILE_LIMIT):
            raise SendDeferredError

    async def call_file_method(self, call: Callable[[], Awaitable[T]]) -> T:
        """Raises `SendDeferredError` (not done), `DeliveryUnknownError` (perhaps done) or `SlackRejectedError`.

        A missing scope is the matter of files alone: everything else is sent.
        """
        _check_lease()
        began = self._clock.now()
        try:
            return await call()
        except RateLimitedError as slow:
            await self._pause_limit(FILE_LIMIT, timedelta(seconds=slow.seconds))
            raise SendDeferredError from slow
        except NotSentError as no:
            await self._record_failure(str(no), began, certain=True)
            raise SendDeferredError from no
        except DeliveryUnknownError as lost:
            await self._record_failure(str(lost), began)
            raise

    async def pin_message(self, channel: str, ts: str) -> None:
        """Pin a message; a failure does not count for the circuit breaker. Raises what the sink does."""
        await self._sink.pin_message(channel, ts)

    async def pause_channel(self, channel: str, length: timedelta) -> None:
        await self._pause_limit(get_unavailable_channel_limit(channel), length)

    async def _handle_send_error(self, no: SlackError, began: datetime) -> None:
        """Pause further calls as the error demands. Raises `SendDeferredError` if the call was certainly not sent."""
        if isinstance(no, SlackRejectedError):
            if no.is_token_refused:
                await self._pause_on_refused_token(no)
                raise SendDeferredError from no
            return
        await self._record_failure(str(no), began, certain=isinstance(no, NotSentError))
        if isinstance(no, NotSentError):
            raise SendDeferredError from no

    async def _pause_on_refused_token(self, no: SlackRejectedError) -> None:
        fix = "Check SLACK_BOT_TOKEN and reinstall the app if it was removed."
        await self._pause_limit(GLOBAL_LIMIT, PAUSE_AFTER_REFUSAL)
        await self._report_slack_issue(f"Slack does not accept the token ({no.error}). {fix}")

    async def _record_failure(self, reason: str, began: datetime, *, certain: bool = False) -> None:
        """Pause all calls while Slack is down, a little longer each time."""
        if not self._breaker.record_failure(began, self._clock.now(), certain=certain):
            return
        log.warning("slack is failing", reason=reason, failures=self._breaker.failures)
        if self._breaker.is_on:
            await self._pause_limit(GLOBAL_LIMIT, self._breaker.compute_backoff())
            await self._report_slack_issue("Slack does not answer. Messages wait, and are sent when it is back.")

    async def _pause_limit(self, limit: RateLimit, length: timedelta) -> None:
        at = self._clock.now()
        await self._store.rate_limits.pause_limit(limit.name, at + length, at)
        log.warning("parked", limit=limit.name, seconds=length.total_seconds())

    async def _report_slack_issue(self, sentence: str) -> None:
        if await self._store.health_issues.save_issue("slack", sentence):
            log.error("slack needs attention", trouble=sentence)

    async def _record_success(self) -> None:
        """Close the circuit breaker and clear the health issue, which another process may have reported."""
        self._breaker.record_success()
        if await self._store.health_issues.save_issue("slack", ""):
            log.info("slack recovered")

    async def _check_clock_skew(self, sent: SentMessage) -> None:
        """Compare our clock with Slack's: a message's `ts` is the time at which Slack took it."""
        ahead = self._clock.now().timestamp() - float(sent.ts)
        off = timedelta(seconds=abs(ahead))
        issue = ""
        if off > CLOCK_SKEW_LIMIT:
            skew = f"{format_duration(off)} {'ahead of' if ahead > 0 else 'behind'} Slack's"
            issue = f"This machine's clock is {skew}. Times on cards are wrong until it is set."
        await self._store.health_issues.save_issue("clock", issue)
