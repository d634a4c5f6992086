"""X's API through tweepy, at any address; its errors are sentences for operators.

Three things of tweepy are replaced, on the objects we make: `request` of both clients and `_connect_stream` of the
streaming one. The host is written into them; a 502 with a page of HTML surfaces as aiohttp's ContentTypeError; and
`_connect_stream` ends for good at the first line it cannot read and comes back without any pause when X hangs up.
What tweepy knows of X's endpoints, parameters and bodies stays in use, but for the fields of a post: it knows only
the older of X's two forms (OpenAPI 2.167 of August 2026 has `post.fields` in the search and `tweet.fields` in the
stream).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

import aiohttp

from bot import metrics
from bot.clock import Clock
from bot.sources.x_errors import XApiError, compute_quota_reset, parse_api_error, parse_json_object, parse_rule_errors
from bot.sources.x_models import POST_FIELDS, TWEET_FIELDS, get_other_form
from bot.sources.x_payloads import PostPage, parse_search_page
from bot.sources.x_rules import XRule

URL = "https://api.x.com"
SEARCH, STREAM, COUNTS = "/2/tweets/search/recent", "/2/tweets/search/stream", "/2/tweets/counts/recent"
LINE_LIMIT = 1_000_000
"""Bytes; a longer line of the stream is skipped. The longest post with all its users is a third of it."""
REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=30)
RULES_PER_REQUEST = 25
Answer = TypeVar("Answer")


class SearchStart(NamedTuple):
    """The start of a search, a post id or a time, and the post id before which it ends (0: now)."""

    since: int = 0
    start: datetime | None = None
    until: int = 0


class XApiClient:
    """Open within its context. `silence`: read timeout of the stream in seconds; X sends a keep-alive every 20."""

    def __init__(self, token: str, clock: Clock, url: str = "", silence: float = 60) -> None:
        from tweepy.asynchronous import AsyncClient, AsyncStreamingClient  # noqa: PLC0415  (some 70 ms of every start, for who listens to X)

        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("X_BEARER_TOKEN is not set, or not a bearer token. Copy it from the X developer console.")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._clock = clock
        self._url = (url or URL).rstrip("/")
        self._forms = {SEARCH: POST_FIELDS, STREAM: TWEET_FIELDS}
        self._patience = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=silence)
        self._session: aiohttp.ClientSession | None = None
        # With this return type tweepy returns the result of our `request` unchanged.
        self._client = AsyncClient(token, return_type=aiohttp.ClientResponse)
        self._client.request = self._send_request
        self._streaming = AsyncStreamingClient(token, return_type=aiohttp.ClientResponse)
        self._streaming.request = self._send_request
        self._streaming._connect = self._connect_stream  # noqa: SLF001 - see above

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers=self._headers)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, what: BaseException | None, _: TracebackType | None
    ) -> None:
        assert self._session
        await self._session.close()

    async def list_rules(self) -> list[XRule]:
        answer = await self._streaming.get_rules()
        return list(_parse_rules(answer))

    async def add_rules(self, rules: Sequence[XRule], *, dry: bool = False) -> list[str]:
        """Add rules and return those X rejects, as sentences. One bad rule fails its batch: then each is sent alone."""
        refused: list[str] = []
        for start in range(0, len(rules), RULES_PER_REQUEST):
            batch = rules[start : start + RULES_PER_REQUEST]
            answer = await self._post_rules(batch, dry=dry)
            if not answer.get("errors"):
                continue
            made = {rule.value for rule in _parse_rules(answer)}
            for rule in batch:
                if rule.value not in made:
                    refused += parse_rule_errors(rule.label, await self._post_rules([rule], dry=dry))
        return refused

    async def delete_rules(self, rules: Sequence[XRule]) -> None:
        if rules:
            await self._streaming.delete_rules([rule.id for rule in rules])

    async def search(self, rule: XRule, begin: SearchStart, token: str = "") -> PostPage:
        async def search_posts() -> dict[str, Any]:
            answer: dict[str, Any] = await self._client.search_recent_tweets(
                rule.value,
                since_id=str(begin.since) if begin.since else None,
                until_id=str(begin.until) if begin.until else None,
                start_time=begin.start,
                next_token=token or None,
                max_results=100,
            )
            return answer

        answer = await self._retry_other_form(SEARCH, search_posts)
        if answer.get("errors") and "data" not in answer:
            raise parse_api_error(200, {}, answer, "no posts, and no reason", self._clock.now())
        return parse_search_page(answer, rule.subject)

    async def count_week_posts(self, rule: XRule) -> int:
        """Return how many posts of the last seven days the search would find."""
        answer = await self._client.get_recent_tweets_count(rule.value, granularity="day")
        meta = answer.get("meta")
        total = meta.get("total_post_count", meta.get("total_tweet_count")) if isinstance(meta, dict) else None
        if not isinstance(total, int):
            raise parse_api_error(200, {}, answer, "no number of posts", self._clock.now())
        return total

    async def find_quota_reset(self, fault: XApiError) -> datetime:
        """Return when a quota resets: a month of X begins on the day that it tells, else on the first."""
        now = self._clock.now()
        try:
            answer = await self._send_request("GET", "/2/usage/tweets", {"usage.fields": "cap_reset_day"})
        except XApiError:
            answer = {}
        usage = answer.get("data")
        day = usage.get("cap_reset_day") if isinstance(usage, dict) else None
        return compute_quota_reset(fault.quota, now, day if isinstance(day, int) and 1 <= day <= 31 else 1)

    @asynccontextmanager
    async def open_stream(self) -> AsyncIterator[AsyncIterator[list[bytes]]]:
        """Connect to the stream, and yield lists of the lines that arrive together."""

        async def connect_filter() -> aiohttp.ClientResponse:
            response: aiohttp.ClientResponse = await self._streaming.filter()
            return response

        response = await self._retry_other_form(STREAM, connect_filter)
        try:
            yield _iter_stream_lines(response)
        finally:
            response.close()

    async def _retry_other_form(self, route: str, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """Retry with the other form of the fields if X rejects ours, and keep the form that X accepts."""
        try:
            return await ask()
        except XApiError as refusal:
            if not refusal.refuses_fields:
                raise
            self.switch_form(route)
            try:
                return await ask()
            except XApiError as again:
                if again.refuses_fields:
                    self.switch_form(route)
                raise

    def switch_form(self, route: str) -> None:
        self._forms[route] = get_other_form(self._forms[route])

    async def _connect_stream(self, method: str, _: str, params: dict[str, str]) -> aiohttp.ClientResponse:
        assert self._session
        asked = {**params, **self._forms[STREAM].parameters}
        try:
            response = await self._session.request(method, self._url + STREAM, params=asked, timeout=self._patience)
            if response.status == 200:
                return response
            async with response:
                raise self._build_error(response, await response.read())
        except (aiohttp.ClientError, TimeoutError) as lost:
            raise _build_connection_error(lost) from lost

    async def _send_request(
        self, method: str, route: str, params: dict[str, Any] | None = None, json: Any = None, **_: Any
    ) -> dict[str, Any]:
        assert self._session
        form = self._forms.get(route)
        asked = {**(params or {}), **(form.parameters if form else {})}
        call = self._session.request(method, self._url + route, params=asked, json=json, timeout=REQUEST_TIMEOUT)
        try:
            async with call as response:
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError) as lost:
            raise _build_connection_error(lost) from lost
        if not 200 <= response.status < 300:
            raise self._build_error(response, body)
        answer = parse_json_object(body)
        if answer is None:
            raise XApiError("X answers with something that is not JSON.", response.status)
        return answer

    def _build_error(self, response: aiohttp.ClientResponse, body: bytes) -> XApiError:
        if response.status == 429:
            metrics.RATE_LIMITS.labels("x", response.url.path).inc()
        problem, reason = parse_json_object(body) or {}, response.reason or ""
        return parse_api_error(response.status, response.headers, problem, reason, self._clock.now())

    async def _post_rules(self, rules: Sequence[XRule], *, dry: bool) -> dict[str, Any]:
        from tweepy import StreamRule  # noqa: PLC0415

        asked = [StreamRule(value=rule.value, tag=rule.tag) for rule in rules]
        try:
            answer: dict[str, Any] = await self._streaming.add_rules(asked, dry_run="true" if dry else None)
        except XApiError as fault:
            if fault.status != 400:
                raise
            return {"errors": [{"title": str(fault)}]}
        return answer


async def _iter_stream_lines(response: aiohttp.ClientResponse) -> AsyncIterator[list[bytes]]:
    """Split lines ourselves: aiohttp raises if a line is longer than its buffer, and the rest would be lost."""
    begun = b""
    try:
        async for chunk in response.content.iter_any():
            *whole, begun = (begun + chunk).split(b"\n")
            if len(begun) > LINE_LIMIT:
                begun = b"\0"  # no JSON any more, so that the line is skipped at its end
            yield [line for line in whole if line.strip()]
    except (aiohttp.ClientError, TimeoutError) as lost:
        raise _build_connection_error(lost) from lost


def _parse_rules(answer: dict[str, Any]) -> list[XRule]:
    found = answer.get("data")
    rules = [rule for rule in found if isinstance(rule, dict)] if isinstance(found, list) else []
    return [XRule(str(rule.get("value", "")), str(rule.get("tag", "")), str(rule.get("id", ""))) for rule in rules]


def _build_connection_error(why: Exception) -> XApiError:
    return XApiError(f"X cannot be reached ({type(why).__name__}).")
