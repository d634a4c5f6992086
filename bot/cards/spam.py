"""The list of recent spam: who wrote what, why it was classified as spam, and a button to restore it."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.cards import action_ids
from bot.cards.block_kit import Block, RenderedMessage, make_actions, make_button, make_plain_text, make_section
from bot.cards.case_mention import WORDLESS, format_author, format_source
from bot.cards.sanitize import format_plain_time, sanitize_line
from bot.domain.assessment import Assessment
from bot.domain.mention import Mention
from bot.domain.text import format_count

WORDS_SHOWN = 240
NONE = "No spam lately."
NO_OLDER = "That's all the spam there is. /sentiment spam shows the newest again."


def render_spam_page(
    entries: Sequence[tuple[str, Mention, Assessment]], total: int, zone: ZoneInfo, *, more: bool
) -> RenderedMessage:
    """Return one page of spam. `entries` are ids with their mention, newest first; `total` counts all pages.

    `zone` is the brand's.
    """
    if not entries:
        words = NO_OLDER if total else NONE
        return RenderedMessage(words, [make_section(make_plain_text(words))])
    head = f"{format_count(total, 'post')} marked as spam lately, newest first"
    how = "Spam is counted separately and shown only here. Press *Not spam* to open a case for a post."
    blocks = [make_section(f"*{head}*\n{how}")]
    for entry, mention, assessment in entries:
        blocks.append(_render_spam_entry(entry, mention, assessment, zone))
    if more:
        older = make_button("Older", action_ids.SPAM_OLDER, entries[-1][0], a11y_label="Show older spam")
        blocks.append(make_actions(older))
    return RenderedMessage(head, blocks)


def _render_spam_entry(entry: str, mention: Mention, assessment: Assessment, zone: ZoneInfo) -> Block:
    """Return an entry as plain text without links, because spam is the most hostile input there is."""
    because = " · ".join(sanitize_line(words, 120) for words in assessment.find_reasons("intent")) or "no reason given"
    words = sanitize_line(mention.text, WORDS_SHOWN) or WORDLESS
    when = format_plain_time(mention.created_at.astimezone(zone))
    text = f"{format_author(mention)} on {format_source(mention)}, {when}: {words}\n→ {because}"
    back = make_button(
        "Not spam", action_ids.BRING_BACK, entry, a11y_label=f"Not spam: the post by {format_author(mention, 40)}"
    )
    return make_section(make_plain_text(text, 600), accessory=back)
