"""PagerDuty, Events API v2. It calls whoever is on call there, by its own ladder, until it hears that it need not.

Idempotent: an event with the `dedup_key` of an open alert joins it, so that a repeated call is not a second one.
"""

from typing import Any, Self

import aiohttp

from bot.cards import summons
from bot.clock import Clock
from bot.domain.pages.again import build_dedup_key, build_previous_dedup_key
from bot.domain.pages.matter import PageContext
from bot.domain.pages.page import AttemptStatus, Page, PageAttempt, PageGroup, Severity
from bot.settings import Settings
from bot.sinks.pagers.base import Call, Told
from bot.sinks.pagers.http import Answer, failed, post

SEVERITIES = {Severity.SEV1: "critical", Severity.SEV2: "error", Severity.SEV3: "warning"}
TRIED = "earshot-check"
SUMMARY = 1024
"""Characters that PagerDuty takes."""


class PagerDuty:
    name = "pagerduty"

    def __init__(self, key: str, url: str, session: aiohttp.ClientSession) -> None:
        self._key = key
        self._url = f"{url.rstrip('/')}/v2/enqueue"
        self._session = session

    @classmethod
    def built(cls, settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Self | None:  # noqa: ARG003
        key = settings.pagerduty_routing_key
        return cls(key.get_secret_value(), settings.pagerduty_api_url, session) if key else None

    async def call(self, call: Call) -> Told:
        return await self._trigger(call.page, call.matter, call.link)

    async def refresh(self, page: Page, matter: PageContext, storm: PageGroup) -> Told:  # noqa: ARG002
        """Joins the alert that is open there; one that was answered is left alone."""
        return await self._trigger(page, matter) if page.is_open else Told(AttemptStatus.DELIVERED)

    async def _trigger(self, page: Page, matter: PageContext, link: str = "") -> Told:
        details = {"how bad": matter.severity_text, "where": matter.location, "said": summons.quotation(matter)}
        links = [(link, "Acknowledge"), (matter.card_link, "See the card"), (matter.url, "Open the post")]
        return await self._send(
            build_dedup_key(page),
            "trigger",
            client="Earshot",
            links=[{"href": href, "text": text} for href, text in links if href],
            payload={
                "summary": summons.title(page, matter)[:SUMMARY],
                "source": "Earshot",
                "severity": SEVERITIES[page.severity],
                "timestamp": matter.since.isoformat(),
                "component": matter.location or "Earshot",
                "class": page.cause.kind.value,
                "custom_details": {name: words for name, words in details.items() if words},
            },
        )

    async def became(self, attempt: PageAttempt) -> None:  # noqa: ARG002 - it does not say
        return

    async def settle(self, page: Page) -> Told:
        """Acknowledged while its cause goes on, resolved when that is over, or when it is called for again."""
        if before := build_previous_dedup_key(page):
            told = await self._send(before, "resolve")
            if page.is_open or told.result is not AttemptStatus.DELIVERED:
                return told
        return await self._send(build_dedup_key(page), "resolve" if page.closed_at else "acknowledge")

    async def tried(self) -> Told:
        """Resolves an alert that there is not, which does nothing where the key is good."""
        return await self._send(TRIED, "resolve")

    async def _send(self, name: str, action: str, **more: Any) -> Told:
        event = {"routing_key": self._key, "event_action": action, "dedup_key": name, **more}
        answer = await post(self._session, self._url, json=event)
        if not isinstance(answer, Answer):
            return answer
        taken = answer.body is not None and answer.body.get("status") == "success"
        if answer.status == 202 and taken:
            return Told(AttemptStatus.DELIVERED, reference=name)
        return failed(401 if _key_refused(answer) else answer.status, "PAGERDUTY_ROUTING_KEY")


def _key_refused(answer: Answer) -> bool:
    """A key that it does not know is a 400, like an event that it cannot read; what is wrong stands in `errors`."""
    errors = (answer.body or {}).get("errors")
    return answer.status == 400 and isinstance(errors, list) and any("routing" in str(one).lower() for one in errors)
