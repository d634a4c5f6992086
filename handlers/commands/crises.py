"""/crisis declare|update …|close."""

from bot.cards import action_ids
from bot.cards.block_kit import RenderedMessage
from bot.cards.modal_blocks import ModalMetadata
from bot.domain.errors import NotAllowed
from handlers.commands.slash_command import SlashCommand
from handlers.payloads import unescape_mrkdwn
from handlers.use_cases import AsyncAck, CrisisUseCases, Payload, Responder

HELP = (
    "`/crisis`: open crises.\n"
    "`/crisis declare`: opens the form and pages the incident lead.\n"
    "`/crisis update We have apologised`: posts an update and restarts the clock for the next one.\n"
    "`/crisis close`: ends it with a review."
)


async def handle_crisis(ack: AsyncAck, command: Payload, by: str, crises: CrisisUseCases, reply: Responder) -> None:
    await ack()
    first, _, rest = unescape_mrkdwn(command.get("text", "")).partition(" ")
    channel = command.get("channel_id", "")
    async with reply.report_refusals():
        match first.casefold():
            case "declare":
                await reply.open_modal(command, await crises.build_form(ModalMetadata("", reply.response_url)))
            case "update":
                await reply.send_ephemeral(await crises.update(by, rest, channel))
            case "close":
                asked = await crises.request_close(by, channel, ModalMetadata("", reply.response_url))
                await (
                    reply.send_ephemeral(asked)
                    if isinstance(asked, RenderedMessage)
                    else reply.open_modal(command, asked)
                )
            case "":
                await reply.send_ephemeral(await crises.show_open_crises())
            case _:
                raise NotAllowed(HELP)


COMMAND = SlashCommand(action_ids.CRISIS, "Declare and lead a crisis", "declare | update | close", handle_crisis)
