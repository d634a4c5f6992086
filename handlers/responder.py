"""Answer a person: replace the message, send an ephemeral one, or fall back to a direct message."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiohttp import ClientError
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.block_kit import RenderedMessage, make_section
from bot.cards.charts import drop_charts, has_chart, replace_charts
from bot.domain.commits import NotAllowed, StoreUnavailable
from handlers.chart_upload import PAUSE, upload_charts

AWAY = "Earshot can't reach its database. Try again in a minute. Nothing happens twice."
"""Does not tell whether it was done, which is not known where the reply to a commit was lost."""
SLOW = "Slack took too long to open the form. Press the button again."
TOO_DEEP = "Slack opens no more than three forms on top of each other. Close this one first."
TOO_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})
NOTICE = "notice:"
"""Begins the block ids of an answer that is shown in a modal."""
OF_VIEWS = ("type", "callback_id", "title", "submit", "close", "private_metadata", "notify_on_close")
NOT_SENT = (ClientError, TimeoutError, OSError)

_REFUSED = re.compile(r'"ok"\s*:\s*false|<html', re.IGNORECASE)
"""A refusal with status 200, by Slack or by a proxy on the way."""

log = structlog.get_logger("reply")


class Responder:
    """Answers one person. A `response_url` allows five answers in 30 min; it is '' where Slack sent none.

    `modal` is the view in which the person pressed a button, if any: the answer is shown there, and not behind it.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        person: str,
        response_url: str,
        modal: dict[str, Any] | None = None,
        pause: float = PAUSE,
    ) -> None:
        self._client = client
        self._person = person
        self._respond = AsyncRespond(response_url=response_url)
        self._modal = modal
        self._pause = pause

    @property
    def response_url(self) -> str:
        return self._respond.response_url or ""

    def with_response_url(self, response_url: str) -> "Responder":
        """Return a responder for the same person, for the message a modal was opened from."""
        return Responder(self._client, self._person, response_url, pause=self._pause)

    @asynccontextmanager
    async def report_refusals(self) -> AsyncIterator[None]:
        """Tell the person why the block was refused.

        Not in `app.error`, because Bolt loses the ack of a listener that raises within some 10 ms.
        """
        try:
            yield
        except NotAllowed as no:
            await self.send_text(str(no))
        except StoreUnavailable:
            await self.send_text(AWAY)

    async def send_text(self, words: str) -> None:
        """Send text that only this person sees."""
        await self.send_ephemeral(RenderedMessage(words, []))

    async def send_ephemeral(self, message: RenderedMessage) -> None:
        if self._modal is not None:
            await self.update_modal(self._modal, put_notice(self._modal, message))
            return
        sent = await self._send_response(message, response_type="ephemeral", replace_original=False)
        if not sent and self._person:
            await self._send_direct_message(message)

    async def replace_message(self, message: RenderedMessage) -> bool:
        """Replace the message that was clicked. Return False where Slack rejects it, as after 30 min."""
        return await self._send_response(message, replace_original=True)

    async def replace_or_send(self, message: RenderedMessage) -> None:
        """Replace the message that was clicked, or answer only the person where Slack rejects that."""
        if not await self.replace_message(message):
            await self.send_ephemeral(message)

    async def post(self, message: RenderedMessage) -> bool:
        """Post to the channel."""
        return await self._send_response(message, response_type="in_channel", replace_original=False)

    async def open_modal(self, request: dict[str, Any], view: dict[str, Any]) -> None:
        """Open a modal, on top of the one that is open. Raises `NotAllowed` where the trigger expired, after 3 s."""
        open_view = self._client.views_open if self._modal is None else self._client.views_push
        try:
            await open_view(trigger_id=request["trigger_id"], view=view)
        except SlackApiError as no:
            if no.response["error"] in TOO_LATE:
                raise NotAllowed(SLOW) from no
            if no.response["error"] == "push_limit_reached":
                raise NotAllowed(TOO_DEEP) from no
            raise

    async def update_modal(
        self, shown: dict[str, Any], view: dict[str, Any], *, forced: bool = False
    ) -> dict[str, Any]:
        """Replace a modal, unless it was closed or, if not `forced`, replaced since. Return it as it is then."""
        unchanged = {} if forced else {"hash": shown["hash"]}
        try:
            answer = await self._client.views_update(view_id=shown["id"], view=view, **unchanged)
        except SlackApiError as no:
            log.info("modal not updated", by=self._person, error=no.response["error"])
            return shown
        updated: dict[str, Any] = answer["view"]
        if self._modal is not None:  # so that a refusal after this is shown in it
            self._modal = updated
        return updated

    async def _send_response(self, message: RenderedMessage, **how: Any) -> bool:
        """Send a message. If Slack refuses it with charts, as pictures, or without: words always say the same."""
        if await self._try_response(message, **how):
            return True
        if not has_chart(message):
            return False
        files = await upload_charts(self._client, message)
        if files:
            await asyncio.sleep(self._pause)
            if await self._try_response(replace_charts(message, files), **how):
                return True
        return await self._try_response(drop_charts(message), **how)

    async def _try_response(self, message: RenderedMessage, **how: Any) -> bool:
        if not self.response_url:
            return False
        try:
            answer = await self._respond(
                text=message.text,
                blocks=message.blocks,
                attachments=message.attachments,
                unfurl_links=False,
                unfurl_media=False,
                **how,
            )
        except NOT_SENT as lost:
            log.warning("answer not sent", by=self._person, reason=type(lost).__name__)
            return False
        taken = answer.status_code == 200 and not _REFUSED.search(answer.body)
        if not taken:
            log.warning("answer not taken", by=self._person, status=answer.status_code)
        return taken

    async def _send_direct_message(self, message: RenderedMessage) -> None:
        try:
            await self._client.chat_postMessage(
                channel=self._person,
                text=message.text,
                blocks=message.blocks or None,
                attachments=message.attachments or None,
                unfurl_links=False,
            )
        except SlackApiError as no:
            log.warning("person not told", by=self._person, error=no.response["error"])
        except NOT_SENT as lost:
            log.warning("person not told", by=self._person, reason=type(lost).__name__)


def put_notice(modal: dict[str, Any], message: RenderedMessage) -> dict[str, Any]:
    """Return the view of a modal with the message on top, in place of the one before."""
    blocks = message.blocks or [make_section(message.text)]
    notice = [{**block, "block_id": f"{NOTICE}{number}"} for number, block in enumerate(blocks)]
    kept = {key: modal[key] for key in OF_VIEWS if modal.get(key)}
    others = [block for block in modal["blocks"] if not block.get("block_id", "").startswith(NOTICE)]
    return {**kept, "blocks": [*notice, *others]}
