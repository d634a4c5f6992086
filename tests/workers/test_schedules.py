"""What schedules need between questions: calendars, user groups, holes, and none asked for more than needed."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.calendars.calendar_errors import MAX_BYTES
from bot.domain.business_hours import parse_window
from bot.domain.department import Department
from bot.domain.oncall.schedule import Schedule, ScheduleLayer
from bot.domain.oncall.shifts import find_shift
from bot.sinks.delivery_errors import RateLimitedError, SlackRejectedError
from bot.store.store import Store
from bot.usecases.on_call_lookup import StoredOnCallLookup
from bot.workers.schedules import ScheduleWorker
from bot.workers.schedules.gap_alerts import UNKNOWN_START
from tests.calendars.sample_calendars import build_calendar, build_event
from tests.calendars.server import CalendarServer, calendars
from tests.clock import SteppedClock
from tests.workers.fake_rules import FakeRules

NIGHTS = Department(name="care", channel="C0CARE", on_call=("nights",), fallback="C0OPS")
START = date(2026, 3, 9)


def build_schedule(*people: str, **more: object) -> Schedule:
    layer = ScheduleLayer(people=people, days=1, hand_over=time(10), start=START)
    return Schedule(name="nights", layers=(layer,)).model_copy(update=more)


class FakeUserGroups:
    """Slack, of which only the user groups are asked."""

    def __init__(self) -> None:
        self.members_of: dict[str, frozenset[str]] = {"S0ONCALL": frozenset({"U0OLD", "U0RAJ"})}
        self.asked: list[str] = []
        self.raises: Exception | None = None

    async def list_members(self, group: str) -> frozenset[str]:
        self.asked.append("members")
        if self.raises:
            raise self.raises
        return self.members_of[group]

    async def set_members(self, group: str, people: tuple[str, ...]) -> None:
        self.asked.append(f"set {','.join(people)}")
        self.members_of[group] = frozenset(people)

    def forget(self, group: str) -> None:
        self.asked.append(f"forget {group}")


@dataclass
class ScheduleHarness:
    store: Store
    clock: SteppedClock
    known: dict[str, Schedule] = field(default_factory=dict)
    groups: FakeUserGroups = field(default_factory=FakeUserGroups)

    def __post_init__(self) -> None:
        self.rules = FakeRules(NIGHTS)
        self.rota = StoredOnCallLookup(self.store, self.rules, self.schedules, self.groups)
        self.worker = self.another()

    def schedules(self) -> Mapping[str, Schedule]:
        return self.known

    def another(self) -> ScheduleWorker:
        """Start another process."""
        return ScheduleWorker(self.store, self.groups, self.groups, self.rules, self.rota, self.clock)

    async def run_for(self, **units: float) -> None:
        self.clock.advance(timedelta(**units))
        while await self.worker.step():
            pass

    async def on_call(self) -> str:
        shift = find_shift((await self.rota.load_rosters(["nights"]))["nights"], self.clock.now())
        return shift.person if shift else "nobody"

    async def trouble(self) -> str:
        return "\n".join((await self.store.health_issues.load_issues()).values())


@pytest.fixture
def harness(store: Store, clock: SteppedClock) -> ScheduleHarness:
    return ScheduleHarness(store, clock)


@pytest.fixture
async def server() -> AsyncIterator[CalendarServer]:
    async with calendars() as made:
        yield made


def public(server: CalendarServer) -> Schedule:
    named = (("Ana", "U0ANA"), ("Ben", "U0BEN"))
    return Schedule(name="nights", calendar=f"{server.url}/nights.ics", named=named)


TODAY = ("20260310T080000Z", "20260310T200000Z")


async def test_a_calendar_says_who_is_on_call_and_is_read_again_every_quarter(
    harness: ScheduleHarness, server: CalendarServer
) -> None:
    harness.known = {"nights": public(server)}
    server.text, server.tag = build_calendar(build_event("Ana", *TODAY)), '"1"'
    await harness.run_for()
    assert await harness.on_call() == "U0ANA"

    server.text, server.tag = build_calendar(build_event("Ben", *TODAY)), '"2"'
    await harness.run_for(minutes=14)
    assert (await harness.on_call(), len(server.asked)) == ("U0ANA", 1)
    await harness.run_for(minutes=1)
    assert await harness.on_call() == "U0BEN"
    await harness.run_for(minutes=15)
    assert server.asked[-1]["If-None-Match"] == '"2"'


async def test_a_clock_that_was_set_back_keeps_no_calendar_waiting(
    harness: ScheduleHarness, server: CalendarServer
) -> None:
    harness.known = {"nights": public(server)}
    server.text, server.tag = build_calendar(build_event("Ana", *TODAY)), '"1"'
    harness.clock.advance(hours=1)
    await harness.run_for()
    server.text, server.tag = build_calendar(build_event("Ben", *TODAY)), '"2"'
    await harness.run_for(hours=-1)

    assert await harness.on_call() == "U0BEN"


@pytest.mark.parametrize(
    ("text", "status", "why"),
    [
        ("X" * (MAX_BYTES + 1), 200, "larger than 1 MB"),
        ("<html>", 200, "it is not an iCalendar file"),
        ("", 503, "its server answers 503"),
        (build_calendar(build_event("Ana", *TODAY, "RRULE:FREQ=MINUTELY")), 200, "repeats every hour or more often"),
    ],
    ids=["large", "html", "away", "endless"],
)
async def test_while_a_calendar_is_broken_the_last_good_one_stays_and_the_fault_is_said(
    text: str, status: int, why: str, harness: ScheduleHarness, server: CalendarServer
) -> None:
    harness.known = {"nights": public(server)}
    server.text = good = build_calendar(build_event("Ana", *TODAY))
    await harness.run_for()
    server.text, server.status = text, status
    await harness.run_for(minutes=15)

    assert await harness.on_call() == "U0ANA"
    assert why in await harness.trouble()
    assert "The last good one, of 10 Mar, 09:00 UTC, stays in use." in await harness.trouble()

    server.text, server.status = good, 200
    await harness.run_for(minutes=15)
    assert await harness.trouble() == ""


async def test_a_calendar_that_was_never_good_is_nobodys(harness: ScheduleHarness, server: CalendarServer) -> None:
    harness.known = {"nights": public(server)}
    server.status = 404
    await harness.run_for()

    assert await harness.trouble() == (
        "The calendar of nights cannot be read: its server answers 404. Until then, it puts nobody on call."
    )


async def test_names_that_the_playbook_does_not_know_are_counted_and_never_repeated(
    harness: ScheduleHarness, server: CalendarServer
) -> None:
    harness.known = {"nights": public(server)}
    server.text = build_calendar(build_event("Mallory", *TODAY), build_event("Ana", *TODAY))
    await harness.run_for()

    assert "has 1 shift without anybody from the playbook" in await harness.trouble()
    assert "Mallory" not in await harness.trouble()


async def test_what_repeats_without_an_end_reaches_further_each_day_though_nothing_changes(
    harness: ScheduleHarness, server: CalendarServer
) -> None:
    harness.known = {"nights": public(server)}
    server.text, server.tag = build_calendar(build_event("Ana", *TODAY, "RRULE:FREQ=DAILY")), '"1"'
    await harness.run_for()
    for _ in range(10):
        await harness.run_for(days=7)
    harness.clock.advance(hours=1)

    assert await harness.on_call() == "U0ANA"


async def test_another_address_or_other_names_are_asked_for_at_once(
    harness: ScheduleHarness, server: CalendarServer
) -> None:
    harness.known = {"nights": public(server)}
    server.text, server.tag = build_calendar(build_event("Ana", *TODAY)), '"1"'
    await harness.run_for()
    harness.known = {"nights": public(server).copy_with(named=(("Ana", "U0OTHER"),))}
    await harness.run_for(seconds=1)

    assert await harness.on_call() == "U0OTHER"


async def test_a_user_group_is_the_person_on_call_and_slack_is_asked_only_where_that_changed(
    harness: ScheduleHarness,
) -> None:
    harness.known = {"nights": build_schedule("U0RAJ", "U0ANA", user_group="S0ONCALL")}
    await harness.run_for()
    assert harness.groups.asked == ["members", "set U0RAJ", "forget S0ONCALL"]

    await harness.run_for(minutes=30)
    assert harness.groups.asked[3:] == []
    await harness.run_for(minutes=30)  # ten: the hand-over
    assert harness.groups.asked[3:] == ["members", "set U0ANA", "forget S0ONCALL"]


async def test_a_group_that_is_right_already_is_left_alone_and_looked_at_again_after_an_hour(
    harness: ScheduleHarness,
) -> None:
    harness.known = {"nights": build_schedule("U0RAJ", user_group="S0ONCALL")}
    harness.groups.members_of["S0ONCALL"] = frozenset({"U0RAJ"})
    await harness.run_for()
    harness.worker = harness.another()
    await harness.run_for(minutes=1)
    harness.groups.members_of["S0ONCALL"] = frozenset({"U0TOM"})
    await harness.run_for(minutes=59)
    await harness.run_for(minutes=1)

    assert harness.groups.asked == ["members", "members", "members", "set U0RAJ", "forget S0ONCALL"]


async def test_in_a_gap_the_person_who_was_last_stays_in_the_group(harness: ScheduleHarness) -> None:
    harness.known = {"nights": Schedule(name="nights", user_group="S0ONCALL")}
    await harness.run_for()

    assert harness.groups.asked == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("missing_scope", "the scope usergroups:write is missing. In your app's settings, add it"),
        ("permission_denied", "this workspace lets only some people change user groups"),
        ("no_such_subteam", "there is no such user group"),
        ("invalid_users", r"Slack refuses it (invalid_users)."),
    ],
)
async def test_a_refusal_is_said_in_a_sentence_and_tried_again_after_a_while(
    error: str, words: str, harness: ScheduleHarness
) -> None:
    harness.known = {"nights": build_schedule("U0RAJ", user_group="S0ONCALL")}
    harness.groups.raises = SlackRejectedError(error)
    await harness.run_for()
    await harness.run_for(minutes=9)
    assert words in await harness.trouble()
    assert harness.groups.asked == ["members"]

    harness.groups.raises = None
    await harness.run_for(minutes=1)
    assert await harness.trouble() == ""
    assert harness.groups.members_of["S0ONCALL"] == frozenset({"U0RAJ"})


async def test_as_long_as_slack_says_to_wait_nothing_is_asked(harness: ScheduleHarness) -> None:
    harness.known = {"nights": build_schedule("U0RAJ", user_group="S0ONCALL")}
    harness.groups.raises = RateLimitedError(30)
    await harness.run_for()
    await harness.run_for(seconds=29)
    assert harness.groups.asked == ["members"]
    assert await harness.trouble() == ""


WEEKDAYS = parse_window("Mon-Thu 00:00-24:00")


def weekdays() -> Schedule:
    """From Friday on there is nobody; it is Tuesday."""
    layer = build_schedule("U0RAJ").layers[0].copy_with(windows=(WEEKDAYS,))
    return Schedule(name="nights", layers=(layer,))


async def list_gap_alerts(harness: ScheduleHarness) -> list[int]:
    return [one.notification.nth for queue in await harness.store.outbox.list_queues() for one in queue.head]


FRIDAY = int(datetime(2026, 3, 13, tzinfo=UTC).timestamp())


async def test_a_gap_is_said_a_day_before_and_once_whatever_restarts(harness: ScheduleHarness) -> None:
    harness.known = {"nights": weekdays()}
    await harness.run_for(days=1, hours=14, minutes=59)
    assert await list_gap_alerts(harness) == []
    await harness.run_for(hours=1, minutes=1)
    assert await list_gap_alerts(harness) == [FRIDAY]

    [queue] = await harness.store.outbox.list_queues()
    await harness.store.outbox.mark_message_sent(queue.head[0].notification)
    harness.worker = harness.another()
    await harness.run_for(hours=30)
    assert await list_gap_alerts(harness) == []


async def test_a_gap_that_was_filled_and_opens_again_is_news_whichever_process_said_it_first(
    harness: ScheduleHarness,
) -> None:
    harness.known = {"nights": weekdays()}
    await harness.run_for(days=1, hours=16)
    [queue] = await harness.store.outbox.list_queues()
    await harness.store.outbox.mark_message_sent(queue.head[0].notification)
    harness.worker = harness.another()
    harness.known = {"nights": build_schedule("U0RAJ")}
    await harness.run_for(minutes=1)
    harness.known = {"nights": weekdays()}
    await harness.run_for(minutes=1)

    assert await list_gap_alerts(harness) == [FRIDAY]


async def test_a_gap_that_stays_is_said_again_each_month(harness: ScheduleHarness) -> None:
    harness.known = {"nights": Schedule(name="nights")}
    await harness.run_for()
    [queue] = await harness.store.outbox.list_queues()
    await harness.store.outbox.mark_message_sent(queue.head[0].notification)
    await harness.run_for(days=29)
    assert await list_gap_alerts(harness) == []

    await harness.run_for(days=1)

    assert await list_gap_alerts(harness) == [UNKNOWN_START]


async def test_a_gap_that_was_always_there_is_said_once(harness: ScheduleHarness) -> None:
    harness.known = {"nights": Schedule(name="nights")}
    await harness.run_for()
    await harness.run_for(days=3)

    assert await list_gap_alerts(harness) == [UNKNOWN_START]
