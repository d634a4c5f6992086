"""What is written by commits is what reports read, whatever the time zone."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.assessment import UNSURE, Assessment, Intent, Sentiment, Signal
from bot.domain.case import Case, CaseResolution
from bot.domain.cases.intake import count_only, open_case
from bot.domain.cases.transitions import claim_case, resolve_case
from bot.domain.commits import CaseDecision, DurationKind
from bot.domain.department import Department, DepartmentStaff
from bot.domain.lifecycle import Context
from bot.domain.mention import Mention
from bot.domain.periods import TimeSpan
from bot.domain.reports.ranges import parse_known_range
from bot.domain.reports.report import SentimentCounts
from bot.domain.routing import Route
from bot.store.case_writer import write_decision
from bot.store.client import RedisClient
from bot.store.keys import Keys, join_field, split_field
from bot.store.report_counters import MentionCounters, ReportCounterStore
from bot.store.transaction import Transaction, commit

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DAY = TimeSpan(datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC))
CARE = Department(name="care", channel="C0CARE")
STAFF = DepartmentStaff(department="care", deputies=frozenset({"U0ANA"}))
NAMES = st.text(st.characters(exclude_categories=["C"]), max_size=6) | st.sampled_from(["a|b", "%7C", "|", "a%|"])
_numbers = itertools.count()


def mention(at: datetime) -> Mention:
    return Mention(id=f"test:{next(_numbers)}", source="test", text="You lost my bag again", created_at=at)


def build_assessment(subject: str = "Northwind", sentiment: str = "negative", intent: str = "complaint") -> Assessment:
    signals = [
        Signal("s", f"subject:{subject}", 1.0),
        Signal("s", "kind:brand", 1.0),
        Signal("i", f"intent:{intent}", 1.0),
    ]
    unsure = sentiment == "unsure"
    signals.append(Signal("v", UNSURE if unsure else f"sentiment:{sentiment}", 1.0))
    return Assessment(signals=tuple(signals))


def opening(at: datetime, subject: str = "Northwind", department: Department = CARE) -> CaseDecision:
    return open_case(mention(at), build_assessment(subject), Route(name="r", to=department.name), department, at)


async def commit_cases(client: RedisClient, keys: Keys, *decisions: CaseDecision, at: datetime = NOON) -> Case | None:
    """Committed in order; gives the last one's case."""
    for decision in decisions:
        transaction = Transaction(keys.inbox)
        write_decision(transaction, keys, decision, at)
        await commit(client, transaction)
    return decisions[-1].after


@given(st.lists(NAMES, min_size=1, max_size=5))
def test_a_field_is_read_back_as_it_was_written(names: list[str]) -> None:
    assert split_field(join_field(*names)) == names


HEARD = st.tuples(
    st.integers(-60 * 60, 0),
    NAMES,
    NAMES.filter(bool),
    st.sampled_from([*Sentiment, "unsure"]),
    st.sampled_from(Intent),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    heard=st.lists(HEARD, max_size=25),
    zone=st.sampled_from(["UTC", "Europe/Lisbon", "Asia/Kathmandu", "Australia/Adelaide", "Pacific/Apia"]),
    period=st.sampled_from(["today", "yesterday", "week", "last 3 days", "this month"]),
    at=st.integers(0, 365 * 86_400).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
)
async def test_the_total_is_the_number_written_in_the_span_and_the_split_sums_to_it(
    client: RedisClient,
    brand: str,
    heard: list[tuple[int, str, str, str, Intent]],
    zone: str,
    period: str,
    at: datetime,
) -> None:
    keys = Keys(f"{brand}-{next(_numbers)}")
    times = []
    for minutes, subject, department, sentiment, intent in heard:
        said = at + timedelta(minutes=minutes)
        a, place = build_assessment(subject, sentiment, intent), Department(name=department, channel="C")
        route = Route(name="r", to=department)
        opened = (
            count_only(mention(said), a, at) if intent is Intent.SPAM else open_case(mention(said), a, route, place, at)
        )
        await commit_cases(client, keys, opened, at=at)
        times.append(said)
    asked = parse_known_range(period, at, ZoneInfo(zone))
    spans = (asked.current, *asked.before)
    for span, found in zip(spans, await ReportCounterStore(client, keys).load_tallies(*spans), strict=True):
        split = SentimentCounts.from_tally(found)
        assert split.total == sum(said in span for said in times)
        parts = (split.negative, split.neutral, split.positive, split.unsure, split.spam)
        assert sum(parts) == split.total


async def test_names_come_back_whole_even_with_a_bar_in_them(client: RedisClient, keys: Keys) -> None:
    await commit_cases(client, keys, opening(NOON, "a|b", Department(name="c|d", channel="C")))
    (found,) = await ReportCounterStore(client, keys).load_tallies(DAY)
    assert list(found) == [("a|b", "c|d", "negative", "complaint")]


async def test_a_claim_and_an_answer_are_timed_in_the_quarter_in_which_they_happened(
    client: RedisClient, keys: Keys
) -> None:
    opened = opening(NOON)
    claimed = claim_case(opened.case, Context("U0ANA", NOON + timedelta(minutes=20), STAFF, CARE))
    answered = resolve_case(
        claimed.case, Context("U0ANA", NOON + timedelta(minutes=50), STAFF, CARE), CaseResolution.ANSWERED, ""
    )
    await commit_cases(client, keys, opened, claimed, answered)
    tallies = ReportCounterStore(client, keys)
    half_past = TimeSpan(NOON, NOON + timedelta(minutes=30))
    assert await tallies.load_durations(half_past, ["care"]) == {
        ("care", DurationKind.CARD): [],
        ("care", DurationKind.CLAIM): [1200.0],
        ("care", DurationKind.RESOLVE): [],
        ("care", DurationKind.REPLY): [],
        ("care", DurationKind.RECEIVED): [0.0],
        ("care", DurationKind.FOLLOW_UP): [],
    }
    assert await tallies.count_resolutions(half_past) == {("care", "asked"): 1, ("care", "asked answered"): 1}
    assert await tallies.count_resolutions(TimeSpan(half_past.end, NOON + timedelta(hours=1))) == {
        ("care", "answered"): 1
    }


async def test_a_day_of_kathmandu_takes_what_two_days_of_utc_hold(client: RedisClient, keys: Keys) -> None:
    opened = opening(NOON)
    claimed = claim_case(opened.case, Context("U0ANA", NOON.replace(hour=18, minute=15), STAFF, CARE))
    await commit_cases(client, keys, opened, claimed)
    yesterday, today = (
        parse_known_range(period, datetime(2026, 3, 11, 9, 0, tzinfo=UTC), ZoneInfo("Asia/Kathmandu")).current
        for period in ("yesterday", "today")
    )
    found = [
        len((await ReportCounterStore(client, keys).load_durations(span, ["care"]))["care", DurationKind.CLAIM])
        for span in (yesterday, today)
    ]
    assert found == [0, 1]


async def test_the_posts_that_say_most_come_from_their_own_hours(client: RedisClient, keys: Keys) -> None:
    early, late = opening(NOON - timedelta(hours=3)), opening(NOON)
    await commit_cases(client, keys, early, late)
    found = await ReportCounterStore(client, keys).find_top_cases(
        TimeSpan(NOON, NOON + timedelta(hours=1)), ["Northwind"], 3
    )
    assert late.after is not None
    assert found == [late.after.id]


async def test_open_and_overdue_are_counted_as_they_are_now(client: RedisClient, keys: Keys) -> None:
    on_time, late = opening(NOON), opening(NOON)
    assert late.after is not None
    await commit_cases(client, keys, on_time)
    await client.execute("ZADD", keys.open_cases_key("care"), NOON.timestamp(), late.after.id)
    assert await ReportCounterStore(client, keys).count_open(["care", "pr"], NOON) == {"care": (2, 1), "pr": (0, 0)}


async def test_the_counters_account_for_what_waits(client: RedisClient, keys: Keys) -> None:
    await client.execute("HINCRBY", keys.mention_counters, "seen", 3)
    await client.execute("XADD", keys.inbox, "*", "m", "{}")
    await client.execute("HSET", keys.dead_letters, "1-1", "{}")
    await commit_cases(client, keys, opening(NOON))
    account = await MentionCounters(client, keys).read()
    assert (account.waiting, account.dead, account.opened, account.unaccounted) == (1, 1, 1, 0)


async def test_nothing_written_reads_as_nothing(client: RedisClient, keys: Keys) -> None:
    assert (await MentionCounters(client, keys).read()).seen == 0
    assert await ReportCounterStore(client, keys).load_tallies(DAY) == [{}]


async def test_a_subject_that_a_sender_made_up_makes_no_key_and_no_field_of_its_own(
    client: RedisClient, keys: Keys
) -> None:
    made_up = Assessment(signals=(Signal("s", "subject:Somebody Else", 0.8), Signal("i", "intent:complaint", 1.0)))
    decision = open_case(mention(NOON), made_up, Route(name="r", to="care"), CARE, NOON)
    await commit_cases(client, keys, decision)
    [tally] = await ReportCounterStore(client, keys).load_tallies(TimeSpan(NOON, NOON + timedelta(hours=1)))
    assert [said.subject for said in tally] == [""]
    assert not await client.execute("EXISTS", keys.top_posts_key(NOON, "Somebody Else"))
