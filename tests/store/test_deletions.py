"""The queue of deletions: what waits for a search stays until it is complete."""

from bot.domain.commits import MentionDeletion
from bot.store.deletions import add_deletion
from bot.store.store import Store
from bot.store.transaction import Transaction, commit
from tests.clock import SteppedClock


async def queue_post(store: Store, mention: str, *phrases: str) -> None:
    transaction = Transaction(store.keys.inbox)
    add_deletion(transaction, store.keys, MentionDeletion(mention, phrases))
    await commit(store.client, transaction)


async def test_posts_and_authors_wait_with_the_phrases_by_which_quotes_are_found(
    store: Store, clock: SteppedClock
) -> None:
    await queue_post(store, "bluesky:did:plc:x/1", "you lost my bag again and again")
    await store.deletions.add_author("bluesky", "did:plc:y", clock.now())
    batch = await store.deletions.load_batch()
    assert batch is not None
    assert batch.targets.list_mentions() == {"bluesky:did:plc:x/1"}
    assert batch.targets.list_phrases() == {"you lost my bag again and again"}
    assert batch.targets.matches_author("bluesky", "did:plc:y", "")
    assert not batch.targets.matches_author("mastodon", "did:plc:y", "")


async def test_what_somebody_wrote_over_is_searched_without_phrases(store: Store) -> None:
    for number, body in enumerate(("{not json", "7", '{"a": 1}', '["a phrase", 2]')):
        await store.client.execute("HSET", store.keys.deletions, f"post x:{number}", body)
    await store.client.execute("HSET", store.keys.deletions, "a field of a newer release", "1")
    batch = await store.deletions.load_batch()
    assert batch is not None
    assert batch.targets.list_mentions() == {f"x:{number}" for number in range(4)}
    assert batch.targets.list_phrases() == {"a phrase"}


async def test_what_is_queued_again_during_a_search_stays(store: Store) -> None:
    await queue_post(store, "x:1", "the beginning of the first wording")
    await queue_post(store, "x:2", "the beginning of another post")
    batch = await store.deletions.load_batch()
    assert batch is not None
    await queue_post(store, "x:1", "the beginning of the second wording")
    await store.deletions.finish_batch(batch)
    left = await store.deletions.load_batch()
    assert left is not None
    assert left.targets.list_mentions() == {"x:1"}
