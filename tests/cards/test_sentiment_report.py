"""How the answer to `/sentiment` reads."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.cards.block_kit import RenderedMessage, is_within_limits
from bot.cards.sentiment_report import render_report
from bot.domain.assessment import Assessment, Intent
from bot.domain.case import Case, CaseResolution, CaseStatus
from bot.domain.mention import Mention
from bot.domain.reports.headline import format_headline, format_total, list_changes
from bot.domain.reports.ranges import parse_known_range
from bot.domain.reports.report import (
    CoverageFigures,
    DepartmentFigures,
    FigureGap,
    FollowUpFigures,
    Report,
    ReportQuery,
    SentimentCounts,
)
from bot.domain.reports.statistics import DurationStats
from bot.domain.reports.theme_figures import ThemeFigures
from bot.slack_sandbox.block_kit import check_message

AT = datetime(2026, 3, 10, 14, 7, tzinfo=ZoneInfo("Europe/Lisbon"))
NOW = SentimentCounts(negative=120, neutral=60, positive=80, unsure=40)
BEFORE = (SentimentCounts(negative=60, neutral=60, positive=80, unsure=40),) * 4


def report(period: str = "today", at: datetime = AT, **changes: Any) -> Report:
    found = parse_known_range(period, at, ZoneInfo("Europe/Lisbon"))
    made = Report(ReportQuery(period), found, brand_time=at, split=NOW, before=BEFORE)
    return replace(made, **changes)


def plain(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def case(text: str = "You lost my bag", **changes: Any) -> Case:
    said = AT.astimezone(UTC) - timedelta(hours=1)
    mention = Mention.model_validate(
        {"id": "x:1", "text": text, "created_at": said, "url": "https://example.org/1", "author": "sam"}
    )
    made = Case(
        id="C1", mention=mention, assessment=Assessment(), department="care", opened_at=said, waiting_since=said
    )
    return made.copy_with(**changes)


def words_of(drawing: RenderedMessage) -> str:
    """Everything that a person reads in it, in order."""
    found: list[str] = []

    def walk(thing: Any) -> None:
        if isinstance(thing, list):
            for one in thing:
                walk(one)
        elif isinstance(thing, dict):
            found.extend([thing["text"]] if isinstance(thing.get("text"), str) else [])
            for value in thing.values():
                walk(value)

    walk(drawing.blocks)
    return plain("".join(found))


CARE = DepartmentFigures("care", 14, 8)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (report(), "Bad day: 40 % negative (usually 25)."),
        (report(at=AT.replace(hour=9)), "Bad morning: 40 % negative (usually 25)."),
        (report(departments=(CARE,)), "Bad day: 40 % negative (usually 25), 8 of 14 in care overdue."),
        (
            report(departments=(CARE, DepartmentFigures("pr", 3, 2))),
            "Bad day: 40 % negative (usually 25), 8 of 14 in care overdue (10 in all).",
        ),
        (report(departments=(DepartmentFigures("care", 3),)), "Bad day: 40 % negative (usually 25), nothing overdue."),
        (
            report(split=BEFORE[0], departments=(CARE,)),
            "Usual day: 25 % negative (usually 25), 8 of 14 in care overdue.",
        ),
        (
            report(split=replace(NOW, negative=10), departments=(CARE,)),
            "Good day: 5 % negative (usually 25), but 8 of 14 in care overdue.",
        ),
        (report("week"), "Worse in the last 7 days: 40 % negative (a week earlier 25)."),
        (report("yesterday", split=BEFORE[0]), "About the same yesterday: 25 % negative (usually 25)."),
        (
            report("march", AT.replace(month=4), departments=(CARE,)),
            "Worse in March: 40 % negative (5 weeks earlier 25).",
        ),
        (report(query=ReportQuery(subject="Northwind Go")), "Bad day for Northwind Go: 40 % negative (usually 25)."),
        (report(before=()), "40 % negative today, too little earlier to compare with."),
        (report(split=SentimentCounts(negative=3, positive=2)), "5 mentions today: too few to compare, 3 negative."),
        (report(split=SentimentCounts(spam=2)), "Nothing about us today so far."),
        (
            report(query=ReportQuery(subject="Northwind Go"), split=SentimentCounts(spam=2)),
            "Nothing but spam about Northwind Go today so far.",
        ),
        (report("yesterday", split=SentimentCounts()), "No mentions yesterday."),
    ],
)
def test_one_sentence_says_how_it_is_and_what_to_do_about_it(asked: Report, sentence: str) -> None:
    assert plain(format_headline(asked)) == sentence


def test_a_sentence_too_long_for_a_title_is_not_cut() -> None:
    long = DepartmentFigures("d" * 120, 14, 8)
    drawing = render_report(report(departments=(long,)))
    assert drawing.blocks[0]["type"] == "rich_text"
    assert plain(drawing.text).endswith("overdue.")
    assert render_report(report()).blocks[0]["type"] == "header"


def test_there_is_one_total_and_it_says_where_all_of_it_went() -> None:
    split = replace(NOW, spam=22, competitors=41)
    rivals = tuple((f"Rival {n}", times) for n, times in enumerate((20, 10, 6, 5)))
    assert format_total(report(split=split, competitors=rivals)) == (
        "363 mentions: 300 about us (120 negative, 60 neutral, 80 positive, 40 unclear), "
        "20 about Rival 0, 10 about Rival 1, 6 about Rival 2, 5 about other competitors, 22 spam."
    )
    assert format_total(report()) == "300 mentions: 120 negative, 60 neutral, 80 positive, 40 unclear."
    assert format_total(report(split=SentimentCounts(spam=2))) == "2 mentions: 0 about us, 2 spam."


def test_what_changed_is_said_with_its_sample_and_interval() -> None:
    changes = [plain(one) for one in list_changes(report())]
    assert changes == [
        "26 % (11 to 44) more mentions: 300, usually 238",
        "Negative up 15 points (9 to 21): 40 % of 300, usually 25 % of 960",
        "Positive down 7 points (less than 1 to 12): 27 % of 300, usually 33 % of 960",
    ]


def test_what_chance_makes_is_no_change() -> None:
    assert list_changes(report(split=BEFORE[0])) == ["No change beyond chance: 240 mentions, usually 238."]


def test_too_few_are_given_as_counts_and_no_change_is_named() -> None:
    few = SentimentCounts(negative=3, positive=2)
    drawing = render_report(report(split=few, before=(SentimentCounts(negative=1),)))
    assert "Too few to compare: 5 mentions, usually 1." in words_of(drawing)
    assert "%" not in words_of(drawing)


def test_a_silent_day_says_what_to_do() -> None:
    drawing = render_report(report(split=SentimentCounts()))
    assert drawing.text == "No mentions today so far."
    assert "earshot check" in words_of(drawing)
    assert check_message(drawing.blocks) == []


def test_a_source_that_is_silent_is_named_with_what_the_figures_lack() -> None:
    today, before = AT.replace(hour=9, minute=10), AT.replace(day=8, hour=23, minute=5)
    words = words_of(render_report(report(gaps=(FigureGap("x", today), FigureGap("rss.news", before)))))
    assert "*x* silent since 09:10: these figures lack it." in words
    assert "*rss.news* silent since 8 Mar, 23:05: these figures lack it." in words


def test_of_those_who_asked_it_says_how_many_were_answered() -> None:
    assert "41 of 52 questions and complaints answered, counted by case" in words_of(
        render_report(report(coverage=CoverageFigures(52, 41)))
    )


def test_strangers_can_ping_nobody_from_a_report() -> None:
    drawing = render_report(report(top_cases=(case("<!channel> <@U0MIA> *help*\u202e"),)))
    runs = [block for block in drawing.blocks if block["type"] == "rich_text"]
    assert {"type": "text", "text": "<!channel> <@U0MIA> *help*\n"} in [
        element for block in runs for part in block["elements"] for element in part["elements"]
    ]
    assert "<!channel>" not in drawing.text


def test_a_post_says_what_became_of_it() -> None:
    resolved = case(status=CaseStatus.RESOLVED, resolution=CaseResolution.ANSWERED)
    late = case(due=AT - timedelta(minutes=1))
    words = words_of(render_report(report(top_cases=(resolved, late))))
    assert "care, answered" in words
    assert "care, unclaimed, overdue" in words


def test_departments_are_a_table_with_the_most_overdue_first() -> None:
    took = DurationStats(45, 360, 1320)
    care = DepartmentFigures("care", 12, 3, 41, first_reply=took)
    pr = DepartmentFigures("pr", 1, 0, 3, first_reply=took._replace(times=3))
    drawing = render_report(report(departments=(pr, care, DepartmentFigures("ops"))))
    [table] = [block for block in drawing.blocks if block["type"] == "table"]
    assert [[cell["text"] for cell in row] for row in table["rows"][1:]] == [
        ["care", "12", "3", "41", "6 min", "22 min"],
        ["pr", "1", "0", "3", "6 min", "22 min (slowest of 3)"],
    ]
    assert "ops: no open or answered cases" in words_of(drawing)


def test_one_department_says_how_long_its_claims_and_resolutions_took_too() -> None:
    care = DepartmentFigures("care", 12, 3, 41, 4, DurationStats(45, 360, 1320), DurationStats(3, 4200, 10800))
    words = words_of(render_report(report(departments=(care,))))
    assert "care: 4 closed without a reply" in words
    assert "Time to claim: median 6 min, 9 in 10 within 22 min" in words
    assert "Time to resolve: median 1 h 10 min, slowest 3 h" in words


def test_kinds_are_named_in_the_singular_where_there_is_one() -> None:
    words = words_of(render_report(report(intents=((Intent.COMPLAINT, 94), (Intent.CRISIS, 1)))))
    assert "Among them 94 complaints, 1 crisis." in words


def test_only_the_private_answer_has_the_button_and_it_carries_what_was_asked() -> None:
    asked = report("week", query=ReportQuery("week", subject="Northwind Go"))
    private, shared = render_report(asked), render_report(asked, note="Shared by <@U0MIA>.")
    (buttons,) = [block["elements"] for block in private.blocks if block["type"] == "actions"]
    assert {one["text"]["text"]: one["value"] for one in buttons} == {
        "Yesterday": "yesterday Northwind Go",
        "30 days": "month Northwind Go",
        "Share here": "week Northwind Go",
        "Cases…": '["","","",0,"","week Northwind Go",""]',
        "CSV": "tallies week Northwind Go csv",
    }
    assert not [block for block in shared.blocks if block["type"] == "actions"]
    assert "Shared by <@U0MIA>" in words_of(shared)


def test_a_menu_asks_for_a_subject_a_department_or_a_theme_of_the_same_time() -> None:
    subjects = tuple(ReportQuery("week", subject=name) for name in ("Northwind Go", "x" * 150))
    others = ReportQuery("week", department="care"), ReportQuery("week", theme="lost bags")
    names = (("Subjects", subjects), ("Departments", others[:1]), ("Themes", others[1:]))
    [buttons] = [
        one["elements"] for one in render_report(report("week", choices=names)).blocks if one["type"] == "actions"
    ]
    [menu] = [one for one in buttons if one["type"] == "static_select"]
    assert [option["value"] for group in menu["option_groups"] for option in group["options"]] == [
        "week Northwind Go",
        "week care",
        'week theme "lost bags"',
    ]


def test_the_chart_shows_when_and_words_say_it_too() -> None:
    parts = tuple((f"{hour}:00", SentimentCounts(negative=hour, positive=1, unsure=2)) for hour in range(9, 14))
    drawing = render_report(report(parts=parts))
    [chart] = [block["chart"] for block in drawing.blocks if block["type"] == "data_visualization"]
    assert {one["name"]: [point["value"] for point in one["data"]] for one in chart["series"]} == {
        "negative": [9, 10, 11, 12, 13],
        "positive": [1] * 5,
        "neutral or unclear": [2] * 5,
    }
    assert "Most negative at 13:00: 13 of 16" in words_of(drawing)
    assert check_message(drawing.blocks) == []


def test_a_long_title_of_a_chart_says_the_time_and_leaves_the_rest_to_the_sentence() -> None:
    parts = tuple((f"{hour}:00", NOW) for hour in range(9, 14))
    found = report("last 24 hours", parts=parts)
    label = f"{found.range.label} (counted since 9 Mar, 22:00)"
    drawing = render_report(replace(found, range=found.range._replace(label=label)))
    assert [one["title"] for one in drawing.blocks if "chart" in one] == ["Mentions in the last 24 hours"]
    assert label in drawing.text


def test_a_long_sentence_shows_a_theme_as_it_is_named() -> None:
    theme = ThemeFigures("late, *very* `late`", mentions=90, negative=80)
    drawing = render_report(report(departments=(replace(CARE, name="customer care " * 6),), themes=(theme,)))
    assert len(drawing.text) > 150
    [run] = drawing.blocks[0]["elements"][0]["elements"]
    assert "mostly about late, *very* `late` (80)" in run["text"]
    assert check_message(drawing.blocks) == []


@pytest.mark.parametrize(
    ("words", "label", "when"),
    [
        ("today", "13:00", "at 13:00"),
        ("last 3 days", "Sat 12:00", "on Sat at 12:00"),
        ("week", "8 Mar", "on 8 Mar"),
        ("last 90 days", "8 Mar", "in the week from 8 Mar"),
        ("last 300 days", "8 Mar", "in the 4 weeks from 8 Mar"),
    ],
)
def test_the_worst_time_is_named_as_long_as_it_was(words: str, label: str, when: str) -> None:
    parts = ((label, SentimentCounts(negative=13, positive=3)),) * 3
    assert f"Most negative {when}: 13 of 16" in words_of(render_report(report(words, parts=parts)))


def test_an_interval_without_zero_is_not_written_with_a_zero() -> None:
    now, then = SentimentCounts(neutral=1640, unsure=40), SentimentCounts(neutral=1271, unsure=48)
    changes = list_changes(report("week", split=now, before=(then,)))
    assert any("Unclear down 1 point (less than 1 to 3)" in one for one in changes)


def test_few_mentions_or_hours_are_not_drawn() -> None:
    few = SentimentCounts(negative=29)
    for drawn in (report(split=few, parts=(("9:00", few),) * 5), report(parts=(("9:00", NOW), ("10:00", NOW)))):
        assert "data_visualization" not in {block["type"] for block in render_report(drawn).blocks}


def test_a_report_full_to_the_brim_is_taken_by_slack() -> None:
    took = DurationStats(9, 86_399, 863_999)
    departments = tuple(
        DepartmentFigures("d" * 58 + f"{n:02}", 999, 99, 999, 99, took, took, took, FollowUpFigures(9, 9, 9, 9, 9))
        for n in range(40)
    )
    top_cases = tuple(case("\N{PILE OF POO}" * 9_000) for _ in range(3))
    rivals = tuple((f"rival {n} " + "r" * 50, 9) for n in range(5))
    names = tuple(ReportQuery(subject=f"subject {n} " + "s" * 50) for n in range(40))
    parts = tuple((f"{n} Mar", NOW) for n in range(20))
    many = report(departments=departments, top_cases=top_cases, competitors=rivals, parts=parts)
    drawing = render_report(replace(many, choices=(("Subjects", names), ("Departments", names))))
    assert check_message(drawing.blocks) == []
    assert is_within_limits(drawing.blocks)
