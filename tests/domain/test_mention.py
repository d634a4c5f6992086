"""What may come in as a mention, and what is made of it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.mention import MAX_SUBJECT_LENGTH, MAX_SUBJECTS, UNKNOWN_AUTHOR, Mention
from bot.domain.mention_fields import MAX_COUNT, MAX_NAME_LENGTH, MAX_TEXT_LENGTH
from bot.domain.post_details import Engagement, Media, ParentPost, Rating
from tests.domain.samples import build_mention

LEAST = {"id": "x:1", "text": "hello", "created_at": "2015-02-17T07:52:20Z"}


def test_id_text_and_time_are_enough() -> None:
    found = Mention.model_validate(LEAST)

    assert (found.source, found.author, found.display_name) == ("x", UNKNOWN_AUTHOR, "somebody")
    assert found.created_at == datetime(2015, 2, 17, 7, 52, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given_as", "id_", "source"),
    [
        ({"id": "x:1"}, "x:1", "x"),
        ({"id": "x:1", "source": "x"}, "x:1", "x"),
        ({"id": "1", "source": "x"}, "x:1", "x"),
        ({"id": 567592368451248130, "source": "x"}, "x:567592368451248130", "x"),
        ({"id": "urn:post:7", "source": "forum"}, "forum:urn:post:7", "forum"),
        ({"id": "x:1", "source": None}, "x:1", "x"),
    ],
)
def test_an_id_names_its_source_however_it_is_given(given_as: dict[str, Any], id_: str, source: str) -> None:
    found = Mention.model_validate(LEAST | given_as)

    assert (found.id, found.source) == (id_, source)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "1"},
        {"id": ""},
        {"id": "x:"},
        {"id": "x: 1"},
        {"id": "1", "source": "a b"},
        {"id": True, "source": "x"},
        {"id": None},
        {"text": None},
        {"text": 3},
        {"created_at": "yesterday"},
        {"created_at": None},
        {"created_at": "0001-01-01T00:00:00+14:00"},
        {"created_at": "9999-12-31T23:59:59-10:00"},
        {"author": 3},
        {"author": {"id": "1", "followers": -1}},
        {"subjects": [["nested"]]},
    ],
    ids=str,
)
def test_what_is_no_mention_is_refused_and_raises_nothing_else(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Mention.model_validate(LEAST | wrong)


def test_a_time_is_kept_in_utc_and_without_a_zone_is_taken_for_it() -> None:
    times = [build_mention(created_at=said).created_at for said in ("2026-03-10T10:00:00+01:00", "2026-03-10 09:00")]

    assert times == [datetime(2026, 3, 10, 9, tzinfo=UTC)] * 2


@pytest.mark.parametrize(
    ("author", "who"),
    [
        ("@joe", "@joe"),
        ("joe", "@joe"),
        ({"id": "7", "handle": "joe", "name": "Joe"}, "@joe"),
        ({"id": 7, "name": "Joe"}, "Joe"),
        ({"handle": "joe"}, "@joe"),
        (None, "somebody"),
    ],
)
def test_who_said_it_is_shown_by_the_best_name_there_is(author: object, who: str) -> None:
    assert build_mention(author=author).display_name == who


def test_unknown_keys_are_passed_over_here_and_in_the_author() -> None:
    assert build_mention(likes=3, author={"id": "1", "mood": "sour"}).author.id == "1"


def test_a_long_post_is_cut_and_says_so() -> None:
    found = build_mention(text="a" * (MAX_TEXT_LENGTH + 1))

    assert (len(found.text), found.text[-1]) == (MAX_TEXT_LENGTH, "…")
    assert build_mention(text="a" * MAX_TEXT_LENGTH).text == "a" * MAX_TEXT_LENGTH


def test_what_nobody_needs_in_full_is_cut_and_costs_no_mention() -> None:
    found = build_mention(subjects=["s" * 900] * 900, author={"id": "1", "name": "n" * 900_000, "followers": 10**400})

    assert (len(found.subjects), len(found.subjects[0]), found.subjects[0][-1]) == (
        MAX_SUBJECTS,
        MAX_SUBJECT_LENGTH,
        "…",
    )
    assert (len(found.author.name), found.author.followers) == (MAX_NAME_LENGTH, MAX_COUNT)


def test_two_halves_of_a_letter_are_one() -> None:
    assert build_mention(text="so happy \ud83d\ude00").text == "so happy \U0001f600"


def test_what_no_store_can_carry_is_made_carriable() -> None:
    found = build_mention(text="half \ud83d of an emoji\x00", author={"id": "1", "name": "a\x00b"})

    assert (found.text, found.author.name) == ("half \ufffd of an emoji\ufffd", "a\ufffdb")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
)
raw_mentions = st.fixed_dictionaries(
    {},
    optional={
        key: anything | st.sampled_from(["x:1", "x", "2026-03-10T09:00:00Z"])
        for key in ("id", "source", "text", "created_at", "lang", "url", "conversation", "subjects", "author")
    },
)


@given(raw_mentions | anything)
def test_whatever_comes_in_is_a_mention_that_reads_back_the_same_or_is_refused(raw: object) -> None:
    try:
        found = Mention.model_validate(raw)
    except ValidationError:
        return
    assert Mention.from_stored(found.model_dump_json()) == found


@given(st.text(st.characters(exclude_categories=())), st.datetimes(timezones=st.timezones()))
def test_any_words_at_any_time_survive_being_kept(text: str, at: datetime) -> None:
    try:
        found = build_mention(text=text, created_at=at.isoformat())
    except ValidationError:
        assert at.year in {1, 9999}
        return
    assert Mention.from_stored(found.model_dump_json().encode()) == found


@pytest.mark.parametrize(
    "told",
    [
        LEAST,
        LEAST | {"author": "@joe"},
        LEAST | {"author": {"id": 7, "handle": "joe", "followers": 3, "created_at": "2015-02-17", "verified": True}},
        LEAST | {"url": "https://x.example/1", "lang": "pt", "conversation": 9, "subjects": ["Northwind", 5]},
        LEAST | {"text": "\ud800 \x00 é 😡", "created_at": "2026-03-10T10:00:00.5+01:00", "unknown": 1},
    ],
    ids=str,
)
def test_what_was_kept_is_read_back_as_it_was(told: dict[str, Any]) -> None:
    found = Mention.model_validate(told)

    for raw in (found.model_dump_json(exclude_defaults=True), found.model_dump_json()):
        assert Mention.from_stored(raw) == found
        assert Mention.from_stored(raw).model_dump_json() == found.model_dump_json()


@pytest.mark.parametrize("raw", ["", "{}", "[]", '{"id": "x:1", "source": "x", "text": 5}', '{"id": "x:1"}'])
def test_what_was_never_a_mention_is_not_read_back_as_one(raw: str) -> None:
    with pytest.raises(ValidationError):
        Mention.from_stored(raw)


FULL = {
    "rating": {"value": 2, "best": 5},
    "place": "Porto, Rua das Flores",
    "media": [{"kind": "image", "url": "https://cdn.example/1.png", "alt": "a torn suitcase"}],
    "parent": {"id": "x:0", "author": "@northwindair", "text": "All bags arrive today."},
    "engagement": {"likes": 12, "replies": 3, "shares": 0, "views": 4_000},
    "author": {"id": "1", "bot": True},
}


def test_what_an_outlet_tells_beside_the_words_is_kept_and_read_again() -> None:
    found = build_mention(**FULL)

    assert found.rating == Rating(value=2)
    assert found.media == (Media(url="https://cdn.example/1.png", alt="a torn suitcase"),)
    assert found.parent == ParentPost(id="x:0", author="@northwindair", text="All bags arrive today.")
    assert found.engagement == Engagement(likes=12, replies=3, shares=0, views=4_000)
    assert (found.place, found.author.bot) == ("Porto, Rua das Flores", True)
    assert Mention.from_stored(found.model_dump_json(exclude_defaults=True)) == found
    assert hash(found) == hash(build_mention(**FULL))


def test_what_an_outlet_does_not_tell_is_not_written() -> None:
    assert json.loads(build_mention().model_dump_json(exclude_defaults=True)).keys() <= {*LEAST, "source", "author"}


@pytest.mark.parametrize(
    ("rating", "stars"),
    [
        (2, 2),
        ("4.5", 4.5),
        ({"value": 7, "best": 10}, 3.5),
        ({"value": 1, "best": None, "why": "rain"}, 1),
        (0, None),
        (True, None),
        (6, None),
        ("nan", None),
        ({"value": -1}, None),
        ({"value": 3, "best": 10**400}, None),
        ([3], None),
    ],
)
def test_a_rating_is_stars_of_five_and_what_is_none_costs_no_mention(rating: Any, stars: float | None) -> None:
    found = build_mention(rating=rating).rating

    assert (found.stars if found else None) == stars


@pytest.mark.parametrize(
    "hostile", [3, "x" * 100_000, [[]], [None], {"id": [], "text": {}}, {}, True, 10**5000], ids=type
)
def test_nothing_hostile_in_the_details_of_a_post_refuses_it(hostile: Any) -> None:
    details = dict.fromkeys(("rating", "place", "media", "parent", "engagement"), hostile)
    found = build_mention(**details, author={"id": "1", "bot": hostile})

    assert found.rating is None or found.rating.value == 3
    assert len(found.place) <= 80
    assert found.engagement is None
    assert found.parent is None or len(found.parent.text) <= 500
    assert Mention.from_stored(found.model_dump_json(exclude_defaults=True)) == found


def test_media_have_https_links_or_none_and_there_are_at_most_eight() -> None:
    given = [
        {"url": url} for url in ("http://a.example/1", "javascript:alert(1)", "https://a.example/\n", "file:///etc")
    ]
    kinds = ["photo", "image/png", "gifv", "VIDEO", "audio", "poll"]

    assert {one.url for one in build_mention(media=given).media} == {""}
    assert [one.kind for one in build_mention(media=[{"kind": kind} for kind in kinds]).media] == [
        "image", "image", "video", "video", "audio", "other"
    ]  # fmt: skip
    assert len(build_mention(media=["https://a.example/1"] * 900).media) == 8


def test_counts_of_reactions_are_cut_or_left_out_one_by_one() -> None:
    found = build_mention(engagement={"likes": 10**400, "replies": -1, "shares": "many", "views": "7"})

    assert found.engagement == Engagement(likes=MAX_COUNT, views=7)
