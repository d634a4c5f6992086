"""Small signs of an offer to whoever reads: each says little, and several together say much."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

from bot.detectors.lexicons.hooks import Hooks
from bot.detectors.lexicons.memory import Memory
from bot.detectors.lexicons.phrases import Phrases, likelihood

START = -3.4
"""Log-odds of a post without any sign."""
MONEY = re.compile(r"[$€£₹]\d|\d[\d.,]{0,9}[$€£₹]$")
COINS = frozenset(["$", "€", "£", "₹", "usd", "eur", "gbp", "euro", "euros", "dollars", "bucks", "pounds"])
TYPED = re.compile(r"[A-Z0-9-]{0,9}[A-Z]{2}[A-Z0-9-]{0,9}\d[A-Z0-9-]{0,9}|[A-Z]{5,12}\d{0,4}|\d{5,7}")
"""What is typed to get a discount: FLY20."""
IN_SO_MANY = re.compile(
    r" (?:in|within) (?:a|an|the|one|two|three|\d{1,3}) (?:min|minutes|hour|hours|days|day|week|weeks|month) "
)
CUTS = frozenset(",|/•·–-;+~=→*")
ENDS = frozenset(".!?…")
HEAP_FROM, HEAP_SHARE = 7, 0.12
"""Words, and the share of small ones, from which on and below which they are no sentence."""
AGAIN = 3
ITEMS, ITEM_LONGEST = 4, 4
TAIL, BEFORE_TAIL = range(3, 9), 4
WALL_FROM, WALL_SHARE = 7, 0.5
BY_SHAPE_MOST, LINKED = 4.0, 2.3
"""What shape, money and imperatives may add before anybody has looked: hardly any offer rests on more of it."""
HEADS = ("complaint", "question")
COUNTED = {
    "terms": ("terms of sale", "many terms of sale"),
    "pages": ("speaks of a page", "speaks much of a page"),
    "persons": ("a profession", "professions"),
    "paid": ("what it pays", "what it pays, more"),
    "trades": ("a trade", "trades"),
    "brands": ("a foreign brand", "foreign brands"),
    "papers": ("papers", "and more of them"),
    "made_up": ("copies or originals", "and more of them"),
    "where": ("where to write", "and more of them"),
    "pointing": ("points with emoji", "and more of them"),
}
"""Words of each kind, and what one of them and more of them are called."""


class Post(NamedTuple):
    """What is read of one."""

    tokens: Sequence[str]
    words: list[str]
    hooks: Hooks
    offers: Mapping[str, int]
    """Of each kind of offer, how many of its words stand there."""
    heard: float
    """What the model hears that speaks against an offer."""


class Signs:
    def __init__(self, pitches: Mapping[str, frozenset[str]]) -> None:
        """`pitches`: the lists of words that the shapes of spam share."""
        read = tomllib.loads((files(__package__) / "signs.toml").read_text("utf-8"))
        kinds = {kind: frozenset(words) for kind, words in read["words"].items()}
        self._small, self._asks = kinds.pop("small"), kinds.pop("asks")
        self._hurries = Phrases({"hurries": dict.fromkeys(kinds.pop("hurries"), 1.0)})
        self._against = read["words"]["polite"], pitches["story"]
        self._kinds: dict[str, list[str]] = {}
        for kind, words in {**kinds, "brands": pitches["brands"]}.items():
            for word in words:
                self._kinds.setdefault(word, []).append(kind)
        self._trades = kinds["trades"]
        self._flattery = tuple(pitches[part] for part in ("page", "praise", "reader"))
        self._worth: Mapping[str, float] = read["worth"]
        self._unlike: Mapping[str, float] = read["against"]
        self._heard: Mapping[str, float] = read["heard"]
        self._single = Memory(self._alone)

    def _alone(self, word: str) -> float:
        """What it is worth before anybody has looked at the others."""
        kinds = self._kinds.get(word, ())
        return sum(self._worth.get(COUNTED[kind][0], 0.0) for kind in kinds if kind in COUNTED)

    def promising(self, words: Sequence[str], odd: Sequence[str], offers: Iterable[str], heard: float) -> bool:
        """Whether a closer look may find an offer: single words, a link and what the model hears tell nearly always.

        `odd`: the words that are not letters alone. `heard`: what the model says against it.
        """
        points = START + BY_SHAPE_MOST + heard + sum(map(self._single.__getitem__, words))
        points += sum(self._worth.get(kind, 0.0) for kind in offers)
        if any(word.startswith(("http", "www.")) for word in odd):
            points += LINKED
        return points > 0.0 or sum(word[0] == "#" for word in odd) >= WALL_FROM

    def heard(self, chances: Sequence[float], odds: Mapping[str, float]) -> float:
        """What speaks against an offer by what the model hears: log-odds of nought or less."""
        worth = self._heard
        points = worth["negative"] * chances[0] + worth["positive"] * chances[2]
        return points + sum(worth[head] * likelihood(odds[head]) for head in HEADS if head in odds)

    def weighed(self, post: Post) -> tuple[float, list[str]]:
        """Log-odds of an offer, and what they rest on, the strongest first."""
        found = {sign: self._worth[sign] for sign in self._found(post) if sign in self._worth}
        points = START + sum(found.values())
        if points <= 0.0:
            return points, []
        points += sum(self._unlike[sign] for sign in self._customers(post.words))
        points += post.heard
        return points, sorted(found, key=lambda sign: -found[sign])

    def _customers(self, words: Sequence[str]) -> Iterator[str]:
        """What customers write and sellers do not."""
        polite, story = self._against
        if not story.isdisjoint(words):
            yield "a customer's words"
        if any(word in polite for word in words):
            yield "polite"
        if words[-1:] == ["?"]:
            yield "it asks"
        if "rt" in words:
            yield "passes on what others said"

    def _found(self, post: Post) -> Iterator[str]:
        """Their names, as `[worth]` has them."""
        words, hooks = post.words, post.hooks
        for kind, many in post.offers.items():
            yield kind
            if many > 1:
                yield f"{kind}, more"
        if hooks.contact:
            yield "something to click or call"
        if hooks.phone:
            yield "a number to call"
        if hooks.share:
            yield "so many per cent"
        counts = self._counted(words)
        for kind, (one, more) in COUNTED.items():
            if found := counts.get(kind, 0):
                yield one
                if found > 1:
                    yield more
        yield from _of_money(post.tokens, words, counts)
        yield from self._of_speech(words, counts)
        yield from self._of_shape(words)

    def _counted(self, words: Sequence[str]) -> Counter[str]:
        """Of each kind, how many different words stand there."""
        kinds = self._kinds
        return Counter(kind for word in set(words) if word in kinds for kind in kinds[word])

    def _of_speech(self, words: list[str], counts: Mapping[str, int]) -> Iterator[str]:
        asked = sum(
            word in self._asks and (place == 0 or not words[place - 1][0].isalnum()) for place, word in enumerate(words)
        )
        if asked:
            yield "asks for something"
        if asked > 1:
            yield "asks for more things"
        if "sells" in counts and any(
            one == "we" and "sells" in self._kinds.get(other, ()) for one, other in pairwise(words)
        ):
            yield "we sell"
        if "without" in counts and sum(word in {"no", "without", "zero"} for word in words) > 1:
            yield "no this and no that"
        if not any(part.isdisjoint(words) for part in self._flattery):
            yield "flattery of a page"
        if self._hurries.find(words):
            yield "it hurries"
        if ("in" in words or "within" in words) and IN_SO_MANY.search(f" {' '.join(words)} "):
            yield "in so many days"

    def _of_shape(self, words: Sequence[str]) -> Iterator[str]:
        hashtags = sum(word[0] == "#" for word in words)
        said = [word for word in words if word[0].isalnum()]
        if hashtags >= WALL_FROM:
            yield "hashtags"
            if hashtags >= WALL_SHARE * (hashtags + len(said)):
                yield "a wall of hashtags"
        if len(said) >= HEAP_FROM and sum(word in self._small for word in said) <= HEAP_SHARE * len(said):
            yield "a heap of words"
            if max(Counter(said).values()) >= AGAIN:
                yield "the same word again and again"
        cuts = sum(word in CUTS for word in words)
        if cuts >= ITEMS - 1 and len(said) <= ITEM_LONGEST * (cuts + 1):
            yield "a list"
        if self._ends_in_title(words):
            yield "a title at its end"

    def _ends_in_title(self, words: Sequence[str]) -> bool:
        """Words behind the last full stop that are no sentence, and name a trade."""
        end = next((place for place in range(len(words) - 1, -1, -1) if words[place][0] in ENDS), -1)
        tail = words[end + 1 :]
        if end < BEFORE_TAIL or len(tail) not in TAIL or not all(word[0].isalnum() for word in tail):
            return False
        return sum(word in self._small for word in tail) <= 1 and not self._trades.isdisjoint(tail)


def _of_money(tokens: Sequence[str], words: Sequence[str], counts: Mapping[str, int]) -> Iterator[str]:
    prices = sum(1 for word in words if word in COINS or MONEY.search(word))
    for least, sign in ((1, "a price"), (2, "several prices"), (3, "many prices")):
        if prices >= least:
            yield sign
    if prices and "each" in counts and "earns" in counts:
        yield "what one earns"
    if "codes" in counts:
        yield "a code"
        if any(TYPED.fullmatch(token) for token in tokens):
            yield "a code to type"
        if prices or "gains" in counts:
            yield "a code and a gain"
