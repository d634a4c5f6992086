"""Lookup keys of near-duplicates: which posts meet at all."""

import pytest

from bot.domain.cases.similarity import (
    KEYS_PER_POST,
    MAX_WORD_LETTERS,
    MAX_WORDS,
    build_similarity_keys,
    split_post_words,
)

FLIGHT = "flight NW12 cancelled and no hotel offered, shame on you"


def have_common_key(one: str, other: str) -> bool:
    return not set(build_similarity_keys(one, "N")).isdisjoint(build_similarity_keys(other, "N"))


@pytest.mark.parametrize(
    "other",
    [
        "@northwindair flight NW12 cancelled and no hotel offered. Shame on you!",
        "Flight NW12 canceled and no hotel offered, shame on you",
        "flight NW12 cancelled and no hotel offered, shame on you - Daily Post",
    ],
)
def test_variants_of_one_complaint_meet(other: str) -> None:
    assert have_common_key(FLIGHT, other)


def test_another_number_or_subject_never_meets() -> None:
    assert not have_common_key(FLIGHT, FLIGHT.replace("NW12", "NW14"))
    assert set(build_similarity_keys(FLIGHT, "N")).isdisjoint(build_similarity_keys(FLIGHT, "Skylark"))


@pytest.mark.parametrize("text", ["", "@northwindair help", "thanks, keep up the good work", "#a #b https://x.example"])
def test_a_short_post_has_no_keys(text: str) -> None:
    assert build_similarity_keys(text, "N") == ()


@pytest.mark.parametrize("text", ["wörter " * 5_000, "a b " * 9, "x" * 40_000, "\u202e\ud83d " * 20])
def test_keys_are_few_and_short_whatever_the_text(text: str) -> None:
    keys = build_similarity_keys(text, "N")
    assert len(keys) <= KEYS_PER_POST
    assert all(len(key) == 16 and key.isalnum() for key in keys)


def test_what_is_compared_is_bounded_whatever_the_text() -> None:
    words = split_post_words("Xy" * 5_000 + " a" * 5_000).words
    assert len(words) == MAX_WORDS
    assert max(map(len, words)) == MAX_WORD_LETTERS
