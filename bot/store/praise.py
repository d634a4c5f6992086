"""Two lists of praise, kept by the commits of cases: who was not thanked yet, and what is worth sharing."""

from datetime import datetime

from bot.domain.case import Case
from bot.domain.cases.praise import is_shareworthy, needs_thanks
from bot.store.cases import CaseStore
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.repository import RedisStore


class PraiseStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys, cases: CaseStore) -> None:
        super().__init__(client, keys)
        self._cases = cases

    async def list_unthanked(self, since: datetime, most: int) -> list[Case]:
        """Return the newest praise since then whose author nobody has thanked."""
        return [case for case in await self._load(self._keys.unthanked, since.timestamp(), most) if needs_thanks(case)]

    async def list_shareworthy(self, most: int) -> list[Case]:
        return [case for case in await self._load(self._keys.shareworthy, "-inf", most) if is_shareworthy(case)]

    async def count_shareworthy(self) -> int:
        return int(await self._client.execute("ZCARD", self._keys.shareworthy))

    async def _load(self, key: str, since: float | str, most: int) -> list[Case]:
        ids = await self._client.execute("ZRANGE", key, "+inf", since, "BYSCORE", "REV", "LIMIT", 0, most)
        found = await self._cases.find(ids)
        return [found[one] for one in ids if one in found]
