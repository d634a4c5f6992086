"""Every pager there is, and which of them a process has what it needs for."""

from typing import Protocol

import aiohttp

from bot.clock import Clock
from bot.settings import Settings
from bot.sinks.pagers.base import Pager
from bot.sinks.pagers.ntfy import Ntfy
from bot.sinks.pagers.pagerduty import PagerDuty
from bot.sinks.pagers.twilio import Twilio
from bot.sinks.pagers.webhook import Webhook


class Kind(Protocol):
    name: str

    def built(self, settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Pager | None:
        """None where a setting is missing."""
        ...


CATALOGUE: tuple[Kind, ...] = (PagerDuty, Ntfy, Twilio, Webhook)


def pagers_of(settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> tuple[Pager, ...]:
    built = (kind.built(settings, session, clock) for kind in CATALOGUE)
    return tuple(pager for pager in built if pager is not None)
