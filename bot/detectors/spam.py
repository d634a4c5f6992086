"""Detect spam by a linear model over words and the shape of a post, and by the account that posts it.

Nothing is dropped: spam names its reasons, is counted, and can be brought back.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise

from bot.detectors.detector import AnalysisContext
from bot.detectors.model.log_odds import convert_log_odds
from bot.detectors.spam_features import CONTACT, SpamText, extract_spam_features, list_shapes
from bot.detectors.text.spam_words import (
    HANDLE_FORM,
    LINK_FORM,
    NUMBER,
    PERCENTAGE,
    PRICE,
    SHAPE,
    load_spam_weights,
)
from bot.domain.assessment import Signal
from bot.domain.subject import Subject

INTERCEPT = "(all)"
CUT_OFF = -1.25
"""Log-odds of the model from which a post is spam, chosen on posts left out by threes (2026-11-30)."""
# Log-odds for what the model cannot know, because no labelled post says who wrote it. Set by hand (2026-11-22).
DOUBTFUL_VOICE, DOUBTFUL_LINK, VERY_DOUBTFUL, COPIED = 1.0, 0.9, 0.62, 0.8
FEWEST_COPIES = 3
NOT_BY_COPIES = -0.05
"""The maximum if only the same words from several accounts would make it spam."""
PITCHED = -3.5
"""Log-odds from which it may be an offer, so that an account that may be a bot counts."""
MAX_REASONS, REASON_MIN = 4, 0.3
PLACEHOLDERS = {
    LINK_FORM: "a link",
    HANDLE_FORM: "a handle",
    PRICE: "a price",
    PERCENTAGE: "a percentage",
    NUMBER: "a number",
}


class SpamModel:
    def __init__(self) -> None:
        self.weights = load_spam_weights().weights
        self._intercept = self.weights[INTERCEPT] - CUT_OFF
        self._shapes = {name.removeprefix(SHAPE): self.weights[name] for name in self.weights if name.startswith(SHAPE)}

    def score(self, post: SpamText, shapes: Iterable[str]) -> float:
        """Return the log-odds relative to the cut-off: the sum of the weights of `extract_spam_features`."""
        words = post.flags.spam_words
        own = {word[0]: word[1] for word in words if word[1]}
        stems = {word[2]: word[3] for word in words if word[3]}
        pairs = {(one[0], other[0]): one[4][other[0]] for one, other in pairwise(words) if other[0] in one[4]}
        points = sum(own.values()) + sum(stems.values()) + sum(pairs.values())
        return self._intercept + points + sum(filter(None, map(self._shapes.get, shapes)))


class SpamDetector:
    name = "spam"

    def __init__(self, subjects: Sequence[Subject] = ()) -> None:
        self._companies = frozenset(
            name.lstrip("@").lower()
            for subject in subjects
            for name in (*subject.handles, *(term for term in subject.terms if term[0] == "@"))
        )
        self._model = SpamModel()

    def detect(self, context: AnalysisContext) -> None:
        author = context.mention.author.handle
        if author and author.removeprefix("@").lower() in self._companies:
            return  # a company that we listen for sells, and that is no spam
        post = SpamText(context.text, context.tokens, context.word_flags, context.invisible_count)
        shapes = list(list_shapes(post))
        points = self._model.score(post, shapes)
        points, about_author = _weigh_author(context, points, has_contact=CONTACT in shapes)
        if points < PITCHED:
            return
        holds = points >= 0
        explain = partial(self._explain_spam, post, about_author) if holds else None
        context.add_signal(Signal(self.name, "intent:spam", convert_log_odds(points), "", holds), explain)

    def _explain_spam(self, post: SpamText, about_author: Sequence[str], _context: AnalysisContext) -> str:
        weights = {name: self._model.weights.get(name, 0.0) for name in extract_spam_features(post)}
        strong = [name for name, weight in weights.items() if weight >= REASON_MIN and _is_quotable(name)]
        strong.sort(key=lambda name: (-weights[name], name))
        words = dict.fromkeys(map(_name_feature, strong))
        return f"spam: {', '.join([*list(words)[:MAX_REASONS], *about_author]) or 'by its words together'}"


def _is_quotable(feature: str) -> bool:
    """Return True for shapes, and for words and pairs that a reader finds in the post."""
    if feature.startswith(SHAPE) or feature in PLACEHOLDERS:
        return True
    return feature[-1] != "*" and all(word[0].isalnum() for word in feature.split(" "))


def _name_feature(feature: str) -> str:
    if feature.startswith(SHAPE):
        return feature.removeprefix(SHAPE)
    return PLACEHOLDERS.get(feature) or f"'{feature}'"


def _weigh_author(context: AnalysisContext, points: float, *, has_contact: bool) -> tuple[float, list[str]]:
    """Add what the account and copies of the post say. `points` are relative to the cut-off."""
    reasons: list[str] = []
    doubtful = context.has_label("voice:doubtful")
    if doubtful and (has_contact or points >= PITCHED):
        very = has_contact and context.get_confidence("voice:doubtful") >= VERY_DOUBTFUL
        points += DOUBTFUL_VOICE + DOUBTFUL_LINK * (has_contact + very)
        reasons.append("an account that may be a bot")
    if context.stats.copies >= FEWEST_COPIES and has_contact:
        # News outlets share headlines, too: copies alone make spam only of an offer, or of posts of doubtful accounts.
        reasons.append(f"the same words from {context.stats.copies} accounts")
        points = points + COPIED if points >= 0 or doubtful else min(points + COPIED, NOT_BY_COPIES)
    return points, reasons
