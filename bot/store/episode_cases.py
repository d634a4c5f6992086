"""The cases of an episode, the most pressing first. They are found by the spike worker, after triage."""

from collections.abc import Sequence

from bot.domain.case import Case
from bot.domain.storm import StormProgress
from bot.store.cases import CaseStore
from bot.store.client import RedisClient
from bot.store.digests import score_urgency
from bot.store.keys import CASE_KEPT, Keys
from bot.store.repository import RedisStore

BATCH_SIZE = 500
"""Cases read at a time."""


class EpisodeCaseStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys, cases: CaseStore) -> None:
        super().__init__(client, keys)
        self._cases = cases

    async def add(self, episode: str, case_ids: Sequence[str]) -> None:
        """Add those that exist: a mention that joined a case has none of its own. Adding twice changes nothing."""
        key = self._keys.episode_cases_key(episode)
        for start in range(0, len(case_ids), BATCH_SIZE):
            found = await self._cases.find(case_ids[start : start + BATCH_SIZE])
            if scores := [part for case in found.values() for part in (score_urgency(case), case.id)]:
                expire = ("EXPIRE", key, int(CASE_KEPT.total_seconds()))
                await self._client.execute_batch([("ZADD", key, "NX", *scores), expire])

    async def list_ids(self, episode: str) -> list[str]:
        return list(await self._client.execute("ZRANGE", self._keys.episode_cases_key(episode), 0, -1))

    async def has_case(self, episode: str, case: Case) -> bool:
        return await self._client.execute("ZSCORE", self._keys.episode_cases_key(episode), case.id) is not None

    async def load_progress(self, episode: str) -> StormProgress:
        statuses = await self._cases.load_statuses(await self.list_ids(episode))
        return StormProgress.from_statuses(statuses.values())
