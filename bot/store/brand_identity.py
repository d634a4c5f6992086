"""The brand and the schema version of the stored data: written at the first start, compared at each later one."""

from typing import NamedTuple

from bot.store.client import RedisClient, parse_hash, parse_int
from bot.store.keys import Keys
from bot.store.migrations import FIRST_SCHEMA, SCHEMA
from bot.store.topology import ClusterTopology

READABLE_AHEAD = 1
"""By how much a schema may be newer: a release writes only what the one before it can read."""
IMPORTING = "importing"
"""The field of `meta` that an import which has not finished leaves."""
SCAN_COUNT = 10_000
"""Keys in one SCAN of a store that is not ours yet."""


class BrandIdentity(NamedTuple):
    """The brand as the playbook names it.

    `former_id` is the id that its name had by default up to c089daf, if another; `is_explicit` says that the id is in
    the playbook, so that the name may change.
    """

    id: str
    name: str
    former_id: str = ""
    is_explicit: bool = False


class StoreMismatchError(Exception):
    """The keys belong to another brand or a newer release, or are not complete. The message says what to do."""


async def find_brand_id(client: RedisClient, brand: BrandIdentity) -> str:
    """Return the id under which this brand's data is stored: its former id if only that has data, else its own."""
    if isinstance(client.topology, ClusterTopology):
        return brand.id  # releases that used the former id knew no clusters, where it would be on another node
    if not brand.former_id or await _has_data(client, brand.id) or not await _has_data(client, brand.former_id):
        return brand.id
    theirs = (await _read_meta(client, brand.former_id)).get("name", brand.name) != brand.name
    return brand.id if theirs else brand.former_id


async def check_ownership(
    client: RedisClient, brand: BrandIdentity, shards: int = 1, *, while_importing: bool = False
) -> None:
    """Raise `StoreMismatchError` if the data is not this brand's, not complete, or in another number of shards.

    Changes nothing. `while_importing`: it need not be complete, and the number may be another.
    """
    found = await _read_meta(client, brand.id)
    schema, name = parse_int(found.get("schema", SCHEMA)), found.get("name", brand.name)
    if schema is None:
        raise StoreMismatchError(
            f"The field schema of {Keys(brand.id).meta} in Redis is not a whole number. Nothing was changed. "
            "If a newer release of Earshot wrote it, run that release. "
            f"If somebody changed it by hand, set it to {SCHEMA} with HSET, and start Earshot again."
        )
    if schema > SCHEMA + READABLE_AHEAD:
        raise StoreMismatchError(
            f"A newer release of Earshot keeps '{name}' on this store (schema {schema}, this one knows {SCHEMA}). "
            "Nothing was changed – update Earshot and start again."
        )
    if IMPORTING in found and not while_importing:
        raise StoreMismatchError(
            f"The import of '{name}' is not finished, so a part of the data is missing. "
            "Run it again: earshot import FILE. To remove what it has written: earshot import --drop"
        )
    if (held := parse_int(found.get("shards", 1)) or 1) not in (1, shards) and not while_importing:
        raise StoreMismatchError(
            f"This store has {held} shards, and nothing was changed. Set EARSHOT_SHARDS={held}: with another number, "
            "posts that come again would count twice. To change the number: stop Earshot, "
            f"EARSHOT_SHARDS={held} earshot export state --with-secrets --out state.jsonl.gz, "
            f"then EARSHOT_SHARDS={shards} earshot import state.jsonl.gz --replace --moved."
        )
    if brand.is_explicit:
        return
    if name.casefold() != brand.name.casefold():
        raise StoreMismatchError(_describe_mismatch(brand, name, brand.id))
    if not await _has_data(client, brand.id) and (others := await _find_other_brands(client)):
        name = (await _read_meta(client, others[0])).get("name", "")
        raise StoreMismatchError(_describe_mismatch(brand, name, others[0]))


async def claim_keys(client: RedisClient, brand: BrandIdentity, shards: int = 1) -> None:
    """Mark the keys as this brand's, in so many shards. Raises `StoreMismatchError`."""
    await check_ownership(client, brand, shards)
    key, schema = Keys(brand.id).meta, FIRST_SCHEMA if await _has_data(client, brand.id) else SCHEMA
    names = ("brand", brand.id, "name", brand.name, *(("shards", shards) if shards > 1 else ()))
    await client.execute_batch([("HSETNX", key, "schema", schema), ("HSET", key, *names)])


async def restore_meta(client: RedisClient, brand: str) -> None:
    """Write the metadata again after the server lost its data; the next start adds the name, which is unknown here."""
    key = Keys(brand).meta
    await client.execute_batch([("HSETNX", key, "schema", SCHEMA), ("HSETNX", key, "brand", brand)])


def _describe_mismatch(brand: BrandIdentity, name: str, kept: str) -> str:
    holds = f"'{name}' under the id '{kept}'" if name else f"a brand under the id '{kept}'"
    return (
        f"This store holds {holds}, and nothing was changed. If '{brand.name}' is its new name, set id = \"{kept}\" "
        "under [brand] in the playbook. If it is another brand, give it its own id there, such as "
        f'id = "{brand.id if brand.id != kept else kept + "-2"}".'
    )


async def _read_meta(client: RedisClient, brand: str) -> dict[str, str]:
    flat = await client.execute("HGETALL", Keys(brand).meta)
    return parse_hash(flat)


async def _has_data(client: RedisClient, brand: str) -> bool:
    keys = Keys(brand)
    found = await client.execute_batch([("EXISTS", key) for key in (keys.meta, keys.mention_counters, keys.cursors)])
    return any(map(int, found))


async def _find_other_brands(client: RedisClient) -> list[str]:
    """Return the ids of the brands with data on this server. Called only if our own has none yet."""
    before, after = Keys("\n").mention_counters.split("\n")
    found, cursor = set[str](), "0"
    while True:
        cursor, some = await client.execute("SCAN", cursor, "MATCH", f"{before}*{after}", "COUNT", SCAN_COUNT)
        found |= {key.removeprefix(before).removesuffix(after) for key in some}
        if cursor == "0":
            return sorted(one for one in found if ":" not in one)  # shards have a number behind their brand
