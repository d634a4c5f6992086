"""When a digest is due, by the brand's clock; what it reports on; and how what is typed is understood."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.destination import Callee, ToChannel, ToPerson
from bot.domain.errors import NotAllowed
from bot.domain.oncall.local_time import get_local_date, resolve_local_time
from bot.domain.reports.ranges import parse_known_range
from bot.domain.reports.report_schedule import ReportCadence, ReportSchedule
from bot.domain.reports.schedule_request import ScheduleRequest, parse_schedule_request

ZONE = "Europe/Lisbon"
DAILY, WEEKLY, AHEAD = ReportCadence.DAILY, ReportCadence.WEEKLY, ReportCadence.AHEAD
MIA, HERE = "U0MIA", "C0CARE"
TUESDAY = datetime(2026, 3, 10, 9, tzinfo=UTC)


def build(cadence: ReportCadence = DAILY, clock: time = time(8), weekday: int = 0, **more: datetime) -> ReportSchedule:
    after = more.get("after", TUESDAY)
    return ReportSchedule(cadence=cadence, clock=clock, weekday=weekday, to="@U0MIA", by=MIA, after=after)


@pytest.mark.parametrize(
    ("words", "department"),
    [
        ("daily 8:00", ""),
        ("daily care 8:00", "care"),
        ("daily 8:00 for customer care", "Customer Care"),
        ("weekly monday 9:00 of CARE here", "care"),
        ("daily 8:00 here", ""),
    ],
)
def test_a_digest_can_be_about_one_department(words: str, department: str) -> None:
    asked = parse_schedule_request(words, MIA, HERE, ["care", "Customer Care", "here"])
    assert asked.department == department


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("daily 8:00 care pr", "One department at a time"),
        ("ahead 8:00 care", "The look ahead is about all departments"),
        ("daily 8:00 legal", "Earshot doesn't understand “legal”"),
    ],
)
def test_what_no_digest_can_be_about_is_asked_back(words: str, told: str) -> None:
    with pytest.raises(NotAllowed, match=told):
        parse_schedule_request(words, MIA, HERE, ["care", "pr"])


def list_due(schedule: ReportSchedule, start: datetime, hours: int, zone: str) -> list[datetime]:
    """Look every ten minutes, as a worker does."""
    found = []
    for step in range(hours * 6):
        due = schedule.find_latest_due(start + timedelta(minutes=10 * step), zone)
        if due is not None:
            schedule = schedule.copy_with(after=due)
            found.append(due)
    return found


def test_it_is_due_at_its_time_of_the_next_day_and_not_again() -> None:
    assert list_due(build(), TUESDAY, 24, ZONE) == [datetime(2026, 3, 11, 8, tzinfo=UTC)]


def test_one_that_is_set_after_its_time_of_today_is_due_tomorrow() -> None:
    assert build(clock=time(9)).find_latest_due(TUESDAY, ZONE) is None


def test_after_two_days_without_a_clock_only_the_newest_is_due() -> None:
    assert build().find_latest_due(TUESDAY + timedelta(days=2), ZONE) == datetime(2026, 3, 12, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "day", "due"),
    [
        (time(1, 30), date(2026, 3, 29), "01:00"),  # skipped: from 01:00 to 02:00
        (time(1, 30), date(2026, 10, 25), "00:30"),  # twice: the first
    ],
)
def test_where_the_clocks_change_it_is_due_once(clock: time, day: date, due: str) -> None:
    start = datetime.combine(day, time(), ZoneInfo(ZONE)).astimezone(UTC)
    found = list_due(build(clock=clock, after=start), start, 23, ZONE)
    assert [f"{one:%H:%M}" for one in found] == [due]


@given(
    st.sampled_from(list(ReportCadence)),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    st.integers(0, 6),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)).map(lambda one: one.replace(tzinfo=UTC)),  # noqa: DTZ001
    st.sampled_from([ZONE, "UTC", "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu"]),
)
def test_each_local_day_of_a_schedule_is_due_once_and_reports_on_what_is_over(
    cadence: ReportCadence, clock: time, weekday: int, start: datetime, zone: str
) -> None:
    schedule = build(cadence, clock, weekday, after=start)
    first = schedule.find_next_due(start, zone)
    assert schedule.find_latest_due(first - timedelta(seconds=1), zone) is None
    assert schedule.find_latest_due(first, zone) == first
    day = get_local_date(first, zone)
    assert first == resolve_local_time(day, clock, zone)
    assert cadence is DAILY or day.weekday() == weekday
    asked = parse_known_range(schedule.format_query(first, zone), first + timedelta(minutes=15), ZoneInfo(zone))
    assert asked.current.start < first
    assert cadence is DAILY or get_local_date(asked.current.end - timedelta(seconds=1), zone) < day


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (build(), "9 mar 2026"),
        (build(clock=time(18)), "10 mar 2026"),
        (build(WEEKLY), "3 mar 2026 – 9 mar 2026"),
        (build(AHEAD), "3 mar 2026 – 9 mar 2026"),
    ],
)
def test_a_morning_reports_on_the_day_before_an_evening_on_the_day_and_a_week_on_seven_days(
    schedule: ReportSchedule, words: str
) -> None:
    assert schedule.format_query(TUESDAY, ZONE) == words


@pytest.mark.parametrize(
    ("words", "cadence", "weekday", "clock", "to"),
    [
        ("daily 8:00 in <#C0PR|pr>", DAILY, 0, time(8), ToChannel("C0PR")),
        ("weekly Monday 9:00 here", WEEKLY, 0, time(9), ToChannel(HERE)),
        ("Every Friday at 17.30, weekly, to me", WEEKLY, 4, time(17, 30), ToPerson(MIA)),
        ("every day at 8 am", DAILY, 0, time(8), ToPerson(MIA)),
        ("12am daily", DAILY, 0, time(0), ToPerson(MIA)),
        ("weekly 9:00", WEEKLY, 0, time(9), ToPerson(MIA)),
        ("ahead 8:00 in <#C0PR>", AHEAD, 0, time(8), ToChannel("C0PR")),
        ("look ahead on sun 20:00", AHEAD, 6, time(20), ToPerson(MIA)),
    ],
)
def test_what_is_typed_is_understood_in_any_order(
    words: str, cadence: ReportCadence, weekday: int, clock: time, to: Callee
) -> None:
    assert parse_schedule_request(words, MIA, HERE) == ScheduleRequest(cadence, weekday, clock, to)


def test_here_in_a_direct_message_is_a_direct_message() -> None:
    assert parse_schedule_request("daily 8:00 here", MIA, "D0MIA").to == ToPerson(MIA)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("daily", "At what time?"),
        ("8:00", "Which digest: `daily`, `weekly` or `ahead`?"),
        ("daily weekly 8:00", "Which digest"),
        ("monday 9:00", "`weekly monday` or `ahead monday`"),
        ("daily friday 9:00", "type `weekly friday`"),
        ("weekly mon fri 9:00", "One day at a time"),
        ("daily 8", "What time is “8”? Type `8:00` or `20:00`."),
        ("daily 15", "Type `15:00`."),
        ("daily 25:00", "doesn't understand “25:00”"),
        ("daily 8:00 9:00", "One time at a time"),
        ("dayly 8:00", "Did you mean `daily`?"),
        ("daily 8:00 moonday", "Did you mean `monday`?"),
        ("daily 8:00 in #managers", "Choose the channel from the list"),
        ("daily 8:00 to <@U0ANA>", "Your colleague can set their own"),
        ("daily 8:00 in <#C0PR|pr> <#C0CARE|care>", "One channel at a time"),
        ("daily 8:00 here to me", "One place at a time"),
        ("daily 8:00 `<!channel>*", "doesn't understand “channel”"),
    ],
)
def test_what_is_unclear_is_asked_back_in_a_sentence(words: str, answer: str) -> None:
    with pytest.raises(NotAllowed) as no:
        parse_schedule_request(words, MIA, HERE)
    assert answer in str(no.value)


@given(st.text(max_size=60))
def test_no_words_lead_to_anything_but_a_request_or_a_sentence(words: str) -> None:
    with suppress(NotAllowed):
        parse_schedule_request(words, MIA, HERE)
