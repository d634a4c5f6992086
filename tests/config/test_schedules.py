"""Schedules in the playbook: how they are read, and what is said of those that cannot be."""

from datetime import date, time

import pytest

from bot.config import PlaybookError, parse_playbook
from bot.domain.oncall.schedule import ScheduleLayer
from tests.config.sample_playbook import write_department, write_playbook

NIGHTS = """
[[schedules]]
name = "nights"
user_group = "S0NIGHTS"
calendar = "https://calendar.example/nights.ics"
people = { "Ana Lima" = "U0ANA" }

[[schedules.layers]]
people = ["U0RAJ", "U0BEN"]
rotation = "3 days"
hand_over = "08:30"
start = 2026-11-02
hours = "Mon-Fri 20:00-08:30"
time_zone = "America/New_York"
"""


def schedule(*lines: str) -> str:
    return "\n".join(["[[schedules]]", 'name = "nights"', *lines])


def layer(*lines: str, people: str = '["U0RAJ"]', start: str = "2026-11-02") -> str:
    return "\n".join([schedule(), "[[schedules.layers]]", f"people = {people}", f"start = {start}", *lines])


def test_a_schedule_is_read_with_its_layers_and_its_calendar() -> None:
    playbook = parse_playbook(write_playbook(NIGHTS, write_department('on_call = ["nights", "U0MIA"]')))

    found = playbook.schedules["nights"]
    assert found.zone == "Europe/Lisbon"
    assert found.user_group == "S0NIGHTS"
    assert found.named == (("Ana Lima", "U0ANA"),)
    assert found.people == ("U0RAJ", "U0BEN", "U0ANA")
    [made] = found.layers
    assert (made.people, made.days, made.hand_over) == (("U0RAJ", "U0BEN"), 3, time(8, 30))
    assert (made.start, made.zone, len(made.windows)) == (date(2026, 11, 2), "America/New_York", 1)
    assert playbook.find_department("third").schedules == ("nights",)


@pytest.mark.parametrize("scheme", ["webcal", "WEBCAL", "webcals"])
def test_a_calendars_address_may_begin_with_webcal_which_is_https(scheme: str) -> None:
    playbook = parse_playbook(
        write_playbook(NIGHTS.replace("https://", f"{scheme}://"), write_department('on_call = "nights"'))
    )

    assert playbook.schedules["nights"].calendar == "https://calendar.example/nights.ics"


def test_a_layer_takes_weekly_turns_from_nine_in_the_zone_of_its_schedule_unless_it_says_otherwise() -> None:
    [made] = parse_playbook(write_playbook(layer(people='"U0RAJ"'))).schedules["nights"].layers

    assert made == ScheduleLayer(
        people=("U0RAJ",), days=7, hand_over=time(9), start=date(2026, 11, 2), zone="Europe/Lisbon"
    )


def test_one_schedule_may_stand_for_all_who_are_called() -> None:
    playbook = parse_playbook(write_playbook(NIGHTS, write_department('on_call = "nights"')))

    assert playbook.find_department("third").on_call == ("nights",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            layer('rotation = "monthly"'),
            "rotation: 'monthly' is not a rotation. Use 'daily', 'weekly' or a number of days",
        ),
        (layer('rotation = "0 days"'), "rotation: '0 days' is not a rotation"),
        (layer("rotation = 93"), "rotation: '93' is not a rotation"),
        (layer('hand_over = "9"'), "hand_over: '9' is not a time of day. Write it in quotes, like '09:00'"),
        (layer('hand_over = "25:00"'), "hand_over: '25:00' is not a time of day"),
        (layer("hand_over = 09:00:00"), "hand_over: '09:00:00' is not a time of day. Write it in quotes"),
        (layer(start='"2026-13-01"'), "schedules[1].layers[1].start: must be a day, like 2026-11-02"),
        (layer(start="2026-11-02T09:00:00"), "start: must be a day, like 2026-11-02"),
        (layer('hours = "nights"'), "hours[1]: 'nights' is not a range of hours. Write it like"),
        (layer('time_zone = "Lisbon"'), "layers[1].time_zone: 'Lisbon' is not a time zone"),
        (layer('handover = "09:00"'), "there is no key 'handover'. Did you mean 'hand_over'?"),
        (layer(people='["S0CARE"]'), "people[1]: 'S0CARE' is a user group, and Earshot calls people"),
        (layer(people="[]"), "schedules[1].layers[1].people: is empty. Name at least one"),
        (schedule(), "schedules[1]: has neither layers nor a calendar, so nobody would ever be on call"),
        (
            schedule('calendar = "ftp://a.example/x.ics"'),
            "calendar: 'ftp' is not supported. A calendar is a file, or begins with",
        ),
        (schedule('people = { "Ana" = "U0ANA" }'), "people: is only for a calendar, and there is none"),
        (schedule('calendar = "a.ics"', 'people = { "Ana" = "ana" }'), "people.Ana: 'ana' is not a person's id"),
        (schedule('calendar = "a.ics"', 'user_group = "care"'), "user_group: 'care' is not a user group's id"),
        (NIGHTS + NIGHTS.replace('"nights"', '"days"'), "'S0NIGHTS' is already used by schedules[1]. Use another"),
        (
            NIGHTS + NIGHTS.replace("S0NIGHTS", "S0OTHER"),
            "schedules[2].name: 'nights' is already the name of schedules[1]",
        ),
        (NIGHTS.replace('"nights"', '"U0RAJ"'), "name: 'U0RAJ' looks like a person, a group or a channel"),
        (NIGHTS + '[operators]\non_call = "nigths"\n', "operators.on_call: 'nigths' is neither a person's id (U…)"),
        (
            NIGHTS + write_department('on_call = "nigths"'),
            "departments[3].on_call: 'nigths' is neither a person's id (U…)",
        ),
        (NIGHTS + write_department('on_call = ["nigths"]'), "nor a schedule. Did you mean 'nights'?"),
    ],
)
def test_a_fault_of_a_schedule_is_reported_with_its_place_and_what_was_meant(text: str, said: str) -> None:
    with pytest.raises(PlaybookError) as refused:
        parse_playbook(write_playbook(text))

    assert any(said in f"{fault.place}: {fault.sentence}" for fault in refused.value.faults), refused.value.faults


def test_a_fault_in_a_layer_has_the_line_on_which_it_stands() -> None:
    text = write_playbook(layer('hand_over = "soon"'))
    with pytest.raises(PlaybookError) as refused:
        parse_playbook(text)

    [fault] = refused.value.faults
    assert text.splitlines()[(fault.line or 0) - 1] == 'hand_over = "soon"'
