"""HTTP requests to outlets that are polled: conditional, bounded, and safe to redirect."""

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, Self
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.clock import Clock
from bot.distribution import find_version
from bot.domain.health.source_health import SourceQuota
from bot.sources.mention_parser import InvalidMentionError, parse_json

TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
MAX_BODY = 5_000_000
"""Bytes of an answer after decompression."""
TOO_LONG = f"answers with more than {MAX_BODY // 1_000_000} MB"
MAX_REDIRECTS = 5
PERMANENT_REDIRECTS = (301, 308)
REDIRECTS = (*PERMANENT_REDIRECTS, 302, 303, 307)
MAX_RETRY_AFTER = timedelta(hours=6)
"""An outlet that asks for more is asked again after this."""


_SPENT = re.compile(
    rb'"(?:reason|error_name)":\s*"(?:quota|dailyLimit|rateLimit|userRateLimit|throttle)(?:Exceeded|_violation)"'
)
"""How Google and Stack Exchange say with status 403 and 400 that they allow no more for now."""
_REFUSED_KEY = re.compile(rb'"reason":\s*"(?:keyInvalid|API_KEY_INVALID)"|`key` doesn.t match')
"""How they say with status 400 that a key is wrong."""

Query = Mapping[str, str | int] | Sequence[tuple[str, str]]
"""Names and values; as pairs where a name comes more than once."""


class Validators(NamedTuple):
    """What a server gave with its last answer, so that it can say that nothing changed. Empty if it gave none."""

    etag: str = ""
    modified: str = ""

    def build_headers(self) -> dict[str, str]:
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in headers.items() if value}


class OutletResponse(NamedTuple):
    """An answer with status 200 or 304."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    """Names in lower case."""
    url: str
    """The address that answered, after all redirects."""
    moved_to: str = ""
    """The address to use from now on; empty if no redirect was permanent from the first on."""
    is_cut: bool = False
    """Whether the body was longer than `MAX_BODY`."""

    @property
    def is_unchanged(self) -> bool:
        return self.status == 304

    @property
    def validators(self) -> Validators:
        return Validators(self.headers.get("etag", "")[:300], self.headers.get("last-modified", "")[:100])

    def parse_json(self) -> Any:
        """Raises `OutletError` if the body is no JSON."""
        try:
            return parse_json(self.body)
        except InvalidMentionError as wrong:
            raise OutletError(f"answers with something that {wrong}") from None


class OutletError(Exception):
    """A request failed. The message continues "The feed …" and repeats nothing of the answer."""

    def __init__(
        self, sentence: str, status: int = 0, retry_at: datetime | None = None, *, needs_person: bool = False
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_at = retry_at
        """When the outlet wants the next request; None if it does not say."""
        self.needs_person = needs_person
        """Whether it fails until a person acts: a refused token, an address that is gone."""


def build_request_headers(contact: str) -> dict[str, str]:
    """Return the header that says who asks, and to whom an outlet can write."""
    return {"User-Agent": f"Earshot/{find_version()}" + (f" (+{contact})" if contact else "")}


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only, so that a redirect cannot reach into the own network."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await aiohttp.ThreadedResolver().resolve(host, port, family)
        public = [one for one in found if ipaddress.ip_address(one["host"].partition("%")[0]).is_global]
        if not public:
            raise OSError("resolves to no public address")
        return public

    async def close(self) -> None:
        """Nothing is open."""


class OutletClient:
    """Requests for one source. Use it as a context manager.

    Addresses from the playbook may be in the own network; where they redirect to another host, that must be public.
    """

    def __init__(self, clock: Clock, contact: str = "", headers: Mapping[str, str] | None = None) -> None:
        self._clock = clock
        self._headers = build_request_headers(contact)
        self._own = dict(headers or {})
        self.quota: SourceQuota | None = None
        """What the last answer said that we may still request; None if no answer did."""

    async def __aenter__(self) -> Self:
        self._named = aiohttp.ClientSession(timeout=TIMEOUT, headers=self._headers)
        connector = aiohttp.TCPConnector(resolver=PublicResolver())
        self._public = aiohttp.ClientSession(timeout=TIMEOUT, headers=self._headers, connector=connector)
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self._named.close()
        finally:  # also when it is cancelled meanwhile
            await self._public.close()

    async def get(
        self,
        url: str,
        params: Query | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
        *,
        cut: bool = False,
    ) -> OutletResponse:
        """Request `url` and return its answer of status 200 or 304. Raises `OutletError`.

        A body longer than `MAX_BODY` is an error, or with `cut`, its beginning is returned.
        """
        conditions = validators.build_headers() if validators else {}
        sent = {**self._own, **(headers or {}), **conditions}
        moved_to, permanent, host = "", True, urlsplit(url).netloc
        for _ in range(MAX_REDIRECTS + 1):
            elsewhere = urlsplit(url).netloc != host
            answer = await self._request(url, params, conditions if elsewhere else sent, elsewhere=elsewhere)
            if answer.is_cut and not cut:
                raise OutletError(TOO_LONG)
            if answer.status not in REDIRECTS:
                return answer._replace(moved_to=moved_to)
            permanent = permanent and answer.status in PERMANENT_REDIRECTS
            url, params = _resolve_redirect(answer), None  # the new address has its own query
            moved_to = url if permanent else moved_to
        raise OutletError("redirects in a circle")

    async def post_form(self, url: str, form: Mapping[str, str]) -> OutletResponse:
        """Send a form, as for an access token, and return its answer of status 200. Raises `OutletError`."""
        answer = await self._request(url, None, {}, elsewhere=False, form=form)
        if answer.status != 200:  # what is in the form is meant for this address alone
            raise OutletError(f"answers with an error ({answer.status})", answer.status)
        return answer

    async def _request(
        self,
        url: str,
        params: Query | None,
        headers: Mapping[str, str],
        *,
        elsewhere: bool,
        form: Mapping[str, str] | None = None,
    ) -> OutletResponse:
        session = self._public if elsewhere else self._named
        if elsewhere and _is_private_literal(url):
            raise OutletError("redirects into a private network", needs_person=True)
        try:
            options: dict[str, Any] = {"params": params, "headers": headers, "data": form, "allow_redirects": False}
            async with session.request("GET" if form is None else "POST", url, **options) as response:
                answer_headers = {name.lower(): value for name, value in response.headers.items()}
                self.quota = parse_quota(answer_headers, self._clock.now()) or self.quota
                if response.status in (200, 304, *REDIRECTS):
                    body = await _read_body(response) if response.status == 200 else b""
                    url, is_cut = str(response.url), len(body) > MAX_BODY
                    return OutletResponse(response.status, body[:MAX_BODY], answer_headers, url, is_cut=is_cut)
                body = await response.content.read(10_000) if response.status in {400, 403, 429} else b""
                answer_headers = _find_wait_seconds(body) | answer_headers
                raise describe_status(response.status, answer_headers, self._clock.now(), body)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise describe_failure(error) from None


async def _read_body(response: aiohttp.ClientResponse) -> bytes:
    """Return the body; of a longer one than `MAX_BODY`, a little more than that."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > MAX_BODY:
            break
    return bytes(body)


def _find_wait_seconds(body: bytes) -> dict[str, str]:
    """Return the header that an answer lacks, if its JSON names the time, as at Discourse and Stack Exchange."""
    found = re.search(rb'(?:"wait_seconds":|more requests available in)\s*(\d{1,6})', body)
    return {"retry-after": found[1].decode()} if found else {}


def _resolve_redirect(answer: OutletResponse) -> str:
    target = urljoin(answer.url, answer.headers.get("location", ""))
    if not target.startswith(("https://", "http://")) or target == answer.url:
        raise OutletError("redirects to nowhere")
    return target


def _is_private_literal(url: str) -> bool:
    """Whether the host is an address, which no resolver sees, and not a public one."""
    try:
        return not ipaddress.ip_address(urlsplit(url).hostname or "").is_global
    except ValueError:
        return False


def describe_failure(error: Exception) -> OutletError:
    """Return the error for one of the network."""
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return OutletError("does not answer in time")
    if isinstance(error, aiohttp.ClientConnectorCertificateError | ssl.SSLError):
        return OutletError("has a certificate that is not valid", needs_person=True)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return OutletError("is not found: its name has no address")
    if isinstance(error, aiohttp.ClientConnectorError):
        return OutletError("cannot be reached")
    return OutletError(f"ends the connection ({type(error).__name__})")


def describe_status(status: int, headers: Mapping[str, str], now: datetime, body: bytes = b"") -> OutletError:
    """Return the error of an answer that is neither 200 nor 304. Names of `headers` are in lower case."""
    retry_at = parse_retry_time(headers, now)
    if _REFUSED_KEY.search(body):
        return OutletError(f"refuses our key ({status})", 401, needs_person=True)
    spent = headers.get("x-ratelimit-remaining", "").strip() == "0" or "retry-after" in headers
    if status == 429 or (status == 403 and spent) or _SPENT.search(body):
        return OutletError(f"allows no more requests for now ({status})", status, retry_at)
    if status in {401, 403}:
        return OutletError(f"refuses us ({status})", status, needs_person=True)
    if status == 410:
        return OutletError("is gone for good (410)", status, needs_person=True)
    if status == 404:
        return OutletError("is not found (404)", status, needs_person=True)
    return OutletError(f"answers with an error ({status})", status, retry_at)


def parse_retry_time(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Return when an outlet allows the next request: `Retry-After`, else `X-RateLimit-Reset`; None without either.

    The first is seconds or an HTTP date, the second epoch seconds (GitHub) or ISO 8601 (Mastodon).
    """
    for name in ("retry-after", "x-ratelimit-reset"):
        if moment := _parse_moment(headers.get(name, "").strip(), now):
            return min(max(moment, now), now + MAX_RETRY_AFTER)
    return None


def parse_quota(headers: Mapping[str, str], now: datetime) -> SourceQuota | None:
    """Return what `X-RateLimit-*` says is left, as at Mastodon and GitHub; None without these headers."""
    left, of = (headers.get(f"x-ratelimit-{name}", "").strip() for name in ("remaining", "limit"))
    if not (left.isdecimal() and of.isdecimal()):
        return None
    return SourceQuota(int(left[:9]), int(of[:9]), _parse_moment(headers.get("x-ratelimit-reset", "").strip(), now))


def _parse_moment(value: str, now: datetime) -> datetime | None:
    try:
        if value.isdigit():
            number = int(value[:11])
            return datetime.fromtimestamp(number, UTC) if number > 1_000_000_000 else now + timedelta(seconds=number)
        moment = parsedate_to_datetime(value) if "," in value else datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
