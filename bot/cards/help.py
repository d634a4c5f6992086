"""Help for `/sentiment`: its subcommands, and the precision of the detectors."""

from collections.abc import Iterable, Sequence

from bot.cards.block_kit import RenderedMessage, make_section
from bot.cards.sanitize import escape, sanitize_line
from bot.domain.reports.precision import PRECISION_DAYS, PrecisionAspect, PrecisionEstimate
from bot.domain.reports.report import MIN_SAMPLE
from bot.domain.text import format_count

_PARTS = {
    PrecisionAspect.SENTIMENT: "the feeling",
    PrecisionAspect.INTENT: "the kind",
    PrecisionAspect.SUBJECT: "the subject",
}


def format_known_names(noun: str, names: Iterable[str], most: int = 8) -> str:
    """Return `The subjects are care and sales.`, escaped for mrkdwn."""
    shown = [escape(sanitize_line(name, 60)) for name in names]
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return f"The {noun} are: {', '.join(shown[:most])}{more}." if shown else f"The playbook names no {noun}."


def render_sentiment_help(
    subjects: Sequence[str], departments: Sequence[str], precisions: Sequence[PrecisionEstimate]
) -> RenderedMessage:
    """Return the help. `precisions` begins with that over all aspects."""
    example = escape(next(iter([*departments, *subjects]), "care"))
    forms = (
        "`/sentiment today` since midnight, against yesterday until the same time",
        "`/sentiment yesterday` the whole day, against the day before",
        "`/sentiment week` the last 7 days, today among them, against the 7 before",
        f"`/sentiment today {example}` only one subject or department; this works with each of the three",
        "`/sentiment spam` what was taken for spam lately, and the way back",
    )
    names = f"{format_known_names('subjects', subjects)}\n{format_known_names('departments', departments)}"
    sure = (
        f"A change is named only where it is more than chance: {MIN_SAMPLE} mentions or more on both sides, and a 95 % "
        "interval that leaves out zero. Counts tell what was heard: corrections do not change them, or days on which "
        f"you correct more would look better than they were.\n*How often am I right?* {format_precision(precisions)}"
    )
    return RenderedMessage(
        "What you can ask with /sentiment", [make_section(part) for part in ("\n".join(forms), names, sure)]
    )


def format_precision(precisions: Sequence[PrecisionEstimate]) -> str:
    """Return the precision in a sentence, and one more by aspect. Uncorrected cases count as right, which is said."""
    everything, *parts = precisions
    handled = f"{format_count(everything.cases, 'case')} that your team closed in the last {PRECISION_DAYS} days"
    if not everything.cases:
        return f"I do not know yet: your team closed no case of mine in the last {PRECISION_DAYS} days. {HOW}"
    said = f"{'1 was' if everything.wrong == 1 else f'{everything.wrong:,} were'} corrected"
    if everything.is_small_sample:
        return f"Too few to say: of {handled}, {said}. {HOW}"
    of_parts = ", ".join(
        f"{_PARTS[one.aspect]} {_format_precision_share(one)}" for one in parts if not one.is_small_sample
    )
    by_part = f" By part: {of_parts}." if of_parts else ""
    return (
        f"Of {handled}, {said}: {_format_precision_share(everything)} heard right, if what nobody corrected "
        f"was right.{by_part}"
    )


def _format_precision_share(one: PrecisionEstimate) -> str:
    """Return the share with its 95 % confidence interval."""
    low, high = one.interval
    return f"{round(one.percent_right)} % [{round(low)}–{round(high)} %]"


HOW = "When a card is wrong, correct it in its menu (⋯); I count that, and can learn from it."
