"""Compare two names in one post: who is blamed, and who is preferred. Each way of saying it is a rule."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bot.detectors.text.lexicon_files import LexiconTable
from bot.detectors.text.phrases import CLAUSE_ENDS, NEGATORS

NEAR = 4
"""Words within which an expression belongs to a name."""
Words = Sequence[str]
INSTEAD = ["instead", "of"], ["rather", "than"]
MORE_OR_LESS = {">": (1, 0), "<": (0, 1)}


class NameSpan(NamedTuple):
    """A name in the post, from its first word to behind its last."""

    start: int
    end: int


class ComparisonResult(NamedTuple):
    blamed: int | None
    preferred: int | None
    quote: str
    is_praise: bool = False
    """Whether it praises the preferred one, and blames the other by the way."""


class ComparisonMatcher:
    def __init__(self) -> None:
        self._words = LexiconTable("comparing").words
        self._set_phrases = {
            kind: [(f" {phrase} ", phrase) for phrase in sorted(self._words[kind], key=_sort_key_by_length)]
            for kind in ("done", "henceforth")
        }
        self._cuts = CLAUSE_ENDS | self._words["turns"]
        self._rules: tuple[Callable[[Words, NameSpan, NameSpan], ComparisonResult | None], ...] = (
            self._match_switching,
            self._match_leaving,
            self._match_than,
            self._match_like,
            self._match_instead,
            self._match_even,
            self._match_from_now_on,
            self._compare_clauses,
        )

    def compare_names(self, words: Words, first: NameSpan, second: NameSpan) -> ComparisonResult | None:
        """Return the first result, in rule order, or None. `first` stands before `second`."""
        for rule in self._rules:
            if found := rule(words, first, second):
                return found
        return None

    def _match_switching(self, words: Words, first: NameSpan, second: NameSpan) -> ComparisonResult | None:
        """`switched from A to B`, `moving to B from A`."""
        one, other = _list_words_before(words, first, 1), _list_words_before(words, second, 1)
        to = self._words["to"]
        if one == ["from"] and not to.isdisjoint(other):
            return ComparisonResult(0, 1, f"from … {other[0]}")
        if other == ["from"] and not to.isdisjoint(one):
            return ComparisonResult(1, 0, f"{one[0]} … from")
        return None

    def _match_leaving(self, words: Words, first: NameSpan, second: NameSpan) -> ComparisonResult | None:
        """`left A for B`."""
        leaving = self._find_last_word(_list_words_before(words, first, 3), "leaving")
        between = words[first.end : second.start]
        if leaving and not self._words["to"].isdisjoint(between):
            return ComparisonResult(0, 1, leaving)
        return None

    def _match_than(self, words: Words, first: NameSpan, second: NameSpan) -> ComparisonResult | None:
        """`A is better than B`, `A is worse than B`, `A is awful compared to B`."""
        between = words[first.end : second.start]
        if len(between) == 1 and between[0] in MORE_OR_LESS:
            return ComparisonResult(*MORE_OR_LESS[between[0]], between[0], is_praise=True)
        than = "than" in between[-3:]
        if not than and self._find_last_word(between[-3:], "compared") is None:
            return None
        denied = not NEGATORS.isdisjoint(between)
        worse = self._find_last_word(between, "worse") or (None if than else self._find_last_word(between, "bad"))
        better = self._find_last_word(between, "better")
        if worse and not (better and denied):
            return ComparisonResult(1, 0, worse) if denied else ComparisonResult(0, 1, worse)
        if denied:
            return ComparisonResult(0, 1, "no better") if better else None
        comparatives = (word for word in between if than and len(word) > 4 and word.endswith("er"))
        quote = better or next(comparatives, None)
        return ComparisonResult(1, 0, quote, is_praise=True) if quote else None

    def _match_like(self, words: Words, first: NameSpan, second: NameSpan) -> ComparisonResult | None:
        """`wish A were like B`, `why can't A be on time like B`, `A, take a lesson from B`."""
        if self._find_last_word(_list_words_before(words, second, 2), "like") is None:
            return None
        around = [*_list_words_before(words, first, NEAR), *words[first.end : second.start]]
        wishing = self._find_last_word(around, "wishing")
        return ComparisonResult(0, 1, f"{wishing} … {words[second.start - 1]}") if wishing else None

    def _match_instead(self, words: Words, first: NameSpan, second: NameSpan) -> ComparisonResult | None:
        """`booked A instead of B`, `A, unlike B`, `unlike A, B …`."""
        if self._find_last_word(_list_words_before(words, first, 1), "unlike"):
            return self._resolve_unlike(1, words[second.end :])
        if self._find_last_word(_list_words_before(words, second, 1), "unlike"):
            return self._resolve_unlike(0, words[first.end : second.start])
        if (before := _list_words_before(words, second, 2)) in INSTEAD:
            return ComparisonResult(1, 0, " ".join(before))
        if (before := _list_words_before(words, first, 2)) in INSTEAD:
            return ComparisonResult(0, 1, " ".join(before))
        return None

    def _resolve_unlike(self, place: int, words: Words) -> ComparisonResult:
        polarity, word = self._find_polarity(words)
        if polarity > 0:
            return ComparisonResult(1 - place, place, f"unlike … {word}", is_praise=True)
        return ComparisonResult(place, 1 - place, "unlike")

    def _match_even(self, words: Words, first: NameSpan, second: NameSpan) -> ComparisonResult | None:
        """`even B has wifi, A`."""
        if _list_words_before(words, first, 1) == ["even"]:
            return ComparisonResult(1, 0, "even")
        if _list_words_before(words, second, 1) == ["even"]:
            return ComparisonResult(0, 1, "even")
        return None

    def _match_from_now_on(self, words: Words, first: NameSpan, second: NameSpan) -> ComparisonResult | None:
        """`never again A, hello B`, `next time it is B`."""
        for place, (one, other) in enumerate(((first, second), (second, first))):
            after = words[one.end : min(one.end + NEAR, other.start if other.start > one.start else len(words))]
            around = f" {' '.join([*_list_words_before(words, one, NEAR), '_', *after])} "
            if phrase := self._find_set_phrase(around, "done"):
                return ComparisonResult(place, 1 - place, phrase)
            if phrase := self._find_set_phrase(around, "henceforth"):
                return ComparisonResult(1 - place, place, phrase)
        return None

    def _compare_clauses(self, words: Words, first: NameSpan, second: NameSpan) -> ComparisonResult | None:
        """Find what is bad in the clause of one and not in the other's."""
        cut = next((place for place in range(first.end, second.start) if words[place] in self._cuts), 0)
        if not cut:
            return None
        clauses = words[:cut], words[cut : _find_clause_end(words, max(cut + 1, second.end))]
        (one, quote), (other, other_quote) = map(self._find_polarity, clauses)
        if one < 0 <= other:
            return ComparisonResult(0, 1 if other else None, quote)
        if other < 0 <= one:
            return ComparisonResult(1, 0 if one else None, other_quote)
        return None

    def _find_polarity(self, words: Words) -> tuple[int, str]:
        """Return -1 for bad, 1 for good or for bad and denied, else 0, with the word."""
        good = ""
        for place, word in enumerate(words):
            if word in self._words["bad"] and word not in NEGATORS:
                if NEGATORS.isdisjoint(words[max(0, place - 2) : place]):
                    return -1, word
                good = word
            elif word in self._words["good"]:
                good = good or word
        if good:
            return 1, good
        return (-1, "never") if "never" in words else (0, "")

    def _find_set_phrase(self, around: str, kind: str) -> str | None:
        return next((phrase for padded, phrase in self._set_phrases[kind] if padded in around), None)

    def _find_last_word(self, words: Words, kind: str) -> str | None:
        return next((word for word in reversed(words) if word in self._words[kind]), None)


def _sort_key_by_length(phrase: str) -> tuple[int, str]:
    """Sort the longest first, then by letters, so that the same one is always quoted."""
    return -len(phrase), phrase


def _list_words_before(words: Words, name: NameSpan, limit: int) -> list[str]:
    """Return the words right before a name, in the same clause."""
    start = name.start
    while start and name.start - start < limit and words[start - 1] not in CLAUSE_ENDS:
        start -= 1
    return list(words[start : name.start])


def _find_clause_end(words: Words, start: int) -> int:
    return next((place for place in range(start, len(words)) if words[place] in CLAUSE_ENDS), len(words))
