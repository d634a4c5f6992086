"""The interface of a pager: a client of a service that calls people."""

from typing import NamedTuple, Protocol

import aiohttp

from bot.clock import Clock
from bot.config.settings import Settings
from bot.domain.paging.contact_methods import ContactDetails
from bot.domain.paging.context import PageContext
from bot.domain.paging.grouping import PageGroup
from bot.domain.paging.page import AttemptStatus, Page, PageAttempt


class PageRequest(NamedTuple):
    """One attempt to send. `link` acknowledges for the person called; empty without a public URL."""

    page: Page
    attempt: PageAttempt
    context: PageContext
    contact: ContactDetails = ContactDetails()
    link: str = ""


class PagerResponse(NamedTuple):
    """The result of a request, the reason in our own words, and the id that the service gave it."""

    result: AttemptStatus
    why: str = ""
    reference: str = ""


class Pager(Protocol):
    name: str
    """The name in its destination, which is `!ntfy` for `ntfy`."""

    async def send_page(self, request: PageRequest) -> PagerResponse:
        """Send one attempt in less than `CALL_TIMEOUT` seconds. Failures of the service are returned, not raised."""
        ...

    async def sync_page(self, page: Page) -> PagerResponse:  # noqa: ARG002
        """Tell the service that the page was acknowledged or closed, if it escalates by itself."""
        return PagerResponse(AttemptStatus.DELIVERED)

    async def refresh_page(self, page: Page, context: PageContext, storm: PageGroup) -> PagerResponse:  # noqa: ARG002
        """Update what the service shows of the page, if it can be changed after sending."""
        return PagerResponse(AttemptStatus.DELIVERED)

    async def fetch_outcome(self, attempt: PageAttempt) -> PagerResponse | None:  # noqa: ARG002
        """Return how a delivered call ended (answered, missed, refused); None if that is not known."""
        return None

    async def check_connection(self) -> PagerResponse | None:
        """Check whether the service would accept a call, without calling anybody; None if it has no such check."""
        return None


class PagerFactory(Protocol):
    """The class of a pager, which its file declares as `PAGER`."""

    def from_settings(self, settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Pager | None:
        """Return None if a setting is missing."""
        ...


CALL_TIMEOUT = 6.0
"""Seconds after which a call fails: less than the time for which a sender holds an attempt."""
