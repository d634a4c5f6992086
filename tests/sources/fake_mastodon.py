"""An instance of Mastodon on loopback: its description, hashtag timelines and streams, with its limits and tokens."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.sources.source_fakes import NOON

TOKEN = "an-own-token"
OPEN = {"local": "public", "remote": "public"}


def format_time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def build_status(number: int, text: str = "Lost my bag with #Nimbus", **fields: Any) -> dict[str, Any]:
    """A status of a member of another instance. `tags` are those that its words contain."""
    tags = [word.strip("#.,!?").lower() for word in text.split() if word.startswith("#")]
    at = format_time(NOON - timedelta(minutes=1))
    return {
        "id": str(number),
        "uri": f"https://far.example/users/marta/statuses/{number + 5_000}",
        "url": f"https://far.example/@marta/{number + 5_000}",
        "created_at": at,
        "edited_at": None,
        "content": f"<p>{text}</p>",
        "spoiler_text": "",
        "sensitive": False,
        "language": "en",
        "visibility": "public",
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "reblog": None,
        "account": build_account(),
        "media_attachments": [],
        "mentions": [],
        "emojis": [],
        "tags": [{"name": tag, "url": f"https://near.example/tags/{tag}"} for tag in tags],
        "favourites_count": 3,
        "replies_count": 1,
        "reblogs_count": 2,
        **fields,
    }


def build_account(**fields: Any) -> dict[str, Any]:
    return {
        "id": "77",
        "username": "marta",
        "acct": "marta@far.example",
        "display_name": "Marta K.",
        "note": "<p>Trains.</p>",
        "created_at": format_time(NOON - timedelta(days=900)),
        "followers_count": 120,
        "following_count": 80,
        "statuses_count": 900,
        "bot": False,
        "discoverable": True,
        "noindex": False,
        **fields,
    }


@dataclass(eq=False)
class FakeMastodon:
    statuses: list[dict[str, Any]] = field(default_factory=list)
    hashtag_feeds: dict[str, str] = field(default_factory=lambda: dict(OPEN))
    live_feeds: dict[str, str] = field(default_factory=lambda: dict(OPEN))
    requests: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    """Who asked for a stream, as their headers say."""
    """Path and query of each that asked for a timeline or a stream."""
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    streams: dict[asyncio.Queue[bytes | None], str] = field(default_factory=dict)
    """The open ones, with their hashtag; empty for all posts."""
    remaining: int = 299
    refused: list[web.Response] = field(default_factory=list)
    """What the next requests for a stream get instead of it."""
    url: str = ""

    def send_event(self, name: str, data: object, *, tags: Mapping[str, Any] | None = None) -> None:
        """`data` is an object, or a bare id; deletions go to every stream, statuses to those of their hashtags."""
        names = {tag["name"] for tag in (tags or {}).get("tags", ())}
        sent = data if isinstance(data, str) else json.dumps(data)
        for queue, tag in self.streams.items():
            if name == "delete" or not tag or tag in names:
                queue.put_nowait(f"event: {name}\ndata: {sent}\n\n".encode())

    def send_bytes(self, piece: bytes | None) -> None:
        """Send these bytes to all streams; None breaks them off."""
        for queue in self.streams:
            queue.put_nowait(piece)

    def post(self, status: dict[str, Any]) -> None:
        self.statuses.append(status)
        self.send_event("update", status, tags=status)

    def edit(self, status: dict[str, Any], text: str, at: datetime) -> None:
        status |= {"content": f"<p>{text}</p>", "edited_at": format_time(at)}
        self.send_event("status.update", status, tags=status)

    def delete(self, status: dict[str, Any]) -> None:
        self.statuses.remove(status)
        self.send_event("delete", status["id"])

    async def handle_instance(self, _: web.Request) -> web.StreamResponse:
        urls = {"streaming": self.url.replace("http", "ws", 1), "streaming_api": self.url.replace("http", "ws", 1)}
        access = {"live_feeds": self.live_feeds, "hashtag_feeds": self.hashtag_feeds}
        configuration = {"urls": urls, "timelines_access": access}
        body = {"domain": "near.example", "uri": "near.example", "title": "Near", "version": "4.5.2", "urls": urls}
        return web.json_response(body | {"configuration": configuration, "api_versions": {"mastodon": 7}})

    async def handle_timeline(self, request: web.Request) -> web.StreamResponse:
        query = list(request.query.items())
        self.requests.append((request.path, query))
        self.remaining -= 1
        limits = {
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": str(max(self.remaining, 0)),
            "X-RateLimit-Reset": format_time(NOON + timedelta(minutes=15)),
        }
        origins = [one for one in ("local", "remote") if request.query.get(one) == "true"] or ["local", "remote"]
        if self.remaining < 0:
            return web.json_response({"error": "Too many requests"}, status=429, headers=limits)
        if (refusal := self._refuse(request, self.hashtag_feeds, origins)) is not None:
            return refusal
        if any(self.hashtag_feeds[one] == "disabled" for one in origins):
            return web.json_response([], headers=limits)
        wanted = {request.match_info["tag"].lower(), *(value.lower() for name, value in query if name == "any[]")}
        found = [one for one in self.statuses if wanted & {tag["name"] for tag in one["tags"]}]
        return web.json_response(_cut_page(found, request.query), headers=limits | self._link(request, found))

    def _link(self, request: web.Request, found: list[dict[str, Any]]) -> dict[str, str]:
        page = _cut_page(found, request.query)
        if not page:
            return {}
        base = f"{self.url}{request.path}?limit={request.query.get('limit', 20)}"
        older, newer = f"{base}&max_id={page[-1]['id']}", f"{base}&min_id={page[0]['id']}"
        return {"Link": f'<{older}>; rel="next", <{newer}>; rel="prev"'}

    def _refuse(self, request: web.Request, feeds: Mapping[str, str], origins: list[str]) -> web.Response | None:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if sent and sent not in self.tokens:
            return web.json_response({"error": "The access token is invalid"}, status=401)
        if not sent and any(feeds[one] != "public" for one in origins):
            return web.json_response({"error": "This method requires an authenticated user"}, status=401)
        return None

    async def handle_stream(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.path, list(request.query.items())))
        self.agents.add(request.headers["User-Agent"])
        if self.refused:
            return self.refused.pop(0)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return web.json_response({"error": "Error: Missing access token"}, status=401)
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        await response.write(b":)\n")
        self.streams[queue] = request.query.get("tag", "").lower()
        try:
            while (piece := await queue.get()) is not None:
                await response.write(piece)
            assert request.transport is not None
            request.transport.close()
        finally:
            del self.streams[queue]
        return response


def _cut_page(found: list[dict[str, Any]], query: Mapping[str, str]) -> list[dict[str, Any]]:
    """The newest first; with `min_id`, those right behind it."""
    size = min(int(query.get("limit", 20)), 40)
    found = sorted(found, key=lambda one: int(one["id"]), reverse=True)
    if "max_id" in query:
        found = [one for one in found if int(one["id"]) < int(query["max_id"])]
    if "min_id" in query:
        return [one for one in found if int(one["id"]) > int(query["min_id"])][-size:]
    return found[:size]


@asynccontextmanager
async def serve_fake_mastodon() -> AsyncIterator[FakeMastodon]:
    fake = FakeMastodon()
    app = web.Application()
    for path in ("/api/v1/instance", "/api/v1/instance/", "/api/v2/instance", "/api/v2/instance/"):
        app.router.add_get(path, fake.handle_instance)
    app.router.add_get("/api/v1/timelines/tag/{tag}", fake.handle_timeline)
    app.router.add_get("/api/v1/streaming/{stream}", fake.handle_stream)
    server = TestServer(app)
    await server.start_server()
    fake.url = str(server.make_url("")).rstrip("/")
    try:
        yield fake
    finally:
        fake.send_bytes(None)
        await server.close()
