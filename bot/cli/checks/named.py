"""Every id of Slack that a playbook names, with the place where it is named first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.cli.checks.places import Places
from bot.domain.department import Department, is_person
from bot.domain.schedules.schedule import Schedule
from bot.playbook import Playbook

Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """From id to place, in the order of the file."""

    channels: Mapping[str, str]
    groups: Mapping[str, str]
    people: Mapping[str, str]
    kept: Mapping[str, str]
    """The user groups that follow a schedule."""


def named_in(playbook: Playbook, places: Places) -> Named:
    channels: dict[str, str] = {}
    groups: dict[str, str] = {}
    people: dict[str, str] = {}
    for found, steps in _all(playbook):
        kind = groups if found.startswith("S") else people if found[0] in "UW" else channels
        kind.setdefault(found, places.at(*steps))
    kept = {
        schedule.user_group: places.at("schedules", number, "user_group")
        for number, schedule in enumerate(playbook.schedules.values())
        if schedule.user_group
    }
    return Named(channels, groups, people, kept)


def _all(playbook: Playbook) -> Iterator[tuple[str, Steps]]:
    yield from _each(playbook.brand.managers, ("brand", "managers"))
    for number, department in enumerate(playbook.departments.values()):
        yield from _of(department, ("departments", number))
    yield from _each(filter(is_person, playbook.operators.on_call), ("operators", "on_call"))
    for number, schedule in enumerate(playbook.schedules.values()):
        yield from _of_schedule(schedule, ("schedules", number))


def _of(department: Department, here: Steps) -> Iterator[tuple[str, Steps]]:
    yield department.channel, (*here, "channel")
    if department.fallback:
        yield department.fallback, (*here, "fallback")
    yield from _each(department.deputies, (*here, "deputies"))
    yield from _each(filter(is_person, department.on_call), (*here, "on_call"))


def _of_schedule(schedule: Schedule, here: Steps) -> Iterator[tuple[str, Steps]]:
    for number, layer in enumerate(schedule.layers):
        yield from _each(layer.people, (*here, "layers", number, "people"))
    yield from _each((person for _, person in schedule.named), (*here, "people"))
    if schedule.user_group:
        yield schedule.user_group, (*here, "user_group")


def _each(ids: Iterable[str], steps: Steps) -> Iterator[tuple[str, Steps]]:
    return ((one, steps) for one in ids)
