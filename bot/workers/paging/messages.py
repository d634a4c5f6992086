"""Pages in Slack: one message for each person and page, drawn anew at every change, and a short word where it rings."""

from datetime import timedelta

from bot.cards import pages as cards
from bot.clock import Clock
from bot.domain.destination import ToChannel, parse_callee
from bot.domain.pages.ladder import build_page_notification
from bot.domain.pages.matter import PageContext
from bot.domain.pages.page import Page, PageGroup
from bot.sinks.outcomes import RateLimited, Rejected, Unsent
from bot.sinks.pagers.base import Call
from bot.sinks.slack import Sent, SlackSink
from bot.store.limits import RateLimitStore
from bot.store.pages import PageStore
from bot.store.records import CardState, MessageRef, PageMessage
from bot.store.writing import to_ms
from bot.workers.delivery.gate import UPDATES, channel_limit

SAID_AGAIN = timedelta(minutes=1)
"""Between two words to somebody who has a page about what is new: a storm does not ring at every drop."""


class PageMessages:
    """Raises what the sink does. A message of which the answer was lost may be there: what rings is sent again then,
    since a second message is better than none.
    """

    def __init__(self, sink: SlackSink, store: PageStore, limits: RateLimitStore, clock: Clock) -> None:
        self._sink = sink
        self._store = store
        self._limits = limits
        self._clock = clock

    async def ring(self, call: Call) -> None:
        """The message, or, where this person has it already, a reply to it that makes a sound."""
        page, to = call.page, call.attempt.person
        shown = (await self._store.load_messages(page.id)).get(to, PageMessage())
        name = build_page_notification(page, call.attempt).key
        if await self._is_there(page, to, call.matter, shown):
            await self._reply(page, shown, to, call.matter, name)
        else:
            await self._post(page, to, call.matter, name)

    async def refresh(self, page: Page, matter: PageContext, storm: PageGroup) -> bool:
        """Every message as the page stands now, and a word to whoever has it. False where something has to wait."""
        shown, done = await self._store.load_messages(page.id), True
        for to, message in shown.items():
            if message.state is CardState.POSTED:
                done &= await self._draw(page, to, matter, message, storm)
        if page.is_acknowledged and page.closed_at is None and not page.leader:
            for to in [page.acknowledged_by] if page.acknowledged_by else list(shown):
                done &= await self._tell(page, to, matter, shown.get(to, PageMessage()), storm)
        return done

    async def _draw(self, page: Page, to: str, matter: PageContext, message: PageMessage, storm: PageGroup) -> bool:
        if await self._limits.try_acquire([UPDATES], self._clock.now()):
            return False
        try:
            await self._sink.update(message.channel, message.ts, cards.message(page, matter, parse_callee(to)))
        except Rejected:  # deleted, or too old to be edited: nothing is left that could mislead
            return True
        if page.is_open and message.said != storm.cases + page.news:
            await self._store.save_page_message(
                page.id, to, message.model_copy(update={"said": storm.cases + page.news})
            )
        return True

    async def _tell(self, page: Page, to: str, matter: PageContext, message: PageMessage, storm: PageGroup) -> bool:
        """An edit makes no sound, and whoever has answered is not called again."""
        at = to_ms(self._clock.now())
        if message.said >= storm.cases + page.news:
            return True
        if at - message.said_at < SAID_AGAIN.total_seconds() * 1000:
            return False
        if await self._limits.try_acquire([channel_limit(parse_callee(to).id)], self._clock.now()):
            return False
        name = f"news {page.id} {storm.cases + page.news} {to}"
        if await self._is_there(page, to, matter, message):
            await self._reply(page, message, to, matter, name)
        else:
            message = await self._post(page, to, matter, name)
        said = {"said": storm.cases + page.news, "said_at": at}
        await self._store.save_page_message(page.id, to, message.model_copy(update=said))
        return True

    async def _is_there(self, page: Page, to: str, matter: PageContext, message: PageMessage) -> bool:
        """Drawn anew before somebody is called to look at it; False where it was deleted meanwhile, or never sent."""
        if message.state is not CardState.POSTED:
            return False
        await self._limits.try_acquire([UPDATES], self._clock.now())  # counted, but who is called does not wait for it
        try:
            await self._sink.update(message.channel, message.ts, cards.message(page, matter, parse_callee(to)))
        except Rejected as no:
            return not (no.message_gone or no.channel_gone)
        return True

    async def _reply(self, page: Page, message: PageMessage, to: str, matter: PageContext, name: str) -> None:
        drawing = cards.again(page, matter, parse_callee(to))
        sent = await self._sink.post(
            message.channel, drawing, name, thread=message.ts, aloud=isinstance(parse_callee(to), ToChannel)
        )
        await self._store.record_case_reply(matter.case_id or page.cause.id, MessageRef(sent.channel, sent.ts))
        await self._answered(to)

    async def _post(self, page: Page, to: str, matter: PageContext, name: str) -> PageMessage:
        """Begun in writing before it is sent, as everything that cannot be taken back."""
        begun = PageMessage(state=CardState.POSTING, said=matter.earlier_count + page.news)
        await self._store.save_page_message(page.id, to, begun)
        try:
            sent: Sent = await self._sink.post(parse_callee(to).id, cards.message(page, matter, parse_callee(to)), name)
        except (Unsent, RateLimited, Rejected):
            await self._store.save_page_message(page.id, to, PageMessage())
            raise
        await self._answered(to)
        posted = begun.model_copy(update={"state": CardState.POSTED, "channel": sent.channel, "ts": sent.ts})
        await self._store.save_page_message(page.id, to, posted)
        return posted

    async def _answered(self, to: str) -> None:
        await self._limits.record_response(channel_limit(parse_callee(to).id), self._clock.now())
