"""The report of a period as a page: the figures in words, safe for what strangers write, and nothing from elsewhere."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest

from bot.cards.period_report import PeriodReport, render_period_report
from bot.cards.svg_charts import ShareRow, draw_bars, draw_shares
from bot.domain.campaigns.case_outcome import CaseOutcome
from bot.domain.campaigns.episode_figures import EpisodeFigures, EpisodeRef, EpisodeSpans
from bot.domain.periods import DAY
from bot.domain.reports.ranges import parse_known_range
from bot.domain.reports.report import (
    CoverageFigures,
    DepartmentFigures,
    FigureGap,
    Report,
    ReportQuery,
    SentimentCounts,
)
from bot.domain.reports.statistics import DurationStats
from bot.domain.reports.theme_figures import ThemeFigures
from tests.cards.samples import build_new_case

AT, ZONE = datetime(2026, 3, 10, 9, tzinfo=UTC), ZoneInfo("Europe/Lisbon")
FIELDS = ("negative", "neutral", "positive")
HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(1)> \u202e&amp;'


class _TagReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in {"meta", "rect", "line", "circle"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in {"rect", "line", "circle"} or self.open.pop() == tag


def build_counts(negative: int, others: int, positive: int) -> SentimentCounts:
    return SentimentCounts(negative=negative, neutral=others, positive=positive, unsure=3)


def build_report(words: str, scale: int, *, name: str = "baggage") -> Report:
    days = [(f"{nth + 9} Feb", build_counts(scale * (nth % 7 + 2), scale * 9, scale * 4)) for nth in range(20)]
    negative, others, positive = (sum(getattr(one, field) for _, one in days) for field in FIELDS)
    total = replace(build_counts(negative, others, positive), competitors=11, spam=7)
    before = build_counts(scale * 40, scale * 150, scale * 80)
    themes = [ThemeFigures(name, 34 * scale, 26 * scale), ThemeFigures("delay", 120, 60), ThemeFigures("wifi", 9, 2)]
    reply = DurationStats(36, 1260 * scale, 4500 * scale)
    return Report(
        ReportQuery(words),
        parse_known_range(words, AT, ZONE),
        AT.astimezone(ZONE),
        total,
        (before,),
        tuple(days),
        departments=(DepartmentFigures("care", 6, 2, 38 * scale, 3, first_reply=reply), DepartmentFigures("pr", 1)),
        coverage=CoverageFigures(52 * scale, 41 * scale),
        gaps=(FigureGap("mastodon", AT - timedelta(hours=2)),),
        themes=tuple(themes),
        top_cases=(build_new_case(),),
    )


def build_episode(name: str, scale: int, days_ago: int, end: datetime | None = None) -> EpisodeFigures:
    start = AT - days_ago * DAY
    ref = EpisodeRef(name, name, "push campaign", "Northwind Air", start, end)
    parts = [(f"{nth + 1} Mar", build_counts(scale * nth, 20, 9)) for nth in range(6)]
    return EpisodeFigures(
        ref=ref,
        spans=EpisodeSpans.from_ref(ref, AT, ZONE),
        brand_time=AT.astimezone(ZONE),
        during=build_counts(scale * 12, 90, 40),
        before=build_counts(20, 70, 30),
        parts=tuple(parts),
        outcome=CaseOutcome(44, 38, 4, DurationStats(38, 1260.0, 4500.0)),
    )


def build_period(name: str = "baggage") -> PeriodReport:
    episodes = (build_episode("Winter sale", 1, 20, AT - 17 * DAY), build_episode(name, 5, 9))
    return PeriodReport(
        "Northwind Air",
        build_report("9 feb 2026 – 8 mar 2026", 2, name=name),
        build_report("12 jan 2026 – 8 feb 2026", 1),
        episodes,
        left_out=1,
    )


def read_words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.partition("</style>")[2]))


def test_it_says_in_words_how_the_period_and_each_episode_went() -> None:
    words = read_words(render_period_report(build_period()))
    for said in (
        "Northwind Air from Mon 9 Feb to Sun 8 Mar",
        "Questions and complaints answered 82 of 104 41 of 52",
        "care 76 38 42 min 21 min",
        "baggage 76 % (65–85 %) of 68",
        "Winter sale 145 123 12 20 44 38 21 min",
        "1 more episode left out",
        "mastodon silent since",
        "The figures are those of “/sentiment 9 feb 2026 – 8 mar 2026”",
    ):
        assert said in words


def test_it_is_one_file_that_asks_for_nothing_and_runs_nothing() -> None:
    page = render_period_report(build_period())
    reader = _TagReader()
    reader.feed(page)
    assert reader.open == []
    assert not reader.tags & {"script", "link", "img", "iframe", "object", "form", "a"}
    assert not {one for one in reader.attributes if one.startswith("on")} | (
        reader.attributes & {"src", "href", "style"}
    )
    assert "default-src 'none'" in page
    assert not re.search(r"url\(|@import|https?://", page)


def test_what_strangers_write_is_text() -> None:
    period = build_period(HOSTILE)
    page = render_period_report(period)
    reader = _TagReader()
    reader.feed(page)
    assert not reader.tags & {"script", "img"}
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page


def test_without_a_period_before_without_mentions_and_without_episodes_it_says_so() -> None:
    asked = parse_known_range("yesterday", AT, ZONE)
    none = SentimentCounts()
    page = render_period_report(PeriodReport("B", Report(ReportQuery("yesterday"), asked, AT.astimezone(ZONE), none)))
    words = read_words(page)
    assert "No mentions yesterday." in words
    assert "the period before: not counted" in words
    assert "None in this period." in words
    assert "<svg" not in page


def test_a_theme_that_nobody_mentioned_before_has_none_then_and_one_of_an_unknown_time_has_a_dash() -> None:
    period = build_period("legroom")
    assert period.before is not None
    period = replace(period, before=replace(period.before, themes=()))
    assert "legroom 68 52 0 0" in read_words(render_period_report(period))
    assert "legroom 68 52 – –" in read_words(render_period_report(replace(period, before=None)))


def test_a_time_before_of_which_no_cases_are_known_has_dashes_and_no_zeros() -> None:
    period = build_period()
    assert period.before is not None
    idle = tuple(DepartmentFigures(one.name) for one in period.before.departments)
    before = replace(period.before, coverage=CoverageFigures(), departments=idle)
    words = read_words(render_period_report(replace(period, before=before)))
    assert "Questions and complaints answered 82 of 104 –" in words
    assert "care 76 – 42 min –" in words


def test_an_episode_without_mentions_is_in_the_table_only() -> None:
    quiet = replace(build_episode("Quiet", 1, 5), during=SentimentCounts(), parts=())
    page = render_period_report(replace(build_period(), episodes=(quiet,)))
    assert "Quiet 0 123 0 20" in read_words(page)
    assert "Negative share while it lasted" not in page


@pytest.mark.parametrize("values", [[0], [1], [0, 7, 3], [999_999, 1], list(range(60))])
def test_bars_stay_in_their_frame_and_add_up(values: list[int]) -> None:
    drawn = draw_bars("Mentions", [str(nth) for nth in range(len(values))], {"negative": values, "others": values})
    tops = [float(one) for one in re.findall(r'<rect [^>]*? y="([\d.]+)"', drawn)]
    assert all(14 <= top <= 196 for top in tops)
    assert len(tops) == 2 * sum(value > 0 for value in values)
    assert f"{len(values) - 1}: {values[-1]:,} negative, {values[-1]:,} others" in drawn


def test_labels_that_say_more_than_the_others_are_written_and_none_lies_over_another() -> None:
    days = [f"{day} Mar" for day in range(1, 21)]
    days[4], days[6], days[19] = "5 Mar ▸ start", "7 Mar ▸ end", "20 Mar, so far"
    drawn = draw_bars("Mentions", days, {"negative": [1] * len(days)})
    found = [
        (float(x), float(y), words)
        for x, y, words in re.findall(r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="middle">([^<]+)', drawn)
    ]
    assert {days[4], days[6], days[19]} <= {words for _, _, words in found}
    for (x, y, one), (other_x, other_y, other) in combinations(found, 2):
        assert y != other_y or abs(x - other_x) >= 3 * (len(one) + len(other)), (one, other)


def test_a_share_stands_at_its_place_with_its_interval_and_its_words() -> None:
    drawn = draw_shares("Shares", [ShareRow("delay", 50, 40, 60, "50 % (40 to 60) of 96")])
    assert 'cx="360.0"' in drawn
    assert 'x1="326.0"' in drawn
    assert "50 % (40 to 60) of 96" in drawn
