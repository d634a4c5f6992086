"""A destination with nothing pending is forgotten; one with a pending notification never is."""

import asyncio

from bot.domain.destination import ToPerson
from bot.domain.outbox import Notification, NotificationKind
from bot.store.store import Store
from tests.clock import SteppedClock


def call(person: int) -> Notification:
    return Notification.notify_owner(NotificationKind.LEASE, "c", f"U0{person}", 0)


async def test_a_destination_that_has_nothing_pending_any_more_is_forgotten(store: Store, clock: SteppedClock) -> None:
    for person in range(3):
        await store.outbox.add(call(person), clock.now())
    await store.outbox.mark_message_sent(call(1))
    assert await store.outbox.list_destinations() == [ToPerson("U00"), ToPerson("U02")]
    assert sorted(await store.client.execute("SMEMBERS", store.keys.outboxes)) == ["@U00", "@U02"]


async def test_a_destination_that_gets_something_pending_the_moment_it_is_forgotten_is_not(
    store: Store, clock: SteppedClock
) -> None:
    async def owe_and_pay() -> None:
        for _ in range(100):
            await store.outbox.add(call(1), clock.now())
            await store.outbox.mark_message_sent(call(1))
        await store.outbox.add(call(1), clock.now())

    async def look() -> None:
        for _ in range(100):
            await store.outbox.list_destinations()

    await asyncio.gather(owe_and_pay(), look(), look())
    assert await store.outbox.list_destinations() == [ToPerson("U01")]
