"""What near-duplicates share: the lookup keys that find candidates, and the facts in which two must agree."""

import re
from collections import Counter
from typing import NamedTuple
from zlib import crc32

from bot.domain.cases.intake import normalize_copy_text, split_copy_words

MIN_WORDS = 7
"""Shorter posts are alike by chance: 'thanks, keep up the good work'."""
MAX_WORDS = 60
MAX_WORD_LETTERS = 40
"""Of each word so many letters are compared, so that a post of a few endless words takes no longer."""
KEYS_PER_POST = 2
"""Of the hashes of all pairs of neighbouring words the lowest so many: a bottom-k MinHash sketch."""
_DENIALS = "no not never nobody nothing without cannot cant dont didnt wont isnt wasnt doesnt"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday yesterday today tomorrow"
_COUNTS = "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand"
DECISIVE_WORDS = frozenset(f"{_DENIALS} {_DAYS} {_COUNTS}".split())
"""They turn a sentence, name a day or count: with another of them it is another complaint."""
MAX_OUTLET = 45
"""Characters at the end, in which the outlet of a headline stands."""
_OUTLET = re.compile(r" [-–—|] [^-–—|\n]{2,40}$")
"""The outlet behind a headline: 'Northwind grounds its fleet - Daily Post'."""
_HIDDEN = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+|['\u2019]")
_NAME = re.compile(r"(?<![.!?:\n] )(?<!^)\b[A-Z][A-Za-z]+\b")


class PostWords(NamedTuple):
    words: tuple[str, ...]
    """Without links, handles, hashtags and the outlet behind a headline; all in lower case."""
    names: frozenset[str]
    """Those with a capital inside a sentence; none if all is in capitals."""

    @property
    def letters(self) -> str:
        return " ".join(self.words)


def split_post_words(text: str) -> PostWords:
    said = _HIDDEN.sub("", _remove_outlet(text)).strip()
    names = frozenset[str]() if said.isupper() else frozenset(map(str.lower, _NAME.findall(said)))
    return PostWords(tuple([word[:MAX_WORD_LETTERS] for word in split_copy_words(said)[:MAX_WORDS]]), names)


def list_numbers(words: tuple[str, ...] | list[str]) -> list[str]:
    """Return what has a digit, sorted: another flight, price or order needs another answer."""
    return sorted([word for word in words if not word.isalpha()])


def compare_words(one: PostWords, other: PostWords) -> tuple[list[str], list[str]]:
    """Return the words that only one or the other has, each as often as it has them more."""
    first, second = Counter(one.words), Counter(other.words)
    return list((first - second).elements()), list((second - first).elements())


def build_similarity_keys(text: str, subject: str) -> tuple[str, ...]:
    """Return keys of which near-duplicates share at least one; none for a short post.

    The numbers are part of each. They find candidates only, so that a collision does no harm.
    """
    words = normalize_copy_text(_remove_outlet(text)).split()[:MAX_WORDS]
    if len(words) < MIN_WORDS:
        return ()
    about = crc32(f"{subject}|{' '.join(list_numbers(words))}".encode())
    raw = " ".join(words).encode().split()
    pairs = set(map(crc32, raw[1:], map(crc32, raw)))
    return tuple([f"{about:08x}{pair:08x}" for pair in sorted(pairs)[:KEYS_PER_POST]])


def _remove_outlet(text: str) -> str:
    end = text[-MAX_OUTLET:]
    marked = " - " in end or " – " in end or " — " in end or " | " in end
    return _OUTLET.sub("", text.strip()) if marked else text
