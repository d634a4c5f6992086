"""Whether the model of `[drafts]` answers."""

import aiohttp

from bot.cli.check_report import Findings, make_fault, make_ok
from bot.cli.checks.locations import PlaybookLocations
from bot.clock import SystemClock
from bot.config import Playbook
from bot.config.settings import Settings
from bot.domain.mention import Mention
from bot.domain.replies.drafts import DraftContext, DraftUnavailableError, build_draft_messages
from bot.sinks.draft_client import DraftClient

SAMPLE = "My bag did not arrive. Where is it?"
"""All of a post that the check sends; nothing else of `send` leaves with it."""


async def check_drafts(settings: Settings, playbook: Playbook, places: PlaybookLocations) -> Findings:
    """Ask for one draft, within the time that a form waits. Neither the key nor the answer is shown."""
    options, place = playbook.drafts, places.find("drafts")
    if not options.url:
        return
    mention = Mention(id="check:1", source="check", text=SAMPLE, created_at=SystemClock().now())
    messages = build_draft_messages(DraftContext(mention, playbook.brand.name), frozenset({"post"}))
    async with aiohttp.ClientSession() as session:
        try:
            await DraftClient(session, settings.drafts_key).request_draft(options, messages)
        except DraftUnavailableError as no:
            yield make_fault(place, f"there are no drafts, because {no}{f'. {no.hint}' if no.hint else ''}")
        else:
            yield make_ok("drafts", f"{options.model} answers")
