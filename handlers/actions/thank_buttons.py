"""*Thank* on a card and in the list of people to thank, and what is worth sharing."""

from bot.cards import action_ids
from bot.cards.thanks import render_share_receipt, render_thank_receipt
from handlers.responses import redraw_card
from handlers.use_cases import AsyncAck, CaseUseCases, Payload, Responder, ThankUseCases


async def thank(
    ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, thanks: ThankUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        view, forms = await thanks.thank(action["value"], by)
        await redraw_card(view, reply, cases)
        await reply.send_ephemeral(render_thank_receipt(view.case, forms))


async def thank_here(ack: AsyncAck, action: Payload, by: str, thanks: ThankUseCases, reply: Responder) -> None:
    """Thank from the list, which is updated. Delivery draws the card."""
    await ack()
    async with reply.report_refusals():
        view, forms = await thanks.thank(action["value"], by)
        await reply.replace_message(await thanks.list_unthanked())
        await reply.send_ephemeral(render_thank_receipt(view.case, forms))


async def show_unthanked(ack: AsyncAck, thanks: ThankUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.send_ephemeral(await thanks.list_unthanked())


async def show_shareworthy(ack: AsyncAck, by: str, thanks: ThankUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.send_ephemeral(await thanks.list_shareworthy(by))


async def mark_shareworthy(ack: AsyncAck, action: Payload, by: str, thanks: ThankUseCases, reply: Responder) -> None:
    """Mark it, and take the button out of the message that offered it."""
    await ack()
    async with reply.report_refusals():
        case, forms = await thanks.mark_shareworthy(action["value"], by)
        await reply.replace_message(render_thank_receipt(case, forms))
        await reply.send_ephemeral(render_share_receipt(case))


async def unmark_shareworthy(ack: AsyncAck, action: Payload, by: str, thanks: ThankUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_message(render_share_receipt(await thanks.unmark_shareworthy(action["value"], by)))


async def unmark_here(ack: AsyncAck, action: Payload, by: str, thanks: ThankUseCases, reply: Responder) -> None:
    """Take a post out of the list, which is updated."""
    await ack()
    async with reply.report_refusals():
        await thanks.unmark_shareworthy(action["value"], by)
        await reply.replace_or_send(await thanks.list_shareworthy(by))


THANK_LISTENERS = {
    action_ids.THANK: thank,
    action_ids.THANK_HERE: thank_here,
    action_ids.THANK_LIST: show_unthanked,
    action_ids.SHARE_LIST: show_shareworthy,
    action_ids.SHARE_MARK: mark_shareworthy,
    action_ids.SHARE_UNMARK: unmark_shareworthy,
    action_ids.SHARE_DONE: unmark_here,
}
