"""What a manager may ask of the tallies: `/sentiment today`, and the same for everybody in a channel."""

import difflib
import html
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards import help as help_card
from bot.cards import reports as cards
from bot.cards.block_kit import RenderedMessage
from bot.cards.sanitize import escape, sanitize_line
from bot.clock import Clock
from bot.domain.case import Case, CaseResolution
from bot.domain.commits import DurationKind, NotAllowed
from bot.domain.periods import ReportPeriod, ReportSpans, TimeSpan, compute_report_spans
from bot.domain.reports.precision import PRECISION_DAYS, PrecisionEstimate, compute_precisions
from bot.domain.reports.report import (
    DepartmentFigures,
    Report,
    ReportQuery,
    SentimentCounts,
    Tally,
    compute_duration_stats,
    count_intents,
)
from bot.domain.routing import NOBODY
from bot.domain.rules import PlaybookRules
from bot.domain.subject import Subject, SubjectKind
from bot.store.cases import CaseStore
from bot.store.corrections import CorrectionStore
from bot.store.report_counters import ReportCounterStore

TOP_POSTS_SHOWN = 3
TOP_POST_CANDIDATES = 24
"""Some of the best are gone, were said before the span began, or turned out to be nothing."""
HELP_WORD = "help"


class SentimentReports:
    """Everyone may ask. Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable`."""

    def __init__(
        self,
        tallies: ReportCounterStore,
        corrections: CorrectionStore,
        cases: CaseStore,
        rules: PlaybookRules,
        subjects: Callable[[], Sequence[Subject]],
        clock: Clock,
    ) -> None:
        self._tallies = tallies
        self._corrections = corrections
        self._cases = cases
        self._rules = rules
        self._subjects = subjects
        self._clock = clock

    async def answer_question(self, by: str, words: str) -> RenderedMessage:  # noqa: ARG002 - who asks changes nothing: everyone may
        """For the eyes of whoever asked, with the button that shares it."""
        if _normalize_words(words) == HELP_WORD:
            return await self.render_help()
        return cards.render_report(await self.build_report(self.parse_query(words)))

    async def share_report(self, by: str, words: str) -> RenderedMessage:
        """The same for a channel, as it is now; `words` come from the button."""
        return cards.render_report(await self.build_report(self.parse_query(words)), shared_by=by)

    async def render_help(self) -> RenderedMessage:
        return help_card.render_sentiment_help(
            self._list_subject_names(), self._list_department_names(), await self.load_precisions()
        )

    async def load_precisions(self) -> tuple[PrecisionEstimate, ...]:
        """How often we heard rightly of late, as far as the people who close cases tell us."""
        return compute_precisions(await self._corrections.load_precision(self._clock.now(), PRECISION_DAYS))

    def parse_query(self, words: str) -> ReportQuery:
        """No word means today; a subject or a department alone means today's. Raises `NotAllowed`, with the nearest."""
        said = _normalize_words(words)
        first, _, rest = said.partition(" ")
        periods = [period.value for period in ReportPeriod]
        if first in periods:
            return self._parse_scope(ReportPeriod(first), rest.strip())
        if not said:
            return ReportQuery()
        near = difflib.get_close_matches(first, [*periods, HELP_WORD], n=1)
        try:
            return self._parse_scope(ReportPeriod.TODAY, said)
        except NotAllowed:
            if near and not rest:
                raise NotAllowed(f"I don't know “{_quote_words(first)}”. Did you mean `{near[0]}`?") from None
            if near:
                raise NotAllowed(
                    f"I don't know “{_quote_words(first)}”. Did you mean `{near[0]} {_quote_words(rest)}`?"
                ) from None
            raise

    def _parse_scope(self, period: ReportPeriod, name: str) -> ReportQuery:
        if not name:
            return ReportQuery(period)
        subjects = {_normalize_words(subject): subject for subject in self._list_subject_names()}
        departments = {_normalize_words(department): department for department in self._list_department_names()}
        if name in subjects:
            return ReportQuery(period, subject=subjects[name])
        if name in departments:
            return ReportQuery(period, department=departments[name])
        names = {**departments, **subjects}
        near = difflib.get_close_matches(name, names, n=1)
        if near:
            meant = escape(f"{period.value} {names[near[0]]}")
            raise NotAllowed(f"I know no subject or department “{_quote_words(name)}”. Did you mean `{meant}`?")
        raise NotAllowed(
            f"I know no subject or department “{_quote_words(name)}”. "
            f"{help_card.format_known_names('subjects', subjects.values())} "
            f"{help_card.format_known_names('departments', departments.values())} "
            "`/sentiment help` tells what else you can ask."
        )

    async def build_report(self, query: ReportQuery) -> Report:
        at = self._clock.now()
        zone = ZoneInfo(self._rules.time_zone)
        spans = compute_report_spans(query.period, at, zone)
        now, like, before = map(query.filter_tally, await self._tallies.load_tallies(*spans))
        rivals = frozenset[str]() if query.scope else self._list_competitors()
        return Report(
            query=query,
            brand_time=at.astimezone(zone),
            split=SentimentCounts.from_tally(now, rivals),
            comparable=SentimentCounts.from_tally(like, rivals),
            before=SentimentCounts.from_tally(before, rivals),
            intents=count_intents(now, rivals),
            competitors=_split_by_subject(now, rivals),
            top_cases=await self._select_top_posts(query, spans, now, rivals),
            departments=await self._build_department_lines(query, spans.current, now, at),
        )

    async def summarize_departments(self, at: datetime) -> list[DepartmentFigures]:
        """What is open and overdue in each department, in the playbook's order: for the Home tab."""
        names = self._list_department_names()
        standing = await self._tallies.count_open(names, at)
        return [DepartmentFigures(name, *standing[name]) for name in names]

    async def _select_top_posts(
        self, query: ReportQuery, spans: ReportSpans, tally: Tally, rivals: frozenset[str]
    ) -> tuple[Case, ...]:
        subjects = sorted({said.subject for said in tally} - rivals)
        best = await self._tallies.find_top_cases(spans.current, subjects, TOP_POST_CANDIDATES)
        found = await self._cases.find(best)
        fitting = [found[case] for case in best if case in found and _is_top_post(found[case], query, spans.current)]
        return tuple(fitting[:TOP_POSTS_SHOWN])

    async def _build_department_lines(
        self, query: ReportQuery, span: TimeSpan, tally: Tally, at: datetime
    ) -> tuple[DepartmentFigures, ...]:
        """None for a subject: departments keep their clocks for all subjects together."""
        if query.subject:
            return ()
        names = [query.department] if query.department else self._list_all_departments(tally)
        standing = await self._tallies.count_open(names, at)
        ended = await self._tallies.count_resolutions(span)
        took = await self._tallies.load_durations(span, names)
        lines = []
        for name in names:
            closed = {resolution: ended[name, resolution.value] for resolution in CaseResolution}
            answered = sum(count for resolution, count in closed.items() if resolution.is_helpful)
            line = DepartmentFigures(
                name,
                *standing[name],
                answered=answered,
                closed_otherwise=sum(closed.values()) - answered,
                claim=compute_duration_stats(took[name, DurationKind.CLAIM]),
                resolve=compute_duration_stats(took[name, DurationKind.RESOLVE]),
            )
            lines.append(line)
        return tuple(lines)

    def _list_all_departments(self, tally: Tally) -> list[str]:
        """The playbook's departments, and those that it has lost but that were given something in this time."""
        names = self._list_department_names()
        return [*names, *sorted({said.department for said in tally} - {*names, NOBODY})]

    def _list_subject_names(self) -> list[str]:
        return [subject.name for subject in self._subjects()]

    def _list_department_names(self) -> list[str]:
        return [department.name for department in self._rules.list_departments()]

    def _list_competitors(self) -> frozenset[str]:
        return frozenset(subject.name for subject in self._subjects() if subject.kind is SubjectKind.COMPETITOR)


def _split_by_subject(tally: Tally, subjects: Iterable[str]) -> tuple[tuple[str, SentimentCounts], ...]:
    splits = [
        (subject, SentimentCounts.from_tally(ReportQuery(subject=subject).filter_tally(tally))) for subject in subjects
    ]
    return tuple(
        sorted(
            ((name, split) for name, split in splits if split.opinion_count),
            key=lambda one: (-one[1].opinion_count, one[0]),
        )
    )


def _is_top_post(case: Case, query: ReportQuery, span: TimeSpan) -> bool:
    """Said in this time, of this department where one was asked for, and not corrected since."""
    said = min(case.mention.created_at, case.waiting_since)
    wrong = case.resolution in {CaseResolution.SPAM, CaseResolution.NOT_ABOUT_US}
    return said in span and not wrong and query.department in {"", case.department}


def _normalize_words(words: str) -> str:
    """As Slack sends it, `&` and `<` are escaped; blanks and case are of no account."""
    return " ".join(html.unescape(words).casefold().split())


def _quote_words(words: str) -> str:
    """What a person typed, in a sentence that Slack reads as mrkdwn."""
    return escape(sanitize_line(words, 60).replace("`", "'"))
