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
from bot.sources.x_payloads import compute_min_id

TOKEN = "a-good-token"
SEARCH_PARAMETERS = {
    "query", "max_results", "next_token", "pagination_token", "start_time", "end_time", "since_id", "until_id",
    "sort_order", "expansions", "user.fields", "media.fields", "poll.fields", "place.fields",
}  # fmt: skip
STREAM_PARAMETERS = {
    "backfill_minutes", "start_time", "end_time", "expansions", "user.fields", "media.fields", "poll.fields",
    "place.fields",
}  # fmt: skip
COUNT_PARAMETERS = {
    "query", "start_time", "end_time", "since_id", "until_id", "next_token", "pagination_token", "granularity",
    "search_count.fields",
}  # fmt: skip
POST_FIELDS = {
    "conversation_id", "created_at", "entities", "id", "lang", "note_post", "public_metrics", "text",
}  # fmt: skip
TWEET_FIELDS = POST_FIELDS - {"note_post"} | {
    "author_id", "edit_history_tweet_ids", "in_reply_to_user_id", "note_tweet", "referenced_tweets",
}  # fmt: skip
USER_FIELDS = {"created_at", "description", "id", "name", "public_metrics", "username", "verified", "verified_type"}
VALUES = {
    "post": {
        "post.fields": POST_FIELDS,
        "user.fields": USER_FIELDS,
        "expansions": {"author_id", "edit_history_post_ids", "in_reply_to_user_id", "referenced_posts"},
    },
    "tweet": {
        "tweet.fields": TWEET_FIELDS,
        "user.fields": USER_FIELDS,
        "expansions": {"author_id", "edit_history_tweet_ids", "in_reply_to_user_id", "referenced_tweets.id"},
    },
}
"""By OpenAPI 2.167 (7 Aug 2026): the search speaks of posts, the stream of tweets. Cut to what anybody here may ask."""


@dataclass(frozen=True)
class Refusal:
    """Answered in place of what was asked for."""

    status: int
    body: bytes = b'{"title": "no", "detail": "not today"}'
    kind: str = "application/problem+json"
    headers: dict[str, str] = field(default_factory=dict)


class SilentStream:
    """A connection that stays open and says nothing."""


Turn = Refusal | SilentStream | list[bytes]
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
        self.count_answers: deque[Refusal] = deque()
        self.rule_calls = 0
        self.requests: list[tuple[str, str, dict[str, str], Any]] = []
        self.search_form, self.stream_form = "post", "tweet"
        self.users: list[dict[str, Any]] = [USER]
        self.quoted: list[dict[str, Any]] = []
        self.reset_day = 0
        self.refuses: set[str] = set()
        """Parameters of the search that X describes, and then does not take together with the others."""
        self.live: web.StreamResponse | None = None
        self._count = 0

    async def publish_post(self, text: str, at: datetime | None = None, **more: Any) -> str:
        """Publish a post: connected clients receive it, others can search for it."""
        post = self.post(text, at, **more)
        self.posts.append(post)
        if self.live:
            await self.live.write(self.line(post))
        return f"x:{post['id']}"

    def post(self, text: str, at: datetime | None = None, **more: Any) -> dict[str, Any]:
        self._count += 1
        moment = at or self.clock.now()
        return {
            "id": str(compute_min_id(moment) + self._count),
            "text": text,
            "author_id": "7",
            "created_at": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z",
            "conversation_id": "1",
            "lang": "en",
        } | more

    def line(self, post: dict[str, Any], form: str = "") -> bytes:
        """As the stream says it, to a client that asked for all fields."""
        matching = [{"id": rule["id"], "tag": rule["tag"]} for rule in self.rules if _matches(rule["value"], post)]
        answer = self._send_line([post], form or self.stream_form)
        return json.dumps({**answer, "data": answer["data"][0], "matching_rules": matching}).encode() + b"\r\n"

    def _send_line(self, posts: list[dict[str, Any]], form: str) -> dict[str, Any]:
        told = [convert_form({"edit_history_post_ids": [post["id"]], **post}, form) for post in posts]
        quoted = [convert_form(post, form) for post in self.quoted]
        users = [convert_form(user, form) for user in self.users]
        return {"data": told, "includes": {"users": users} | ({f"{form}s": quoted} if quoted else {})}

    def _refused(self, request: web.Request, form: str, known: set[str]) -> web.Response | None:
        """X knows no parameter and no value but those of its form."""
        for name, given in request.query.items():
            if name not in known | VALUES[form].keys():
                return build_invalid_error(
                    name, given, f"The query parameter [{name}] is not one of [{','.join(sorted(known))}]"
                )
            values = VALUES[form].get(name)
            for value in given.split(",") if values else ():
                if value not in (values or ()):
                    return build_invalid_error(
                        name, given, f"The `{name}` query parameter value [{value}] is not one of [id]"
                    )
        return None

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
        if refused := self._refused(request, self.stream_form, STREAM_PARAMETERS):
            return refused
        if self.live:
            return _problem(429, title="ConnectionException", connection_issue="TooManyConnections")
        turn = self.streams.popleft() if self.streams else SilentStream()
        if isinstance(turn, Refusal):
            return _refused(turn)
        self.live = web.StreamResponse(headers={"Content-Type": "application/json"})
        try:
            await self.live.prepare(request)
            for chunk in turn if isinstance(turn, list) else ():
                await self.live.write(chunk)
                await asyncio.sleep(0)
            if isinstance(turn, SilentStream):
                await asyncio.Event().wait()
            return self.live
        finally:
            self.live = None

    async def search(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        self.searches.append(query)
        if self.answers:
            return _refused(self.answers.popleft())
        if refused := self._refused(request, self.search_form, SEARCH_PARAMETERS - self.refuses):
            return refused
        oldest = self.clock.now() - timedelta(days=7)
        if len(query["query"]) > 512 or not 10 <= int(query["max_results"]) <= 100:
            self.strictly.append("query too long, or page too large")
        since = int(query.get("since_id", 0))
        start = datetime.fromisoformat(query["start_time"]) if "start_time" in query else oldest
        if start < oldest or (since and since < compute_min_id(oldest)):
            return _problem(400, title="Invalid Request", detail="must be within the last 7 days")
        until = int(query.get("until_id", 2**63))
        found = [post for post in self.posts if max(since, compute_min_id(start)) < int(post["id"]) < until]
        return web.json_response(self._page([post for post in found if _matches(query["query"], post)], query))

    def _page(self, found: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
        """Newest first, as many as asked for, each with what was asked for."""
        found = sorted(found, key=lambda post: int(post["id"]), reverse=True)
        start, size = int(query.get("next_token", "0").removeprefix("t")), int(query["max_results"])
        shown = found[start : start + size]
        more = {"next_token": f"t{start + size}"} if start + size < len(found) else {}
        if not shown:
            return {"meta": {"result_count": 0}}
        meta = {"newest_id": shown[0]["id"], "oldest_id": shown[-1]["id"], "result_count": len(shown)}
        answer = self._send_line(shown, self.search_form)
        asked = set(query.get(f"{self.search_form}.fields", "").split(",")) | {"id", "text"}
        asked |= {name.removesuffix(".id") for name in query.get("expansions", "").split(",")}
        asked |= {f"edit_history_{self.search_form}_ids"}
        data = [{key: value for key, value in post.items() if key in asked} for post in answer["data"]]
        return {**answer, "data": data, "meta": meta | more}

    async def counts(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        if self.count_answers:
            return _refused(self.count_answers.popleft())
        if unknown := set(query) - COUNT_PARAMETERS:
            return build_invalid_error(min(unknown), "", f"The query parameter [{min(unknown)}] is not one of [query]")
        total = sum(_matches(query["query"], post) for post in self.posts)
        return web.json_response({"data": [], "meta": {"total_post_count": total}})

    async def usage(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"data": {"cap_reset_day": self.reset_day}} if self.reset_day else {"data": {}})

    @web.middleware
    async def door(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        self.requests.append((request.method, request.path, dict(request.query), body))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _problem(401, title="Unauthorized", detail="Unauthorized")
        return await handler(request)


USER = {
    "id": "7", "name": "Rui", "username": "rui_t", "created_at": "2015-03-01T00:00:00.000Z", "verified": False,
    "public_metrics": {"followers_count": 120, "following_count": 80, "tweet_count": 900, "listed_count": 1},
}  # fmt: skip


@asynccontextmanager
async def serve_fake_x(clock: Clock) -> AsyncIterator[tuple[FakeX, str]]:
    """X, and its address. What it was asked against its rules is the test's failure."""
    x = FakeX(clock)
    app = web.Application(middlewares=[x.door])
    app.router.add_get("/2/tweets/search/stream/rules", x.get_rules)
    app.router.add_post("/2/tweets/search/stream/rules", x.post_rules)
    app.router.add_get("/2/tweets/search/stream", x.stream)
    app.router.add_get("/2/tweets/search/recent", x.search)
    app.router.add_get("/2/tweets/counts/recent", x.counts)
    app.router.add_get("/2/usage/tweets", x.usage)
    server = TestServer(app)
    await server.start_server()
    try:
        yield x, str(server.make_url(""))
    finally:
        await server.close()
    assert not x.strictly, x.strictly


def _matches(rule: str, post: dict[str, Any]) -> bool:
    """Enough of X's language for a test: any of the terms in the first brackets; of `from:`, what answers a post."""
    terms = rule[rule.index("(") + 1 : rule.index(")")].split(" OR ") if "(" in rule else [rule]
    if terms[0].startswith("from:"):
        return f"from:{USER['username']}" in terms and "is:reply" in rule and bool(post.get("referenced_posts"))
    return any(term.strip('"').lower() in post["text"].lower() for term in terms)


def convert_form(part: dict[str, Any], form: str) -> dict[str, Any]:
    """The same in X's older words, or in its newer ones: `note_post`, `post_count`; values stay as they are."""
    old, new = ("post", "tweet") if form == "tweet" else ("tweet", "post")
    return {
        key.replace(old, new): convert_form(value, form) if key == "public_metrics" else value
        for key, value in part.items()
    }


def build_invalid_error(name: str, value: str, message: str) -> web.Response:
    """As X answers what it does not know, in its older shape."""
    said = {
        "errors": [{"parameters": {name: [value]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": "https://api.twitter.com/2/problems/invalid-request",
    }
    return web.json_response(said, status=400, content_type="application/problem+json")


def _problem(status: int, **said: str) -> web.Response:
    return web.json_response(said, status=status, content_type="application/problem+json")


def _refused(refusal: Refusal) -> web.Response:
    return web.Response(
        status=refusal.status, body=refusal.body, content_type=refusal.kind, headers=dict(refusal.headers)
    )


def count_most_within(moments: Iterable[datetime], window: timedelta) -> int:
    """The most of these that any window of time holds."""
    moments = list(moments)
    return max(sum(first <= other < first + window for other in moments) for first in moments)
