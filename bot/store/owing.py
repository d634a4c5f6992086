"""Which destinations are owed something; those that are not are forgotten, or each look would cost more for ever."""

from bot.domain.destination import Destination, parse_destination
from bot.store.client import Client
from bot.store.keys import Keys


async def owing(client: Client, keys: Keys) -> list[Destination]:
    known = [parse_destination(name) for name in sorted(await client.call("SMEMBERS", keys.outboxes))]
    if not known:
        return []
    there = await client.together([("EXISTS", keys.outbox(to)) for to in known])
    empty = [to for to, found in zip(known, there, strict=True) if not int(found)]
    if empty:
        await client.script("owing", [keys.outboxes, *map(keys.outbox, empty)], list(map(str, empty)))
    return [to for to, found in zip(known, there, strict=True) if int(found)]
