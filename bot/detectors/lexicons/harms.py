"""What is said of harm in a post: phrases by kind, words that harm only together, and what only sounds like it."""

from collections.abc import Iterator

from bot.detectors.lexicons.book import DISASTER, HARM, IDIOM
from bot.detectors.lexicons.memory import Memory
from bot.detectors.lexicons.phrases import NEGATORS, Hit, preceded
from bot.detectors.lexicons.tables import Table
from bot.detectors.lexicons.together import Together, rules
from bot.detectors.lexicons.traits import HARMS, Known

OUTAGE = "outage"
"""A harm that is said with a *no*: "can't reach 911"."""
PRAYED = "prayers"
"""What a hashtag such as #prayforoklahoma stands for."""
PLACES = 6
"""Of a word said again and again the first few places are looked at, which bounds the time."""


class Harms:
    def __init__(self) -> None:
        disaster = Table(DISASTER)
        self.words = Table(HARM).words
        self._inside = disaster.words["inside"]
        self._disasters = frozenset(disaster.families[DISASTER])
        self._together = rules()
        self._by_word: dict[str, list[int]] = {}
        for number, rule in enumerate(self._together):
            for word in rule.parts[0]:
                self._by_word.setdefault(word, []).append(number)
        self._untagged = Memory(self._taken_apart)

    def plain(self, words: list[str]) -> list[str]:
        """The words with hashtags read as what they say."""
        return [self._untagged[word] if word[0] == "#" else word for word in words]

    def find(self, known: Known) -> list[Hit]:
        """Without what is denied, or part of an idiom."""
        words, found = known.words, known.phrases.get(HARM, [])
        if known.has & HARMS:
            found = [*found, *self._said_together(words, found)]
        if not found:
            return found
        idioms = [hit for hit in found if hit.family == IDIOM]
        return [
            hit
            for hit in found
            if hit.family != IDIOM
            and not any(idiom.start <= hit.start < idiom.end for idiom in idioms)
            and (hit.family == OUTAGE or not preceded(words, hit.start, NEGATORS))
        ]

    def _said_together(self, words: list[str], phrases: list[Hit]) -> Iterator[Hit]:
        there = frozenset(words)
        for number in sorted({number for word in there for number in self._by_word.get(word, ())}):
            rule = self._together[number]
            if any(part.isdisjoint(there) for part in rule.parts[1:]):
                continue
            places = _closest(words, rule)
            if places and not any(hit.start <= places[0] and places[-1] < hit.end for hit in phrases):
                quoted = " … ".join(words[place] for place in places)
                yield Hit(quoted, rule.kind, rule.points, places[-1], places[-1] + 1)

    def _taken_apart(self, hashtag: str) -> str:
        body = hashtag[1:]
        if hashtag in self.words["laughs"] or hashtag in self.words["past"] or body in self._disasters:
            return body if body in self._disasters else hashtag
        for said in sorted(self._inside):
            if said in body:
                return said if said in self._disasters else PRAYED
        return body or hashtag


def _closest(words: list[str], rule: Together) -> list[int]:
    """Where one word of each part stands, near enough to each other; empty where they are not."""
    firsts, *others = [[place for place, word in enumerate(words) if word in part][:PLACES] for part in rule.parts]
    for first in firsts:
        found = [first]
        for places in others:
            found.extend(sorted(set(places) - set(found), key=lambda place: abs(place - first))[:1])
        if len(found) == len(rule.parts) and max(found) - min(found) <= rule.near:
            return sorted(found)
    return []
