"""Which destinations are owed something; those that are not are forgotten, or each look would cost more for ever."""

from bot.domain.destination import Destination, parse_destination
from bot.store.client import RedisClient
from bot.store.keys import Keys


async def list_pending_destinations(client: RedisClient, keys: Keys) -> list[Destination]:
    known = [parse_destination(name) for name in sorted(await client.execute("SMEMBERS", keys.outboxes))]
    if not known:
        return []
    there = await client.execute_batch([("EXISTS", keys.outbox_key(to)) for to in known])
    empty = [to for to, found in zip(known, there, strict=True) if not int(found)]
    if empty:
        await client.run_script("owing", [keys.outboxes, *map(keys.outbox_key, empty)], list(map(str, empty)))
    return [to for to, found in zip(known, there, strict=True) if int(found)]
