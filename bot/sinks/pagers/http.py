"""One request to a service that rings, and how it ended. Bounded in time and in size, and never followed elsewhere."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import aiohttp

from bot.domain.paging.page import AttemptStatus
from bot.sinks.pagers.base import PagerResponse

TIMEOUT = aiohttp.ClientTimeout(total=5.0)
"""Seconds. These services answer in well under one; whoever is slower is down, and the next way rings."""
MAX_BYTES = 65_536
"""Bytes of an answer that are read; none of these services says more than a few hundred."""
HTML_START = b"<"


class HttpAnswer(NamedTuple):
    """`body` is None where it was not a JSON object; `page`: it was a web page."""

    status: int
    body: Mapping[str, Any] | None
    page: bool = False


async def post_request(session: aiohttp.ClientSession, url: str, **request: Any) -> HttpAnswer | PagerResponse:
    """The answer, or how it ended without one. Nothing that the other side says is repeated anywhere."""
    return await send_request(session, "POST", url, **request)


async def send_request(
    session: aiohttp.ClientSession, method: str, url: str, **request: Any
) -> HttpAnswer | PagerResponse:
    """As `post_request`, by any method."""
    try:
        async with session.request(method, url, timeout=TIMEOUT, allow_redirects=False, **request) as answer:
            raw = await answer.content.read(MAX_BYTES)
            return HttpAnswer(answer.status, _parse_json_object(raw), raw.lstrip()[:1] == HTML_START)
    except aiohttp.ClientConnectorError:
        return PagerResponse(AttemptStatus.LATER, "no connection")
    except TimeoutError:
        return PagerResponse(AttemptStatus.LOST, f"no answer in {TIMEOUT.total:.0f} s")
    except (aiohttp.ClientError, OSError, ValueError):
        return PagerResponse(AttemptStatus.LOST, "the connection broke")


def _parse_json_object(raw: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def classify_status(status: int, key: str) -> PagerResponse:
    """What an answer means that is none of those that this service gives when it is well. `key` names the setting."""
    if status in {401, 403}:
        return PagerResponse(AttemptStatus.REFUSED, f"{key} is refused")
    if status == 429:
        return PagerResponse(AttemptStatus.LATER, "it wants us to wait")
    if status >= 500:
        return PagerResponse(AttemptStatus.LOST, f"it answered {status}")
    if 200 <= status < 300:
        return PagerResponse(AttemptStatus.LOST, "it answered something that it never says")
    return PagerResponse(AttemptStatus.REFUSED, f"it answered {status}")
