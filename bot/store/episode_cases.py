"""The cases of an episode, the most pressing first. They are found by the spike worker, after triage."""

from collections.abc import Sequence

from bot.domain.campaigns.case_outcome import (
    CaseOutcome,
    EpisodeCase,
    compute_outcome,
    count_case,
    parse_episode_case,
)
from bot.domain.case import Case
from bot.domain.storm import StormProgress
from bot.store.case_writer import EPISODE_FIELD
from bot.store.cases import CaseStore
from bot.store.client import RedisClient
from bot.store.digests import score_urgency
from bot.store.keys import CASE_KEPT, Keys
from bot.store.repository import RedisStore

BATCH_SIZE = 500
"""Cases read at a time."""
OLDER_BATCH = 25
OLDER_MOST = 1_000
"""Cases of older releases that are read as a whole, and how many at a time: parsing 25 takes some 4 ms."""


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

    async def load_outcome(self, episode: str) -> CaseOutcome:
        """Compute what came of its cases. Of those that older releases wrote, the most pressing `OLDER_MOST` count."""
        found, older = list[EpisodeCase](), list[str]()
        ids = await self.list_ids(episode)
        for start in range(0, len(ids), BATCH_SIZE):
            some = ids[start : start + BATCH_SIZE]
            versions, texts = await self._client.read_fields(list(map(self._keys.case_key, some)), "v", EPISODE_FIELD)
            for case_id, version, text in zip(some, versions, texts, strict=True):
                read = parse_episode_case(text, version) if version and text else None
                if read is not None:
                    found.append(read)
                elif version is not None:
                    older.append(case_id)
        read_whole = older[:OLDER_MOST]
        for start in range(0, len(read_whole), OLDER_BATCH):
            cases = await self._cases.find(read_whole[start : start + OLDER_BATCH])
            found.extend(map(count_case, cases.values()))
        return compute_outcome(found, unread=len(older) - len(read_whole))

    async def load_progress(self, episode: str) -> StormProgress:
        statuses = await self._cases.load_statuses(await self.list_ids(episode))
        return StormProgress.from_statuses(statuses.values())
