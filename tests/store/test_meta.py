"""Whose keys these are is written at the first start and compared at each: no brand loses or shares anything in silence."""

from collections.abc import AsyncIterator

import pytest

from bot.playbook.book import default_id, slug
from bot.store.client import Client
from bot.store.embedded import Embedded
from bot.store.keys import Keys
from bot.store.meta import SCHEMA, Identity, NotOurs, claim_keys, find_keys


@pytest.fixture
async def empty(first: Embedded) -> AsyncIterator[Client]:
    """A server with no brand on it."""
    await first.ensure()
    await first.ready()
    client = Client(first.url)
    yield client
    await client.close()


async def works(client: Client, brand: Identity) -> None:
    await claim_keys(client, brand)
    await client.call("HINCRBY", Keys(brand.id).books, "seen", 1)


async def test_the_first_start_writes_schema_id_and_name(empty: Client) -> None:
    await works(empty, Identity("northwind-air", "Northwind Air"))
    flat = await empty.call("HGETALL", Keys("northwind-air").meta)
    found = dict(zip(flat[::2], flat[1::2], strict=True))
    assert found == {"schema": str(SCHEMA), "brand": "northwind-air", "name": "Northwind Air"}
    await works(empty, Identity("northwind-air", "Northwind Air"))


async def test_a_newer_schema_is_refused_in_a_sentence(empty: Client) -> None:
    await empty.call("HSET", Keys("n").meta, "schema", SCHEMA + 1, "name", "N")
    with pytest.raises(NotOurs, match="A newer release of Earshot keeps 'N' on this store"):
        await claim_keys(empty, Identity("n", "N"))


@pytest.mark.parametrize("meta", [True, False])
async def test_a_renamed_brand_is_told_which_id_keeps_what_it_has(empty: Client, *, meta: bool) -> None:
    await works(empty, Identity("northwind-air", "Northwind Air"))
    if not meta:  # as c089daf left it
        await empty.call("DEL", Keys("northwind-air").meta)
    with pytest.raises(NotOurs, match='set id = "northwind-air"'):
        await claim_keys(empty, Identity("southwind", "Southwind"))
    await claim_keys(empty, Identity("northwind-air", "Southwind", chosen=True))
    await claim_keys(empty, Identity("southwind", "Another Southwind", chosen=True))


async def test_two_names_of_one_id_do_not_share_keys_in_silence(empty: Client) -> None:
    await works(empty, Identity("at-t", "AT&T"))
    with pytest.raises(NotOurs, match="This store holds 'AT&T' under the id 'at-t'"):
        await claim_keys(empty, Identity("at-t", "AT-T"))
    await claim_keys(empty, Identity("at-t", "at&t"))


async def test_who_kept_everything_under_the_shorter_id_goes_on_there(empty: Client) -> None:
    brand = Identity(default_id("C++"), "C++", former=slug("C++"))
    assert await find_keys(empty, brand) == brand.id
    await empty.call("HINCRBY", Keys("c").books, "seen", 1)
    assert await find_keys(empty, brand) == "c"
    await claim_keys(empty, brand._replace(id="c"))
    assert await find_keys(empty, Identity(default_id("C#"), "C#", former="c")) == default_id("C#")


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
    assert len({default_id(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    "name", ["Northwind Air", "AT&T", "Macy's", "Café Zoë", "3M", "7-Eleven", "H&M", "無印良品", "!"]
)
def test_a_name_that_its_slug_tells_keeps_it(name: str) -> None:
    assert default_id(name) == slug(name)


@pytest.mark.parametrize("schema", ["2.0", "junk", ""])
async def test_a_schema_that_is_no_whole_number_is_refused_in_a_sentence(schema: str, empty: Client) -> None:
    await empty.call("HSET", Keys("n").meta, "schema", schema, "name", "N")
    with pytest.raises(NotOurs, match="is no whole number, and nothing was changed"):
        await claim_keys(empty, Identity("n", "N"))
    assert await empty.call("HGET", Keys("n").meta, "schema") == schema
