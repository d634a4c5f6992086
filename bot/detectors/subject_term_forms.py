"""In which forms a term of the playbook is looked for: as it is, in the plural, with and without its hyphens."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from bot.detectors.text.deobfuscate import fold_homoglyphs
from bot.detectors.text.lexicon_files import LexiconTable
from bot.detectors.text.tokenizer import TOKEN, normalize
from bot.domain.text_normalization import fold_letters, fold_token

SHORT = 5
"""Letters of a name below which its words must stand together as they do in the playbook, and no sign beside them."""
PLURAL_FROM = 3
UNSPACED = re.compile("[\u3005\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Scripts that put no space between words: Han, kana, Thai, Lao, Burmese, Khmer."""
KATAKANA = re.compile("[\u30a0-\u30ff]+")
PREFIX_FROM = 4
"""Signs of katakana from which a name is believed at the beginning of a longer word: "オンライン" is no "ライン"."""
SPELLINGS = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
"""What people type who have no such key; without the dots is a folded letter anyway."""
HYPHEN = re.compile(r"[-']")


class TermForm(NamedTuple):
    words: tuple[str, ...]
    """Folded tokens, without the signs that people leave out."""
    gaps: frozenset[int]
    """After which of them the term has such a sign."""
    check: re.Pattern[str] | None = None
    """What the folded text must have, where the words alone say too little: "3M" is not "3 m"."""
    exact_spelling: str = ""
    """As it must be written, where it is a common word otherwise: "GO"."""


def tokenize_term(term: str) -> list[str]:
    """The term cut as a post is."""
    return [token.lower() for token in TOKEN.findall(normalize(fold_homoglyphs(term)))]


def concat_words(words: Sequence[str]) -> str:
    """The name as in a hashtag or a handle; empty where signs belong to it."""
    bare = [word.lstrip("@#") for word in words]
    return "".join(bare) if all(map(str.isalnum, bare)) else ""


def build_term_forms(term: str) -> list[TermForm]:
    """The term's own form first."""
    found: dict[tuple[str, ...], TermForm] = {}
    term = normalize(term)
    for spelling in dict.fromkeys((term, *_list_spellings(term))):
        tokens = tokenize_term(spelling)
        for variant in (tokens, [part for token in tokens for part in _split_hyphens(token)]):
            words, gaps = _extract_core_words(variant)
            for inflected in _list_plurals(words):
                found.setdefault(
                    inflected,
                    TermForm(inflected, gaps, _compile_check(term, inflected), _find_exact_spelling(term, inflected)),
                )
    return list(found.values())


def compile_term_pattern(term: str) -> re.Pattern[str] | None:
    """What finds a term in a script without spaces, in the folded text; None for other terms."""
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
    """Of English: what stands beside a name in a hashtag, and what is no name unless it is written like one."""
    table, intents = LexiconTable("stopwords"), LexiconTable("intents")
    phrases = [phrase for family in intents.families.values() for phrase in family]
    said = {word.lstrip("#") for phrase in phrases for word in phrase.split()} | intents.words["bad"]
    return table.words["en"] | table.common["en"] | {word for word in said if word.isalpha()}


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
        endings = ("es",) if last[-1] in "sxz" or last[-2:] in ("ch", "sh") else ("s",)
        for ending in endings:
            yield (*words[:-1], f"{last}{ending}")


def _compile_check(term: str, words: Sequence[str]) -> re.Pattern[str] | None:
    """A short name of figures and letters, or of one or two letters, must stand by itself and together."""
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
    """What a word may be a form of: "macy's" of "macy", "d'ikea" of "ikea", "삼성전자가" of "삼성전자"."""
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
