"""The search for deleted posts: one process at a time, at most once in ten minutes, and never a deletion forgotten."""

from datetime import timedelta

from bot.domain.mention import DELETED_TEXT
from bot.store.keys import CORRECTIONS_KEPT, SEEN_AUTHORS_KEPT, format_month
from bot.store.store import Store
from bot.workers.deletions import SEARCH_EVERY, DeletionWorker
from bot.workers.ingest import InboxWriter
from tests.clock import SteppedClock
from tests.workers.fake_rules import FakeRules
from tests.workers.numbered_mentions import build_numbered_mention, triage_mentions


async def test_many_deletions_are_one_search_and_the_next_waits_its_turn(store: Store, clock: SteppedClock) -> None:
    worker = DeletionWorker(store, clock)
    assert await worker.step() == 0
    for author in ("@p1", "@p2"):
        await store.deletions.add_author("x", author, clock.now())
    assert await worker.step() == 2
    await store.deletions.add_author("x", "@p3", clock.now())
    assert await worker.step() == 0
    clock.advance(SEARCH_EVERY)
    assert await worker.step() == 1


async def test_of_two_processes_one_searches(store: Store, clock: SteppedClock) -> None:
    other = Store(store.client, store.brand, "another process")
    await store.deletions.add_author("x", "@p1", clock.now())
    assert await DeletionWorker(store, clock).step() == 1
    await store.deletions.add_author("x", "@p1", clock.now())
    assert await DeletionWorker(other, clock).step() == 0
    assert await store.deletions.load_batch() is not None


async def test_an_author_is_found_by_source_and_id_and_nobody_else_is(store: Store, clock: SteppedClock) -> None:
    case, other = await triage_mentions(
        store, FakeRules(), clock, build_numbered_mention(1), build_numbered_mention(2, author="@p11")
    )
    await store.deletions.add_author("forum", "p1", clock.now())
    await store.deletions.add_author("x", "p1", clock.now())
    await DeletionWorker(store, clock).step()
    found = await store.cases.find([case.id, other.id])
    assert found[case.id].mention.text == DELETED_TEXT
    assert found[other.id].mention.text == other.mention.text
    assert (await store.mention_counters.read()).unaccounted == 0


async def test_what_still_waits_for_triage_is_dropped_and_counted(store: Store, clock: SteppedClock) -> None:
    await store.inbox.admit("x", [build_numbered_mention(1), build_numbered_mention(1, edits=1)], None, clock.now())
    await store.inbox.admit("x", [build_numbered_mention(1, edits=2)], None, clock.now())
    await store.deletions.add_author("x", "p1", clock.now())
    await DeletionWorker(store, clock).step()
    books = await store.mention_counters.read()
    assert (books.seen, books.tallied, books.editing, books.waiting, books.unaccounted) == (1, 1, 0, 0, 0)


async def test_closed_accounts_of_strangers_start_no_search(store: Store, clock: SteppedClock) -> None:
    writer = InboxWriter("x", store, clock)
    await writer.publish([build_numbered_mention(number, author=f"@p{number}") for number in range(50)])
    for number in range(50, 2_000):
        await writer.delete_author(f"p{number}")
    assert await store.deletions.load_batch() is None
    await writer.delete_author("p7")
    batch = await store.deletions.load_batch()
    assert batch is not None
    assert batch.targets.authors == {"x:p7"}


async def test_an_author_is_known_as_long_as_anything_of_theirs_may_be_kept(store: Store, clock: SteppedClock) -> None:
    writer = InboxWriter("x", store, clock)
    await writer.publish([build_numbered_mention(1)])
    clock.advance(CORRECTIONS_KEPT)
    await writer.delete_author("p1")
    assert await store.deletions.load_batch() is not None
    clock.advance(timedelta(days=90))
    assert not await store.inbox.has_author("x", "p1", clock.now())
    key = store.keys.seen_authors_key(format_month(clock.now() - CORRECTIONS_KEPT - timedelta(days=90)))
    assert 0 < await store.client.execute("TTL", key) <= SEEN_AUTHORS_KEPT.total_seconds()


async def test_a_deletion_alone_makes_nobody_known(store: Store, clock: SteppedClock) -> None:
    writer = InboxWriter("x", store, clock)
    await writer.publish([build_numbered_mention(1).copy_with(deleted_at=clock.now())])
    await writer.delete_author("p1")
    assert await store.deletions.load_batch() is None
