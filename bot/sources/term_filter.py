"""Whether a post may name a subject: for outlets that send everything, before the posts go into the inbox.

Looser than the detector, which decides. Misspelled names and letters of other scripts that look alike are not found.
"""

import re
from collections.abc import Iterable, Iterator

from ahocorasick_rs import BytesAhoCorasick

from bot.domain.mention import Mention
from bot.domain.own_accounts import NO_ACCOUNTS, OwnAccounts
from bot.domain.subject import Subject
from bot.domain.text_normalization import fold_for_search, fold_letters, normalize_text

SHORT = 5
"""Letters of a name below which it must stand by itself: there are too many words with "air" in them."""
NEEDLE_FROM = 3
_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
"""Scripts that put no space between words, or endings right behind them."""
_GAP = r"[\W_]{0,4}(?:(?:and|und|et|y|e)[\W_]{1,2})?"
"""Between two words of a name: "H&M", "H and M", "coca-cola", "Toys \"R\" Us"."""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_ESCAPE = rb"\u"
_ESCAPED_LETTER = re.compile(rb"\\u(?!00(?:2|3[a-fA-F])|202[89])")
"""Of JSON. Go's encoder writes "&", "<", ">" and two line breaks in this way: those are common, and no letters."""


class TermFilter:
    """The terms and handles of all subjects. With no subject, everything matches."""

    def __init__(
        self, subjects: Iterable[Subject], markers: Iterable[bytes] = (), own_accounts: OwnAccounts = NO_ACCOUNTS
    ) -> None:
        """`markers`: bytes, in small letters, with which a post may match whatever its words are."""
        self._own_accounts = own_accounts
        terms = dict.fromkeys(term for subject in subjects for term in (*subject.terms, *subject.handles))
        spellings = [form for term in terms for form in _iter_spellings(term)]
        self._pattern = re.compile("|".join(map(_build_pattern, spellings)))
        needles = {_find_needle(form) for form in spellings}
        self._is_open = not needles or "" in needles
        self._other_scripts = sorted(needle for needle in needles if not needle.isascii())
        ascii_needles = sorted(needle.encode() for needle in needles if needle and needle.isascii())
        self._finder = BytesAhoCorasick([_ESCAPE, *ascii_needles, *markers])

    def matches(self, text: str) -> bool:
        return not self._pattern.pattern or self._pattern.search(fold_letters(normalize_text(text))) is not None

    def matches_mention(self, mention: Mention) -> bool:
        """Whether a post is published: it may name a subject, or one of our accounts answers somebody."""
        return self.matches(mention.text) or self._own_accounts.is_own_reply(mention)

    def may_match(self, raw: bytes) -> bool:
        """Whether a post may be in these bytes of JSON in UTF-8: a test that is quicker than to parse them."""
        if self._is_open:
            return True
        if found := self._finder.find_matches_as_indexes(raw.lower()):
            return any(pattern for pattern, _, _ in found) or _ESCAPED_LETTER.search(raw) is not None
        if raw.isascii():
            return False
        words = b" ".join([word for word in raw.split(b" ") if not word.isascii()]).decode("utf-8", "replace")
        if self._finder.find_matches_as_indexes(fold_for_search(words)):
            return True
        if not self._other_scripts:
            return False
        folded = fold_letters(normalize_text(words))
        return any(needle in folded for needle in self._other_scripts)


def _iter_spellings(term: str) -> Iterator[str]:
    """Yield a term as posts are compared with it, and as it is typed without a key for its dots."""
    term = normalize_text(term).casefold()
    yield fold_letters(term)
    if (typed := term.translate(_UMLAUTS)) != term:
        yield fold_letters(typed)


def _build_pattern(form: str) -> str:
    words = _WORD.findall(form)
    if not words:  # an emoji
        return re.escape(form.strip())
    body = _GAP.join(map(re.escape, words))
    if _UNSPACED.search(form) or sum(map(len, words)) >= SHORT:
        return body
    return rf"(?<![^\W_]){body}(?:'?s)?(?![^\W_])"


def _find_needle(form: str) -> str:
    """Return a word that each spelling of the term contains, or an empty string if all are too short to tell."""
    words = sorted(_WORD.findall(form), key=lambda word: (word.isascii(), len(word)))
    return words[-1] if words and (len(words[-1]) >= NEEDLE_FROM or not words[-1].isascii()) else ""


MOST_SEARCHES = 50


def list_search_terms(subjects: Iterable[Subject]) -> list[str]:
    """Return what to search for, each once, where an outlet searches for one phrase at a time.

    Handles and hashtags lose their sign: they are another outlet's, and people write the name here.
    """
    terms = (term.lstrip("@#") for subject in subjects for term in subject.terms)
    return list({term.casefold(): term for term in terms if _WORD.search(term)}.values())[:MOST_SEARCHES]
