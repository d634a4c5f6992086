"""spam: by the structure of a post rather than by its words; a genuine complaint must not look like it.

A pitch in words needs something to click, call or pay beside it, and what a customer writes ("my", "waiting") counts
against it. Nothing is dropped: what is spam says its shape, is counted, and can be brought back.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.detectors.detector import AnalysisContext
from bot.detectors.spam_calls_to_action import CallsToAction, find_calls_to_action
from bot.detectors.spam_features import SpamFeatureScorer, SpamPost
from bot.detectors.spam_offers import OfferLexicon
from bot.detectors.spam_titles import TAIL_LEAST, find_trailing_title
from bot.detectors.text.lexicon_files import LexiconTable
from bot.detectors.text.phrase_index import FLATTERY, PITCHES
from bot.detectors.text.phrases import PhraseMatch, convert_log_odds
from bot.detectors.text.word_flags import (
    COMMERCE,
    FIRST_PERSON,
    HANDLE,
    HASHTAG,
    OFFERED,
    SAID,
    STORY,
    WARES,
    is_flattery,
)
from bot.domain.assessment import Signal
from bot.domain.subject import Subject

CUT_OFF = 0.5
# Log-odds, set by hand (2026-11-22) on half of tests/detectors/lines/spam.toml and on ordinary posts.
BASE = -2.6
FEW_BRANDS, MANY_HASHTAGS, MANY_LINKS, MANY_HANDLES = 3, 8, 3, 6
OFFER_LEAST, OFFER_USUAL, ALSO = 2.0, 1.5, 0.4
PITCH_MOST = 5.0
HOOK, MONEY = 1.2, 0.6
IN_FIRST_PERSON, TELLS_A_STORY, ASKS = -0.8, -1.4, -0.5
"""What speaks against spam; not where a title ends it, as such pages tell stories first."""
SIGNED = -2.4
"""Who answers for a company signs: ^AB."""
DOUBTFUL_VOICE, DOUBTFUL_LINK, VERY_DOUBTFUL, COPIED = 1.0, 0.9, 0.62, 0.8
FEWEST_COPIES = 3
NOT_BY_COPIES = -0.05
"""At most, where the same words from several accounts would make the difference."""
SIGNS_SAID = 4
LETTER = 100
"""Words from which on small signs are not summed: their weights are from lines of 25, and a letter has some of all."""
HIDING = 4
"""Invisible letters from which on somebody hides words; one or two come with emoji and with copying."""
TURNED = "\u202e"
"""Makes what follows read from the right, so that a name of a file looks like another."""


class _SpamShape(NamedTuple):
    name: str
    points: float
    discredits_story: bool = False
    """So that the story told beside it is not believed."""


class SpamDetector:
    name = "spam"

    def __init__(self, subjects: Sequence[Subject] = ()) -> None:
        self._companies = frozenset(
            name.lstrip("@").lower()
            for subject in subjects
            for name in (*subject.handles, *(term for term in subject.terms if term[0] == "@"))
        )
        self._words = LexiconTable(PITCHES).words
        self._offers = OfferLexicon()
        self._features = SpamFeatureScorer(self._words["brands"])

    def detect(self, batch: Sequence[AnalysisContext]) -> None:
        for hearing in batch:
            author = hearing.mention.author.handle
            if (
                author and author.removeprefix("@").lower() in self._companies
            ):  # a company that we listen for sells, and that is no spam
                continue
            offers = self._offers.count_offer_words(hearing.word_flags.select_words(OFFERED))
            shapes, hooks = self._find_shapes(hearing, offers)
            points, why = self._score_shapes(hearing, shapes) if shapes else (BASE, [])
            more, signs = self._score_features(hearing, offers, hooks)
            if more > points:
                points, why = more, signs
            if (
                hearing.stats.copies >= FEWEST_COPIES
                and (hooks or find_calls_to_action(hearing.text, hearing.word_flags)).has_contact
            ):
                points, why = _add_copies(hearing, points, why)
            if not why:
                continue
            confidence = convert_log_odds(points)
            holds = confidence >= CUT_OFF
            because = f"spam: {', '.join(dict.fromkeys(why))}" if holds else ""
            hearing.add_signal(Signal(self.name, "intent:spam", confidence, because, holds))

    def _score_shapes(self, context: AnalysisContext, shapes: Sequence[_SpamShape]) -> tuple[float, list[str]]:
        points = BASE + sum([shape.points for shape in shapes])
        if not any(shape.discredits_story for shape in shapes):
            points += _score_genuineness(context)
        return points + (SIGNED if _is_signed(context.words) else 0.0), [shape.name for shape in shapes]

    def _score_features(
        self, context: AnalysisContext, offers: Mapping[str, int], hooks: CallsToAction | None
    ) -> tuple[float, list[str]]:
        """`hooks`: where they have been looked for."""
        if len(context.words) >= LETTER:
            return BASE, []
        heard = self._features.score_model_evidence(context.prediction.probabilities, context.prediction.log_odds)
        if not self._features.is_promising(context.word_flags, offers, heard):
            return BASE, []
        hooks = hooks or find_calls_to_action(context.text, context.word_flags)
        points, signs = self._features.score_post(SpamPost(context.tokens, context.word_flags, hooks, offers, heard))
        voice = [*_find_doubtful_voice(context, hooks, pitched=bool(signs))]
        points += sum([shape.points for shape in voice]) + (SIGNED if _is_signed(context.words) else 0.0)
        return points, [*signs[:SIGNS_SAID], *[shape.name for shape in voice]]

    def _find_shapes(
        self, context: AnalysisContext, offers: Mapping[str, int]
    ) -> tuple[list[_SpamShape], CallsToAction | None]:
        hooks = None
        hits = context.word_flags.phrases.get(PITCHES, ())
        found = _find_structure(context)
        if context.flags & WARES:
            found += self._find_brand_list(context)
        if context.flags & COMMERCE:
            found += self._find_title_tail(context)
        offered, what = self._offers.score_offers(offers)
        if hits or found or context.links or offered > OFFER_LEAST:
            hooks = find_calls_to_action(context.text, context.word_flags)
            pitch = [*_find_pitch(hits, hooks)]
            offer = offered + hooks.log_odds - OFFER_USUAL
            found += _merge_pitch_and_offer(pitch, _SpamShape(what, offer)) if what and offer > 0.0 else pitch
            found += _find_flattery(context, hits, hooks)
            found += _find_doubtful_voice(context, hooks, pitched=bool(found))
        return found, hooks

    def _find_brand_list(self, context: AnalysisContext) -> Iterator[_SpamShape]:
        words = context.words
        brands = len(self._words["brands"].intersection(words))
        goods = len(self._words["goods"].intersection(words))
        if brands >= FEW_BRANDS or (goods >= FEW_BRANDS and brands):
            yield _SpamShape("a list of brands", 2.8 + (1.6 if context.links else 0.0))
        elif brands > 1 and brands + goods >= FEW_BRANDS:
            yield _SpamShape("a list of brands", 1.6)

    def _find_title_tail(self, context: AnalysisContext) -> Iterator[_SpamShape]:
        """A title at the end that no sentence needs: `…, as she said. Emergency Plumber Leeds 24 Hours`."""
        tail = find_trailing_title(context.tokens)
        wares = self._words["commerce"].intersection([word.lower() for word in tail])
        if wares and "Customer" not in tail:
            yield _SpamShape(
                f"ends in '{' '.join(tail)}'", 3.4 if len(tail) > TAIL_LEAST else 2.8, discredits_story=True
            )


def _is_signed(words: Sequence[str]) -> bool:
    return words[-2:-1] == ["^"] and len(words[-1]) <= 3


def _score_genuineness(context: AnalysisContext) -> float:
    points = IN_FIRST_PERSON if context.flags & FIRST_PERSON else 0.0
    points += TELLS_A_STORY if context.flags & STORY else 0.0
    return points + ASKS if context.words[-1:] == ["?"] else points


def _find_flattery(context: AnalysisContext, hits: Sequence[PhraseMatch], hooks: CallsToAction) -> Iterator[_SpamShape]:
    said = sum([hit.family == FLATTERY for hit in hits]) + is_flattery(context.flags)
    if said and hooks.has_contact:
        yield _SpamShape("flattery and a link", 2.8 + 1.0 * (said - 1))
    elif said > 1:
        yield _SpamShape("flattery of a page", 1.4 * said)


def _find_pitch(hits: Sequence[PhraseMatch], hooks: CallsToAction) -> Iterator[_SpamShape]:
    worth: dict[str, float] = {}
    for hit in hits:
        if hit.family != FLATTERY:
            worth[hit.family] = worth.get(hit.family, 0.0) + hit.weight
    if not worth:
        return
    whole = sum(worth.values())
    for family, points in worth.items():
        yield _SpamShape(family, points * min(1.0, PITCH_MOST / whole))
    if hooks.has_contact:
        yield _SpamShape("something to click or call", HOOK)
    elif hooks.has_named_channel or hooks.has_money:
        yield _SpamShape("somebody to pay or write to", MONEY)


def _merge_pitch_and_offer(pitch: Sequence[_SpamShape], offer: _SpamShape) -> list[_SpamShape]:
    """Both tell of the same words, so that the weaker counts for little."""
    pitched = sum(shape.points for shape in pitch)
    if offer.points > pitched:
        return [offer._replace(points=offer.points + ALSO * pitched)]
    return [*pitch, offer._replace(points=ALSO * offer.points)]


def _find_doubtful_voice(context: AnalysisContext, hooks: CallsToAction, *, pitched: bool) -> Iterator[_SpamShape]:
    if context.has_label("voice:doubtful") and (pitched or hooks.has_contact):
        points = DOUBTFUL_VOICE + DOUBTFUL_LINK * hooks.has_contact
        very = hooks.has_contact and context.get_confidence("voice:doubtful") >= VERY_DOUBTFUL
        yield _SpamShape("a doubtful voice", points + DOUBTFUL_LINK * very, discredits_story=very)


def _add_copies(context: AnalysisContext, points: float, why: list[str]) -> tuple[float, list[str]]:
    """Outlets carry one headline, too: the same words make spam only of what is pitched anyway, or of what accounts
    say that look made for it.
    """
    said = [*why, f"the same words from {context.stats.copies} accounts"]
    if points >= 0 or context.has_label("voice:doubtful"):
        return points + COPIED, said
    return min(points + COPIED, NOT_BY_COPIES), said


def _find_structure(context: AnalysisContext) -> list[_SpamShape]:
    links = len(context.links)
    found = [*_find_link_patterns(context)] if links else []
    if context.flags & HASHTAG:
        found += _find_hashtag_piles(context)
    if context.invisible_count >= HIDING:
        found.append(_SpamShape("hidden letters", 1.4 + (1.6 if links else 0.0), discredits_story=True))
    if TURNED in context.mention.text:
        found.append(_SpamShape("letters turned around", 2.0))
    return found


def _find_hashtag_piles(context: AnalysisContext) -> Iterator[_SpamShape]:
    hashtags = [word for word in context.word_flags.select_words(HASHTAG) if len(word) > 1]
    if len(hashtags) >= MANY_HASHTAGS:
        points = 0.35 * (len(hashtags) - MANY_HASHTAGS + 2) + (0.8 if context.links else 0.0)
        yield _SpamShape("a pile of hashtags", points)
    if len(hashtags) - len(set(hashtags)) >= FEW_BRANDS:
        yield _SpamShape("the same hashtag again and again", 2.8)


def _find_link_patterns(context: AnalysisContext) -> Iterator[_SpamShape]:
    links, count = len(context.links), context.word_flags.count
    if links >= MANY_LINKS:
        yield _SpamShape("many links", 1.2 + 0.6 * (links - MANY_LINKS))
    handles, hashtags, said = count(HANDLE), count(HASHTAG), count(SAID) - links
    if handles >= MANY_HANDLES:
        yield _SpamShape("a crowd of handles and a link", 3.4 if said <= handles else 1.2)
    elif not said and not handles and not hashtags:
        yield _SpamShape("nothing but a link", 3.6)
    elif not said and (hashtags >= FEW_BRANDS or handles >= FEW_BRANDS + 1):
        yield _SpamShape("links without words", 3.0)
