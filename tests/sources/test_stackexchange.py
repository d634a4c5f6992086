import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from bot.domain.health.source_health import SourceQuota
from bot.domain.own_accounts import NO_ACCOUNTS, OwnAccounts
from bot.domain.subject import Subject
from bot.sources.base import SourceContext
from bot.sources.stackexchange import DAY, KEYLESS_A_DAY, SOURCE, StackExchangeOptions, build_stackexchange_source
from tests.sources.fake_outlet import FakeOutlet, serve_fake_outlet
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source, wait_until

SUBJECTS = (Subject(name="Northwind", terms=("northwind sdk", "nwctl")),)
NOW = int(NOON.timestamp())


def question(number: int, at: int = NOW - 60) -> dict[str, Any]:
    return {
        "question_id": number,
        "title": "Northwind SDK doesn&#39;t start",
        "body": "<p>It says <code>nope</code>.</p>",
        "creation_date": at,
        "link": f"https://stackoverflow.com/questions/{number}/x",
        "owner": {"user_id": 5, "display_name": "Ana &amp; Co", "reputation": 10},
        "answer_count": 2,
    }


def own_answer(number: int, to: int, user: int = 77, at: int = NOW - 30) -> dict[str, Any]:
    """As an answer comes by default: with a body on request, and without a link."""
    return {
        "answer_id": number,
        "question_id": to,
        "body": "<p>Update it, please.</p>",
        "creation_date": at,
        "owner": {
            "user_id": user,
            "display_name": "Northwind",
            "link": f"https://stackoverflow.com/users/{user}/northwind",
        },
        "is_accepted": False,
    }


def own_comment(number: int, to: int, user: int = 77, at: int = NOW - 20) -> dict[str, Any]:
    """A comment does not say whether it is on a question or an answer."""
    said = own_answer(0, 0, user, at)
    return {"comment_id": number, "post_id": to} | {name: said[name] for name in ("body", "creation_date", "owner")}


class FakeStackExchange:
    """Wants what the real one wants, and gives a page at a time, the oldest first."""

    def __init__(self) -> None:
        self.questions: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.queries: list[dict[str, str]] = []
        self.backoff: dict[str, int] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        self.queries.append(query)
        if "site" not in query or query.get("sort") != "creation":
            wrong = {"error_id": 400, "error_message": "site is required", "error_name": "bad_parameter"}
            return web.json_response(wrong, status=400)
        found = [one for one in self._list_posts(request) if one.get("creation_date", NOW) >= int(query["fromdate"])]
        if query.get("filter") != "withbody":
            found = [{name: value for name, value in one.items() if name != "body"} for one in found]
        size, page = int(query["pagesize"]), int(query["page"])
        items = found[size * (page - 1) : size * page]
        body = {"items": items, "has_more": len(found) > size * page, "quota_max": 300, "quota_remaining": 250}
        return web.json_response(body | self.backoff)

    def _list_posts(self, request: web.Request) -> list[dict[str, Any]]:
        if "/users/" not in request.path:
            return self.questions if request.query["q"] == '"northwind sdk"' else []
        ids, kind = request.path.split("/")[-2:]
        users = {int(one) for one in ids.split(";")}
        assert len(users) <= 100
        posts = self.answers if kind == "answers" else self.comments
        return [one for one in posts if one["owner"]["user_id"] in users]


class World(SimpleNamespace):
    outlet: FakeOutlet
    exchange: FakeStackExchange
    inbox: Inbox
    clock: InstantClock

    own: OwnAccounts

    def build_context(self, secret: str = "") -> SourceContext:
        return SourceContext("stackexchange", self.clock, lambda: 0.5, SUBJECTS, secret, own_accounts=self.own)

    async def poll(self, requests: int, secret: str = "") -> None:
        options = StackExchangeOptions(url=self.outlet.url, every=60)
        async with run_source(build_stackexchange_source(options, self.build_context(secret)), self.inbox):
            await wait_until(lambda: len(self.exchange.queries) >= requests + 1)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serve_fake_outlet() as outlet:
        exchange = FakeStackExchange()
        outlet.answers["/2.3/search/advanced"] = [exchange.handle]
        for kind in ("answers", "comments"):
            outlet.answers[f"/2.3/users/77;78/{kind}"] = [exchange.handle]
        inbox = Inbox(f"{NOW - 3600}/{NOW - DAY}")
        yield World(outlet=outlet, exchange=exchange, inbox=inbox, clock=InstantClock(), own=NO_ACCOUNTS)


async def test_the_client_of_stack_exchange_reads_the_fake_as_it_reads_a_site(world: World) -> None:
    world.exchange.questions = [question(number) for number in range(1, 6)]
    stackapi = import_module("stackapi")
    sites = {"items": [{"name": "Stack Overflow", "api_site_parameter": "stackoverflow"}], "has_more": False}
    world.outlet.answers |= {
        "/2.3/sites/": [web.json_response(sites)],
        "/2.3/search/advanced/": [world.exchange.handle],
    }
    client = await asyncio.to_thread(stackapi.StackAPI, "stackoverflow", base_url=world.outlet.url, page_size=2)
    asked = {"q": '"northwind sdk"', "fromdate": NOW - DAY, "order": "asc"}

    found = await asyncio.to_thread(client.fetch, "search/advanced", sort="creation", **asked)
    assert [one["question_id"] for one in found["items"]] == [1, 2, 3, 4, 5]
    assert (found["quota_max"], found["quota_remaining"]) == (300, 250)
    with pytest.raises(stackapi.StackAPIError):
        await asyncio.to_thread(client.fetch, "search/advanced", sort="votes", **asked)


async def test_a_question_that_names_a_subject_is_a_mention(world: World) -> None:
    world.exchange.questions = [question(7), question(8) | {"title": "Another SDK", "body": ""}]
    await world.poll(2)
    [mention] = world.inbox.mentions.values()
    assert (mention.id, mention.place) == ("stackexchange:stackoverflow/7", "stackoverflow")
    assert mention.text == "Northwind SDK doesn't start\n\nIt says nope."
    assert (mention.author.id, mention.author.name) == ("5", "Ana & Co")


async def test_our_own_answer_and_comment_are_mentions_for_two_requests_more(world: World) -> None:
    world.own = OwnAccounts({("stackexchange", "77"): "", ("stackexchange", "78"): "U0ANA", ("x", "northwind"): ""})
    world.exchange.questions = [question(7)]
    world.exchange.answers = [own_answer(12, 7), own_answer(13, 8, user=99), own_answer(14, 9, at=NOW - DAY)]
    world.exchange.comments = [own_comment(12, 7, user=78), own_comment(15, 12)]
    await world.poll(4)
    found = {mention.id: mention for mention in world.inbox.mentions.values()}
    place = "stackexchange:stackoverflow"
    assert set(found) == {f"{place}/7", f"{place}/12", f"{place}/comment/12", f"{place}/comment/15"}
    answer, comment = found[f"{place}/12"], found[f"{place}/comment/12"]
    assert (answer.answered_id, answer.conversation_id, answer.text) == (
        f"{place}/7",
        f"{place}/7",
        "Update it, please.",
    )
    assert (answer.author.id, answer.display_name) == ("77", "Northwind")
    assert (answer.url, comment.url) == (
        "https://stackoverflow.com/a/12",
        "https://stackoverflow.com/q/7#comment12_7",
    )
    assert (comment.answered_id, found[f"{place}/comment/15"].answered_id) == (f"{place}/7", answer.id)
    assert world.clock.slept[0] == pytest.approx(4 * DAY / KEYLESS_A_DAY)


async def test_all_pages_are_read_and_nothing_of_the_time_before_the_first_start_is_posted(world: World) -> None:
    world.inbox = Inbox()
    world.exchange.questions = [question(1)]
    await world.poll(2)
    world.exchange.questions += [question(number, at=NOW + number) for number in range(2, 252)]
    await world.poll(len(world.exchange.queries) + 5)
    assert world.inbox.imported == ["stackexchange:stackoverflow/1"]
    assert len(world.inbox.ids) == 250


async def test_the_quota_of_a_day_lasts_for_a_day(world: World) -> None:
    await world.poll(4)
    assert world.clock.slept[0] == pytest.approx(2 * DAY / KEYLESS_A_DAY)
    assert world.exchange.queries[0].get("key") is None


async def test_what_is_left_of_the_quota_is_reported(world: World) -> None:
    await world.poll(2)
    assert world.inbox.quotas[0] == SourceQuota(250, 300, datetime(2026, 11, 21, tzinfo=UTC))


async def test_a_key_is_sent_and_allows_more(world: World) -> None:
    await world.poll(4, secret="k")
    assert world.clock.slept[0] == 60
    assert world.exchange.queries[0]["key"] == "k"


async def test_when_the_site_asks_for_a_pause_the_other_terms_wait_too_and_the_cursor_stays(world: World) -> None:
    world.exchange.backoff = {"backoff": 1_000}
    world.exchange.questions = [question(7)]
    await world.poll(1)
    assert world.clock.slept[0] == 1_000
    assert world.inbox.ids == ["stackexchange:stackoverflow/7"]
    assert world.inbox.cursor == f"{NOW - 3600}/{NOW - DAY}"


async def test_a_question_without_an_id_is_skipped_with_a_sentence(world: World) -> None:
    world.exchange.questions = [{"title": "Northwind SDK", "creation_date": NOW}, question(9) | {"owner": None}]
    await world.poll(2)
    assert world.inbox.ids == ["stackexchange:stackoverflow/9"]
    assert world.inbox.statuses[0] == 'A post was skipped: "id" is missing.'


@pytest.mark.parametrize("answer", ["[]", "{}", '{"items": 1}', "<html>", ""])
async def test_an_answer_of_another_shape_is_said(world: World, answer: str) -> None:
    world.outlet.answers["/2.3/search/advanced"] = [web.Response(text=answer)]
    result = await SOURCE.check(StackExchangeOptions(url=world.outlet.url), world.build_context())
    assert len(result.faults) == 1
