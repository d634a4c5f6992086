"""Buttons that open a modal, or refuse at once what the modal would be refused for."""

from bot.cards.modals import (
    render_hand_over_modal,
    render_not_for_us_modal,
    render_resolve_modal,
    render_separate_modal,
)
from bot.cards.snooze import render_snooze_modal
from bot.domain.lifecycle import CaseTransition
from handlers.payloads import read_origin
from handlers.use_cases import AsyncAck, CaseUseCases, Payload, Responder, UseCases


async def open_resolve_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, usecases: UseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        answer = await usecases.cases.check_transition(action["value"], by, CaseTransition.RESOLVE)
        facts = await usecases.storms.find_facts(answer.case)
        uses = await usecases.offers.list_uses(answer.case, answer.department, by)
        origin = read_origin(body, action["value"], reply.response_url)
        await reply.open_modal(body, render_resolve_modal(answer.case, origin, facts, uses, answer.department.outcomes))


async def open_hand_over_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, cases: CaseUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        answer = await cases.check_transition(action["value"], by, CaseTransition.HAND_OVER)
        origin = read_origin(body, action["value"], reply.response_url)
        people = await cases.list_assignees(answer.case)
        await reply.open_modal(body, render_hand_over_modal(answer.case, cases.list_departments(), origin, people))


async def open_not_for_us_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, usecases: UseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        (case, *_), is_colleague, _ = await usecases.colleagues.check_reroute(action["value"], by)
        departments = usecases.cases.list_departments()
        origin = read_origin(body, action["value"], reply.response_url)
        await reply.open_modal(body, render_not_for_us_modal(case, departments, origin, is_colleague=is_colleague))


async def open_separate_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, cases: CaseUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        answer = await cases.check_separation(action["value"], by)
        origin = read_origin(body, action["value"], reply.response_url)
        await reply.open_modal(body, render_separate_modal(answer.case, origin))


async def open_snooze_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, cases: CaseUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        answer = await cases.check_snooze(action["value"], by)
        origin = read_origin(body, action["value"], reply.response_url)
        await reply.open_modal(body, render_snooze_modal(answer.department, answer.at, origin))
