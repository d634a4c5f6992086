"""Other programs that bring mentions: a forum that signs what it sends, and some that only pretend to."""

import base64
import json
from typing import Any

import aiohttp
from standardwebhooks import Webhook as Signer

from bot.sources.webhook import WebhookOptions, WebhookSource
from tests.clock import SteppedClock
from tests.scenarios.world import World

SECRET = "whsec_" + base64.b64encode(b"twenty-four bytes or more").decode()
FORGED = "whsec_" + base64.b64encode(b"what somebody has made up").decode()


def build_forum_source(clock: SteppedClock) -> WebhookSource:
    return WebhookSource(WebhookOptions(), "forum", SECRET, clock)


async def send_delivery(
    world: World, said: Any, *, secret: str = SECRET, delivery: str = "msg_1", raw: bytes = b""
) -> tuple[int, Any]:
    """POST to the hook of the forum, signed; the status, and what was answered."""
    body = raw or json.dumps(said).encode()
    sent = world.clock.now()
    headers = {
        "webhook-id": delivery,
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": Signer(secret).sign(delivery, sent, body.decode()),
        "content-type": "application/json",
    }
    url = f"{world.local_app.url}/hooks/forum"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        told = await answer.json()
    await world.run_until_idle()
    return answer.status, told


def build_post(world: World, text: str, number: int = 1) -> dict[str, Any]:
    world.published_texts.append(text)
    return {"id": f"forum:{number}", "text": text, "created_at": world.clock.now().isoformat(), "author": "rui"}
