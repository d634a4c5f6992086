"""X on loopback: as strict as X where strictness has cost somebody a night, and as broken as a test asks for."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import Clock
from bot.sources.x_posts import id_at

TOKEN = "a-good-token"
KNOWN = {
    "query", "since_id", "start_time", "max_results", "next_token", "expansions", "tweet.fields", "user.fields", "dry_run",
}  # fmt: skip
ASKED = {"created_at", "conversation_id", "note_tweet", "referenced_tweets", "entities", "lang"}


@dataclass(frozen=True)
class Refusal:
    """Answered in place of what was asked for."""

    status: int
    body: bytes = b'{"title": "no", "detail": "not today"}'
    kind: str = "application/problem+json"
    headers: dict[str, str] = field(default_factory=dict)


class Hush:
    """A connection that stays open and says nothing."""


Turn = Refusal | Hush | list[bytes]
"""What a connection or a search comes to: refused, silent, or these chunks and a clean close."""


class FakeX:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.rules: list[dict[str, str]] = []
        self.posts: list[dict[str, Any]] = []
        self.connects: list[datetime] = []
        self.searches: list[dict[str, str]] = []
        self.strictly: list[str] = []
        self.streams: deque[Turn] = deque()
        self.answers: deque[Refusal] = deque()
        self.rule_calls = 0
        self.live: web.StreamResponse | None = None
        self._count = 0

    async def says(self, text: str, at: datetime | None = None, **more: Any) -> str:
        """Somebody posts. Who is connected hears it; who is not can find it."""
        post = self.post(text, at, **more)
        self.posts.append(post)
        if self.live:
            await self.live.write(self.line(post))
        return f"x:{post['id']}"

    def post(self, text: str, at: datetime | None = None, **more: Any) -> dict[str, Any]:
        self._count += 1
        moment = at or self.clock.now()
        return {
            "id": str(id_at(moment) + self._count),
            "text": text,
            "author_id": "7",
            "created_at": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z",
            "conversation_id": "1",
            "lang": "en",
            "edit_history_tweet_ids": [],
        } | more

    def line(self, post: dict[str, Any]) -> bytes:
        matching = [{"id": rule["id"], "tag": rule["tag"]} for rule in self.rules if _matches(rule["value"], post)]
        return json.dumps({"data": post, "includes": {"users": [USER]}, "matching_rules": matching}).encode() + b"\r\n"

    # What X serves

    async def get_rules(self, _: web.Request) -> web.StreamResponse:
        self.rule_calls += 1
        return web.json_response({"data": self.rules, "meta": {"sent": "now"}} if self.rules else {"meta": {}})

    async def post_rules(self, request: web.Request) -> web.StreamResponse:
        asked, dry = await request.json(), request.query.get("dry_run") == "true"
        if "delete" in asked:
            gone = set(asked["delete"]["ids"])
            self.rules = [rule for rule in self.rules if rule["id"] not in gone]
            return web.json_response({"meta": {"summary": {"deleted": len(gone)}}})
        errors = [error for rule in asked["add"] if (error := self._wrong(rule))]
        made = [] if errors else [{"id": str(900 + len(self.rules) + n), **r} for n, r in enumerate(asked["add"])]
        self.rules += [] if dry else made
        return web.json_response({"data": made, "errors": errors} if errors else {"data": made}, status=201)

    def _wrong(self, rule: dict[str, str]) -> dict[str, Any] | None:
        if any(rule["value"] == other["value"] for other in self.rules):
            return {"title": "DuplicateRule", "value": rule["value"], "id": "1"}
        if len(rule["value"]) > 1024 or "nonsense:" in rule["value"]:
            return {
                "title": "UnprocessableEntity",
                "value": rule["value"],
                "details": ["Reference to invalid operator"],
            }
        return None

    async def stream(self, request: web.Request) -> web.StreamResponse:
        self.connects.append(self.clock.now())
        if self.live:
            return _problem(429, title="ConnectionException", connection_issue="TooManyConnections")
        turn = self.streams.popleft() if self.streams else Hush()
        if isinstance(turn, Refusal):
            return _refused(turn)
        self.live = web.StreamResponse(headers={"Content-Type": "application/json"})
        try:
            await self.live.prepare(request)
            for chunk in turn if isinstance(turn, list) else ():
                await self.live.write(chunk)
                await asyncio.sleep(0)
            if isinstance(turn, Hush):
                await asyncio.Event().wait()
            return self.live
        finally:
            self.live = None

    async def search(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        self.searches.append(query)
        if self.answers:
            return _refused(self.answers.popleft())
        oldest = self.clock.now() - timedelta(days=7)
        if len(query["query"]) > 512 or not 10 <= int(query["max_results"]) <= 100:
            self.strictly.append("query too long, or page too large")
        since = int(query.get("since_id", 0))
        start = datetime.fromisoformat(query["start_time"]) if "start_time" in query else oldest
        if start < oldest or (since and since < id_at(oldest)):
            return _problem(400, title="Invalid Request", detail="must be within the last 7 days")
        found = [post for post in self.posts if int(post["id"]) > max(since, id_at(start))]
        return web.json_response(_page([post for post in found if _matches(query["query"], post)], query))

    @web.middleware
    async def door(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if unknown := set(request.query) - KNOWN:
            self.strictly.append(f"X knows no {unknown}")
        if "tweet.fields" in request.query and not set(request.query["tweet.fields"].split(",")) >= ASKED:
            self.strictly.append("a field was not asked for, and would not come")
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _problem(401, title="Unauthorized", detail="Unauthorized")
        return await handler(request)


USER = {
    "id": "7", "name": "Rui", "username": "rui_t", "created_at": "2015-03-01T00:00:00.000Z", "verified": False,
    "public_metrics": {"followers_count": 120, "following_count": 80, "tweet_count": 900, "listed_count": 1},
}  # fmt: skip


@asynccontextmanager
async def x_on_loopback(clock: Clock) -> AsyncIterator[tuple[FakeX, str]]:
    """X, and its address. What it was asked against its rules is the test's failure."""
    x = FakeX(clock)
    app = web.Application(middlewares=[x.door])
    app.router.add_get("/2/tweets/search/stream/rules", x.get_rules)
    app.router.add_post("/2/tweets/search/stream/rules", x.post_rules)
    app.router.add_get("/2/tweets/search/stream", x.stream)
    app.router.add_get("/2/tweets/search/recent", x.search)
    server = TestServer(app)
    await server.start_server()
    try:
        yield x, str(server.make_url(""))
    finally:
        await server.close()
    assert not x.strictly, x.strictly


def _matches(rule: str, post: dict[str, Any]) -> bool:
    """Enough of X's language for a test: any of the terms in the first brackets."""
    terms = rule[rule.index("(") + 1 : rule.index(")")].split(" OR ") if "(" in rule else [rule]
    return any(term.strip('"').lower() in post["text"].lower() for term in terms)


def _page(found: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    """Newest first, as many as asked for."""
    found = sorted(found, key=lambda post: int(post["id"]), reverse=True)
    start, size = int(query.get("next_token", "0").removeprefix("t")), int(query["max_results"])
    shown = found[start : start + size]
    more = {"next_token": f"t{start + size}"} if start + size < len(found) else {}
    if not shown:
        return {"meta": {"result_count": 0}}
    meta = {"newest_id": shown[0]["id"], "oldest_id": shown[-1]["id"], "result_count": len(shown)}
    return {"data": shown, "includes": {"users": [USER]}, "meta": meta | more}


def _problem(status: int, **said: str) -> web.Response:
    return web.json_response(said, status=status, content_type="application/problem+json")


def _refused(refusal: Refusal) -> web.Response:
    return web.Response(
        status=refusal.status, body=refusal.body, content_type=refusal.kind, headers=dict(refusal.headers)
    )


def most_within(moments: Iterable[datetime], window: timedelta) -> int:
    """The most of these that any window of time holds."""
    moments = list(moments)
    return max(sum(first <= other < first + window for other in moments) for first in moments)
