"""What a spike is about: the words that its voices share, and the posts that use them."""

from collections.abc import Sequence

from bot.domain.spikes.observation import Observation
from bot.domain.spikes.scan import surprise
from bot.domain.spikes.words import Words, sayers, share, telling

NAMED_BY = 3
"""Telling words in a name."""
NAMED_FROM = 3.0
"""Strength from which a word names it: far below what a topic needs, since here it only says what about."""
SAYERS_LEAST = 3
USUAL_LEAST = 0.3
"""Voices taken for usual of whatever word."""
POSTS_NAMED_BY = 300


def named(
    said: Sequence[Observation], word: str, usual: Words, everybody: Sequence[Words], most: int = NAMED_BY
) -> tuple[str, ...]:
    """The words that most of its voices share and that are least usual; none within another."""
    said = said[-POSTS_NAMED_BY:]
    voices = len({one.who for one in said})
    strength: dict[str, float] = {}
    for found, saying in sayers((one.who, one.text) for one in said).items():
        if len(saying) >= SAYERS_LEAST:
            strength[found] = surprise(len(saying), max(share(found, usual, everybody) * voices, USUAL_LEAST))
    ranked = sorted(strength, key=lambda one: (-strength[one], -len(one), one))
    chosen = [word] if word else []
    for found in ranked:
        if len(chosen) == most or strength[found] < NAMED_FROM:
            break
        parts = set(found.split())
        if not any(parts & set(one.split()) for one in chosen):
            chosen.append(found)
    return tuple(chosen)


def using(said: Sequence[Observation], words: Sequence[str]) -> Sequence[Observation]:
    """Those that use its words; all where none does."""
    if not words:
        return said
    found = [one for one in said if not set(words).isdisjoint(telling(one.text))]
    return found or said
