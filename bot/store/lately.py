"""What was heard lately, for whoever starts again and for those who triage beside us. No word that anybody said."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import structlog
from pydantic import TypeAdapter, ValidationError

from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.transaction import Transaction

AT_ONCE = 100
"""Entries a page, each with a part of up to 32 mentions: read in some ten milliseconds."""

log = structlog.get_logger("lately")


class Recent(NamedTuple):
    """A mention that was heard lately. `author` is empty where nobody knows it, `words` where they are too few."""

    at: datetime
    mention: str
    author: str
    """With the outlet."""
    words: str
    """A hash of them."""


_Rows = TypeAdapter(list[tuple[int, str, str, str]])


class Share(NamedTuple):
    """What a worker adds with a part of a batch, and from when on it remembers."""

    by: str
    recent: Sequence[Recent]
    since: datetime


def remember(transaction: Transaction, keys: Keys, share: Share) -> None:
    """In one entry; what its worker has forgotten is dropped. Nobody minds reading a mention twice."""
    transaction.upkeep("XADD", keys.lately, "*", "by", share.by, "heard", write_rows(share.recent))
    transaction.upkeep("XTRIM", keys.lately, "MINID", "~", _ms(share.since))


class Page(NamedTuple):
    recent: list[Recent]
    end: str
    """From where to read on."""
    more: bool


class LatelyStore:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def read(self, after: str, beside: str = "") -> Page:
        """In the order of commits, without what was written by `beside`.

        An entry that cannot be read is left out, and the log says which.
        """
        reply = await self._client.call("XRANGE", self._keys.lately, f"({after}", "+", "COUNT", AT_ONCE)
        found: list[Recent] = []
        for place, fields in reply:
            entry = dict(zip(fields[::2], fields[1::2], strict=True))
            if not beside or entry.get("by") != beside:
                found += read_rows(place, entry.get("heard", ""))
        return Page(found, reply[-1][0] if reply else after, len(reply) == AT_ONCE)


def write_rows(recent: Sequence[Recent]) -> str:
    return _Rows.dump_json([(_ms(one.at), one.mention, one.author, one.words) for one in recent]).decode()


def read_rows(place: str, body: str) -> list[Recent]:
    """Empty where the entry cannot be read."""
    try:
        return [Recent(datetime.fromtimestamp(at / 1000, UTC), *rest) for at, *rest in _Rows.validate_json(body)]
    except (ValidationError, ValueError, OverflowError, OSError):  # the last three: times that no calendar has
        log.warning("entry skipped", stream="lately", entry=place)
        return []


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
