"""The upper half of a case's card: what, who, how many listen, where, when, and the words."""

import re

from bot.cards.block_kit import (
    Block,
    make_context,
    make_date,
    make_line,
    make_picture,
    make_quote,
    make_rich_text,
    make_run,
)
from bot.cards.post_details import format_media, format_place
from bot.cards.sanitize import SAME_DAY, escape_name, format_date, sanitize_line, sanitize_text, truncate
from bot.domain.assessment import Assessment, Intent, Sentiment
from bot.domain.case import Case
from bot.domain.links import SLACK, find_link_outlet
from bot.domain.mention import Mention

WORDS_SHOWN = 600
"""Characters of a post on its card: more than X's own limit. The rest is behind Open post."""
WORDS_LINE = 72
"""Characters of the words that a window of 700 px shows in one line (2026-11-29)."""
QUOTED_SHOWN = 200
WORDLESS = "(no words: open the post to see it)"

NAMES = {
    Intent.CRISIS: "Crisis",
    Intent.SPAM: "Spam",
    Intent.COMPLAINT: "Complaint",
    Intent.NEED: "Feature request",
    Intent.QUESTION: "Question",
    Intent.PURCHASE: "Purchase interest",
    Intent.PRAISE: "Praise",
    Intent.OTHER: "Post",
}
HARMS = {
    "safety": "Safety",
    "disaster": "Disaster",
    "legal": "Legal",
    "leak": "Data leak",
    "discrimination": "Discrimination",
    "self-harm": "Self-harm",
    "journalist": "Press",
    "regulator": "Regulator",
}
_EVIDENCE = re.compile(r"'([^']{3,60})'")
"""The phrases that the crisis detector quotes in its reason."""
_REFERENCE = re.compile(r"\b[A-Z]{2} ?(?!(?:19|20)\d\d\b)\d{2,4}\b")
"""A flight, train or order number, such as NW 331; not a year after a word in capitals."""
"""The underscore in @rui_m stays: only at the edge of a word does it make italics."""
OUTLETS: dict[str, str] = {}
"""How a source is named where its name with a capital is not enough; the composition root adds what sources declare."""


def format_kind(case: Case) -> str:
    """Return the intent as a noun: `Complaint`."""
    return NAMES[case.assessment.intent]


def format_kind_noun(case: Case) -> str:
    """Return the intent within a sentence: `the complaint from @marta`."""
    return format_kind(case).lower()


def format_case_type(case: Case) -> str:
    """Return what a case is, as plain text: `Complaint`, `Safety · smoke on board · NW 331`, `Negative post`."""
    found = case.assessment
    if case.is_urgent:
        return _format_crisis_type(case)
    if found.is_unsure:
        return f"{format_kind(case)} · unclear"
    if found.intent is Intent.OTHER and found.sentiment is not Sentiment.NEUTRAL:
        return f"{found.sentiment.value.capitalize()} post"
    return format_kind(case)


def _format_crisis_type(case: Case) -> str:
    kind = HARMS.get(case.harm, sanitize_line(case.harm, 40).capitalize()) or NAMES[Intent.CRISIS]
    return " · ".join((kind, *list_crisis_facts(case)))


def list_crisis_facts(case: Case) -> list[str]:
    """List the phrase that tells of the harm, and a flight or order: `["smoke on board", "NW 331"]`.

    They are a stranger's words on one line.
    """
    signals = (signal for signal in case.assessment.signals if signal.label == f"intent:{Intent.CRISIS.value}")
    evidence = next((found[1] for signal in signals if (found := _EVIDENCE.search(signal.because))), "")
    reference = _REFERENCE.search(case.mention.text)
    facts = (sanitize_line(evidence.replace(" … ", " "), 60), reference[0] if reference else "")
    return [fact for fact in facts if fact]


def format_author(mention: Mention, max_length: int = 60) -> str:
    return sanitize_line(mention.display_name, max_length) or "somebody"


def escape_author(mention: Mention) -> str:
    """Return the author's name for mrkdwn, escaped and without formatting characters."""
    return escape_name(format_author(mention)) or "somebody"


def format_sentiment(assessment: Assessment) -> str:
    """Return the sentiment in a word, or '' where nothing was detected."""
    if assessment.is_unsure:
        return "unclear"
    return assessment.sentiment.value if any(assessment.probabilities.values()) else ""


def pick_sentiment_emoji(assessment: Assessment) -> str:
    """Return the emoji that repeats the sentiment as a colour, for use beside the words."""
    if assessment.intent is Intent.CRISIS:
        return "🚨"
    if assessment.is_unsure:
        return "🟡"
    return {Sentiment.NEGATIVE: "🔴", Sentiment.NEUTRAL: "⚪", Sentiment.POSITIVE: "🟢"}[assessment.sentiment]


def render_case_title(case: Case, *, avatars: bool = False) -> Block:
    """Return one line: what, who (and how many follow them), where, how long ago.

    Only a context block can show a picture that is no higher than the line.
    """
    mention = case.mention
    mark = "🚨" if case.is_urgent else pick_sentiment_emoji(case.assessment)
    name, detail = _split_author(mention, has_handle=not case.is_urgent)
    if avatars and mention.author.avatar:
        more = f" ({escape_name(detail)})" if detail else ""
        where = f"{escape_name(_format_origin(mention))} · {format_date(mention.created_at)}"
        edited = f" · edited {format_date(mention.edited_at, _pick_edit_format(mention))}" if mention.edited_at else ""
        what = f"{escape_name(format_case_type(case))}*{escape_name(format_stars(mention))}"
        words = f"{mark} *{what} · *{escape_name(name)}*{more} · {where}{edited}"
        return make_context(make_picture(mention.author.avatar, f"Picture of {name}"), words)
    return make_rich_text(
        make_line(
            f"{mark} ",
            make_run(format_case_type(case), bold=True),
            f"{format_stars(mention)} · ",
            make_run(name, bold=True),
            f"{f' ({detail})' if detail else ''} · {_format_origin(mention)} · ",
            make_date(mention.created_at, "{ago}"),
            *_list_edit_runs(mention),
        )
    )


def format_stars(mention: Mention) -> str:
    """Return ` · 2 of 5 stars`, or '' for a post without a rating."""
    return f" · {mention.rating.describe()}" if mention.rating else ""


def _format_origin(mention: Mention) -> str:
    """Return the outlet, and the place there: `Forum, Porto`."""
    place = format_place(mention)
    return f"{format_source(mention)}, {place}" if place else format_source(mention)


def _list_edit_runs(mention: Mention) -> list[Block | str]:
    return [" · edited ", make_date(mention.edited_at, _pick_edit_format(mention))] if mention.edited_at else []


def _pick_edit_format(mention: Mention) -> str:
    """Return how the time of the edit is shown: `14:02`, or with its day if that is not the post's."""
    edited_at = mention.edited_at or mention.created_at
    return "{time}" if abs(edited_at - mention.created_at) < SAME_DAY else "{date_short_pretty} at {time}"


def _split_author(mention: Mention, *, has_handle: bool) -> tuple[str, str]:
    """Return the name, and what goes into parentheses: handle and followers.

    A crisis leaves out the handle beside a name, since it has to say more in its one line.
    """
    handle = f"@{mention.author.handle.removeprefix('@')}" if mention.author.handle else ""
    name = sanitize_line(mention.author.name, 40)
    followers = mention.author.followers
    reach = abbreviate_number(followers) if followers is not None else ""
    if not name or name.casefold() == handle.removeprefix("@").casefold():
        return format_author(mention), reach
    return name, " · ".join(part for part in (sanitize_line(handle, 40) if has_handle else "", reach) if part)


def render_words(mention: Mention, lines_less: int = 0) -> Block:
    """Return the words and what is attached as rich text, in which no markup of theirs takes effect.

    `lines_less` are left out of words that have more than one line.
    """
    words = sanitize_text(mention.text, WORDS_SHOWN) or WORDLESS
    if lines_less and (lines := _count_lines(words)) > 1:
        words = truncate(" ".join(words.split()), max(1, lines - lines_less) * WORDS_LINE)
    quoted = sanitize_line(mention.quoted, QUOTED_SHOWN)
    media = format_media(mention.media)
    return make_rich_text(
        make_line(words, *([make_run(f" [{media}]", italic=True)] if media else [])),
        *([make_line(make_run(f"Quoting: {quoted}", italic=True))] if quoted else []),
    )


def _count_lines(words: str) -> int:
    return sum(max(1, -(-len(line) // WORDS_LINE)) for line in words.split("\n"))


def render_quotation(mention: Mention, max_length: int) -> Block:
    """Return author, source, reach, time and the words, for a message to somebody who has not seen the card."""
    return make_rich_text(
        make_line(
            make_run(format_author(mention), bold=True), _format_mention_details(mention), make_date(mention.created_at)
        ),
        make_quote(sanitize_text(mention.text, max_length) or WORDLESS),
    )


def _format_mention_details(mention: Mention) -> str:
    shown = sanitize_line(mention.author.name, 60)
    also = f" ({shown})" if shown and shown != format_author(mention) else ""
    parts = [f"{also} on {format_source(mention)}"]
    if mention.author.followers is not None:
        parts.append(f"{abbreviate_number(mention.author.followers)} followers")
    return " · ".join(parts) + " · "


def format_source(mention: Mention) -> str:
    return format_source_name(mention.source)


def format_outlet(mention: Mention) -> str:
    """Return where the post is read and answered: of a flagged post, where its address leads."""
    flagged = find_link_outlet(mention.url) if mention.source == SLACK else ""
    return format_source_name(flagged or mention.source)


def format_source_name(source: str) -> str:
    return OUTLETS.get(source, "") or sanitize_line(source, 40).capitalize() or "elsewhere"


def abbreviate_number(number: int) -> str:
    """Return `87`, `1.2k`, `34k` or `1.2M`."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= size * 0.9995:
            scaled = number / size
            return f"{scaled:.1f}".removesuffix(".0") + letter if scaled < 10 else f"{scaled:,.0f}{letter}"
    return str(number)
