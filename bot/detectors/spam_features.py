"""Extract the features by which spam is scored: words, pairs of words, and the shape of the whole post."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.detectors.text.lexicon_files import LexiconTable
from bot.detectors.text.spam_words import SHAPE
from bot.detectors.text.word_flags import (
    CUTS,
    FIGURES,
    HANDLE,
    HASHTAG,
    LINK,
    PRICED,
    SAID,
    SMALL,
    STOPS,
    WordFlags,
)

TAIL_READ = 400
_TOP_LEVEL = r"\.(?:biz|co|com|example|info|io|ly|me|net|online|org|ru|shop|site|top|xyz)\b"
TOP_LEVEL = re.compile(_TOP_LEVEL)
"""Searched before `DOMAIN`, which tries each word: most full stops end a sentence."""
DOMAIN = re.compile(r"(?<![\w@.-])[a-z0-9][a-z0-9-]{1,30}" + _TOP_LEVEL)
PHONE = re.compile(r"[+\d](?<![\w/.,$€£#-].)(?:(?<=\+)\d)?(?<=\d)(?:[ ().-]{0,2}\d){8,13}(?![ ().-]{0,2}\d)(?!\w)")
"""Begins with a set of letters, which is what a search skips to."""
ADDRESS = re.compile(r"[\w.+-]@[\w-]{1,40}\.[a-z]{2,12}\b")
"""All repetitions are bounded, so that no text makes them run away."""
CONTACT = "something to click or call"

HIDING = 4
"""Invisible letters from which somebody hides words; one or two come with emoji and with copying."""
RIGHT_TO_LEFT = "\u202e"
"""Reverses what follows, so that the name of a file looks like another."""
TITLE_WORDS = range(2, 9)
TAIL_WORDS, WORDS_BEFORE = range(3, 9), 4
LEADS = LexiconTable("word_lists").words["leads"]
"""Words that lead to a title, or that may be small in it."""


class SpamText(NamedTuple):
    text: str
    """Normalized."""
    tokens: Sequence[str]
    flags: WordFlags
    hidden: int
    """Invisible letters of the original."""


def extract_spam_features(post: SpamText) -> set[str]:
    """Return the features that the post has; each counts once."""
    names = [word.name for word in post.flags.spam_words]
    features = {word.stem for word in post.flags.spam_words if word.stem}.union(map(" ".join, pairwise(names)))
    features.update(names, [SHAPE + name for name in list_shapes(post)])
    return features


def list_shapes(post: SpamText) -> Iterator[str]:
    flags, words = post.flags, post.flags.words
    yield from _list_contact_shapes(post)
    if flags.flags & HASHTAG:
        yield from _list_hashtag_shapes(flags)
    if flags.flags & PRICED and flags.count(PRICED) > 2:
        yield "many prices"
    if flags.flags & HANDLE and flags.count(HANDLE) > 4:
        yield "a crowd of handles"
    yield from _list_sentence_shapes(flags)
    if flags.flags & STOPS and _has_trailing_title(post.tokens):
        yield "a title at its end"
    if post.hidden >= HIDING:
        yield "hidden letters"
    if RIGHT_TO_LEFT in post.text:
        yield "letters turned around"
    if words:
        yield from _list_customer_shapes(flags)


def _list_contact_shapes(post: SpamText) -> Iterator[str]:
    links, tail = post.flags.count(LINK), post.text[-TAIL_READ:].lower()
    phone = PHONE.search(tail) if post.flags.flags & FIGURES else None
    called = phone is not None and not phone[0].isdecimal()  # plain digits are the number of an order
    named = not links and "." in tail and TOP_LEVEL.search(tail) is not None and DOMAIN.search(tail) is not None
    mail = "@" in tail and "." in tail and ADDRESS.search(tail) is not None
    if called:
        yield "a number to call"
    if named or mail:
        yield "an address"
    if links or called or named or mail:
        yield CONTACT
    if links > 1:
        yield "several links"
        if links > 2:
            yield "many links"
    if links and post.flags.count(SAID) <= links:
        yield "nothing but links"


def _list_hashtag_shapes(flags: WordFlags) -> Iterator[str]:
    hashtags = len([word for word in flags.select_words(HASHTAG) if len(word) > 1])
    if hashtags > 2:
        yield "hashtags"
    if hashtags > 5:
        yield "many hashtags"
    if hashtags >= flags.count(SAID):
        yield "mostly hashtags"


def _list_sentence_shapes(flags: WordFlags) -> Iterator[str]:
    small, count = flags.count(SMALL), flags.count(SAID)
    if count > 4 and small >= 0.45 * count:
        yield "whole sentences"
    if count > 6 and _has_repeated_word(flags, count - small):
        yield "the same word again and again"
    cuts = flags.count(CUTS)
    if cuts >= 3 and count <= 4 * (cuts + 1):
        yield "a list"
    if flags.flags & STOPS and _has_trailing_words(flags):
        yield "words behind its last sentence"


def _list_customer_shapes(flags: WordFlags) -> Iterator[str]:
    """List what customers write, and companies that answer them."""
    words = flags.words
    if words[0][0] == "@" and len(words[0]) > 1:
        yield "to a handle"
    if words[-1] == "?":
        yield "a question"
    if words[-2:-1] == ["^"] and words[-1].isalpha() and len(words[-1]) < 4:
        yield "signed"
    if "rt" in words:
        yield "a quotation"


def _has_repeated_word(flags: WordFlags, count: int) -> bool:
    """Return True if a word is said three times. `count`: words that are more than `SMALL`."""
    if count - len(set(flags.topic_words)) < 1:  # the empty word is one of the set, or there are no small words
        return False
    return max(Counter(filter(None, flags.topic_words)).values(), default=0) > 2


def _has_trailing_title(tokens: Sequence[str]) -> bool:
    """Return True if it ends in capitals that no sentence needs: `…, as she said. Emergency Plumber Leeds 24 Hours`."""
    end = len(tokens)
    while end and not tokens[end - 1][0].isalnum():
        end -= 1
    start = end
    while start and end - start < TITLE_WORDS.stop and _is_title_word(tokens[start - 1]):
        start -= 1
    while start < end and tokens[start].lower() in LEADS:
        start += 1
    if end - start not in TITLE_WORDS or all(map(str.isupper, tokens[start:end])):
        return False
    while start and tokens[start - 1].lower() in LEADS:
        start -= 1
    return start > 0 and tokens[start - 1][0] in ".!?,;…" and sum(map(str.isalpha, tokens[:start])) >= WORDS_BEFORE


def _is_title_word(word: str) -> bool:
    return word[0].isupper() or word[0].isdigit() or word in LEADS


def _has_trailing_words(flags: WordFlags) -> bool:
    """Return True if the words behind the last full stop are no sentence."""
    tail = 1
    known = flags.flags_by_word
    while tail < TAIL_WORDS.stop and tail < len(known) and not known[-tail - 1] & STOPS:
        tail += 1
    if tail not in TAIL_WORDS or len(known) - tail <= WORDS_BEFORE or not all(own & SAID for own in known[-tail:]):
        return False
    return sum([own & SMALL > 0 for own in known[-tail:]]) <= 1
