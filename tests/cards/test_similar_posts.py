"""Posts that say nearly the same: what is joined, and what never is."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.similar_posts import group_similar_cases, is_near_duplicate
from bot.domain.case import Case
from tests.cards.samples import build_new_case, mention


def build_cases(texts: Iterable[str]) -> list[Case]:
    return [build_new_case(id=f"CASE{number:04}", mention=mention(text)) for number, text in enumerate(texts)]


def count_groups(*texts: str) -> list[int]:
    return [len(group) for group in group_similar_cases(build_cases(texts))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The app is down, I can't check in", "the APP is down!!! I can't check in https://x.example/1"),
        ("two hours at the desk and nobody says anything", "RT @joe: two hours at the desk and nobody said anything"),
        ("perdió mi maleta y nadie me responde", "Perdió mi maleta y nadie me respondió"),
    ],
)
def test_posts_with_nearly_the_same_letters_are_joined(one: str, other: str) -> None:
    assert count_groups(one, other) == [2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("flight 118 is cancelled and nobody tells us why", "flight 331 is cancelled and nobody tells us why"),
        ("my bag costs 40 EUR more than you said before", "my bag costs 90 EUR more than you said before"),
        ("no refund", "no refund"),  # too short to mean the same
        ("the app is down, I can't check in", "my suitcase is lost and nobody answers the phone"),
        ("", ""),
    ],
)
def test_posts_with_other_numbers_other_words_or_few_words_are_not_joined(one: str, other: str) -> None:
    assert count_groups(one, other) == [1, 1]


def test_another_department_and_a_crisis_are_never_joined() -> None:
    one, other = build_cases(["the app is down and I cannot check in"] * 2)
    assert len(group_similar_cases([one, other.copy_with(department="pr")])) == 2
    assert len(group_similar_cases([one, other.copy_with(alarm=True)])) == 2


def test_two_thousand_posts_with_the_same_vocabulary_stay_apart() -> None:
    words = [a + b + c for a in "bdfgk" for b in "aeiou" for c in "lmnprst"]
    texts = [" ".join(words[(number * step) % len(words)] for step in range(1, 19)) for number in range(2_000)]
    assert len(group_similar_cases(build_cases(texts))) >= len(words)


@given(st.lists(st.text(max_size=60), max_size=30))
def test_every_case_is_in_exactly_one_group_in_the_order_given(texts: list[str]) -> None:
    cases = build_cases(texts)
    groups = group_similar_cases(cases)
    assert sorted(case.id for group in groups for case in group) == [case.id for case in cases]
    assert [group[0].id for group in groups] == sorted(group[0].id for group in groups)


NW12 = "flight NW12 cancelled and no hotel offered, shame on you"


@pytest.mark.parametrize(
    "other",
    [
        "@northwindair Flight NW12 canceled and no hotel offered, shame on you!!",
        "seriously: flight NW12 cancelled and no hotel offered, shame on you",
        "FLIGHT NW12 CANCELLED AND NO HOTEL OFFERED SHAME ON U",
        "flight NW12 cancelled and no hotel offered, shame on you #fail https://x.example/1",
        "Flight NW12 cancelled and no hotel offered, shame on you | The Daily Post",
    ],
)
def test_the_same_complaint_in_other_words_is_a_near_duplicate(other: str) -> None:
    assert is_near_duplicate(NW12, other)
    assert is_near_duplicate(other, NW12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NW12, NW12.replace("NW12", "NW14")),
        (
            "you charged me 40 euros for a bag that I paid before",
            "you charged me 90 euros for a bag that I paid before",
        ),
        ("the agent at the desk, Anna, was rude to my mother", "the agent at the desk, Boris, was rude to my mother"),
        ("my bag is still in Porto and nobody calls me back", "my bag is still in Lisbon and nobody calls me back"),
        ("my flight from Porto to Lisbon was late once again", "my flight from Lisbon to Porto was late once again"),
        ("no news of my flight from porto to lisbon at all", "no news of my flight from lisbon to porto at all"),
        ("you did refund me the price of the whole ticket", "you did not refund me the price of the whole ticket"),
        ("you lost my suitcase and nobody at the desk cares", "you lost my stroller and nobody at the desk cares"),
        ("waiting two hours at the gate without any water", "waiting six hours at the gate without any water"),
        ("@northwindair help", "@northwindair help!"),
    ],
)
def test_another_fact_is_another_complaint(one: str, other: str) -> None:
    assert not is_near_duplicate(one, other)
    assert not is_near_duplicate(other, one)


def test_where_nothing_may_be_added_only_spellings_and_small_words_differ() -> None:
    said = "smoke in the cabin of flight NW12 and nobody from the crew helps"
    for other in (said.replace("flight", "flght"), f"so {said}", said.upper()):
        assert is_near_duplicate(said, other, with_more=False), other
    more = f"{said}, and now the other wing"
    assert is_near_duplicate(said, more)
    assert not is_near_duplicate(said, more, with_more=False)
