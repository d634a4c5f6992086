"""Score small features of an offer to anybody: each says little, and several together say much."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.detectors.spam_calls_to_action import CallsToAction
from bot.detectors.text.lexicon_files import KindIndex, load_lexicon
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
"""Log-odds of a post without any feature."""
TYPED = re.compile(r"[A-Z0-9-]{0,9}[A-Z]{2}[A-Z0-9-]{0,9}\d[A-Z0-9-]{0,9}|[A-Z]{5,12}\d{0,4}|\d{5,7}")
"""What is typed to get a discount: FLY20."""
TIME_SPAN = re.compile(
    r" (?:in|within) (?:a|an|the|one|two|three|\d{1,3}) (?:min|minutes|hour|hours|days|day|week|weeks|month) "
)
MIN_HEAP, HEAP_SHARE = 7, 0.12
"""Number of words from which, and share of stopwords below which, they are no sentence."""
AGAIN = 3
ITEMS, ITEM_LONGEST = 4, 4
TAIL, BEFORE_TAIL = range(3, 9), 4
MIN_WALL, WALL_SHARE = 7, 0.5
BY_SHAPE_MOST, LINKED = 4.0, 2.3
"""The maximum that shape, money and imperatives may add unseen: hardly any offer rests on more of it."""
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
"""By kind of word, the features for one word and for several."""


class SpamPost(NamedTuple):
    tokens: Sequence[str]
    word_flags: WordFlags
    calls_to_action: CallsToAction
    offers: Mapping[str, int]
    """The number of different words of each kind of offer."""
    model_log_odds: float
    """Log-odds by the model against an offer."""


class SpamFeatureScorer:
    def __init__(self, brands: Iterable[str]) -> None:
        lexicon = load_lexicon("spam_features")
        self._kinds = KindIndex({**lexicon["words"], "brands": brands})
        self._trades = frozenset(lexicon["words"]["trades"])
        self._worth: Mapping[str, float] = lexicon["worth"]
        self._against: Mapping[str, float] = lexicon["against"]
        self._evidence_weights: Mapping[str, float] = lexicon["heard"]
        self._single = {
            word: sum(self._worth.get(COUNTED[kind][0], 0.0) for kind in kinds if kind in COUNTED)
            for word, kinds in self._kinds.by_word.items()
        }
        """The points of each word by itself."""

    def is_promising(self, flags: WordFlags, offers: Iterable[str], evidence: float) -> bool:
        """Return True if a closer look may find an offer, by single words, a link and the model's log-odds."""
        points = START + BY_SHAPE_MOST + evidence + sum([self._single[word] for word in flags.select_words(SIGN)])
        points += sum([self._worth.get(kind, 0.0) for kind in offers])
        if flags.flags & LINK:
            points += LINKED
        return points > 0.0 or flags.count(HASHTAG) >= MIN_WALL

    def score_model_evidence(self, probabilities: Sequence[float], odds: Mapping[str, float]) -> float:
        """Return log-odds of zero or less: what the model's predictions say against an offer."""
        weights = self._evidence_weights
        points = weights["negative"] * probabilities[0] + weights["positive"] * probabilities[2]
        return points + sum([weights[head] * convert_log_odds(odds[head]) for head in HEADS if head in odds])

    def score_post(self, post: SpamPost) -> tuple[float, list[str]]:
        """Return the log-odds of an offer, and the features that they rest on, the strongest first."""
        found = {name: self._worth[name] for name in self._list_features(post) if name in self._worth}
        points = START + sum(found.values())
        if points <= 0.0:
            return points, []
        points += sum(self._against[name] for name in _list_customer_features(post.word_flags))
        points += post.model_log_odds
        return points, sorted(found, key=lambda name: -found[name])

    def _list_features(self, post: SpamPost) -> Iterator[str]:
        flags, calls = post.word_flags, post.calls_to_action
        for kind, count in post.offers.items():
            yield kind
            if count > 1:
                yield f"{kind}, more"
        if calls.has_contact:
            yield "something to click or call"
        if calls.has_phone:
            yield "a number to call"
        if calls.has_percentage:
            yield "so many per cent"
        counts = self._kinds.count_words(flags.select_words(SIGN | HINT))
        for kind, (one, more) in COUNTED.items():
            if found := counts.get(kind, 0):
                yield one
                if found > 1:
                    yield more
        yield from _list_money_features(post.tokens, flags, counts)
        yield from self._list_speech_features(flags, counts)
        yield from self._list_shape_features(flags)

    def _list_speech_features(self, flags: WordFlags, counts: Mapping[str, int]) -> Iterator[str]:
        words = flags.words
        imperatives = _count_imperatives(flags)
        if imperatives:
            yield "asks for something"
        if imperatives > 1:
            yield "asks for more things"
        kinds = self._kinds.by_word
        if "sells" in counts and any(a == "we" and "sells" in kinds.get(b, ()) for a, b in pairwise(words)):
            yield "we sell"
        if "without" in counts and sum(word in {"no", "without", "zero"} for word in words) > 1:
            yield "no this and no that"
        if is_flattery(flags.flags):
            yield "flattery of a page"
        if HURRIES in flags.phrases:
            yield "it hurries"
        if flags.flags & AHEAD and TIME_SPAN.search(f" {' '.join(words)} "):
            yield "in so many days"

    def _list_shape_features(self, flags: WordFlags) -> Iterator[str]:
        hashtags, words, cuts = flags.count(HASHTAG), flags.count(SAID), flags.count(CUTS)
        if hashtags >= MIN_WALL:
            yield "hashtags"
            if hashtags >= WALL_SHARE * (hashtags + words):
                yield "a wall of hashtags"
        if words >= MIN_HEAP and flags.count(SMALL) <= HEAP_SHARE * words:
            yield "a heap of words"
            if max(Counter(flags.select_words(SAID)).values()) >= AGAIN:
                yield "the same word again and again"
        if cuts >= ITEMS - 1 and words <= ITEM_LONGEST * (cuts + 1):
            yield "a list"
        if flags.flags & STOPS and self._has_trailing_title(flags):
            yield "a title at its end"

    def _has_trailing_title(self, flags: WordFlags) -> bool:
        """Return True if the words behind the last full stop are no sentence, and name a trade."""
        by_word = flags.flags_by_word
        start = next(place for place in range(len(by_word), 0, -1) if by_word[place - 1] & STOPS)
        tail = by_word[start:]
        if start <= BEFORE_TAIL or len(tail) not in TAIL or not all(bits & SAID for bits in tail):
            return False
        return sum(bits & SMALL > 0 for bits in tail) <= 1 and not self._trades.isdisjoint(flags.words[start:])


def _list_customer_features(flags: WordFlags) -> Iterator[str]:
    """List what customers write and sellers do not."""
    if flags.flags & STORY:
        yield "a customer's words"
    if flags.flags & POLITE:
        yield "polite"
    if flags.words[-1:] == ["?"]:
        yield "it asks"
    if "rt" in flags.words:
        yield "repeats what others wrote"


def _count_imperatives(flags: WordFlags) -> int:
    """Count the sentences that begin with something to be done."""
    return len([place for place in flags.find_places(ASKS) if place == 0 or not flags.flags_by_word[place - 1] & SAID])


def _list_money_features(tokens: Sequence[str], flags: WordFlags, counts: Mapping[str, int]) -> Iterator[str]:
    prices = flags.count(PRICED)
    for least, name in ((1, "a price"), (2, "several prices"), (3, "many prices")):
        if prices >= least:
            yield name
    if prices and "each" in counts and "earns" in counts:
        yield "what one earns"
    if "codes" in counts:
        yield "a code"
        if any(TYPED.fullmatch(token) for token in tokens):
            yield "a code to type"
        if prices or "gains" in counts:
            yield "a code and a gain"
