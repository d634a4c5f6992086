"""A webhook of your own, signed as in the Standard Webhooks specification.

Idempotent by `webhook-id`: a repeated call has the same one.
"""

import json
from typing import Self

import aiohttp
from standardwebhooks import Webhook as Signer

from bot.cards import page_text
from bot.clock import Clock
from bot.config.settings import Settings
from bot.domain.paging.context import PageContext
from bot.domain.paging.grouping import PageGroup
from bot.domain.paging.page import AttemptStatus, Page
from bot.sinks.pagers.base import Pager, PageRequest, PagerFactory, PagerResponse
from bot.sinks.pagers.http import HttpAnswer, classify_status, post_request


class WebhookPager(Pager):
    name = "webhook"

    def __init__(self, url: str, secret: str, session: aiohttp.ClientSession, clock: Clock) -> None:
        self._url = url
        self._signer = Signer(secret)
        self._session = session
        self._clock = clock

    @classmethod
    def from_settings(cls, settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Self | None:
        secret = settings.pager_webhook_secret
        if not (settings.pager_webhook_url and secret):
            return None
        return cls(settings.pager_webhook_url, secret.get_secret_value(), session, clock)

    async def send_page(self, request: PageRequest) -> PagerResponse:
        attempt = request.attempt
        whom = {"attempt": attempt.n, "person": attempt.person, "acknowledge": request.link}
        data = _build_payload(request.page, request.context, request.link) | whom
        return await self._send_webhook(f"{request.page.id}-{attempt.n}", "page.called", data)

    async def refresh_page(self, page: Page, context: PageContext, storm: PageGroup) -> PagerResponse:
        """Send the same page with its newest post."""
        return await self._send_webhook(f"{page.id}-news-{storm.cases}", "page.updated", _build_payload(page, context))

    async def _send_webhook(self, name: str, kind: str, data: dict[str, object]) -> PagerResponse:
        at = self._clock.now()
        body = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data}, separators=(",", ":"))
        headers = {
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self._signer.sign(name, at, body),
        }
        answer = await post_request(self._session, self._url, data=body.encode(), headers=headers)
        if not isinstance(answer, HttpAnswer):
            return answer
        if 200 <= answer.status < 300 and not answer.page:  # a web page is somebody's login, and no webhook
            return PagerResponse(AttemptStatus.DELIVERED, reference=name)
        return classify_status(answer.status, "EARSHOT_PAGER_WEBHOOK_SECRET")


def _build_payload(page: Page, context: PageContext, link: str = "") -> dict[str, object]:
    return {
        "page": page.id,
        "severity": page.severity.value,
        "kind": page.cause.kind.value,
        "title": page_text.format_page_title(page, context),
        "text": page_text.format_page_body(context, link),
        "since": context.since.isoformat(),
        "department": page.department,
        "card": context.card_link,
        "url": context.url,
    }


PAGER: PagerFactory = WebhookPager
