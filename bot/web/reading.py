"""Reading a body that somebody sends, and no more of it than is taken."""

from starlette.requests import ClientDisconnect as Gone
from starlette.requests import Request

from bot.sources.webhook import BODY_LIMIT

__all__ = ["BODY_LIMIT", "Gone", "bounded"]


async def bounded(request: Request) -> bytes:
    """The body, or one byte more than is taken: enough to refuse it, whatever its length was said to be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return bytes(body[: BODY_LIMIT + 1])
    return bytes(body)
