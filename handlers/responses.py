"""Answers that several listeners share."""

import asyncio
from contextlib import suppress

from bot.cards.block_kit import RenderedMessage
from bot.cards.case import render_case, render_moved_notice
from bot.cards.case_messages import render_move_suggestion
from bot.cards.owner_brief import OwnerBrief
from bot.cards.spam import render_spam_page
from bot.cards.storms import ClaimedCases, render_claimed_cases
from bot.domain.commits import StoreUnavailable
from bot.usecases.cases import CaseUseCases, CaseView
from bot.usecases.corrections import CorrectionResult
from bot.usecases.offers import OfferUseCases
from bot.usecases.spam import SpamReview
from handlers.responder import Responder

AWAKE_WITHIN = 1.5
"""Seconds. Slack waits three for the ack of a modal."""


async def redraw_card(answer: CaseView, reply: Responder, cases: CaseUseCases) -> None:
    """Replace the clicked card by the current one, and record it, so that delivery does not update it again."""
    if await reply.replace_message(render_case(*answer)):
        with suppress(StoreUnavailable):  # the change stands, and delivery updates the card once more
            await cases.record_card_response(answer.case, answer.page, answer.author)


async def redraw_moved_card(answer: CaseView, channel: str, reply: Responder, cases: CaseUseCases) -> None:
    """Replace the clicked card, by a notice where the case has left the channel."""
    if answer.department.channel == channel:
        await redraw_card(answer, reply, cases)
    else:
        await reply.replace_message(render_moved_notice(answer.case, answer.department.name))


async def redraw_corrected_card(corrected: CorrectionResult, reply: Responder, cases: CaseUseCases) -> None:
    """Replace the card, and offer to move the case where the correction changed its route."""
    await redraw_card(corrected.view, reply, cases)
    if corrected.offer:
        await reply.send_ephemeral(render_move_suggestion(corrected.view.case, corrected.offer))


async def send_claimed_cases(claimed: ClaimedCases, by: str, offers: OfferUseCases, reply: Responder) -> None:
    """List what was claimed at once, with one brief for all of it."""
    briefs: list[OwnerBrief] = []
    with suppress(StoreUnavailable):  # the claims stand
        briefs = await offers.load_briefs(claimed.cases, by)
    await reply.send_ephemeral(render_claimed_cases(claimed, briefs))


async def load_spam_page(spam: SpamReview, before: str = "") -> RenderedMessage:
    page = await spam.list_spam(before)
    entries = [(one.id, one.mention, one.assessment) for one in page.entries]
    return render_spam_page(entries, page.total, page.zone, more=page.more)


async def is_store_up(cases: CaseUseCases) -> bool:
    """Whether the store takes writes. If not, the modal must stay open, or its input would be lost."""
    try:
        async with asyncio.timeout(AWAKE_WITHIN):
            await cases.check_store()
    except (StoreUnavailable, TimeoutError):
        return False
    return True
