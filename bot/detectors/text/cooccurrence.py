"""Words that harm only together, as the table of that name has them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, reduce
from operator import and_
from typing import NamedTuple

from bot.detectors.text.lexicon_files import load_lexicon

NEAR = 12
"""Words that may lie between those that harm together, where a rule does not say: about a sentence."""
LONG = 6
"""Letters of a word that is bent as the rule has it; many a shorter one is not: *need*, *bleed*."""


class CooccurrenceRule(NamedTuple):
    kind: str
    points: float
    parts: Sequence[frozenset[str]]
    near: int


class CooccurrenceIndex:
    """All of them at once: each is a bit, and a word has those of the rules in whose parts it is."""

    def __init__(self) -> None:
        self._rules = load_cooccurrence_rules()
        self._parts = max(len(rule.parts) for rule in self._rules)
        self._of: dict[str, list[int]] = {}
        self._without = [0] * self._parts
        """Of each part, the rules that have none such."""
        for number, rule in enumerate(self._rules):
            for part in range(self._parts):
                if part >= len(rule.parts):
                    self._without[part] |= 1 << number
                for word in rule.parts[part] if part < len(rule.parts) else ():
                    self._of.setdefault(word, [0] * self._parts)[part] |= 1 << number

    def find_matching_rules(self, words: Iterable[str]) -> list[CooccurrenceRule]:
        """Those of which a word of each part is there, in their order."""
        there = self._without
        for word in words:
            there = [of_all | of_word for of_all, of_word in zip(there, self._of[word], strict=True)]
        found = reduce(and_, there)
        return [rule for number, rule in enumerate(self._rules) if found >> number & 1] if found else []


def _list_inflections(word: str) -> set[str]:
    """What is said of today where the table says it of yesterday: *abused* finds *abuses* and *abusing*, too."""
    if not word.endswith("ed") or len(word) < LONG:
        return set()
    stem = word[:-2]
    single = stem[:-1] if stem[-1] == stem[-2] else stem
    return {stem + "ing", stem + "es", single + "s", stem + "s"}


@cache
def load_cooccurrence_rules() -> Sequence[CooccurrenceRule]:
    table = load_lexicon("crisis_cooccurrence")
    families: Mapping[str, Sequence[str]] = table["families"]

    def spelt_out(part: Sequence[str]) -> frozenset[str]:
        words = {word for name in part for word in (families[name[1:]] if name[0] == "*" else [name])}
        return frozenset(words.union(*map(_list_inflections, words)))

    return [
        CooccurrenceRule(
            rule["kind"],
            rule["points"],
            [spelt_out(rule[part]) for part in ("one", "with", "and") if part in rule],
            rule.get("near", NEAR),
        )
        for rule in table["together"]
    ]
