"""A title at the end of a post: words with capitals that no sentence needs."""

from collections.abc import Sequence

TAIL_LEAST, TAIL_MOST, BEFORE_TAIL = 2, 8, 4
SMALL = frozenset(["and", "of", "in", "for", "the", "&"])
LEADS = frozenset(["at", "on", "visit", "see", "also", "here", "read", "more", "check", "out", "try", "buy", ":"])
STOPS = ".!?,;…"


def find_trailing_title(tokens: Sequence[str]) -> list[str]:
    """The last words, where each begins with a capital and they stand alone or behind "read more at"."""
    end = len(tokens)
    while end and not tokens[end - 1][0].isalnum():
        end -= 1
    start = end
    while start and end - start <= TAIL_MOST and _is_title_word(tokens[start - 1]):
        start -= 1
    while start < end and tokens[start].lower() in SMALL | LEADS:
        start += 1
    tail = list(tokens[start:end])
    if not TAIL_LEAST <= len(tail) <= TAIL_MOST or all(map(str.isupper, tail)):
        return []
    while start and tokens[start - 1].lower() in SMALL | LEADS:
        start -= 1
    alone = start and tokens[start - 1][0] in STOPS
    return tail if alone and sum(map(str.isalpha, tokens[:start])) >= BEFORE_TAIL else []


def _is_title_word(word: str) -> bool:
    return word[0].isupper() or word[0].isdigit() or word in SMALL
