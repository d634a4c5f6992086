"""How a command says what is wrong: one sentence a line on stderr, and exit code 1. Never a traceback."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import typer

from bot.domain.decision import Unreachable
from bot.playbook import LivePlaybook, PlaybookFaults
from bot.settings import Settings, SettingsFaults, load_settings
from bot.sources.catalogue import MODELS
from bot.store.embedded import NoServer

REFUSED = 1


def refuse(sentences: Iterable[object]) -> typer.Exit:
    """To be raised."""
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    return typer.Exit(REFUSED)


@contextmanager
def refusing() -> Iterator[None]:
    """What a person can mend is said as sentences."""
    try:
        yield
    except SettingsFaults as no:
        raise refuse(no.faults) from None
    except PlaybookFaults as no:
        raise refuse(str(no).splitlines()) from None
    except (Unreachable, NoServer) as no:
        raise refuse([no]) from None


def settings_and_playbook() -> tuple[Settings, LivePlaybook]:
    """Both, with the faults of both said together."""
    faults: list[object] = []
    settings: Settings | None = None
    playbook: LivePlaybook | None = None
    try:
        settings = load_settings()
    except SettingsFaults as no:
        faults += no.faults
    path = settings.playbook if settings else Settings().playbook
    try:
        playbook = LivePlaybook(path, sources=MODELS)
    except PlaybookFaults as no:
        faults += str(no).splitlines()
    if settings is None or playbook is None:
        raise refuse(faults)
    return settings, playbook
