"""Whether each source of the playbook would hear anything."""

import random
from collections.abc import AsyncIterator

from bot.cli.check_report import CheckFinding, make_fault, make_note, make_ok
from bot.cli.checks.locations import PlaybookLocations
from bot.clock import SystemClock
from bot.config import Playbook
from bot.config.settings import Settings, build_hook_variable
from bot.sources.catalogue import CATALOGUE, build_context


async def check_sources(
    settings: Settings, playbook: Playbook, places: PlaybookLocations
) -> AsyncIterator[CheckFinding]:
    for entry in playbook.sources:
        kind, name, options = entry
        place = places.find(*("sources", kind, name) if name else ("sources", kind))
        parts = build_context(entry, settings, SystemClock(), playbook.subjects, random.random)
        found = await CATALOGUE[kind].check(options, parts)
        for where, sentence in found.faults:
            yield make_fault(where or place, sentence)
        for sentence in found.notes:
            yield make_note(place, sentence)
        if not found.faults:
            yield make_ok("sources", f"{kind} {name}" if name else kind)
    for finding in _find_unused_hooks(settings, playbook):
        yield finding


def _find_unused_hooks(settings: Settings, playbook: Playbook) -> list[CheckFinding]:
    """Nearly always a hook that is spelled in two ways."""
    wanted = {build_hook_variable(entry.name or "") for entry in playbook.sources if entry.source == "webhook"}
    return [
        make_note(variable, "is set, and the playbook has no [sources.webhook] of that name, so it is not used")
        for variable in map(build_hook_variable, settings.hooks)
        if variable not in wanted
    ]
