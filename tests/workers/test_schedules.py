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
from tests.calendars.server import CalendarServer, calendars
from tests.calendars.written import calendar, event
from tests.clock import WoundClock
from tests.workers.rules import FakeRules

NIGHTS = Department(name="care", channel="C0CARE", on_call=("nights",), fallback="C0OPS")
START = date(2026, 3, 9)


def turns(*people: str, **more: object) -> Schedule:
    layer = ScheduleLayer(people=people, days=1, hand_over=time(10), start=START)
    return Schedule(name="nights", layers=(layer,)).model_copy(update=more)


class Groups:
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
class Night:
    store: Store
    clock: WoundClock
    known: dict[str, Schedule] = field(default_factory=dict)
    groups: Groups = field(default_factory=Groups)

    def __post_init__(self) -> None:
        self.rules = FakeRules(NIGHTS)
        self.rota = StoredOnCallLookup(self.store, self.rules, self.schedules, self.groups)
        self.worker = self.another()

    def schedules(self) -> Mapping[str, Schedule]:
        return self.known

    def another(self) -> ScheduleWorker:
        """A process that begins anew."""
        return ScheduleWorker(self.store, self.groups, self.groups, self.rules, self.rota, self.clock)

    async def works(self, **units: float) -> None:
        self.clock.wind(timedelta(**units))
        while await self.worker.step():
            pass

    async def on_call(self) -> str:
        shift = find_shift((await self.rota.load_rosters(["nights"]))["nights"], self.clock.now())
        return shift.person if shift else "nobody"

    async def trouble(self) -> str:
        return "\n".join((await self.store.health_issues.load_issues()).values())


@pytest.fixture
def night(store: Store, clock: WoundClock) -> Night:
    return Night(store, clock)


@pytest.fixture
async def server() -> AsyncIterator[CalendarServer]:
    async with calendars() as made:
        yield made


def public(server: CalendarServer) -> Schedule:
    named = (("Ana", "U0ANA"), ("Ben", "U0BEN"))
    return Schedule(name="nights", calendar=f"{server.url}/nights.ics", named=named)


TODAY = ("20260310T080000Z", "20260310T200000Z")


async def test_a_calendar_says_who_is_on_call_and_is_read_again_every_quarter(
    night: Night, server: CalendarServer
) -> None:
    night.known = {"nights": public(server)}
    server.text, server.tag = calendar(event("Ana", *TODAY)), '"1"'
    await night.works()
    assert await night.on_call() == "U0ANA"

    server.text, server.tag = calendar(event("Ben", *TODAY)), '"2"'
    await night.works(minutes=14)
    assert (await night.on_call(), len(server.asked)) == ("U0ANA", 1)
    await night.works(minutes=1)
    assert await night.on_call() == "U0BEN"
    await night.works(minutes=15)
    assert server.asked[-1]["If-None-Match"] == '"2"'


async def test_a_clock_that_was_set_back_keeps_no_calendar_waiting(night: Night, server: CalendarServer) -> None:
    night.known = {"nights": public(server)}
    server.text, server.tag = calendar(event("Ana", *TODAY)), '"1"'
    night.clock.wind(hours=1)
    await night.works()
    server.text, server.tag = calendar(event("Ben", *TODAY)), '"2"'
    await night.works(hours=-1)

    assert await night.on_call() == "U0BEN"


@pytest.mark.parametrize(
    ("text", "status", "why"),
    [
        ("X" * (MAX_BYTES + 1), 200, "larger than 1 MB"),
        ("<html>", 200, "it is no iCalendar file"),
        ("", 503, "its server answers 503"),
        (calendar(event("Ana", *TODAY, "RRULE:FREQ=MINUTELY")), 200, "repeats every hour or more often"),
    ],
    ids=["large", "html", "away", "endless"],
)
async def test_while_a_calendar_is_broken_the_last_good_one_stays_and_the_fault_is_said(
    text: str, status: int, why: str, night: Night, server: CalendarServer
) -> None:
    night.known = {"nights": public(server)}
    server.text = good = calendar(event("Ana", *TODAY))
    await night.works()
    server.text, server.status = text, status
    await night.works(minutes=15)

    assert await night.on_call() == "U0ANA"
    assert why in await night.trouble()
    assert "The last good one, of 10 Mar, 09:00 UTC, stays in force." in await night.trouble()

    server.text, server.status = good, 200
    await night.works(minutes=15)
    assert await night.trouble() == ""


async def test_a_calendar_that_was_never_good_is_nobodys(night: Night, server: CalendarServer) -> None:
    night.known = {"nights": public(server)}
    server.status = 404
    await night.works()

    assert await night.trouble() == (
        "The calendar of nights cannot be read: its server answers 404. Nobody is on call by it until it can."
    )


async def test_names_that_the_playbook_does_not_know_are_counted_and_never_repeated(
    night: Night, server: CalendarServer
) -> None:
    night.known = {"nights": public(server)}
    server.text = calendar(event("Mallory", *TODAY), event("Ana", *TODAY))
    await night.works()

    assert "has 1 shift that name nobody whom the playbook knows" in await night.trouble()
    assert "Mallory" not in await night.trouble()


async def test_what_repeats_without_an_end_reaches_further_each_day_though_nothing_changes(
    night: Night, server: CalendarServer
) -> None:
    night.known = {"nights": public(server)}
    server.text, server.tag = calendar(event("Ana", *TODAY, "RRULE:FREQ=DAILY")), '"1"'
    await night.works()
    for _ in range(10):
        await night.works(days=7)
    night.clock.wind(hours=1)

    assert await night.on_call() == "U0ANA"


async def test_another_address_or_other_names_are_asked_for_at_once(night: Night, server: CalendarServer) -> None:
    night.known = {"nights": public(server)}
    server.text, server.tag = calendar(event("Ana", *TODAY)), '"1"'
    await night.works()
    night.known = {"nights": public(server).copy_with(named=(("Ana", "U0OTHER"),))}
    await night.works(seconds=1)

    assert await night.on_call() == "U0OTHER"


async def test_a_user_group_is_whoever_is_on_call_and_slack_is_asked_only_where_that_changed(night: Night) -> None:
    night.known = {"nights": turns("U0RAJ", "U0ANA", user_group="S0ONCALL")}
    await night.works()
    assert night.groups.asked == ["members", "set U0RAJ", "forget S0ONCALL"]

    await night.works(minutes=30)
    assert night.groups.asked[3:] == []
    await night.works(minutes=30)  # ten: the hand-over
    assert night.groups.asked[3:] == ["members", "set U0ANA", "forget S0ONCALL"]


async def test_a_group_that_is_right_already_is_left_alone_and_looked_at_again_after_an_hour(night: Night) -> None:
    night.known = {"nights": turns("U0RAJ", user_group="S0ONCALL")}
    night.groups.members_of["S0ONCALL"] = frozenset({"U0RAJ"})
    await night.works()
    night.worker = night.another()
    await night.works(minutes=1)
    night.groups.members_of["S0ONCALL"] = frozenset({"U0TOM"})
    await night.works(minutes=59)
    await night.works(minutes=1)

    assert night.groups.asked == ["members", "members", "members", "set U0RAJ", "forget S0ONCALL"]


async def test_in_a_hole_whoever_was_last_stays_in_the_group(night: Night) -> None:
    night.known = {"nights": Schedule(name="nights", user_group="S0ONCALL")}
    await night.works()

    assert night.groups.asked == []


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
    error: str, words: str, night: Night
) -> None:
    night.known = {"nights": turns("U0RAJ", user_group="S0ONCALL")}
    night.groups.raises = SlackRejectedError(error)
    await night.works()
    await night.works(minutes=9)
    assert words in await night.trouble()
    assert night.groups.asked == ["members"]

    night.groups.raises = None
    await night.works(minutes=1)
    assert await night.trouble() == ""
    assert night.groups.members_of["S0ONCALL"] == frozenset({"U0RAJ"})


async def test_as_long_as_slack_says_to_wait_nothing_is_asked(night: Night) -> None:
    night.known = {"nights": turns("U0RAJ", user_group="S0ONCALL")}
    night.groups.raises = RateLimitedError(30)
    await night.works()
    await night.works(seconds=29)
    assert night.groups.asked == ["members"]
    assert await night.trouble() == ""


WEEKDAYS = parse_window("Mon-Thu 00:00-24:00")


def weekdays() -> Schedule:
    """From Friday on there is nobody; it is Tuesday."""
    layer = turns("U0RAJ").layers[0].copy_with(windows=(WEEKDAYS,))
    return Schedule(name="nights", layers=(layer,))


async def holes(night: Night) -> list[int]:
    return [one.notification.nth for queue in await night.store.outbox.list_queues() for one in queue.head]


FRIDAY = int(datetime(2026, 3, 13, tzinfo=UTC).timestamp())


async def test_a_hole_is_said_a_day_before_and_once_whatever_restarts(night: Night) -> None:
    night.known = {"nights": weekdays()}
    await night.works(days=1, hours=14, minutes=59)
    assert await holes(night) == []
    await night.works(hours=1, minutes=1)
    assert await holes(night) == [FRIDAY]

    [queue] = await night.store.outbox.list_queues()
    await night.store.outbox.mark_message_sent(queue.head[0].notification)
    night.worker = night.another()
    await night.works(hours=30)
    assert await holes(night) == []


async def test_a_hole_that_was_filled_and_opens_again_is_news_whoever_said_it_first(night: Night) -> None:
    night.known = {"nights": weekdays()}
    await night.works(days=1, hours=16)
    [queue] = await night.store.outbox.list_queues()
    await night.store.outbox.mark_message_sent(queue.head[0].notification)
    night.worker = night.another()
    night.known = {"nights": turns("U0RAJ")}
    await night.works(minutes=1)
    night.known = {"nights": weekdays()}
    await night.works(minutes=1)

    assert await holes(night) == [FRIDAY]


async def test_a_hole_that_stays_is_said_again_each_month(night: Night) -> None:
    night.known = {"nights": Schedule(name="nights")}
    await night.works()
    [queue] = await night.store.outbox.list_queues()
    await night.store.outbox.mark_message_sent(queue.head[0].notification)
    await night.works(days=29)
    assert await holes(night) == []

    await night.works(days=1)

    assert await holes(night) == [UNKNOWN_START]


async def test_a_hole_that_was_always_there_is_said_once(night: Night) -> None:
    night.known = {"nights": Schedule(name="nights")}
    await night.works()
    await night.works(days=3)

    assert await holes(night) == [UNKNOWN_START]
