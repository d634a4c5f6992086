"""One request to a service that rings, and how it ended. Bounded in time and in size, and never followed elsewhere."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import aiohttp

from bot.domain.pages.page import AttemptStatus
from bot.sinks.pagers.base import Told

WITHIN = aiohttp.ClientTimeout(total=5.0)
"""Seconds. These services answer in well under one; whoever is slower is down, and the next way rings."""
MOST = 65_536
"""Bytes of an answer that are read; none of these services says more than a few hundred."""
HTML = b"<"


class Answer(NamedTuple):
    """`body` is None where it was not a JSON object; `page`: it was a web page."""

    status: int
    body: Mapping[str, Any] | None
    page: bool = False


async def post(session: aiohttp.ClientSession, url: str, **request: Any) -> Answer | Told:
    """The answer, or how it ended without one. Nothing that the other side says is repeated anywhere."""
    return await asked(session, "POST", url, **request)


async def asked(session: aiohttp.ClientSession, method: str, url: str, **request: Any) -> Answer | Told:
    """As `post`, by any method."""
    try:
        async with session.request(method, url, timeout=WITHIN, allow_redirects=False, **request) as answer:
            raw = await answer.content.read(MOST)
            return Answer(answer.status, _object(raw), raw.lstrip()[:1] == HTML)
    except aiohttp.ClientConnectorError:
        return Told(AttemptStatus.LATER, "no connection")
    except TimeoutError:
        return Told(AttemptStatus.LOST, f"no answer in {WITHIN.total:.0f} s")
    except (aiohttp.ClientError, OSError, ValueError):
        return Told(AttemptStatus.LOST, "the connection broke")


def _object(raw: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def failed(status: int, key: str) -> Told:
    """What an answer means that is none of those that this service gives when it is well. `key` names the setting."""
    if status in {401, 403}:
        return Told(AttemptStatus.REFUSED, f"{key} is refused")
    if status == 429:
        return Told(AttemptStatus.LATER, "it wants us to wait")
    if status >= 500:
        return Told(AttemptStatus.LOST, f"it answered {status}")
    if 200 <= status < 300:
        return Told(AttemptStatus.LOST, "it answered something that it never says")
    return Told(AttemptStatus.REFUSED, f"it answered {status}")
