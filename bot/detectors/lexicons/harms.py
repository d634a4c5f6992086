"""What is said of harm in a post: phrases by kind, words that harm only together, and what only sounds like it."""

from collections.abc import Iterator
from itertools import chain

from bot.detectors.lexicons.book import DISASTER, HARM, IDIOM
from bot.detectors.lexicons.memory import Memory
from bot.detectors.lexicons.phrases import NEGATORS, Hit, preceded
from bot.detectors.lexicons.tables import Table
from bot.detectors.lexicons.together import Rules, Together, rules
from bot.detectors.lexicons.traits import HARMED, HARMS, HASHTAG, Known, known

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
        self._together = Rules()
        said = [*chain(*disaster.families.values(), *Table(HARM).families.values()), *self.words["idioms"]]
        parts = chain(*(rule.parts for rule in rules()))
        self._telling = frozenset(word for phrase in said for word in phrase.split()).union(*parts)
        """Words that are part of any harm."""
        self._untagged = Memory(self._taken_apart)

    def untagged(self, found: Known) -> Known:
        """With hashtags read as what they say."""
        words = [self._untagged[word] if word[0] == "#" else word for word in found.words]
        tags = found.where(HASHTAG)
        if any(words[place] in self._telling or found.words[place] in self._telling for place in tags):
            return known(words)
        return Known(words, found.traits, found.has, found.phrases)

    def find(self, post: Known) -> list[Hit]:
        """Without what is denied, or part of an idiom."""
        words, found = post.words, post.phrases.get(HARM, [])
        if post.has & HARMS and post.has & HARMED:
            found = [*found, *self._said_together(post, found)]
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

    def _said_together(self, post: Known, phrases: list[Hit]) -> Iterator[Hit]:
        words = post.words
        for rule in self._together.of(post.having(HARMS | HARMED)):
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
