"""What a route may ask of the post itself, beside its labels. It is computed only for routes that ask for it."""

import re
from abc import abstractmethod
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.immutable import FrozenModel
from bot.domain.mention import Mention
from bot.domain.text_normalization import fold_letters, normalize_text

ALL_DAYS = frozenset(range(7))
ALL_HOURS = frozenset(range(24))
OUTLET_FIELDS = ("rating", "place", "followers", "verified", "bot")
"""What a route may ask for, and only some outlets tell."""
_UNSPACED = "\u0e00"
"""From this letter on, most scripts (Thai, Chinese, Japanese, Korean) do not separate words by spaces."""


class NumberRange(NamedTuple):
    """Both ends belong to it."""

    low: float
    high: float


class PostCondition(FrozenModel):
    @abstractmethod
    def matches_mention(self, mention: Mention) -> bool: ...


NUMBERS: Mapping[str, Callable[[Mention], float | None]] = MappingProxyType(
    {
        "rating": lambda mention: mention.rating.stars if mention.rating else None,
        "followers": lambda mention: mention.author.followers,
    }
)


class NumberCondition(PostCondition):
    """Matches in any of the ranges, and never what the outlet does not tell."""

    key: str
    ranges: tuple[NumberRange, ...]

    def matches_mention(self, mention: Mention) -> bool:
        number = NUMBERS[self.key](mention)
        return number is not None and any(low <= number <= high for low, high in self.ranges)


class PhraseCondition(PostCondition):
    """Matches if the text, or the place, contains any of the phrases as whole words, without case and accents."""

    key: str
    phrases: re.Pattern[str]

    def matches_mention(self, mention: Mention) -> bool:
        text = mention.place if self.key == "place" else mention.text
        return self.phrases.search(fold_phrase(text)) is not None


class AuthorCondition(PostCondition):
    authors: frozenset[str]
    """Handles without @, and ids, in lower case."""

    def matches_mention(self, mention: Mention) -> bool:
        author = mention.author
        return fold_author(author.handle) in self.authors or fold_author(author.id) in self.authors


class AccountCondition(PostCondition):
    """Whether the outlet says that the author's account is `verified`, or a `bot`."""

    key: str
    expected: bool

    def matches_mention(self, mention: Mention) -> bool:
        author = mention.author
        return (author.bot if self.key == "bot" else author.verified) is self.expected


class TimeCondition(PostCondition):
    """When the post was written, in the brand's time zone. 0 is Monday."""

    zone: str
    days: frozenset[int] = ALL_DAYS
    hours: frozenset[int] = ALL_HOURS

    def matches_mention(self, mention: Mention) -> bool:
        local = mention.created_at.astimezone(ZoneInfo(self.zone))
        return local.weekday() in self.days and local.hour in self.hours


def fold_phrase(text: str) -> str:
    return " ".join(fold_letters(normalize_text(text)).split())


def fold_author(name: str) -> str:
    return name.removeprefix("@").casefold()


def compile_phrases(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern that finds any of the phrases in a text that `fold_phrase` returned."""
    return re.compile("|".join(map(_escape_phrase, filter(None, map(fold_phrase, phrases)))))


def _escape_phrase(phrase: str) -> str:
    begins, ends = (letter.isalnum() and letter < _UNSPACED for letter in (phrase[0], phrase[-1]))
    return (r"(?<!\w)" if begins else "") + re.escape(phrase) + (r"(?!\w)" if ends else "")
