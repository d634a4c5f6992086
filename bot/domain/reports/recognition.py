"""Recognition: colleagues who resolved or spotted much, of those who want to be named. Nobody is ranked."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bot.domain.commits import DurationKind
from bot.domain.reports.statistics import DurationStats, compute_duration_stats
from bot.domain.reports.step_timings import StepTiming

SPOTTED, SPOTTED_FOUND = "spotted by ", "spotted and found by "
"""Words that are counted beside the resolutions of a department, each with the colleague who flagged the post first."""
RESOLVED_BY = "resolved by "
"""How a list of cases is asked for by who resolved them; durations have the person beside them."""
PEOPLE_NAMED = 5
"""Who resolved most, and as many who spotted most."""
LEAST = 3
"""Of fewer, nobody is named."""


class ColleagueFigures(NamedTuple):
    """`spotted`: posts that they flagged and no source has brought."""

    person: str
    resolved: int = 0
    claim: DurationStats | None = None
    spotted: int = 0
    name: str = ""
    """Plain, as it notifies nobody."""


def choose_colleagues(
    timings: Sequence[StepTiming], words: Mapping[tuple[str, str], int], is_named: Callable[[str], bool]
) -> list[ColleagueFigures]:
    """Return who did most; `words` are counts by department and word. Who is not named is not counted either."""
    resolved = Counter(one.by for one in timings if one.kind is DurationKind.RESOLVE and one.by and is_named(one.by))
    spotted = Counter[str]()
    for (_, word), count in words.items():
        for prefix, sign in ((SPOTTED, 1), (SPOTTED_FOUND, -1)):
            if word.startswith(prefix) and is_named(person := word.removeprefix(prefix)):
                spotted[person] += sign * count
    most = [one for counts in (resolved, spotted) for one in counts.most_common(PEOPLE_NAMED) if one[1] >= LEAST]
    return [
        ColleagueFigures(person, resolved[person], _time_claims(timings, person), max(0, spotted[person]))
        for person in dict.fromkeys(name for name, _ in most)
    ]


def _time_claims(timings: Sequence[StepTiming], person: str) -> DurationStats | None:
    return compute_duration_stats(
        [one.seconds for one in timings if one.kind is DurationKind.CLAIM and one.by == person]
    )
