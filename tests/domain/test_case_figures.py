"""Which figures of a report lead to cases."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.domain.assessment import Intent
from bot.domain.case_figures import CaseFigures, explain_count, list_case_figures
from bot.domain.reports.ranges import parse_known_range
from bot.domain.reports.recognition import ColleagueFigures
from bot.domain.reports.report import (
    CautionFigures,
    CoverageFigures,
    DepartmentFigures,
    FlagFigures,
    FollowUpFigures,
    OutcomeFigures,
    ReplyFigures,
    Report,
    ReportQuery,
    SentimentCounts,
)
from bot.domain.reports.statistics import DurationStats
from bot.domain.reports.theme_figures import ThemeFigures

AT = datetime(2026, 3, 12, 10, tzinfo=UTC)
COUNTS = SentimentCounts(51, 90, 35, 4, 11, 7)
CARE = DepartmentFigures("care", 6, 2, 38, 3, first_reply=DurationStats(31, 600, 2400))
FULL = Report(
    ReportQuery("week"),
    parse_known_range("week", AT, ZoneInfo("UTC")),
    AT,
    COUNTS,
    intents=((Intent.COMPLAINT, 40), (Intent.QUESTION, 12), (Intent.PRAISE, 9), (Intent.NEED, 3)),
    competitors=(("Skylark Airways", 11),),
    departments=(CARE, replace(CARE, name="pr")),
    coverage=CoverageFigures(52, 41),
    themes=(ThemeFigures("baggage", 34, 26), ThemeFigures("delay", 12, 9), ThemeFigures("app", 5, 1)),
)
MORE = replace(
    FULL,
    flags=FlagFigures(8, 6),
    colleagues=(ColleagueFigures("U0ANA", 24, name="Ana"), ColleagueFigures("U0JOE", spotted=6, name="Joe")),
    departments=tuple(
        replace(
            one,
            follow_ups=FollowUpFigures(4, 3, 1, 1),
            replies=ReplyFigures(9, 2, 3, 1, 5, 2),
            cautions=CautionFigures(4, 1),
            outcomes=OutcomeFigures(3, 1, 2),
        )
        for one in FULL.departments
    ),
)


def count_shown(report: Report) -> int:
    """How many counts a person reads in it: each cell of the table, and each number in its sentences."""
    split = report.split
    figures = [split.negative, split.neutral, split.positive, split.unsure, split.competitors, split.spam]
    figures += [count for _, count in report.intents] + [*report.coverage, *report.flags]
    figures += [figure for theme in report.themes for figure in (theme.mentions, theme.negative)]
    figures += [figure for one in report.colleagues for figure in (one.resolved, one.spotted)]
    for one in report.departments:
        figures += [one.open, one.overdue, one.answered, one.closed_otherwise, *one.cautions, *one.outcomes]
        figures += [one.first_reply.times] if one.first_reply else []
        figures += [*one.replies, *one.follow_ups]
    return sum(bool(one) for one in figures)


def count_reached(report: Report) -> int:
    """Those with a figure in the menu, of each department by its filter; spam has a button of its own."""
    figures = [figure for _, options in list_case_figures(report) for _, figure, _ in options]
    of_all = {"word:flagged", "work:missed", "word:asked", "word:asked answered"}
    each = [one for one in figures if one.partition(":")[0] in {"work", "word"} and one not in of_all]
    return len(figures) - len(each) + len(each) * len(report.departments) + bool(report.split.spam)


def test_nine_in_ten_figures_lead_to_the_cases_behind_them() -> None:
    assert count_reached(FULL) / count_shown(FULL) >= 0.9


def test_with_everything_that_is_ever_counted_all_but_the_sum_of_competitors_do() -> None:
    shown, reached = count_shown(MORE), count_reached(MORE)
    assert (shown, reached) == (62, 62)


def test_what_is_zero_is_no_choice() -> None:
    none = SentimentCounts()
    assert list_case_figures(Report(ReportQuery(), FULL.range, AT, none)) == ()


def test_a_list_with_another_number_than_the_figure_says_why_with_both() -> None:
    figures: CaseFigures = (
        ("Work", (("Answered (48)", "work:answered", 48),)),
        ("Sentiment", (("Negative (3)", "sentiment:negative", 3),)),
    )
    assert explain_count(figures, "work:answered", 48) == ""
    assert explain_count(figures, "", 45) == ""
    told = explain_count(figures, "work:answered", 45, counted=48)
    assert told == (
        "48 in the report, 45 cases here. A case that was reopened, or answered twice, is counted each time."
    )
    assert "90 days" in explain_count(figures, "work:answered", 45, counted=45)
    assert "Ask for a shorter time" in explain_count(figures, "work:answered", 45, counted=45, is_cut=True)
    assert "counts posts" in explain_count(figures, "sentiment:negative", 2)
