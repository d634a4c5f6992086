"""Exports as files in direct messages, for managers: understood, and put into the outbox."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.cards.block_kit import RenderedMessage
from bot.cards.export_messages import render_export_answer
from bot.clock import Clock
from bot.domain.errors import NotAllowed
from bot.domain.outbox import Notification
from bot.domain.reports.export_request import ExportFormat, ExportRequest
from bot.domain.reports.export_rows import ExportKind
from bot.domain.reports.ranges import parse_known_range
from bot.domain.reports.report import ReportQuery
from bot.domain.rules import PlaybookRules
from bot.store.outbox import Outbox
from bot.usecases.report_query import normalize_words
from bot.usecases.staff import StaffDirectory

EXAMPLES = f"`/sentiment export cases last week csv`. There are {', '.join(ExportKind)}, each as csv or jsonl"


@dataclass(frozen=True, slots=True)
class ExportUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable`."""

    _outbox: Outbox
    _rules: PlaybookRules
    _parse_query: Callable[[str], Awaitable[ReportQuery]]
    _staff: StaffDirectory
    _clock: Clock

    async def request_export(self, by: str, words: str) -> RenderedMessage:
        """Promise the file of what follows `/sentiment export`. Asked again before it is sent, it is sent once."""
        await self._staff.check_manager(by, self._rules.managers, "export what people wrote")
        asked = await self._parse_request(words)
        await self._outbox.add(Notification.send_export(asked.to_json(), by), self._clock.now())
        return render_export_answer(asked, ZoneInfo(self._rules.time_zone))

    async def _parse_request(self, words: str) -> ExportRequest:
        kind, *rest = normalize_words(words).split() or [""]
        if kind not in set(ExportKind):
            raise NotAllowed(f"Say what to export: {EXAMPLES}.")
        named = ExportFormat(rest.pop()) if rest and rest[-1] in set(ExportFormat) else ExportFormat.CSV
        at, zone = self._clock.now(), ZoneInfo(self._rules.time_zone)
        query = await self._parse_query(" ".join(rest))
        if query.scope and kind == ExportKind.AUDIT:
            raise NotAllowed("The audit log isn't kept by subject, department or theme. Ask for all of it.")
        if query.theme and kind != ExportKind.TALLIES:
            raise NotAllowed("Only tallies are exported by theme. Ask for all themes, or for `tallies`.")
        span = parse_known_range(query.period, at, zone).current
        return ExportRequest(ExportKind(kind), named, span, query.subject, query.department, query.theme)
