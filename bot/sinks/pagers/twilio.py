"""Twilio: a call that speaks and listens, and a text message with the link.

Not idempotent: a call that is repeated, because its sender died, rings a second time. Delivered means that Twilio took
it; whether somebody picked up is asked afterwards.
"""

import base64
from collections.abc import Mapping
from typing import Any, Self

import aiohttp

from bot.cards import speaking, summons
from bot.clock import Clock
from bot.domain.pages.matter import PageContext
from bot.domain.pages.page import AttemptStatus, ContactMethod, Page, PageAttempt, PageGroup
from bot.settings import Settings
from bot.sinks.pagers.base import Call, Told
from bot.sinks.pagers.http import Answer, asked, failed, post

RINGS = 30
"""Seconds until nobody picks up; some mailboxes are sooner, which is why we ask who answered."""
SIDS = {ContactMethod.CALL: "CA", ContactMethod.TEXT: "SM"}
RESOURCES = {ContactMethod.CALL: "Calls", ContactMethod.TEXT: "Messages"}
PRESSED = "/pressed"
"""After the link that acknowledges: where a key that is pressed in a call is told."""
REFUSALS = {
    20003: "TWILIO_AUTH_TOKEN is refused",
    21211: "the phone's number is not valid",
    21212: "TWILIO_FROM is refused",
    21214: "the phone's number cannot be reached",
    21217: "the phone's number is not valid",
    21606: "TWILIO_FROM is refused",
    21610: "the phone has said STOP to our number",
    21614: "the phone cannot take text messages",
}
"""By Twilio's code; its own words are not repeated."""
BECAME_OF_CALLS = {
    "busy": Told(AttemptStatus.MISSED, "the phone was busy"),
    "no-answer": Told(AttemptStatus.MISSED, "nobody picked up"),
    "failed": Told(AttemptStatus.MISSED, "the phone could not be reached"),
    "canceled": Told(AttemptStatus.MISSED, "the call was cancelled"),
}
BECAME_OF_TEXTS = {
    "delivered": Told(AttemptStatus.DELIVERED, "to the phone"),
    "undelivered": Told(AttemptStatus.MISSED, "the carrier did not deliver it"),
    "failed": Told(AttemptStatus.MISSED, "Twilio could not send it"),
    "canceled": Told(AttemptStatus.MISSED, "Twilio did not send it"),
}
ANSWERED = Told(AttemptStatus.ANSWERED)
MACHINE = Told(AttemptStatus.MISSED, "a machine picked up")
ENDED = "completed"
MACHINES = ("machine", "fax")
"""How the names of those begin that are nobody."""


class Twilio:
    name = "twilio"

    def __init__(self, account: str, token: str, sender: str, url: str, session: aiohttp.ClientSession) -> None:
        self._auth = f"Basic {base64.b64encode(f'{account}:{token}'.encode()).decode()}"
        self._sender = sender
        self._url = f"{url.rstrip('/')}/2010-04-01/Accounts/{account}"
        self._session = session

    @classmethod
    def built(cls, settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Self | None:  # noqa: ARG003
        account, token, sender = settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_from
        if not (account and token and sender):
            return None
        return cls(account, token.get_secret_value(), sender, settings.twilio_api_url, session)

    async def call(self, call: Call) -> Told:
        form = {"To": call.contact.phone, "From": self._sender}
        if call.attempt.way is ContactMethod.CALL:
            form |= {"Twiml": twiml(call), "Timeout": str(RINGS), "MachineDetection": "Enable"}
        else:
            form |= {"Body": summons.short(call.page, call.matter, call.link)}
        return await self._send(call.attempt.way, form)

    async def became(self, attempt: PageAttempt) -> Told | None:
        url = f"{self._url}/{RESOURCES[attempt.way]}/{attempt.reference}.json"
        answer = await asked(self._session, "GET", url, headers={"Authorization": self._auth})
        if not isinstance(answer, Answer) or answer.status != 200 or answer.body is None:
            return None
        return (
            _of_call(answer.body)
            if attempt.way is ContactMethod.CALL
            else BECAME_OF_TEXTS.get(str(answer.body.get("status")))
        )

    async def tried(self) -> Told:
        """Reads the account, which is free."""
        answer = await asked(self._session, "GET", f"{self._url}.json", headers={"Authorization": self._auth})
        if not isinstance(answer, Answer):
            return answer
        active = answer.body is not None and answer.body.get("status") == "active"
        return (
            Told(AttemptStatus.DELIVERED)
            if answer.status == 200 and active
            else failed(answer.status, "TWILIO_AUTH_TOKEN")
        )

    async def refresh(self, page: Page, matter: PageContext, storm: PageGroup) -> Told:  # noqa: ARG002 - it takes nothing back
        return Told(AttemptStatus.DELIVERED)

    async def settle(self, page: Page) -> Told:  # noqa: ARG002 - it rings once and is silent
        return Told(AttemptStatus.DELIVERED)

    async def _send(self, way: ContactMethod, form: dict[str, str]) -> Told:
        url = f"{self._url}/{RESOURCES[way]}.json"
        answer = await post(self._session, url, data=form, headers={"Authorization": self._auth})
        if not isinstance(answer, Answer):
            return answer
        sid = str((answer.body or {}).get("sid", ""))
        if answer.status == 201 and sid.startswith(SIDS[way]):
            return Told(AttemptStatus.DELIVERED, reference=sid[:64])
        code = (answer.body or {}).get("code")
        if answer.status >= 400 and isinstance(code, int) and code in REFUSALS:
            return Told(AttemptStatus.REFUSED, REFUSALS[code])
        return failed(answer.status, "TWILIO_AUTH_TOKEN")


def twiml(call: Call) -> str:
    return speaking.call(summons.spoken(call.page, call.matter), f"{call.link}{PRESSED}" if call.link else "")


def _of_call(said: Mapping[str, Any]) -> Told | None:
    """Who picks up is told from a machine before the call says a word, so `answered_by` may still be empty."""
    status, by = str(said.get("status")), str(said.get("answered_by") or "")
    if by.startswith(MACHINES):
        return MACHINE
    if by or status == ENDED:
        return ANSWERED
    return BECAME_OF_CALLS.get(status)
