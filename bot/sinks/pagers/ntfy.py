"""ntfy: a push notification that passes do-not-disturb, if the owner allows it.

Not idempotent: a call that is repeated after a crash rings a second time.
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
"""The highest priority: rings for a while."""
TAGS = ["rotating_light"]


class NtfyPager(Pager):
    """Publishes to the topic in a person's contact."""

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
        context = request.context
        message: dict[str, Any] = {
            "topic": request.contact.ntfy,
            "title": page_text.format_page_title(request.page, context),
            "message": page_text.format_page_body(context, request.link),
            "priority": URGENT_PRIORITY,
            "tags": TAGS,
        }
        links = [("Acknowledge", request.link), ("View card", context.card_link), ("Open post", context.url)]
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
        """Check the server's health; whether the token may publish is only known by publishing."""
        answer = await send_request(self._session, "GET", f"{self._url.rstrip('/')}/v1/health")
        if not isinstance(answer, HttpAnswer):
            return answer
        healthy = answer.body is not None and answer.body.get("healthy") is True
        if answer.status == 200 and healthy:
            return PagerResponse(AttemptStatus.DELIVERED)
        return classify_status(answer.status, "NTFY_URL")


PAGER: PagerFactory = NtfyPager
