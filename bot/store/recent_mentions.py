"""What was heard lately, for whoever starts again and for those who triage beside us. No word that anybody said."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import structlog
from pydantic import TypeAdapter, ValidationError

from bot.store.client import parse_hash
from bot.store.keys import Keys
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction

AT_ONCE = 100
"""Entries a page, each with a part of up to 32 mentions: read in some ten milliseconds."""

log = structlog.get_logger("lately")


class RecentMention(NamedTuple):
    """A mention that was heard lately. `author` is empty where nobody knows it, `words` where they are too few."""

    at: datetime
    mention: str
    author: str
    """With the outlet."""
    words: str
    """A hash of them."""


_Rows = TypeAdapter(list[tuple[int, str, str, str]])


class RecentBatch(NamedTuple):
    """What a worker adds with a part of a batch, and from when on it remembers."""

    worker: str
    recent: Sequence[RecentMention]
    since: datetime


def append_recent(transaction: Transaction, keys: Keys, batch: RecentBatch) -> None:
    """In one entry; what its worker has forgotten is dropped. Nobody minds reading a mention twice."""
    transaction.add_upkeep("XADD", keys.recent_mentions, "*", "by", batch.worker, "heard", dump_recent(batch.recent))
    transaction.add_upkeep("XTRIM", keys.recent_mentions, "MINID", "~", _to_ms(batch.since))


class RecentPage(NamedTuple):
    recent: list[RecentMention]
    end: str
    """From where to read on."""
    more: bool


class RecentMentionStore(RedisStore):
    async def read_page(self, after: str, exclude_worker: str = "") -> RecentPage:
        """In the order of commits, without what was written by `beside`.

        An entry that cannot be read is left out, and the log says which.
        """
        reply = await self._client.execute("XRANGE", self._keys.recent_mentions, f"({after}", "+", "COUNT", AT_ONCE)
        found: list[RecentMention] = []
        for place, fields in reply:
            entry = parse_hash(fields)
            if not exclude_worker or entry.get("by") != exclude_worker:
                found += parse_recent(place, entry.get("heard", ""))
        return RecentPage(found, reply[-1][0] if reply else after, len(reply) == AT_ONCE)


def dump_recent(recent: Sequence[RecentMention]) -> str:
    return _Rows.dump_json([(_to_ms(one.at), one.mention, one.author, one.words) for one in recent]).decode()


def parse_recent(place: str, body: str) -> list[RecentMention]:
    """Empty where the entry cannot be read."""
    try:
        return [RecentMention(datetime.fromtimestamp(at / 1000, UTC), *rest) for at, *rest in _Rows.validate_json(body)]
    except (ValidationError, ValueError, OverflowError, OSError):  # the last three: times that no calendar has
        log.warning("entry skipped", stream="lately", entry=place)
        return []


def _to_ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
