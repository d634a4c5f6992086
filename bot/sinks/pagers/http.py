"""One HTTP request to a pager's service, bounded in time and size, without redirects."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import aiohttp

from bot.domain.paging.page import AttemptStatus
from bot.sinks.pagers.base import PagerResponse

TIMEOUT = aiohttp.ClientTimeout(total=5.0)
"""Seconds. These services answer in well under one; a slower one counts as down."""
MAX_BYTES = 65_536
"""Bytes of a response that are read; these services send a few hundred."""
HTML_START = b"<"


class HttpAnswer(NamedTuple):
    """`body` is None if it was not a JSON object; `page`: it was a web page."""

    status: int
    body: Mapping[str, Any] | None
    page: bool = False


async def post_request(session: aiohttp.ClientSession, url: str, **request: Any) -> HttpAnswer | PagerResponse:
    """Return the answer, or the failure. The other side's words are never repeated."""
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
    """Return the failure that an unexpected answer means. `key` names the setting."""
    if status in {401, 403}:
        return PagerResponse(AttemptStatus.REFUSED, f"{key} is refused")
    if status == 429:
        return PagerResponse(AttemptStatus.LATER, "it limits requests")
    if status >= 500:
        return PagerResponse(AttemptStatus.LOST, f"it answered {status}")
    if 200 <= status < 300:
        return PagerResponse(AttemptStatus.LOST, "its answer cannot be understood")
    return PagerResponse(AttemptStatus.REFUSED, f"it answered {status}")
