"""Which brand's keys these are, and of which shape: written when Earshot first runs on them, compared at each start."""

from typing import NamedTuple

from bot.store.client import Client, whole
from bot.store.keys import Keys

SCHEMA = 1
"""Counts shapes that a release before cannot work with at all; what it can work with beside us is no new schema."""
LOOKED_AT = 10_000
"""Keys of a strange store in one look."""


class Identity(NamedTuple):
    """Who a playbook says it is. `former`: the id that this name had by default up to c089daf, if another.

    `chosen`: the id stands in the playbook, so that the name beside it may change.
    """

    id: str
    name: str
    former: str = ""
    chosen: bool = False


class NotOurs(Exception):  # noqa: N818 - said as it is
    """These keys are another brand's, or a newer release's. The sentence says what to do."""


async def find_keys(client: Client, brand: Identity) -> str:
    """The id under which this brand is kept here: what it had before it was told from its namesakes, or its own."""
    if not brand.former or await _kept(client, brand.id) or not await _kept(client, brand.former):
        return brand.id
    theirs = (await _meta(client, brand.former)).get("name", brand.name) != brand.name
    return brand.id if theirs else brand.former


async def compare(client: Client, brand: Identity) -> None:
    """Raises `NotOurs`. Changes nothing."""
    found = await _meta(client, brand.id)
    schema, name = whole(found.get("schema", SCHEMA)), found.get("name", brand.name)
    if schema is None:
        raise NotOurs(
            f"The field schema of {Keys(brand.id).meta} in Redis is no whole number, and nothing was changed. "
            "A newer release of Earshot may have written it, which has to run here then. "
            f"If somebody changed it by hand, HSET makes it {SCHEMA} again; then start Earshot again."
        )
    if schema > SCHEMA:
        raise NotOurs(
            f"A newer release of Earshot keeps '{name}' on this store (schema {schema}; this one knows {SCHEMA}). "
            "Nothing was changed – update Earshot and start again."
        )
    if brand.chosen:
        return
    if name.casefold() != brand.name.casefold():
        raise NotOurs(_other(brand, name, brand.id))
    if not await _kept(client, brand.id) and (others := await _others(client)):
        raise NotOurs(_other(brand, (await _meta(client, others[0])).get("name", ""), others[0]))


async def claim_keys(client: Client, brand: Identity) -> None:
    """From now on these keys are this brand's. Raises `NotOurs`."""
    await compare(client, brand)
    key = Keys(brand.id).meta
    await client.together([("HSETNX", key, "schema", SCHEMA), ("HSET", key, "brand", brand.id, "name", brand.name)])


async def restore_meta(client: Client, brand: str) -> None:
    """Of a server that came back without its data. The name is written at the next start: it is not known here."""
    key = Keys(brand).meta
    await client.together([("HSETNX", key, "schema", SCHEMA), ("HSETNX", key, "brand", brand)])


def _other(brand: Identity, name: str, kept: str) -> str:
    holds = f"'{name}' under the id '{kept}'" if name else f"a brand under the id '{kept}'"
    return (
        f"This store holds {holds}, and nothing was changed. If '{brand.name}' is its new name, set id = \"{kept}\" "
        "under [brand] in the playbook; if it is another brand, give it an id of its own there, such as "
        f'id = "{brand.id if brand.id != kept else kept + "-2"}".'
    )


async def _meta(client: Client, brand: str) -> dict[str, str]:
    flat = await client.call("HGETALL", Keys(brand).meta)
    return dict(zip(flat[::2], flat[1::2], strict=True))


async def _kept(client: Client, brand: str) -> bool:
    keys = Keys(brand)
    found = await client.together([("EXISTS", key) for key in (keys.meta, keys.books, keys.cursors)])
    return any(map(int, found))


async def _others(client: Client) -> list[str]:
    """The brands that keep books on this server. Looked for only where our own has nothing yet."""
    before, after = Keys("\n").books.split("\n")
    found, cursor = set[str](), "0"
    while True:
        cursor, some = await client.call("SCAN", cursor, "MATCH", f"{before}*{after}", "COUNT", LOOKED_AT)
        found |= {key.removeprefix(before).removesuffix(after) for key in some}
        if cursor == "0":
            return sorted(found)
