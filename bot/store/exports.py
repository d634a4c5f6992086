"""Read everything that can be exported, a page at a time: memory does not grow with what is stored but for ids."""

from collections.abc import AsyncIterator, Mapping

from bot.domain.assessment import Assessment
from bot.domain.case import Case, derive_case_id
from bot.domain.commits import MentionOutcome
from bot.domain.mention import Mention
from bot.domain.reports.export_rows import CountedMention, build_label_assessment, count_opening
from bot.domain.spikes.episode import Episode
from bot.store.audit_log import AuditLogReader
from bot.store.cases import CaseStore
from bot.store.client import RedisClient, parse_hash
from bot.store.episodes import EpisodeStore
from bot.store.keys import Keys
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import RedisStore
from bot.store.spam import SpamStore

PAGE_SIZE = 500
"""Stream entries in one reply."""


class ExportStore(RedisStore):
    """Each method yields None in place of a record that this release cannot read."""

    def __init__(
        self, client: RedisClient, keys: Keys, cases: CaseStore, spam: SpamStore, episodes: EpisodeStore
    ) -> None:
        super().__init__(client, keys)
        self._cases, self._spam, self._episodes = cases, spam, episodes
        self._audit_log = AuditLogReader(client, keys)
        self._mentions = RecordReader(client, keys, "mention", Mention.from_stored)

    async def iter_cases(self) -> AsyncIterator[Case | None]:
        """Yield each case once, in no order. One that is opened meanwhile may be missing."""
        seen = set[str]()  # a scan may name a key twice
        async for batch in self._iter_batches("case"):
            new = [case for case in dict.fromkeys(batch) if case not in seen]
            seen.update(new)
            found = await self._cases.find(new)
            for case in new:
                if case in found or self._cases.is_unreadable(case):
                    yield found.get(case)

    async def iter_mentions(self) -> AsyncIterator[CountedMention | None]:
        """Yield each mention that is kept once: of cases, then those that no case has, and spam.

        One that an edit gave a case stays counted as it was: its outcome is that of its first wording.
        """
        before = {one.mention.id: one.outcome async for one in self._iter_other() if one}
        async for case in self.iter_cases():
            if case is None:
                yield None
                continue
            joined = await self._load_joined(case) if case.joined_count and not case.merged_into else []
            counted = [count_opening(case), *(_count(one, MentionOutcome.JOINED, case) for one in joined)]
            for one in counted:
                yield one and one._replace(outcome=before.pop(one.mention.id, one.outcome))
        async for other in self._iter_other():
            if other is None or other.mention.id in before:
                yield other

    async def _iter_other(self) -> AsyncIterator[CountedMention | None]:
        """Yield what was tallied only, and spam."""
        async for entry, fields in self._iter_stream(self._keys.unrouted):
            mention = await self._mentions.read(self._keys.unrouted, fields.get("m", ""), entry)
            labels = build_label_assessment(fields.get("labels", ""))
            yield _count(mention, MentionOutcome.TALLIED, None, labels)
        async for entry, fields in self._iter_stream(self._keys.spam):
            spam = await self._spam.parse_entry(entry, fields)
            yield spam and CountedMention(
                spam.mention, MentionOutcome.SPAM, min(spam.mention.created_at, spam.at), None, spam.assessment
            )

    async def iter_events(self) -> AsyncIterator[Mapping[str, str]]:
        """Yield the entries of the audit log, oldest first."""
        last = ""
        while page := await self._audit_log.read(last):
            for _, fields in page:
                yield fields
            last = page[-1][0]

    async def iter_episodes(self) -> AsyncIterator[Episode | None]:
        """Yield the episodes, oldest first."""
        for name in await self._client.execute("ZRANGE", self._keys.episodes, 0, -1):
            try:
                episode = await self._episodes.get(name)
            except UnreadableRecordError:
                yield None
            else:
                if episode is not None:
                    yield episode

    async def _load_joined(self, case: Case) -> list[Mention | None]:
        """Return the mentions that joined the case, without those that have a case, which was merged into it."""
        key = self._keys.joined_mentions_key(case.id)
        bodies = parse_hash(await self._client.execute("HGETALL", key))
        own = await self._client.read_bodies([self._keys.case_key(derive_case_id(name)) for name in bodies], "v")
        joined = [name for name, version in zip(bodies, own, strict=True) if version is None]
        return [await self._mentions.read(key, bodies[name], name) for name in joined]

    async def _iter_stream(self, key: str) -> AsyncIterator[tuple[str, dict[str, str]]]:
        start = "-"
        while page := await self._client.execute("XRANGE", key, start, "+", "COUNT", PAGE_SIZE):
            for entry, flat in page:
                yield entry, parse_hash(flat)
            start = f"({page[-1][0]}"


def _count(
    mention: Mention | None, outcome: MentionOutcome, case: Case | None, assessment: Assessment | None = None
) -> CountedMention | None:
    return CountedMention(mention, outcome, mention.created_at, case, assessment) if mention else None
