"""Spam, kept for a while to be looked through: nothing is dropped, and what is none can be brought back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bot.domain.assessment import Assessment
from bot.domain.commits import CaseDecision, MentionOutcome, ProcessedMention
from bot.domain.mention import Mention
from bot.domain.routing import NOBODY
from bot.store.case_writer import build_tally_field, write_decision
from bot.store.client import RedisClient, parse_hash
from bot.store.keys import Keys
from bot.store.record_reader import RecordReader
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit


class SpamEntry(NamedTuple):
    """A mention that was taken for spam. `id` is that of its entry."""

    id: str
    mention: Mention
    assessment: Assessment
    at: datetime

    @property
    def processed_mention(self) -> ProcessedMention:
        """As it was counted."""
        return ProcessedMention(self.mention, self.assessment, NOBODY, MentionOutcome.SPAM, self.at)


class SpamStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._mentions = RecordReader(client, keys, "mention", Mention.from_stored)
        self._assessments = RecordReader(client, keys, "assessment", Assessment.model_validate_json)

    async def list_newest(self, limit: int, before: str = "") -> tuple[SpamEntry, ...]:
        """The newest first; `before` is the entry where an earlier page ended."""
        last = f"({before}" if before else "+"
        return await self._parse_entries(
            await self._client.execute("XREVRANGE", self._keys.spam, last, "-", "COUNT", limit)
        )

    async def find(self, entry: str) -> SpamEntry | None:
        """None where it is kept no longer, or was brought back."""
        return next(
            iter(await self._parse_entries(await self._client.execute("XRANGE", self._keys.spam, entry, entry))), None
        )

    async def count(self) -> int:
        return int(await self._client.execute("XLEN", self._keys.spam))

    async def restore_mention(self, kept: SpamEntry, decision: CaseDecision, at: datetime) -> bool:
        """Opens the case and moves the mention from spam to opened, in the books and in the tally; all or nothing.

        Twice is once: the case may not be there yet, and its entry goes with it. False where it was there.
        """
        transaction = Transaction(self._keys.inbox)
        heard = kept.processed_mention
        said = min(heard.mention.created_at, heard.at)
        transaction.write("HINCRBY", self._keys.mention_counters, MentionOutcome.SPAM.value, -1)
        transaction.write("HINCRBY", self._keys.tally_key(said), build_tally_field(heard, said), -1)
        transaction.write("XDEL", self._keys.spam, kept.id)
        write_decision(transaction, self._keys, decision, at)
        return (await commit(self._client, transaction))[0] is CommitResult.WRITTEN

    async def _parse_entries(self, entries: Sequence[Any]) -> tuple[SpamEntry, ...]:
        """Those that can be read."""
        found = []
        for entry, flat in entries:
            fields = parse_hash(flat)
            mention = await self._mentions.read(self._keys.spam, fields.get("m"), f"{entry} m")
            heard = await self._assessments.read(self._keys.spam, fields.get("a"), f"{entry} a")
            if mention is not None and heard is not None:
                found.append(SpamEntry(entry, mention, heard, datetime.fromisoformat(fields["at"])))
        return tuple(found)
