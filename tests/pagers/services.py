"""PagerDuty, ntfy, Twilio and somebody's webhook, as strict as their documentation, with faults on demand."""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree as ET

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

KEY = "R" + "0" * 31
ACCOUNT, TOKEN, FROM = "AC" + "0" * 32, "twilio-token", "+15005550006"
NTFY_TOKEN = "tk_" + "a" * 29
SECRET = "whsec_" + base64.b64encode(b"for this test only, no secret").decode()
PHONE = re.compile(r"\+[1-9]\d{6,14}")
TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")


class Fault(StrEnum):
    REFUSED = "refused"
    SLOW = "slow"
    DOWN = "down"
    NONSENSE = "nonsense"
    BUSY = "busy"
    GONE = "gone"
    """The connection breaks off."""


@dataclass
class Services:
    """`faults` by the service's name. `rang` is what each took; `wrong`, why something was not as documented."""

    faults: dict[str, Fault] = field(default_factory=dict)
    rang: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def of(self, service: str) -> list[Mapping[str, Any]]:
        return [body for name, body in self.rang if name == service]

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
        match self.faults.get(service):
            case Fault.REFUSED:
                body = {"status": "invalid event", "errors": ["no"], "code": 40301, "message": "forbidden"}
                return web.json_response(body, status=400 if service == "pagerduty" else 403)
            case Fault.SLOW:
                await asyncio.sleep(30)
            case Fault.DOWN:
                return web.Response(status=503, text="<html>upstream</html>")
            case Fault.NONSENSE:
                return web.Response(
                    status=200, text="<html>Welcome to the hotel's network</html>", content_type="text/html"
                )
            case Fault.BUSY:
                return web.Response(status=429)
            case Fault.GONE:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
        return None

    def _no(self, service: str, why: str, status: int = 400) -> web.Response:
        self.wrong.append(f"{service}: {why}")
        return web.json_response({"error": why}, status=status)

    async def pagerduty(self, request: web.Request) -> web.Response:
        if fault := await self._fault("pagerduty", request):
            return fault
        event = await request.json()
        wrong = _of_event(event)
        if wrong:
            return self._no("pagerduty", wrong)
        self.rang.append(("pagerduty", event))
        said = {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}
        return web.json_response(said, status=202)

    async def ntfy(self, request: web.Request) -> web.Response:
        if fault := await self._fault("ntfy", request):
            return fault
        if request.headers.get("Authorization") != f"Bearer {NTFY_TOKEN}":
            return self._no("ntfy", "token", 403)
        message = json.loads(await request.read())
        if not TOPIC.fullmatch(message.get("topic", "")):
            return self._no("ntfy", "topic")
        if message.get("priority") not in range(1, 6) or len(message.get("message", "").encode()) > 4096:
            return self._no("ntfy", "priority or message")
        actions = message.get("actions", [])
        if len(actions) > 3 or not all(one["action"] == "view" and one["label"] and one["url"] for one in actions):
            return self._no("ntfy", "actions")
        self.rang.append(("ntfy", message))
        return web.json_response({"id": f"m{len(self.rang)}", "time": 1, "event": "message", "topic": message["topic"]})

    async def twilio(self, request: web.Request) -> web.Response:
        if fault := await self._fault("twilio", request):
            return fault
        basic = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {basic}" or request.match_info["account"] != ACCOUNT:
            return self._no("twilio", "credentials", 401)
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not PHONE.fullmatch(form.get("To", "")) or form.get("From") != FROM:
            return self._no("twilio", "To or From")
        what = request.match_info["what"]
        if what == "Calls":
            if len(form["Twiml"]) > 4000 or ET.fromstring(form["Twiml"]).tag != "Response":
                return self._no("twilio", "Twiml")
        elif not 1 <= len(form["Body"]) <= 1600:
            return self._no("twilio", "Body")
        self.rang.append(("call" if what == "Calls" else "text", form))
        sid = ("CA" if what == "Calls" else "SM") + "0" * 32
        return web.json_response({"sid": sid, "status": "queued"}, status=201)

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
        self.rang.append(("webhook", said))
        return web.Response(status=204)


def _of_event(event: Mapping[str, Any]) -> str:
    """What is not as the Events API has it; empty where all is."""
    known = {"routing_key", "event_action", "dedup_key", "payload", "links", "images", "client", "client_url"}
    checks = {
        "routing_key": event.get("routing_key") == KEY,
        "dedup_key": 1 <= len(event.get("dedup_key", "")) <= 255,
        "keys": not set(event) - known,
        "event_action": event.get("event_action") in {"trigger", "acknowledge", "resolve"},
        "links": all(link["href"].startswith("http") for link in event.get("links", [])),
    }
    if event.get("event_action") == "trigger":
        payload = event["payload"]
        datetime.fromisoformat(payload["timestamp"])
        checks |= {
            "summary": 1 <= len(payload["summary"]) <= 1024,
            "source": bool(payload["source"]),
            "severity": payload["severity"] in {"critical", "error", "warning", "info"},
        }
    return ", ".join(name for name, right in checks.items() if not right)


@asynccontextmanager
async def serving() -> AsyncIterator[Services]:
    services = Services()
    app = web.Application()
    app.router.add_post("/pagerduty/v2/enqueue", services.pagerduty)
    app.router.add_post("/ntfy", services.ntfy)
    app.router.add_post("/twilio/2010-04-01/Accounts/{account}/{what:Calls|Messages}.json", services.twilio)
    app.router.add_get("/ntfy/v1/health", services.ntfy_health)
    app.router.add_get("/twilio/2010-04-01/Accounts/{account}.json", services.twilio_account)
    app.router.add_post("/webhook", services.webhook)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    place = web.TCPSite(runner, "127.0.0.1", 0)
    await place.start()
    services.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield services
    finally:
        await runner.cleanup()
