"""The preview of a subject: how many posts it would find, what is excluded, and the latest ones."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    is_within_limits,
    make_bullets,
    make_context,
    make_date,
    make_line,
    make_link,
    make_rich_text,
    make_run,
    make_section,
)
from bot.cards.case_mention import WORDLESS, format_author, format_source, format_stars
from bot.cards.sanitize import escape, sanitize_line
from bot.domain.reports.preview import RecentPost, SpellingCount, SubjectPreview
from bot.domain.text import format_count, format_duration, join_words

HITS_SHOWN = 20
EXCLUDED_SHOWN = 3
WORDS_SHOWN = 140
NAMES_SHOWN = 3


def render_preview(preview: SubjectPreview) -> RenderedMessage:
    """Return the preview with as many of the latest posts as fit into a message, at most 20."""
    head = _format_result(preview)
    for shown in range(HITS_SHOWN, 0, -2):
        blocks = [*_list_blocks(preview, head, shown)]
        if is_within_limits(blocks):
            break
    return RenderedMessage(head, blocks)


def _list_blocks(preview: SubjectPreview, head: str, shown: int) -> Iterable[Block]:
    found = preview.found
    yield make_section(f"*Preview of {_format_terms(preview.query.terms)}*\n{head}")
    if notes := "\n".join(_list_notes(preview)):
        yield make_section(notes)
    if preview.query.exclude:
        yield make_section(f"*Excluded by {_format_terms(preview.query.exclude)}: {len(found.excluded):,}*")
    if found.excluded:
        yield _render_posts(found.excluded[:EXCLUDED_SHOWN])
    if found.hits:
        number = min(shown, len(found.hits))
        yield make_section("*The latest post*" if number == 1 else f"*The latest {number} posts*")
        yield _render_posts(found.hits[:number])
    yield make_context(
        "Nothing was changed. This searches only what Earshot has read: the posts that your sources bring for today's "
        "terms, without spam. A new term may find more at the outlets. Try it there with `earshot listen`."
    )


def _format_result(preview: SubjectPreview) -> str:
    """Return how many posts match, of how many in which time, in plain words."""
    if not preview.searched:
        return "Earshot has not read any posts yet, so there is nothing to search."
    searched = f"{format_count(preview.searched, 'post')} that Earshot read in the last {_format_span(preview)}"
    number = len(preview.found.hits)
    if not number:
        return f"No match in {searched}."
    match = "matches" if number == 1 else "match"
    return f"{number:,} of the {searched} {match}{_format_rate(preview.posts_per_day)}."


def _format_span(preview: SubjectPreview) -> str:
    span = max(preview.at - preview.since, timedelta(minutes=1))
    return f"{span.days} days" if span.days > 1 else format_duration(span)


def _format_rate(per_day: float | None) -> str:
    if per_day is None:
        return ", which is too short a time to say how many a day"
    return f", about {round(per_day):,} a day" if per_day >= 1 else ", less than one a day"


def _list_notes(preview: SubjectPreview) -> Iterable[str]:
    found = preview.found
    if known := preview.known_subjects:
        parts = [f"“{_escape_words(name)}” ({number:,})" for name, number in known[:NAMES_SHOWN]]
        yield f"Already about {join_words(parts)}."
    if found.spellings:
        yield f"Also found as {_format_spellings(found.spellings)}."
    if found.near_misses and not found.hits:
        yield f"Did you mean {_format_spellings(found.near_misses)}?"
    elif found.near_misses:
        yield f"Close, but not found: {_format_spellings(found.near_misses)}. If they mean you, add them as terms."


def _format_spellings(spellings: Sequence[SpellingCount]) -> str:
    return join_words([f"“{_escape_words(one.spelling)}” ({format_count(one.posts, 'post')})" for one in spellings])


def _format_terms(terms: Sequence[str]) -> str:
    more = f" and {len(terms) - NAMES_SHOWN} more" if len(terms) > NAMES_SHOWN else ""
    return ", ".join(f"“{_escape_words(term)}”" for term in terms[:NAMES_SHOWN]) + more


def _escape_words(words: str) -> str:
    """Escape words of strangers or of the command for mrkdwn; characters that format are left out."""
    return escape(sanitize_line(words, 60).translate(str.maketrans("", "", "*_~`")))


def _render_posts(posts: Sequence[RecentPost]) -> Block:
    return make_rich_text(make_bullets(*(_render_post(post) for post in posts)))


def _render_post(post: RecentPost) -> Block:
    mention = post.mention
    words = sanitize_line(mention.text, WORDS_SHOWN) or WORDLESS
    to = f" → {sanitize_line(post.department, 60)}" if post.department else ""
    link: list[Block | str] = [" · ", make_link(mention.url, "Open")] if mention.url else []
    return make_line(
        make_run(format_author(mention, 40), bold=True),
        f"{format_stars(mention)} · {format_source(mention)} · ",
        make_date(mention.created_at),
        f"{to}: {words}",
        *link,
    )
