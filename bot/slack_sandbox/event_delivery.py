"""Delivery of events and interactions to the app, over signed HTTP requests or Socket Mode, with retries."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.slack_sandbox.app_manifest import get_subscription_name
from bot.slack_sandbox.change_log import ChangeKind
from bot.slack_sandbox.faults import FaultKind
from bot.slack_sandbox.installation import AppInstallation
from bot.slack_sandbox.results import DeliveryOutcome
from bot.slack_sandbox.slack_errors import Json
from bot.slack_sandbox.socket_mode import NoSocketError, SocketModeServer

INTERACTIVE, COMMAND, EVENT = "interactive", "slash_commands", "events_api"
RETRY_AFTER = (0.0, 60.0, 300.0)


def sign_request(secret: str, timestamp: str, body: str) -> str:
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return f"v0={digest}"


@dataclass(frozen=True)
class DeliveryRetry:
    """An event that was not acked, to be sent again when it is `due` (epoch seconds)."""

    due: float
    attempt: int
    reason: str
    body: Json


class EventDelivery:
    """`stamp` returns the time of signatures: real time, whatever the workspace's clock, as the app compares it."""

    def __init__(self, app: AppInstallation, sockets: SocketModeServer, stamp: Callable[[], float]) -> None:
        self._app, self._sockets, self._stamp = app, sockets, stamp
        self._session: aiohttp.ClientSession | None = None
        self._retries: list[DeliveryRetry] = []
        self.ack_within = 3.0

    async def deliver_interaction(self, kind: str, body: Json) -> DeliveryOutcome:
        """Send it once, without retries; `kind` is interactive or slash_commands."""
        return await self._send_with_faults(kind, body, {})

    async def deliver_event(self, body: Json) -> DeliveryOutcome:
        """Send it, again at once if it is not acked; `retry_due_events` retries after one and five minutes."""
        manifest = self._app.manifest
        if manifest is not None and get_subscription_name(body["event"]) not in manifest.events:
            return DeliveryOutcome(0, acked=False, warning="not_subscribed", sent=False)
        outcome = await self._send_with_faults(EVENT, body, {"retry_attempt": 0, "retry_reason": ""})
        if not outcome.acked:
            outcome = await self._retry_event(DeliveryRetry(self._app.now(), 1, _describe_failure(outcome), body))
        return outcome

    async def send_challenge(self) -> bool:
        """Return whether the app answers Slack's challenge, which verifies its request URL."""
        asked = {"token": "sandbox-verification-token", "challenge": "sandbox-challenge", "type": "url_verification"}
        outcome = await self._send_with_faults(EVENT, asked, {})
        answer = outcome.body.get("challenge") if isinstance(outcome.body, dict) else outcome.body
        return outcome.acked and answer == asked["challenge"]

    async def retry_due_events(self) -> None:
        """Retry the events that were not acked and are due."""
        due = [retry for retry in self._retries if retry.due <= self._app.now()]
        self._retries = [retry for retry in self._retries if retry not in due]
        for retry in due:
            await self._retry_event(retry)

    async def _retry_event(self, retry: DeliveryRetry) -> DeliveryOutcome:
        numbers = {"retry_attempt": retry.attempt, "retry_reason": retry.reason}
        outcome = await self._send_with_faults(EVENT, retry.body, numbers)
        if not outcome.acked and retry.attempt < len(RETRY_AFTER):
            due = self._app.now() + RETRY_AFTER[retry.attempt]
            self._retries.append(DeliveryRetry(due, retry.attempt + 1, _describe_failure(outcome), retry.body))
        return outcome

    async def _send_with_faults(self, kind: str, body: Json, retry: Json) -> DeliveryOutcome:
        if self._app.faults.down:
            return DeliveryOutcome(0, acked=False, warning="slack_is_down", sent=False)
        outcome = await self._send_once(kind, body, retry)
        if self._app.faults.take_delivery_fault(FaultKind.DUPLICATE_DELIVERY):
            await self._send_once(kind, body, retry)
        return outcome

    async def _send_once(self, kind: str, body: Json, retry: Json) -> DeliveryOutcome:
        began = time.perf_counter()
        try:
            status, answer = await self._transmit_body(kind, body, retry)
            warning = "" if 200 <= status < 300 else "dispatch_failed"
        except TimeoutError:
            status, answer, warning = 0, None, "operation_timeout"
        except (NoSocketError, aiohttp.ClientError):
            status, answer, warning = 0, None, "dispatch_failed"
        outcome = DeliveryOutcome(status, not warning, time.perf_counter() - began, answer, warning=warning)
        return self._record_outcome(kind, body, outcome)

    def _record_outcome(self, kind: str, body: Json, outcome: DeliveryOutcome) -> DeliveryOutcome:
        what = str(body.get("type") or body.get("command") or kind)
        user = str(body["user"]["id"]) if isinstance(body.get("user"), dict) else str(body.get("user_id", ""))
        change = ChangeKind.DELIVERED if outcome.acked else ChangeKind(outcome.warning)
        self._app.workspace.feed.add(change, user=user, what=what, status=outcome.status, seconds=outcome.seconds)
        return outcome

    async def _transmit_body(self, kind: str, body: Json, retry: Json) -> tuple[int, Any]:
        if self._app.request_url is not None:
            return await self._post_request(self._app.request_url, kind, body, retry)
        envelope_id = f"e{self._app.workspace.issue_number():08d}"
        answer = await self._sockets.send(envelope_id, kind, body, retry, self.ack_within)
        return 200, answer

    async def _post_request(self, url: str, kind: str, body: Json, retry: Json) -> tuple[int, Any]:
        headers, encoded = self._encode_signed(kind, body)
        if retry.get("retry_attempt"):
            headers["X-Slack-Retry-Num"] = str(retry["retry_attempt"])
            headers["X-Slack-Retry-Reason"] = retry["retry_reason"]
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with asyncio.timeout(self.ack_within):
            async with self._session.post(url, data=encoded.encode(), headers=headers) as response:
                return response.status, _parse_answer(await response.text())

    def _encode_signed(self, kind: str, body: Json) -> tuple[dict[str, str], str]:
        if kind == EVENT:
            encoded, content = json.dumps(body), "application/json"
        else:
            encoded = urlencode(body if kind == COMMAND else {"payload": json.dumps(body)})
            content = "application/x-www-form-urlencoded"
        late = self._app.faults.take_delivery_fault(FaultKind.LATE_DELIVERY)
        timestamp = str(int(self._stamp() - (late.seconds if late else 0)))
        signature = sign_request(self._app.signing_secret, timestamp, encoded)
        stamped = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}
        return {"Content-Type": content, "User-Agent": "Slackbot 1.0", **stamped}, encoded

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def _parse_answer(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _describe_failure(outcome: DeliveryOutcome) -> str:
    if outcome.warning == "operation_timeout":
        return "http_timeout"
    return "http_error" if outcome.status else "connection_failed"
