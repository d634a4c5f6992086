"""Whether each source of the playbook would hear anything."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from bot.cli.checks.places import Places
from bot.cli.findings import Finding, fault, note, well
from bot.playbook import Playbook
from bot.settings import Settings, hook_variable
from bot.sources import replay, x
from bot.sources.reading import BadLine, read_mentions


class Asked(NamedTuple):
    name: str
    options: Any
    place: str
    playbook: Playbook
    settings: Settings


async def of_sources(settings: Settings, playbook: Playbook, places: Places) -> AsyncIterator[Finding]:
    for kind, name, options in playbook.sources:
        place = places.at(*("sources", kind, name) if name else ("sources", kind))
        faults = await CHECKS[kind](Asked(name or kind, options, place, playbook, settings))
        for found in faults:
            yield found
        if not faults:
            yield well("sources", f"{kind} {name}" if name else kind)
    for finding in _hooks_of_nobody(settings, playbook):
        yield finding


async def _x(asked: Asked) -> list[Finding]:
    token = asked.settings.x_bearer_token
    said = await x.check(
        asked.options, asked.playbook.subjects, token.get_secret_value() if token else "", asked.settings.x_api_url
    )
    return [fault(asked.place, sentence) for sentence in said]


async def _webhook(asked: Asked) -> list[Finding]:
    """What is set was read with the settings, and refused if it was no signing secret."""
    if asked.settings.hook_secrets(asked.name):
        return []
    variable = hook_variable(asked.name)
    sentence = (
        f"is not set, so nothing sent to /hooks/{asked.name} can be believed; "
        'make one with: echo "whsec_$(openssl rand -base64 32)"'
    )
    return [fault(variable, sentence)]


async def _replay(asked: Asked) -> list[Finding]:
    options: replay.Options = asked.options
    try:
        first = next(read_mentions(options.file), None)
    except OSError as no:
        return [fault(asked.place, f"{options.file} cannot be read ({no.strerror}); correct the path")]
    if first is None:
        return [fault(asked.place, f"{options.file} is empty; name a file with one mention a line")]
    if isinstance(first, BadLine):
        return [fault(asked.place, f"{options.file} does not begin with a mention: {first}")]
    return []


CHECKS: Mapping[str, Callable[[Asked], Awaitable[list[Finding]]]] = {"x": _x, "webhook": _webhook, "replay": _replay}
"""One for each kind of the sources' catalogue."""


def _hooks_of_nobody(settings: Settings, playbook: Playbook) -> list[Finding]:
    """Nearly always a hook that is spelled in two ways."""
    wanted = {hook_variable(entry.name or "") for entry in playbook.sources if entry.source == "webhook"}
    return [
        note(variable, "is set, and the playbook has no [sources.webhook] of that name, so it is not used")
        for variable in map(hook_variable, settings.hooks)
        if variable not in wanted
    ]
