"""Routes that acknowledge a page outside of Slack: the link in a message, and PagerDuty's webhook."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.clock import Clock
from bot.domain.errors import NotAllowed, StoreUnavailable
from bot.domain.paging.ack_link import InvalidTokenError
from bot.usecases.paging import PagingUseCases
from bot.web.ack_page import CANNOT, HEADERS, render_ack_page, render_refusal, render_unavailable
from bot.web.request_body import read_body
from bot.web.twilio_gather import TwilioGather

TOLERANCE = timedelta(minutes=30)
"""Maximum age of a webhook delivery: PagerDuty retries for 20 min, and an older one may be a replay."""
ANSWERING = frozenset({"incident.acknowledged", "incident.resolved"})

log = structlog.get_logger("paging")


class AckRoutes(NamedTuple):
    """The endpoints. With an empty `pagerduty_secret`, every delivery is rejected."""

    pages: PagingUseCases
    clock: Clock
    pagerduty_secret: str = ""
    twilio_gather: TwilioGather | None = None
    """None where Twilio is not set up."""

    async def show_ack_page(self, request: Request) -> Response:
        """GET: show the page, and change nothing, since link previews follow it."""
        return await self._respond_with_page(request.path_params["token"])

    async def submit_ack_page(self, request: Request) -> Response:
        """POST: handle the buttons of the page."""
        token = request.path_params["token"]
        body = await read_body(request)
        try:
            if body == CANNOT:
                await self.pages.pass_on_by_link(token)
            else:
                await self.pages.acknowledge_by_link(token)
        except InvalidTokenError:
            log.warning("link refused")
        except StoreUnavailable:
            return _make_html_response(render_unavailable(), 503)
        return await self._respond_with_page(token)

    async def _respond_with_page(self, token: str) -> Response:
        try:
            linked = await self.pages.load_link_view(token)
        except NotAllowed as no:
            return _make_html_response(render_refusal(str(no)), 404)
        except StoreUnavailable:
            return _make_html_response(render_unavailable(), 503)
        return _make_html_response(render_ack_page(linked, self.clock.now()), 200 if linked.person else 404)

    async def handle_pagerduty(self, request: Request) -> Response:
        """POST: acknowledge a page. A forged or too old delivery gets 401."""
        signature = request.headers.get("x-pagerduty-signature", "")
        body = await read_body(request) if self.pagerduty_secret and signature else b""
        try:
            event = await self._verify_pagerduty_event(signature, body)
            if isinstance(event, Response):
                return event
            answers = event.kind in ANSWERING
            answered = answers and await self.pages.acknowledge_from_pagerduty(event.dedup_key, event.user, event.id)
        except StoreUnavailable:
            return JSONResponse({"error": "Earshot can't reach its database. Send it again."}, 503)
        return JSONResponse({"acknowledged": answered})

    async def _verify_pagerduty_event(self, signature: str, body: bytes) -> "_PagerDutyEvent | Response":
        """Verify before parsing. A repeated delivery is answered with success and does nothing."""
        if not _has_pagerduty_signature(self.pagerduty_secret, signature, body):
            log.warning("webhook refused", pager="pagerduty", why="signature")
            return JSONResponse({"error": "X-PagerDuty-Signature does not match"}, 401)
        event = _parse_pagerduty_event(body)
        if event is None:
            return JSONResponse({"error": "this isn't a PagerDuty event"}, 400)
        if await self.pages.is_delivery_handled(event.id):
            return JSONResponse({"acknowledged": False})
        if abs(self.clock.now() - event.at) > TOLERANCE:
            log.warning("webhook refused", pager="pagerduty", why="too old")
            return JSONResponse({"error": "this event is more than 30 minutes from Earshot's clock"}, 401)
        return event


class _PagerDutyEvent(NamedTuple):
    id: str
    kind: str
    at: datetime
    dedup_key: str
    user: str


def _has_pagerduty_signature(secret: str, header: str, body: bytes) -> bool:
    """Whether one of the signatures matches: there are several while a secret is rotated."""
    if not secret:
        return False
    expected = f"v1={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}".encode()
    given = [one.strip().encode("utf-8", "replace") for one in header.split(",")]
    return sum(hmac.compare_digest(expected, one) for one in given) > 0


def _parse_pagerduty_event(body: bytes) -> _PagerDutyEvent | None:
    try:
        event = json.loads(body)["event"]
        at = datetime.fromisoformat(event["occurred_at"])
        data: Mapping[str, Any] = event.get("data") or {}
        agent: Mapping[str, Any] = event.get("agent") or {}
        return _PagerDutyEvent(
            id=str(event["id"])[:100],
            kind=str(event["event_type"]),
            at=at if at.tzinfo else at.replace(tzinfo=UTC),
            dedup_key=str(data.get("incident_key") or "")[:100],
            user=str(agent.get("id") or "")[:40],
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _make_html_response(page: str, status: int) -> Response:
    return HTMLResponse(page, status, HEADERS)
