"""How much is said about each theme, and how much of it is negative: about us, without competitors."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.domain.assessment import Sentiment
from bot.domain.case import Case
from bot.domain.reports.statistics import MIN_SAMPLE, compute_wilson_interval
from bot.domain.themes import THEME, ThemeRegister, ThemeTally


@dataclass(frozen=True, slots=True)
class ThemeFigures:
    """`names` are those under which it was counted: its own, and those that it had or took over."""

    name: str
    mentions: int
    negative: int
    positive: int = 0
    names: frozenset[str] = frozenset()
    subjects: tuple["ThemeFigures", ...] = ()
    """The same by subject, if there are several."""

    @property
    def negative_interval(self) -> tuple[float, float, float] | None:
        """The negative share and its 95 % Wilson interval, in percent; None for too small a sample."""
        if self.mentions < MIN_SAMPLE:
            return None
        share = self.negative / self.mentions
        low, high = compute_wilson_interval(share, self.mentions)
        return 100 * share, 100 * low, 100 * high

    def includes_case(self, case: Case) -> bool:
        return not self.names.isdisjoint(case.assessment.get_words(THEME))


def compute_theme_figures(
    counts: ThemeTally, register: ThemeRegister, competitors: Collection[str] = ()
) -> tuple[ThemeFigures, ...]:
    """Return the themes by their shown names, most common first."""
    said: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    names: dict[str, set[str]] = defaultdict(set)
    for key, count in counts.items():
        if key.subject not in competitors and key.theme not in register.removed:
            name = register.get_shown_name(key.theme)
            said[name][key.subject][key.sentiment] += count
            names[name].add(key.theme)
    found = [_build_figures(name, of_subjects, frozenset(names[name])) for name, of_subjects in said.items()]
    return tuple(sorted(found, key=lambda one: (-one.mentions, one.name)))


def _build_figures(name: str, of_subjects: Mapping[str, Counter[str]], names: frozenset[str]) -> ThemeFigures:
    parts = [_count(subject or "without a subject", counts) for subject, counts in of_subjects.items()]
    total = _count(name, sum(of_subjects.values(), Counter[str]()))
    several = sorted(parts, key=lambda one: (-one.mentions, one.name)) if len(parts) > 1 else ()
    return ThemeFigures(name, total.mentions, total.negative, total.positive, names, tuple(several))


def _count(name: str, counts: Counter[str]) -> ThemeFigures:
    return ThemeFigures(name, counts.total(), counts[Sentiment.NEGATIVE], counts[Sentiment.POSITIVE])
