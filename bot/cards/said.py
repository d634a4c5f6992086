"""What was said, by whom, and what we made of it: the upper half of a card."""

import re

from bot.cards import drawing
from bot.cards.drawing import Block
from bot.cards.words import escape, harmless, one_line
from bot.domain.assessment import Assessment, Intent, Sentiment
from bot.domain.case import Case
from bot.domain.mention import Mention

WORDS_SHOWN = 600
"""Characters of a post on its card: X's own limit and then some; the rest is behind Open post."""
QUOTED_SHOWN = 200
WORDLESS = "(no words: open the post to see it)"

NAMES = {
    Intent.CRISIS: "Crisis",
    Intent.SPAM: "Spam",
    Intent.COMPLAINT: "Complaint",
    Intent.NEED: "Unmet need",
    Intent.QUESTION: "Question",
    Intent.PURCHASE: "Wish to buy",
    Intent.PRAISE: "Praise",
    Intent.OTHER: "Post",
}
_FORMATS = re.compile(r"[*~`]|(?<![^\W_])_+|_+(?![^\W_])")
"""The underscore in @rui_m stays: only at the edge of a word does it make italics."""
OUTLETS = {"x": "X", "slack": "Slack"}


def name(case: Case) -> str:
    """What kind of thing it is, as a noun: `Complaint`."""
    return NAMES[case.assessment.intent]


def noun(case: Case) -> str:
    """The same within a sentence: `the complaint from @marta`."""
    return name(case).lower()


def who(mention: Mention, most: int = 60) -> str:
    return one_line(mention.display_name, most) or "somebody"


def marked(mention: Mention) -> str:
    """The name within a sentence of ours: mrkdwn, in which it can format nothing either."""
    return escape(_FORMATS.sub("", who(mention))) or "somebody"


def feeling(assessment: Assessment) -> str:
    """The sentiment in words; empty where nothing was detected at all."""
    if assessment.is_unsure:
        leaning = assessment.sentiment
        return "unsure" if leaning is Sentiment.NEUTRAL else f"unsure, leaning {leaning.value}"
    return assessment.sentiment.value if any(assessment.probabilities.values()) else ""


def feeling_mark(assessment: Assessment) -> str:
    """A colour beside the words, never instead of them."""
    if assessment.intent is Intent.CRISIS:
        return "🚨"
    if assessment.is_unsure:
        return "🟡"
    return {Sentiment.NEGATIVE: "🔴", Sentiment.NEUTRAL: "⚪", Sentiment.POSITIVE: "🟢"}[assessment.sentiment]


def title(case: Case) -> Block:
    found = case.assessment
    parts = (name(case), feeling(found), one_line(found.subject, 60))
    return drawing.header(f"{feeling_mark(found)} {' · '.join(part for part in parts if part)}")


def quotation(mention: Mention, most: int = WORDS_SHOWN) -> Block:
    """Who, where, to how many, when; then the words. All rich text: what is in there is shown, and does nothing."""
    words = harmless(mention.text, most) or WORDLESS
    quoted = one_line(mention.quoted, QUOTED_SHOWN)
    return drawing.rich_text(
        drawing.line(
            drawing.run(who(mention), bold=True),
            drawing.run(_about(mention)),
            drawing.when(mention.created_at),
            *([drawing.run(" · edited "), drawing.when(mention.edited_at, "{time}")] if mention.edited_at else []),
        ),
        drawing.quote(drawing.run(words)),
        *([drawing.line(drawing.run(f"Quoting: {quoted}", italic=True))] if quoted else []),
    )


def before_edit(case: Case) -> Block | None:
    """What the post said before its author last edited it."""
    if not case.earlier:
        return None
    return drawing.context(drawing.plain(f"Before the edit: {one_line(case.earlier[-1], 300)}"))


def _about(mention: Mention) -> str:
    shown = one_line(mention.author.name, 60)
    also = f" ({shown})" if shown and shown != who(mention) else ""
    parts = [f"{also} on {outlet(mention)}"]
    if mention.author.followers is not None:
        parts.append(f"reach {short(mention.author.followers)}")
    return " · ".join(parts) + " · "


def outlet(mention: Mention) -> str:
    return OUTLETS.get(mention.source, "") or one_line(mention.source, 40).capitalize() or "elsewhere"


def short(number: int) -> str:
    """`87`, `1.2k`, `34k`, `1.2M`."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= size * 0.9995:
            scaled = number / size
            return f"{scaled:.1f}".removesuffix(".0") + letter if scaled < 10 else f"{scaled:,.0f}{letter}"
    return str(number)
