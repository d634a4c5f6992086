"""A calendar's text, from its address or its file: within bounds of time, size and redirects."""

import asyncio
import re
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver

from bot.calendars.broken import MOST, Broken, too_large
from bot.calendars.connections import GuardedConnector, InternalAddressError
from bot.domain.schedules.calendar_address import convert_to_https

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=10)
REDIRECTS = 3
_FOLD = re.compile(rb"\r?\n[ \t]")
_MOVED = frozenset({301, 302, 303, 307, 308})


class Answer(NamedTuple):
    """`tag` is the server's own word for this version of it."""

    text: str
    tag: str = ""


async def fetched(calendar: str, tag: str = "", resolver: AbstractResolver | None = None) -> Answer | None:
    """None where it is what it was when the server gave this tag. Raises `Broken`. Without a resolver: the system's."""
    if "://" not in calendar:
        return Answer(await asyncio.to_thread(_file, Path(calendar)))
    try:
        connector = GuardedConnector(resolver)
        async with aiohttp.ClientSession(timeout=TIMEOUT, connector=connector) as session:
            return await _from(session, connector, calendar, tag)
    except TimeoutError:
        raise Broken("its server did not answer in time") from None
    except (aiohttp.ClientError, ValueError, OSError) as lost:
        if isinstance(lost, aiohttp.ClientConnectorError) and isinstance(lost.os_error, InternalAddressError):
            raise Broken("its server sends us on to an internal address, to which we do not go") from None
        kind = type(lost).__name__
        raise Broken(f"its server cannot be reached ({kind})") from None  # its words repeat the address


async def _from(session: aiohttp.ClientSession, connector: GuardedConnector, address: str, tag: str) -> Answer | None:
    headers = {"Accept": "text/calendar, text/plain;q=0.5, */*;q=0.1", "Accept-Encoding": "identity"}
    headers |= {"If-None-Match": tag} if tag else {}
    for _ in range(REDIRECTS + 1):
        async with session.get(address, headers=headers, allow_redirects=False) as answer:
            if answer.status not in _MOVED:
                return await _read(answer)
            address = convert_to_https(urljoin(address, answer.headers.get("Location", "")))
            if not address.lower().startswith(("http://", "https://")):
                raise Broken("its server sends us on to something that is no web address")
            connector.redirected = True
    raise Broken(f"its server sends us on more than {REDIRECTS} times")


async def _read(answer: aiohttp.ClientResponse) -> Answer | None:
    if answer.status == 304:
        return None
    if answer.status != 200:
        raise Broken(f"its server answers {answer.status}")
    if (answer.content_length or 0) > MOST:
        raise too_large()
    body = bytearray()
    async for chunk in answer.content.iter_chunked(65_536):
        body += chunk
        if len(body) > MOST:
            raise too_large()
    return Answer(_decoded(bytes(body)), answer.headers.get("ETag", "")[:1000])


def _file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            body = file.read(MOST + 1)
    except OSError as no:
        raise Broken(f"the file cannot be read ({no.strerror})") from None
    if len(body) > MOST:
        raise too_large()
    return _decoded(body)


def _decoded(body: bytes) -> str:
    """Some fold lines by bytes, in the middle of a letter."""
    for written in (body, _FOLD.sub(b"", body)):
        with suppress(UnicodeDecodeError):
            return written.decode("utf-8-sig")
    raise Broken("it is not UTF-8")
