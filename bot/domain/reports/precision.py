"""How often we heard rightly, as far as the people who close cases tell us.

People correct what they see. A case that somebody closed and nobody corrected counts as heard rightly, which is what
makes this an upper bound: what nobody noticed is counted as right. Left out are cases that a colleague flagged or
brought back from spam, since we did not bring them; and, of sentiment, those of which we said that we are unsure.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.case import Case
from bot.domain.correction import COLLEAGUE, GENUINE, CorrectionKind
from bot.domain.reports.report import MIN_SAMPLE, compute_wilson_interval

PRECISION_DAYS = 30
"""Long enough for a few hundred cases, short enough that a model which learned since is soon judged by itself."""


class PrecisionAspect(StrEnum):
    """Of what is counted how often it was right; the first is everything together."""

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


def count_precision(case: Case) -> Counter[str]:
    """What a closed case adds to the counts, `<part>` once and `<part> wrong` where it was corrected. Else nothing."""
    if not case.is_closed or case.resolved_at is None or not _is_detected_by_us(case):
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
    """Of `cases`, `wrong` were corrected; in how many of a hundred we heard rightly, with its interval of 95 %."""

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
        """Wilson's, in percent: it holds also where nobody corrected anything."""
        low, high = compute_wilson_interval((self.cases - self.wrong) / self.cases, self.cases)
        return 100 * low, 100 * high


def compute_precisions(counts: Mapping[str, int]) -> tuple[PrecisionEstimate, ...]:
    """Of everything first, then by part."""
    return tuple(
        PrecisionEstimate(part, counts.get(part.value, 0), counts.get(f"{part.value} wrong", 0))
        for part in PrecisionAspect
    )
