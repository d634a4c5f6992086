"""Answer a follow-up: in its message, which turns into a sentence, or in the list of several, which is updated."""

from collections.abc import Awaitable, Callable

from bot.cards import action_ids
from bot.cards.follow_ups import render_follow_up_end, render_follow_up_modal
from bot.domain.cases.roll_ups import RollUpTopic
from bot.domain.commits import NotAllowed
from bot.domain.follow_up import FollowUpOutcome
from handlers.use_cases import AsyncAck, CaseUseCases, Payload, Responder, RollUpUseCases


async def open_follow_ups(
    ack: AsyncAck, action: Payload, body: Payload, roll_ups: RollUpUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        view = await roll_ups.get(action["value"], RollUpTopic.FOLLOW_UPS)
        await reply.open_modal(body, render_follow_up_modal(view))


def make_follow_up_listener(outcome: FollowUpOutcome) -> Callable[..., Awaitable[None]]:
    async def answer_follow_up(
        ack: AsyncAck,
        action: Payload,
        body: Payload,
        by: str,
        cases: CaseUseCases,
        roll_ups: RollUpUseCases,
        reply: Responder,
    ) -> None:
        """A refusal is shown above the list."""
        await ack()
        async with reply.report_refusals():
            modal, note = body.get("view"), ""
            try:
                answer = await cases.answer_follow_up(action["value"], by, outcome)
            except NotAllowed as no:
                if not modal:
                    raise
                note = str(no)
            if not modal:
                await reply.replace_message(render_follow_up_end(answer.department, answer.case))
                return
            view = await roll_ups.get(modal["private_metadata"], RollUpTopic.FOLLOW_UPS)
            await reply.update_modal(modal, render_follow_up_modal(view, note))

    return answer_follow_up


FOLLOW_UP_LISTENERS = {
    action_ids.FOLLOW_UP_LIST: open_follow_ups,
    action_ids.FOLLOW_UP_SATISFIED: make_follow_up_listener(FollowUpOutcome.SATISFIED),
    action_ids.FOLLOW_UP_NOT_SATISFIED: make_follow_up_listener(FollowUpOutcome.NOT_SATISFIED),
    action_ids.FOLLOW_UP_NO_ANSWER: make_follow_up_listener(FollowUpOutcome.NO_ANSWER),
}
