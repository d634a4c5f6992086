"""The way out to Slack: within its limits or not at all, and what its answers mean for whoever comes next."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.cards.drawing import Drawing
from bot.clock import Clock
from bot.domain.words import format_duration
from bot.sinks.outcomes import Ambiguous, RateLimited, Rejected, Unsent
from bot.sinks.slack import Sent, SlackSink
from bot.store.fencing import is_lease_over
from bot.store.limits import RateLimit
from bot.store.opening import Store
from bot.workers.delivery.outage import Outage
from bot.workers.delivery.pause import Pause

log = structlog.get_logger("delivery")

# Slack's own limits (per app and workspace: chat.postMessage about one a second a channel and several hundred a
# minute in all; chat.update 50 a minute) at 80 %, so that a clock that differs from Slack's does no harm.
EVERYTHING = RateLimit("slack", 1000, timedelta(milliseconds=1))
"""Never short by itself: what is parked here is parked for all methods."""
POSTS = RateLimit("post", 8, timedelta(milliseconds=125))
UPDATES = RateLimit("update", 8, timedelta(milliseconds=1500))
READS = RateLimit("history", 4, timedelta(milliseconds=1500))
CHANNEL_REGAIN = timedelta(milliseconds=1250)

PARKED_BY_REFUSAL = timedelta(seconds=60)
"""A channel that is gone, or a token that is refused, is tried again this often: somebody has to do something."""
CLOCKS_DIFFER = 60.0
"""Seconds by which Slack's clock may be behind ours when we look for a message that we began to send."""
CLOCK_OFF = timedelta(minutes=1)
"""Between our clock and Slack's, from which the times that people read are wrong enough to say so."""


def channel_limit(channel: str) -> RateLimit:
    return RateLimit(f"post:{channel}", 1, CHANNEL_REGAIN)


def gone_limit(channel: str) -> RateLimit:
    """Never short by itself: a channel that cannot be written to is parked here, for posts and updates alike."""
    return RateLimit(f"channel:{channel}", 1000, timedelta(milliseconds=1))


class Blocked(Exception):  # noqa: N818 - said as it is
    """Not now, and certainly not sent: the notification stays where it is."""


def _stop_without_lease() -> None:
    """Asked just before each call: who stood still for so long draws what was true before it."""
    if is_lease_over():
        raise Blocked


class Gate:
    def __init__(self, store: Store, sink: SlackSink, clock: Clock) -> None:
        self._store = store
        self._sink = sink
        self._clock = clock
        self._outage = Outage()
        self._full: dict[str, Pause] = {}
        self._may_read = True

    async def closed(self) -> bool:
        """Whether nothing at all may be sent now, so that there is no need to look at what could be."""
        at = self._clock.now()
        return self._outage.blocks(at) or bool(await self._store.rate_limits.list_paused([EVERYTHING.name], at))

    async def room_to_post(self, channel: str) -> None:
        """Takes one post out of the limits. Raises `Blocked`."""
        if not self.may_post(channel):
            raise Blocked
        wait = await self._spend(EVERYTHING, POSTS, channel_limit(channel), gone_limit(channel))
        if wait:
            self._full[channel] = Pause(self._clock.now(), self._clock.now() + wait)
            raise Blocked

    def may_post(self, channel: str) -> bool:
        """Whether it is worth asking, as far as we know without asking: spares the looking up of what cannot go."""
        return not self._full.get(channel, Pause()).holds(self._clock.now())

    async def room_to_update(self, channel: str) -> None:
        """Takes one update out of the limits. Raises `Blocked`."""
        if await self._spend(EVERYTHING, UPDATES, gone_limit(channel)):
            raise Blocked

    async def _spend(self, *limits: RateLimit) -> timedelta:
        self._wait_while_unwell()
        wait = await self._store.rate_limits.try_acquire(limits, self._clock.now())
        if not wait:
            self._wait_while_unwell()
            self._outage.note_try(self._clock.now())
        return wait

    def _wait_while_unwell(self) -> None:
        """While Slack is unwell one tries for all: what is sent then is likely to be lost, and is not known to be."""
        if self._outage.blocks(self._clock.now()):
            raise Blocked

    async def post(self, channel: str, drawing: Drawing, name: str) -> Sent:
        """Raises `Blocked` where it was certainly not sent, `Ambiguous` where that is not known, `Rejected`."""
        _stop_without_lease()
        began = self._clock.now()
        try:
            sent = await self._sink.post(channel, drawing, name)
            await self._store.rate_limits.record_response(channel_limit(channel), self._clock.now())
        except RateLimited as slow:
            await self._park(channel_limit(channel), timedelta(seconds=slow.seconds))
            raise Blocked from slow
        except (Unsent, Ambiguous, Rejected) as no:
            await self._learn(no, began)
            raise
        await self._well()
        await self._compare_clocks(sent)
        return sent

    async def find(self, channel: str, name: str, since: float) -> Sent | None:
        """A message of ours whose answer was lost, where reading the channel is granted. Raises `Blocked`."""
        if not self._may_read:
            return None
        if await self._spend(EVERYTHING, READS):
            raise Blocked
        began = self._clock.now()
        try:
            return await self._sink.find(channel, name, since - CLOCKS_DIFFER)
        except RateLimited as slow:
            await self._park(READS, timedelta(seconds=slow.seconds))
            raise Blocked from slow
        except (Unsent, Ambiguous) as no:
            await self._stumble(str(no), began, certain=isinstance(no, Unsent))
            raise Blocked from no
        except Rejected as no:
            if no.error == "missing_scope":
                self._may_read = False
            return None

    async def update(self, channel: str, ts: str, drawing: Drawing) -> None:
        """Raises `Blocked` where it should be tried again later, sent or not: drawing twice is harmless."""
        await self._change(lambda: self._sink.update(channel, ts, drawing))

    async def delete(self, channel: str, ts: str) -> None:
        """Raises as `update` does; that it is gone already is fine."""
        try:
            await self._change(lambda: self._sink.delete(channel, ts))
        except Rejected as no:
            log.warning("message not deleted", channel=channel, error=no.error)

    async def _change(self, call: Callable[[], Awaitable[None]]) -> None:
        _stop_without_lease()
        began = self._clock.now()
        try:
            await call()
        except RateLimited as slow:
            await self._park(UPDATES, timedelta(seconds=slow.seconds))
            raise Blocked from slow
        except Ambiguous as lost:
            await self._stumble(str(lost), began)
            raise Blocked from lost
        except (Unsent, Rejected) as no:
            await self._learn(no, began)
            raise
        await self._well()

    async def pin(self, channel: str, ts: str) -> None:
        """Says nothing of how Slack is: a card that is not pinned is a card all the same. Raises what the sink does."""
        await self._sink.pin(channel, ts)

    async def park_channel(self, channel: str, length: timedelta) -> None:
        await self._park(gone_limit(channel), length)

    async def _learn(self, no: Unsent | Ambiguous | Rejected, began: datetime) -> None:
        """What an answer says about the calls that come after it."""
        if isinstance(no, Rejected):
            if no.token_refused:
                await self._refused(no)
                raise Blocked from no
            return
        await self._stumble(str(no), began, certain=isinstance(no, Unsent))
        if isinstance(no, Unsent):
            raise Blocked from no

    async def _refused(self, no: Rejected) -> None:
        sentence = (
            f"Slack refuses our token ({no.error}). Check SLACK_BOT_TOKEN and reinstall the app if it was removed."
        )
        await self._park(EVERYTHING, PARKED_BY_REFUSAL)
        await self._say(sentence)

    async def _stumble(self, reason: str, began: datetime, *, certain: bool = False) -> None:
        """While Slack is away everything waits, a little longer each time."""
        if not self._outage.note_failure(began, self._clock.now(), certain=certain):
            return
        log.warning("slack unwell", reason=reason, failures=self._outage.failures)
        if self._outage.is_on:
            await self._park(EVERYTHING, self._outage.pause())
            await self._say("Slack does not answer. What it is owed waits and is sent when it is back.")

    async def _park(self, limit: RateLimit, length: timedelta) -> None:
        at = self._clock.now()
        await self._store.rate_limits.pause_limit(limit.name, at + length, at)
        log.warning("parked", limit=limit.name, seconds=length.total_seconds())

    async def _say(self, sentence: str) -> None:
        if await self._store.health_issues.save_issue("slack", sentence):
            log.error("slack trouble", trouble=sentence)

    async def _well(self) -> None:
        """Asked of the store each time: the trouble may have been told by a process that is gone."""
        self._outage.note_success()
        if await self._store.health_issues.save_issue("slack", ""):
            log.info("slack is well again")

    async def _compare_clocks(self, sent: Sent) -> None:
        """A message's `ts` is the time at which Slack took it."""
        ahead = self._clock.now().timestamp() - float(sent.ts)
        off = timedelta(seconds=abs(ahead))
        said = f"is {format_duration(off)} {'ahead of' if ahead > 0 else 'behind'} Slack's" if off > CLOCK_OFF else ""
        await self._store.health_issues.save_issue(
            "clock", f"This machine's clock {said}. Times on cards are wrong until it is set." if said else ""
        )
