"""Figures of a report that have cases behind them, each known by a kind and a name, and which cases those are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.case import HELPFUL_RESOLUTIONS, Case, CaseResolution
from bot.domain.cases.caution_transitions import ASKED, CAUTION, IGNORED
from bot.domain.cases.counted_words import CountedWord, list_counted_words
from bot.domain.cases.coverage import REQUEST, REQUEST_ANSWERED
from bot.domain.cases.flag_transitions import FLAGGED, FOUND
from bot.domain.cases.follow_up_transitions import DUE, FOLLOW_UP, REOPENED
from bot.domain.follow_up import FollowUpOutcome
from bot.domain.reports.export_rows import get_post_time
from bot.domain.reports.headline import SENTIMENTS
from bot.domain.reports.recognition import RESOLVED_BY, SPOTTED, SPOTTED_FOUND
from bot.domain.reports.report import (
    AGAIN,
    DRAFTED,
    EDITED,
    OPENED,
    REPLIED,
    REPLY,
    TURNED,
    WARNED,
    DepartmentFigures,
    OutcomeFigures,
    Report,
)
from bot.domain.text import format_count
from bot.domain.themes import ThemeRegister

CaseFigures = tuple[tuple[str, tuple[tuple[str, str, int], ...]], ...]
"""Titles of groups, each with labels, figures and their counts."""
OPEN, OVERDUE, ANSWERED, CLOSED, MISSED = "open", "overdue", "answered", "closed", "missed"
EXPIRED = CaseResolution.EXPIRED.value
OPEN_FIGURES = frozenset({f"work:{OPEN}", f"work:{OVERDUE}"})
"""These are as of now, the others of the time that was asked for."""
WORD, PEOPLE = "word", "people"
COUNTED_KINDS = frozenset({"work", WORD, PEOPLE})
"""Of what was done about cases; the other figures are of posts."""
THEMES_LISTED = SUBJECTS_LISTED = 20
OUTCOME_WORDS = OutcomeFigures._fields
_WORDS: Mapping[str, tuple[frozenset[str], str]] = {
    ANSWERED: (HELPFUL_RESOLUTIONS, ""),
    CLOSED: (frozenset(CaseResolution) - HELPFUL_RESOLUTIONS - {CaseResolution.LOST, CaseResolution.EXPIRED}, ""),
    EXPIRED: (frozenset({CaseResolution.EXPIRED}), ""),
    MISSED: (frozenset({FLAGGED}), FOUND),
}
"""The words that a figure of work counts, and the word without which a case must be."""


def list_case_figures(report: Report) -> CaseFigures:
    """Return what the report counts, without what is zero. Spam has a list of its own."""
    split, coverage, themes = report.split, report.coverage, report.themes[:THEMES_LISTED]
    asked = {REQUEST: ("asked", coverage.asked), REQUEST_ANSWERED: ("asked and answered", coverage.answered)}
    groups = (
        ("Sentiment", "sentiment", {one: (word, getattr(split, one)) for one, word in SENTIMENTS.items()}),
        ("Type", "type", {intent.value: (intent.label, count) for intent, count in report.intents}),
        ("Questions and complaints", WORD, asked),
        ("Work", "work", _list_work(report)),
        ("Work", WORD, _list_words(report)),
        ("Replies and follow-ups", WORD, _list_answers(report)),
        ("Colleagues", PEOPLE, _list_people(report)),
        ("Themes", "theme", {one.name: (f"about {one.name}", one.mentions) for one in themes}),
        (
            "Negative about a theme",
            "negative",
            {one.name: (f"negative about {one.name}", one.negative) for one in themes},
        ),
        ("Competitors", "subject", {name: (name, count) for name, count in report.competitors[:SUBJECTS_LISTED]}),
    )
    listed: dict[str, tuple[tuple[str, str, int], ...]] = {}
    for title, kind, options in groups:
        listed[title] = listed.get(title, ()) + _list_options(kind, options)
    return tuple((title, options) for title, options in listed.items() if options)


def _list_work(report: Report) -> dict[str, tuple[str, int]]:
    return {
        OPEN: ("open now", _sum(report, lambda one: one.open)),
        OVERDUE: ("overdue now", _sum(report, lambda one: one.overdue)),
        ANSWERED: ("answered", _sum(report, lambda one: one.answered)),
        CLOSED: ("closed without a reply", _sum(report, lambda one: one.closed_otherwise)),
        EXPIRED: ("expired", _sum(report, lambda one: one.expired)),
        MISSED: ("flagged, found by no source", report.flags.missed),
    }


def _list_words(report: Report) -> dict[str, tuple[str, int]]:
    return {
        REPLIED: ("answered in public", _sum(report, lambda one: one.first_reply.times if one.first_reply else 0)),
        FLAGGED: ("flagged by colleagues", report.flags.flagged),
        CAUTION + ASKED: ("with a caution", _sum(report, lambda one: one.cautions.asked)),
        CAUTION + IGNORED: ("answered despite a caution", _sum(report, lambda one: one.cautions.ignored)),
        **{one: (one, sum(getattr(each.outcomes, one) for each in report.departments)) for one in OUTCOME_WORDS},
    }


def _list_answers(report: Report) -> dict[str, tuple[str, int]]:
    def count_replies(word: str) -> int:
        return _sum(report, lambda one: getattr(one.replies, word))

    return {
        REPLY + OPENED: ("replies opened", count_replies("opened")),
        REPLY + WARNED: ("replies despite a warning", count_replies("warned")),
        REPLY + DRAFTED: ("replies with a draft", count_replies("drafted")),
        REPLY + EDITED: ("replies with a changed draft", count_replies("edited")),
        REPLY + AGAIN: ("unhappy authors who wrote again", count_replies("again")),
        REPLY + TURNED: ("unhappy authors who turned positive", count_replies("turned")),
        FOLLOW_UP + DUE: ("follow-ups due", _sum(report, lambda one: one.follow_ups.due)),
        FOLLOW_UP + FollowUpOutcome.SATISFIED: (
            "satisfied when asked",
            _sum(report, lambda one: one.follow_ups.satisfied - one.follow_ups.thanked),
        ),
        FOLLOW_UP + FollowUpOutcome.THANKED: ("wrote thanks", _sum(report, lambda one: one.follow_ups.thanked)),
        FOLLOW_UP + REOPENED: ("reopened by a follow-up", _sum(report, lambda one: one.follow_ups.reopened)),
        FOLLOW_UP + FollowUpOutcome.NO_ANSWER: ("no answer", _sum(report, lambda one: one.follow_ups.no_answer)),
    }


def _list_people(report: Report) -> dict[str, tuple[str, int]]:
    resolved = {RESOLVED_BY + one.person: (f"{one.name} resolved", one.resolved) for one in report.colleagues}
    return resolved | {SPOTTED + one.person: (f"{one.name} spotted", one.spotted) for one in report.colleagues}


def _sum(report: Report, count: Callable[[DepartmentFigures], int]) -> int:
    return sum(map(count, report.departments))


def _list_options(kind: str, options: Mapping[str, tuple[str, int]]) -> tuple[tuple[str, str, int], ...]:
    return tuple(
        (f"{label[:1].upper()}{label[1:]} ({count:,})", f"{kind}:{name}", count)
        for name, (label, count) in options.items()
        if count
    )


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Tells which cases are behind a figure of a report. Figures are of the first assessment, and so is this."""

    report: Report
    rivals: frozenset[str]
    register: ThemeRegister
    figure: str = ""
    """Of those that are listed; empty for all cases that began in this time."""

    def includes(self, case: Case) -> bool:
        return self.count(case) > 0

    def count(self, case: Case) -> int:
        """Return how often the case is in the figure: one that was resolved twice is answered twice."""
        kind, _, name = self.figure.partition(":")
        query, heard = self.report.query, case.original_assessment
        if query.subject not in {"", heard.subject}:
            return 0
        if query.theme and query.theme not in self.register.list_shown_themes(heard):
            return 0
        if kind in COUNTED_KINDS and self.figure not in OPEN_FIGURES:
            return self._count_words(case, kind, name)
        if query.department not in {"", case.department}:
            return 0
        if kind == "work":
            return int(not case.is_closed and (name == OPEN or case.is_overdue(self.report.brand_time)))
        return int(self._is_within(get_post_time(case)) and self._includes_post(case, kind, name))

    def _includes_post(self, case: Case, kind: str, name: str) -> bool:
        heard = case.original_assessment
        is_ours = heard.subject not in self.rivals
        sentiment = "unsure" if heard.is_unsure else heard.sentiment.value
        themes = self.register.list_shown_themes(heard) if is_ours else set[str]()
        tests: dict[str, Callable[[], bool]] = {
            "": lambda: True,
            "sentiment": lambda: is_ours and sentiment == name,
            "type": lambda: is_ours and heard.intent == name,
            "theme": lambda: name in themes,
            "negative": lambda: name in themes and sentiment == "negative",
            "subject": lambda: heard.subject == name,
        }
        return kind in tests and tests[kind]()

    def _count_words(self, case: Case, kind: str, name: str) -> int:
        words, unless = _WORDS.get(name, (frozenset[str](), "")) if kind == "work" else (frozenset({name}), "")
        if kind == PEOPLE and name.startswith(SPOTTED):
            unless = SPOTTED_FOUND + name.removeprefix(SPOTTED)
        counted = list_counted_words(case)
        if any(one.word == unless for one in counted):
            return 0
        return sum(one.word in words and self._is_counted(one) for one in counted)

    def _is_counted(self, word: CountedWord) -> bool:
        return self._is_within(word.at) and self.report.query.department in {"", word.department}

    def _is_within(self, at: datetime) -> bool:
        return at in self.report.range.current


def find_figure_label(figures: CaseFigures, figure: str) -> str:
    """Return how a figure is called in a sentence; its name, if the report no longer has it."""
    kind, _, name = figure.partition(":")
    if kind == "negative":
        return f"negative about {name}"
    labels = {one: label for _, group in figures for label, one, _ in group if kind not in {"theme", "subject"}}
    return labels[figure].rpartition(" (")[0] if figure in labels else name


def explain_count(figures: CaseFigures, figure: str, listed: int, *, counted: int = 0, is_cut: bool = False) -> str:
    """Return why the list of a figure has another number of cases than the report counts; '' if it has not.

    `counted` is how often those cases are in the figure; `is_cut`: older cases were not looked at.
    """
    counts = {name: count for _, group in figures for _, name, count in group}
    count = counts.get(figure, listed)
    if count == listed and not is_cut:
        return ""
    if is_cut:
        why = "Only the newest cases of this time were searched. Ask for a shorter time."
    elif figure.partition(":")[0] not in COUNTED_KINDS:
        why = (
            "The report counts posts, as they were at first. One that joined a case or needed no department has no "
            "case of its own."
        )
    elif counted == count:
        why = "A case that was reopened, or answered twice, is counted each time."
    else:
        why = (
            "The list has cases as they are now: an edited post as it reads now, and each case for 90 days after it "
            "is closed."
        )
    return f"{count:,} in the report, {format_count(listed, 'case')} here. {why}"
