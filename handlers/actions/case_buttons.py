"""Buttons that change a case: on its card, in reminders and direct messages, and on a line of a digest.

The card is updated at once where it was pressed, and by delivery elsewhere.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.cards import action_ids
from bot.cards.block_kit import RenderedMessage, render_text
from bot.cards.case_messages import (
    render_claimed,
    render_collision,
    render_confirmed,
    render_lease_renewed,
    render_merge_outcome,
    render_released,
)
from bot.cards.digests import render_digest
from bot.cards.owner_brief import render_owner_brief
from bot.cards.sanitize import escape
from bot.domain.commits import NotAllowed, StoreUnavailable
from bot.usecases.cases import CaseView, DecideCase
from handlers.responses import redraw_card
from handlers.use_cases import (
    AsyncAck,
    CaseUseCases,
    ColleagueUseCases,
    DigestUseCases,
    OfferUseCases,
    Payload,
    Responder,
)

AskCases = Callable[[CaseUseCases, str, str], Awaitable[CaseView]]
"""It gets the id of the case and the person."""


def make_case_listener(ask: AskCases) -> Callable[..., Awaitable[None]]:
    async def change_case(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
        await ack()
        async with reply.report_refusals():
            await redraw_card(await ask(cases, action["value"], by), reply, cases)

    return change_case


async def claim(
    ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, offers: OfferUseCases, reply: Responder
) -> None:
    """Claim, and tell the owner, and nobody else, what they can offer and what helps."""
    await ack()
    async with reply.report_refusals():
        if (collision := await cases.find_collision(action["value"], by)) is not None:
            view, other = collision
            await reply.send_ephemeral(render_collision(view.case, other, view.author))
            return
        answer = await cases.claim(action["value"], by)
        await redraw_card(answer, reply, cases)
        await _send_brief(answer, by, offers, reply)


async def _send_brief(answer: CaseView, by: str, offers: OfferUseCases, reply: Responder) -> None:
    with suppress(StoreUnavailable):  # the claim stands, and Why? shows the same
        if brief := render_owner_brief(await offers.load_brief(answer, by)):
            await reply.send_ephemeral(brief)


async def confirm_claim(
    ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, offers: OfferUseCases, reply: Responder
) -> None:
    """Claim a case of a person of whom a colleague has another. Delivery draws the card."""
    await ack()
    async with reply.report_refusals():
        answer = await cases.claim(action["value"], by)
        await reply.replace_message(render_claimed(answer.case, answer.department))
        await _send_brief(answer, by, offers, reply)


async def merge(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    """Merge a case into that of a colleague. Delivery draws both cards."""
    await ack()
    async with reply.report_refusals():
        case_id, _, target_id = action["value"].partition("/")
        answer = await cases.merge(case_id, by, target_id)
        await reply.replace_message(render_merge_outcome(answer.case))


def make_decision_listener(decide: DecideCase) -> Callable[..., Awaitable[None]]:
    return make_case_listener(lambda cases, case_id, by: cases.apply(case_id, by, decide))


reopen = make_case_listener(lambda cases, case_id, by: cases.reopen(case_id, by))
confirm_crisis = make_case_listener(lambda cases, case_id, by: cases.confirm_crisis(case_id, by))


def make_reminder_listener(
    ask: AskCases, render: Callable[[CaseView], RenderedMessage]
) -> Callable[..., Awaitable[None]]:
    """A sentence replaces the message."""

    async def change_case(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
        await ack()
        async with reply.report_refusals():
            await reply.replace_message(render(await ask(cases, action["value"], by)))

    return change_case


async def claim_here(
    ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, offers: OfferUseCases, reply: Responder
) -> None:
    """Claim from a message, which turns into a sentence."""
    await ack()
    async with reply.report_refusals():
        answer = await cases.claim(action["value"], by)
        await reply.replace_message(render_claimed(answer.case, answer.department))
        await _send_brief(answer, by, offers, reply)


confirm_here = make_reminder_listener(
    lambda cases, case_id, by: cases.confirm_crisis(case_id, by),
    lambda view: render_confirmed(view.case, view.department),
)
renew_lease = make_reminder_listener(
    lambda cases, case_id, by: cases.renew_lease(case_id, by), lambda view: render_lease_renewed(view.case)
)
release_here = make_reminder_listener(
    lambda cases, case_id, by: cases.release(case_id, by), lambda view: render_released(view.case, view.department)
)


async def claim_in_digest(
    ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, digests: DigestUseCases, reply: Responder
) -> None:
    """Claim in a digest, whose message is updated."""
    await ack()
    async with reply.report_refusals():
        await cases.claim(action["value"], by)
        with suppress(NotAllowed, StoreUnavailable):  # the claim stands, and delivery updates the digest
            await reply.replace_message(
                render_digest(*await digests.get(action_ids.parse_digest_id(action["block_id"])))
            )


async def undo_reroute(
    ack: AsyncAck, action: Payload, by: str, colleagues: ColleagueUseCases, reply: Responder
) -> None:
    """Turn the answer to a re-route into a sentence. Delivery draws the card."""
    await ack()
    async with reply.report_refusals():
        case_id, _, back = action["value"].partition("/")
        view = await colleagues.undo_reroute(case_id, by, back)
        await reply.replace_message(render_text(f"↩️ Undone. {escape(view.department.name)} has the case again."))
