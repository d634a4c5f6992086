"""The approval of a reply: the direct message to who decides, the answers, and the words on the card."""

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_quote,
    make_rich_text,
    render_text,
)
from bot.cards.case import render_open_post_button
from bot.cards.case_mention import escape_author, format_kind_noun, render_quotation
from bot.cards.case_messages import WORDS_SHOWN, render_card_link
from bot.cards.sanitize import format_date
from bot.domain.case import Case
from bot.domain.replies.approval import ReplyApproval


def render_approval_request(case: Case, asked: ReplyApproval, link: str = "") -> RenderedMessage:
    """Return the one direct message to the person who decides, with the text of the reply."""
    whose = f"the {format_kind_noun(case)} from {escape_author(case.mention)}"
    word = "can be sent" if asked.default else "isn't approved"
    text = (
        f"👀 <@{asked.by}> asks you to approve a reply to {whose}. "
        f"Without an answer by {format_date(asked.until, '{time}')}, it {word}."
    )
    ref = f"{case.id}/{asked.number}"
    approve = make_button("Approve", action_ids.REPLY_APPROVE, ref, style="primary", a11y_label="Approve this reply")
    decline = make_button("Decline", action_ids.REPLY_DECLINE, ref, a11y_label="Decline this reply")
    actions = [approve, decline, *render_card_link(link), *render_open_post_button(case)]
    reply = make_rich_text(make_quote(asked.text))
    return render_text(text, render_quotation(case.mention, WORDS_SHOWN), reply, make_actions(*actions))


def render_approval_decision(asked: ReplyApproval) -> RenderedMessage:
    """Return what replaces that message once the person has answered."""
    verb = "✅ Approved" if asked.approved else "✖️ Declined"
    return render_text(f"{verb}. <@{asked.by}> is told.", make_rich_text(make_quote(asked.text)))


def render_approval_answer(case: Case, asked: ReplyApproval, link: str = "") -> RenderedMessage:
    """Return the one direct message to who asked."""
    whose = f"your reply to {escape_author(case.mention)}"
    if asked.answered_by:
        verb = "✅ <@{}> approves" if asked.approved else "✖️ <@{}> declines"
        text = f"{verb.format(asked.answered_by)} {whose}."
    else:
        word = "you can send it" if asked.approved else "it isn't approved"
        text = f"⏳ <@{asked.to}> hasn't answered in time about {whose}, so {word}."
    buttons: list[Block] = [*render_card_link(link), *render_open_post_button(case)]
    return render_text(text, *([make_actions(*buttons)] if buttons else []))
