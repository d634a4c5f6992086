"""Words and pairs of words in negative posts, and how usual each of them is."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise

from bot.domain.immutable import FrozenModel

MAX_WORDS = 1_000
"""Words kept for each subject; at one and a half times as many, the rarest are dropped."""
MAX_POSTS = 4_000
"""Posts after which all counts are halved, so that old ones lose weight."""
MAX_WORD_LENGTH = 24
"""Letters of the longest informative word."""
MIN_SHARE, PRIOR_POSTS = 1 / 150, 100.0
"""The share assumed for an unknown word, and its weight in posts."""
PRIOR_OWN = 50.0
"""The weight, in posts, of all subjects in the share of one subject."""
_LINKS = re.compile(r"(?:https?://|www\.)\S+|[@&]\w+;?", re.IGNORECASE)
_WORD = re.compile(r"#?[^\W\d_][\w'-]*|[.!?,;:]")
_COMMON_WORDS = """
a about after again all also always am an and another any anyone anything are as at away back be because been before
being but by came can can't cant come could day did didn't do does doesn't doing don't dont down each even ever every
everyone few first for from get gets getting give go goes going gone good got great guys had has have having he her
here hey hi him his how i i'd i'll i'm i've if im in into is isn't it it's its ive just keep know last least let like
ll look lot made make many may me might more most much must my need never new next no not nothing now of off oh ok on
once one only or other our out over own people please put re really right said same say says see seems she should
since so some someone something still such sure take tell than thank thanks that that's the their them then there
these they they're thing things think this those though through time to today told too took tried try trying two u
under until up ur us use very via want wanted was wasn't way we we're well went were what when where which while who
why will with without won't work would wouldn't yes yet you you're your
"""
_COMMON = frozenset(_COMMON_WORDS.split())


_FUNCTION_WORDS = frozenset(
    ["a", "an", "and", "are", "but", "i", "i'm", "is", "it", "my", "of", "or", "so", "the", "was", "you"]
)
"""A pair with one of these says no more than its other word."""


@lru_cache(maxsize=2_000)
def extract_informative_words(text: str) -> frozenset[str]:
    """Return the words and pairs of neighbouring words that may say what a text is about, without handles and links."""
    words = _WORD.findall(_LINKS.sub(" . ", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")))
    found = {word for word in words if _is_informative(word)}
    for one, two in pairwise(words):
        if _is_joinable(one) and _is_joinable(two) and (_is_informative(one) or _is_informative(two)):
            found.add(f"{one[:MAX_WORD_LENGTH]} {two[:MAX_WORD_LENGTH]}")
    return frozenset(found)


def _is_informative(word: str) -> bool:
    return 2 < len(word) <= MAX_WORD_LENGTH and word not in _COMMON


def _is_joinable(word: str) -> bool:
    return word[0] not in ".!?,;:" and word not in _FUNCTION_WORDS


class WordCounts(FrozenModel):
    """The number of posts with each word, and of all posts."""

    posts: float = 0.0
    counts: Mapping[str, float] = {}

    def learn_texts(self, texts: Iterable[str]) -> "WordCounts":
        texts = list(texts)
        if not texts:
            return self
        counts: dict[str, float] = dict(self.counts)
        for word in chain.from_iterable(map(extract_informative_words, texts)):
            counts[word] = counts.get(word, 0.0) + 1
        posts = self.posts + len(texts)
        if posts > MAX_POSTS:
            posts, counts = posts / 2, {word: count / 2 for word, count in counts.items() if count > 1}
        if len(counts) > MAX_WORDS * 1.5:
            counts = dict(sorted(counts.items(), key=lambda item: -item[1])[:MAX_WORDS])
        return self.copy_with(posts=posts, counts=counts)


def estimate_share(word: str, own: WordCounts, all_words: Sequence[WordCounts]) -> float:
    """Return the share of a subject's negative posts with this word, smoothed by the posts of all subjects."""
    had, posts = MIN_SHARE * PRIOR_POSTS, PRIOR_POSTS
    for words in all_words:
        had += words.counts.get(word, 0.0)
        posts += words.posts
    return (own.counts.get(word, 0.0) + PRIOR_OWN * had / posts) / (own.posts + PRIOR_OWN)


def group_people_by_word(posts: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Return the people who use each informative word; `posts` are pairs of author and text."""
    found: dict[str, set[str]] = defaultdict(set)
    for who, text in posts:
        for word in extract_informative_words(text):
            found[word].add(who)
    return found
