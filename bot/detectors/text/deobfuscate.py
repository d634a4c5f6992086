"""Undo obfuscation: letters of other scripts (homoglyphs), digits for letters (leetspeak)."""

import re

LOWER_HOMOGLYPHS = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u0501\u04bb\u051b\u051d\u03b1\u03bd\u03bf\u03c1\u03c4\u03ba\u03b9\u03c5\u03b5",
    "aeopcyxisjdhqwavoptkiue",
)
"""Letters of other scripts that look like Latin ones."""
UPPER_HOMOGLYPHS = str.maketrans(
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0405\u0391\u0392\u0395\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7",
    "ABEKMHOPCTYXISABEHIKMNOPTX",
)
ANY_LATIN = re.compile(r"[A-Za-z]")
LIKE_LATIN = re.compile(r"[\u0370-\u052f]")
WORDS = re.compile(r"\w+")
LEET_WORD = re.compile(r"\b@?[a-z]{1,20}[0134570$]{1,3}[a-z]{1,20}\b")
LEET_LETTERS = str.maketrans("01345$", "oleass")


def fold_homoglyphs(text: str) -> str:
    """Replace letters that only look Latin, if they stand among Latin ones."""
    return text if text.isascii() or not LIKE_LATIN.search(text) else WORDS.sub(_fold_word, text)


def _fold_word(found: re.Match[str]) -> str:
    word = found[0]
    return word.translate(LOWER_HOMOGLYPHS).translate(UPPER_HOMOGLYPHS) if ANY_LATIN.search(word) else word


def fold_leetspeak(text: str) -> str:
    """Return the text in lower case, with letters for the digits inside its words."""
    return LEET_WORD.sub(lambda found: found[0].translate(LEET_LETTERS), text.lower())
