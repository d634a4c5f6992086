"""How the answer to `/sentiment` reads."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.cards.block_kit import RenderedMessage, is_within_limits
from bot.cards.sentiment_report import format_report_headline, format_volume_change, render_report
from bot.domain.assessment import Assessment, Intent
from bot.domain.case import Case, CaseResolution, CaseStatus
from bot.domain.mention import Mention
from bot.domain.periods import ReportPeriod
from bot.domain.reports.report import DepartmentFigures, DurationStats, Report, ReportQuery, SentimentCounts
from bot.slack_sandbox.block_kit import check_message

AT = datetime(2026, 3, 10, 14, 7, tzinfo=ZoneInfo("Europe/Lisbon"))
NOW = SentimentCounts(negative=120, neutral=60, positive=80, unsure=40)
BEFORE = SentimentCounts(negative=60, neutral=60, positive=80, unsure=40)


def report(**changes: Any) -> Report:
    return replace(Report(query=ReportQuery(), brand_time=AT, split=NOW, comparable=NOW, before=BEFORE), **changes)


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
    return "".join(found).replace("\N{NO-BREAK SPACE}", " ")


def test_the_headline_says_the_split_without_any_block() -> None:
    assert format_report_headline(
        report()
    ) == "300 mentions today: 40_% negative, 20_% neutral, 27_% positive, 13_% unclear.".replace(
        "_", "\N{NO-BREAK SPACE}"
    )


def test_a_clear_change_is_said_in_points_and_chance_as_about_the_same() -> None:
    words = words_of(render_report(report()))
    assert "negative 120 (40 %), up 15 points" in words
    assert "unclear 40 (13 %), about the same" in words


def test_more_than_before_is_said_with_both_numbers() -> None:
    assert format_volume_change(report()) == "25\N{NO-BREAK SPACE}% more than yesterday: 300 vs. 240, both until 14:00."


def test_too_few_are_given_as_counts_and_no_change_is_named() -> None:
    few = SentimentCounts(negative=3, positive=2)
    drawing = render_report(report(split=few, comparable=few, before=SentimentCounts(negative=1)))
    assert "Not enough data to compare with yesterday: 5 vs. 1, both until 14:00." in words_of(drawing)
    assert "%" not in words_of(drawing)


def test_spam_and_competitors_stand_apart_from_what_is_said_about_us() -> None:
    split = replace(NOW, spam=22, competitors=41)
    words = words_of(
        render_report(report(split=split, competitors=(("Skylark Airways", SentimentCounts(negative=25, neutral=16)),)))
    )
    assert "363 mentions today" in words
    assert "about Skylark Airways 41, 61 % of them negative" in words
    assert "spam 22" in words
    assert "Percentages cover the 300 mentions about us." in words


def test_a_silent_day_says_what_to_do() -> None:
    silent = SentimentCounts()
    drawing = render_report(report(split=silent, comparable=silent, before=silent))
    assert drawing.text == "No mentions today so far."
    assert "earshot check" in words_of(drawing)
    assert check_message(drawing.blocks) == []


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


def test_a_department_says_what_is_open_and_how_long_it_takes() -> None:
    care = DepartmentFigures("care", 12, 3, 41, 4, DurationStats(45, 360, 1320), DurationStats(3, 4200, 10800))
    words = words_of(render_report(report(departments=(care,))))
    assert "care: 12 open, 3 overdue · 41 answered, 4 closed without a reply" in words
    assert "Time to claim: median 6 min, 90 % within 22 min" in words
    assert "Time to resolve: median 1 h 10 min, max 3 h" in words


def test_kinds_are_named_in_the_singular_where_there_is_one() -> None:
    words = words_of(render_report(report(intents=((Intent.COMPLAINT, 94), (Intent.CRISIS, 1)))))
    assert "Including 94 complaints, 1 crisis." in words


def test_only_the_private_answer_has_the_button_and_it_carries_what_was_asked() -> None:
    asked = ReportQuery(ReportPeriod.WEEK, subject="Northwind Go")
    private, shared = render_report(report(query=asked)), render_report(report(query=asked), shared_by="U0MIA")
    (buttons,) = [block["elements"] for block in private.blocks if block["type"] == "actions"]
    assert buttons[0]["value"] == "week Northwind Go"
    assert not [block for block in shared.blocks if block["type"] == "actions"]
    assert "Shared by <@U0MIA>" in words_of(shared)


def test_a_report_full_to_the_brim_is_taken_by_slack() -> None:
    took = DurationStats(900, 86_399, 863_999)
    departments = tuple(DepartmentFigures("d" * 58 + f"{n:02}", 999, 99, 999, 99, took, took) for n in range(40))
    top_cases = tuple(case("\N{PILE OF POO}" * 9_000) for _ in range(3))
    rivals = tuple((f"rival {n} " + "r" * 50, NOW) for n in range(5))
    drawing = render_report(report(departments=departments, top_cases=top_cases, competitors=rivals))
    assert check_message(drawing.blocks) == []
    assert is_within_limits(drawing.blocks)
