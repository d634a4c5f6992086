"""Stored data is changed to the schema of a newer release, once, in order, and again after a crash."""

import asyncio

import pytest

from bot.store.brand_identity import BrandIdentity, claim_keys
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.migrations import load_schema, run_migrations
from bot.store.store import Store


async def append_a(client: RedisClient, keys: Keys) -> None:
    await client.execute("APPEND", keys.last_spike_check, "a")


async def append_b(client: RedisClient, keys: Keys) -> None:
    await client.execute("APPEND", keys.last_spike_check, "b")


async def fail(client: RedisClient, keys: Keys) -> None:
    raise ConnectionResetError


async def test_migrations_run_in_order_and_once_however_many_processes_start(store: Store, brand: str) -> None:
    other = Store(store.client, brand, "another process")
    starts = [run_migrations(one.client, one.keys, one.leases, (append_a, append_b)) for one in (store, other)]
    assert sorted(await asyncio.gather(*starts)) == [0, 2]
    assert await store.client.execute("GET", store.keys.last_spike_check) == "ab"
    assert await load_schema(store.client, store.keys) == 3


async def test_a_migration_that_failed_runs_again_and_the_one_before_it_does_not(store: Store) -> None:
    with pytest.raises(ConnectionResetError):
        await run_migrations(store.client, store.keys, store.leases, (append_a, fail))
    assert await load_schema(store.client, store.keys) == 2
    assert await run_migrations(store.client, store.keys, store.leases, (append_a, append_b)) == 1
    assert await store.client.execute("GET", store.keys.last_spike_check) == "ab"


async def test_data_of_a_newer_schema_stays_as_it_is(store: Store) -> None:
    await store.client.execute("HSET", store.keys.meta, "schema", 3)
    assert await run_migrations(store.client, store.keys, store.leases, (append_a,)) == 0
    assert not await store.client.execute("EXISTS", store.keys.last_spike_check)
    assert await load_schema(store.client, store.keys) == 3


async def test_data_that_an_early_release_wrote_without_a_schema_is_migrated_too(store: Store, brand: str) -> None:
    await store.client.execute("HINCRBY", store.keys.mention_counters, "seen", 1)
    await claim_keys(store.client, BrandIdentity(brand, "Northwind Air", is_explicit=True))
    assert await run_migrations(store.client, store.keys, store.leases, (append_a,)) == 1
