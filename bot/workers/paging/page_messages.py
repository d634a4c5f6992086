"""Pages in Slack: one message for each person and page, updated at each change; a reply to it makes a sound."""

from datetime import timedelta

from bot.cards import paging as cards
from bot.clock import Clock
from bot.domain.destination import ToChannel, parse_callee
from bot.domain.paging.context import PageContext
from bot.domain.paging.decision import build_page_notification
from bot.domain.paging.grouping import PageGroup
from bot.domain.paging.page import Page
from bot.sinks.delivery_errors import NotSentError, RateLimitedError, SlackRejectedError
from bot.sinks.pagers.base import PageRequest
from bot.sinks.slack import SlackSink
from bot.store.decision_writer import to_ms
from bot.store.message_records import CardState, MessageRef, PageMessage
from bot.store.pages import PageStore
from bot.store.rate_limits import RateLimitStore
from bot.workers.delivery.rate_limiter import UPDATE_LIMIT, get_channel_limit

NEWS_INTERVAL = timedelta(minutes=1)
"""Between two replies about news to a person who has the page."""


class PageMessages:
    """Raises what the sink does. A message whose answer was lost is sent again: two are better than none."""

    def __init__(self, sink: SlackSink, store: PageStore, limits: RateLimitStore, clock: Clock) -> None:
        self._sink = sink
        self._store = store
        self._limits = limits
        self._clock = clock

    async def notify_person(self, request: PageRequest) -> None:
        """Post the message, or a reply to it if the person has it already."""
        page, to = request.page, request.attempt.person
        shown = (await self._store.load_messages(page.id)).get(to, PageMessage())
        name = build_page_notification(page, request.attempt).key
        if await self._update_existing(page, to, request.context, shown):
            await self._reply_in_thread(page, shown, to, request.context, name)
        else:
            await self._post_page_message(page, to, request.context, name)

    async def refresh_messages(self, page: Page, context: PageContext, storm: PageGroup) -> bool:
        """Update all messages, and reply to the person who has the page; return False if something has to wait."""
        shown, done = await self._store.load_messages(page.id), True
        for to, message in shown.items():
            if message.state is CardState.POSTED:
                done &= await self._update_page_message(page, to, context, message, storm)
        if page.is_acknowledged and page.closed_at is None and not page.leader:
            for to in [page.acknowledged_by] if page.acknowledged_by else list(shown):
                done &= await self._notify_news(page, to, context, shown.get(to, PageMessage()), storm)
        return done

    async def _update_page_message(
        self, page: Page, to: str, context: PageContext, message: PageMessage, storm: PageGroup
    ) -> bool:
        if await self._limits.try_acquire([UPDATE_LIMIT], self._clock.now()):
            return False
        drawing = cards.render_page(page, context, parse_callee(to))
        try:
            await self._sink.update_message(message.channel, message.ts, drawing)
        except SlackRejectedError:  # deleted, or too old to be edited: nothing is left that could mislead
            return True
        news = storm.cases + page.news
        if page.is_open and message.said != news:
            await self._store.save_page_message(page.id, to, message.copy_with(said=news))
        return True

    async def _notify_news(
        self, page: Page, to: str, context: PageContext, message: PageMessage, storm: PageGroup
    ) -> bool:
        """Reply to the message of a person who has answered: an edit makes no sound, and they are not paged again."""
        at, news = to_ms(self._clock.now()), storm.cases + page.news
        if message.said >= news:
            return True
        if at - message.said_at < NEWS_INTERVAL.total_seconds() * 1000:
            return False
        if await self._limits.try_acquire([get_channel_limit(parse_callee(to).id)], self._clock.now()):
            return False
        name = f"news {page.id} {news} {to}"
        if await self._update_existing(page, to, context, message):
            await self._reply_in_thread(page, message, to, context, name)
        else:
            message = await self._post_page_message(page, to, context, name)
        await self._store.save_page_message(page.id, to, message.copy_with(said=news, said_at=at))
        return True

    async def _update_existing(self, page: Page, to: str, context: PageContext, message: PageMessage) -> bool:
        """Update the message before a reply points to it; return False if it was deleted, or never sent."""
        if message.state is not CardState.POSTED:
            return False
        await self._limits.try_acquire([UPDATE_LIMIT], self._clock.now())  # counted, but a page does not wait for it
        drawing = cards.render_page(page, context, parse_callee(to))
        try:
            await self._sink.update_message(message.channel, message.ts, drawing)
        except SlackRejectedError as no:
            return not (no.is_message_gone or no.is_channel_gone)
        return True

    async def _reply_in_thread(
        self, page: Page, message: PageMessage, to: str, context: PageContext, name: str
    ) -> None:
        callee = parse_callee(to)
        drawing, aloud = cards.render_page_alert(page, context, callee), isinstance(callee, ToChannel)
        sent = await self._sink.post_message(message.channel, drawing, name, thread=message.ts, aloud=aloud)
        await self._store.record_case_reply(context.case_id or page.cause.id, MessageRef(sent.channel, sent.ts))
        await self._record_response(to)

    async def _post_page_message(self, page: Page, to: str, context: PageContext, name: str) -> PageMessage:
        """Post the message, recorded before it is sent."""
        begun = PageMessage(state=CardState.POSTING, said=context.earlier_count + page.news)
        await self._store.save_page_message(page.id, to, begun)
        callee = parse_callee(to)
        try:
            sent = await self._sink.post_message(callee.id, cards.render_page(page, context, callee), name)
        except (NotSentError, RateLimitedError, SlackRejectedError):
            await self._store.save_page_message(page.id, to, PageMessage())
            raise
        await self._record_response(to)
        posted = begun.copy_with(state=CardState.POSTED, channel=sent.channel, ts=sent.ts)
        await self._store.save_page_message(page.id, to, posted)
        return posted

    async def _record_response(self, to: str) -> None:
        await self._limits.record_response(get_channel_limit(parse_callee(to).id), self._clock.now())
