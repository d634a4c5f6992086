import asyncio
from collections.abc import AsyncIterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from bot.domain.own_accounts import NO_ACCOUNTS, OwnAccounts
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
        "number": number,
        "title": "Northwind SDK hangs",
        "body": "It hangs at start.",
        "html_url": f"https://github.com/other/app/issues/{number}",
        "repository_url": "https://api.github.com/repos/other/app",
        "created_at": f"2026-11-20T{12 + minutes // 60:02}:{minutes % 60:02}:00Z",
        "user": {"id": 5, "login": "ana", "type": "User"},
        "comments": 2,
        "reactions": {"+1": 7},
    } | more


def comment_on(
    on: dict[str, Any], number: int, text: str, minutes: int = -1, login: str = "northwind"
) -> dict[str, Any]:
    """Return a comment as GitHub lists it: it names its issue by the address alone."""
    at = f"2026-11-20T{12 + minutes // 60:02}:{minutes % 60:02}:00Z"
    return {
        "id": number,
        "body": text,
        "user": {"id": 9, "login": login, "type": "User"},
        "created_at": at,
        "updated_at": at,
        "html_url": f"{on['html_url']}#issuecomment-{number}",
        "issue_url": f"{on['repository_url']}/issues/{on['number']}",
        "author_association": "NONE",
    }


class FakeGithub:
    """Wants a kind, at most 256 letters and five operators, and gives a page at a time.

    A search for who commented finds what they ever commented, and is refused for accounts that do not exist.
    """

    def __init__(self) -> None:
        self.issues: list[dict[str, Any]] = []
        self.queries: list[str] = []
        self.is_incomplete = False
        self.comments: list[dict[str, Any]] = []
        self.accounts = {"northwind", "ana"}
        self.answers: list[web.Response] = []
        """What the next requests for comments get instead."""
        self.reads = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        query = request.query["q"]
        self.queries.append(query)
        if "is:issue" not in query or len(query) > 256 or query.count(" OR ") > 5:
            return web.json_response({"message": "Validation Failed"}, status=422)
        if "commenter:" in query and query.partition("commenter:")[2].split()[0] not in self.accounts:
            wrong = {"message": "The listed users cannot be searched", "resource": "Search", "code": "invalid"}
            return web.json_response({"message": "Validation Failed", "errors": [wrong]}, status=422)
        found = self._find_issues(query)
        size, page = int(request.query.get("per_page", 30)), int(request.query.get("page", 1))
        items = found[size * (page - 1) : size * page]
        following = str(request.url.update_query(page=page + 1))
        headers = {"Link": f'<{following}>; rel="next"'} if len(found) > size * page else {}
        body = {"total_count": len(found), "incomplete_results": self.is_incomplete, "items": items}
        return web.json_response(body, headers=headers)

    def _find_issues(self, query: str) -> list[dict[str, Any]]:
        since = query.rpartition(">=")[2]
        if "commenter:" not in query:
            return [one for one in self.issues if one.get("created_at", since) >= since and "northwind sdk" in query]
        login = query.partition("commenter:")[2].split()[0]
        ours = {one["issue_url"] for one in self.comments if one["user"]["login"] == login}
        changed = {one["issue_url"] for one in self.comments if one["updated_at"] >= since}
        return [one for one in self.issues if f"{one['repository_url']}/issues/{one['number']}" in ours & changed]

    async def list_comments(self, request: web.Request) -> web.StreamResponse:
        self.reads += 1
        if self.answers:
            return self.answers.pop(0)
        place = request.path.removesuffix("/comments")
        found = [one for one in self.comments if one["issue_url"].endswith(place)]
        return web.json_response([one for one in found if one["updated_at"] >= request.query["since"]])


class World(SimpleNamespace):
    outlet: FakeOutlet
    github: FakeGithub
    inbox: Inbox
    clock: InstantClock

    own: OwnAccounts

    def build_context(self, secret: str = "", *terms: str) -> SourceContext:
        subjects = (Subject(name="N", terms=terms),) if terms else SUBJECTS
        return SourceContext("github", self.clock, lambda: 0.5, subjects, secret, own_accounts=self.own)

    def comment(self, on: dict[str, Any], number: int, text: str, minutes: int = -1, login: str = "northwind") -> None:
        self.github.comments.append(comment_on(on, number, text, minutes, login))
        path = f"/repos/other/app/issues/{on['number']}/comments"
        self.outlet.answers[path] = [self.github.list_comments]

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
        inbox = Inbox(f"{NOW - 3600}/{NOW - 86_400}")
        yield World(outlet=outlet, github=github, inbox=inbox, clock=InstantClock(), own=NO_ACCOUNTS)


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


OWN = OwnAccounts({("github", "northwind"): "", ("x", "northwindair"): ""})


async def test_our_own_comment_on_an_issue_about_us_is_a_mention(world: World) -> None:
    world.own = OWN
    old, other, foreign = issue(7, -180), issue(8, -170), issue(9, title="Another SDK", body=None)
    world.github.issues = [old, other, foreign]
    world.comment(old, 70, "Update to 2.1, please", -5)
    world.comment(old, 71, "this was long ago", -120)
    world.comment(old, 72, "it does not help", -4, login="kofi")
    world.comment(other, 80, "me too", -3, login="kofi")
    world.comment(foreign, 90, "Nice work", -3)
    await world.poll(2)
    [reply] = world.inbox.mentions.values()
    assert (reply.id, reply.answered_id, reply.conversation_id) == ("github:comment/70", "github:7", "github:7")
    assert (reply.display_name, reply.text, reply.place) == ("@northwind", "Update to 2.1, please", "other/app")
    assert reply.url == "https://github.com/other/app/issues/7#issuecomment-70"
    assert world.github.queries[1] == "is:issue commenter:northwind updated:>=2026-11-20T10:50:00Z"
    assert world.github.reads == 1
    assert world.clock.slept[0] == 3_600 / 50


async def test_an_account_that_github_does_not_know_is_said_and_hides_nothing(world: World) -> None:
    world.own = OwnAccounts({("github", "nobody"): "", ("github", "northwind"): ""})
    first = issue(7)
    world.github.issues = [first]
    world.comment(first, 70, "Update to 2.1, please")
    await world.poll(3)
    assert world.inbox.ids == ["github:7", "github:comment/70"]
    assert world.inbox.statuses[0] == "GitHub does not know your account nobody."
    result = await SOURCE.check(GithubOptions(url=world.outlet.url), world.build_context())
    assert result.notes == ("GitHub does not know your account nobody.",)


async def test_while_github_refuses_the_comments_issues_come_and_the_comments_later(world: World) -> None:
    world.own = OWN
    first = issue(7)
    world.github.issues = [first]
    world.comment(first, 70, "Update to 2.1, please")
    reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW + 1_800)}
    world.github.answers = [web.Response(status=403, headers=reset)]
    await world.poll(2)
    assert world.inbox.ids == ["github:7"]
    assert "Comments of your own accounts are missing" in world.inbox.statuses[0]
    assert world.clock.slept[0] >= 1_800
    assert world.inbox.cursor == f"{NOW - 3600}/{NOW - 86_400}"
    await world.poll(2)
    assert world.inbox.ids == ["github:7", "github:comment/70"]


async def test_an_issue_that_is_gone_has_no_comments_and_one_with_many_is_read_once(world: World) -> None:
    world.own = OWN
    issues = [issue(number) for number in range(1, 31)]
    world.github.issues = issues
    for one in issues:
        world.comment(one, 100 + one["number"], "Update to 2.1, please")
    world.github.answers = [web.Response(status=410)]
    await world.poll(2)
    assert world.github.reads == 20
    assert sum("comment" in one for one in world.inbox.ids) == 19
    assert world.inbox.statuses[0].startswith("There were more posts")


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
