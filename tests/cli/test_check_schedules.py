"""`earshot check` and schedules: holes, calendars, and the user group that follows them."""

from datetime import UTC, datetime, timedelta

from bot.slack_sandbox import SlackSandbox
from tests.calendars.sample_calendars import build_calendar, build_event
from tests.calendars.server import calendars
from tests.cli.shell import Shell

LISTED = 'on_call = ["U0RAJ"]'
NIGHTS = """
[[schedules]]
name = "nights"
{head}
{layer}
"""
LAYER = '[[schedules.layers]]\npeople = ["U0RAJ"]\nrotation = "daily"\nstart = 2026-01-01\n'


def by_schedule(shell: Shell, *layer: str, head: str = "") -> None:
    turns = LAYER + "\n".join(layer) if layer or not head else ""
    shell.playbook(NIGHTS.format(head=head, layer=turns), **{LISTED: 'on_call = "nights"'})


async def test_where_somebody_is_always_on_call_it_says_so(connected: Shell) -> None:
    by_schedule(connected, "")
    result = await connected.run_in_thread("check")

    assert result.exit_code == 0
    assert "care has no coverage gap in the next 14 days" in result.stdout


async def test_gaps_are_notes_with_their_times_and_the_rest_are_counted(connected: Shell) -> None:
    by_schedule(connected, 'hours = "Mon-Sun 20:00-08:00"')
    result = await connected.run_in_thread("check")

    assert result.exit_code == 0
    assert result.stdout.count("note: playbook.toml: line 14, departments[1].on_call: nobody is on call for care") == 5
    assert " 08:00 until " in result.stdout
    assert "20:00 (12 h, UTC). The managers are called then" in result.stdout
    assert "more gaps in the next 14 days" in result.stdout


async def test_a_schedule_that_no_department_has_is_noted(connected: Shell) -> None:
    connected.playbook(NIGHTS.format(head="", layer=LAYER))

    assert (
        'no department uses this schedule. Name it in one: on_call = "nights"'
        in (await connected.run_in_thread("check")).stdout
    )


async def test_a_calendar_is_read_and_one_that_cannot_be_is_a_fault(connected: Shell) -> None:
    start = datetime.now(UTC) + timedelta(days=1)
    today = (f"{start:%Y%m%dT%H%M%SZ}", f"{start + timedelta(hours=8):%Y%m%dT%H%M%SZ}")
    async with calendars() as server:
        server.text = build_calendar(build_event("Raj", *today), build_event("Mallory", *today))
        by_schedule(connected, head=f'calendar = "{server.url}/nights.ics"\npeople = {{ "Raj" = "U0RAJ" }}')
        result = await connected.run_in_thread("check")
        assert "1 shift without anybody from its people. It has 1 shift in the next 14 days" in result.stdout

        server.text = "<html>"
        result = await connected.run_in_thread("check")
    assert result.exit_code == 1
    assert "schedules[1].calendar: this calendar cannot be read: it is not an iCalendar file" in result.stderr


async def test_an_event_that_cannot_be_used_is_passed_over_alone_and_named(connected: Shell) -> None:
    start = datetime.now(UTC) + timedelta(days=1)
    today = (f"{start:%Y%m%dT%H%M%SZ}", f"{start + timedelta(hours=8):%Y%m%dT%H%M%SZ}")
    async with calendars() as server:
        server.text = build_calendar(
            build_event("Raj", *today), build_event("Raj at night", *today, "RRULE:FREQ=DAILY;INTERVAL=0")
        )
        by_schedule(connected, head=f'calendar = "{server.url}/nights.ics"\npeople = {{ "Raj" = "U0RAJ" }}')
        result = await connected.run_in_thread("check")

    assert result.exit_code == 0
    assert "its event 'Raj at night' is skipped, because it repeats with an interval of zero" in result.stdout
    assert "1 shift in the next 14 days" in result.stdout


async def test_a_calendar_that_would_take_for_ever_is_a_fault_within_seconds(connected: Shell) -> None:
    start = datetime.now(UTC) + timedelta(days=1)
    today = (f"{start:%Y%m%dT%H%M%SZ}", f"{start + timedelta(hours=8):%Y%m%dT%H%M%SZ}")
    async with calendars() as server:
        never = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
        server.text = build_calendar(*[build_event("Raj", *today, never, uid=str(number)) for number in range(200)])
        by_schedule(connected, head=f'calendar = "{server.url}/nights.ics"\npeople = {{ "Raj" = "U0RAJ" }}')
        result = await connected.run_in_thread("check")

    assert result.exit_code == 1
    assert "cannot be read: it takes more than 3 seconds, or too much memory, to evaluate" in result.stderr


async def test_a_group_that_follows_a_schedule_needs_the_scope_to_change_it(
    connected: Shell, slack: SlackSandbox
) -> None:
    by_schedule(connected, "", head='user_group = "S0CARE"')
    slack.app.scopes = [scope for scope in slack.app.scopes if scope != "usergroups:write"]
    result = await connected.run_in_thread("check")
    assert result.exit_code == 1
    assert "schedules[1].user_group: S0CARE cannot follow the schedule without" in result.stderr

    slack.app.scopes = [*slack.app.scopes, "usergroups:write"]
    assert (await connected.run_in_thread("check")).exit_code == 0
