"""What every pager is asked, and the few ways in which it ends."""

from typing import NamedTuple, Protocol

import aiohttp

from bot.clock import Clock
from bot.config.settings import Settings
from bot.domain.paging.contact_methods import ContactDetails
from bot.domain.paging.context import PageContext
from bot.domain.paging.grouping import PageGroup
from bot.domain.paging.page import AttemptStatus, Page, PageAttempt


class PageRequest(NamedTuple):
    """One rung to be sent. `link` acknowledges for the person who is called; empty where we have no public address."""

    page: Page
    attempt: PageAttempt
    context: PageContext
    contact: ContactDetails = ContactDetails()
    link: str = ""


class PagerResponse(NamedTuple):
    """How it ended, why, in our own words, and the service's name for it."""

    result: AttemptStatus
    why: str = ""
    reference: str = ""


class Pager(Protocol):
    name: str
    """As in its destination: `!ntfy`."""

    async def send_page(self, request: PageRequest) -> PagerResponse:
        """Never raises for what a service may do; takes less than `CALL_TIMEOUT` seconds."""
        ...

    async def sync_page(self, page: Page) -> PagerResponse:  # noqa: ARG002
        """The page was answered, or is over. Nothing to do but for services that call on by themselves."""
        return PagerResponse(AttemptStatus.DELIVERED)

    async def refresh_page(self, page: Page, context: PageContext, storm: PageGroup) -> PagerResponse:  # noqa: ARG002
        """The page stands otherwise than it was shown. Nothing to do where what was sent cannot be changed."""
        return PagerResponse(AttemptStatus.DELIVERED)

    async def fetch_outcome(self, attempt: PageAttempt) -> PagerResponse | None:  # noqa: ARG002
        """What became of a call that was delivered: answered, missed, refused. None: not known (yet, or ever)."""
        return None

    async def check_connection(self) -> PagerResponse | None:
        """Whether it would take a call, asked without ringing anybody; None where that cannot be asked."""
        return None


class PagerFactory(Protocol):
    """The class of a pager, which its file declares as `PAGER`."""

    def from_settings(self, settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Pager | None:
        """None where a setting is missing."""
        ...


CALL_TIMEOUT = 6.0
"""Seconds within which a call ends, whatever the other side does: less than an attempt may be in one sender's hands."""
