"""The upper half of a case card: title, author, quotation."""

import re

from bot.cards.block_kit import (
    Block,
    make_context,
    make_date,
    make_header,
    make_line,
    make_plain_text,
    make_quote,
    make_rich_text,
    make_run,
)
from bot.cards.sanitize import escape, sanitize_line, sanitize_text
from bot.domain.assessment import Assessment, Intent, Sentiment
from bot.domain.case import Case
from bot.domain.mention import Mention

WORDS_SHOWN = 600
"""Characters of a post on its card: more than X's own limit. The rest is behind Open post."""
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
OUTLETS: dict[str, str] = {}
"""How a source is named where its name with a capital is not enough; the composition root adds what sources declare."""


def format_kind(case: Case) -> str:
    """Return the intent as a noun: `Complaint`."""
    return NAMES[case.assessment.intent]


def format_kind_noun(case: Case) -> str:
    """Return the intent within a sentence: `the complaint from @marta`."""
    return format_kind(case).lower()


def format_author(mention: Mention, max_length: int = 60) -> str:
    return sanitize_line(mention.display_name, max_length) or "somebody"


def escape_author(mention: Mention) -> str:
    """Return the author's name for mrkdwn, escaped and without formatting characters."""
    return escape(_FORMATS.sub("", format_author(mention))) or "somebody"


def format_sentiment(assessment: Assessment) -> str:
    """Return the sentiment in words, or '' where nothing was detected."""
    if assessment.is_unsure:
        leaning = assessment.sentiment
        return "unsure" if leaning is Sentiment.NEUTRAL else f"unsure, leaning {leaning.value}"
    return assessment.sentiment.value if any(assessment.probabilities.values()) else ""


def pick_sentiment_emoji(assessment: Assessment) -> str:
    """Return the emoji that repeats the sentiment as a colour, for use beside the words."""
    if assessment.intent is Intent.CRISIS:
        return "🚨"
    if assessment.is_unsure:
        return "🟡"
    return {Sentiment.NEGATIVE: "🔴", Sentiment.NEUTRAL: "⚪", Sentiment.POSITIVE: "🟢"}[assessment.sentiment]


def render_case_title(case: Case) -> Block:
    found = case.assessment
    parts = (format_kind(case), format_sentiment(found), sanitize_line(found.subject, 60))
    return make_header(f"{pick_sentiment_emoji(found)} {' · '.join(part for part in parts if part)}")


def render_quotation(mention: Mention, max_length: int = WORDS_SHOWN) -> Block:
    """Return author, source, reach, time and the words as rich text, in which no markup of theirs takes effect."""
    words = sanitize_text(mention.text, max_length) or WORDLESS
    quoted = sanitize_line(mention.quoted, QUOTED_SHOWN)
    return make_rich_text(
        make_line(
            make_run(format_author(mention), bold=True),
            _format_mention_details(mention),
            make_date(mention.created_at),
            *([make_run(" · edited "), make_date(mention.edited_at, "{time}")] if mention.edited_at else []),
        ),
        make_quote(words),
        *([make_line(make_run(f"Quoting: {quoted}", italic=True))] if quoted else []),
    )


def render_text_before_edit(case: Case) -> Block | None:
    """Return the text before the author's last edit, or None."""
    if not case.earlier:
        return None
    return make_context(make_plain_text(f"Before the edit: {sanitize_line(case.earlier[-1], 300)}"))


def _format_mention_details(mention: Mention) -> str:
    shown = sanitize_line(mention.author.name, 60)
    also = f" ({shown})" if shown and shown != format_author(mention) else ""
    parts = [f"{also} on {format_source(mention)}"]
    if mention.author.followers is not None:
        parts.append(f"reach {abbreviate_number(mention.author.followers)}")
    return " · ".join(parts) + " · "


def format_source(mention: Mention) -> str:
    return OUTLETS.get(mention.source, "") or sanitize_line(mention.source, 40).capitalize() or "elsewhere"


def abbreviate_number(number: int) -> str:
    """Return `87`, `1.2k`, `34k` or `1.2M`."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= size * 0.9995:
            scaled = number / size
            return f"{scaled:.1f}".removesuffix(".0") + letter if scaled < 10 else f"{scaled:,.0f}{letter}"
    return str(number)
