"""Run a use case for a submitted modal before the ack, so that a refusal can be shown in the open modal."""

import asyncio
import re
from collections.abc import Coroutine
from html import unescape
from typing import Any, TypeVar

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import action_ids
from bot.domain.commits import NotAllowed, StoreUnavailable
from bot.domain.errors import FieldError
from handlers.responder import AWAY, Responder

PATIENCE = 2.0
"""Seconds. Slack waits three for the ack of a modal; what takes longer is answered by a message."""
_PERSON = re.compile(r"<@(\w+)(?:\|[^>]*)?>")
_LEADS = re.compile(r"<#|<https?:")
"""A refusal with a link, which a modal cannot show: it is sent as a message instead."""
T = TypeVar("T")


async def submit_modal(
    ack: AsyncAck, block: str, work: Coroutine[Any, Any, T], back: Responder, selected_person: str = ""
) -> T | None:
    """Return the result of `work`, or None where it was refused, which is shown under the input `block`.

    Otherwise all modals are closed: that below, such as *Why?*, shows what has just changed.
    `selected_person` is the person selected in the modal, if any.
    """
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=PATIENCE)
    if not done:
        await ack(response_action="clear")
        async with back.report_refusals():
            await task
        return None if task.exception() else task.result()
    error = task.exception()
    if isinstance(error, NotAllowed) and _LEADS.search(str(error)):
        await ack(response_action="clear")
        await back.send_text(str(error))
        return None
    if isinstance(error, NotAllowed | StoreUnavailable):
        words = format_refusal(str(error), selected_person) if isinstance(error, NotAllowed) else AWAY
        block = action_ids.build_given_block_id(error.field) if isinstance(error, FieldError) else block
        await ack(response_action="errors", errors={block: words})
        return None
    await ack(response_action="clear")
    return task.result()


def format_refusal(words: str, selected_person: str = "") -> str:
    """Return the refusal as plain text, in which mentions become 'this person' or 'somebody else'."""
    known: set[str] = set()

    def name_person(found: re.Match[str]) -> str:
        person, begins = found[1], found.start() == 0 or words[: found.start()].endswith((". ", ": "))
        if person in known:
            return "they" if begins else "them"
        known.add(person)
        who = "this person" if person == selected_person else "somebody else"
        return who.capitalize() if begins else who

    return unescape(_PERSON.sub(name_person, words)).replace("*", "").replace("`", "")
