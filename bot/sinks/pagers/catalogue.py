"""Which pagers a process has what it needs for. Each is a file here, which declares `PAGER`."""

from collections.abc import Mapping
from importlib import import_module

import aiohttp

from bot.clock import Clock
from bot.config.settings import Settings
from bot.domain.paging.page import ContactMethod
from bot.sinks.pagers.base import Pager, PagerFactory

PAGERS: Mapping[str, PagerFactory] = {
    way.pager: import_module(f"bot.sinks.pagers.{way.pager}").PAGER
    for way in ContactMethod
    if way is not ContactMethod.SLACK
}
"""Those by which a `ContactMethod` reaches somebody; Slack's is with the workers, since it draws cards."""


def build_pagers(settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> tuple[Pager, ...]:
    built = (kind.from_settings(settings, session, clock) for kind in PAGERS.values())
    return tuple(pager for pager in built if pager is not None)
