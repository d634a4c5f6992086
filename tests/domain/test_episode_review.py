"""The six lines about an episode: each figure with its sample, and nothing said that is chance."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.campaigns.case_outcome import CaseOutcome, compute_outcome, count_case
from bot.domain.campaigns.episode_figures import EpisodeFigures, EpisodeRef, EpisodeSpans, find_span
from bot.domain.campaigns.episode_review import list_review_lines
from bot.domain.case import CaseResolution, CaseStatus, JoinedMention, JoinReason, PublicReply
from bot.domain.reports.report import SentimentCounts
from bot.domain.reports.statistics import DurationStats
from tests.domain.samples import build_assessment
from tests.store.samples import CASE

LISBON = ZoneInfo("Europe/Lisbon")
START = datetime(2026, 3, 20, 8, tzinfo=UTC)
REF = EpisodeRef("campaign:sale", "Sale", "push campaign", "Northwind", START, START + timedelta(hours=6))
LATER = START + timedelta(days=2)


def build_figures(during: SentimentCounts, before: SentimentCounts, *weekdays: SentimentCounts) -> EpisodeFigures:
    spans = EpisodeSpans.from_ref(REF, LATER, LISBON)
    return EpisodeFigures(REF, spans, LATER, during, before, SentimentCounts(neutral=20), weekdays)


def test_a_change_beyond_chance_is_said_with_its_interval() -> None:
    usual = SentimentCounts(negative=20, neutral=80)
    lines = list_review_lines(build_figures(SentimentCounts(negative=120, neutral=80), usual, usual, usual))
    assert lines[0] == "200 mentions in 6 h, 100 in the same time before, 20 after."
    assert lines[1].startswith(
        "Negative: 60\N{NO-BREAK SPACE}% of 200 (95\N{NO-BREAK SPACE}% interval 53–67\N{NO-BREAK SPACE}%), "
        "before it 20\N{NO-BREAK SPACE}% (13–29\N{NO-BREAK SPACE}%) of 100: 40 points more (95\N{NO-BREAK SPACE}%"
    )
    assert lines[2].startswith(
        "Same weekday and hours in the 2 weeks before: 100 mentions: 100\N{NO-BREAK SPACE}% more"
    )


def test_what_may_be_chance_and_what_is_too_little_are_said_to_be() -> None:
    usual = SentimentCounts(negative=20, neutral=80)
    assert list_review_lines(build_figures(usual, usual))[1].endswith("no change beyond chance.")
    few = SentimentCounts(negative=2, neutral=8)
    assert list_review_lines(build_figures(few, usual))[1].endswith("too few to compare.")


def test_without_mentions_or_cases_no_share_and_no_effect_is_named() -> None:
    none, some = SentimentCounts(), SentimentCounts(negative=12, neutral=28)
    lines = list_review_lines(build_figures(none, some))
    assert lines[1] == "No mentions, so nothing is known of how negative they are."
    assert lines[-1] == "No cases."
    assert list_review_lines(build_figures(some, none))[1].endswith("There were no mentions before it to compare with.")


def format_cases(**counts: Any) -> list[str]:
    figures = replace(build_figures(SentimentCounts(), SentimentCounts()), outcome=CaseOutcome(total=4, **counts))
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in list_review_lines(figures)[-2:]]


def test_how_fast_cases_were_answered_is_a_sentence_for_one_for_few_and_for_many() -> None:
    assert format_cases(open=4) == [
        "4 cases: 0 answered (0 %), no public reply yet, 4 still open.",
        "No case is closed yet, and no author has written again after an answer.",
    ]
    for stats, words in (
        (DurationStats(1, 1200.0, 1200.0), "one public reply, after 20 min"),
        (DurationStats(2, 1200.0, 1800.0), "first public reply: median 20 min, the slowest of 2 took 30 min"),
        (DurationStats(40, 1200.0, 1800.0), "first public reply: median 20 min, 9 in 10 within 30 min"),
    ):
        assert format_cases(answered=2, first_reply=stats)[0] == f"4 cases: 2 answered (50 %), {words}."


def test_the_same_weekday_has_the_same_local_hours_over_a_change_of_the_clocks() -> None:
    ref = replace(REF, start=datetime(2026, 3, 31, 8, tzinfo=UTC), end=datetime(2026, 3, 31, 14, tzinfo=UTC))
    spans = EpisodeSpans.from_ref(ref, datetime(2026, 4, 2, tzinfo=UTC), LISBON)
    assert spans.weekdays[0].start == datetime(2026, 3, 24, 9, tzinfo=UTC)
    assert len(spans.weekdays) == 4


def test_the_time_after_it_is_as_long_as_there_is_by_now() -> None:
    spans = EpisodeSpans.from_ref(REF, START + timedelta(hours=8), LISBON)
    assert spans.after.end - spans.after.start == timedelta(hours=2)
    assert EpisodeSpans.from_ref(REF, START + timedelta(hours=1), LISBON).after.start == START + timedelta(hours=1)


def test_the_outcome_counts_answers_and_who_turned_after_one() -> None:
    sad = CASE.copy_with(assessment=build_assessment("sentiment:negative", "intent:complaint"), merged_into="")
    reply = PublicReply("@northwindair", CASE.mention.created_at + timedelta(minutes=10), "", "x:9")
    later = JoinedMention("x:3", "@m", "", reply.at + timedelta(hours=1), JoinReason.SAME_PERSON, "positive")
    turned = sad.copy_with(public_replies=(reply,), joined=(later,))
    spam = sad.copy_with(resolution=CaseResolution.SPAM)
    waiting = sad.copy_with(status=CaseStatus.NEW, resolution=None, joined=())
    found = compute_outcome(map(count_case, (turned, spam, waiting)))
    assert (found.total, found.answered, found.open, found.again, found.turned) == (2, 1, 1, 1, 1)
    assert found.first_reply is not None
    assert found.first_reply.median == 600
    assert found.resolutions == (("fixed", 1),)


def count_span(start: datetime, end: datetime, at: datetime) -> tuple[str, str]:
    span = find_span(replace(REF, start=start, end=end), at)
    return f"{span.start:%H:%M}", f"{span.end:%H:%M}"


def test_only_whole_quarters_inside_a_campaign_are_counted() -> None:
    start, end = START.replace(hour=10, minute=23, second=11), START.replace(hour=10, minute=45)
    assert count_span(start, end, LATER) == ("10:30", "10:45")
    assert count_span(start, LATER, start + timedelta(minutes=25)) == ("10:30", "10:45")
    assert count_span(start, LATER, start) == ("10:30", "10:30")
    spans = EpisodeSpans.from_ref(replace(REF, start=start, end=start + timedelta(minutes=40)), LATER, LISBON)
    assert [f"{edge:%H:%M}" for span in spans[:3] for edge in span] == [
        "09:45",
        "10:15",
        "10:30",
        "11:00",
        "11:15",
        "11:45",
    ]


def test_two_campaigns_of_which_one_follows_the_other_share_no_quarter() -> None:
    for minute in range(0, 45, 5):
        change = START + timedelta(minutes=minute, seconds=7)
        first = find_span(replace(REF, end=change), LATER)
        assert first.end <= find_span(replace(REF, start=change), LATER).start


def test_a_campaign_without_a_whole_quarter_says_so_and_compares_nothing() -> None:
    ref, at = replace(REF, start=START + timedelta(minutes=8)), START + timedelta(minutes=9)
    none = SentimentCounts()
    figures = EpisodeFigures(ref, EpisodeSpans.from_ref(ref, at, LISBON), at, none, none)
    assert list_review_lines(figures)[:2] == (
        "Too early to count mentions. Earshot counts whole quarter hours, and the first ends at 08:30.",
        "No cases.",
    )
    ended = replace(ref, end=at)
    figures = EpisodeFigures(ended, EpisodeSpans.from_ref(ended, LATER, LISBON), at, none, none, none)
    assert "and it has none." in list_review_lines(figures)[0]


def test_the_time_that_was_counted_is_said_where_it_is_not_all_of_it() -> None:
    ref = replace(REF, start=START + timedelta(minutes=8))
    some = SentimentCounts(neutral=40)
    figures = EpisodeFigures(ref, EpisodeSpans.from_ref(ref, LATER, LISBON), LATER, some, some, some)
    assert list_review_lines(figures)[0].startswith("40 mentions in 5 h 45 min from 20 Mar 08:15 until 14:00, 40 in")
