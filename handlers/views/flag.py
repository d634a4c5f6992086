"""Flag for a department, filled in: a case opens there as if a source had brought the words."""

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import buttons, messages
from bot.cards.words import one_line, safe_url
from bot.domain.assessment import Intent
from bot.usecases.cases import CaseUseCases, CaseView
from bot.usecases.flags import FlagRequest, FlagUseCases
from handlers.asking import Payload
from handlers.reading import Form
from handlers.reply import NOT_SENT, Reply
from handlers.showing import awake
from handlers.submitting import submit

MISSING = {
    buttons.WORDS: "Say what was said, in a few words at least.",
    buttons.DEPARTMENT: "Choose who should see it.",
    buttons.KIND: "Choose what it is.",
}
KEEP_OPEN = "Earshot cannot reach its memory right now. Keep this form open, and press Flag again in a minute."
NO_ADDRESS = "This is no web address. It begins with https://; or leave it empty."


async def flag(
    ack: AsyncAck,
    view: Payload,
    by: str,
    flags: FlagUseCases,
    cases: CaseUseCases,
    client: AsyncWebClient,
    reply: Reply,
) -> None:
    form = Form(view)
    if errors := _errors(form):
        await ack(response_action="errors", errors=errors)
        return
    if not await awake(cases):
        await ack(response_action="errors", errors={buttons.WORDS: KEEP_OPEN})
        return

    async def flag_mention() -> CaseView:
        return await flags.flag_message(by, await _flag(form, client))

    back = reply.at(form.origin.response_url)
    if answer := await submit(ack, buttons.WORDS, flag_mention(), back):
        await back.tell(messages.flagged(answer.case, answer.department))


def _errors(form: Form) -> dict[str, str]:
    errors = {block: words for block, words in MISSING.items() if not form.given(block)}
    if form.given(buttons.ADDRESS) and not safe_url(form.given(buttons.ADDRESS)):
        errors[buttons.ADDRESS] = NO_ADDRESS
    return errors


async def _flag(form: Form, client: AsyncWebClient) -> FlagRequest:
    origin = form.origin
    return FlagRequest(
        channel=origin.channel,
        ts=origin.ts,
        words=form.given(buttons.WORDS),
        department=form.given(buttons.DEPARTMENT),
        kind=Intent(form.given(buttons.KIND)),
        url=form.given(buttons.ADDRESS) or await _permalink(origin.channel, origin.ts, client),
        author=one_line(form.given(buttons.AUTHOR), 100),
    )


async def _permalink(channel: str, ts: str, client: AsyncWebClient) -> str:
    """The message itself, where we may see it: a flag may come from a channel that Earshot is not in."""
    try:
        found = await client.chat_getPermalink(channel=channel, message_ts=ts)
    except (SlackApiError, *NOT_SENT):
        return ""
    return str(found.get("permalink", ""))
