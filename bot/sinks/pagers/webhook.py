"""A webhook of your own, signed as in the Standard Webhooks specification: for any service that is not here.

Idempotent for whoever looks at `webhook-id`: a repeated call has the same one.
"""

import json
from typing import Self

import aiohttp
from standardwebhooks import Webhook as Signer

from bot.cards import summons
from bot.clock import Clock
from bot.domain.pages.matter import PageContext
from bot.domain.pages.page import AttemptStatus, Page, PageAttempt, PageGroup
from bot.settings import Settings
from bot.sinks.pagers.base import Call, Told
from bot.sinks.pagers.http import Answer, failed, post


class Webhook:
    name = "webhook"

    def __init__(self, url: str, secret: str, session: aiohttp.ClientSession, clock: Clock) -> None:
        self._url = url
        self._signer = Signer(secret)
        self._session = session
        self._clock = clock

    @classmethod
    def built(cls, settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Self | None:
        secret = settings.pager_webhook_secret
        if not (settings.pager_webhook_url and secret):
            return None
        return cls(settings.pager_webhook_url, secret.get_secret_value(), session, clock)

    async def call(self, call: Call) -> Told:
        attempt = call.attempt
        whom = {"attempt": attempt.n, "person": attempt.person, "acknowledge": call.link}
        data = _data(call.page, call.matter, call.link) | whom
        return await self._send(f"{call.page.id}-{attempt.n}", "page.called", data)

    async def refresh(self, page: Page, matter: PageContext, storm: PageGroup) -> Told:
        """The same page with the words of its newest post; `page` says which it is."""
        return await self._send(f"{page.id}-news-{storm.cases}", "page.updated", _data(page, matter))

    async def tried(self) -> None:
        """Whoever is behind it would take anything for a call."""
        return

    async def became(self, attempt: PageAttempt) -> None:  # noqa: ARG002 - it does not say
        return

    async def settle(self, page: Page) -> Told:  # noqa: ARG002 - it was one call
        return Told(AttemptStatus.DELIVERED)

    async def _send(self, name: str, kind: str, data: dict[str, object]) -> Told:
        at = self._clock.now()
        body = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data}, separators=(",", ":"))
        headers = {
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self._signer.sign(name, at, body),
        }
        answer = await post(self._session, self._url, data=body.encode(), headers=headers)
        if not isinstance(answer, Answer):
            return answer
        if 200 <= answer.status < 300 and not answer.page:  # a web page is somebody's login, and no webhook
            return Told(AttemptStatus.DELIVERED, reference=name)
        return failed(answer.status, "EARSHOT_PAGER_WEBHOOK_SECRET")


def _data(page: Page, matter: PageContext, link: str = "") -> dict[str, object]:
    return {
        "page": page.id,
        "severity": page.severity.value,
        "kind": page.cause.kind.value,
        "title": summons.title(page, matter),
        "text": summons.text(matter, link),
        "since": matter.since.isoformat(),
        "department": page.department,
        "card": matter.card_link,
        "url": matter.url,
    }
