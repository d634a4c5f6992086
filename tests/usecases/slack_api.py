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
    errors: dict[str, str] = field(default_factory=dict)
    """What calls of a method are refused with."""
    gate: asyncio.Event | None = None
    """No call is answered before it is set."""
    calls: list[str] = field(default_factory=list)
    base_url: str = ""

    def hide_groups(self, error: str = "missing_scope") -> None:
        """From now on it does not say who is in a user group."""
        self.errors["usergroups.users.list"] = error

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        asked = {**request.query, **await request.post()}
        self.calls.append(method)
        if self.gate is not None:
            await self.gate.wait()
        if method in self.errors:
            return web.json_response({"ok": False, "error": self.errors[method]})
        if method == "usergroups.users.list":
            return web.json_response({"ok": True, "users": self.groups.get(str(asked["usergroup"]), ())})
        name, zone = self.people.get(str(asked["user"]), ("", ""))
        return web.json_response({"ok": True, "user": {"real_name": name, "tz": zone}})


@asynccontextmanager
async def serve_slack_api() -> AsyncIterator[FakeSlackApi]:
    slack = FakeSlackApi()
    app = web.Application()
    app.router.add_route("*", "/{method}", slack.answer)
    async with TestServer(app) as server:
        slack.base_url = str(server.make_url("/"))
        yield slack
