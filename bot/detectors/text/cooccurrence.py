"""Words that mean harm only together: the rules of `crisis_cooccurrence.toml`."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, reduce
from operator import or_
from typing import NamedTuple

from bot.detectors.text.lexicon_files import load_lexicon

NEAR = 12
"""Words that may lie between the parts of a rule, unless it says how many: about a sentence."""
MOST_PARTS = 3
MIN_LETTERS = 6
"""Letters of a word from which it is inflected; many shorter ones are not verbs: *need*, *bleed*."""


class CooccurrenceRule(NamedTuple):
    kind: str
    points: float
    parts: Sequence[frozenset[str]]
    near: int


class CooccurrenceIndex:
    """All rules at once: each is a bit, and a word has the bits of the rules that contain it."""

    def __init__(self) -> None:
        self._rules = load_cooccurrence_rules()
        self._bits: dict[str, int] = {}
        """The rules of which a word is in the first part, then those of the second, and of the third."""
        self._without = 0
        """The bits of the parts that a rule lacks."""
        for number, rule in enumerate(self._rules):
            for part in range(MOST_PARTS):
                bit = 1 << (part * len(self._rules) + number)
                if part >= len(rule.parts):
                    self._without |= bit
                for word in rule.parts[part] if part < len(rule.parts) else ():
                    self._bits[word] = self._bits.get(word, 0) | bit

    def find_matching_rules(self, words: Iterable[str]) -> list[CooccurrenceRule]:
        """Return the rules for which every part has at least one matching word, in table order."""
        bits, size = reduce(or_, map(self._bits.__getitem__, words), self._without), len(self._rules)
        found = bits & (bits >> size) & (bits >> 2 * size)
        return [rule for number, rule in enumerate(self._rules) if found >> number & 1] if found else []


def _list_inflections(word: str) -> set[str]:
    """Return the present forms of a past form: *abuses* and *abusing* of *abused*."""
    if not word.endswith("ed") or len(word) < MIN_LETTERS:
        return set()
    stem = word[:-2]
    single = stem[:-1] if stem[-1] == stem[-2] else stem
    return {stem + "ing", stem + "es", single + "s", stem + "s"}


@cache
def load_cooccurrence_rules() -> Sequence[CooccurrenceRule]:
    table = load_lexicon("crisis_cooccurrence")
    families: Mapping[str, Sequence[str]] = table["families"]

    def expand_part(part: Sequence[str]) -> frozenset[str]:
        words = {word for name in part for word in (families[name[1:]] if name[0] == "*" else [name])}
        return frozenset(words.union(*map(_list_inflections, words)))

    return [
        CooccurrenceRule(
            rule["kind"],
            rule["points"],
            [expand_part(rule[part]) for part in ("one", "with", "and") if part in rule],
            rule.get("near", NEAR),
        )
        for rule in table["together"]
    ]
