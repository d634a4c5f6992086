"""*Ask for more*: its button, its form, the direct message to who can allow it, and the answers."""

from collections.abc import Sequence
from typing import Any

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_plain_text,
    make_section,
    render_text,
)
from bot.cards.case import render_open_post_button
from bot.cards.case_mention import escape_author, format_kind_noun, render_quotation
from bot.cards.case_messages import WORDS_SHOWN, render_card_link
from bot.cards.modal_blocks import ModalMetadata, make_input, make_modal, make_option, make_select
from bot.cards.sanitize import escape, format_date, sanitize_line
from bot.domain.case import Case
from bot.domain.cases.offer_requests import MAX_REASON
from bot.domain.offers import Offer, OfferRequest


def render_offer_modal(case: Case, offers: Sequence[Offer], origin: ModalMetadata) -> dict[str, Any]:
    options = [make_option(one.text, one.text) for one in offers]
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
            hint=" ".join(f"{one.text}: {one.limit or 'no limit'} without asking." for one in offers)[:2000],
        ),
        make_input(
            action_ids.REASON,
            "Why?",
            {"type": "plain_text_input", "max_length": MAX_REASON},
            hint="The person who decides sees it. Stays in Slack.",
        ),
    )


def render_request_receipt(request: OfferRequest) -> RenderedMessage:
    return render_text(f"🙋 Asked <@{request.to}> for {_format_more(request)}. {_format_default(request)}")


def render_offer_request(case: Case, request: OfferRequest, link: str = "") -> RenderedMessage:
    """Return the one direct message to the person who can allow it."""
    whose = f"the {format_kind_noun(case)} from {escape_author(case.mention)}"
    text = f"🙋 <@{request.by}> asks to offer {_format_more(request)} for {whose}. {_format_default(request)}"
    reason = make_section(make_plain_text(f"“{sanitize_line(request.reason, MAX_REASON)}”"))
    ref = f"{case.id}/{request.number}"
    allow = make_button("Allow", action_ids.OFFER_ALLOW, ref, style="primary", a11y_label=f"Allow {request.amount}")
    decline = make_button("Decline", action_ids.OFFER_DECLINE, ref, a11y_label=f"Decline {request.amount}")
    actions = [allow, decline, *render_card_link(link), *render_open_post_button(case)]
    return render_text(text, reason, render_quotation(case.mention, WORDS_SHOWN), make_actions(*actions))


def render_offer_decision(request: OfferRequest) -> RenderedMessage:
    """Return what replaces that message once the person has answered."""
    verb = "✅ Allowed" if request.allowed else "✖️ Declined"
    return render_text(f"{verb}: {_format_more(request)}. <@{request.by}> is told.")


def render_offer_answer(case: Case, request: OfferRequest, link: str = "") -> RenderedMessage:
    """Return the one direct message to who asked."""
    whose = f"for the {format_kind_noun(case)} from {escape_author(case.mention)}"
    if not request.answered_by:
        word = "yes: you can offer it" if request.allowed else "no"
        text = f"⏳ <@{request.to}> hasn't answered in time about {_format_more(request)} {whose}, so it's a {word}."
    else:
        verb = "✅ <@{}> allows" if request.allowed else "✖️ <@{}> declines"
        text = f"{verb.format(request.answered_by)} {_format_more(request)} {whose}."
    buttons: list[Block] = [*render_card_link(link), *render_open_post_button(case)]
    return render_text(text, *([make_actions(*buttons)] if buttons else []))


def _format_more(request: OfferRequest) -> str:
    return f"{escape(sanitize_line(request.offer, 80))} up to {escape(str(request.amount))}"


def _format_default(request: OfferRequest) -> str:
    word = "yes" if request.default else "no"
    return f"Without an answer by {format_date(request.until, '{time}')}, it's a {word}."
