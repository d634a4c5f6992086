"""Mentions classified as spam, kept for review, from where a person can restore them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bot.domain.assessment import Assessment
from bot.domain.commits import CaseDecision, MentionOutcome, ProcessedMention
from bot.domain.mention import Mention
from bot.domain.routing import NOBODY
from bot.store.case_writer import write_decision
from bot.store.client import RedisClient, parse_hash
from bot.store.keys import Keys
from bot.store.mention_writer import add_to_tally, build_tally_field
from bot.store.record_reader import RecordReader
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit


class SpamEntry(NamedTuple):
    """A mention classified as spam. `id` is that of its stream entry."""

    id: str
    mention: Mention
    assessment: Assessment
    at: datetime

    @property
    def processed_mention(self) -> ProcessedMention:
        """The mention as triage counted it."""
        return ProcessedMention(self.mention, self.assessment, NOBODY, MentionOutcome.SPAM, self.at)


class SpamStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._mentions = RecordReader(client, keys, "mention", Mention.from_stored)
        self._assessments = RecordReader(client, keys, "assessment", Assessment.model_validate_json)

    async def list_newest(self, limit: int, before: str = "") -> tuple[SpamEntry, ...]:
        """Return a page, newest first; `before` is the last entry of the page before."""
        last = f"({before}" if before else "+"
        reply = await self._client.execute("XREVRANGE", self._keys.spam, last, "-", "COUNT", limit)
        return await self._parse_entries(reply)

    async def find(self, entry: str) -> SpamEntry | None:
        """Return an entry, or None if it has expired or was restored."""
        found = await self._parse_entries(await self._client.execute("XRANGE", self._keys.spam, entry, entry))
        return found[0] if found else None

    async def count(self) -> int:
        return int(await self._client.execute("XLEN", self._keys.spam))

    async def restore_mention(self, kept: SpamEntry, decision: CaseDecision, at: datetime) -> bool:
        """Open the case, correct the counters and delete the entry, all or nothing.

        Return False if the case exists already.
        """
        transaction = Transaction(self._keys.inbox)
        processed = kept.processed_mention
        created_at = min(processed.mention.created_at, processed.at)
        transaction.write("HINCRBY", self._keys.mention_counters, MentionOutcome.SPAM.value, -1)
        add_to_tally(transaction, self._keys, created_at, build_tally_field(processed, created_at), -1)
        transaction.write("XDEL", self._keys.spam, kept.id)
        write_decision(transaction, self._keys, decision, at)
        return (await commit(self._client, transaction))[0] is CommitResult.WRITTEN

    async def parse_entry(self, entry: str, fields: Mapping[str, str]) -> SpamEntry | None:
        """Return the entry, or None if it cannot be read."""
        mention = await self._mentions.read(self._keys.spam, fields.get("m"), f"{entry} m")
        assessment = await self._assessments.read(self._keys.spam, fields.get("a"), f"{entry} a")
        if mention is None or assessment is None:
            return None
        return SpamEntry(entry, mention, assessment, datetime.fromisoformat(fields["at"]))

    async def _parse_entries(self, entries: Sequence[Any]) -> tuple[SpamEntry, ...]:
        """Parse stream entries, without those that cannot be read."""
        read = [await self.parse_entry(entry, parse_hash(flat)) for entry, flat in entries]
        return tuple(one for one in read if one is not None)
