"""Recent mentions as ids and hashes, without text, for triage workers after a restart and for each other."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import structlog
from pydantic import TypeAdapter, ValidationError

from bot.store.client import parse_hash
from bot.store.keys import Keys
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction, commit

PAGE_SIZE = 100
"""Entries of a page, each with up to 32 mentions: read in about ten milliseconds."""

log = structlog.get_logger("lately")


class RecentMention(NamedTuple):
    """A recent mention. `author` (with its source) is empty if unknown, `words` (a hash) if there are too few."""

    at: datetime
    mention: str
    author: str
    words: str


_Rows = TypeAdapter(list[tuple[int, str, str, str]])


class RecentBatch(NamedTuple):
    """The mentions that a worker adds with a commit; older entries than `since` are trimmed."""

    worker: str
    recent: Sequence[RecentMention]
    since: datetime


def build_recent(keys: Keys, batch: RecentBatch) -> Transaction:
    """Append a batch as one entry and trim old ones. Idempotent for readers, so that nothing guards it."""
    transaction = Transaction(keys.inbox, ignore_fence=True)
    transaction.write("XADD", keys.recent_mentions, "*", "by", batch.worker, "heard", dump_recent(batch.recent))
    transaction.add_upkeep("XTRIM", keys.recent_mentions, "MINID", "~", _to_ms(batch.since))
    return transaction


class RecentPage(NamedTuple):
    recent: list[RecentMention]
    end: str
    """The position after which the next page begins."""
    more: bool


class RecentMentionStore(RedisStore):
    async def append(self, batch: RecentBatch) -> None:
        """Append a batch that is not committed with anything else."""
        if batch.recent:
            await commit(self._client, build_recent(self._keys, batch))

    async def read_page(self, after: str, exclude_worker: str = "") -> RecentPage:
        """Read a page in the order of commits, without entries of one worker. Unreadable entries are logged."""
        reply = await self._client.execute("XRANGE", self._keys.recent_mentions, f"({after}", "+", "COUNT", PAGE_SIZE)
        found: list[RecentMention] = []
        for place, fields in reply:
            entry = parse_hash(fields)
            if not exclude_worker or entry.get("by") != exclude_worker:
                found += parse_recent(place, entry.get("heard", ""))
        return RecentPage(found, reply[-1][0] if reply else after, len(reply) == PAGE_SIZE)


def dump_recent(recent: Sequence[RecentMention]) -> str:
    return _Rows.dump_json([(_to_ms(one.at), one.mention, one.author, one.words) for one in recent]).decode()


def parse_recent(place: str, body: str) -> list[RecentMention]:
    """Parse an entry. Return [] and log a warning if it cannot be read."""
    try:
        return [RecentMention(datetime.fromtimestamp(at / 1000, UTC), *rest) for at, *rest in _Rows.validate_json(body)]
    except (ValidationError, ValueError, OverflowError, OSError):  # the last three: times out of range
        log.warning("entry skipped", stream="lately", entry=place)
        return []


def _to_ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
