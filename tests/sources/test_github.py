import asyncio
from collections.abc import AsyncIterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from bot.domain.subject import Subject
from bot.sources.base import SourceContext
from bot.sources.github import SOURCE, GithubOptions, build_github_source
from tests.sources.fake_outlet import FakeOutlet, serve_fake_outlet
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source, wait_until

SUBJECTS = (Subject(name="Northwind", terms=("northwind sdk", "nwctl")),)
NOW = int(NOON.timestamp())


def issue(number: int, minutes: int = -1, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "title": "Northwind SDK hangs",
        "body": "It hangs at start.",
        "html_url": f"https://github.com/other/app/issues/{number}",
        "repository_url": "https://api.github.com/repos/other/app",
        "created_at": f"2026-11-20T{12 + minutes // 60:02}:{minutes % 60:02}:00Z",
        "user": {"id": 5, "login": "ana", "type": "User"},
        "comments": 2,
        "reactions": {"+1": 7},
    } | more


class FakeGithub:
    """Wants a kind, at most 256 letters and five operators, and gives a page at a time."""

    def __init__(self) -> None:
        self.issues: list[dict[str, Any]] = []
        self.queries: list[str] = []
        self.is_incomplete = False

    async def handle(self, request: web.Request) -> web.StreamResponse:
        query = request.query["q"]
        self.queries.append(query)
        if "is:issue" not in query or len(query) > 256 or query.count(" OR ") > 5:
            return web.json_response({"message": "Validation Failed"}, status=422)
        since = query.rpartition("created:>=")[2]
        found = [one for one in self.issues if one.get("created_at", since) >= since and "northwind sdk" in query]
        size, page = int(request.query.get("per_page", 30)), int(request.query.get("page", 1))
        items = found[size * (page - 1) : size * page]
        following = str(request.url.update_query(page=page + 1))
        headers = {"Link": f'<{following}>; rel="next"'} if len(found) > size * page else {}
        body = {"total_count": len(found), "incomplete_results": self.is_incomplete, "items": items}
        return web.json_response(body, headers=headers)


class World(SimpleNamespace):
    outlet: FakeOutlet
    github: FakeGithub
    inbox: Inbox
    clock: InstantClock

    def build_context(self, secret: str = "", *terms: str) -> SourceContext:
        subjects = (Subject(name="N", terms=terms),) if terms else SUBJECTS
        return SourceContext("github", self.clock, lambda: 0.5, subjects, secret)

    async def poll(self, requests: int, *, context: SourceContext | None = None, **options: Any) -> None:
        chosen = GithubOptions(url=self.outlet.url, every=60, **options)
        before = len(self.github.queries)
        async with run_source(build_github_source(chosen, context or self.build_context()), self.inbox):
            await wait_until(lambda: len(self.github.queries) > before + requests)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serve_fake_outlet() as outlet:
        github = FakeGithub()
        outlet.answers["/search/issues"] = [github.handle]
        yield World(outlet=outlet, github=github, inbox=Inbox(f"{NOW - 3600}/{NOW - 86_400}"), clock=InstantClock())


async def test_the_client_of_github_reads_the_fake_as_it_reads_github(world: World) -> None:
    world.github.issues = [issue(number) for number in range(1, 6)]
    client = import_module("github").Github(
        base_url=world.outlet.url, per_page=2, retry=None, seconds_between_requests=None
    )
    query = '("northwind sdk") is:issue created:>=2026-11-20T10:50:00Z'

    def read() -> list[tuple[int, str, str, int]]:
        found = client.search_issues(query, sort="created", order="asc")
        assert found.totalCount == 5
        return [(one.id, one.title, one.user.login, one.comments) for one in found]

    assert await asyncio.to_thread(read) == [(number, "Northwind SDK hangs", "ana", 2) for number in range(1, 6)]
    client.close()


async def test_an_issue_that_names_a_subject_is_a_mention(world: World) -> None:
    world.github.issues = [issue(7), issue(8, title="Another SDK", body=None)]
    await world.poll(1)
    [mention] = world.inbox.mentions.values()
    assert (mention.id, mention.place, mention.author.handle) == ("github:7", "other/app", "ana")
    assert mention.text == "Northwind SDK hangs\n\nIt hangs at start."
    assert mention.engagement is not None
    assert (mention.engagement.replies, mention.engagement.likes) == (2, 7)
    assert world.github.queries[0] == '("northwind sdk" OR "nwctl") is:issue created:>=2026-11-20T10:50:00Z'


async def test_own_repositories_can_be_left_out(world: World) -> None:
    world.github.issues = [issue(7)]
    await world.poll(1, exclude_repositories=("Other/App",))
    assert world.inbox.ids == []


async def test_all_pages_are_read_and_nothing_of_the_time_before_the_first_start_is_posted(world: World) -> None:
    world.inbox = Inbox()
    world.github.issues = [issue(1)]
    await world.poll(1)
    world.github.issues += [issue(number, 5) for number in range(2, 252)]
    await world.poll(3)
    assert (world.inbox.imported, len(world.inbox.ids)) == (["github:1"], 250)


async def test_a_search_that_github_did_not_finish_is_made_again(world: World) -> None:
    world.github.is_incomplete = True
    world.github.issues = [issue(7)]
    await world.poll(1)
    assert world.inbox.statuses[0] == "GitHub did not finish a search. It is made again."
    assert world.inbox.cursor == f"{NOW - 3600}/{NOW - 86_400}"
    assert world.inbox.ids == ["github:7"]


async def test_many_terms_are_searched_together_within_the_limits_of_a_minute(world: World) -> None:
    terms = tuple(f"{'x' * 30} product {number}" for number in range(40))
    await world.poll(12, context=world.build_context("", *terms))
    assert len(world.github.queries[0]) <= 256
    assert world.clock.slept[0] > 60


async def test_a_token_is_sent_in_a_header_and_allows_more(world: World) -> None:
    await world.poll(1, context=world.build_context("secret"))
    assert world.outlet.requests[0][2]["Authorization"] == "Bearer secret"
    assert world.clock.slept[0] == 60


async def test_an_issue_without_an_id_is_skipped_with_a_sentence(world: World) -> None:
    world.github.issues = [{"title": "northwind sdk", "created_at": "2026-11-20T11:59:00Z"}, issue(9, user=None)]
    await world.poll(1)
    assert world.inbox.ids == ["github:9"]
    assert world.inbox.statuses[0] == 'A post was skipped: "id" is missing.'


@pytest.mark.parametrize("answer", ["[]", "{}", '{"items": 1}', "<html>", ""])
async def test_an_answer_of_another_shape_is_said(world: World, answer: str) -> None:
    world.outlet.answers["/search/issues"] = [web.Response(text=answer)]
    result = await SOURCE.check(GithubOptions(url=world.outlet.url), world.build_context())
    assert len(result.faults) == 1
