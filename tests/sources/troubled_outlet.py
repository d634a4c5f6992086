"""An outlet of any polled kind that answers some requests with a trouble, and a source that reads it."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.mention import Mention
from bot.domain.subject import Subject
from bot.sources.base import MentionSink, MentionSource, SourceContext
from bot.sources.catalogue import CATALOGUE
from tests.sources.fake_outlet import Answer, copy_response
from tests.sources.polled_kinds import KINDS, OUTLET, PolledKind
from tests.sources.source_fakes import Inbox, InstantClock, run_source, wait_until

SUBJECTS = (Subject(name="Northwind", terms=("northwind sdk",)),)


@dataclass
class TroubledOutlet:
    name: str
    kind: PolledKind
    clock: InstantClock
    inbox: Inbox = field(default_factory=Inbox)
    url: str = ""
    healthy: int = 0
    """So many requests are answered before the troubles."""
    charset: str = ""
    """What the answers claim; empty for the truth."""
    troubles: list[Answer] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    """Who asked: the User-Agent of each request."""

    @web.middleware
    async def intercept(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.method == "POST":  # for a token, which the tests of its kind trouble
            return await handler(request)  # type: ignore[no-any-return]
        self.requests.append(request.headers.get("User-Agent", ""))
        if self.healthy or not self.troubles:
            self.healthy = max(0, self.healthy - 1)
            answer: web.StreamResponse = await handler(request)
            if self.charset:
                answer.headers["Content-Type"] = f"{answer.content_type}; charset={self.charset}"
            return answer
        trouble = self.troubles.pop(0)
        return await trouble(request) if callable(trouble) else copy_response(trouble)

    def post(self, *numbers: int, at: datetime | None = None, text: str = "Northwind SDK is late") -> None:
        for number in numbers:
            self.kind.add(number, at or self.clock.now(), f"{text} {number}.")

    def build_source(self, *, url: str = "", process: str = "", secret: str | None = None) -> MentionSource:
        given = dict(self.kind.options)
        options = {"every": 600, **given, "url": (url or self.url) + str(given.get("url", ""))}
        secret = self.kind.secret.replace(OUTLET, url or self.url) if secret is None else secret
        context = SourceContext(self.name, self.clock, lambda: 0.5, SUBJECTS, secret, contact=process)
        source = CATALOGUE[self.name]
        return source.build(source.options.model_validate(options), context)

    async def run_until(self, true: Callable[[], bool], sink: MentionSink | None = None) -> None:
        """Run the source from its cursor until it is so, as a process of its own."""
        async with run_source(self.build_source(), sink or self.inbox):
            await wait_until(true)

    async def start(self) -> None:
        """Until the first poll has imported what there is."""
        await self.run_until(lambda: self.inbox.cursor is not None)

    async def poll_again(self, seconds: float = 3600) -> None:
        """Read for another hour, in which nothing may come twice."""
        end = self.clock.now() + timedelta(seconds=seconds)
        await self.run_until(lambda: self.clock.now() > end)

    @property
    def numbers(self) -> list[int]:
        """Of the posts in the inbox, in their order."""
        return list_numbers(self.inbox.mentions.values())

    @property
    def wordings(self) -> int:
        """How many wordings the cards would show."""
        return len({(one.id, one.version) for one in self.inbox.published})


def list_numbers(mentions: Any) -> list[int]:
    found = [re.search(r"is late (\d+)\.", mention.text) for mention in mentions if isinstance(mention, Mention)]
    return [int(one[1]) for one in found if one]


@asynccontextmanager
async def serve_troubled_outlet(name: str) -> AsyncIterator[TroubledOutlet]:
    clock = InstantClock()
    outlet = TroubledOutlet(name, KINDS[name](clock), clock)
    app = web.Application(middlewares=[outlet.intercept])
    for path, handler in outlet.kind.routes.items():
        app.router.add_route("*", path, handler)
    server = TestServer(app)
    await server.start_server()
    outlet.url = str(server.make_url("")).rstrip("/")
    try:
        yield outlet
    finally:
        await server.close()
