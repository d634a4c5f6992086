"""Twilio's callback for a key that was pressed in a call. It is signed with our token."""

import base64
import hashlib
import hmac
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import parse_qsl

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.cards.page_text import format_after_acknowledge, format_recheck_time
from bot.cards.sanitize import format_plain_time
from bot.cards.twiml import TAKE_IT, render_answer_twiml
from bot.domain.errors import NotAllowed, StoreUnavailable
from bot.domain.paging.ack_link import InvalidTokenError
from bot.sinks.pagers.twilio import PRESSED_PATH
from bot.store.signing_secrets import ACKNOWLEDGE
from bot.usecases.paging import AckLinkView, PagingUseCases
from bot.web.request_body import read_body
from bot.workers.paging.targets import AckLinkBuilder

WAY = "phone call"
FIELDS_MOST = 200
"""Maximum form fields, which are parsed before the signature is verified; Twilio sends some thirty."""

log = structlog.get_logger("paging")


class TwilioGather(NamedTuple):
    """The endpoint. `token` is Twilio's auth token; with an empty one, every request is rejected."""

    pages: PagingUseCases
    links: AckLinkBuilder
    token: str = ""

    async def handle_key_press(self, request: Request) -> Response:
        """Acknowledge a page, or say who has it. A forged request gets 401."""
        signature = request.headers.get("x-twilio-signature", "")
        body = await read_body(request) if self.token and signature else b""
        try:
            fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FIELDS_MOST)
        except ValueError:
            return JSONResponse({"error": f"more than {FIELDS_MOST} fields"}, 413)
        token = request.path_params["token"]
        address = f"{self.links.public_url.rstrip('/')}/{ACKNOWLEDGE}/{token}{PRESSED_PATH}"
        if not _has_twilio_signature(self.token, address, fields, signature):
            log.warning("key refused", pager="twilio", why="signature")
            return JSONResponse({"error": "X-Twilio-Signature does not match"}, 401)
        return await self._answer_key_press(token, dict(fields))

    async def _answer_key_press(self, token: str, form: dict[str, str]) -> Response:
        try:
            if form.get("Digits") == TAKE_IT:
                with suppress(InvalidTokenError):  # `load_link_view` says so
                    await self.pages.acknowledge_by_link(token, WAY)
            words = _format_answer(await self.pages.load_link_view(token))
        except NotAllowed as no:
            words = str(no)
        except StoreUnavailable:
            words = "Earshot can't reach its database. Open Slack and acknowledge."
        return Response(render_answer_twiml(words), media_type="text/xml")


def _format_answer(view: AckLinkView) -> str:
    page = view.page
    if not view.person:
        return "This call isn't valid, so it does nothing. Open Slack."
    if view.answered_at is not None:
        who = "Thank you. You" if page.acknowledged_by == view.person else view.answered_by
        when = format_plain_time(view.answered_at)
        then = format_after_acknowledge(page, format_recheck_time(view.context))
        return f"{who} acknowledged this page on {when}. {then}"
    if page.closed_at is not None:
        return "This page is closed. There is nothing left to do."
    if view.outdated:
        return "This call is from an earlier page. Nobody has answered since it paged again. Open Slack."
    if view.too_old:
        return "This call has expired. Nobody has answered yet. Open Slack."
    return f"That isn't {TAKE_IT}. Nobody has acknowledged this page, so the next person is called."


def _has_twilio_signature(token: str, address: str, form: list[tuple[str, str]], given: str) -> bool:
    """Whether the signature is HMAC-SHA1 over the URL and the sorted fields."""
    if not token:
        return False
    whole = address + "".join(f"{name}{value}" for name, value in sorted(form))
    expected = base64.b64encode(hmac.digest(token.encode(), whole.encode(), hashlib.sha1))
    return hmac.compare_digest(expected, given.encode("utf-8", "replace"))
