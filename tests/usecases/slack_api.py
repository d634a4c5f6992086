"""Slack's Web API on loopback: it knows a few people and user groups, and fails as a test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class FakeSlackApi:
    """`people` maps an id to a name and a time zone, `groups` a user group's id to its members."""

    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    error: str = ""
    """What every call is refused with; empty: none is."""
    gate: asyncio.Event | None = None
    """No call is answered before it is set."""
    calls: list[str] = field(default_factory=list)
    base_url: str = ""
    _called: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        asked = {**request.query, **await request.post()}
        async with self._called:
            self.calls.append(method)
            self._called.notify_all()
        if self.gate is not None:
            await self.gate.wait()
        if self.error:
            return web.json_response({"ok": False, "error": self.error})
        if method == "usergroups.users.list":
            return web.json_response({"ok": True, "users": self.groups.get(str(asked["usergroup"]), ())})
        name, zone = self.people.get(str(asked["user"]), ("", ""))
        return web.json_response({"ok": True, "user": {"real_name": name, "tz": zone}})

    async def wait_for_calls(self, count: int) -> None:
        """Return once so many calls have arrived, answered or not."""
        async with asyncio.timeout(30), self._called:
            await self._called.wait_for(lambda: len(self.calls) >= count)


@asynccontextmanager
async def serve_slack_api() -> AsyncIterator[FakeSlackApi]:
    slack = FakeSlackApi()
    app = web.Application()
    app.router.add_route("*", "/{method}", slack.answer)
    async with TestServer(app) as server:
        slack.base_url = str(server.make_url("/"))
        yield slack
