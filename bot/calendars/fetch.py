"""Fetch a calendar from its URL or file, within limits of time, size and redirects."""

import asyncio
import re
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver

from bot.calendars.calendar_errors import MAX_BYTES, CalendarError, build_size_error
from bot.calendars.connections import GuardedConnector, InternalAddressError
from bot.domain.oncall.schedule import convert_to_https

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=10)
MAX_REDIRECTS = 3
_FOLD = re.compile(rb"\r?\n[ \t]")
_MOVED = frozenset({301, 302, 303, 307, 308})


class FetchResult(NamedTuple):
    """`tag` is the server's ETag."""

    text: str
    tag: str = ""


async def fetch_calendar(calendar: str, tag: str = "", resolver: AbstractResolver | None = None) -> FetchResult | None:
    """Return None if the calendar has not changed since `tag`. Raises `CalendarError`."""
    if "://" not in calendar:
        return FetchResult(await asyncio.to_thread(_read_file, Path(calendar)))
    try:
        connector = GuardedConnector(resolver)
        async with aiohttp.ClientSession(timeout=TIMEOUT, connector=connector) as session:
            return await _fetch_redirected(session, connector, calendar, tag)
    except TimeoutError:
        raise CalendarError("its server did not answer in time") from None
    except (aiohttp.ClientError, ValueError, OSError) as lost:
        if isinstance(lost, aiohttp.ClientConnectorError) and isinstance(lost.os_error, InternalAddressError):
            raise CalendarError("its server redirects to an internal address, which is not allowed") from None
        kind = type(lost).__name__
        raise CalendarError(f"its server cannot be reached ({kind})") from None  # its words repeat the address


async def _fetch_redirected(
    session: aiohttp.ClientSession, connector: GuardedConnector, address: str, tag: str
) -> FetchResult | None:
    headers = {"Accept": "text/calendar, text/plain;q=0.5, */*;q=0.1", "Accept-Encoding": "identity"}
    headers |= {"If-None-Match": tag} if tag else {}
    for _ in range(MAX_REDIRECTS + 1):
        async with session.get(address, headers=headers, allow_redirects=False) as answer:
            if answer.status not in _MOVED:
                return await _read_body(answer)
            address = convert_to_https(urljoin(address, answer.headers.get("Location", "")))
            if not address.lower().startswith(("http://", "https://")):
                raise CalendarError("its server redirects to something that is not a web address")
            connector.redirected = True
    raise CalendarError(f"its server redirects more than {MAX_REDIRECTS} times")


async def _read_body(answer: aiohttp.ClientResponse) -> FetchResult | None:
    if answer.status == 304:
        return None
    if answer.status != 200:
        raise CalendarError(f"its server answers {answer.status}")
    if (answer.content_length or 0) > MAX_BYTES:
        raise build_size_error()
    body = bytearray()
    async for chunk in answer.content.iter_chunked(65_536):
        body += chunk
        if len(body) > MAX_BYTES:
            raise build_size_error()
    return FetchResult(_decode_text(bytes(body)), answer.headers.get("ETag", "")[:1000])


def _read_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as no:
        raise CalendarError(f"the file cannot be read ({no.strerror})") from None
    if len(body) > MAX_BYTES:
        raise build_size_error()
    return _decode_text(body)


def _decode_text(body: bytes) -> str:
    """Decode UTF-8; some programs fold lines inside a character."""
    for written in (body, _FOLD.sub(b"", body)):
        with suppress(UnicodeDecodeError):
            return written.decode("utf-8-sig")
    raise CalendarError("it is not UTF-8")
