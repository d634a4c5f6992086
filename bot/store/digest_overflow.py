"""More cases than one card can list: all of them are kept with it, by urgency, and it shows those that come first."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.case import Case, CaseStatus
from bot.domain.outbox import Notification
from bot.store.case_writer import to_ms
from bot.store.keys import DIGEST_KEPT
from bot.store.message_records import DigestRecord
from bot.store.outbox import build_listed_record
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit

_AGES = 10**13
"""More than any time in milliseconds, so that urgency goes before age."""


class DigestOverflowStore(RedisStore):
    async def add(self, record: DigestRecord, cases: Sequence[Case], at: datetime) -> int:
        """List these with the card, and no longer owe them one of their own. Return how many; the rest has changed."""
        rest, listed = self._keys.digest_overflow_key(record.id), build_listed_record(record, at)
        transactions = []
        for case in cases:
            transaction = Transaction(self._keys.inbox)
            transaction.guard(self._keys.case_key(case.id), case.version, "v")
            body = listed.model_copy(update={"drawn": case.version}).model_dump_json()
            transaction.write("HSET", self._keys.card_key(case.id), "body", body)
            card = Notification.draw_card(case.id, record.department)
            transaction.write("ZREM", self._keys.outbox_key(card.to), card.key)
            transaction.write("ZADD", rest, _score_urgency(case), case.id)
            transaction.add_upkeep("EXPIRE", rest, int(DIGEST_KEPT.total_seconds()))
            transactions.append(transaction)
        return sum(reply is CommitResult.WRITTEN for reply in await commit(self._client, *transactions))

    async def list_hidden(self, record: DigestRecord, limit: int) -> list[str]:
        """The cases that come first of those that the card does not show."""
        return list(await self._client.execute("ZRANGE", self._keys.digest_overflow_key(record.id), 0, limit - 1))

    async def count(self, record: DigestRecord) -> int:
        """How many the card stands for now."""
        return int(await self._client.execute("ZCARD", self._keys.digest_overflow_key(record.id))) + len(record.cases)

    async def update_shown(
        self, record: DigestRecord, shown: Sequence[Case], hidden: Sequence[Case], gone: Sequence[str]
    ) -> None:
        """The card shows these now; others that it showed go back, and what nobody waits for goes."""
        rest, key = self._keys.digest_overflow_key(record.id), self._keys.digest_key(record.id)
        transaction = Transaction(self._keys.inbox)
        placed = record.model_copy(update={"cases": tuple(case.id for case in shown)})
        transaction.write("HSET", key, "body", placed.model_dump_json())
        transaction.write("EXPIRE", key, int(DIGEST_KEPT.total_seconds()))
        for case_id in [*gone, *(case.id for case in shown)]:
            transaction.write("ZREM", rest, case_id)
        for case in hidden:
            transaction.write("ZADD", rest, _score_urgency(case), case.id)
        await commit(self._client, transaction)


def sort_by_urgency(cases: Sequence[Case]) -> list[Case]:
    return sorted(cases, key=_score_urgency)


def is_waiting(case: Case, department: str) -> bool:
    return case.status is CaseStatus.NEW and case.department == department


def _score_urgency(case: Case) -> int:
    return (100 - min(100, case.assessment.urgency)) * _AGES + to_ms(case.mention.created_at)
