"""The delivery loop: one sender a workspace, one message at a time to each destination."""

import asyncio

from bot.clock import Clock
from bot.domain.notification import Lane, Notification, NotificationKind
from bot.domain.rules import Rules
from bot.sinks.slack import SlackSink
from bot.store.opening import Store
from bot.store.outbox import Queue
from bot.workers.delivery.card import CardDelivery
from bot.workers.delivery.digest import DigestDelivery
from bot.workers.delivery.gate import Blocked, Gate
from bot.workers.delivery.message import MessageDelivery
from bot.workers.delivery.post import Poster

AT_ONCE = 8
"""Destinations served side by side, and so the most second cards that one crash can cost."""
LOOKED_AT = 10
"""How far to look past what cannot go now, such as an update while posts may go on."""
LEASE = "delivery"


class Delivery:
    name = "delivery"
    idle = 0.1

    def __init__(self, store: Store, sink: SlackSink, rules: Rules, clock: Clock) -> None:
        self._store = store
        poster = Poster(store, Gate(store, sink, clock), rules, clock)
        self._digests = DigestDelivery(poster, rules)
        self._cards = CardDelivery(poster, self._digests, rules)
        self._messages = MessageDelivery(poster, rules)

    async def step(self) -> int:
        """Serve each destination once; says how many messages went. Nothing is done where another process sends."""
        if not await self._store.leases.take(LEASE):
            return 0
        queues = await self._store.outbox.queues(LOOKED_AT)
        queues.sort(key=lambda queue: (queue.head[0].notification.lane, queue.head[0].since))
        places = asyncio.Semaphore(AT_ONCE)

        async def serve(queue: Queue) -> int:
            async with places:
                return await self._serve(queue)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(serve(queue)) for queue in queues]
        return sum(task.result() for task in tasks)

    def failed(self, error: Exception) -> None:
        """What was in hand is still in the outbox."""

    async def give_back(self) -> None:
        """So that another process need not wait for the lease to end."""
        await self._store.leases.give_back(LEASE)

    async def _serve(self, queue: Queue) -> int:
        """The first that can go; what is blocked is passed over."""
        gather = self._digests.wanted(queue)
        for owed in queue.head:
            try:
                if gather and owed.notification.lane >= Lane.NEW:
                    gather = False
                    if await self._digests.post(queue):
                        return 1
                if await self._deliver(owed.notification):
                    return 1
            except Blocked:
                continue
        return 0

    async def _deliver(self, owed: Notification) -> bool:
        if owed.kind is NotificationKind.CARD:
            return await self._cards.deliver(owed)
        if owed.kind is NotificationKind.DIGEST:
            return await self._digests.redraw(owed)
        return await self._messages.deliver(owed)
