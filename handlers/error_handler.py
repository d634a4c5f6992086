"""The one net under all listeners: what nobody foresaw is logged with ids, and told to the person in one sentence."""

import asyncio

import structlog
from slack_bolt.context.async_context import AsyncBoltContext

from handlers.responder import Responder
from handlers.use_cases import Payload

SORRY = "Something went wrong on Earshot's side, and it has been noted. Try once more; if it stays, tell your admin."
ACK_SEEN = 0.05
"""Bolt looks for the ack every 10 ms and forgets it once a failed listener is through: by then it has looked."""

log = structlog.get_logger("listeners")


async def on_error(error: Exception, context: AsyncBoltContext, body: Payload) -> None:
    log.error("listener failed", kind=body.get("type", "command"), by=context.user_id, exc_info=error)
    reply: Responder | None = context.get("reply")
    if reply is not None and body.get("type") != "event_callback":
        await reply.send_text(SORRY)
    await asyncio.sleep(ACK_SEEN)
