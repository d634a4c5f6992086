"""X's API through tweepy, at any address, with its refusals in words.

Three things of tweepy are replaced, on the objects we make: `request` of both clients and `_connect` of the streaming
one. The host is written into them; a 502 with a page of HTML surfaces as aiohttp's ContentTypeError; and `_connect`
ends for good at the first line it cannot read and comes back without any pause when X hangs up. What tweepy knows of
X's endpoints, parameters and bodies stays in use.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import aiohttp

from bot.sources.x_posts import FIELDS, Page, page_of
from bot.sources.x_rules import Rule

URL = "https://api.twitter.com"
LINE_LIMIT = 1_000_000
"""Bytes; a line of the stream that is longer is passed over. The longest post with all its users is a third of it."""

ANSWER_WITHIN = aiohttp.ClientTimeout(total=30)
RULES_AT_ONCE = 25


class XFault(Exception):  # noqa: N818 - X's, or the network's
    """X did not do as asked. The words are for an operator."""

    def __init__(self, sentence: str, status: int = 0, reset: datetime | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.reset = reset

    @property
    def denied(self) -> bool:
        """Asking again will not help until a person has done something."""
        return self.status in {401, 403}


@dataclass(frozen=True, slots=True)
class From:
    """Where a search begins: after a post, or at a time."""

    since: int = 0
    start: datetime | None = None


class XApi:
    """Open while inside. `silence` is how long the stream may say nothing, in seconds; X keeps alive every 20."""

    def __init__(self, token: str, url: str = "", silence: float = 60) -> None:
        from tweepy.asynchronous import AsyncClient, AsyncStreamingClient  # noqa: PLC0415  (some 70 ms of every start, for who listens to X)

        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("X_BEARER_TOKEN is not set, or not a bearer token; copy it from the X developer console.")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._url = (url or URL).rstrip("/")
        self._patience = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=silence)
        self._session: aiohttp.ClientSession | None = None
        # With this return type tweepy hands on, untouched, whatever our `request` gives.
        self._client = AsyncClient(token, return_type=aiohttp.ClientResponse)
        self._client.request = self._request
        self._streaming = AsyncStreamingClient(token, return_type=aiohttp.ClientResponse)
        self._streaming.request = self._request
        self._streaming._connect = self._connect  # noqa: SLF001 - see above

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers=self._headers)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, what: BaseException | None, _: TracebackType | None
    ) -> None:
        assert self._session
        await self._session.close()

    async def rules(self) -> list[Rule]:
        answer = await self._streaming.get_rules()
        return list(_rules(answer))

    async def add(self, rules: Sequence[Rule], *, dry: bool = False) -> list[str]:
        """Says what X refuses, in sentences. One bad rule spoils X's whole batch, so then each goes alone."""
        refused: list[str] = []
        for start in range(0, len(rules), RULES_AT_ONCE):
            batch = rules[start : start + RULES_AT_ONCE]
            answer = await self._added(batch, dry=dry)
            if not answer.get("errors"):
                continue
            made = {rule.value for rule in _rules(answer)}
            for rule in batch:
                if rule.value not in made:
                    refused += _refusal(rule, await self._added([rule], dry=dry))
        return refused

    async def delete(self, rules: Sequence[Rule]) -> None:
        if rules:
            await self._streaming.delete_rules([rule.id for rule in rules])

    async def search(self, rule: Rule, begin: From, token: str = "") -> Page:
        answer = await self._client.search_recent_tweets(
            rule.value,
            since_id=str(begin.since) if begin.since else None,
            start_time=begin.start,
            next_token=token or None,
            max_results=100,
            **FIELDS,
        )
        return page_of(answer, rule.subject)

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[AsyncIterator[list[bytes]]]:
        """Connected when entered. The lines come as many at a time as the network brings them."""
        response: aiohttp.ClientResponse = await self._streaming.filter(**FIELDS)
        try:
            yield _lines(response)
        finally:
            response.close()

    async def _connect(self, method: str, endpoint: str, params: dict[str, str]) -> aiohttp.ClientResponse:
        assert self._session
        url = f"{self._url}/2/tweets/{endpoint}/stream"
        try:
            response = await self._session.request(method, url, params=params, timeout=self._patience)
            if response.status == 200:
                return response
            async with response:
                raise _fault(response, await response.read())
        except (aiohttp.ClientError, TimeoutError) as lost:
            raise _lost(lost) from lost

    async def _request(
        self, method: str, route: str, params: dict[str, Any] | None = None, json: Any = None, **_: Any
    ) -> dict[str, Any]:
        assert self._session
        call = self._session.request(method, self._url + route, params=params, json=json, timeout=ANSWER_WITHIN)
        try:
            async with call as response:
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError) as lost:
            raise _lost(lost) from lost
        if not 200 <= response.status < 300:
            raise _fault(response, body)
        answer = _json(body)
        if answer is None:
            raise XFault("X answers with something that is not JSON.", response.status)
        return answer

    async def _added(self, rules: Sequence[Rule], *, dry: bool) -> dict[str, Any]:
        from tweepy import StreamRule  # noqa: PLC0415

        asked = [StreamRule(value=rule.value, tag=rule.tag) for rule in rules]
        try:
            answer: dict[str, Any] = await self._streaming.add_rules(asked, dry_run="true" if dry else None)
        except XFault as fault:
            if fault.status != 400:
                raise
            return {"errors": [{"title": str(fault)}]}
        return answer


async def _lines(response: aiohttp.ClientResponse) -> AsyncIterator[list[bytes]]:
    """Own splitting: aiohttp's raises on a line longer than its buffer, and the rest of the stream would be lost."""
    begun = b""
    try:
        async for chunk in response.content.iter_any():
            *whole, begun = (begun + chunk).split(b"\n")
            if len(begun) > LINE_LIMIT:
                begun = b"\0"  # whatever follows, this is no JSON any more, and is passed over when it ends
            yield [line for line in whole if line.strip()]
    except (aiohttp.ClientError, TimeoutError) as lost:
        raise _lost(lost) from lost


def _rules(answer: dict[str, Any]) -> list[Rule]:
    found = answer.get("data")
    rules = [rule for rule in found if isinstance(rule, dict)] if isinstance(found, list) else []
    return [Rule(str(rule.get("value", "")), str(rule.get("tag", "")), str(rule.get("id", ""))) for rule in rules]


def _refusal(rule: Rule, answer: dict[str, Any]) -> list[str]:
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else None
    if first is None:
        return []
    details = first.get("details")
    why = details[0] if isinstance(details, list) and details else first.get("detail") or first.get("title")
    return [f"X refuses a rule for {rule.subject}: {_quoted(why)}"]


def _fault(response: aiohttp.ClientResponse, body: bytes) -> XFault:
    problem = _json(body) or {}
    why = _quoted(problem.get("detail") or problem.get("title") or response.reason)
    said = {
        401: "X refuses the bearer token (401). Put a valid one into X_BEARER_TOKEN and start Earshot again.",
        403: f"X does not allow this token to listen (403: {why}). Check the app's access in the X developer console.",
        429: f"X asks us to slow down (429: {why}). Earshot waits and goes on by itself.",
    }
    return XFault(said.get(response.status, f"X answers {response.status}: {why}."), response.status, _reset(response))


def _lost(why: Exception) -> XFault:
    return XFault(f"X cannot be reached ({type(why).__name__}).")


def _reset(response: aiohttp.ClientResponse) -> datetime | None:
    stamp = response.headers.get("x-rate-limit-reset", "")
    return (
        datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(stamp)) if stamp.isdigit() and len(stamp) < 12 else None
    )


def _json(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _quoted(words: Any) -> str:
    """X's own words in a sentence of ours: one line, printable, not long."""
    return "".join(letter for letter in str(words or "no reason given") if letter.isprintable())[:200].rstrip(".")
