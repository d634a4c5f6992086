"""Corrections of an assessment by people: applied at once, and kept for training."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.assessment import Assessment, Intent, Signal
from bot.domain.stored_tuples import store_by_name

COLLEAGUE = "colleague"
"""The detector name of signals that come from a person."""
GENUINE, SPAM = "genuine", "spam"
ABOUT_US, NOT_ABOUT_US = "about us", "not about us"
UNSURE_WORD = "unsure"
_SPAM_LABEL = f"intent:{Intent.SPAM.value}"
_COLLEAGUE_REASON = "a colleague says so"


class CorrectionKind(StrEnum):
    """What was detected wrongly; the last one means that the routing rules chose the wrong department."""

    SENTIMENT = "sentiment"
    INTENT = "intent"
    SPAM = "spam"
    SUBJECT = "subject"
    ABOUT = "about"
    DEPARTMENT = "department"


DETECTION_KINDS = tuple(kind for kind in CorrectionKind if kind is not CorrectionKind.DEPARTMENT)
"""The kinds from which the detectors can learn."""
CLOSING_KINDS = frozenset({CorrectionKind.SPAM, CorrectionKind.ABOUT})
"""The kinds after which nobody needs to answer."""
_DIMENSIONS = {
    CorrectionKind.SENTIMENT: frozenset({"sentiment"}),
    CorrectionKind.INTENT: frozenset({"intent"}),
    CorrectionKind.SPAM: frozenset({"intent"}),
    CorrectionKind.SUBJECT: frozenset({"subject", "kind"}),
    CorrectionKind.ABOUT: frozenset({"subject", "kind"}),
}


@store_by_name
class Correction(NamedTuple):
    """`was` is the detected word, `now` the right one (equal: undone). `labels` hold instead of the detected ones."""

    kind: CorrectionKind
    was: str
    now: str
    by: str
    at: datetime
    labels: tuple[str, ...] = ()

    @property
    def is_undone(self) -> bool:
        return self.was == self.now


def get_label_word(assessment: Assessment, kind: CorrectionKind) -> str:
    """Return the word in this assessment that a correction of this kind replaces."""
    match kind:
        case CorrectionKind.SENTIMENT:
            return UNSURE_WORD if assessment.is_unsure else assessment.sentiment.value
        case CorrectionKind.INTENT:
            return assessment.intent.value
        case CorrectionKind.SPAM:
            return SPAM if _SPAM_LABEL in assessment.labels else GENUINE
        case CorrectionKind.SUBJECT:
            return assessment.subject
        case CorrectionKind.ABOUT:
            return ABOUT_US
        case CorrectionKind.DEPARTMENT:
            return ""


def apply_corrections(assessment: Assessment, corrections: Iterable[Correction]) -> Assessment:
    """Return the assessment with the corrected signals replaced, in the order of the corrections."""
    signals = assessment.signals
    for correction in corrections:
        dimensions = _DIMENSIONS.get(correction.kind, frozenset())
        if correction.kind is CorrectionKind.SPAM and correction.now == GENUINE:
            signals = tuple(signal for signal in signals if signal.label != _SPAM_LABEL)
            if not any(signal.holds and signal.dimension == "intent" for signal in signals):
                signals += (Signal(COLLEAGUE, f"intent:{Intent.OTHER.value}", 1.0),)
        else:
            signals = tuple(signal for signal in signals if signal.dimension not in dimensions)
        signals += tuple(Signal(COLLEAGUE, label, 1.0, _explain_label(label)) for label in correction.labels)
    return Assessment(signals=signals)


def _explain_label(label: str) -> str:
    dimension, _, word = label.partition(":")
    return "" if dimension == "kind" else f"{word}: {_COLLEAGUE_REASON}"


def derive_labels(kind: CorrectionKind, now: str, subject_kind: str = "") -> tuple[str, ...]:
    """Return the labels that hold if `now` is the right word."""
    match kind:
        case CorrectionKind.SENTIMENT | CorrectionKind.INTENT:
            return (f"{kind.value}:{now}",)
        case CorrectionKind.SPAM:
            return (_SPAM_LABEL,) if now == SPAM else ()
        case CorrectionKind.SUBJECT:
            return (f"subject:{now}", f"kind:{subject_kind}") if subject_kind else (f"subject:{now}",)
        case _:
            return ()


def replace_correction(corrections: Iterable[Correction], correction: Correction) -> tuple[Correction, ...]:
    """Keep the newest correction of each kind, and none if it undoes the one before."""
    others = tuple(one for one in corrections if one.kind is not correction.kind)
    return others if correction.is_undone else (*others, correction)
