"""Help for `/sentiment`: its subcommands, and the precision of the detectors."""

import math
from collections.abc import Iterable, Sequence

from bot.cards.block_kit import RenderedMessage, make_section
from bot.cards.campaign_list import format_start_command
from bot.cards.sanitize import escape, sanitize_line
from bot.domain.reports.precision import PRECISION_DAYS, PrecisionAspect, PrecisionEstimate
from bot.domain.reports.statistics import MIN_SAMPLE
from bot.domain.text import format_count, format_percent

_PARTS = {
    PrecisionAspect.SENTIMENT: "sentiment",
    PrecisionAspect.INTENT: "type",
    PrecisionAspect.SUBJECT: "subject",
}


def format_known_names(noun: str, names: Iterable[str], most: int = 8) -> str:
    """Return `Departments: care, sales.`, escaped for mrkdwn."""
    shown = [escape(sanitize_line(name, 60)) for name in names]
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return f"{noun.capitalize()}: {', '.join(shown[:most])}{more}." if shown else f"The playbook lists no {noun}."


def render_sentiment_help(
    subjects: Sequence[str], departments: Sequence[str], precisions: Sequence[PrecisionEstimate]
) -> RenderedMessage:
    """Return the help. `precisions` begins with that over all aspects."""
    example = escape(next(iter([*departments, *subjects]), "care"))
    forms = (
        "`/sentiment today`: since midnight, compared with the same hours of the 4 weeks before",
        "`/sentiment yesterday`, `week`, `month`: the day before, the last 7 or 30 days including today",
        "`/sentiment last week`, `march`, `last 3 days`, `since friday 18:00`, `1–15 march`: any other time",
        f"`/sentiment today {example}`: one department or subject only, also with any other time",
        '`/sentiment preview "northwind" exclude "northwind traders"`: what such a subject would find in recent posts',
        "`/sentiment episodes`, `episode lost bags`: what happened, before, during and after",
        f"{format_start_command(next(iter(subjects), 'us'))}, `end`, `list`: tell Earshot what you run, for managers",
        "`/sentiment themes week`: what posts are about, with any time. Managers rename, merge and add them",
        '`/sentiment today theme "lost bags"`: the whole report for one theme, with any time',
        "`/sentiment needs`, `questions`: what people ask for, how many they are, and what became of it",
        "`/sentiment tempo`, `tempo week care`, `tempo me`: how long each step of an answer takes",
        "`/sentiment thanks`: who praised you and wasn't thanked yet",
        "`/sentiment share`: praise worth sharing",
        "`/sentiment digest daily 8:00 in #managers`: figures that come by themselves, for managers",
        "`/sentiment export cases last week csv`, or `mentions`, `tallies`, `episodes`, `audit`: a file, for managers",
        "`/sentiment spam`: recent spam, to check for mistakes",
        "`/sentiment staff`: posts by colleagues, for managers",
    )
    names = f"{format_known_names('subjects', subjects)}\n{format_known_names('departments', departments)}"
    sure = (
        f"Reports show a change only if it is more than chance: at least {MIN_SAMPLE} mentions in both periods. "
        f"Its {format_percent(95)} interval also has to exclude zero. Corrections don't change past counts. "
        f"Otherwise days with more corrections would look better.\n*Accuracy.* {format_precision(precisions)}"
    )
    return RenderedMessage(
        "What you can ask /sentiment", [make_section(part) for part in ("\n".join(forms), names, sure)]
    )


def format_precision(precisions: Sequence[PrecisionEstimate]) -> str:
    """Return the precision in a sentence, and one more by aspect. Uncorrected cases count as right."""
    everything, *parts = precisions
    closed = f"{format_count(everything.cases, 'case')} closed in the last {PRECISION_DAYS} days"
    if not everything.cases:
        return f"Not known yet, because no case was closed in the last {PRECISION_DAYS} days. {HOW}"
    corrected = f"{'1 was' if everything.wrong == 1 else f'{everything.wrong:,} were'} corrected"
    if everything.is_small_sample:
        return f"Not enough data yet. Of {closed}, {corrected}. {HOW}"
    of_parts = ", ".join(
        f"{_PARTS[one.aspect]} {_format_precision_share(one)} of {one.cases:,}"
        for one in parts
        if not one.is_small_sample
    )
    by_part = f" In detail: {of_parts}." if of_parts else ""
    share = _format_precision_share(everything)
    return f"{share[0].upper()}{share[1:]} right. Of {closed}, {corrected}. The others count as right.{by_part}"


def _format_precision_share(one: PrecisionEstimate) -> str:
    """Return the share with its 95 % confidence interval, rounded outwards; without a mistake only the lower end."""
    low, high = math.floor(one.interval[0]), math.ceil(one.interval[1])
    if not one.wrong:
        return f"at least {format_percent(low)}"
    return f"{format_percent(min(99, round(one.percent_right)))} ({low}–{high}\N{NO-BREAK SPACE}%)"


HOW = "If a card is wrong, correct it in its menu (⋯). Earshot counts and learns from it."
