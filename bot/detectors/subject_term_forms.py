"""List the forms in which a term of the playbook is found: as it is, in the plural, with and without hyphens."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from bot.detectors.text.deobfuscate import fold_homoglyphs
from bot.detectors.text.lexicon_files import LexiconTable
from bot.detectors.text.tokenizer import TOKEN, normalize
from bot.domain.text_normalization import fold_letters, fold_token

SHORT = 5
"""Letters of a name below which its words must stand together as in the playbook, without a sign beside them."""
PLURAL_FROM = 3
UNSPACED = re.compile("[\u3005\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Scripts that put no space between words: Han, kana, Thai, Lao, Burmese, Khmer."""
KATAKANA = re.compile("[\u30a0-\u30ff]+")
PREFIX_FROM = 4
"""Katakana letters from which a name is accepted at the beginning of a longer word: "オンライン" is no "ライン"."""
SPELLINGS = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
"""What people type without such a key; a letter without its dots is folded anyway."""
SIGNS_MOST = 2
"""Signs that may stand between two words of a name: Toys "R" Us."""
JOINS = frozenset("'\"-·*/–")
ABBREVIATED = 2
"""Letters of a word behind which a period ends no sentence: Dr. Oetker."""
HYPHEN = re.compile(r"[-']")


class TermForm(NamedTuple):
    words: tuple[str, ...]
    """Folded tokens, without the signs that people omit."""
    gaps: frozenset[int]
    """Indices of the words behind which the term has such a sign."""
    check: re.Pattern[str] | None = None
    """A pattern that the folded text must have if the words alone say too little: "3M" is not "3 m"."""
    exact_spelling: str = ""
    """How it must be written if it is a common word otherwise: "GO"."""

    def find_end(self, words: Sequence[str], spelled: Sequence[str], start: int) -> int:
        """Return where the name that begins at `start` ends, or 0 if it does not stand there."""
        place = start + 1
        for number, part in enumerate(self.words[1:], 1):
            limit = place + SIGNS_MOST
            while place < len(spelled) and not spelled[place]:
                if number not in self.gaps and (place == limit or not _is_joining_sign(words[place], words[place - 1])):
                    return 0
                place += 1
            if place >= len(spelled) or spelled[place] != part:
                return 0
            place += 1
        return place

    def is_spelled_like(self, token: str) -> bool:
        """Return True if the token has the capitals that the term needs, perhaps with a possessive."""
        exact = self.exact_spelling
        return not exact or "".join(filter(str.isalnum, token)).startswith(exact)


def _is_joining_sign(sign: str, before: str) -> bool:
    """Return True for a sign that may stand within a name that has none there."""
    return sign in JOINS or (sign == "." and len(before) <= ABBREVIATED)


def tokenize_term(term: str) -> list[str]:
    """Tokenize the term like a post."""
    return [token.lower() for token in TOKEN.findall(normalize(fold_homoglyphs(term)))]


def concat_words(words: Sequence[str]) -> str:
    """Return the name as in a hashtag or handle; empty if it contains signs."""
    bare = [word.lstrip("@#") for word in words]
    return "".join(bare) if all(map(str.isalnum, bare)) else ""


def build_term_forms(term: str) -> list[TermForm]:
    """Return all forms, the term's own first."""
    found: dict[tuple[str, ...], TermForm] = {}
    term = normalize(term)
    for spelling in dict.fromkeys((term, *_list_spellings(term))):
        tokens = tokenize_term(spelling)
        for variant in (tokens, [part for token in tokens for part in _split_hyphens(token)]):
            words, gaps = _extract_core_words(variant)
            for form in _list_plurals(words):
                check, exact = _compile_check(term, form), _find_exact_spelling(term, form)
                found.setdefault(form, TermForm(form, gaps, check, exact))
    return list(found.values())


def compile_term_pattern(term: str) -> re.Pattern[str] | None:
    """Compile what finds a term in a script without spaces in folded text; None for other terms."""
    letters = "".join(fold_letters(normalize(term)).split())
    if not UNSPACED.search(letters):
        return None
    body = r"\s*".join(map(re.escape, letters))
    if len(letters) == 1:
        return re.compile(rf"(?<!\w){body}(?!\w)")
    before = "(?<![\u30a0-\u30ff])" if KATAKANA.match(letters[0]) else ""
    after = "(?![\u30a0-\u30ff])" if KATAKANA.match(letters[-1]) and len(letters) < PREFIX_FROM else ""
    return re.compile(f"{before}{body}{after}")


@cache
def load_common_words() -> frozenset[str]:
    """Return common English words: ordinary beside a name in a hashtag, and no name unless written like one."""
    stopwords, intents = LexiconTable("stopwords"), LexiconTable("intents")
    phrases = [phrase for family in intents.families.values() for phrase in family]
    words = {word.lstrip("#") for phrase in phrases for word in phrase.split()} | intents.words["bad"]
    return stopwords.words["en"] | stopwords.common["en"] | {word for word in words if word.isalpha()}


def _list_spellings(term: str) -> Iterator[str]:
    lowered = term.lower()
    if not lowered.isascii():
        yield "".join(SPELLINGS.get(letter, letter) for letter in lowered)


def _split_hyphens(token: str) -> list[str]:
    return [part for part in token.split("-") if part] if token[:1].isalpha() and "-" in token else [token]


def _extract_core_words(tokens: Sequence[str]) -> tuple[tuple[str, ...], frozenset[int]]:
    words: list[str] = []
    gaps: set[int] = set()
    for token in tokens:
        if folded := fold_token(token):
            words.append(folded)
        else:
            gaps.add(len(words))
    return tuple(words), frozenset(gaps)


def _list_plurals(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not words:
        return
    yield words
    last = words[-1]
    if len(last) >= PLURAL_FROM and last.isalpha() and last.isascii():
        ending = "es" if last[-1] in "sxz" or last[-2:] in ("ch", "sh") else "s"
        yield (*words[:-1], f"{last}{ending}")


def _compile_check(term: str, words: Sequence[str]) -> re.Pattern[str] | None:
    """Require a short name of digits and letters, or of one or two letters, to stand by itself and together."""
    if len("".join(words)) >= SHORT or len(term.split()) > 1 or "and" in words or words[0][0] in "@#":
        return None
    if len(words) == 1 and (len(words[0]) > 2 or not words[0].isalnum()):
        return None
    body = r"(?:[^\w\s]|_){0,30}".join("['_-]?".join(map(re.escape, word)) for word in words)
    return re.compile(rf"(?<![^\W_])(?<![&+$])(?<![^\W_][-'.]){body}(?![^\W_])(?![&+$#])(?!-[^\W_]|'(?!s\b)[^\W_])")


def _find_exact_spelling(term: str, words: Sequence[str]) -> str:
    letters = "".join(filter(str.isalnum, term))
    return letters if len(words) == 1 and letters.isupper() and words[0] in load_common_words() else ""


_PARTICLES = re.compile(
    "(?:들|님|은|는|이|가|을|를|의|에|에서|에게|에게서|께|께서|한테|와|과|도|로|으로|만|까지|부터|보다|처럼|랑|이랑|하고"
    "|라고|이라고|라는|이라는|나|이나|밖에|조차|마저|야|아|여|이여|요|이요|이다|입니다|네|측|란|이란|인데|이라|라)+"
)
_PREFIXES = re.compile("(?:و|ف)?(?:ب|ك|ل)?(?:ال|ل)?|[ושהבכלמ]{1,3}")
_RUNS = re.compile("[a-z0-9]+|[^a-z0-9]+")


def list_stems(folded: str, written: str) -> Iterator[str]:
    """Yield possible stems of a word: "macy" of "macy's", "ikea" of "d'ikea", "삼성전자" of "삼성전자가"."""
    if "'" in written or "-" in written:
        whole = re.sub(r"'s?$", "", written)
        yield fold_token(whole)
        yield from (part for part in map(fold_token, HYPHEN.split(written)) if len(part) >= PLURAL_FROM)
    if folded.isascii():
        return
    for cut in range(len(folded) - 1, 0, -1):
        if _PARTICLES.fullmatch(folded[cut:]):
            yield folded[:cut]
    for cut in range(1, min(5, len(folded) - 1)):
        if _PREFIXES.fullmatch(folded[:cut]):
            yield folded[cut:]
    runs = _RUNS.findall(folded)
    if len(runs) > 1 and UNSPACED.search(folded):
        yield from (run for run in runs if len(run) > 1)
