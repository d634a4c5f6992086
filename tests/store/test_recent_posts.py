"""The posts that were read lately, from where they are kept anyway."""

from datetime import UTC, datetime, timedelta

from bot.domain.mention import Mention
from bot.store.recent_posts import PAGE_SIZE
from bot.store.store import Store

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


async def add_unrouted(store: Store, *posts: tuple[str, datetime]) -> None:
    commands = []
    for name, at in posts:
        body = Mention.model_validate({"id": name, "text": f"post {name}", "created_at": at}).model_dump_json()
        commands.append(("XADD", store.keys.unrouted, "*", "why", "tallied", "m", body, "labels", "subject:Cloudpass"))
    await store.client.execute_batch(commands)


async def test_it_reads_all_pages_newest_first_up_to_the_given_age(store: Store) -> None:
    hours = [NOON - timedelta(hours=number) for number in range(PAGE_SIZE + 300)]
    await add_unrouted(store, *((f"x:{number}", at) for number, at in reversed([*enumerate(hours)])))
    found = await store.recent_posts.load(NOON - timedelta(hours=PAGE_SIZE + 100))

    assert [post.mention.id for post in found.posts] == [f"x:{number}" for number in range(PAGE_SIZE + 101)]
    assert found.since == NOON - timedelta(hours=PAGE_SIZE + 100)
    assert {post.subject for post in found.posts} == {"Cloudpass"}


async def test_one_that_cannot_be_read_is_set_aside_and_the_others_are_found(store: Store) -> None:
    await add_unrouted(store, ("x:1", NOON))
    await store.client.execute("XADD", store.keys.unrouted, "*", "why", "tallied", "m", "{broken")
    await add_unrouted(store, ("x:2", NOON))
    found = await store.recent_posts.load(NOON - timedelta(days=1))

    assert {post.mention.id for post in found.posts} == {"x:1", "x:2"}
    assert [record.kind for record in await store.quarantine.list_records()] == ["mention"]


async def test_without_any_it_searched_since_the_given_time(store: Store) -> None:
    assert await store.recent_posts.load(NOON) == ([], NOON)
