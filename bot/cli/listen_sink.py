"""A mention sink in memory for `earshot listen`: it shows posts with their labels and routes, and stores nothing."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime

import typer

from bot.cli.listen_view import ListenView, RoutedPost, SourceOutcome
from bot.clock import Clock
from bot.config import Playbook
from bot.detectors.pipeline import MentionAssessor
from bot.domain.case import Case
from bot.domain.health.source_health import REQUESTS
from bot.domain.mention import Mention
from bot.domain.read_budget import ReadCounts, ReadIds, ReadTotals
from bot.domain.routing import find_route

EARLIER_SHOWN = 5
"""Existing posts of a source that are shown at its start, so that something is on the screen at once."""


class PostRouter:
    """Assesses posts, finds their routes and shows them."""

    def __init__(self, playbook: Playbook, assessor: MentionAssessor, view: ListenView) -> None:
        self.view = view
        self._playbook = playbook
        self._assessor = assessor

    async def show_posts(self, mentions: Sequence[Mention], clock: Clock) -> None:
        results = await self._assessor.assess_in_thread(mentions)
        for mention, result in zip(mentions, results, strict=True):
            route = find_route(self._playbook.routes, mention, result.assessment)
            now = clock.now()
            case = Case(
                id="", mention=mention, assessment=result.explain_assessment(), department=route.to, opened_at=now,
                waiting_since=now,
            )  # fmt: skip
            self.view.print_post(RoutedPost(case, route), now)


class MemorySink:
    """The mention sink of one source in memory: a cursor and counts, and no store."""

    def __init__(self, source: str, router: PostRouter, clock: Clock) -> None:
        self._source, self._router, self._clock = source, router, clock
        self._cursor: str | None = None
        self._versions: dict[str, int] = {}
        self._reads = ReadIds()
        self._new, self._earlier = 0, 0
        self._status: str | None = None
        self.is_working = False

    @property
    def outcome(self) -> SourceOutcome:
        return SourceOutcome(self._source, self._new, self._earlier, self.is_working, self._status or "")

    async def load_cursor(self) -> str | None:
        return self._cursor

    async def publish(
        self, mentions: Sequence[Mention], cursor: str | None = None, edits: Sequence[Mention] = ()
    ) -> int:
        fresh = self._select_new([*mentions, *(one for one in edits if one.id in self._versions)])
        self._new += len(fresh)
        await self.save_cursor(cursor or self._cursor)
        await self._router.show_posts(fresh, self._clock)
        return len(fresh)

    async def delete_author(self, author_id: str) -> None:
        """Nothing is kept, so there is nothing to delete."""

    async def import_first(self, mentions: Sequence[Mention], cursor: str) -> None:
        """Show the last few of what is there already."""
        fresh = sorted(self._select_new(mentions), key=lambda mention: mention.created_at)
        self._earlier += len(fresh)
        await self.save_cursor(cursor)
        await self._router.show_posts(fresh[-EARLIER_SHOWN:], self._clock)

    async def save_cursor(self, cursor: str | None) -> None:
        self._cursor = cursor
        if not self.is_working:
            self.set_status("")

    async def check_writable(self) -> None:
        """Memory always is."""

    def hold_source_lease(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    def set_status(self, sentence: str) -> None:
        """Say what changed; that all is well is said once, and after each trouble."""
        if sentence != self._status:
            self._router.view.print_status(self._source, sentence or "connected", failing=bool(sentence))
        self._status = sentence
        self.is_working = self.is_working or not sentence

    async def report_issue(self, part: str, sentence: str) -> None:
        if part == "source" and sentence and not self._status:  # else it has said so itself
            self.set_status(f"{sentence.rstrip('.')}.")

    async def count_reads(self, ids: ReadIds) -> ReadTotals:
        """Count from the start of the command: what `earshot run` has read is in its store."""
        self._reads = ReadIds(self._reads.posts | ids.posts, self._reads.users | ids.users)
        counts = ReadCounts(len(self._reads.posts), len(self._reads.users))
        return ReadTotals(counts, counts)

    async def report_backlog(self, waiting: int) -> None:
        """Not shown: a trial begins behind what waits."""

    async def report_quota(self, left: float, of: float, until: datetime | None, unit: str = REQUESTS) -> None:
        """Not shown: the command ends long before a quota does."""

    def record_end(self, error: BaseException | None) -> None:
        """Say why a source ended. Raises the error if the output is closed."""
        if isinstance(error, typer.Exit):
            raise error
        self.set_status(f"stopped with {type(error).__name__}" if error else "ended")

    def _select_new(self, mentions: Sequence[Mention]) -> list[Mention]:
        """Return those whose wording was not seen before; a deletion has none."""
        worded = (one for one in mentions if one.deleted_at is None)
        fresh = {one.id: one for one in worded if one.version > self._versions.get(one.id, -1)}
        self._versions.update((name, one.version) for name, one in fresh.items())
        return list(fresh.values())
