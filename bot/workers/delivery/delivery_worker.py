"""The delivery loop: one sender for a workspace, one message at a time to each destination."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NamedTuple

import structlog

from bot import metrics
from bot.clock import Clock
from bot.domain.commits import StoreUnavailable
from bot.domain.destination import Destination, ToDepartment, ToFiles, ToPager
from bot.domain.health.issues import REFUSED
from bot.domain.oncall.on_call import GapLookup
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.domain.rules import PlaybookRules, PointLookup, get_department_or_lost
from bot.sinks.delivery_errors import SlackRejectedError
from bot.sinks.slack import SlackSink
from bot.store.fencing import LeaseFence, LeaseLostError, enforce_fence
from bot.store.leases import LEASE_LENGTH
from bot.store.outbox import DestinationQueue
from bot.store.record_reader import UnreadableRecordError
from bot.store.store import Store
from bot.workers.delivery.card import CardDelivery
from bot.workers.delivery.circuit_breaker import PauseWindow
from bot.workers.delivery.crises import CARD_RENDERERS, CrisisDelivery
from bot.workers.delivery.digests import DigestDelivery
from bot.workers.delivery.message import MessageDelivery
from bot.workers.delivery.notices import ScheduledReports
from bot.workers.delivery.poster import MessagePoster
from bot.workers.delivery.rate_limiter import BlocksRefusedError, SendDeferredError, SlackRateLimiter
from bot.workers.delivery.reminders import ReminderDelivery
from bot.workers.delivery.roll_ups import RollUpDelivery
from bot.workers.delivery.spikes import EpisodeDelivery
from bot.workers.runner import Worker

CONCURRENCY = 8
"""Destinations served at the same time, and so the most duplicate cards after a crash."""
LOOKAHEAD = 10
"""Notifications of a queue to consider when the first ones cannot be sent now."""
OWN_LOOPS = (ToPager, ToFiles)
"""Destinations that other workers serve."""
LEASE_NAME = "delivery"
FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(hours=1)
FALLBACK_AFTER = timedelta(seconds=2)
"""Between refused blocks and the simpler ones: longer than Slack's limit of a channel, so that others get a turn."""

log = structlog.get_logger("delivery")

Deliver = Callable[[Notification], Awaitable[bool]]
"""Deliver a notification, and return whether Slack was called. Raises `SendDeferredError`."""


class _FailedNotification(NamedTuple):
    tries: int
    pause: PauseWindow


class DeliveryWorker(Worker):
    name = "delivery"
    idle = 0.1

    def __init__(
        self,
        store: Store,
        sink: SlackSink,
        rules: PlaybookRules,
        on_call: GapLookup,
        clock: Clock,
        lease: timedelta = LEASE_LENGTH,
        points: PointLookup | None = None,
        reports: ScheduledReports | None = None,
    ) -> None:
        self._store = store
        self._lease = lease
        self._rules = rules
        self._clock = clock
        self._in_hand: dict[Destination, str] = {}
        self._failed: dict[str, _FailedNotification] = {}
        self._limiter = SlackRateLimiter(store, sink, clock)
        poster = MessagePoster(store, self._limiter, rules, clock)
        self._digests = DigestDelivery(poster, rules)
        crises = CrisisDelivery(poster, rules)
        reminders = ReminderDelivery(poster, rules)
        roll_ups = RollUpDelivery(poster, rules, on_call)
        self._messages = MessageDelivery(poster, rules, on_call, crises, reports)
        cards = CardDelivery(poster, self._digests, rules, points)
        self._deliveries: dict[NotificationKind, Deliver] = {
            NotificationKind.CARD: cards.deliver_card,
            NotificationKind.PERSON: cards.refresh_person_cards,
            NotificationKind.DIGEST: self._digests.update_digest,
            NotificationKind.EPISODE: EpisodeDelivery(poster, rules).deliver_episode,
            NotificationKind.REMINDER: reminders.deliver_reminder,
            NotificationKind.DELETED: reminders.deliver_owner_notice,
            NotificationKind.ANSWERED: reminders.deliver_owner_notice,
            NotificationKind.ROLL_UP: roll_ups.deliver_roll_up,
            NotificationKind.FOLLOW_UPS: roll_ups.deliver_roll_up,
            NotificationKind.CALL: roll_ups.convert_call,
            NotificationKind.FORGET: self._messages.delete_next_message,
            **dict.fromkeys(CARD_RENDERERS, crises.deliver_crisis),
        }

    async def step(self) -> int:
        """Serve each destination once, if this process holds the lease; return how many messages were sent."""
        fence = await self._store.leases.acquire(LEASE_NAME, self._lease)
        if fence is None or await self._limiter.is_paused():
            return 0
        queues = await self._store.outbox.list_queues(LOOKAHEAD + len(self._failed))
        queues = [queue for queue in queues if not isinstance(queue.destination, OWN_LOOPS)]
        queues.sort(key=lambda queue: (queue.head[0].notification.priority, queue.head[0].since))
        places = asyncio.Semaphore(CONCURRENCY)

        async def serve_queue(queue: DestinationQueue) -> int:
            async with places:
                return await self._serve_queue(queue, fence)

        # Not a task group: a failure for one destination must not stop the others in the middle of a post.
        results = await asyncio.gather(*(serve_queue(queue) for queue in queues), return_exceptions=True)
        for queue, result in zip(queues, results, strict=True):
            if isinstance(result, BaseException):
                await self._defer_notification(queue, result)
        return sum(1 if isinstance(result, BaseException) else result for result in results)

    async def _defer_notification(self, queue: DestinationQueue, error: BaseException) -> None:
        """Keep a notification that failed pending, with an exponential backoff, and go on with the others."""
        if isinstance(error, LeaseLostError):
            log.warning("another process delivers now", destination=str(queue.destination))
            return
        if isinstance(error, StoreUnavailable) or not isinstance(error, Exception):
            raise error
        name = self._in_hand[queue.destination]
        tries = self._failed[name].tries if name in self._failed else 0
        unread = isinstance(error, UnreadableRecordError)  # reported already
        wait = FIRST_BACKOFF if unread else min(FIRST_BACKOFF * 2 ** min(tries, 6), LONGEST_BACKOFF)
        if blocks_refused := isinstance(error, BlocksRefusedError):  # logged already
            wait = wait if tries else FALLBACK_AFTER
        self._failed[name] = _FailedNotification(tries + 1, PauseWindow(self._clock.now(), self._clock.now() + wait))
        if not unread and not blocks_refused:
            log.error("notification set aside", notification=name, tries=tries + 1, exc_info=error)
        if isinstance(error, SlackRejectedError):
            why = f"Slack refuses a message for {queue.destination} ({error.error}). The others are sent"
            await self._report_refusal(queue.destination, why)

    async def _report_refusal(self, to: Destination, sentence: str) -> None:
        await self._store.health_issues.save_issue(f"{REFUSED}{to}", sentence)

    async def release_lease(self) -> None:
        """Release the lease, so that another process need not wait for its end."""
        await self._store.leases.release(LEASE_NAME)

    async def _serve_queue(self, queue: DestinationQueue, fence: LeaseFence) -> int:
        """Serve a queue under the fence of this step."""
        kept = await self._store.leases.acquire(LEASE_NAME, self._lease)
        if kept is None or kept.token != fence.token:
            return 0  # Slack was so slow in this step that another process took over
        with enforce_fence(kept):
            return await self._send_first(queue)

    async def _send_first(self, queue: DestinationQueue) -> int:
        """Send the first notification that can be sent now."""
        digest_priority = self._digests.choose_digest_priority(queue)
        if not self._can_try(queue, f"digest for {queue.destination}"):
            digest_priority = None
        channel = queue.destination.id
        if isinstance(queue.destination, ToDepartment):
            channel = get_department_or_lost(self._rules, channel).channel
        for owed in queue.head:
            if owed.notification.priority is Priority.NEW and not self._limiter.can_post(channel):
                continue
            try:
                if digest_priority is not None and owed.notification.priority >= digest_priority:
                    priority, digest_priority = digest_priority, None
                    if await self._digests.post_digest(queue, priority):
                        return 1
                name = owed.notification.key
                if self._can_try(queue, name) and await self._choose_delivery(owed.notification)(owed.notification):
                    if self._failed.pop(name, None):
                        await self._report_refusal(queue.destination, "")
                    waited = (self._clock.now() - owed.since).total_seconds()
                    metrics.DELIVERY_SECONDS.labels(owed.notification.priority.name.lower()).observe(waited)
                    return 1
            except SendDeferredError:
                continue
        return 0

    def _can_try(self, queue: DestinationQueue, name: str) -> bool:
        self._in_hand[queue.destination] = name
        return name not in self._failed or not self._failed[name].pause.is_active(self._clock.now())

    def _choose_delivery(self, pending: Notification) -> Deliver:
        return self._deliveries.get(pending.kind, self._messages.deliver_message)
