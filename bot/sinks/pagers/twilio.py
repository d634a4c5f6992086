"""Twilio: a call that speaks, and a text message with the link.

Not idempotent: a call that is repeated, because its sender died, rings a second time. Delivered means that Twilio took
it; whether the phone rang is not asked.
"""

import base64
from typing import Self
from xml.sax.saxutils import escape

import aiohttp

from bot.cards import summons
from bot.clock import Clock
from bot.domain.pages.page import Page, Result, Way
from bot.settings import Settings
from bot.sinks.pagers.base import Call, Told
from bot.sinks.pagers.http import Answer, asked, failed, post

RINGS = 30
"""Seconds until nobody picks up."""
SAID = 3
"""Times: whoever was asleep hears nothing of the first."""
SIDS = {Way.CALL: "CA", Way.TEXT: "SM"}


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
        if call.attempt.way is Way.CALL:
            form |= {"Twiml": twiml(call), "Timeout": str(RINGS)}
            return await self._send("Calls", form, SIDS[Way.CALL])
        return await self._send("Messages", form | {"Body": _body(call)}, SIDS[Way.TEXT])

    async def tried(self) -> Told:
        """Reads the account, which is free."""
        answer = await asked(self._session, "GET", f"{self._url}.json", headers={"Authorization": self._auth})
        if not isinstance(answer, Answer):
            return answer
        active = answer.body is not None and answer.body.get("status") == "active"
        return Told(Result.DELIVERED) if answer.status == 200 and active else failed(answer.status, "TWILIO_AUTH_TOKEN")

    async def settle(self, page: Page) -> Told:  # noqa: ARG002 - it rings once and is silent
        return Told(Result.DELIVERED)

    async def _send(self, what: str, form: dict[str, str], begins: str) -> Told:
        answer = await post(self._session, f"{self._url}/{what}.json", data=form, headers={"Authorization": self._auth})
        if not isinstance(answer, Answer):
            return answer
        sid = str((answer.body or {}).get("sid", ""))
        if answer.status == 201 and sid.startswith(begins):
            return Told(Result.DELIVERED, reference=sid[:64])
        return failed(answer.status, "TWILIO_AUTH_TOKEN")


def twiml(call: Call) -> str:
    words = escape(f"{summons.spoken(call.page, call.matter)} Open Slack, or the link in the message, and acknowledge.")
    return f'<Response><Say loop="{SAID}">{words}</Say></Response>'


def _body(call: Call) -> str:
    return summons.short(call.page, call.matter, call.link)
