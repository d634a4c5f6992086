"""The Slack ids in a playbook, each with the place of its first use."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.cli.checks.locations import PlaybookLocations
from bot.config import Playbook
from bot.domain.department import Department, is_person
from bot.domain.oncall.schedule import Schedule

Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class SlackIdReferences:
    """Places by id, in file order."""

    channels: Mapping[str, str]
    groups: Mapping[str, str]
    people: Mapping[str, str]
    synced_groups: Mapping[str, str]
    """The user groups that follow a schedule."""


def find_slack_ids(playbook: Playbook, places: PlaybookLocations) -> SlackIdReferences:
    channels: dict[str, str] = {}
    groups: dict[str, str] = {}
    people: dict[str, str] = {}
    for found, steps in _iter_ids(playbook):
        kind = groups if found.startswith("S") else people if found[0] in "UW" else channels
        kind.setdefault(found, places.find(*steps))
    kept = {
        schedule.user_group: places.find("schedules", number, "user_group")
        for number, schedule in enumerate(playbook.schedules.values())
        if schedule.user_group
    }
    return SlackIdReferences(channels, groups, people, kept)


def _iter_ids(playbook: Playbook) -> Iterator[tuple[str, Steps]]:
    yield from _pair_ids(playbook.brand.managers, ("brand", "managers"))
    for number, department in enumerate(playbook.departments.values()):
        yield from _iter_department_ids(department, ("departments", number))
    yield from _pair_ids(filter(is_person, playbook.operators.on_call), ("operators", "on_call"))
    for number, schedule in enumerate(playbook.schedules.values()):
        yield from _iter_schedule_ids(schedule, ("schedules", number))


def _iter_department_ids(department: Department, here: Steps) -> Iterator[tuple[str, Steps]]:
    yield department.channel, (*here, "channel")
    if department.fallback:
        yield department.fallback, (*here, "fallback")
    yield from _pair_ids(department.deputies, (*here, "deputies"))
    yield from _pair_ids(filter(None, (department.point,)), (*here, "point"))
    yield from _pair_ids(filter(is_person, department.on_call), (*here, "on_call"))


def _iter_schedule_ids(schedule: Schedule, here: Steps) -> Iterator[tuple[str, Steps]]:
    for number, layer in enumerate(schedule.layers):
        yield from _pair_ids(layer.people, (*here, "layers", number, "people"))
    yield from _pair_ids((person for _, person in schedule.named), (*here, "people"))
    if schedule.user_group:
        yield schedule.user_group, (*here, "user_group")


def _pair_ids(ids: Iterable[str], steps: Steps) -> Iterator[tuple[str, Steps]]:
    return ((one, steps) for one in ids)
