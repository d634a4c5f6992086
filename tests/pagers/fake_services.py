"""PagerDuty, ntfy, Twilio and somebody's webhook, as strict as their documentation, with faults on demand."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import aiohttp
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from tests.loopback_site import serve_on_loopback
from tests.pagers import api_contracts
from tests.pagers.api_contracts import FROM, KEY

ACCOUNT, TOKEN = "AC" + "0" * 32, "0f" * 16
NTFY_TOKEN = "tk_" + "a" * 29
SECRET = "whsec_" + base64.b64encode(b"for this test only, no secret").decode()
ERRORS = "https://www.twilio.com/docs/errors"


class Fault(StrEnum):
    REFUSED = "refused"
    SLOW = "slow"
    DOWN = "down"
    NONSENSE = "nonsense"
    BUSY = "busy"
    GONE = "gone"
    """The connection breaks off."""


@dataclass
class FakePagerServices:
    """`faults` by the service's name. `requests` is what each took; `violations`, why something was not as documented."""

    faults: dict[str, Fault] = field(default_factory=dict)
    requests: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    sids: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    call_statuses: dict[str, Any] = field(default_factory=lambda: {"status": "completed", "answered_by": "human"})
    text_statuses: dict[str, Any] = field(default_factory=lambda: {"status": "delivered", "error_code": None})
    url: str = ""

    def of(self, service: str) -> list[Mapping[str, Any]]:
        return [body for name, body in self.requests if name == service]

    def settings(self, **more: str) -> dict[str, str]:
        return {
            "PAGERDUTY_ROUTING_KEY": KEY,
            "PAGERDUTY_WEBHOOK_SECRET": "pagerduty signs with this",
            "PAGERDUTY_API_URL": f"{self.url}/pagerduty",
            "NTFY_URL": f"{self.url}/ntfy",
            "NTFY_TOKEN": NTFY_TOKEN,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": FROM,
            "TWILIO_API_URL": f"{self.url}/twilio",
            "EARSHOT_PAGER_WEBHOOK_URL": f"{self.url}/webhook",
            "EARSHOT_PAGER_WEBHOOK_SECRET": SECRET,
            **more,
        }

    async def _fault(self, service: str, request: web.Request) -> web.Response | None:
        self.asked.append(service)
        fault = self.faults.get(service)
        match fault:
            case Fault.REFUSED | Fault.BUSY:
                return _said(service, fault)
            case Fault.SLOW:
                await asyncio.sleep(30)
            case Fault.DOWN:
                return web.Response(status=503, text="<html>upstream</html>")
            case Fault.NONSENSE:
                return web.Response(
                    status=200, text="<html>Welcome to the hotel's network</html>", content_type="text/html"
                )
            case Fault.GONE:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
        return None

    def _no(self, service: str, why: str, answer: web.Response | None = None) -> web.Response:
        self.violations.append(f"{service}: {why}")
        return answer or web.json_response({"error": why}, status=400)

    async def pagerduty(self, request: web.Request) -> web.Response:
        if fault := await self._fault("pagerduty", request):
            return fault
        raw = await request.read()
        if wrong := api_contracts.event(raw):
            return self._no("pagerduty", wrong, _invalid(wrong))
        event = json.loads(raw)
        if event["routing_key"] != KEY:
            return _said("pagerduty", Fault.REFUSED)
        self.requests.append(("pagerduty", event))
        said = {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}
        return web.json_response(said, status=202)

    async def ntfy(self, request: web.Request) -> web.Response:
        if fault := await self._fault("ntfy", request):
            return fault
        if request.headers.get("Authorization") != f"Bearer {NTFY_TOKEN}":
            return self._no("ntfy", "token", _said("ntfy", Fault.REFUSED))
        message = json.loads(await request.read())
        if wrong := api_contracts.push(message):
            return self._no("ntfy", wrong)
        self.requests.append(("ntfy", message))
        said = {"id": f"m{len(self.requests):011}", "time": 1, "expires": 43201, "event": "message"}
        return web.json_response({**said, "topic": message["topic"], "message": message["message"]})

    async def twilio(self, request: web.Request) -> web.Response:
        """Takes a call or a text message; what becomes of it, `becomes` says."""
        if fault := await self._fault("twilio", request):
            return fault
        if not _known(request):
            return self._no("twilio", "credentials", _said("twilio", Fault.REFUSED))
        if request.content_type != "application/x-www-form-urlencoded":
            return self._no("twilio", "no form")
        form = {name: str(value) for name, value in (await request.post()).items()}
        calls = request.match_info["what"] == "Calls"
        if wrong := api_contracts.call(form) if calls else api_contracts.text(form):
            return self._no("twilio", wrong, _twilio_says(400, 21211 if wrong == "To" else 20001))
        self.requests.append(("call" if calls else "text", form))
        sid = f"{'CA' if calls else 'SM'}{len(self.requests):032x}"
        self.sids.append((sid, form))
        return web.json_response({"sid": sid, "status": "queued", "answered_by": None}, status=201)

    async def fetch_twilio_status(self, request: web.Request) -> web.Response:
        if fault := await self._fault("twilio asked", request):
            return fault
        if not _known(request):
            return self._no("twilio", "credentials", _said("twilio", Fault.REFUSED))
        sid = request.match_info["sid"]
        if sid not in dict(self.sids):
            return self._no("twilio", f"no {sid}", _twilio_says(404, 20404))
        calls = request.match_info["what"] == "Calls"
        return web.json_response({"sid": sid, **(self.call_statuses if calls else self.text_statuses)})

    async def press_keys(self, digits: str, *, token: str = TOKEN, **more: str) -> tuple[int, str]:
        """Who took the last call presses a key: Twilio tells us, signed, and does what it is answered."""
        sid, form = next(one for one in reversed(self.sids) if one[0].startswith("CA"))
        return await press_signed_keys(sid, form, digits, token, more)

    async def ntfy_health(self, request: web.Request) -> web.Response:
        return await self._fault("ntfy", request) or web.json_response({"healthy": True})

    async def twilio_account(self, request: web.Request) -> web.Response:
        fault = await self._fault("twilio", request)
        return fault or web.json_response({"sid": request.match_info["account"], "status": "active"})

    async def webhook(self, request: web.Request) -> web.Response:
        if fault := await self._fault("webhook", request):
            return fault
        body = await request.text()
        stamp = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
        expected = Webhook(SECRET).sign(request.headers["webhook-id"], stamp, body)
        if request.headers.get("webhook-signature") != expected:
            raise WebhookVerificationError
        said = json.loads(body)
        if set(said) != {"type", "timestamp", "data"}:
            return self._no("webhook", "not as the specification has it")
        self.requests.append(("webhook", said))
        return web.Response(status=204)


def _said(service: str, fault: Fault) -> web.Response:
    """What each says, in its own shape, to a key that it does not know, and to a client that asks too often."""
    refused = fault is Fault.REFUSED
    match service:
        case "pagerduty":
            return _invalid("Invalid routing key") if refused else web.Response(status=429)
        case "twilio" | "twilio asked":
            return _twilio_says(401, 20003) if refused else _twilio_says(429, 20429)
        case "ntfy":
            status, code = (403, 40301) if refused else (429, 42901)
            return web.json_response({"code": code, "http": status, "error": "no"}, status=status)
    return web.Response(status=401 if refused else 429)


def _invalid(why: str) -> web.Response:
    said = {"status": "invalid event", "message": "Event object is invalid", "errors": [why]}
    return web.json_response(said, status=400)


def _twilio_says(status: int, code: int) -> web.Response:
    said = {"code": code, "message": "no", "more_info": f"{ERRORS}/{code}", "status": status}
    return web.json_response(said, status=status)


def _known(request: web.Request) -> bool:
    basic = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    return request.headers.get("Authorization") == f"Basic {basic}" and request.match_info["account"] == ACCOUNT


async def press_signed_keys(
    sid: str, form: Mapping[str, str], digits: str, token: str, more: Mapping[str, str]
) -> tuple[int, str]:
    """As Twilio signs it: the whole address, then each field and its value in the order of their names."""
    gather = api_contracts.gathering(form["Twiml"])
    said = {
        "CallSid": sid,
        "AccountSid": ACCOUNT,
        "To": form["To"],
        "Digits": digits,
        "CallStatus": "in-progress",
        **more,
    }
    whole = gather + "".join(f"{name}{said[name]}" for name in sorted(said))
    signature = base64.b64encode(hmac.digest(token.encode(), whole.encode(), hashlib.sha1)).decode()
    headers = {"X-Twilio-Signature": signature}
    async with aiohttp.ClientSession() as session, session.post(gather, data=said, headers=headers) as answer:
        words = await answer.text()
        assert answer.status >= 400 or not api_contracts.twiml(words), api_contracts.twiml(words)
        return answer.status, words


@asynccontextmanager
async def serve_pager_services() -> AsyncIterator[FakePagerServices]:
    services = FakePagerServices()
    app = web.Application()
    app.router.add_post("/pagerduty/v2/enqueue", services.pagerduty)
    app.router.add_post("/ntfy", services.ntfy)
    accounts = "/twilio/2010-04-01/Accounts"
    app.router.add_post(accounts + "/{account}/{what:Calls|Messages}.json", services.twilio)
    app.router.add_get(accounts + "/{account}/{what:Calls|Messages}/{sid}.json", services.fetch_twilio_status)
    app.router.add_get("/ntfy/v1/health", services.ntfy_health)
    app.router.add_get(accounts + "/{account}.json", services.twilio_account)
    app.router.add_post("/webhook", services.webhook)
    async with serve_on_loopback(app) as address:
        services.url = f"http://{address}"
        yield services
