import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.domain.mention import Author, Mention
from bot.domain.post_details import ParentPost
from bot.sources.x_errors import parse_stream_error
from bot.sources.x_payloads import (
    MalformedPostError,
    StreamDisconnectError,
    compute_min_id,
    decode_post_time,
    parse_post_id,
    parse_search_page,
    parse_stream_line,
)
from tests.sources.source_fakes import NOON

POST = {
    "id": "1991000000000000001",
    "text": "my kettle &amp; I are not on speaking terms https://t.co/a1",
    "author_id": "7",
    "created_at": "2026-11-20T11:58:00.000Z",
    "conversation_id": "1990000000000000000",
    "lang": "en",
    "entities": {"urls": [{"url": "https://t.co/a1", "expanded_url": "https://bit.ly/x", "unwound_url": "https://k.example/?a&b"}]},
    "referenced_tweets": [{"type": "replied_to", "id": "1990000000000000000"}],
}  # fmt: skip
USER = {
    "id": "7", "name": "Rui", "username": "rui_t", "created_at": "2015-03-01T00:00:00Z", "verified": True,
    "public_metrics": {"followers_count": 120, "following_count": 80, "tweet_count": 900},
}  # fmt: skip


def mention_on(line: bytes) -> Mention | None:
    return next(iter(parse_stream_line(line).mentions), None)


def receive_mention(user: Any = None, rules: Any = (), **post: Any) -> Mention:
    mention = mention_on(line(user or USER, rules, **post))
    assert mention
    return mention


def line(user: Any = None, rules: Any = (), **post: Any) -> bytes:
    answer = {
        "data": POST | post,
        "includes": {"users": [user or USER]},
        "matching_rules": list(rules),
        "new": {"a": 1},
    }
    return json.dumps(answer).encode()


def test_a_post_becomes_the_mention_it_is() -> None:
    assert receive_mention(rules=[{"id": "1", "tag": "earshot:Kettle"}, {"id": "2", "tag": "other"}]) == Mention(
        id="x:1991000000000000001",
        source="x",
        text="my kettle & I are not on speaking terms https://k.example/?a&b",
        created_at=datetime(2026, 11, 20, 11, 58, tzinfo=UTC),
        url="https://x.com/rui_t/status/1991000000000000001",
        lang="en",
        conversation="1990000000000000000",
        in_reply_to="x:1990000000000000000",
        subjects=("Kettle",),
        author=Author(
            id="7", handle="rui_t", name="Rui", followers=120, following=80, posts=900, verified=True,
            created_at=datetime(2015, 3, 1, tzinfo=UTC),
        ),
    )  # fmt: skip


def test_a_long_post_is_published_to_its_end() -> None:
    assert receive_mention(note_tweet={"text": "the whole &lt;story&gt;", "entities": None}).text == "the whole <story>"


def test_what_was_written_escaped_stays_written_so() -> None:
    assert receive_mention(text="type &amp;amp; for &amp;").text == "type &amp; for &"


def test_a_retweet_is_not_published_and_a_quote_is() -> None:
    assert mention_on(line(referenced_tweets=[{"type": "retweeted", "id": "1"}])) is None
    assert receive_mention(referenced_tweets=[{"type": "quoted", "id": "1"}]).in_reply_to == ""


@pytest.mark.parametrize("form", ["tweet", "post"])
def test_the_words_that_a_post_quotes_come_with_it(form: str) -> None:
    quoted = {"id": "5", "text": "short", f"note_{form}": {"text": "kettles &amp; " + "pots " * 200}}
    answer = {
        "data": POST | {f"referenced_{form}s": [{"type": "quoted", "id": "5"}]},
        "includes": {"users": [USER], f"{form}s": [quoted]},
    }
    mention = mention_on(json.dumps(answer).encode())
    assert mention
    assert mention.quoted.startswith("kettles & pots pots")
    assert len(mention.quoted) == 500


@pytest.mark.parametrize("form", ["tweet", "post"])
def test_the_words_that_a_post_answers_come_with_their_author(form: str) -> None:
    answered = {"id": "5", "text": "All bags &amp; boxes arrive today", "author_id": USER["id"]}
    sent = {
        "data": POST | {f"referenced_{form}s": [{"type": "replied_to", "id": "5"}]},
        "includes": {"users": [USER], f"{form}s": [answered]},
    }
    mention = mention_on(json.dumps(sent).encode())
    assert mention
    assert mention.parent == ParentPost(id="x:5", author=f"@{USER['username']}", text="All bags & boxes arrive today")
    assert receive_mention(**{f"referenced_{form}s": [{"type": "replied_to", "id": "5"}]}).parent is None


@pytest.mark.parametrize("form", ["tweet", "post"])
def test_an_edited_post_is_the_first_one_with_the_newest_words(form: str) -> None:
    first, newest = (str(compute_min_id(NOON + timedelta(minutes=minutes))) for minutes in (0, 7))
    edited = POST | {"id": newest, "conversation_id": newest, f"edit_history_{form}_ids": [first, newest]}
    mention = mention_on(json.dumps({"data": edited}).encode())
    assert mention
    assert (mention.id, mention.edits, mention.conversation) == (f"x:{first}", 1, first)
    assert (mention.created_at, mention.edited_at) == (NOON, NOON + timedelta(minutes=7))
    assert mention.url.endswith(f"/status/{newest}")


def test_what_only_another_programs_rule_matched_is_not_for_us() -> None:
    assert mention_on(line(rules=[{"id": "2", "tag": "other"}])) is None


def test_an_author_that_x_does_not_tell_is_known_by_number() -> None:
    mention = receive_mention(user={"id": "8"})
    assert (mention.author, mention.url) == (Author(id="7"), "https://x.com/i/status/1991000000000000001")


def test_counts_that_cannot_be_are_not_taken() -> None:
    assert receive_mention(user=USER | {"public_metrics": {"followers_count": -1}}).author.followers is None


def test_a_language_that_x_does_not_know_is_none() -> None:
    assert receive_mention(lang="und").lang == ""


def test_one_post_that_cannot_be_read_does_not_cost_the_rest_of_a_page() -> None:
    page = parse_search_page({"data": [{"id": "1"}, POST, 7], "meta": {"next_token": "t"}}, "Kettle")
    assert ([mention.id for mention in page.mentions], page.next_token) == (["x:1991000000000000001"], "t")


def test_errors_alone_are_xs_word_for_hanging_up() -> None:
    answer = {"errors": [{"title": "x", "disconnect_type": "UpstreamOperationalDisconnect"}]}
    with pytest.raises(StreamDisconnectError) as hung_up:
        mention_on(json.dumps(answer).encode())
    assert str(parse_stream_error(hung_up.value.answer, NOON)) == "X hangs up: UpstreamOperationalDisconnect."


def test_ids_are_compared_as_numbers() -> None:
    assert parse_post_id("1000000000000000000") > parse_post_id("999999999999999999")
    assert [parse_post_id(junk) for junk in ("", "x:1", "١", "9" * 30, None)] == [0] * 5


@given(some.datetimes(min_value=datetime(2011, 1, 1), max_value=datetime(2060, 1, 1)))  # noqa: DTZ001 - made aware below
def test_an_id_holds_its_moment(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    assert timedelta(0) <= aware - decode_post_time(compute_min_id(aware)) < timedelta(milliseconds=1)


junk = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text() | some.datetimes().map(str),
    lambda inner: (
        some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from([*POST, *USER, "urls", "type"]), inner)
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(some.dictionaries(some.sampled_from(["data", "includes", "matching_rules", "errors"]), junk) | junk)
def test_no_json_is_anything_but_a_mention_or_a_refusal(answer: Any) -> None:
    try:
        mention_on(json.dumps(answer).encode())
    except (MalformedPostError, StreamDisconnectError):
        return


@settings(deadline=None)
@given(some.fixed_dictionaries(dict.fromkeys(POST, junk)), some.fixed_dictionaries(dict.fromkeys(USER, junk)))
def test_no_page_makes_reading_fail(post: dict[str, Any], user: dict[str, Any]) -> None:
    parse_search_page(
        {"data": [post, POST | {"id": "5"}], "includes": {"users": [user, user | {"id": "7"}]}, "meta": post}, "Kettle"
    )


@settings(deadline=None)
@given(some.sampled_from([*POST]), junk, some.sampled_from([*USER]), junk)
def test_no_single_odd_field_makes_reading_fail(of_post: str, odd: Any, of_user: str, strange: Any) -> None:
    try:
        mention_on(line(USER | {of_user: strange}, **{of_post: odd}))
    except MalformedPostError:
        return
