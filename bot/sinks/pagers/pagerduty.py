"""PagerDuty, Events API v2. It pages its own on-call people until it is told that the page is over.

Idempotent: an event with the `dedup_key` of an open alert joins it.
"""

from typing import Any, Self

import aiohttp

from bot.cards import page_text
from bot.clock import Clock
from bot.config.settings import Settings
from bot.domain.paging.context import PageContext
from bot.domain.paging.grouping import PageGroup
from bot.domain.paging.page import AttemptStatus, Page, Severity
from bot.domain.paging.re_escalation import build_dedup_key, build_previous_dedup_key
from bot.sinks.pagers.base import Pager, PageRequest, PagerFactory, PagerResponse
from bot.sinks.pagers.http import HttpAnswer, classify_status, post_request

SEVERITIES = {Severity.SEV1: "critical", Severity.SEV2: "error", Severity.SEV3: "warning"}
CHECK_DEDUP_KEY = "earshot-check"
MAX_SUMMARY = 1024
"""Characters that PagerDuty takes."""


class PagerDutyPager(Pager):
    name = "pagerduty"

    def __init__(self, key: str, url: str, session: aiohttp.ClientSession) -> None:
        self._key = key
        self._url = f"{url.rstrip('/')}/v2/enqueue"
        self._session = session

    @classmethod
    def from_settings(cls, settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Self | None:  # noqa: ARG003
        key = settings.pagerduty_routing_key
        return cls(key.get_secret_value(), settings.pagerduty_api_url, session) if key else None

    async def send_page(self, request: PageRequest) -> PagerResponse:
        return await self._trigger_alert(request.page, request.context, request.link)

    async def refresh_page(self, page: Page, context: PageContext, storm: PageGroup) -> PagerResponse:  # noqa: ARG002
        """Update the open alert; one that was acknowledged is left alone."""
        return await self._trigger_alert(page, context) if page.is_open else PagerResponse(AttemptStatus.DELIVERED)

    async def _trigger_alert(self, page: Page, context: PageContext, link: str = "") -> PagerResponse:
        details = {
            "how bad": context.severity_text,
            "where": context.location,
            "said": page_text.format_page_quotation(context),
        }
        links = [(link, "Acknowledge"), (context.card_link, "View card"), (context.url, "Open post")]
        return await self._send_event(
            build_dedup_key(page),
            "trigger",
            client="Earshot",
            links=[{"href": href, "text": text} for href, text in links if href],
            payload={
                "summary": page_text.format_page_title(page, context)[:MAX_SUMMARY],
                "source": "Earshot",
                "severity": SEVERITIES[page.severity],
                "timestamp": context.since.isoformat(),
                "component": context.location or "Earshot",
                "class": page.cause.kind.value,
                "custom_details": {name: words for name, words in details.items() if words},
            },
        )

    async def sync_page(self, page: Page) -> PagerResponse:
        """Acknowledge the alert; resolve it when the page is closed, or before it is re-escalated."""
        if before := build_previous_dedup_key(page):
            response = await self._send_event(before, "resolve")
            if page.is_open or response.result is not AttemptStatus.DELIVERED:
                return response
        return await self._send_event(build_dedup_key(page), "resolve" if page.closed_at else "acknowledge")

    async def check_connection(self) -> PagerResponse:
        """Resolve an alert that does not exist, which shows whether the key is valid."""
        return await self._send_event(CHECK_DEDUP_KEY, "resolve")

    async def _send_event(self, dedup_key: str, action: str, **more: Any) -> PagerResponse:
        event = {"routing_key": self._key, "event_action": action, "dedup_key": dedup_key, **more}
        answer = await post_request(self._session, self._url, json=event)
        if not isinstance(answer, HttpAnswer):
            return answer
        taken = answer.body is not None and answer.body.get("status") == "success"
        if answer.status == 202 and taken:
            return PagerResponse(AttemptStatus.DELIVERED, reference=dedup_key)
        return classify_status(401 if _is_key_refused(answer) else answer.status, "PAGERDUTY_ROUTING_KEY")


def _is_key_refused(answer: HttpAnswer) -> bool:
    """Return whether a 400 is about the key: `errors` tells it from an invalid event."""
    errors = (answer.body or {}).get("errors")
    return answer.status == 400 and isinstance(errors, list) and any("routing" in str(one).lower() for one in errors)


PAGER: PagerFactory = PagerDutyPager
