"""The figures of departments, of colleagues' flags and of who was answered, from the words that are counted."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bot.domain.case import OUTCOMES, CaseResolution
from bot.domain.cases.caution_transitions import ASKED, CAUTION, IGNORED
from bot.domain.cases.coverage import REQUEST, REQUEST_ANSWERED
from bot.domain.cases.flag_transitions import FLAGGED, FOUND
from bot.domain.cases.follow_up_transitions import DUE, FOLLOW_UP, REOPENED
from bot.domain.commits import DurationKind
from bot.domain.follow_up import FollowUpOutcome
from bot.domain.reports.report import (
    AGAIN,
    DRAFTED,
    EDITED,
    OPENED,
    REPLY,
    TURNED,
    WARNED,
    CautionFigures,
    CoverageFigures,
    DepartmentFigures,
    FlagFigures,
    FollowUpFigures,
    OutcomeFigures,
    ReplyFigures,
    ReportQuery,
)
from bot.domain.reports.statistics import compute_duration_stats

WordCounts = Mapping[tuple[str, str], int]
"""Counts by department and word: a resolution, or another word that is counted beside them."""


def build_department_figures(
    name: str,
    open_counts: tuple[int, int],
    words: Counter[tuple[str, str]],
    durations: Mapping[tuple[str, DurationKind], Sequence[float]],
) -> DepartmentFigures:
    """`open_counts` are the open cases and how many of them are overdue."""
    closed = {resolution: words[name, resolution.value] for resolution in CaseResolution}
    answered = sum(count for resolution, count in closed.items() if resolution.is_helpful)
    return DepartmentFigures(
        name,
        *open_counts,
        answered=answered,
        closed_otherwise=sum(closed.values()) - answered - closed[CaseResolution.LOST] - closed[CaseResolution.EXPIRED],
        expired=closed[CaseResolution.EXPIRED],
        outcomes=OutcomeFigures(*(closed[one] for one in OUTCOMES)),
        claim=compute_duration_stats(durations.get((name, DurationKind.CLAIM), ())),
        resolve=compute_duration_stats(durations.get((name, DurationKind.RESOLVE), ())),
        first_reply=compute_duration_stats(durations.get((name, DurationKind.REPLY), ())),
        follow_ups=_count_follow_ups(words, name),
        replies=ReplyFigures(*(words[name, REPLY + word] for word in (OPENED, WARNED, DRAFTED, EDITED, AGAIN, TURNED))),
        cautions=CautionFigures(*(words[name, CAUTION + word] for word in (ASKED, IGNORED))),
    )


def count_flags(words: WordCounts, query: ReportQuery) -> FlagFigures:
    """Return how many posts our sources missed."""
    counts = _sum_words(words, query)
    return FlagFigures(counts[FLAGGED], max(0, counts[FLAGGED] - counts[FOUND]))


def count_coverage(words: WordCounts, query: ReportQuery) -> CoverageFigures:
    """Return who asked and who was answered. Cases of before the upgrade were not counted when they asked."""
    counts = _sum_words(words, query)
    asked = max(0, counts[REQUEST])
    return CoverageFigures(asked, min(asked, max(0, counts[REQUEST_ANSWERED])))


def _sum_words(words: WordCounts, query: ReportQuery) -> Counter[str]:
    """Return the counts by word, of all departments or of one; nothing for a subject, by which they are not counted."""
    counts = Counter[str]()
    for (department, word), count in words.items():
        if not query.subject and query.department in {"", department}:
            counts[word] += count
    return counts


def _count_follow_ups(words: Counter[tuple[str, str]], department: str) -> FollowUpFigures:
    kinds = (DUE, FollowUpOutcome.SATISFIED, FollowUpOutcome.THANKED, REOPENED, FollowUpOutcome.NO_ANSWER)
    due, satisfied, thanked, reopened, no_answer = (words[department, FOLLOW_UP + word] for word in kinds)
    return FollowUpFigures(due, satisfied + thanked, thanked, reopened, no_answer)
