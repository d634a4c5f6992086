"""Find reports of harm: phrases by kind, words that mean harm only together, and idioms that only sound like it."""

from collections.abc import Iterator
from itertools import chain

from bot.detectors.text.cache import MemoDict
from bot.detectors.text.cooccurrence import CooccurrenceIndex, CooccurrenceRule, load_cooccurrence_rules
from bot.detectors.text.lexicon_files import LexiconTable
from bot.detectors.text.phrases import DISASTER, HARM, IDIOM, NEGATORS, PhraseMatch, is_preceded_by
from bot.detectors.text.word_flags import HARMED, HARMS, HASHTAG, WordFlags, flag_words

OUTAGE = "outage"
"""A harm that contains a negation: "can't reach 911"."""
PRAYED = "prayers"
"""What a hashtag such as #prayforoklahoma stands for."""
PLACES = 6
"""Places of a repeated word that are looked at, which bounds the time."""


class CrisisRules:
    def __init__(self) -> None:
        disaster = LexiconTable(DISASTER)
        self.words = LexiconTable(HARM).words
        self._inside = disaster.words["inside"]
        self._disasters = frozenset(disaster.families[DISASTER])
        self._cooccurrence = CooccurrenceIndex()
        phrases = [*chain(*disaster.families.values(), *LexiconTable(HARM).families.values()), *self.words["idioms"]]
        parts = chain(*(rule.parts for rule in load_cooccurrence_rules()))
        self._harm_words = frozenset(word for phrase in phrases for word in phrase.split()).union(*parts)
        self._expanded_hashtags = MemoDict(self._expand_hashtag)

    def expand_hashtags(self, post: WordFlags) -> WordFlags:
        """Replace each hashtag by what it says."""
        words = [self._expanded_hashtags[word] if word[0] == "#" else word for word in post.words]
        tags = post.find_places(HASHTAG)
        if any(words[place] in self._harm_words or post.words[place] in self._harm_words for place in tags):
            return flag_words(words)
        return post._replace(words=words)

    def find_harms(self, post: WordFlags) -> list[PhraseMatch]:
        """Return all reports of harm that are neither denied nor part of an idiom."""
        words, found = post.words, post.phrases.get(HARM, [])
        if post.flags & HARMS and post.flags & HARMED:
            found = [*found, *self._find_cooccurrences(post, found)]
        if not found:
            return found
        idioms = [hit for hit in found if hit.family == IDIOM]
        return [
            hit
            for hit in found
            if hit.family != IDIOM
            and not any(idiom.start <= hit.start < idiom.end for idiom in idioms)
            and (hit.family == OUTAGE or not is_preceded_by(words, hit.start, NEGATORS))
        ]

    def _find_cooccurrences(self, post: WordFlags, phrases: list[PhraseMatch]) -> Iterator[PhraseMatch]:
        words = post.words
        for rule in self._cooccurrence.find_matching_rules(post.select_words(HARMS | HARMED)):
            places = _find_nearby_places(words, rule)
            if places and not any(hit.start <= places[0] and places[-1] < hit.end for hit in phrases):
                quoted = " … ".join(words[place] for place in places)
                yield PhraseMatch(quoted, rule.kind, rule.points, places[-1], places[-1] + 1)

    def _expand_hashtag(self, hashtag: str) -> str:
        body = hashtag[1:]
        if hashtag in self.words["laughs"] or hashtag in self.words["past"] or body in self._disasters:
            return body if body in self._disasters else hashtag
        for word in sorted(self._inside):
            if word in body:
                return word if word in self._disasters else PRAYED
        return body or hashtag


def _find_nearby_places(words: list[str], rule: CooccurrenceRule) -> list[int]:
    """Return where one word of each part stands if they are near enough to each other, else an empty list."""
    firsts, *others = [[place for place, word in enumerate(words) if word in part][:PLACES] for part in rule.parts]
    for first in firsts:
        found = [first]
        for places in others:
            found.extend(sorted(set(places) - set(found), key=lambda place: abs(place - first))[:1])
        if len(found) == len(rule.parts) and max(found) - min(found) <= rule.near:
            return sorted(found)
    return []
