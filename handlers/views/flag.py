"""Submit Flag for a department: open a case as if a source had sent the post."""

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import action_ids
from bot.cards.case_messages import render_flagged
from bot.cards.sanitize import sanitize_line, sanitize_url
from bot.domain.assessment import Intent
from bot.usecases.cases import CaseView
from bot.usecases.flag_message import FlagRequest
from handlers.modal_submission import submit_modal
from handlers.payloads import SubmittedModal
from handlers.responder import NOT_SENT
from handlers.responses import is_store_up
from handlers.use_cases import AsyncAck, CaseUseCases, FlagUseCases, Payload, Responder

MISSING = {
    action_ids.WORDS: "Enter the text of the post, or a few words of it.",
    action_ids.DEPARTMENT: "Choose a department.",
    action_ids.KIND: "Choose a type.",
}
KEEP_OPEN = "Earshot can't reach its database. Keep this form open and press Flag again in a minute."
NO_ADDRESS = "This isn't a web address. It starts with https://. You can also leave it empty."


async def submit_flag(
    ack: AsyncAck,
    view: Payload,
    by: str,
    flags: FlagUseCases,
    cases: CaseUseCases,
    client: AsyncWebClient,
    reply: Responder,
) -> None:
    form = SubmittedModal(view)
    if errors := _validate_flag(form):
        await ack(response_action="errors", errors=errors)
        return
    if not await is_store_up(cases):
        await ack(response_action="errors", errors={action_ids.WORDS: KEEP_OPEN})
        return

    async def flag_mention() -> CaseView:
        return await flags.flag_message(by, await _build_flag(form, client))

    back = reply.with_response_url(form.origin.response_url)
    if answer := await submit_modal(ack, action_ids.WORDS, flag_mention(), back):
        await back.send_ephemeral(render_flagged(answer.case, answer.department))


def _validate_flag(form: SubmittedModal) -> dict[str, str]:
    errors = {block: words for block, words in MISSING.items() if not form.get_value(block)}
    if form.get_value(action_ids.ADDRESS) and not sanitize_url(form.get_value(action_ids.ADDRESS)):
        errors[action_ids.ADDRESS] = NO_ADDRESS
    return errors


async def _build_flag(form: SubmittedModal, client: AsyncWebClient) -> FlagRequest:
    origin = form.origin
    return FlagRequest(
        channel=origin.channel,
        ts=origin.ts,
        words=form.get_value(action_ids.WORDS),
        department=form.get_value(action_ids.DEPARTMENT),
        kind=Intent(form.get_value(action_ids.KIND)),
        url=form.get_value(action_ids.ADDRESS) or await _fetch_permalink(origin.channel, origin.ts, client),
        author=sanitize_line(form.get_value(action_ids.AUTHOR), 100),
    )


async def _fetch_permalink(channel: str, ts: str, client: AsyncWebClient) -> str:
    """Return the permalink of the flagged message, or '' where Earshot is not in its channel."""
    try:
        found = await client.chat_getPermalink(channel=channel, message_ts=ts)
    except (SlackApiError, *NOT_SENT):
        return ""
    return str(found.get("permalink", ""))
