"""What a spike is about: the words that its posts share, and the posts that use them."""

from collections.abc import Sequence

from bot.domain.spikes.observation import SpikeObservation
from bot.domain.spikes.scan_statistic import compute_log_likelihood
from bot.domain.spikes.topic_words import WordCounts, estimate_share, extract_informative_words, group_people_by_word

MAX_TOPIC_WORDS = 3
"""Informative words in the name of a spike."""
MIN_TOPIC_STRENGTH = 3.0
"""Strength from which a word is part of the name: far below that of a topic spike, since the spike is known."""
MIN_PEOPLE = 3
MIN_EXPECTED = 0.3
"""The least expected number of people who use a word."""
MAX_TOPIC_POSTS = 300


def choose_topic_words(
    observations: Sequence[SpikeObservation],
    word: str,
    usual: WordCounts,
    all_words: Sequence[WordCounts],
    most: int = MAX_TOPIC_WORDS,
) -> tuple[str, ...]:
    """Return the words that are most unusual for so many people; none shares a part with another."""
    observations = observations[-MAX_TOPIC_POSTS:]
    voices = len({one.who for one in observations})
    strength: dict[str, float] = {}
    for found, saying in group_people_by_word((one.who, one.text) for one in observations).items():
        if len(saying) >= MIN_PEOPLE:
            strength[found] = compute_log_likelihood(
                len(saying), max(estimate_share(found, usual, all_words) * voices, MIN_EXPECTED)
            )
    ranked = sorted(strength, key=lambda one: (-strength[one], -len(one), one))
    chosen = [word] if word else []
    for found in ranked:
        if len(chosen) == most or strength[found] < MIN_TOPIC_STRENGTH:
            break
        parts = set(found.split())
        if not any(parts & set(one.split()) for one in chosen):
            chosen.append(found)
    return tuple(chosen)


def filter_by_words(observations: Sequence[SpikeObservation], words: Sequence[str]) -> Sequence[SpikeObservation]:
    """Return the posts that use one of the words; all posts if none does."""
    if not words:
        return observations
    found = [one for one in observations if not set(words).isdisjoint(extract_informative_words(one.text))]
    return found or observations
