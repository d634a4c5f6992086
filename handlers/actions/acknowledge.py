"""Buttons that acknowledge a page, on a card and in the page's own message."""

from bot.cards.paging import render_acknowledged, render_page
from bot.domain.destination import ToPerson
from bot.domain.paging.page import CauseKind
from handlers.responses import redraw_card
from handlers.use_cases import AsyncAck, CaseUseCases, PagingUseCases, Payload, Responder


async def acknowledge(
    ack: AsyncAck, action: Payload, by: str, pages: PagingUseCases, cases: CaseUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        page = await pages.acknowledge_in_slack(action["value"], by)
        if page.cause.kind is CauseKind.CASE:
            await redraw_card(await cases.get(page.cause.id), reply, cases)
        else:
            await reply.send_ephemeral(render_acknowledged(page))


async def acknowledge_here(ack: AsyncAck, action: Payload, by: str, pages: PagingUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        page = await pages.acknowledge_in_slack(action["value"], by)
        context = await pages.load_context(page)
        await reply.replace_message(render_page(page, context, ToPerson(by)) if context else render_acknowledged(page))
