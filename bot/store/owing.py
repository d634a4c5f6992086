"""Which destinations are owed something; those that are not are forgotten, or each look would cost more for ever."""

from bot.store.client import Client
from bot.store.keys import Keys


async def owing(client: Client, keys: Keys) -> list[str]:
    names = sorted(await client.call("SMEMBERS", keys.outboxes))
    if not names:
        return []
    there = await client.together([("EXISTS", keys.outbox(name)) for name in names])
    empty = [name for name, found in zip(names, there, strict=True) if not int(found)]
    if empty:
        await client.script("owing", [keys.outboxes, *(keys.outbox(name) for name in empty)], empty)
    return [name for name, found in zip(names, there, strict=True) if int(found)]
