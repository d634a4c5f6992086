"""Shapes of spam: what the structure of a post gives away."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.detectors.detector import AnalysisContext
from bot.detectors.text.word_flags import HANDLE, HASHTAG, SAID

# Log-odds, set by hand (2026-11-22) on half of tests/detectors/lines/spam.toml and on ordinary posts.
FEW_BRANDS, MANY_HASHTAGS, MANY_LINKS, MANY_HANDLES = 3, 8, 3, 6
HIDING = 4
"""Invisible letters from which somebody hides words; one or two come with emoji and with copying."""
RIGHT_TO_LEFT = "\u202e"
"""Reverses what follows, so that the name of a file looks like another."""
TITLE_MIN, TITLE_MAX, MIN_WORDS_BEFORE = 2, 8, 4
SMALL = frozenset(["and", "of", "in", "for", "the", "&"])
LEADS = frozenset(["at", "on", "visit", "see", "also", "here", "read", "more", "check", "out", "try", "buy", ":"])
STOPS = ".!?,;…"


class SpamShape(NamedTuple):
    name: str
    points: float
    discredits_story: bool = False
    """Whether a customer's story beside it is not believed."""


def find_structure(context: AnalysisContext) -> list[SpamShape]:
    found = [*_find_link_patterns(context)] if context.links else []
    if context.flags & HASHTAG:
        found += _find_hashtag_piles(context)
    if context.invisible_count >= HIDING:
        found.append(SpamShape("hidden letters", 1.4 + (1.6 if context.links else 0.0), discredits_story=True))
    if RIGHT_TO_LEFT in context.mention.text:
        found.append(SpamShape("letters turned around", 2.0))
    return found


def _find_link_patterns(context: AnalysisContext) -> Iterator[SpamShape]:
    links, count = len(context.links), context.word_flags.count
    if links >= MANY_LINKS:
        yield SpamShape("many links", 1.2 + 0.6 * (links - MANY_LINKS))
    handles, hashtags, words = count(HANDLE), count(HASHTAG), count(SAID) - links
    if handles >= MANY_HANDLES:
        yield SpamShape("a crowd of handles and a link", 3.4 if words <= handles else 1.2)
    elif not words and not handles and not hashtags:
        yield SpamShape("nothing but a link", 3.6)
    elif not words and (hashtags >= FEW_BRANDS or handles >= FEW_BRANDS + 1):
        yield SpamShape("links without words", 3.0)


def _find_hashtag_piles(context: AnalysisContext) -> Iterator[SpamShape]:
    hashtags = [word for word in context.word_flags.select_words(HASHTAG) if len(word) > 1]
    if len(hashtags) >= MANY_HASHTAGS:
        points = 0.35 * (len(hashtags) - MANY_HASHTAGS + 2) + (0.8 if context.links else 0.0)
        yield SpamShape("a pile of hashtags", points)
    if len(hashtags) - len(set(hashtags)) >= FEW_BRANDS:
        yield SpamShape("the same hashtag again and again", 2.8)


def find_brand_list(context: AnalysisContext, lexicon: Mapping[str, frozenset[str]]) -> Iterator[SpamShape]:
    brands = len(lexicon["brands"].intersection(context.words))
    goods = len(lexicon["goods"].intersection(context.words))
    if brands >= FEW_BRANDS or (goods >= FEW_BRANDS and brands):
        yield SpamShape("a list of brands", 2.8 + (1.6 if context.links else 0.0))
    elif brands > 1 and brands + goods >= FEW_BRANDS:
        yield SpamShape("a list of brands", 1.6)


def find_title_tail(context: AnalysisContext, commerce: frozenset[str]) -> Iterator[SpamShape]:
    """Find a title at the end that no sentence needs: `…, as she said. Emergency Plumber Leeds 24 Hours`."""
    tail = _find_trailing_title(context.tokens)
    if "Customer" not in tail and not commerce.isdisjoint([word.lower() for word in tail]):
        points = 3.4 if len(tail) > TITLE_MIN else 2.8
        yield SpamShape(f"ends in '{' '.join(tail)}'", points, discredits_story=True)


def _find_trailing_title(tokens: Sequence[str]) -> list[str]:
    """Return the last words if each begins with a capital and they stand alone or behind "read more at"."""
    end = len(tokens)
    while end and not tokens[end - 1][0].isalnum():
        end -= 1
    start = end
    while start and end - start <= TITLE_MAX and _is_title_word(tokens[start - 1]):
        start -= 1
    while start < end and tokens[start].lower() in SMALL | LEADS:
        start += 1
    tail = list(tokens[start:end])
    if not TITLE_MIN <= len(tail) <= TITLE_MAX or all(map(str.isupper, tail)):
        return []
    while start and tokens[start - 1].lower() in SMALL | LEADS:
        start -= 1
    alone = start and tokens[start - 1][0] in STOPS
    return tail if alone and sum(map(str.isalpha, tokens[:start])) >= MIN_WORDS_BEFORE else []


def _is_title_word(word: str) -> bool:
    return word[0].isupper() or word[0].isdigit() or word in SMALL
