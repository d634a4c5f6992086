"""What we send is what X describes, and what X describes is read."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.subject import Subject
from bot.sources.base import SourceContext
from bot.sources.x import XSource
from bot.sources.x_errors import parse_api_error
from bot.sources.x_options import XOptions, check_x
from bot.sources.x_payloads import MalformedPostError, StreamDisconnectError, parse_search_page, parse_stream_line
from tests.sources.conftest import World
from tests.sources.fake_x import TOKEN, Refusal, SilentStream
from tests.sources.source_fakes import NOON, run_source, wait_until
from tests.sources.x_contract import Contract

ID = "1991000000000000001"


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract()


async def test_all_that_is_sent_to_x_is_as_x_describes_it(world: World, contract: Contract) -> None:
    many = Subject(name="Many", terms=tuple(f"kettle number {n}" for n in range(200)), exclude=("teapot",))
    world.x.rules = [{"id": "2", "value": '("old name") -is:retweet', "tag": "earshot:Many"}]
    for n in range(150):
        await world.x.publish_post(f"kettle number {n}", at=NOON + timedelta(seconds=n))
    quota = json.dumps({"title": "UsageCapExceeded", "period": "Monthly"}).encode()
    world.x.streams.extend([Refusal(429, quota), SilentStream()])
    await check_x(XOptions(lang="en"), SourceContext("x", world.clock, lambda: 1.0, (many,), TOKEN, world.url))
    async with run_source(
        XSource(XOptions(lang="en"), [many], TOKEN, world.clock, lambda: 1.0, world.url), world.inbox
    ):
        await wait_until(lambda: len(world.x.searches) >= 20)
    faults = [fault for asked in world.x.requests for fault in contract.faults_of_request(*asked)]
    assert faults == []
    assert {f"{method} {path}" for method, path, _, _ in world.x.requests} >= {
        "GET /2/tweets/search/stream/rules",
        "POST /2/tweets/search/stream/rules",
        "GET /2/tweets/search/stream",
        "GET /2/tweets/search/recent",
        "GET /2/usage/tweets",
    }
    assert max(len(asked["query"]) for asked in world.x.searches) <= 512


def test_a_post_with_all_that_x_describes_is_read(contract: Contract) -> None:
    [mention] = parse_stream_line(json.dumps(stream_line(contract)).encode()).mentions
    assert (mention.id, mention.in_reply_to) == (f"x:{ID}", f"x:{ID}")
    assert (mention.author.posts, mention.author.followers) == (7, 7)
    answer = contract.build_value(contract.schema("SearchPostsRecentResponse"), full=True)
    answer["data"] = [stream_line(contract)["data"]]
    assert contract.faults(answer, contract.schema("SearchPostsRecentResponse")) == []
    page = parse_search_page(answer, "Kettle")
    assert (len(page.mentions), page.next_token) == (1, ID)


def stream_line(contract: Contract) -> Any:
    """The most that X describes, of a reply."""
    answer = contract.build_value(contract.schema("StreamPostsResponse"), full=True)
    answer["data"]["referenced_posts"] = [{"type": "replied_to", "id": ID}]
    answer["matching_rules"] = [{"id": "1", "tag": "earshot:Kettle"}]
    assert contract.faults(answer, contract.schema("StreamPostsResponse")) == []
    return answer


def test_whatever_x_may_leave_out_only_a_post_without_id_or_words_is_passed_over(contract: Contract) -> None:
    whole = stream_line(contract)
    unread = set()
    for path in list(paths(whole)):
        answer = without(whole, path)
        try:
            if not parse_stream_line(json.dumps(answer).encode()).mentions:
                unread.add(path)
        except (MalformedPostError, StreamDisconnectError):
            unread.add(path)
    assert unread == {("data",), ("data", "id")}
    bare = {"data": {"id": ID, "text": "kettle"}}
    [mention] = parse_stream_line(json.dumps(bare).encode()).mentions
    assert (mention.text, mention.created_at.year) == ("kettle", 2025)


def paths(value: Any, at: tuple[Any, ...] = ()) -> Any:
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*at, key)
        yield from paths(one, (*at, key))


def without(value: Any, path: tuple[Any, ...]) -> Any:
    copied = json.loads(json.dumps(value))
    place = copied
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return copied


def test_each_kind_of_error_that_x_describes_is_shown_with_its_words(contract: Contract) -> None:
    kinds = [kind["$ref"].rpartition("/")[2] for kind in contract.schema("Problem")["oneOf"]]
    for kind in [*kinds, "Error"]:
        body = contract.build_value(contract.schema(kind), full=True)
        said = "message" if kind == "Error" else "detail"
        body[said] = f"the words of {kind}"
        assert contract.faults(body, contract.schema(kind)) == []
        for shape in (body, {"errors": [body]}, {"errors": [body], "title": "other", "detail": "less telling"}):
            assert body[said] in str(parse_api_error(418, {}, shape, "", NOON))
