"""What is said of harm in a post: phrases by kind, words that harm only together, and what only sounds like it."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.detectors.lexicons.memory import Memory
from bot.detectors.lexicons.phrases import NEGATORS, Hit, Phrases, preceded
from bot.detectors.lexicons.tables import Table, parsed

IDIOM, DISASTER = "idiom", "disaster"
PRAYED = "prayers"
"""What a hashtag such as #prayforoklahoma stands for."""


class _Together(NamedTuple):
    kind: str
    points: float
    one: frozenset[str]
    other: frozenset[str]


class Harms:
    def __init__(self) -> None:
        table, disaster = Table("harm"), Table("disaster")
        self.words = table.words
        idioms = {IDIOM: dict.fromkeys(table.words["idioms"], 0.0)}
        self._phrases = Phrases({**table.families, **disaster.families, **idioms})
        self._inside = disaster.words["inside"]
        self._disasters = frozenset(disaster.families[DISASTER])
        self._together = _read()
        self._anchors = frozenset().union(*(rule.one for rule in self._together))
        self._untagged = Memory(self._taken_apart)

    def plain(self, words: list[str], odd: list[str]) -> list[str]:
        """The words with hashtags read as what they say."""
        if not any(word[0] == "#" for word in odd):
            return words
        return [self._untagged[word] if word[0] == "#" else word for word in words]

    def find(self, words: list[str]) -> list[Hit]:
        """Without what is denied, or part of an idiom."""
        found = self._phrases.find(words)
        if not self._anchors.isdisjoint(words):
            found.extend(self._both(words))
        if not found:
            return found
        idioms = [hit for hit in found if hit.family == IDIOM]
        return [
            hit
            for hit in found
            if hit.family != IDIOM
            and not any(idiom.start <= hit.start < idiom.end for idiom in idioms)
            and not preceded(words, hit.start, NEGATORS)
        ]

    def _both(self, words: list[str]) -> list[Hit]:
        there = frozenset(words)
        hits = []
        for kind, points, one, other in self._together:
            if one.isdisjoint(there) or other.isdisjoint(there):
                continue
            first = next(place for place, word in enumerate(words) if word in one)
            second = next(place for place, word in enumerate(words) if word in other)
            if first != second:
                quoted = " … ".join(words[place] for place in sorted((first, second)))
                hits.append(Hit(quoted, kind, points, max(first, second), max(first, second) + 1))
        return hits

    def _taken_apart(self, hashtag: str) -> str:
        body = hashtag[1:]
        if hashtag in self.words["laughs"] or hashtag in self.words["past"] or body in self._disasters:
            return body if body in self._disasters else hashtag
        for said in sorted(self._inside):
            if said in body:
                return said if said in self._disasters else PRAYED
        return body or hashtag


def _read() -> Sequence[_Together]:
    return [
        _Together(rule["kind"], rule["points"], frozenset(rule["one"]), frozenset(rule["with"]))
        for rule in parsed("together")["together"]
    ]
