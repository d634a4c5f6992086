"""Twilio: a call that speaks and listens, and a text message with the link.

Not idempotent: a call that is repeated after a crash rings a second time. Delivered means that Twilio accepted it;
the outcome is polled afterwards.
"""

import base64
from collections.abc import Mapping
from typing import Any, Self

import aiohttp

from bot.cards import page_text, twiml
from bot.clock import Clock
from bot.config.settings import Settings
from bot.domain.paging.page import AttemptStatus, ContactMethod, PageAttempt
from bot.sinks.pagers.base import Pager, PageRequest, PagerFactory, PagerResponse
from bot.sinks.pagers.http import HttpAnswer, classify_status, post_request, send_request

RING_SECONDS = 30
"""Seconds to ring; some mailboxes pick up sooner, which machine detection tells."""
SID_PREFIXES = {ContactMethod.CALL: "CA", ContactMethod.TEXT: "SM"}
RESOURCES = {ContactMethod.CALL: "Calls", ContactMethod.TEXT: "Messages"}
PRESSED_PATH = "/pressed"
"""After the acknowledge link: where Twilio posts a key pressed in a call."""
ERROR_SENTENCES = {
    20003: "TWILIO_AUTH_TOKEN is refused",
    21211: "the phone's number is not valid",
    21212: "TWILIO_FROM is refused",
    21214: "the phone's number cannot be reached",
    21217: "the phone's number is not valid",
    21606: "TWILIO_FROM is refused",
    21610: "the phone answered STOP to your number",
    21614: "the phone cannot take text messages",
}
"""By Twilio's error code."""
CALL_OUTCOMES = {
    "busy": PagerResponse(AttemptStatus.MISSED, "the phone was busy"),
    "no-answer": PagerResponse(AttemptStatus.MISSED, "nobody picked up"),
    "failed": PagerResponse(AttemptStatus.MISSED, "the phone could not be reached"),
    "canceled": PagerResponse(AttemptStatus.MISSED, "the call was cancelled"),
}
TEXT_OUTCOMES = {
    "delivered": PagerResponse(AttemptStatus.DELIVERED, "to the phone"),
    "undelivered": PagerResponse(AttemptStatus.MISSED, "the carrier did not deliver it"),
    "failed": PagerResponse(AttemptStatus.MISSED, "Twilio could not send it"),
    "canceled": PagerResponse(AttemptStatus.MISSED, "Twilio did not send it"),
}
CALL_ANSWERED = PagerResponse(AttemptStatus.ANSWERED)
MACHINE_ANSWERED = PagerResponse(AttemptStatus.MISSED, "a machine picked up")
COMPLETED = "completed"
MACHINE_PREFIXES = ("machine", "fax")
"""Prefixes of `answered_by` that are no person."""


class TwilioPager(Pager):
    name = "twilio"

    def __init__(self, account: str, token: str, sender: str, url: str, session: aiohttp.ClientSession) -> None:
        self._auth = f"Basic {base64.b64encode(f'{account}:{token}'.encode()).decode()}"
        self._sender = sender
        self._url = f"{url.rstrip('/')}/2010-04-01/Accounts/{account}"
        self._session = session

    @classmethod
    def from_settings(cls, settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Self | None:  # noqa: ARG003
        account, token, sender = settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_from
        if not (account and token and sender):
            return None
        return cls(account, token.get_secret_value(), sender, settings.twilio_api_url, session)

    async def send_page(self, request: PageRequest) -> PagerResponse:
        form = {"To": request.contact.phone, "From": self._sender}
        if request.attempt.way is ContactMethod.CALL:
            form |= {"Twiml": build_twiml(request), "Timeout": str(RING_SECONDS), "MachineDetection": "Enable"}
        else:
            form |= {"Body": page_text.format_text_message(request.page, request.context, request.link)}
        return await self._send_form(request.attempt.way, form)

    async def fetch_outcome(self, attempt: PageAttempt) -> PagerResponse | None:
        url = f"{self._url}/{RESOURCES[attempt.way]}/{attempt.reference}.json"
        answer = await send_request(self._session, "GET", url, headers={"Authorization": self._auth})
        if not isinstance(answer, HttpAnswer) or answer.status != 200 or answer.body is None:
            return None
        if attempt.way is ContactMethod.CALL:
            return _parse_call_outcome(answer.body)
        return TEXT_OUTCOMES.get(str(answer.body.get("status")))

    async def check_connection(self) -> PagerResponse:
        """Read the account, which is free."""
        answer = await send_request(self._session, "GET", f"{self._url}.json", headers={"Authorization": self._auth})
        if not isinstance(answer, HttpAnswer):
            return answer
        active = answer.body is not None and answer.body.get("status") == "active"
        if answer.status == 200 and active:
            return PagerResponse(AttemptStatus.DELIVERED)
        return classify_status(answer.status, "TWILIO_AUTH_TOKEN")

    async def _send_form(self, method: ContactMethod, form: dict[str, str]) -> PagerResponse:
        url = f"{self._url}/{RESOURCES[method]}.json"
        answer = await post_request(self._session, url, data=form, headers={"Authorization": self._auth})
        if not isinstance(answer, HttpAnswer):
            return answer
        sid = str((answer.body or {}).get("sid", ""))
        if answer.status == 201 and sid.startswith(SID_PREFIXES[method]):
            return PagerResponse(AttemptStatus.DELIVERED, reference=sid[:64])
        code = (answer.body or {}).get("code")
        if answer.status >= 400 and isinstance(code, int) and code in ERROR_SENTENCES:
            return PagerResponse(AttemptStatus.REFUSED, ERROR_SENTENCES[code])
        return classify_status(answer.status, "TWILIO_AUTH_TOKEN")


def build_twiml(request: PageRequest) -> str:
    words = page_text.format_spoken_page(request.page, request.context)
    return twiml.render_call_twiml(words, f"{request.link}{PRESSED_PATH}" if request.link else "")


def _parse_call_outcome(body: Mapping[str, Any]) -> PagerResponse | None:
    """`answered_by` is empty until machine detection is done."""
    status, by = str(body.get("status")), str(body.get("answered_by") or "")
    if by.startswith(MACHINE_PREFIXES):
        return MACHINE_ANSWERED
    if by or status == COMPLETED:
        return CALL_ANSWERED
    return CALL_OUTCOMES.get(status)


PAGER: PagerFactory = TwilioPager
