"""What the owner of a case asks one person: the direct message, the answers; and the form of *Ask for more*."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_context,
    make_plain_text,
    make_quote,
    make_rich_text,
    make_section,
    render_text,
)
from bot.cards.case import render_open_post_button
from bot.cards.case_mention import escape_author, format_kind_noun, render_quotation
from bot.cards.case_messages import WORDS_SHOWN, render_card_link
from bot.cards.modal_blocks import ModalMetadata, make_input, make_modal, make_option, make_select
from bot.cards.sanitize import escape, format_date, sanitize_line, truncate
from bot.domain.amounts import Amount
from bot.domain.case import Case
from bot.domain.case_requests import CaseRequest, RequestKind
from bot.domain.cases.offer_transitions import MAX_REASON
from bot.domain.offers import OfferUse
from bot.domain.replies.saved_replies import MAX_REPLY

QUOTE_SHOWN = 120
"""Of a reply, in the message that says what came of it."""


class _RequestWords(NamedTuple):
    asks: str
    head: str
    """Above the reason, or the text."""
    label: str
    allows: str
    allowed: str
    then: str
    """What a yes means for who asked."""


_WORDS = {
    RequestKind.OFFER: _RequestWords(
        "🙋 <@{}> asks to offer", "Why, in the words of <@{}>:", "Allow", "allows", "Allowed", "you can offer it"
    ),
    RequestKind.APPROVAL: _RequestWords(
        "👀 <@{}> asks you to approve", "The reply of <@{}>:", "Approve", "approves", "Approved", "you can send it"
    ),
}


def render_offer_modal(case: Case, uses: Sequence[OfferUse], origin: ModalMetadata) -> dict[str, Any]:
    options = [make_option(one.offer.text, one.offer.text) for one in uses]
    return make_modal(
        action_ids.OFFER_MODAL,
        "Ask for more",
        "Ask",
        origin,
        make_section(make_plain_text(f"For the {format_kind_noun(case)} that you own.")),
        make_input(action_ids.OFFER, "More of what?", {**make_select(options), "initial_option": options[0]}),
        make_input(
            action_ids.AMOUNT,
            "How much in all?",
            {"type": "plain_text_input", "max_length": 40},
            hint=" ".join(map(_format_limit, uses))[:2000],
        ),
        make_input(
            action_ids.REASON,
            "Why?",
            {"type": "plain_text_input", "max_length": MAX_REASON},
            hint="The person who decides sees it. Stays in Slack.",
        ),
    )


def _format_limit(use: OfferUse) -> str:
    allowed = f", {Amount(use.allowed, use.offer.unit)} is allowed here" if use.allowed else ""
    return f"{use.offer.text}: {use.offer.limit or 'no limit'} without asking{allowed}."


def render_request_receipt(case: Case, asked: CaseRequest) -> RenderedMessage:
    return render_text(f"🙋 Asked <@{asked.to}> for {_format_subject(case, asked)}. {format_answer_deadline(asked)}")


def render_request(case: Case, asked: CaseRequest, link: str = "", caution: str = "") -> RenderedMessage:
    """Return the one direct message to the person who can answer it. `caution`: what *Open post…* says first."""
    words, what = _WORDS[asked.kind], _format_subject(case, asked)
    earlier = _find_earlier(case, asked)
    before = f" {earlier.amount} is allowed already." if earlier else ""
    text = f"{words.asks.format(asked.by)} {what}.{escape(before)} {format_answer_deadline(asked)}"
    ref, subject = f"{case.id}/{asked.number}", str(asked.amount) if asked.offer else "this reply"
    label = f"{words.label} {subject}"
    yes = make_button(words.label, action_ids.REQUEST_ALLOW, ref, style="primary", a11y_label=label)
    no = make_button("Decline", action_ids.REQUEST_DECLINE, ref, a11y_label=f"Decline {subject}")
    actions = make_actions(yes, no, *render_card_link(link), *render_open_post_button(case, caution=caution))
    head = [make_context(words.head.format(asked.by))] if (quote := _render_words(asked)) else []
    return render_text(text, render_quotation(case.mention, WORDS_SHOWN), *head, *quote, actions)


def render_request_decision(case: Case, asked: CaseRequest) -> RenderedMessage:
    """Return what replaces that message once the person has answered."""
    verb = f"✅ {_WORDS[asked.kind].allowed}" if asked.allowed else "✖️ Declined"
    return render_text(f"{verb}: {_format_subject(case, asked)}. <@{asked.by}> is told.", *_render_words(asked))


def render_request_over(case: Case, asked: CaseRequest | None) -> RenderedMessage:
    """Return what replaces that message once nobody needs the answer. None: a newer request replaced it."""
    if asked is None:
        return render_text("This needs no answer any more.")
    if asked.allowed is None:
        why = "The case is closed" if case.is_closed else f"<@{asked.by}> no longer has this case"
        return render_text(f"{why}, so there is nothing to answer.")
    word = "yes" if asked.allowed else "no"
    return render_text(f"⏳ You didn't answer in time, so it's a {word}: {_format_subject(case, asked)}.")


def render_request_answer(case: Case, asked: CaseRequest, link: str = "", caution: str = "") -> RenderedMessage:
    """Return the one direct message to who asked. `caution`: what *Open post…* says first."""
    what, words = _format_subject(case, asked), _WORDS[asked.kind]
    if asked.answered_by:
        mark, verb = ("✅", words.allows) if asked.allowed else ("✖️", "declines")
        text = f"{mark} <@{asked.answered_by}> {verb} {what}."
    else:
        word = f"yes: {words.then}" if asked.allowed else "no"
        text = f"⏳ <@{asked.to}> hasn't answered in time about {what}, so it's a {word}."
    if earlier := _find_earlier(case, asked):
        text += f" You can still offer {escape(str(earlier.amount))}."
    is_approval = asked.kind is RequestKind.APPROVAL
    open_form = [make_button("Reply…", action_ids.REPLY, case.id, style="primary")] if is_approval else []
    buttons: list[Block] = [*open_form, *render_card_link(link), *render_open_post_button(case, caution=caution)]
    quote = _render_words(asked, QUOTE_SHOWN) if is_approval else []
    return render_text(text, *quote, *([make_actions(*buttons)] if buttons else []))


def _find_earlier(case: Case, asked: CaseRequest) -> CaseRequest | None:
    """Return what was allowed of the same before, unless this is what is allowed now."""
    return case.find_allowed(asked.offer) if asked.offer and not asked.allowed else None


def _format_subject(case: Case, asked: CaseRequest) -> str:
    """Return `credit up to 80 EUR for the complaint from @marta` as mrkdwn."""
    whose = f"the {format_kind_noun(case)} from {escape_author(case.mention)}"
    if asked.kind is RequestKind.APPROVAL:
        return f"the reply to {whose}"
    return f"{escape(sanitize_line(asked.offer, 80))} up to {escape(str(asked.amount))} for {whose}"


def _render_words(asked: CaseRequest, most: int = MAX_REPLY) -> list[Block]:
    """Return why more is asked for, or the text of the reply; nothing once it is forgotten."""
    words = truncate(asked.text, most) or (f"“{sanitize_line(asked.reason, MAX_REASON)}”" if asked.reason else "")
    return [make_rich_text(make_quote(words))] if words else []


def format_answer_deadline(asked: CaseRequest) -> str:
    """Return `Without an answer by 09:15, it's a no.` as mrkdwn."""
    word = "yes" if asked.default else "no"
    return f"Without an answer by {format_date(asked.until, '{time}')}, it's a {word}."
