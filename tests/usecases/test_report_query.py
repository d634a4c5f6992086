"""What `/sentiment` is asked: the order of the words, and the nearest that are known."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.commits import NotAllowed
from bot.domain.reports.report import ReportQuery
from bot.usecases.report_query import QueryWords, parse_query

AT = datetime(2026, 3, 10, 10, 30, tzinfo=UTC)
KNOWN = QueryWords(("Northwind Air", "Cloudpass"), ("care", "pr"), AT, ZoneInfo("Europe/Lisbon"), ("app", "lost bags"))


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("last week care", ReportQuery("last week", department="care")),
        ("care last week", ReportQuery("last week", department="care")),
        ("Northwind Air since friday 18:00", ReportQuery("since friday 18:00", subject="Northwind Air")),
        ('theme "lost bags" yesterday', ReportQuery("yesterday", theme="lost bags")),
        ("cloudpass", ReportQuery(subject="Cloudpass")),
    ],
)
def test_the_time_may_stand_before_or_after_what_it_is_about(words: str, query: ReportQuery) -> None:
    assert parse_query(words, KNOWN) == query


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("care tomorrow", "still to come"),
        ("care nonsense", "no subject or department “care nonsense”"),
        ("care pr", "one department, subject or theme at a time"),
        ("today theme delay", "no theme “delay”"),
        ("today theme lost bag", 'Did you mean `today theme "lost bags"`'),
    ],
)
def test_what_is_not_understood_is_asked_back(words: str, told: str) -> None:
    with pytest.raises(NotAllowed) as no:
        parse_query(words, KNOWN)
    assert told in str(no.value)
    assert 'theme "app"' not in str(no.value)
