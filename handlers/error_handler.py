"""The handler of unforeseen errors in listeners: logs ids, and answers the person with one sentence."""

import asyncio

import structlog
from slack_bolt.context.async_context import AsyncBoltContext

from handlers.responder import Responder
from handlers.use_cases import Payload

SORRY = "Something went wrong in Earshot. It is in the log. Try again, and tell your admin if it keeps happening."
ACK_SEEN = 0.05
"""Seconds. Bolt polls for the ack every 10 ms and drops it once a failed listener returns, so we wait for a poll."""

log = structlog.get_logger("listeners")


async def on_error(error: Exception, context: AsyncBoltContext, body: Payload) -> None:
    log.error("listener failed", kind=body.get("type", "command"), by=context.user_id, exc_info=error)
    reply: Responder | None = context.get("reply")
    if reply is not None and body.get("type") != "event_callback":
        await reply.send_text(SORRY)
    await asyncio.sleep(ACK_SEEN)
