"""Suggest themes: words and pairs of words that unusually many people use and no theme covers."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from bot.domain.spikes.scan_statistic import compute_log_likelihood
from bot.domain.spikes.topic_words import WordCounts, estimate_share, group_people_by_word

MIN_PEOPLE = 10
"""Counted by people, so that nobody can suggest a theme alone."""
MIN_STRENGTH, MIN_EXPECTED = 3.0, 0.3
"""Log-likelihood from which they are unusual, as for the words of a spike."""
MAX_SUGGESTIONS = 5


class ThemeSuggestion(NamedTuple):
    words: str
    people: int


def suggest_themes(
    posts: Iterable[tuple[str, str]], usual: Sequence[WordCounts], covered: Collection[str]
) -> list[ThemeSuggestion]:
    """Return words that most people use, from pairs of author and text. None shares a part with another or `covered`.

    A pair is unusual if more people use it than would by chance, given its two words (as in Dunning 1993); a single
    word if more do than is usual in negative posts of all subjects.
    """
    posts = list(posts)
    saying, voices = group_people_by_word(posts), len({who for who, _ in posts})
    found: list[ThemeSuggestion] = []
    for words, people in saying.items():
        parts = words.split()
        if len(people) < MIN_PEOPLE or not set(parts).isdisjoint(covered) or any(one not in saying for one in parts):
            continue
        expected = estimate_share(words, WordCounts(), usual) * voices
        if len(parts) == 2:
            expected = len(saying[parts[0]]) * len(saying[parts[1]]) / voices
        if compute_log_likelihood(len(people), max(expected, MIN_EXPECTED)) >= MIN_STRENGTH:
            found.append(ThemeSuggestion(words, len(people)))
    chosen: list[ThemeSuggestion] = []
    for one in sorted(found, key=lambda one: (-one.people, -len(one.words), one.words)):
        if not any(set(one.words.split()) & set(other.words.split()) for other in chosen):
            chosen.append(one)
    return chosen[:MAX_SUGGESTIONS]
