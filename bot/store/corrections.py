"""Corrections of labels by people: stored with the mention, read back for training, counted for precision."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import BaseModel

from bot.domain.case import Case
from bot.domain.correction import Correction, CorrectionKind
from bot.domain.mention import Mention
from bot.domain.reports.precision import count_precision
from bot.store.client import RedisClient, parse_counts
from bot.store.keys import CORRECTIONS_KEPT, CORRECTIONS_MOST, TALLIES_KEPT, Keys, format_day
from bot.store.record_reader import RecordReader
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction

PAGE_SIZE = 500
"""Stream entries in one XRANGE."""


class StoredCorrection(NamedTuple):
    """A correction, with the mention it is about and the case it was made on."""

    correction: Correction
    mention: Mention
    case: str


def add_correction(transaction: Transaction, keys: Keys, case: Case, correction: Correction) -> None:
    """Append a correction. Old ones are trimmed by number and, since they hold strangers' words, by age."""
    body = {
        **correction._asdict(),
        "at": correction.at.isoformat(),
        "case": case.id,
        "mention": case.mention.model_dump(mode="json", exclude_defaults=True),
    }
    transaction.write("XADD", keys.corrections, "MAXLEN", "~", CORRECTIONS_MOST, "*", "body", json.dumps(body))
    oldest = int((correction.at - CORRECTIONS_KEPT).timestamp() * 1000)
    transaction.write("XTRIM", keys.corrections, "MINID", oldest)


def update_precision(transaction: Transaction, keys: Keys, before: Case | None, case: Case) -> None:
    """Add the difference between the precision counts of the case before and after to the counters of its day."""
    changes: dict[str, Counter[str]] = {}
    for one, sign in ((before, -1), (case, 1)):
        if one is None or one.resolved_at is None:
            continue
        change = changes.setdefault(keys.precision_key(format_day(one.resolved_at)), Counter())
        for word, count in count_precision(one).items():
            change[word] += sign * count
    for judged, change in changes.items():
        for word, count in sorted(change.items()):
            if count:
                transaction.write("HINCRBY", judged, word, count)
                transaction.write("EXPIRE", judged, int(TALLIES_KEPT.total_seconds()))


class CorrectionStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "correction", parse_correction)

    async def iter_corrections(self) -> AsyncIterator[StoredCorrection]:
        """Yield all readable corrections, oldest first, including those that were undone since."""
        start = "-"
        while entries := await self._client.execute("XRANGE", self._keys.corrections, start, "+", "COUNT", PAGE_SIZE):
            for entry, flat in entries:
                if (one := await self._records.read(self._keys.corrections, flat[1], entry)) is not None:
                    yield one
            start = f"({entries[-1][0]}"

    async def load_precision(self, until: datetime, days: int) -> Counter[str]:
        """Return the sum of the counters of `days` UTC days up to and including `until`."""
        keys = [self._keys.precision_key(format_day(until - timedelta(days=ago))) for ago in range(days)]
        found: Counter[str] = Counter()
        for flat in await self._client.execute_each([("HGETALL", key) for key in keys]):
            found.update(parse_counts(flat))
        return found


class _CorrectionRecord(BaseModel):
    """The stored form: the fields of the correction, its mention and its case."""

    kind: CorrectionKind
    was: str
    now: str
    by: str
    at: datetime
    labels: tuple[str, ...] = ()
    case: str
    mention: Mention


def parse_correction(body: str) -> StoredCorrection:
    one = _CorrectionRecord.model_validate_json(body)
    return StoredCorrection(Correction(one.kind, one.was, one.now, one.by, one.at, one.labels), one.mention, one.case)
