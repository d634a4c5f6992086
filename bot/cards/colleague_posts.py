"""The list of posts by colleagues, for managers."""

from collections.abc import Sequence

from bot.cards.block_kit import (
    RenderedMessage,
    make_bullets,
    make_context,
    make_date,
    make_line,
    make_link,
    make_plain_text,
    make_rich_text,
    make_section,
)
from bot.cards.case_mention import format_author, format_source
from bot.domain.mention import Mention
from bot.domain.own_accounts import StaffSign
from bot.domain.text import format_count

NONE = "No posts by colleagues in the last 30 days."
SIGNS = {
    StaffSign.ACCOUNT: "listed account",
    StaffSign.SIGNATURE: "signed like an agent",
    StaffSign.WORKS_HERE: "says they work here",
}


def render_staff_posts(posts: Sequence[tuple[Mention, StaffSign]]) -> RenderedMessage:
    """Return who wrote where and when, newest first, and by what they are known; the words are not kept."""
    if not posts:
        return RenderedMessage(NONE, [make_section(make_plain_text(NONE))])
    head = f"{format_count(len(posts), 'post')} by colleagues, newest first"
    lines = [
        make_line(
            make_link(mention.url, format_author(mention)),
            f" · {format_source(mention)} · ",
            make_date(mention.created_at),
            f" · {SIGNS[sign]}",
        )
        for mention, sign in posts
    ]
    note = (
        "They don't count towards sentiment. A signature or a claim to work here may be wrong. Only you can see this."
    )
    return RenderedMessage(head, [make_section(f"*{head}*"), make_rich_text(make_bullets(*lines)), make_context(note)])
