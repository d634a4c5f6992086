"""Posts by colleagues: who wrote where and when, without the words."""

from typing import NamedTuple

from bot.domain.mention import Mention
from bot.domain.own_accounts import StaffSign
from bot.store.client import RedisClient, parse_hash
from bot.store.keys import Keys
from bot.store.record_reader import RecordReader
from bot.store.repository import RedisStore


class StaffPost(NamedTuple):
    """A post without its words, and by what it is known as a colleague's."""

    mention: Mention
    sign: StaffSign


class StaffPostStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._mentions = RecordReader(client, keys, "mention", Mention.from_stored)

    async def list_newest(self, limit: int) -> tuple[StaffPost, ...]:
        """Return the newest, without those that cannot be read."""
        found = []
        for entry, flat in await self._client.execute("XREVRANGE", self._keys.staff_posts, "+", "-", "COUNT", limit):
            fields = parse_hash(flat)
            mention = await self._mentions.read(self._keys.staff_posts, fields.get("m"), f"{entry} m")
            if mention is not None and fields.get("why") in set(StaffSign):
                found.append(StaffPost(mention, StaffSign(fields["why"])))
        return tuple(found)
