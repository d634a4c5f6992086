"""What a route may ask of the post itself, as people write it in the playbook, and what it then matches."""

from typing import Any

import pytest

from bot.config import Playbook
from bot.config.loader import parse_playbook
from bot.config.playbook_errors import PlaybookError
from bot.config.route_conditions import CONDITION_KEYS
from bot.detectors.label_dimensions import DIMENSIONS
from bot.domain.assessment import Assessment
from bot.domain.routing import find_route
from tests.config.sample_playbook import write_playbook, write_route
from tests.domain.samples import build_mention

TWO_STARS = {"rating": 2}
FRIDAY_EVENING = {"created_at": "2026-03-13T22:30:00Z"}
SATURDAY_MORNING = {"created_at": "2026-07-10T23:30:00Z"}
"""Half past midnight in Lisbon, in summer."""


def parse_sample(*routes: str) -> Playbook:
    return parse_playbook(write_playbook(*routes))


@pytest.mark.parametrize(
    ("asked", "post", "matches"),
    [
        ('rating = "<=2"', TWO_STARS, True),
        ('rating = "<2"', TWO_STARS, False),
        ("rating = 2", TWO_STARS, True),
        ('rating = ">1.5"', TWO_STARS, True),
        ('rating = "3-5"', TWO_STARS, False),
        ('rating = [1, ">=4"]', {"rating": 5}, True),
        ('rating = "<=2"', {"rating": {"value": 4, "best": 10}}, True),
        ('rating = "<=5"', {}, False),
        ('followers = ">=10k"', {"author": {"id": "1", "followers": 10_000}}, True),
        ('followers = ">=1.2M"', {"author": {"id": "1", "followers": 10_000}}, False),
        ('followers = ">=0"', {}, False),
        ("verified = true", {"author": {"id": "1", "verified": True}}, True),
        ("verified = false", {}, True),
        ("bot = true", {"author": {"id": "1", "bot": True}}, True),
        ("bot = true", {}, False),
        ('author = ["@Joe", "x"]', {"author": "joe"}, True),
        ('author = "did:plc:7"', {"author": {"id": "did:plc:7", "handle": "joe"}}, True),
        ('author = "jo"', {"author": "joe"}, False),
        ('place = "porto"', {"place": "Porto, Rua das Flores"}, True),
        ('place = "Sao Joao"', {"place": "São  João"}, True),
        ('place = "port"', {"place": "Porto"}, False),
        ('place = "porto"', {}, False),
        ('words = ["refund", "lost bag"]', {"text": "My LOST\nbag!"}, True),
        ('words = "lost bag"', {"text": "lost bags"}, False),
        ('words = "c++"', {"text": "written in C++."}, True),
        ('words = "航班"', {"text": "我的航班取消了"}, True),
        ('words = "#fail"', {"text": "what a #FAIL"}, True),
        ('weekday = "Fri"', FRIDAY_EVENING, True),
        ('weekday = ["Mon-Thu", "Sat"]', FRIDAY_EVENING, False),
        ('weekday = "Sat-Sun"', SATURDAY_MORNING, True),
        ("hour = 0", SATURDAY_MORNING, True),
        ('hour = "9-17"', FRIDAY_EVENING, False),
        ('hour = "20-6"', FRIDAY_EVENING, True),
        ('hour = "20-6"', SATURDAY_MORNING, True),
        ('hour = ["<6", ">=22"]', FRIDAY_EVENING, True),
        ('rating = "<=2", place = "Porto"', {**TWO_STARS, "place": "Lisbon"}, False),
        ('rating = "<=2", source = "x"', TWO_STARS, True),
        ('rating = "<=2", source = "forum"', TWO_STARS, False),
    ],
)
def test_a_route_may_ask_for_the_post_itself(asked: str, post: dict[str, Any], *, matches: bool) -> None:
    playbook = parse_sample(write_route(f"when = {{ {asked} }}"))

    found = find_route(playbook.routes, build_mention(**post), Assessment())
    assert (found.name == "route 1") is matches


def test_a_route_is_skipped_only_if_all_of_unless_holds_labels_and_conditions_together() -> None:
    routes = parse_sample(write_route('when = { source = "x" }\nunless = { source = "x", rating = ">=4" }')).routes

    names = [find_route(routes, build_mention(rating=stars), Assessment()).name for stars in (5, 3)]
    assert names == ["route 2", "route 1"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ('rating = "bad"', "routes[1].when.rating: 'bad' is not a number or comparison. Write it like '<=2', or a range"),
        ("rating = true", "'True' is not a number or comparison"),
        ('rating = "<=9"', "'<=9' is out of range. A rating is 1 to 5 stars"),
        ("rating = 0", "'0' is out of range"),
        ('rating = "4-2"', "'4-2' begins after its end"),
        ("rating = []", "an empty list matches nothing"),
        ("followers = 1000", "'1000' has no comparison. Write it like '>=10k' for at least 10,000"),
        ('verified = "yes"', "routes[1].when.verified: must be true or false, without quotes"),
        ("words = 3", "routes[1].when.words: must be a word in quotes, or a list of words"),
        ('words = ["!!!"]', "'!!!' has no letter, digit or emoji, so no post can match it"),
        ('author = "@"', "'@' is neither a handle nor an id"),
        ('weekday = "Friyay"', "'Friyay' is not a day of the week. Use Mon, Tue"),
        ('hour = "24"', "'24' is out of range. Hours run from 0 to 23"),
        ('hour = "08:00-20:00"', "'08:00-20:00' is not a number or comparison. Write it like '9-17'"),
        ('ratings = "<=2"', "no detector knows 'ratings'. Did you mean 'rating'?"),
    ],
)  # fmt: skip
def test_what_a_route_cannot_ask_is_refused_in_a_sentence(asked: str, sentence: str) -> None:
    with pytest.raises(PlaybookError) as refused:
        parse_sample(write_route(f"when = {{ {asked} }}"))

    assert sentence in str(refused.value)


def test_a_route_for_other_values_of_the_same_key_is_not_taken_for_unreachable() -> None:
    routes = [write_route(f"when = {{ {asked} }}") for asked in ("verified = true", "verified = false", "rating = 1")]
    assert len(parse_sample(*routes, write_route("when = { rating = 2 }")).routes) == 5

    with pytest.raises(PlaybookError, match="can never match"):
        parse_sample(routes[0], write_route('when = { verified = true, intent = "need" }'))


def test_no_detector_has_a_dimension_of_the_same_name() -> None:
    assert not DIMENSIONS.keys() & set(CONDITION_KEYS)
