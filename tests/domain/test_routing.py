"""The first route whose labels match, and what its clocks and department are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.assessment import Assessment, Signal
from bot.domain.routing import NOBODY, Route, RouteList, collect_labels, find_route, list_routed_departments
from tests.domain.samples import build_assessment, build_mention


def route(name: str = "r", to: str = "care", unless: dict[str, str] | None = None, **when: str) -> Route:
    """`intent="complaint crisis"` is either of the two."""
    return Route(
        name=name,
        to=to,
        when={key: frozenset(words.split()) for key, words in when.items()},
        unless={key: frozenset(words.split()) for key, words in (unless or {}).items()},
    )


COMPLAINT = ("sentiment:negative", "intent:complaint", "subject:Northwind", "kind:brand", "language:en")


@pytest.mark.parametrize(
    ("asked", "matches"),
    [
        (route(), "yes"),
        (route(intent="complaint"), "yes"),
        (route(intent="praise complaint"), "yes"),  # any word of a key will do
        (route(intent="praise"), "no"),
        (route(intent="complaint", sentiment="negative"), "yes"),  # all keys must hold
        (route(intent="complaint", sentiment="positive"), "no"),
        (route(urgency="high"), "no"),  # nobody told anything of the kind
        (route(source="x"), "yes"),
        (route(source="forum"), "no"),
        (route(intent="complaint", unless={"language": "en"}), "no"),
        (route(intent="complaint", unless={"language": "de"}), "yes"),
        (route(intent="complaint", unless={"language": "en", "source": "forum"}), "yes"),  # all of unless must hold
        (route(unless={"language": "en", "source": "x"}), "no"),
    ],
)
def test_a_route_matches_if_every_key_of_when_holds_and_not_every_key_of_unless(asked: Route, matches: str) -> None:
    labels = collect_labels(build_mention(), build_assessment(*COMPLAINT))

    assert asked.matches_mention(build_mention(), labels) is (matches == "yes")


def test_a_label_that_lost_routes_nothing() -> None:
    lost = Assessment(signals=(Signal("intent", "intent:crisis", 0.4, holds=False),))

    assert not route(intent="crisis").matches_mention(build_mention(), collect_labels(build_mention(), lost))


def test_a_subject_with_a_colon_in_its_name_is_matched_whole() -> None:
    labels = collect_labels(build_mention(), build_assessment("subject:Star: the film"))

    assert Route(name="r", when={"subject": frozenset({"Star: the film"})}).matches_mention(build_mention(), labels)


def test_the_first_route_that_matches_wins() -> None:
    named = [route("crisis", intent="crisis"), route("first", intent="complaint"), route("second"), route("last")]

    assert find_route(RouteList(named), build_mention(), build_assessment(*COMPLAINT)).name == "first"


def test_a_list_of_routes_that_does_not_end_with_a_match_for_all_is_found_out() -> None:
    with pytest.raises(LookupError):
        find_route(RouteList([route(intent="crisis")]), build_mention(), build_assessment(*COMPLAINT))


def test_nobody_is_no_department() -> None:
    assert list_routed_departments([route(to="care"), route(to=NOBODY), route(to="pr")]) == {"care", "pr"}


words = st.sampled_from(["a", "b", "c"])
labels = st.dictionaries(st.sampled_from(["intent", "kind"]), st.frozensets(words, min_size=1))


@given(labels, labels, labels)
def test_asking_for_more_keys_never_matches_more(
    held: dict[str, frozenset[str]], when: dict[str, frozenset[str]], more: dict[str, frozenset[str]]
) -> None:
    narrow, wide = Route(name="n", when={**more, **when}), Route(name="w", when=when)

    assert wide.matches_mention(build_mention(), held) or not narrow.matches_mention(build_mention(), held)


@given(st.lists(labels, max_size=70), labels)
def test_the_index_finds_the_routes_that_match_in_their_order(
    asked: list[dict[str, frozenset[str]]], held: dict[str, frozenset[str]]
) -> None:
    routes = RouteList(Route(name=str(number), when=when) for number, when in enumerate(asked))

    assert list(routes.list_candidates(held)) == [one for one in routes if one.matches_mention(build_mention(), held)]
