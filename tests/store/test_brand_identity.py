"""Whose keys these are is written at the first start and compared at each: no brand loses or shares anything in silence."""

from collections.abc import AsyncIterator

import pytest

from bot.config.playbook import derive_brand_id, slugify_name
from bot.store.brand_identity import READABLE_AHEAD, BrandIdentity, StoreMismatchError, claim_keys, find_brand_id
from bot.store.client import RedisClient
from bot.store.embedded_server import EmbeddedServer
from bot.store.keys import Keys
from bot.store.migrations import SCHEMA


@pytest.fixture
async def empty(first: EmbeddedServer) -> AsyncIterator[RedisClient]:
    """A server with no brand on it."""
    await first.ensure_running()
    await first.wait_ready()
    client = RedisClient(first.url)
    yield client
    await client.close()


async def write_counter(client: RedisClient, brand: BrandIdentity) -> None:
    await claim_keys(client, brand)
    await client.execute("HINCRBY", Keys(brand.id).mention_counters, "seen", 1)


async def test_the_first_start_writes_schema_id_and_name(empty: RedisClient) -> None:
    await write_counter(empty, BrandIdentity("northwind-air", "Northwind Air"))
    flat = await empty.execute("HGETALL", Keys("northwind-air").meta)
    found = dict(zip(flat[::2], flat[1::2], strict=True))
    assert found == {"schema": str(SCHEMA), "brand": "northwind-air", "name": "Northwind Air"}
    await write_counter(empty, BrandIdentity("northwind-air", "Northwind Air"))


async def test_the_data_of_the_next_release_can_be_read(empty: RedisClient) -> None:
    await empty.execute("HSET", Keys("n").meta, "schema", SCHEMA + READABLE_AHEAD, "name", "N")
    await claim_keys(empty, BrandIdentity("n", "N"))
    assert await empty.execute("HGET", Keys("n").meta, "schema") == str(SCHEMA + READABLE_AHEAD)


async def test_a_schema_that_is_newer_than_that_is_refused_in_a_sentence(empty: RedisClient) -> None:
    await empty.execute("HSET", Keys("n").meta, "schema", SCHEMA + READABLE_AHEAD + 1, "name", "N")
    with pytest.raises(StoreMismatchError, match="A newer release of Earshot keeps 'N' on this store"):
        await claim_keys(empty, BrandIdentity("n", "N"))


@pytest.mark.parametrize("meta", [True, False])
async def test_a_renamed_brand_is_told_which_id_keeps_what_it_has(empty: RedisClient, *, meta: bool) -> None:
    await write_counter(empty, BrandIdentity("northwind-air", "Northwind Air"))
    if not meta:  # as c089daf left it
        await empty.execute("DEL", Keys("northwind-air").meta)
    with pytest.raises(StoreMismatchError, match='set id = "northwind-air"'):
        await claim_keys(empty, BrandIdentity("southwind", "Southwind"))
    await claim_keys(empty, BrandIdentity("northwind-air", "Southwind", is_explicit=True))
    await claim_keys(empty, BrandIdentity("southwind", "Another Southwind", is_explicit=True))


async def test_two_names_of_one_id_do_not_share_keys_in_silence(empty: RedisClient) -> None:
    await write_counter(empty, BrandIdentity("at-t", "AT&T"))
    with pytest.raises(StoreMismatchError, match="This store holds 'AT&T' under the id 'at-t'"):
        await claim_keys(empty, BrandIdentity("at-t", "AT-T"))
    await claim_keys(empty, BrandIdentity("at-t", "at&t"))


async def test_who_kept_everything_under_the_shorter_id_goes_on_there(empty: RedisClient) -> None:
    brand = BrandIdentity(derive_brand_id("C++"), "C++", former_id=slugify_name("C++"))
    assert await find_brand_id(empty, brand) == brand.id
    await empty.execute("HINCRBY", Keys("c").mention_counters, "seen", 1)
    assert await find_brand_id(empty, brand) == "c"
    await claim_keys(empty, brand._replace(id="c"))
    assert await find_brand_id(empty, BrandIdentity(derive_brand_id("C#"), "C#", former_id="c")) == derive_brand_id(
        "C#"
    )


@pytest.mark.parametrize(
    "names",
    [
        ("C", "C++", "C#", "c--"),
        ("Yahoo", "Yahoo!", "¡Yahoo"),
        ("Nike", "Nike 日本", "Nike 中国"),
        ("無印良品", "スカイラーク"),
        ("Pool", "+Pool"),
    ],
)
def test_names_that_differ_have_ids_that_differ(names: tuple[str, ...]) -> None:
    assert len({derive_brand_id(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    "name", ["Northwind Air", "AT&T", "Macy's", "Café Zoë", "3M", "7-Eleven", "H&M", "無印良品", "!"]
)
def test_a_name_that_its_slug_tells_keeps_it(name: str) -> None:
    assert derive_brand_id(name) == slugify_name(name)


@pytest.mark.parametrize("schema", ["2.0", "junk", ""])
async def test_a_schema_that_is_no_whole_number_is_refused_in_a_sentence(schema: str, empty: RedisClient) -> None:
    await empty.execute("HSET", Keys("n").meta, "schema", schema, "name", "N")
    with pytest.raises(StoreMismatchError, match=r"is not a whole number\. Nothing was changed"):
        await claim_keys(empty, BrandIdentity("n", "N"))
    assert await empty.execute("HGET", Keys("n").meta, "schema") == schema
