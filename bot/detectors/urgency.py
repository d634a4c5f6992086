"""Compute the urgency, 0 to 100, as a sum of parts, each a signal with its points and its reason. Runs last.

The points were set by hand (2026-11-22) so that a crisis (45) is above any single complaint, and so that reach alone
never makes a post urgent.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from bot.detectors.authenticity import find_authenticity_signals
from bot.detectors.detector import AnalysisContext, MentionStats
from bot.detectors.text.phrases import PRESSING
from bot.detectors.text.word_flags import AHEAD, WordFlags
from bot.domain.assessment import Signal

SEVERITY = (
    ("intent:crisis", 45),
    ("intent:complaint", 20),
    ("intent:question", 8),
    ("intent:need", 4),
    ("intent:purchase", 6),
)
ASKING = frozenset(label for label, _ in SEVERITY)
"""Labels of posts that ask for somebody."""
STRONGLY = 0.85
STRONGLY_MORE = 10
REACH_MOST = 20
REACH_FROM, REACH_FULL = 1_000, 1_000_000
DISCOUNT = 0.5
"""The share of the followers that is believed per authenticity signal: they may be bought."""
VELOCITY_MOST = 15
FEWEST_POSTS = 5
"""Posts in a quarter of an hour below which the rate says nothing."""
EARLIER_EACH, HISTORY_MOST = 5, 10
CLOCK_MOST = 10
DELAYS = ((15, 60, 2), (60, 24 * 60, 4))
"""Minutes before we received the post, from and to, and their points. A post older than a day is not pressing."""
SHOUTING = 3
FEWEST_SHOUTED = 3
"""More than 60 % of at least four words."""


WITHIN_THE_HOUR, TODAY = 8, 4
MINUTES = frozenset(["min", "mins", "minute", "minutes", "m"])
HOURS = frozenset(["h", "hr", "hrs", "hour", "hours"])


class _UrgencyPart(NamedTuple):
    name: str
    points: int
    because: str


class UrgencyDetector:
    name = "urgency"

    def detect(self, context: AnalysisContext) -> None:
        if context.has_label("intent:spam"):
            return
        for part in _compute_parts(context):
            if part.points > 0:
                context.add_signal(Signal(self.name, f"urgency:{part.name}", 1.0, part.because, weight=part.points))


def _compute_parts(context: AnalysisContext) -> list[_UrgencyPart]:
    """Return the parts that have a reason; some have no points after all."""
    stats, parts = context.stats, []
    asking = context.has_any_label(ASKING)
    if asking or context.has_label("sentiment:negative"):
        parts.append(_score_severity(context))
    if (context.mention.author.followers or 0) >= REACH_FROM:
        parts.append(_score_reach(context))
    if stats.recent >= FEWEST_POSTS:
        parts.append(_score_velocity(stats))
    if stats.earlier:
        parts.append(_score_history(stats))
    if asking:
        parts.append(_score_time_pressure(context))
    if context.capitals >= FEWEST_SHOUTED and _is_shouting(context):
        parts.append(_UrgencyPart("shouting", SHOUTING, "shouting: mostly capitals"))
    return parts


def _score_severity(context: AnalysisContext) -> _UrgencyPart:
    points, words = 0, []
    for label, worth in SEVERITY:
        if context.has_label(label) and worth > points:
            points = worth
            words = [label.partition(":")[2]]
    if context.has_label("sentiment:negative") and context.get_confidence("sentiment:negative") >= STRONGLY:
        points += STRONGLY_MORE
        words.append("strongly negative")
    return _UrgencyPart("severity", points, f"severity: {', '.join(words)}")


def _score_reach(context: AnalysisContext) -> _UrgencyPart:
    """Score the reach on a log scale: a hundred thousand followers are not a hundred times a thousand."""
    followers = context.mention.author.followers or 0
    signals = find_authenticity_signals(context)
    believed = int(followers * DISCOUNT ** len(signals))
    scale = math.log10(max(1, believed) / REACH_FROM) / math.log10(REACH_FULL / REACH_FROM)
    points = round(REACH_MOST * min(1.0, scale)) if scale > 0 else 0
    discounted = f", discounted to {believed:,} ({', '.join(signal.words for signal in signals)})" if signals else ""
    return _UrgencyPart("reach", points, f"reach: {followers:,} followers{discounted}")


def _score_velocity(stats: MentionStats) -> _UrgencyPart:
    recent, usual = stats.recent, max(1.0, stats.expected)
    if recent < 2 * usual:
        return _UrgencyPart("velocity", 0, "")
    points = min(VELOCITY_MOST, round(5 * math.log2(recent / usual)))
    return _UrgencyPart("velocity", points, f"velocity: {recent} posts in a quarter of an hour, {usual:.0f} are usual")


def _score_history(stats: MentionStats) -> _UrgencyPart:
    """Score earlier posts: a person who writes again within a day was not helped."""
    earlier = stats.earlier
    times = "once" if earlier == 1 else f"{earlier} times"
    points = min(HISTORY_MOST, EARLIER_EACH * earlier)
    return _UrgencyPart("history", points, f"history: wrote {times} before within a day")


def _score_time_pressure(context: AnalysisContext) -> _UrgencyPart:
    """Score deadlines in the text, and the delay until we received the post."""
    points, reasons = 0, []
    if pressure := _find_time_pressure(context.word_flags):
        points, reasons = pressure.points, [f"'{pressure.words}'"]
    minutes = _measure_delay(context)
    for least, most, worth in DELAYS:
        if least <= minutes < most:
            points += worth
            reasons.append(f"picked up {_format_minutes(minutes)} late")
    return _UrgencyPart("clock", min(CLOCK_MOST, points), f"clock: {', '.join(reasons)}")


def _measure_delay(context: AnalysisContext) -> float:
    """Return the minutes from the post until we received it."""
    received_at = context.stats.received_at
    return (received_at - context.mention.created_at).total_seconds() / 60 if received_at else 0.0


def _format_minutes(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"


def _is_shouting(context: AnalysisContext) -> bool:
    # a masked name may be several words
    tokens = " ".join(context.tokens).split() if context.masked_places else context.tokens
    words = [token for token in tokens if token.isalpha() and len(token) > 2]
    return len(words) >= 4 and sum(map(str.isupper, words)) > 0.6 * len(words)


class _TimePressure(NamedTuple):
    words: str
    points: int


def _find_time_pressure(flags: WordFlags) -> _TimePressure | None:
    """Return the most pressing time expression, or None."""
    found = [_TimePressure(hit.phrase, int(hit.weight)) for hit in flags.phrases.get(PRESSING, ())]
    if flags.flags & AHEAD:
        found += _find_deadlines(flags.words, flags.find_places(AHEAD))
    return max(found, key=lambda pressure: pressure.points, default=None)


def _find_deadlines(words: Sequence[str], places: Sequence[int]) -> list[_TimePressure]:
    """Find `in 20 minutes`, `in 3 hours`."""
    found = []
    for place in places:
        if place + 2 >= len(words):
            break
        number, unit = words[place + 1], words[place + 2]
        if number.isdecimal() and len(number) < 4 and (unit in MINUTES or unit in HOURS):
            minutes = int(number) * (1 if unit in MINUTES else 60)
            if minutes <= 12 * 60:
                points = WITHIN_THE_HOUR if minutes <= 60 else TODAY
                found.append(_TimePressure(f"{words[place]} {number} {unit}", points))
    return found
