"""Jetstream on loopback, in both versions: replays from a cursor, then goes on live. Each event has a time of its own."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import WSCloseCode, web
from aiohttp.test_utils import TestServer

from tests.sources.source_fakes import NOON

METHOD = "network.bsky.jetstream.subscribeEvents"
ANA, BEN = "did:plc:" + "a" * 24, "did:plc:" + "b" * 24


@dataclass
class FakeJetstream:
    """`events` are in version 1's form; version 2 is made of them."""

    kept_for: timedelta = timedelta(hours=36)
    now: datetime = NOON
    seq_from: int = 0
    """Sequence numbers belong to one host."""
    events: list[dict[str, Any]] = field(default_factory=list)
    cursors: list[str | None] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    """Who asked for a stream, as their headers say."""
    connections: int = 0
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    lookups: list[str] = field(default_factory=list)
    url: str = ""
    junk: list[bytes | str] = field(default_factory=list)
    """Frames sent once, before the next event."""
    close_after: int = 0
    """Close the next connection cleanly after so many events."""
    error_after: int = 0
    """End the next connection after so many events with an error frame (version 2)."""
    refusals: list[web.Response] = field(default_factory=list)
    """Answers to the next connections, instead of a stream."""
    is_silent: bool = False
    is_closed: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _transports: list[asyncio.WriteTransport] = field(default_factory=list)

    def post(self, rkey: str, text: str, did: str = ANA, operation: str = "create", **record: Any) -> None:
        body = {"$type": "app.bsky.feed.post", "text": text, "createdAt": self._time().isoformat(), "langs": ["en"]}
        self._commit(did, rkey, operation, cid="bafy", record=body | record)

    def delete(self, rkey: str, did: str = ANA) -> None:
        self._commit(did, rkey, "delete")

    def change_account(self, did: str, status: str) -> None:
        account = {
            "active": status == "active",
            "did": did,
            "seq": 1,
            "time": self._time().isoformat(),
            "status": status,
        }
        self._add({"did": did, "kind": "account", "account": account})

    def _commit(self, did: str, rkey: str, operation: str, **more: Any) -> None:
        commit = {"rev": "3kabcdefghij2", "operation": operation, "collection": "app.bsky.feed.post", "rkey": rkey}
        self._add({"did": did, "kind": "commit", "commit": commit | more})

    def _time(self) -> datetime:
        return self.now + timedelta(seconds=len(self.events))

    def _add(self, event: dict[str, Any]) -> None:
        self.events.append(event | {"time_us": int(self._time().timestamp() * 1e6)})
        self._announce()

    def _announce(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def hang_up(self) -> None:
        for transport in self._transports:
            transport.abort()
        self._transports.clear()
        await asyncio.sleep(0)
        self._announce()

    async def subscribe(self, request: web.Request) -> web.StreamResponse:
        version = 1 if request.path == "/subscribe" else 2
        self.agents.add(request.headers["User-Agent"])
        if refusal := self._refuse(request, version):
            return refusal
        cursor = request.query.get("cursor")
        self.cursors.append(cursor)
        self.connections += 1
        socket = web.WebSocketResponse(protocols=("xrpc.v1.json",))
        await socket.prepare(request)
        if request.transport is not None:
            self._transports.append(request.transport)
        reading = asyncio.create_task(self._read_until_closed(socket))
        try:
            if version == 2 and cursor and int(cursor) >= 10**15 and self._time_horizon() > int(cursor):
                info = {"$type": f"{METHOD}#info", "name": "OutdatedCursor", "message": "cursor is too old"}
                await socket.send_json({"$type": "message", "payload": info})
            await self._send_events(socket, self._find_place(cursor, version), version)
        finally:
            reading.cancel()
        return socket

    async def _read_until_closed(self, socket: web.WebSocketResponse) -> None:
        """Answer pings and the close; clients send nothing else."""
        async for _ in socket:
            pass
        self._announce()

    async def _send_events(self, socket: web.WebSocketResponse, place: int, version: int) -> None:
        sent = 0
        while not (socket.closed or self.is_closed):
            while place < len(self.events) and not self.is_silent:
                for frame in self._take_junk():
                    await (socket.send_bytes(frame) if isinstance(frame, bytes) else socket.send_str(frame))
                await socket.send_str(
                    json.dumps(self.shape_event(place, version), separators=(",", ":"), ensure_ascii=False)
                )
                place, sent = place + 1, sent + 1
                if self.close_after == sent:
                    self.close_after = 0
                    await socket.close(code=WSCloseCode.GOING_AWAY)
                    return
                if self.error_after == sent:
                    self.error_after = 0
                    await socket.send_str('{"$type":"error","error":"ConsumerTooSlow"}')
                    await socket.close()
                    return
            await self._news.wait()

    def _refuse(self, request: web.Request, version: int) -> web.Response | None:
        """As Jetstream refuses before the upgrade."""
        if self.refusals:
            return self.refusals.pop(0)
        if version == 1:
            return None if request.query.getall("wantedCollections") else web.Response(status=400)
        cursor = int(request.query.get("cursor", 0))
        if "wantedCollections" in request.query or (0 < cursor < 10**15 and cursor < self._oldest()):
            return web.json_response({"error": "CursorTooOld", "message": "outside the retention window"}, status=400)
        return None

    def _oldest(self) -> int:
        horizon = self._time_horizon()
        return self.seq_from + len([event for event in self.events if event["time_us"] < horizon])

    def _time_horizon(self) -> float:
        return (self._time() - self.kept_for).timestamp() * 1e6

    def _take_junk(self) -> list[bytes | str]:
        junk, self.junk = self.junk, []
        return junk

    def _find_place(self, cursor: str | None, version: int) -> int:
        """Version 1 clamps what is too old without a word; a sequence number is inclusive."""
        if cursor is None:
            return len(self.events)
        number = int(cursor)
        first = self._oldest() - self.seq_from
        if version == 2 and number < 10**15:
            return max(number - self.seq_from, first)
        return max(len([event for event in self.events if event["time_us"] < number]), first)

    def shape_event(self, place: int, version: int) -> dict[str, Any]:
        event = self.events[place]
        if version == 1:
            return event
        kind = event["kind"]
        time = (
            datetime.fromtimestamp(event["time_us"] / 1e6, UTC)
            .isoformat(timespec="microseconds")
            .replace("+00:00", "Z")
        )
        common = {"$type": f"{METHOD}#{kind}", "seq": self.seq_from + place, "did": event["did"], "time": time}
        body = event["commit"] if kind == "commit" else {kind: event[kind]}
        return {"$type": "message", "payload": common | body}

    async def get_profiles(self, request: web.Request) -> web.Response:
        actors = request.query.getall("actors")
        self.lookups.append(f"{len(actors)} profiles")
        if len(actors) > 25:
            return web.json_response({"error": "InvalidRequest"}, status=400)
        return web.json_response({"profiles": [self.profiles[one] for one in actors if one in self.profiles]})

    async def get_posts(self, request: web.Request) -> web.Response:
        uris = request.query.getall("uris")
        self.lookups.append(f"{len(uris)} posts")
        return web.json_response({"posts": [self.posts[one] for one in uris if one in self.posts]})


@asynccontextmanager
async def serve_fake_jetstream(**options: Any) -> AsyncIterator[FakeJetstream]:
    stream = FakeJetstream(**options)
    app = web.Application()
    app.router.add_get("/subscribe", stream.subscribe)
    app.router.add_get(f"/xrpc/{METHOD}", stream.subscribe)
    app.router.add_get("/xrpc/app.bsky.actor.getProfiles", stream.get_profiles)
    app.router.add_get("/xrpc/app.bsky.feed.getPosts", stream.get_posts)
    server = TestServer(app)
    await server.start_server()
    stream.url = str(server.make_url("")).rstrip("/")
    try:
        yield stream
    finally:
        stream.is_closed = True
        await stream.hang_up()
        await server.close()
