"""What has to be changed in the stored data of an earlier release, in order, one line for each change.

Add a migration only for what the readers of records cannot do by themselves: see docs/develop/storage.md.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import structlog

from bot.store.client import RedisClient, parse_int
from bot.store.keys import Keys
from bot.store.leases import LeaseManager

Migration: TypeAlias = Callable[[RedisClient, Keys], Awaitable[None]]
"""Change the data of one brand. It may be stopped at any point and run again, while the release before goes on."""

MIGRATIONS: Sequence[Migration] = ()
"""The first leads from schema 1 to 2. Never remove one, and never change the order."""
FIRST_SCHEMA = 1
"""Also that of data without a schema, which c089daf wrote."""
SCHEMA = FIRST_SCHEMA + len(MIGRATIONS)
"""The schema that this release writes."""
LEASE_NAME = "migrations"

log = structlog.get_logger(__name__)


async def load_schema(client: RedisClient, keys: Keys) -> int:
    """Return the schema of the stored data."""
    return parse_int(await client.execute("HGET", keys.meta, "schema")) or FIRST_SCHEMA


async def run_migrations(
    client: RedisClient, keys: Keys, leases: LeaseManager, migrations: Sequence[Migration] = MIGRATIONS
) -> int:
    """Run the migrations that the data needs, and return how many there were.

    One process runs them while the others wait. Data of a newer schema is left as it is.
    """
    if await load_schema(client, keys) >= FIRST_SCHEMA + len(migrations):
        return 0
    async with leases.hold_lease(LEASE_NAME):
        found = await load_schema(client, keys)
        for schema, migration in list(enumerate(migrations, FIRST_SCHEMA))[found - FIRST_SCHEMA :]:
            await migration(client, keys)
            await client.execute("HSET", keys.meta, "schema", schema + 1)
            log.info("stored data migrated", schema=schema + 1)
        return max(0, FIRST_SCHEMA + len(migrations) - found)
