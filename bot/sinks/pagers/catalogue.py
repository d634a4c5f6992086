"""Every pager there is, and which of them a process has what it needs for."""

from typing import Protocol

import aiohttp

from bot.clock import Clock
from bot.config.settings import Settings
from bot.sinks.pagers.base import Pager
from bot.sinks.pagers.ntfy import NtfyPager
from bot.sinks.pagers.pagerduty import PagerDutyPager
from bot.sinks.pagers.twilio import TwilioPager
from bot.sinks.pagers.webhook import WebhookPager


class PagerFactory(Protocol):
    name: str

    def from_settings(self, settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Pager | None:
        """None where a setting is missing."""
        ...


PAGERS: tuple[PagerFactory, ...] = (PagerDutyPager, NtfyPager, TwilioPager, WebhookPager)


def build_pagers(settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> tuple[Pager, ...]:
    built = (kind.from_settings(settings, session, clock) for kind in PAGERS)
    return tuple(pager for pager in built if pager is not None)
