"""The sources of a playbook, and the change to another playbook while the process runs."""

import random
from collections.abc import Sequence

import structlog

from bot.app import WORKERS, EarshotApp
from bot.clock import Clock
from bot.config import Playbook, PlaybookError, PlaybookReloader
from bot.config.settings import Settings
from bot.detectors.model.weights import WeightsError
from bot.sources.base import MentionSource
from bot.sources.catalogue import CATALOGUE, build_context

log = structlog.get_logger("earshot")


def build_sources(
    playbook: Playbook, settings: Settings, clock: Clock, workers: Sequence[str] = WORKERS
) -> list[MentionSource]:
    """Build the sources that these workers run, with their secrets from the environment. Raises ValueError.

    What is pushed to us comes over HTTP, and everything else is read by `ingest`.
    """
    accounts = playbook.own_accounts
    entries = (
        (one, build_context(one, settings, clock, playbook.subjects, random.random, accounts, playbook.slug))
        for one in playbook.sources
        if ("http" if one.source == "webhook" else "ingest") in workers
    )
    return [CATALOGUE[entry.source].build(entry.options, context) for entry, context in entries]


async def reload_playbook(
    app: EarshotApp,
    playbook: PlaybookReloader,
    settings: Settings,
    workers: Sequence[str] = WORKERS,
    text: str | None = None,
) -> tuple[str, ...]:
    """Reload rules and sources; if any is invalid, log its faults, keep the old ones and return the faults.

    `text` is used in place of what is in the file.
    """
    faults: Sequence[object] = ()
    try:
        fresh = playbook.load_candidate(text)
        sources = build_sources(fresh, settings, app.clock, workers)
        await app.rules.apply_playbook(fresh)
        app.set_sources(sources)
    except PlaybookError as wrong:
        faults = wrong.faults
    except (ValueError, WeightsError) as no:
        faults = [no]
    if faults:
        log.error("playbook rejected, the old one stays", faults=[str(fault) for fault in faults])
        return tuple(map(str, faults))
    rules = playbook.current
    log.info("playbook reloaded", departments=len(rules.departments), routes=len(rules.routes))
    return ()
