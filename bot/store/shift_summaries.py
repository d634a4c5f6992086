"""Collect the data of a shift summary, and enqueue it once a day for each department."""

from datetime import datetime, timedelta

from bot.domain.crisis import MentionCounts
from bot.domain.outbox import Notification
from bot.domain.paging.page import Page
from bot.domain.periods import widen_to_quarters
from bot.domain.reports.report import ReportQuery
from bot.domain.shift_summary import LOOKBACK, ShiftSummary
from bot.store.client import RedisClient, parse_hash
from bot.store.crises import CrisisStore
from bot.store.decision_writer import add_notification, to_ms
from bot.store.drills import DrillStore
from bot.store.episodes import EpisodeStore
from bot.store.keys import Keys
from bot.store.pages import PageStore
from bot.store.report_counters import ReportCounterStore
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction, commit

AUDIT_LIMIT = 5_000
"""Newest audit events to search: more than a bad night has."""
DEDUP_KEPT = timedelta(days=2)


class ShiftSummaryStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._pages = PageStore(client, keys)
        self._episodes = EpisodeStore(client, keys)
        self._crises = CrisisStore(client, keys)
        self._drills = DrillStore(client, keys)
        self._tallies = ReportCounterStore(client, keys)

    async def notify_once(self, note: Notification, at: datetime) -> None:
        """Enqueue the summary. Dedup: once for each day and department."""
        once = self._keys.seen_key(f"note:{note.subject_id}:{note.nth}")
        transaction = Transaction(self._keys.inbox)
        transaction.guard(once, "")
        transaction.write("SET", once, "1", "EX", int(DEDUP_KEPT.total_seconds()))
        add_notification(transaction, self._keys, note, at)
        await commit(self._client, transaction)

    async def load_summary(self, department: str, at: datetime) -> ShiftSummary:
        since = at - LOOKBACK
        query = ReportQuery(department=department)
        [tally] = await self._tallies.load_tallies(widen_to_quarters(since, at), query=query)
        counts = MentionCounts.from_tally(tally)
        waiting, overdue = (await self._tallies.count_open([department], at))[department]
        drill = (await self._drills.load_drills()).get(department)
        episodes = [one for one in await self._episodes.list_latest() if one.opened_at >= since]
        return ShiftSummary(
            department=department,
            since=since,
            posts=counts.posts,
            negative=counts.negative,
            pages=tuple(one for one in await self._load_pages(since) if one.department == department),
            episodes=tuple(one for one in episodes if one.department == department),
            waiting=waiting,
            overdue=overdue,
            crises=tuple(one for one in await self._crises.list_open_crises() if one.told.department == department),
            missed=drill if drill is not None and drill.is_missed else None,
        )

    async def _load_pages(self, since: datetime) -> list[Page]:
        reply = await self._client.execute("XREVRANGE", self._keys.audit, "+", to_ms(since), "COUNT", AUDIT_LIMIT)
        found = [parse_hash(fields).get("page", "") for _, fields in reply]
        pages = await self._pages.find([one for one in found if one])
        return sorted((one for one in pages.values() if one.opened_at >= since), key=lambda one: one.opened_at)
