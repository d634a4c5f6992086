"""Check the playbook for what is allowed, but rarely intended."""

from collections.abc import Iterator

from bot.cli.check_report import CheckFinding, make_note
from bot.cli.checks.locations import PlaybookLocations
from bot.config import Playbook
from bot.domain.routing import list_routed_departments


def check_rules(playbook: Playbook, places: PlaybookLocations) -> Iterator[CheckFinding]:
    reached = list_routed_departments(playbook.routes)
    uncalled = []
    for number, department in enumerate(playbook.departments.values()):
        here = places.find("departments", number)
        if department.name not in reached:
            hint = f'add a route with to = "{department.name}"'
            alone = f"no route leads to {department.name}, so it gets only what people flag or hand over"
            yield make_note(here, f"{alone}; {hint}")
        elif not department.deputies:
            who = "only managers and those on call" if department.on_call else "only managers"
            yield make_note(here, f"{who} can claim what routes send to {department.name}; name its deputies")
        if department.name in reached and not department.on_call:
            uncalled.append(department.name)
    if uncalled:
        problem = f"nobody is called when it cannot wait in {', '.join(uncalled)}"
        yield make_note(places.find("departments"), f"{problem}; name people in on_call")
    if not playbook.sources:
        hint = "there are no [sources], so Earshot hears only what people flag; add one, such as [sources.x]"
        yield make_note(str(places.file), hint)
