"""Buttons that open a form, and say so instead where the form would be filled in for nothing."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import modals
from bot.cards.modals import Origin
from bot.domain.lifecycle import CaseTransition
from bot.usecases.cases import CaseUseCases
from handlers.asking import Payload
from handlers.reply import Reply


async def resolve(ack: AsyncAck, action: Payload, body: Payload, by: str, cases: CaseUseCases, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        answer = await cases.check_transition(action["value"], by, CaseTransition.RESOLVE)
        await reply.open(body["trigger_id"], modals.resolve(answer.case, _origin(action, body, reply)))


async def hand_over(ack: AsyncAck, action: Payload, body: Payload, by: str, cases: CaseUseCases, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        answer = await cases.check_transition(action["value"], by, CaseTransition.HAND_OVER)
        origin = _origin(action, body, reply)
        people = await cases.list_assignees(answer.case)
        await reply.open(body["trigger_id"], modals.hand_over(answer.case, cases.list_departments(), origin, people))


async def not_for_us(ack: AsyncAck, action: Payload, body: Payload, by: str, cases: CaseUseCases, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        answer = await cases.check_transition(action["value"], by, CaseTransition.HAND_OVER)
        origin = _origin(action, body, reply)
        await reply.open(body["trigger_id"], modals.not_for_us(answer.case, cases.list_departments(), origin))


async def separate(ack: AsyncAck, action: Payload, body: Payload, by: str, cases: CaseUseCases, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        answer = await cases.check_separation(action["value"], by)
        await reply.open(body["trigger_id"], modals.separate(answer.case, _origin(action, body, reply)))


def _origin(action: Payload, body: Payload, reply: Reply) -> Origin:
    """A card is in a channel; the Home tab is not, and has no response_url either."""
    return Origin(action["value"], reply.response_url, body.get("channel", {}).get("id", ""))
