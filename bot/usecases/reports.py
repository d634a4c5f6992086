"""Reports: `/sentiment today`, and the same shared in a channel."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards import help as help_card
from bot.cards import sentiment_report
from bot.cards.action_ids import SENTIMENT
from bot.cards.block_kit import RenderedMessage
from bot.clock import Clock
from bot.domain.assessment import Intent
from bot.domain.case import Case, CaseResolution
from bot.domain.case_figures import CaseFigures, CaseFilter, list_case_figures
from bot.domain.commits import DurationKind, NotAllowed
from bot.domain.department_figures import (
    WordCounts,
    build_department_figures,
    count_coverage,
    count_flags,
)
from bot.domain.periods import TimeSpan
from bot.domain.reports.first_count import (
    find_first_count,
    name_first_count,
    require_figures,
    select_counted_parts,
    select_counted_spans,
)
from bot.domain.reports.precision import PRECISION_DAYS, PrecisionEstimate, compute_precisions
from bot.domain.reports.range_parts import RangePart, split_span
from bot.domain.reports.ranges import ReportRange, parse_known_range
from bot.domain.reports.recognition import ColleagueFigures
from bot.domain.reports.report import (
    EVERYTHING,
    NO_FLAGS,
    TODAY,
    DepartmentFigures,
    FigureGap,
    Report,
    ReportQuery,
    SentimentCounts,
    Tally,
    count_intents,
    select_theme,
)
from bot.domain.reports.rolled_days import LocalDay, compute_hours_start, list_counter_days
from bot.domain.reports.theme_figures import ThemeFigures, compute_theme_figures
from bot.domain.routing import NOBODY
from bot.domain.subject import SubjectKind
from bot.domain.themes import ThemeRegister
from bot.store.report_schedules import ShareState
from bot.store.store import Store
from bot.usecases.recognition import RecognitionUseCases
from bot.usecases.report_cases import CASES_READ, ReportCases, count_open_cases, find_report_cases
from bot.usecases.report_query import HELP_WORD, QueryWords, ReportRules, normalize_words, parse_query

TOP_POSTS_SHOWN = 3
TOP_POST_CANDIDATES = 24
"""More than are shown: some are gone, older than the span, or were corrected since."""


@dataclass(frozen=True, slots=True)
class SentimentReports:
    """Everyone may ask. Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable`."""

    _store: Store
    _rules: ReportRules
    _clock: Clock
    _recognition: RecognitionUseCases | None = None
    """None: no colleague is named."""

    async def answer_question(self, by: str, words: str) -> RenderedMessage:  # noqa: ARG002 - who asks changes nothing: everyone may
        """Return the report for the person who asked, with a button that shares it."""
        if normalize_words(words) == HELP_WORD:
            return await self.render_help()
        return sentiment_report.render_report(await self.build_report(await self.parse_query(words)))

    async def share_report(self, by: str, words: str, channel: str, message: str) -> RenderedMessage:
        """Return the report for a channel, as it is now, once for each `message`; `words` come from its button.

        Call `confirm_share` with the same arguments once it is posted. Before, it may be shared again after a minute.
        """
        note = f"Shared by <@{by}>. Get your own with `{SENTIMENT}`."
        shared = await self.render_with_note(words, channel, note)
        match await self._store.report_schedules.begin_share(_build_share_id(by, words, channel, message)):
            case ShareState.SHARING:
                raise NotAllowed(
                    "This report is being shared. If it isn't there in a minute, press *Share here* again."
                )
            case ShareState.SHARED:
                raise NotAllowed(f"You have shared this report already. For a new one, type `{SENTIMENT}`.")
        return shared

    async def confirm_share(self, by: str, words: str, channel: str, message: str) -> None:
        """Record that the report was posted."""
        await self._store.report_schedules.confirm_share(_build_share_id(by, words, channel, message))

    async def render_with_note(self, words: str, channel: str, note: str) -> RenderedMessage:
        """Return the report for people who did not ask; without a channel, for a manager in a direct message.

        Channels of departments may be private, so a post is shown only in that of its own department.
        """
        report = await self.build_report(await self.parse_query(words))
        if not channel:
            return sentiment_report.render_report(report, note)
        here = {one.name for one in self._rules.list_departments() if one.channel == channel}
        shown = tuple(case for case in report.top_cases if case.department in here)
        shared = replace(report, top_cases=shown, hidden=len(report.top_cases) - len(shown))
        return sentiment_report.render_report(shared, note)

    async def render_help(self) -> RenderedMessage:
        return help_card.render_sentiment_help(
            self._list_subject_names(), self._list_department_names(), await self.load_precisions()
        )

    async def load_precisions(self) -> tuple[PrecisionEstimate, ...]:
        """Return the precision of recent assessments, as measured by people's corrections."""
        return compute_precisions(await self._store.corrections.load_precision(self._clock.now(), PRECISION_DAYS))

    async def parse_query(self, words: str) -> ReportQuery:
        """Parse a query; the range is today by default. Raises `NotAllowed` with the nearest known words."""
        at, zone = self._clock.now(), ZoneInfo(self._rules.time_zone)
        themes = (await self._store.themes.load()).list_shown_names(self._rules.list_themes())
        known = QueryWords(self._list_subject_names(), self._list_department_names(), at, zone, themes)
        return parse_query(words, known)

    async def build_report(self, query: ReportQuery) -> Report:
        at, zone = self._clock.now(), ZoneInfo(self._rules.time_zone)
        asked = parse_known_range(query.period, at, zone)
        divided = split_span(asked.current, zone, compute_hours_start(at, zone), at)
        spans = (asked.current, *(one.span for one in divided))
        rolled, rolled_before = (list_counter_days(some, at, zone) for some in (spans, asked.before))
        register = await self._store.themes.load()
        now, *divisions = await self._load_tallies(query, spans, rolled, register)
        usual = await self._load_usual(query, asked.before, rolled_before, register)
        rivals = self._list_competitors(query)
        before, parts = ([SentimentCounts.from_tally(one, rivals) for one in some] for some in (usual, divisions))
        started = await self._find_counting_start(query, divided, rolled, divisions)
        require_figures(asked, started, zone)
        asked = name_first_count(asked, started, at.astimezone(zone))
        span_days = list_counter_days([asked.current], at, zone)
        [by_theme] = await self._store.report_counters.load_themes(asked.current, rolled=span_days, query=query)
        themes = compute_theme_figures(by_theme, register, rivals)
        words = await self._count_words(query, asked.current, span_days, register)
        departments, is_cut = await self._build_department_lines(query, asked.current, now, words, register)
        about = [one for one in themes if query.theme in {"", one.name}]
        return Report(
            query=query,
            range=asked,
            brand_time=at.astimezone(zone),
            split=SentimentCounts.from_tally(now, rivals),
            before=select_counted_spans(asked, before, started),
            parts=select_counted_parts(divided, parts, started),
            intents=count_intents(now, rivals),
            competitors=_count_by_subject(now, rivals),
            top_cases=await self._select_top_posts(query, asked.current, now, rivals, about),
            themes=() if query.theme else themes,
            departments=departments,
            choices=self._list_choices(query.period, themes),
            coverage=count_coverage(words, query),
            gaps=await self._find_gaps(asked, zone),
            flags=count_flags(words, query) if asked.weeks else NO_FLAGS,
            colleagues=await self._list_colleagues(query, asked, words),
            open_cases_read=CASES_READ if is_cut else 0,
            work_counted_since=await self._find_work_start(query, asked.current, started, zone),
        )

    async def _load_tallies(
        self, query: ReportQuery, spans: Sequence[TimeSpan], rolled: Sequence[LocalDay], register: ThemeRegister
    ) -> Sequence[Tally]:
        counters = self._store.report_counters
        if not query.theme:
            return await counters.load_tallies(*spans, rolled=rolled, query=query)
        counts = await counters.load_themes(*spans, rolled=rolled, query=query)
        return [select_theme(one, query.theme, register) for one in counts]

    async def _load_usual(
        self, query: ReportQuery, spans: Sequence[TimeSpan], rolled: Sequence[LocalDay], register: ThemeRegister
    ) -> Sequence[Tally]:
        """Return what was before, of which only sentiments are compared."""
        if query.theme:
            return await self._load_tallies(query, spans, rolled, register)
        return await self._store.report_counters.load_sentiments(*spans, rolled=rolled, query=query)

    async def _count_words(
        self, query: ReportQuery, span: TimeSpan, rolled: Sequence[LocalDay], register: ThemeRegister
    ) -> Counter[tuple[str, str]]:
        if not query.theme:
            return await self._store.report_counters.count_resolutions(span)
        names = register.list_counted_names(query.theme)
        return await self._store.report_counters.load_theme_words(span, rolled, names)

    def _list_choices(
        self, period: str, themes: Sequence[ThemeFigures]
    ) -> tuple[tuple[str, tuple[ReportQuery, ...]], ...]:
        return (
            ("Subjects", tuple(ReportQuery(period, subject=name) for name in self._list_subject_names())),
            ("Departments", tuple(ReportQuery(period, department=name) for name in self._list_department_names())),
            ("Themes", tuple(ReportQuery(period, theme=one.name) for one in themes)),
        )

    async def _list_colleagues(
        self, query: ReportQuery, asked: ReportRange, words: WordCounts
    ) -> tuple[ColleagueFigures, ...]:
        if self._recognition is None or query.subject or query.theme or not asked.weeks:
            return ()
        return await self._recognition.list_colleagues(asked.current, query.department, words)

    async def find_cases(self, words: str, figure: str) -> tuple[CaseFigures, ReportCases]:
        """Return the figures that have cases behind them, and the newest cases behind one, or all of this time."""
        report = await self.build_report(await self.parse_query(words))
        wanted = CaseFilter(report, self._list_competitors(report.query), await self._store.themes.load(), figure)
        return list_case_figures(report), await find_report_cases(self._store, wanted)

    async def _find_counting_start(
        self, query: ReportQuery, divided: Sequence[RangePart], rolled: Sequence[LocalDay], tallies: Sequence[Tally]
    ) -> datetime | None:
        """Return when anything was first counted, of this time or before it.

        The first mention of one subject, department or theme does not say so: then all are read, where it may matter.
        """
        health = await self._store.source_health.load_all()
        started = min((one.started for one in health.values() if one.started), default=None)
        spans = [one.span for one in divided]
        if query.scope and started and spans and started > spans[0].start:
            tallies = await self._store.report_counters.load_tallies(*spans, rolled=rolled, query=EVERYTHING)
        return find_first_count(started, [span for span, tally in zip(spans, tallies, strict=True) if tally])

    async def _find_work_start(
        self, query: ReportQuery, span: TimeSpan, started: datetime | None, zone: ZoneInfo
    ) -> datetime | None:
        """Return since when work was counted by theme, if that began within this time, and later than all else."""
        since = await self._store.report_counters.load_theme_words_start() if query.theme else None
        is_later = since is not None and since > span.start and (started is None or since > started)
        return since.astimezone(zone) if since and is_later else None

    async def _find_gaps(self, asked: ReportRange, zone: ZoneInfo) -> tuple[FigureGap, ...]:
        """Return the sources that are silent now, and were in this time."""
        silent = (await self._store.health_state.load()).list_source_gaps()
        return tuple(FigureGap(name, since.astimezone(zone)) for name, since in silent if since < asked.current.end)

    async def summarize_departments(self, at: datetime) -> list[DepartmentFigures]:
        """Return what is open and overdue in each department, in the playbook's order."""
        names = self._list_department_names()
        open_counts = await self._store.report_counters.count_open(names, at)
        return [DepartmentFigures(name, *open_counts[name]) for name in names]

    async def summarize_day(self, at: datetime) -> tuple[DepartmentFigures, ...]:
        """Return the figures of each department since midnight, in the playbook's order."""
        today = parse_known_range(TODAY, at, ZoneInfo(self._rules.time_zone)).current
        counters, names = self._store.report_counters, self._list_department_names()
        words, open_counts = await counters.count_resolutions(today), await counters.count_open(names, at)
        durations = await counters.load_durations(today, names, (DurationKind.CLAIM,))
        return tuple(build_department_figures(name, open_counts[name], words, durations) for name in names)

    async def _select_top_posts(
        self,
        query: ReportQuery,
        span: TimeSpan,
        tally: Tally,
        rivals: frozenset[str],
        themes: Sequence[ThemeFigures],
    ) -> tuple[Case, ...]:
        """Return the best post of each top theme, and the best others, as many as are shown."""
        counters, subjects = self._store.report_counters, {said.subject for said in tally} - rivals
        names = [name for theme in themes[:TOP_POSTS_SHOWN] for name in theme.names]
        best = await counters.find_top_cases(span, sorted(subjects), TOP_POST_CANDIDATES)
        best += await counters.find_theme_cases(span, names, TOP_POST_CANDIDATES)
        cases = await self._store.cases.find(list(dict.fromkeys(best)))
        fitting = [one for one in cases.values() if _is_top_post(one, query, span, rivals)]
        if query.theme:
            fitting = [one for one in fitting if any(theme.includes_case(one) for theme in themes)]
        of_themes = [next(filter(theme.includes_case, fitting), None) for theme in themes[:TOP_POSTS_SHOWN]]
        chosen = {one.id: one for one in (*of_themes, *fitting) if one is not None}
        return tuple(chosen.values())[:TOP_POSTS_SHOWN]

    async def _build_department_lines(
        self,
        query: ReportQuery,
        span: TimeSpan,
        tally: Tally,
        words: Counter[tuple[str, str]],
        register: ThemeRegister,
    ) -> tuple[tuple[DepartmentFigures, ...], bool]:
        """Return nothing for a subject: the figures of departments are of all subjects together.

        Also return whether there are more open cases than were looked at, to find those of a theme.
        """
        if query.subject:
            return (), False
        counters, is_cut = self._store.report_counters, False
        names = [query.department] if query.department else self._list_all_departments(tally)
        kinds = tuple(DurationKind) if query.department else (DurationKind.REPLY,)  # thousands are read for each
        themes = register.list_counted_names(query.theme) if query.theme else None
        durations = await counters.load_durations(span, names, kinds, themes)
        if query.theme:
            open_counts, is_cut = await count_open_cases(
                self._store,
                names,
                self._clock.now(),
                lambda case: query.theme in register.list_shown_themes(case.original_assessment),
            )
        else:
            open_counts = await counters.count_open(names, self._clock.now())
        lines = (build_department_figures(name, open_counts[name], words, durations) for name in names)
        return tuple(lines), is_cut

    def _list_all_departments(self, tally: Tally) -> list[str]:
        """Return the playbook's departments, and former ones that got mentions in this time."""
        names = self._list_department_names()
        return [*names, *sorted({said.department for said in tally} - {*names, NOBODY})]

    def _list_subject_names(self) -> list[str]:
        return [subject.name for subject in self._rules.list_subjects()]

    def _list_department_names(self) -> list[str]:
        return [department.name for department in self._rules.list_departments()]

    def _list_competitors(self, query: ReportQuery = EVERYTHING) -> frozenset[str]:
        """Return those whose mentions are counted apart: none in the report of one subject or department."""
        subjects = self._rules.list_subjects() if query.is_whole_brand else ()
        return frozenset(subject.name for subject in subjects if subject.kind is SubjectKind.COMPETITOR)


def _build_share_id(by: str, words: str, channel: str, message: str) -> str:
    return f"{channel}:{message}:{by}:{words}"


def _count_by_subject(tally: Tally, subjects: frozenset[str]) -> tuple[tuple[str, int], ...]:
    found = Counter[str]()
    for said, count in tally.items():
        if said.subject in subjects and said.intent != Intent.SPAM:
            found[said.subject] += count
    return tuple(found.most_common())


def _is_top_post(case: Case, query: ReportQuery, span: TimeSpan, rivals: frozenset[str]) -> bool:
    """Return whether the case fits the query, began in this time and was not corrected since."""
    said = min(case.mention.created_at, case.waiting_since)
    wrong = case.resolution in {CaseResolution.SPAM, CaseResolution.NOT_ABOUT_US}
    subject = case.assessment.subject
    fits = query.department in {"", case.department} and query.subject in {"", subject} and subject not in rivals
    return said in span and not wrong and not case.mention.is_forgotten and fits
