"""What people change about schedules, on a real server: races, notifications, the audit log, and how long it is kept."""

import asyncio

from bot.domain.commits import NotAllowed
from bot.domain.destination import ToPerson
from bot.domain.oncall.override_transitions import take_shift
from bot.domain.oncall.overrides import ScheduleChange, ScheduleOverrides, ScheduleState
from bot.domain.oncall.schedule import Schedule
from bot.domain.periods import TimeSpan
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.oncall import OVERRIDES_KEPT
from bot.store.store import Store
from tests.clock import SteppedClock
from tests.domain.oncall.samples import ANA, layer

NIGHTS = Schedule(name="nights", layers=(layer(ANA),))
CROWD = [f"U0CROWD{number:02}" for number in range(20)]


async def commit_shift(store: Store, clock: SteppedClock, person: str, hours: int = 9) -> ScheduleChange:
    at = clock.now()
    span = TimeSpan(at, at.replace(hour=at.hour + hours))

    def decide(before: ScheduleOverrides) -> ScheduleChange:
        return take_shift(ScheduleState(NIGHTS, (), before), person, span, at)._replace(schedule="nights", by=person)

    return await store.overrides.change("nights", decide, at)


async def test_of_twenty_who_take_at_once_one_has_it_and_the_others_are_told_who(
    store: Store, clock: SteppedClock
) -> None:
    found = await asyncio.gather(*(commit_shift(store, clock, person) for person in CROWD), return_exceptions=True)

    [change] = [one for one in found if isinstance(one, ScheduleChange)]
    [kept] = (await store.overrides.load(["nights"]))["nights"].overrides
    assert (kept,) == change.new_overrides
    refused = {str(one) for one in found if isinstance(one, NotAllowed)}
    assert len(refused) == 1
    assert refused.pop().startswith(f"<@{kept.person}> has this one, 1 s before you.")


async def test_who_had_it_gets_a_notification_within_the_same_commit(store: Store, clock: SteppedClock) -> None:
    change = await commit_shift(store, clock, "U0BEN")

    [queue] = await store.outbox.list_queues()
    assert queue.destination == ToPerson(ANA)
    assert queue.head[0].notification.subject_id == f"nights/{change.new_overrides[0].id}"


async def test_who_changed_what_and_when_is_in_the_audit_log(
    store: Store, clock: SteppedClock, client: RedisClient, keys: Keys
) -> None:
    await commit_shift(store, clock, "U0BEN")

    [[_, said]] = await client.execute("XRANGE", keys.audit, "-", "+")
    assert dict(zip(said[::2], said[1::2], strict=True)) == {
        "schedule": "nights",
        "at": "2026-03-10T09:00:00+00:00",
        "by": "U0BEN",
        "what": "took nights: <@U0BEN> 2026-03-10T09:00Z to 2026-03-10T18:00Z",
    }


async def test_a_schedule_that_nobody_changes_any_more_is_forgotten(
    store: Store, clock: SteppedClock, client: RedisClient, keys: Keys
) -> None:
    await commit_shift(store, clock, "U0BEN")

    left = int(await client.execute("TTL", keys.schedule_key("nights")))
    assert 0 < left <= OVERRIDES_KEPT.total_seconds()
