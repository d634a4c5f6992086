"""Submitted modals about a case: resolve, hand over, not for us, separate, correct, bring back, snooze."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import action_ids
from bot.cards.case import render_reroute_receipt
from bot.cards.case_lists import render_resolve_outcome
from bot.cards.case_messages import render_brought_back
from bot.cards.home_view import HomeNotice, HomeState
from bot.cards.modals import CORRECTING
from bot.cards.mutes import render_mute_offer
from bot.domain.case import CaseResolution
from bot.domain.cases.snooze_transitions import SnoozeChoice
from handlers.home_responder import publish_home
from handlers.modal_submission import submit_modal
from handlers.payloads import SubmittedModal
from handlers.responses import (
    is_store_up,
    load_spam_page,
    redraw_card,
    redraw_corrected_card,
    redraw_moved_card,
)
from handlers.use_cases import (
    AsyncAck,
    CaseUseCases,
    ColleagueUseCases,
    CorrectionUseCases,
    Payload,
    Responder,
    SpamReview,
    UseCases,
)

CHOOSE_RESOLUTION = "Choose an outcome."
KEEP_OPEN = "Earshot can't reach its database. Keep this form open and press Resolve again in a minute."
NOBODY = "Choose a person or a department."
BOTH = "Choose a person or a department, not both."
CHOOSE_DEPARTMENT = "Choose a department, or nobody."
CHOOSE_MENTION = "Choose the post that doesn't belong here."
CHOOSE_LABEL = "Choose what to change it to."
CHOOSE_READER = "Choose a department."
CHOOSE_END = "Choose until when."


async def submit_resolution(
    ack: AsyncAck, view: Payload, by: str, usecases: UseCases, client: AsyncWebClient, reply: Responder
) -> None:
    """Submit Resolve: a resolution, a note, and what was given."""
    cases, home = usecases.cases, usecases.home
    form = SubmittedModal(view)
    word = form.get_value(action_ids.RESOLUTION)
    if word not in set(CaseResolution):
        await ack(response_action="errors", errors={action_ids.RESOLUTION: CHOOSE_RESOLUTION})
        return
    if not await is_store_up(cases):
        await ack(response_action="errors", errors={action_ids.NOTE: KEEP_OPEN})
        return
    back = reply.with_response_url(form.origin.response_url)
    asked = (form.origin.case, by, CaseResolution(word), form.get_value(action_ids.NOTE))
    given = form.list_given()
    work = usecases.offers.resolve(*asked, given) if given else cases.resolve(*asked)
    if (answer := await submit_modal(ack, action_ids.RESOLUTION, work, back)) is None:
        return
    await redraw_card(answer, back, cases)
    if word == CaseResolution.SPAM and (offer := render_mute_offer(answer.case)):
        await back.send_ephemeral(offer)
    if not form.origin.response_url:  # the form was opened from the Home tab
        notice = HomeNotice(form.origin.place, render_resolve_outcome(answer.case).blocks)
        await publish_home(by, home, client, HomeState.from_json(form.origin.home), notice)


async def submit_hand_over(ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    """Submit Hand over: to a person or to a department, not both."""
    form = SubmittedModal(view)
    person, department = form.get_value(action_ids.PERSON), form.get_value(action_ids.DEPARTMENT)
    if bool(person) == bool(department):
        await ack(response_action="errors", errors={action_ids.PERSON: BOTH if person else NOBODY})
        return
    case, back = form.origin.case, reply.with_response_url(form.origin.response_url)
    if person:
        if given := await submit_modal(ack, action_ids.PERSON, cases.hand_to_person(case, by, person), back, person):
            await redraw_card(given, back, cases)
    elif moved := await submit_modal(ack, action_ids.DEPARTMENT, cases.hand_to_department(case, by, department), back):
        await redraw_moved_card(moved, form.origin.channel, back, cases)


async def submit_not_for_us(
    ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, colleagues: ColleagueUseCases, reply: Responder
) -> None:
    """Submit Not for us: move the case and record the correction."""
    form = SubmittedModal(view)
    whose = form.get_value(action_ids.DEPARTMENT)
    if not whose:
        await ack(response_action="errors", errors={action_ids.DEPARTMENT: CHOOSE_DEPARTMENT})
        return
    back = reply.with_response_url(form.origin.response_url)
    nobody = whose == action_ids.NOBODY
    reason = form.get_value(action_ids.REASON)
    work = colleagues.reroute(form.origin.case, by, None if nobody else whose, reason)
    if (moved := await submit_modal(ack, action_ids.DEPARTMENT, work, back)) is None:
        return
    if nobody:
        await redraw_card(moved.view, back, cases)
    else:
        await redraw_moved_card(moved.view, form.origin.channel, back, cases)
    if moved.is_colleague:
        await back.send_ephemeral(render_reroute_receipt(moved.view.case, moved.moved_from))


async def submit_separation(ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    """Submit Separate: open a case of its own for a post that joined wrongly."""
    form = SubmittedModal(view)
    mention = form.get_value(action_ids.MENTION)
    if not mention:
        await ack(response_action="errors", errors={action_ids.MENTION: CHOOSE_MENTION})
        return
    back = reply.with_response_url(form.origin.response_url)
    work = cases.separate_mention(form.origin.case, by, mention)
    if parted := await submit_modal(ack, action_ids.MENTION, work, back):
        await redraw_card(parted[0], back, cases)


async def submit_correction(
    ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, corrections: CorrectionUseCases, reply: Responder
) -> None:
    """Submit a correction: the card is updated at once, and the label that was predicted is kept with it."""
    form = SubmittedModal(view)
    kind = next((one for one in CORRECTING if form.has_input(one.value)), None)
    now = form.get_value(kind.value) if kind else ""
    if kind is None or not now:
        await ack(response_action="errors", errors={(kind or next(iter(CORRECTING))).value: CHOOSE_LABEL})
        return
    back = reply.with_response_url(form.origin.response_url)
    work = corrections.correct_case(form.origin.case, kind, now, by)
    if corrected := await submit_modal(ack, kind.value, work, back):
        await redraw_corrected_card(corrected, back, cases)


async def submit_bring_back(ack: AsyncAck, view: Payload, by: str, spam: SpamReview, reply: Responder) -> None:
    """Submit Bring it back: open a case for a mention that is no spam, in the selected department."""
    form = SubmittedModal(view)
    department = form.get_value(action_ids.DEPARTMENT)
    if not department:
        await ack(response_action="errors", errors={action_ids.DEPARTMENT: CHOOSE_READER})
        return
    back = reply.with_response_url(form.origin.response_url)
    work = spam.restore_mention(form.origin.case, by, department)
    if (answer := await submit_modal(ack, action_ids.DEPARTMENT, work, back)) is None:
        return
    async with back.report_refusals():
        await back.send_ephemeral(render_brought_back(answer.case, answer.department))
        await back.replace_message(await load_spam_page(spam))


async def submit_snooze(ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    """Submit Snooze: until when."""
    form = SubmittedModal(view)
    until = form.get_value(action_ids.UNTIL)
    if until not in set(SnoozeChoice):
        await ack(response_action="errors", errors={action_ids.UNTIL: CHOOSE_END})
        return
    back = reply.with_response_url(form.origin.response_url)
    work = cases.snooze(form.origin.case, by, SnoozeChoice(until))
    if answer := await submit_modal(ack, action_ids.UNTIL, work, back):
        await redraw_card(answer, back, cases)
