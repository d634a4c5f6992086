"""What a source needs to run: an inbox that drops duplicates, and a clock on which every wait ends at once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta

from bot.domain.commits import StoreUnavailable
from bot.domain.health.source_health import REQUESTS, SourceQuota
from bot.domain.mention import Mention
from bot.domain.read_budget import ReadCounts, ReadIds, ReadTotals
from bot.sources.base import MentionSink, MentionSource

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PATIENCE = 60  # seconds until a test that waits for something is called a failure


async def wait_until(true: Callable[[], bool]) -> None:
    """Lets everything else run until it is so. Looks, and never sleeps."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - it is the test that waits
            await asyncio.sleep(0)


class InstantClock:
    """A clock on which every wait is over at once, and took as long as it should."""

    def __init__(self, now: datetime = NOON) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class Inbox:
    """A `MentionSink` in memory."""

    def __init__(self, cursor: str | None = None) -> None:
        self.mentions: dict[str, Mention] = {}
        self.batches: list[int] = []
        self.published: list[Mention] = []
        """In their order, with later wordings and duplicates."""
        self.imported: list[str] = []
        self.deleted_authors: list[str] = []
        self.statuses: list[str] = []
        self.reports: dict[str, str] = {}
        self.reported: list[tuple[str, str]] = []
        self.day = self.month = self.counted = ReadCounts()
        self.read_today: set[tuple[str, str]] = set()
        self.quotas: list[SourceQuota] = []
        self.backlogs: list[int] = []
        self.edits: list[Mention] = []
        self.now: Callable[[], datetime] = lambda: NOON
        self.failures = 0
        self.held = False
        self._cursor = cursor
        self._counted = date.min

    async def load_cursor(self) -> str | None:
        self._answer()
        return self._cursor

    async def publish(
        self, mentions: Sequence[Mention], cursor: str | None = None, edits: Sequence[Mention] = ()
    ) -> int:
        self._answer()
        before = len(self.mentions)
        self.edits += edits
        for mention in mentions:
            self.mentions.setdefault(mention.id, mention)
        self.batches.append(len(mentions))
        self.published += mentions
        if cursor is not None:
            self._cursor = cursor
        return len(self.mentions) - before

    async def delete_author(self, author_id: str) -> None:
        self._answer()
        self.deleted_authors.append(author_id)

    async def import_first(self, mentions: Sequence[Mention], cursor: str) -> None:
        self._answer()
        self.imported += [mention.id for mention in mentions]
        self._cursor = cursor

    async def save_cursor(self, cursor: str) -> None:
        self._answer()
        self._cursor = cursor

    async def check_writable(self) -> None:
        self._answer()

    @asynccontextmanager
    async def hold_source_lease(self) -> AsyncIterator[None]:
        assert not self.held, "two hold what only one may"
        self.held = True
        try:
            yield
        finally:
            self.held = False

    def set_status(self, sentence: str) -> None:
        self.statuses.append(sentence)

    async def report_issue(self, part: str, sentence: str) -> None:
        self._answer()
        self.reports[part] = sentence
        self.reported.append((part, sentence))

    async def count_reads(self, ids: ReadIds) -> ReadTotals:
        self._answer()
        today = self.now().date()
        sent = {("post", one) for one in ids.posts} | {("user", one) for one in ids.users}
        new = sent - (self.read_today if self._counted == today else set())
        self.read_today = new | (self.read_today if self._counted == today else set())
        reads = ReadCounts(sum(kind == "post" for kind, _ in new), sum(kind == "user" for kind, _ in new))
        before, self._counted = self._counted, today
        self.day = self.day if before == today else ReadCounts()
        self.month = self.month if before.month == today.month else ReadCounts()
        self.day, self.month, self.counted = (
            ReadCounts(one.posts + reads.posts, one.users + reads.users) for one in (self.day, self.month, self.counted)
        )
        return ReadTotals(self.day, self.month)

    async def report_backlog(self, waiting: int) -> None:
        self._answer()
        self.backlogs.append(waiting)

    async def report_quota(self, left: float, of: float, until: datetime | None, unit: str = REQUESTS) -> None:
        self._answer()
        self.quotas.append(SourceQuota(left, of, until, unit))

    @property
    def cursor(self) -> str | None:
        return self._cursor

    @property
    def ids(self) -> list[str]:
        return list(self.mentions)

    def _answer(self) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("the store does not answer")


@asynccontextmanager
async def run_source(source: MentionSource, sink: MentionSink) -> AsyncIterator[None]:
    """The source runs meanwhile. What it dies of is the test's failure."""
    task = asyncio.create_task(source.listen(sink))
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
