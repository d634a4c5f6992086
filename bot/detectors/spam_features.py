"""Small signs of an offer to whoever reads: each says little, and several together say much."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.detectors.spam_calls_to_action import CallsToAction
from bot.detectors.text.lexicon_files import load_lexicon
from bot.detectors.text.phrase_index import HURRIES
from bot.detectors.text.phrases import convert_log_odds
from bot.detectors.text.word_flags import (
    AHEAD,
    ASKS,
    CUTS,
    HASHTAG,
    HINT,
    LINK,
    POLITE,
    PRICED,
    SAID,
    SIGN,
    SMALL,
    STOPS,
    STORY,
    WordFlags,
    is_flattery,
)

START = -3.4
"""Log-odds of a post without any sign."""
TYPED = re.compile(r"[A-Z0-9-]{0,9}[A-Z]{2}[A-Z0-9-]{0,9}\d[A-Z0-9-]{0,9}|[A-Z]{5,12}\d{0,4}|\d{5,7}")
"""What is typed to get a discount: FLY20."""
IN_SO_MANY = re.compile(
    r" (?:in|within) (?:a|an|the|one|two|three|\d{1,3}) (?:min|minutes|hour|hours|days|day|week|weeks|month) "
)
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


class SpamPost(NamedTuple):
    """What is read of one."""

    tokens: Sequence[str]
    word_flags: WordFlags
    calls_to_action: CallsToAction
    offers: Mapping[str, int]
    """Of each kind of offer, how many of its words stand there."""
    model_log_odds: float
    """What the model hears that speaks against an offer."""


class SpamFeatureScorer:
    def __init__(self, brands: Iterable[str]) -> None:
        read = load_lexicon("spam_features")
        self._kinds: dict[str, list[str]] = {}
        for kind, words in {**read["words"], "brands": brands}.items():
            for word in words:
                self._kinds.setdefault(word, []).append(kind)
        self._trades = frozenset(read["words"]["trades"])
        self._worth: Mapping[str, float] = read["worth"]
        self._unlike: Mapping[str, float] = read["against"]
        self._heard: Mapping[str, float] = read["heard"]
        self._single = {
            word: sum(self._worth.get(COUNTED[kind][0], 0.0) for kind in kinds if kind in COUNTED)
            for word, kinds in self._kinds.items()
        }
        """What each is worth before anybody has looked at the others."""

    def is_promising(self, known: WordFlags, offers: Iterable[str], model_log_odds: float) -> bool:
        """Whether a closer look may find an offer: single words, a link and what the model hears tell nearly always.

        `model_log_odds`: what the model says against it.
        """
        points = START + BY_SHAPE_MOST + model_log_odds + sum([self._single[word] for word in known.select_words(SIGN)])
        points += sum([self._worth.get(kind, 0.0) for kind in offers])
        if known.flags & LINK:
            points += LINKED
        return points > 0.0 or known.count(HASHTAG) >= WALL_FROM

    def score_model_evidence(self, chances: Sequence[float], odds: Mapping[str, float]) -> float:
        """What speaks against an offer by what the model hears: log-odds of nought or less."""
        worth = self._heard
        points = worth["negative"] * chances[0] + worth["positive"] * chances[2]
        return points + sum([worth[head] * convert_log_odds(odds[head]) for head in HEADS if head in odds])

    def score_post(self, post: SpamPost) -> tuple[float, list[str]]:
        """Log-odds of an offer, and what they rest on, the strongest first."""
        found = {sign: self._worth[sign] for sign in self._list_features(post) if sign in self._worth}
        points = START + sum(found.values())
        if points <= 0.0:
            return points, []
        points += sum(self._unlike[sign] for sign in _list_customer_features(post.word_flags))
        points += post.model_log_odds
        return points, sorted(found, key=lambda sign: -found[sign])

    def _list_features(self, post: SpamPost) -> Iterator[str]:
        """Their names, as `[worth]` has them."""
        known, hooks = post.word_flags, post.calls_to_action
        for kind, many in post.offers.items():
            yield kind
            if many > 1:
                yield f"{kind}, more"
        if hooks.has_contact:
            yield "something to click or call"
        if hooks.has_phone:
            yield "a number to call"
        if hooks.has_percentage:
            yield "so many per cent"
        counts = self._count_kinds(known.select_words(SIGN | HINT))
        for kind, (one, more) in COUNTED.items():
            if found := counts.get(kind, 0):
                yield one
                if found > 1:
                    yield more
        yield from _list_money_features(post.tokens, known, counts)
        yield from self._list_speech_features(known, counts)
        yield from self._list_shape_features(known)

    def _count_kinds(self, words: Iterable[str]) -> Mapping[str, int]:
        """Of each kind, how many different words of it are among these, of which each is of some kind."""
        counts: dict[str, int] = {}
        for word in set(words):
            for kind in self._kinds[word]:
                counts[kind] = counts.get(kind, 0) + 1
        return counts

    def _list_speech_features(self, known: WordFlags, counts: Mapping[str, int]) -> Iterator[str]:
        words = known.words
        asked = _count_imperatives(known)
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
        if is_flattery(known.flags):
            yield "flattery of a page"
        if HURRIES in known.phrases:
            yield "it hurries"
        if known.flags & AHEAD and IN_SO_MANY.search(f" {' '.join(words)} "):
            yield "in so many days"

    def _list_shape_features(self, known: WordFlags) -> Iterator[str]:
        hashtags, said, cuts = known.count(HASHTAG), known.count(SAID), known.count(CUTS)
        if hashtags >= WALL_FROM:
            yield "hashtags"
            if hashtags >= WALL_SHARE * (hashtags + said):
                yield "a wall of hashtags"
        if said >= HEAP_FROM and known.count(SMALL) <= HEAP_SHARE * said:
            yield "a heap of words"
            if max(Counter(known.select_words(SAID)).values()) >= AGAIN:
                yield "the same word again and again"
        if cuts >= ITEMS - 1 and said <= ITEM_LONGEST * (cuts + 1):
            yield "a list"
        if known.flags & STOPS and self._has_trailing_title(known):
            yield "a title at its end"

    def _has_trailing_title(self, known: WordFlags) -> bool:
        """Words behind the last full stop that are no sentence, and name a trade."""
        traits = known.flags_by_word
        start = next(place for place in range(len(traits), 0, -1) if traits[place - 1] & STOPS)
        tail = traits[start:]
        if start <= BEFORE_TAIL or len(tail) not in TAIL or not all(trait & SAID for trait in tail):
            return False
        return sum(trait & SMALL > 0 for trait in tail) <= 1 and not self._trades.isdisjoint(known.words[start:])


def _list_customer_features(known: WordFlags) -> Iterator[str]:
    """What customers write and sellers do not."""
    if known.flags & STORY:
        yield "a customer's words"
    if known.flags & POLITE:
        yield "polite"
    if known.words[-1:] == ["?"]:
        yield "it asks"
    if "rt" in known.words:
        yield "passes on what others said"


def _count_imperatives(known: WordFlags) -> int:
    """Sentences that begin with something to be done."""
    return len([place for place in known.find_places(ASKS) if place == 0 or not known.flags_by_word[place - 1] & SAID])


def _list_money_features(tokens: Sequence[str], known: WordFlags, counts: Mapping[str, int]) -> Iterator[str]:
    prices = known.count(PRICED)
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
