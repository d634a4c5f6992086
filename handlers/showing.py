"""What several listeners do after a use case has answered."""

import asyncio
from contextlib import suppress

from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import case as card
from bot.cards import home as home_card
from bot.cards import messages
from bot.cards import spam as spam_card
from bot.cards.drawing import Drawing
from bot.domain.decision import StoreUnavailable
from bot.usecases.cases import CaseUseCases, CaseView
from bot.usecases.corrections import CorrectionResult
from bot.usecases.home import HomeTab
from bot.usecases.spam import SpamReview
from handlers.reply import AWAY, Reply

AWAKE_WITHIN = 1.5
"""Seconds: Slack waits three for the ack of a form."""


async def show(answer: CaseView, reply: Reply, cases: CaseUseCases) -> None:
    """The card as it is now, in the place of the one that was clicked; delivery need not draw it again."""
    if await reply.redraw(card.draw(*answer)):
        with suppress(StoreUnavailable):  # the change stands; delivery draws it once more, and that is all
            await cases.record_card_response(answer.case, answer.page)


async def show_moved(answer: CaseView, channel: str, reply: Reply, cases: CaseUseCases) -> None:
    """In a channel that the case has left, a card that says where it went."""
    if answer.department.channel == channel:
        await show(answer, reply, cases)
    else:
        await reply.redraw(card.moved(answer.case, answer.department.name))


async def show_corrected(corrected: CorrectionResult, reply: Reply, cases: CaseUseCases) -> None:
    """The card, and where it leads elsewhere now, the question whether it should go there."""
    await show(corrected.view, reply, cases)
    if corrected.offer:
        await reply.tell(messages.offer(corrected.view.case, corrected.offer))


async def spam_page(spam: SpamReview, before: str = "") -> Drawing:
    page = await spam.list_spam(before)
    entries = [(one.id, one.mention, one.assessment) for one in page.entries]
    return spam_card.draw(entries, page.total, more=page.more)


async def awake(cases: CaseUseCases) -> bool:
    """Whether a form may be closed: what is written in it is lost with it, if there is no memory to put it in."""
    try:
        async with asyncio.timeout(AWAKE_WITHIN):
            await cases.check_store()
    except (StoreUnavailable, TimeoutError):
        return False
    return True


async def show_home(person: str, home: HomeTab, client: AsyncWebClient) -> None:
    try:
        view = home_card.draw(await home.load_view(person))
    except StoreUnavailable:
        view = home_card.away(AWAY)
    await client.views_publish(user_id=person, view=view)
