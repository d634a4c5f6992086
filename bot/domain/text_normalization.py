"""Normalize text: one spelling for each letter, and the form in which names are compared with posts."""

import html
import re
import unicodedata
from functools import lru_cache

_APOSTROPHES = (
    "\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02c8\u02ca\u02cb\u0374\u0384\u055a\u05f3\u07f4\u1fbd\u1fbf\u1fef\u1ffd"
    "\u2018\u2019\u201a\u201b\u2032\u2035\u275b\u275c\ua78b\ua78c\uff07\uff40"
)
_ONE_SPELLING = str.maketrans(
    {
        **dict.fromkeys(_APOSTROPHES, "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f", '"'),
        **dict.fromkeys("\u2010\u2011", "-"),
        **dict.fromkeys("\u2120\u2122", " "),  # NFKC would write the sign of a trade mark as two letters of the name
    }
)
_BROKEN = (("â€™", "'"), ("â€˜", "'"), ("â€œ", '"'), ("â€\x9d", '"'))
"""Mojibake: UTF-8 decoded as Windows-1252 by an outlet."""
_BACKTICK = re.compile(r"(?<=\w)`(?=\w)")
_UNSEEN = re.compile(
    "\u200d[\u2640\u2642\U0001f9b0-\U0001f9b3]|[\U0001f3fb-\U0001f3ff]"
    "|[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]"
    "|[\u0591-\u05bd\u05bf\u05c1\u05c2\u0640\u064b-\u065f\u0670]"
)
"""Invisible characters, optional vowels of Arabic and Hebrew, and emoji modifiers (gender, hair, skin)."""
_FOUR_ALIKE = re.compile(r"(.)\1\1\1")
"""Tried before `_STRETCHED`: it takes a fifth of the time (2 µs a post, 2026-11-22) and rarely matches."""
_STRETCHED = re.compile(r"([^\W\d_])\1{3,}")

_MARKS = re.compile("[\u0300-\u036f\u0653-\u0655]")
"""Accents of Latin, Greek and Cyrillic letters, and marks on an alef."""
_WITHOUT_ACCENT = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h", "ŧ": "t"}
    | {"ŋ": "n", "ς": "σ", "ة": "ه", "ى": "ي", "ک": "ك", "ی": "ي"}
)
_ONE_LETTER = re.compile("[ßẞøØłŁđĐðÐıæÆœŒþÞħĦŧŦŋŊ]")
"""Letters of `_WITHOUT_ACCENT` that Unicode does not decompose, in both cases."""
MIN_LETTERS = 3
"""Of a word that people add: shorter ones are in posts about anything."""
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")
"""Kana, Han and Hangul, in which one letter can be a word."""
_SIGNIFICANT = frozenset("&#%@")
"""Punctuation that distinguishes names; people leave out the rest."""


def normalize_text(text: str) -> str:
    """Return the text with one spelling for each letter and apostrophe, nothing invisible, no letter four times."""
    if "&" in text:
        text = html.unescape(html.unescape(text))  # feeds escape what was escaped before
    if not text.isascii():
        if "â€" in text:
            for broken, meant in _BROKEN:
                text = text.replace(broken, meant)
        text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text.translate(_ONE_SPELLING)))
    if "`" in text:
        text = _BACKTICK.sub("'", text)
    return collapse_stretched(text)


def collapse_stretched(text: str) -> str:
    return _STRETCHED.sub(r"\1\1\1", text) if _FOUR_ALIKE.search(text) else text


def fold_letters(text: str) -> str:
    """Return the text without case and accents, as people in a hurry type it."""
    if text.isascii():
        return text.lower()
    text = _MARKS.sub("", unicodedata.normalize("NFD", text.casefold()))
    return unicodedata.normalize("NFC", text).translate(_WITHOUT_ACCENT)


def fold_for_search(text: str) -> bytes:
    """Return what is ASCII in the normalized text without case and accents, without what is between.

    A tenth of the time of `fold_letters(normalize_text(text))`, for searches that may find too much. Letters that are
    repeated stay, and so do letters that are written as entities of HTML.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    return _ONE_LETTER.sub(_fold_match, decomposed).encode("ascii", "ignore").lower()


def _fold_match(letter: re.Match[str]) -> str:
    return _WITHOUT_ACCENT[ord(letter[0].lower())]


def fold_token(token: str) -> str:
    """Return a token in the form in which names are compared; empty for punctuation that people leave out.

    "L'Oréal" is "loreal", "Coca-Cola" is "cocacola", "&" is "and".
    """
    if token == "&":  # noqa: S105  (a word, not a secret)
        return "and"
    folded = collapse_stretched(fold_letters(token))
    if folded.startswith(("http://", "https://", "www.")):
        return folded.rstrip(".,;:!?)]}>'\"")
    if len(folded) > 1 and any(map(str.isalnum, folded)):
        return folded.replace("'", "").replace("-", "").replace("_", "")
    return "".join(letter for letter in folded if not _is_left_out(letter))


def is_findable(term: str) -> bool:
    """Return whether a post can be searched for this term: whether it has a letter, digit or emoji."""
    return any(letter.isalnum() or _is_picture(letter) for letter in fold_letters(normalize_text(term)))


def is_theme_word(term: str) -> bool:
    """Return whether a term is long enough to mean one thing: three letters or digits, a CJK word or an emoji."""
    letters = [one for one in fold_letters(normalize_text(term)) if one.isalnum() or _is_picture(one)]
    return len(letters) >= MIN_LETTERS or any(_CJK.match(one) or _is_picture(one) for one in letters)


def _is_picture(letter: str) -> bool:
    return not letter.isascii() and unicodedata.category(letter) == "So" and not _is_left_out(letter)


@lru_cache(maxsize=10_000)
def _is_left_out(letter: str) -> bool:
    return letter not in _SIGNIFICANT and (letter in "`®©´" or unicodedata.category(letter)[0] in "PZC")
