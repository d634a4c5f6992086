"""Detect spam by the structure of a post rather than by its words; a genuine complaint must not look like it.

A pitch in words needs something to click, call or pay beside it, and what a customer writes ("my", "waiting") counts
against it. Nothing is dropped: spam names its shape, is counted, and can be brought back.
"""

from collections.abc import Iterator, Mapping, Sequence

from bot.detectors.detector import AnalysisContext
from bot.detectors.spam_calls_to_action import CallsToAction, find_calls_to_action
from bot.detectors.spam_features import SpamFeatureScorer, SpamPost
from bot.detectors.spam_shapes import SpamShape, find_brand_list, find_structure, find_title_tail
from bot.detectors.text.lexicon_files import KindIndex, LexiconTable, load_lexicon
from bot.detectors.text.phrase_index import FLATTERY, PITCHES
from bot.detectors.text.phrases import PhraseMatch, convert_log_odds
from bot.detectors.text.word_flags import COMMERCE, FIRST_PERSON, OFFERED, STORY, WARES, is_flattery
from bot.domain.assessment import Signal
from bot.domain.subject import Subject

CUT_OFF = 0.5
# Log-odds, set by hand (2026-11-22) on half of tests/detectors/lines/spam.toml and on ordinary posts.
BASE = -2.6
OFFER_LEAST, OFFER_USUAL, ALSO = 2.0, 1.5, 0.4
PITCH_MOST = 5.0
CLICKABLE, MONEY = 1.2, 0.6
IN_FIRST_PERSON, TELLS_A_STORY, ASKS = -0.8, -1.4, -0.5
"""What speaks against spam; ignored if the post ends in a title, because such pages tell stories first."""
SIGNED = -2.4
"""Staff who answer for a company sign their posts: ^AB."""
DOUBTFUL_VOICE, DOUBTFUL_LINK, VERY_DOUBTFUL, COPIED = 1.0, 0.9, 0.62, 0.8
FEWEST_COPIES = 3
NOT_BY_COPIES = -0.05
"""The maximum if only the same words from several accounts would make it spam."""
MAX_FEATURES = 4
LETTER = 100
"""Words from which small features are not summed: their weights are from lines of 25, and a letter has some of all."""


class SpamDetector:
    name = "spam"

    def __init__(self, subjects: Sequence[Subject] = ()) -> None:
        self._companies = frozenset(
            name.lstrip("@").lower()
            for subject in subjects
            for name in (*subject.handles, *(term for term in subject.terms if term[0] == "@"))
        )
        self._words = LexiconTable(PITCHES).words
        offers = load_lexicon("offers")
        self._offer_kinds = KindIndex({kind: table["words"] for kind, table in offers.items()})
        self._offer_points = {kind: (table["first"], table["more"]) for kind, table in offers.items()}
        self._features = SpamFeatureScorer(self._words["brands"])

    def detect(self, batch: Sequence[AnalysisContext]) -> None:
        for context in batch:
            author = context.mention.author.handle
            if author and author.removeprefix("@").lower() in self._companies:
                continue  # a company that we listen for sells, and that is no spam
            points, reasons = self._score_mention(context)
            if not reasons:
                continue
            confidence = convert_log_odds(points)
            holds = confidence >= CUT_OFF
            because = f"spam: {', '.join(dict.fromkeys(reasons))}" if holds else ""
            context.add_signal(Signal(self.name, "intent:spam", confidence, because, holds))

    def _score_mention(self, context: AnalysisContext) -> tuple[float, list[str]]:
        """Return the log-odds of spam, and the shapes or features that they rest on."""
        offers = self._offer_kinds.count_words(context.word_flags.select_words(OFFERED))
        shapes, calls = self._find_shapes(context, offers)
        best = _score_shapes(context, shapes) if shapes else (BASE, [])
        by_features = self._score_features(context, offers, calls)
        if by_features[0] > best[0]:
            best = by_features
        if context.stats.copies < FEWEST_COPIES:
            return best
        calls = calls or find_calls_to_action(context.text, context.word_flags)
        return _add_copies(context, *best) if calls.has_contact else best

    def _score_features(
        self, context: AnalysisContext, offers: Mapping[str, int], calls: CallsToAction | None
    ) -> tuple[float, list[str]]:
        """`calls`: None if nobody has looked for them yet."""
        if len(context.words) >= LETTER:
            return BASE, []
        evidence = self._features.score_model_evidence(context.prediction.probabilities, context.prediction.log_odds)
        if not self._features.is_promising(context.word_flags, offers, evidence):
            return BASE, []
        calls = calls or find_calls_to_action(context.text, context.word_flags)
        post = SpamPost(context.tokens, context.word_flags, calls, offers, evidence)
        points, features = self._features.score_post(post)
        voice = [*_find_doubtful_voice(context, calls, pitched=bool(features))]
        points += sum([shape.points for shape in voice]) + (SIGNED if _is_signed(context.words) else 0.0)
        return points, [*features[:MAX_FEATURES], *[shape.name for shape in voice]]

    def _find_shapes(
        self, context: AnalysisContext, offers: Mapping[str, int]
    ) -> tuple[list[SpamShape], CallsToAction | None]:
        calls = None
        hits = context.word_flags.phrases.get(PITCHES, ())
        found = find_structure(context)
        if context.flags & WARES:
            found += find_brand_list(context, self._words)
        if context.flags & COMMERCE:
            found += find_title_tail(context, self._words["commerce"])
        points, kind = self._score_offers(offers)
        if hits or found or context.links or points > OFFER_LEAST:
            calls = find_calls_to_action(context.text, context.word_flags)
            pitch = [*_find_pitch(hits, calls)]
            points = points + calls.log_odds - OFFER_USUAL
            found += _merge_pitch_and_offer(pitch, SpamShape(kind, points)) if kind and points > 0.0 else pitch
            found += _find_flattery(context, hits, calls)
            found += _find_doubtful_voice(context, calls, pitched=bool(found))
        return found, calls

    def _score_offers(self, counts: Mapping[str, int]) -> tuple[float, str]:
        """Return the points, and the kind of offer that weighs most."""
        if not counts:
            return 0.0, ""
        table = self._offer_points
        points = {kind: table[kind][0] + table[kind][1] * (n > 1) for kind, n in counts.items()}
        return sum(points.values()), max(points, key=lambda kind: points[kind])


def _score_shapes(context: AnalysisContext, shapes: Sequence[SpamShape]) -> tuple[float, list[str]]:
    points = BASE + sum([shape.points for shape in shapes])
    if not any(shape.discredits_story for shape in shapes):
        points += _score_genuineness(context)
    return points + (SIGNED if _is_signed(context.words) else 0.0), [shape.name for shape in shapes]


def _is_signed(words: Sequence[str]) -> bool:
    return words[-2:-1] == ["^"] and len(words[-1]) <= 3


def _score_genuineness(context: AnalysisContext) -> float:
    points = IN_FIRST_PERSON if context.flags & FIRST_PERSON else 0.0
    points += TELLS_A_STORY if context.flags & STORY else 0.0
    return points + ASKS if context.words[-1:] == ["?"] else points


def _find_flattery(context: AnalysisContext, hits: Sequence[PhraseMatch], calls: CallsToAction) -> Iterator[SpamShape]:
    count = sum([hit.family == FLATTERY for hit in hits]) + is_flattery(context.flags)
    if count and calls.has_contact:
        yield SpamShape("flattery and a link", 2.8 + 1.0 * (count - 1))
    elif count > 1:
        yield SpamShape("flattery of a page", 1.4 * count)


def _find_pitch(hits: Sequence[PhraseMatch], calls: CallsToAction) -> Iterator[SpamShape]:
    by_family: dict[str, float] = {}
    for hit in hits:
        if hit.family != FLATTERY:
            by_family[hit.family] = by_family.get(hit.family, 0.0) + hit.weight
    if not by_family:
        return
    total = sum(by_family.values())
    for family, points in by_family.items():
        yield SpamShape(family, points * min(1.0, PITCH_MOST / total))
    if calls.has_contact:
        yield SpamShape("something to click or call", CLICKABLE)
    elif calls.has_named_channel or calls.has_money:
        yield SpamShape("somebody to pay or write to", MONEY)


def _merge_pitch_and_offer(pitch: Sequence[SpamShape], offer: SpamShape) -> list[SpamShape]:
    """Let the weaker count for little, because both rest on the same words."""
    pitch_points = sum(shape.points for shape in pitch)
    if offer.points > pitch_points:
        return [offer._replace(points=offer.points + ALSO * pitch_points)]
    return [*pitch, offer._replace(points=ALSO * offer.points)]


def _find_doubtful_voice(context: AnalysisContext, calls: CallsToAction, *, pitched: bool) -> Iterator[SpamShape]:
    if context.has_label("voice:doubtful") and (pitched or calls.has_contact):
        points = DOUBTFUL_VOICE + DOUBTFUL_LINK * calls.has_contact
        very = calls.has_contact and context.get_confidence("voice:doubtful") >= VERY_DOUBTFUL
        yield SpamShape("an account that may be a bot", points + DOUBTFUL_LINK * very, discredits_story=very)


def _add_copies(context: AnalysisContext, points: float, reasons: list[str]) -> tuple[float, list[str]]:
    """Add points for the same words from several accounts.

    News outlets share headlines, too, so that copies alone make spam only of a pitch, or of posts of doubtful accounts.
    """
    more = [*reasons, f"the same words from {context.stats.copies} accounts"]
    if points >= 0 or context.has_label("voice:doubtful"):
        return points + COPIED, more
    return min(points + COPIED, NOT_BY_COPIES), more
