"""Figures of a report that have cases behind them, each known by a kind and a name, and which cases those are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.case import Case
from bot.domain.cases.coverage import REQUEST, REQUEST_ANSWERED, list_coverage_counts
from bot.domain.follow_up import FollowUpOutcome
from bot.domain.reports.export_rows import get_post_time
from bot.domain.reports.report import OutcomeFigures, Report
from bot.domain.text import format_count
from bot.domain.themes import THEME, ThemeRegister

CaseFigures = tuple[tuple[str, tuple[tuple[str, str, int], ...]], ...]
"""Titles of groups, each with labels, figures and their counts."""
OPEN, OVERDUE, ANSWERED, CLOSED, REPLIED = "open", "overdue", "answered", "closed", "replied"
FLAGGED, MISSED, CAUTION, IGNORED = "flagged", "missed", "caution", "ignored"
OPEN_FIGURES = frozenset({f"work:{OPEN}", f"work:{OVERDUE}"})
"""These are as of now, the others of the time that was asked for."""
THEMES_LISTED = SUBJECTS_LISTED = 20


def list_case_figures(report: Report) -> CaseFigures:
    """Return what the report counts, without what is zero. Spam has a list of its own."""
    split, departments, coverage = report.split, report.departments, report.coverage
    work = {
        OPEN: ("open now", sum(one.open for one in departments)),
        OVERDUE: ("overdue now", sum(one.overdue for one in departments)),
        ANSWERED: ("answered", sum(one.answered for one in departments)),
        CLOSED: ("closed without a reply", sum(one.closed_otherwise for one in departments)),
        REPLIED: ("answered in public", sum(one.first_reply.times for one in departments if one.first_reply)),
    }
    beside = {
        FLAGGED: ("flagged by colleagues", report.flags.flagged),
        MISSED: ("flagged, found by no source", report.flags.missed),
        CAUTION: ("with a caution", sum(one.cautions.asked for one in departments)),
        IGNORED: ("answered despite a caution", sum(one.cautions.ignored for one in departments)),
    }
    after = [one.follow_ups for one in departments]
    followed = {
        "": ("due", sum(one.due for one in after)),
        FollowUpOutcome.SATISFIED: ("satisfied", sum(one.satisfied - one.thanked for one in after)),
        FollowUpOutcome.THANKED: ("wrote thanks", sum(one.thanked for one in after)),
        FollowUpOutcome.NO_ANSWER: ("no answer", sum(one.no_answer for one in after)),
    }
    outcomes = {one: (one, sum(getattr(each.outcomes, one) for each in departments)) for one in OutcomeFigures._fields}
    asked = {REQUEST: ("asked", coverage.asked), REQUEST_ANSWERED: ("asked and answered", coverage.answered)}
    themes = report.themes[:THEMES_LISTED]
    groups = (
        ("Sentiment", "sentiment", {one: (one, getattr(split, one)) for one in _SENTIMENTS}),
        ("Type", "type", {intent.value: (intent.value, count) for intent, count in report.intents}),
        ("Questions and complaints", "coverage", asked),
        ("Work", "work", {**work, **beside}),
        ("Outcomes", "outcome", outcomes),
        ("Follow-ups", "follow-up", followed),
        ("Themes", "theme", {one.name: (one.name, one.mentions) for one in themes}),
        ("Negative about a theme", "negative", {one.name: (one.name, one.negative) for one in themes}),
        ("Competitors", "subject", {name: (name, count) for name, count in report.competitors[:SUBJECTS_LISTED]}),
    )
    listed = [(title, _list_options(kind, options)) for title, kind, options in groups]
    return tuple((title, options) for title, options in listed if options)


def explain_count(figures: CaseFigures, figure: str, listed: int) -> str:
    """Return why the list of a figure has another number of cases than the report counts; '' if it has not."""
    counts = {name: count for _, group in figures for _, name, count in group}
    count = counts.get(figure, listed)
    if count == listed:
        return ""
    kind = figure.partition(":")[0]
    if kind in {"work", "outcome", "follow-up"}:
        why = "The report counts what was done in this time. The list has cases as they are now, less those reopened."
    else:
        why = "The report counts posts. One that joined a case or needed no department has none of its own."
    return f"{count:,} in the report, {format_count(listed, 'case')} here. {why}"


def _list_options(kind: str, options: Mapping[str, tuple[str, int]]) -> tuple[tuple[str, str, int], ...]:
    return tuple(
        (f"{label[:1].upper()}{label[1:]} ({count:,})", f"{kind}:{name}", count)
        for name, (label, count) in options.items()
        if count
    )


_SENTIMENTS = ("negative", "neutral", "positive", "unsure")


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Tells which cases are behind a figure of a report. Figures are of the first assessment, and so is this."""

    report: Report
    rivals: frozenset[str]
    register: ThemeRegister
    figure: str = ""
    """Of those that are listed; empty for all cases that began in this time."""

    def includes(self, case: Case) -> bool:
        kind, _, name = self.figure.partition(":")
        query, heard = self.report.query, case.original_assessment
        if query.subject not in {"", heard.subject} or query.department not in {"", case.department}:
            return False
        if kind == "outcome":
            return case.resolution == name and self._is_within(case.resolved_at)
        if kind == "follow-up":
            follow_up = case.follow_up
            return follow_up is not None and self._is_within(follow_up.due) and name in {"", follow_up.outcome}
        if kind == "work":
            return self._is_work(case, name)
        is_ours = heard.subject not in self.rivals
        sentiment = "unsure" if heard.is_unsure else heard.sentiment.value
        themes = {self.register.get_shown_name(one) for one in heard.get_words(THEME)} if is_ours else set()
        tests: dict[str, Callable[[], bool]] = {
            "": lambda: True,
            "sentiment": lambda: is_ours and sentiment == name,
            "type": lambda: is_ours and heard.intent == name,
            "coverage": lambda: any(word == name for _, word in list_coverage_counts(case)),
            "theme": lambda: name in themes,
            "negative": lambda: name in themes and sentiment == "negative",
            "subject": lambda: heard.subject == name,
        }
        return self._is_within(get_post_time(case)) and kind in tests and tests[kind]()

    def _is_work(self, case: Case, name: str) -> bool:
        resolution, caution, within = case.resolution, case.caution, self._is_within
        is_flagged = bool(case.flagged_by) and within(case.opened_at)
        is_ended = case.is_closed and within(case.resolved_at)
        is_helpful = resolution is not None and resolution.is_helpful
        return {
            OPEN: not case.is_closed,
            OVERDUE: case.is_overdue(self.report.brand_time),
            ANSWERED: is_ended and is_helpful,
            CLOSED: is_ended and not is_helpful,
            REPLIED: any(within(one.at) for one in case.public_replies),
            FLAGGED: is_flagged,
            MISSED: is_flagged and not case.found_as,
            CAUTION: caution is not None and within(caution.at),
            IGNORED: caution is not None and within(caution.at) and bool(caution.by),
        }.get(name, False)

    def _is_within(self, at: datetime | None) -> bool:
        return at in self.report.range.current
