"""Find names inside hashtags: by the capitals of its words, or beside ordinary words only."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeVar

from bot.detectors.subject_term_forms import load_common_words
from bot.domain.text_normalization import fold_letters

INSIDE_FROM = 5
"""Letters a name must have to be searched for in a hashtag without capitals."""
ANYWHERE_FROM = 8
"""Letters from which it is accepted anywhere; "apple" is not, because of "#pineapple"."""
PARTS_MOST = 4
CAPITALS = (re.compile(r"[A-Z]{2,}|[A-Z]?[a-z]+|\d+"), re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+"))
"""#NWAfail, and #NWAFail."""

Named = TypeVar("Named")


def find_by_capitals(hashtag: str, names: Mapping[str, Named]) -> Named | None:
    """Return the value of the longest name made of whole words. `hashtag`: as written."""
    ascii_tag = hashtag if hashtag.isascii() else _strip_accents(hashtag)
    return next((names[joined] for joined in _list_word_runs(ascii_tag) if joined in names), None)


def _strip_accents(text: str) -> str:
    return "".join(fold_letters(letter).upper() if letter.isupper() else fold_letters(letter) for letter in text)


def _list_word_runs(hashtag: str) -> Iterator[str]:
    """Yield runs of its words, the longest first."""
    for pattern in CAPITALS:
        parts = [part.lower() for part in pattern.findall(hashtag)]
        if len(parts) > 1:
            for size in range(PARTS_MOST, 0, -1):
                yield from ("".join(parts[start : start + size]) for start in range(len(parts) - size + 1))


class HashtagNames:
    """Finds the names that a hashtag contains by its parts: there are fewer of these than names."""

    def __init__(self, names: Iterable[str]) -> None:
        self._ranks = {name: rank for rank, name in enumerate(names)}
        self._lengths = {len(name) for name in self._ranks}

    def list_names(self, body: str) -> list[str]:
        """Return those contained in `body`, the folded hashtag without its #, in the order of the names."""
        parts = {body[start : start + length] for length in self._lengths for start in range(len(body) - length + 1)}
        return sorted(parts & self._ranks.keys(), key=self._ranks.__getitem__)


def is_name_in_hashtag(name: str, body: str) -> bool:
    """Return True if the name, which `body` contains, stands there by itself."""
    place = body.find(name)
    if len(name) >= ANYWHERE_FROM:
        return True
    return _is_ordinary(body[:place]) and _is_ordinary(body[place + len(name) :])


@lru_cache(maxsize=1_000)
def _is_ordinary(letters: str) -> bool:
    """Return True for common words and for digits."""
    common = load_common_words()
    if not letters or letters.isdigit() or letters in common:
        return True
    return any(letters[:cut] in common and _is_ordinary(letters[cut:]) for cut in range(2, len(letters) - 1))
