"""The precision of the detectors, from corrections of closed cases.

A closed case without a correction counts as right, so this is an upper bound. Cases that a colleague flagged or
restored from spam do not count, nor does an unsure sentiment.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.case import Case, CaseResolution
from bot.domain.correction import COLLEAGUE, GENUINE, CorrectionKind
from bot.domain.reports.statistics import MIN_SAMPLE, compute_wilson_interval

PRECISION_DAYS = 30
"""Long enough for a few hundred cases, short enough to show a newly trained model."""


class PrecisionAspect(StrEnum):
    """The parts of an assessment that are counted; `ALL` is right if all of them are."""

    ALL = "all"
    SENTIMENT = "sentiment"
    INTENT = "intent"
    SUBJECT = "subject"


_PARTS = {
    CorrectionKind.SENTIMENT: PrecisionAspect.SENTIMENT,
    CorrectionKind.INTENT: PrecisionAspect.INTENT,
    CorrectionKind.SPAM: PrecisionAspect.INTENT,
    CorrectionKind.SUBJECT: PrecisionAspect.SUBJECT,
    CorrectionKind.ABOUT: PrecisionAspect.SUBJECT,
}


_UNJUDGED = {CaseResolution.POST_DELETED, CaseResolution.ANSWERED_OUTSIDE, CaseResolution.EXPIRED}


def count_precision(case: Case) -> Counter[str]:
    """Return what a closed case adds to the counts: `<part>`, and `<part> wrong` if it was corrected."""
    is_judged = case.resolution not in _UNJUDGED
    if not case.is_closed or case.resolved_at is None or not is_judged or not _is_detected_by_us(case):
        return Counter()
    wrong = {_PARTS[one.kind] for one in case.corrections if one.kind in _PARTS}
    told = set(PrecisionAspect)
    if case.original_assessment.is_unsure:
        told -= {PrecisionAspect.SENTIMENT}
        wrong -= {PrecisionAspect.SENTIMENT}
    if wrong:
        wrong |= {PrecisionAspect.ALL}
    return Counter([*(part.value for part in told), *(f"{part.value} wrong" for part in wrong)])


def _is_detected_by_us(case: Case) -> bool:
    back = case.find_correction(CorrectionKind.SPAM)
    flagged = any(signal.detector == COLLEAGUE for signal in case.original_assessment.signals)
    return not flagged and not (back is not None and back.now == GENUINE)


@dataclass(frozen=True, slots=True)
class PrecisionEstimate:
    """Of `cases`, `wrong` were corrected."""

    aspect: PrecisionAspect
    cases: int
    wrong: int

    @property
    def is_small_sample(self) -> bool:
        return self.cases < MIN_SAMPLE

    @property
    def percent_right(self) -> float:
        return 100 * (self.cases - self.wrong) / self.cases

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval, in percent."""
        low, high = compute_wilson_interval((self.cases - self.wrong) / self.cases, self.cases)
        return 100 * low, 100 * high


def compute_precisions(counts: Mapping[str, int]) -> tuple[PrecisionEstimate, ...]:
    """Return the estimate of everything, then of each part."""
    return tuple(
        PrecisionEstimate(part, counts.get(part.value, 0), counts.get(f"{part.value} wrong", 0))
        for part in PrecisionAspect
    )
