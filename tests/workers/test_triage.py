"""Triage: what fails is set aside, what is abandoned is taken up, and everything is answered once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest

from bot.detectors.detector import MentionStats
from bot.domain.case import CaseResolution, JoinReason, derive_case_id
from bot.domain.cases.transitions import resolve_case
from bot.domain.commits import StoreUnavailable
from bot.domain.mention import Mention
from bot.store.client import RedisClient
from bot.store.keys import SEEN_FOR, Keys
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.web.health_endpoints import read_system_status
from bot.workers.runner import run_worker
from bot.workers.triage import BATCH_SIZE, TriageWorker
from bot.workers.triage_decider import TriageDecider
from tests.clock import SteppedClock
from tests.domain.samples import build_context
from tests.workers.fake_rules import FakeAssessor, FakeResult, FakeRules
from tests.workers.numbered_mentions import admit_mentions, build_numbered_mention, triage_mentions
from tests.workers.recording_clock import RecordingClock

AT_ONCE = timedelta()
"""Entries are idle in the server's own time, which no test advances: here they are abandoned at once."""


def worker(store: Store, clock: SteppedClock, name: str = "one", idle: timedelta = AT_ONCE) -> TriageWorker:
    return TriageWorker(store, FakeRules(), clock, name, wait=False, idle_most=idle)


async def work(triage: TriageWorker, clock: SteppedClock, steps: int = 40) -> None:
    """As the loop would, its net and its rests included."""
    for _ in range(steps):
        try:
            await triage.step()
        except ZeroDivisionError as error:
            triage.handle_failure(error)
        clock.advance(seconds=1)


async def test_a_poison_mention_is_buried_with_its_reason_and_the_next_ones_live(
    store: Store, clock: SteppedClock
) -> None:
    await admit_mentions(
        store, clock, build_numbered_mention(1), build_numbered_mention(2, text="#poison"), build_numbered_mention(3)
    )
    await work(worker(store, clock), clock)
    (letter,) = await store.dead_letters.list_letters()
    books = await store.mention_counters.read()
    assert (letter.reason, "#poison" in letter.reason) == ("ZeroDivisionError, 6 tries", False)
    assert (books.opened, books.dead, books.waiting, books.unaccounted) == (2, 1, 0, 0)


async def test_those_beside_a_poison_mention_need_not_wait_until_it_is_given_up(
    store: Store, clock: SteppedClock
) -> None:
    await admit_mentions(
        store, clock, *(build_numbered_mention(n) for n in range(30)), build_numbered_mention(30, text="#poison")
    )
    await work(worker(store, clock, idle=timedelta(minutes=1)), clock, steps=33)
    assert (await store.mention_counters.read()).opened == 30


async def test_a_replayed_letter_whose_fault_was_mended_opens_its_case(store: Store, clock: SteppedClock) -> None:
    await admit_mentions(store, clock, build_numbered_mention(1, text="#poison"))
    await work(worker(store, clock), clock)
    (letter,) = await store.dead_letters.list_letters()
    await store.dead_letters.replay(letter, clock.now())
    rules = FakeRules()
    rules.read_intent = lambda _: "complaint"
    await TriageWorker(store, rules, clock, "mended", wait=False).step()
    books = await store.mention_counters.read()
    assert (books.opened, books.dead, books.unaccounted) == (1, 0, 0)


async def test_what_cannot_be_read_is_buried_at_once(
    store: Store, clock: SteppedClock, client: RedisClient, keys: Keys
) -> None:
    await client.execute("XADD", keys.inbox, "*", "m", "{not json", "at", 1)
    await admit_mentions(store, clock, build_numbered_mention(1))
    await worker(store, clock).step()
    assert [letter.reason for letter in await store.dead_letters.list_letters()] == ["it cannot be read, 1 tries"]
    assert (await store.mention_counters.read()).opened == 1


async def test_what_another_worker_took_and_left_is_handled_once(store: Store, clock: SteppedClock) -> None:
    await admit_mentions(store, clock, *(build_numbered_mention(n) for n in range(5)))
    left = await store.inbox.read("dead", 100, wait=False)
    assert len(left) == 5
    await work(worker(store, clock), clock, steps=8)
    books = await store.mention_counters.read()
    assert (books.opened, books.waiting, books.unaccounted) == (5, 0, 0)


async def test_what_another_worker_has_in_hand_is_left_to_it(store: Store, clock: SteppedClock) -> None:
    await admit_mentions(store, clock, build_numbered_mention(1))
    await store.inbox.read("busy", 100, wait=False)
    await work(worker(store, clock, idle=timedelta(minutes=1)), clock)
    assert (await store.mention_counters.read()).waiting == 1


async def test_an_abandoned_entry_is_found_behind_any_number_that_are_in_hand(
    store: Store, clock: SteppedClock
) -> None:
    await admit_mentions(store, clock, *(build_numbered_mention(n) for n in range(40)))
    *held, last = await store.inbox.read("busy", 100, wait=False)
    await store.client.execute("XCLAIM", store.keys.inbox, "triage", "busy", 0, last.id, "IDLE", 90_000, "JUSTID")
    await work(worker(store, clock, idle=timedelta(minutes=1)), clock, steps=2)
    assert (await store.mention_counters.read()).waiting == len(held)


async def test_a_worker_that_died_often_over_an_entry_buries_it(store: Store, clock: SteppedClock) -> None:
    await admit_mentions(store, clock, build_numbered_mention(1))
    await store.inbox.read("dead", 1, wait=False)
    for _ in range(5):
        await store.inbox.reclaim("dead", 1, AT_ONCE)
    await worker(store, clock).step()
    assert [letter.reason for letter in await store.dead_letters.list_letters()] == ["its worker died, 7 tries"]


async def test_what_was_in_hand_when_the_store_went_away_is_answered_when_it_is_back(
    store: Store, clock: SteppedClock, client: RedisClient
) -> None:
    await admit_mentions(store, clock, *(build_numbered_mention(n) for n in range(3)))
    rules = FakeRules()
    triage = TriageWorker(store, rules, clock, "one", wait=False)
    rules.away = True
    with pytest.raises(StoreUnavailable):
        await triage.step()
    rules.away = False
    while await triage.step():
        pass
    books = await store.mention_counters.read()
    assert (books.opened, books.waiting) == (3, 0)


async def test_a_mention_that_comes_again_after_it_was_forgotten_opens_no_second_case(
    store: Store, clock: SteppedClock, client: RedisClient, keys: Keys
) -> None:
    (case,) = await triage_mentions(store, FakeRules(), clock, build_numbered_mention(1))
    clock.advance(SEEN_FOR)
    await client.execute("DEL", keys.seen_key("x:1"), *await client.execute("KEYS", f"{keys.root}copy:*"))
    await admit_mentions(store, clock, build_numbered_mention(1))
    await work(worker(store, clock), clock, steps=10)
    books = await store.mention_counters.read()
    assert (books.opened, books.dead, books.waiting, books.unaccounted) == (1, 0, 0, 0)
    assert (await store.cases.get(case.id)).mention == build_numbered_mention(1)


async def test_a_copy_joins_and_the_same_person_reopens(store: Store, clock: SteppedClock) -> None:
    rules, talk = FakeRules(), {"author": "@joe", "conversation": "c"}
    (case,) = await triage_mentions(
        store, rules, clock, build_numbered_mention(1, text="You lost the very same bag", **talk)
    )
    await triage_mentions(store, rules, clock, build_numbered_mention(2, text="you LOST the very same bag!"))
    at = clock.now()
    await store.cases.change(
        case.id, lambda c: resolve_case(c, build_context("U0ANA", at), CaseResolution.FIXED, ""), at
    )
    await triage_mentions(store, rules, clock, build_numbered_mention(3, text="and now again #praise", **talk))
    found = await store.cases.get(case.id)
    assert ([joined.why for joined in found.joined], found.is_closed) == (
        [JoinReason.COPY, JoinReason.SAME_PERSON],
        False,
    )
    books = await store.mention_counters.read()
    assert (books.opened, books.joined, books.tallied) == (1, 2, 0)


async def test_copies_in_one_batch_are_one_case(store: Store, clock: SteppedClock) -> None:
    cases = await triage_mentions(
        store, FakeRules(), clock, *(build_numbered_mention(n, text="You lost the very same bag") for n in range(25))
    )
    assert [(case.id, case.joined_count, len(case.joined)) for case in cases] == [(derive_case_id("x:0"), 24, 20)]
    assert len(await store.cases.load_joined(cases[0].id)) == 24


async def run_loop(triage: TriageWorker, clock: "RecordingClock", until: Callable[[], Awaitable[bool]]) -> int:
    """The real loop; says how many looks it took until something held, of five hundred at the most."""
    stop = asyncio.Event()
    loop = asyncio.create_task(run_worker(triage, clock, stop))
    looks = 0
    while not await until() and looks < 500:
        looks += 1
        await asyncio.sleep(0.005)
    stop.set()
    await loop
    return looks


@pytest.mark.parametrize("poisonous", [1, 4, 40, 120])
async def test_a_crisis_behind_poison_mentions_is_triaged_and_nobody_rests_for_them(
    store: Store, poisonous: int
) -> None:
    clock = RecordingClock()
    await admit_mentions(
        store,
        clock,
        *(build_numbered_mention(n, text=f"#poison {n}") for n in range(poisonous)),
        build_numbered_mention(999, text="#crisis"),
    )
    triage = worker(store, clock, idle=timedelta(minutes=1))

    async def is_opened() -> bool:
        return (await store.mention_counters.read()).opened == 1

    await run_loop(triage, clock, is_opened)
    assert await is_opened()
    assert [length for length in clock.lengths if length > 0] == []


async def test_new_work_goes_between_old_failures(store: Store, clock: SteppedClock) -> None:
    await admit_mentions(store, clock, *(build_numbered_mention(n, text=f"#poison {n}") for n in range(32)))
    triage = worker(store, clock, idle=timedelta(minutes=1))
    await work(triage, clock, steps=3)
    await admit_mentions(store, clock, build_numbered_mention(999))
    await work(triage, clock, steps=2)
    assert (await store.mention_counters.read()).opened == 1


async def test_where_everything_fails_the_fault_is_ours_and_the_worker_rests(store: Store, clock: SteppedClock) -> None:
    triage = worker(store, clock, idle=timedelta(minutes=1))
    assert all(triage.handle_failure(ZeroDivisionError()) for _ in range(2 * BATCH_SIZE - 1))
    assert not triage.handle_failure(ZeroDivisionError())


async def test_four_poison_mentions_that_are_tried_again_do_not_wait_for_triage(
    store: Store, clock: SteppedClock
) -> None:
    await admit_mentions(store, clock, *(build_numbered_mention(n, text=f"#poison {n}") for n in range(4)))
    await work(worker(store, clock, idle=timedelta(minutes=1)), clock, steps=10)
    assert await store.inbox.measure_backlog() == (4, 0)
    clock.advance(minutes=2)
    assert "triage" not in (await read_system_status(store, {}, clock.now())).issues
    await admit_mentions(store, clock, build_numbered_mention(999))
    arrived = int(clock.now().timestamp() * 1000)
    assert await store.inbox.measure_backlog() == (5, arrived)
    clock.advance(minutes=2)
    assert "triage" in (await read_system_status(store, {}, clock.now())).issues


async def test_what_a_worker_has_left_waits_for_triage(store: Store, clock: SteppedClock) -> None:
    arrived = int(clock.now().timestamp() * 1000)
    await admit_mentions(store, clock, build_numbered_mention(1))
    await store.inbox.read("one", 1, wait=False)
    assert await store.inbox.measure_backlog() == (1, 0)
    assert await store.inbox.measure_backlog(left_after=timedelta()) == (1, arrived)


async def test_two_workers_with_near_duplicates_at_once_open_one_case(store: Store, clock: SteppedClock) -> None:
    for number, word in enumerate(("cancelled", "canceled")):
        text = f"flight NW12 {word} and no hotel offered, shame on you"
        await admit_mentions(store, clock, build_numbered_mention(number, text=text))
    one, other = (TriageDecider(store, FakeRules()) for _ in range(2))
    workers = [worker(store, clock, name) for name in ("one", "other")]
    entries = [await store.inbox.read(name, 1, wait=False) for name in ("one", "other")]
    items = [await triage._assess_entries(read) for triage, read in zip(workers, entries, strict=True)]
    ready = [
        await decider.decide_batch(item, {}, clock.now()) for decider, item in zip((one, other), items, strict=True)
    ]
    replies = [await store.inbox.commit(decided, clock.now()) for decided in ready]
    assert replies == [[CommitResult.WRITTEN], [CommitResult.STALE]]
    await workers[1]._retry_stale(items[1], clock.now())
    (case,) = (await store.cases.find([derive_case_id("x:0"), derive_case_id("x:1")])).values()
    assert [joined.why for joined in case.joined] == [JoinReason.SIMILAR]
    assert len(await store.cases.load_joined(case.id)) == 1


@pytest.mark.parametrize(("short", "sizes"), [(False, [64, 8]), (True, [4] * 18)])
async def test_parts_are_as_short_as_clicks_need_where_they_are_served_too(
    store: Store, clock: SteppedClock, *, short: bool, sizes: list[int]
) -> None:
    class SlowAssessor(FakeAssessor):
        """Takes a millisecond for each mention."""

        async def assess_in_thread(
            self,
            batch: Sequence[Mention],
            stats: Sequence[MentionStats] = (),
            count_waiting: Callable[[], Awaitable[int]] | None = None,
        ) -> list[FakeResult]:
            taken.append(len(batch))
            clock.advance(seconds=len(batch) / 1000)
            return await super().assess_in_thread(batch, stats, count_waiting)

    class SlowRules(FakeRules):
        def get_assessor(self) -> FakeAssessor:
            return SlowAssessor(self.read_intent)

    taken: list[int] = []
    await admit_mentions(store, clock, *(build_numbered_mention(number) for number in range(72)))
    triage = TriageWorker(store, SlowRules(), clock, "one", wait=False)
    if short:
        triage.limit_parts()
    while await triage.step():
        pass
    assert [size for size in taken if size] == sizes
    assert not await store.inbox.count()
