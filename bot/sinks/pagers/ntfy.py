"""ntfy: a push to the phone that gets through do-not-disturb, where its owner let the app.

Not idempotent: a call that is repeated, because its sender died, rings a second time.
"""

from typing import Any, Self

import aiohttp

from bot.cards import page_text
from bot.clock import Clock
from bot.config.settings import Settings
from bot.domain.paging.page import AttemptStatus
from bot.sinks.pagers.base import Pager, PageRequest, PagerFactory, PagerResponse
from bot.sinks.pagers.http import HttpAnswer, classify_status, post_request, send_request

URGENT_PRIORITY = 5
"""The highest priority: it rings, and goes on for a while."""
TAGS = ["rotating_light"]


class NtfyPager(Pager):
    """The topic in a contact is what is rung."""

    name = "ntfy"

    def __init__(self, url: str, token: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._token = token
        self._session = session

    @classmethod
    def from_settings(cls, settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Self | None:  # noqa: ARG003
        """Needs no key where the server is public: a topic in the playbook is enough."""
        token = settings.ntfy_token.get_secret_value() if settings.ntfy_token else ""
        return cls(settings.ntfy_url, token, session)

    async def send_page(self, request: PageRequest) -> PagerResponse:
        matter = request.context
        message: dict[str, Any] = {
            "topic": request.contact.ntfy,
            "title": page_text.format_page_title(request.page, matter),
            "message": page_text.format_page_body(matter, request.link),
            "priority": URGENT_PRIORITY,
            "tags": TAGS,
        }
        links = [("Acknowledge", request.link), ("See the card", matter.card_link), ("Open the post", matter.url)]
        actions = [{"action": "view", "label": label, "url": url, "clear": True} for label, url in links if url]
        if actions:
            message |= {"actions": actions, "click": actions[0]["url"]}
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        answer = await post_request(self._session, self._url, json=message, headers=headers)
        if not isinstance(answer, HttpAnswer):
            return answer
        if answer.status == 200 and answer.body and answer.body.get("event") == "message" and answer.body.get("id"):
            return PagerResponse(AttemptStatus.DELIVERED, reference=str(answer.body["id"])[:64])
        return classify_status(answer.status, "NTFY_TOKEN")

    async def check_connection(self) -> PagerResponse:
        """Its own health; whether the token may publish is only known by publishing."""
        answer = await send_request(self._session, "GET", f"{self._url.rstrip('/')}/v1/health")
        if not isinstance(answer, HttpAnswer):
            return answer
        healthy = answer.body is not None and answer.body.get("healthy") is True
        return (
            PagerResponse(AttemptStatus.DELIVERED)
            if answer.status == 200 and healthy
            else classify_status(answer.status, "NTFY_URL")
        )


PAGER: PagerFactory = NtfyPager
