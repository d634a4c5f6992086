"""The two cards of a crisis, posted once and edited in place, and the messages beside them."""

from collections.abc import Callable
from functools import partial

import structlog

from bot.cards import crises as cards
from bot.cards.block_kit import RenderedMessage
from bot.domain.crisis import Crisis
from bot.domain.department import Department
from bot.domain.destination import ToChannel
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.paging.page import Page
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError
from bot.store.message_records import CardRecord, CardState
from bot.workers.delivery.poster import MessagePoster

log = structlog.get_logger("delivery")

CARD_RENDERERS: dict[NotificationKind, Callable[[Crisis, Page | None], RenderedMessage]] = {
    NotificationKind.CRISIS: cards.render_crisis_card,
    NotificationKind.PLAN: cards.render_crisis_plan,
}
MESSAGE_KINDS = (NotificationKind.DECLARED, NotificationKind.NEWS, NotificationKind.DUE, NotificationKind.REVIEW)


class CrisisDelivery:
    def __init__(self, poster: MessagePoster, rules: PlaybookRules) -> None:
        self._poster = poster
        self._store = poster.store
        self._rules = rules

    async def deliver_crisis(self, pending: Notification) -> bool:
        """Post or update a card; return whether Slack was called. Raises `SendDeferredError`."""
        crisis = await self._store.crises.find(pending.subject_id)
        if crisis is None:
            await self._store.outbox.mark_delivered(pending)
            return False
        name = f"{pending.kind}-{crisis.id}"
        record = await self._store.outbox.load_card(name)
        if record.state is CardState.POSTED and record.drawn >= crisis.version:
            await self._store.crises.record_crisis_card(crisis, name, record, pending)
            return False
        page = (await self._store.pages.find([crisis.page])).get(crisis.page)
        drawing = CARD_RENDERERS[pending.kind](crisis, page)
        posted = await self._post_or_update(pending, name, record, drawing)
        if posted is not None:
            pinned = posted.pinned or await self._pin_head_card(pending, posted)
            shown = posted.copy_with(drawn=crisis.version, pinned=pinned)
            await self._store.crises.record_crisis_card(crisis, name, shown, pending)
        return True

    async def _pin_head_card(self, pending: Notification, posted: CardRecord) -> bool:
        """Return False if the card could not be pinned just now; that is tried again at its next update."""
        if pending.kind is not NotificationKind.CRISIS or not isinstance(pending.to, ToChannel):
            return True
        try:
            await self._poster.limiter.pin_message(posted.channel, posted.ts)
        except SlackRejectedError as no:
            log.info("head card not pinned", crisis=pending.subject_id, why=no.error)
        except (NotSentError, DeliveryUnknownError, RateLimitedError):
            return False
        return True

    async def _post_or_update(
        self, pending: Notification, name: str, record: CardRecord, drawing: RenderedMessage
    ) -> CardRecord | None:
        """Return None if nothing can be posted there any more, or if the card has to be drawn again."""
        department = get_department_or_lost(self._rules, str(pending.to))
        channel = pending.to.id if isinstance(pending.to, ToChannel) else department.channel
        try:
            if record.state is CardState.POSTED:
                await self._poster.limiter.acquire_update(record.channel)
                await self._poster.limiter.update_message(record.channel, record.ts, drawing)
                return record
            self._poster.check_late_retry(record)
            save_card = partial(self._store.outbox.save_card, name)
            if found := await self._poster.find_lost_message(channel, name, record):
                await save_card(found)  # it shows what was drawn then, and stays pending
                return None
            return await self._poster.post_once(channel, drawing, name, record, save_card)
        except SlackRejectedError as no:
            if no.is_message_gone:
                await self._store.outbox.save_card(name, CardRecord())
            elif isinstance(pending.to, ToChannel):  # archived, or we were removed: the crisis goes on without its card
                await self._store.outbox.mark_delivered(pending)
                await self._poster.report_unwritable(pending.to, no.error)
            else:
                raise await self._poster.handle_refusal(department, channel, no) from no
            return None

    async def render_crisis_message(self, pending: Notification) -> tuple[RenderedMessage | None, Department]:
        """Render a message that is posted once, beside the cards."""
        department = get_department_or_lost(self._rules, str(pending.to))
        crisis = await self._store.crises.find(pending.subject_id)
        if crisis is None:
            return None, department
        match pending.kind:
            case NotificationKind.DECLARED:
                return cards.render_crisis_declared(crisis), department
            case NotificationKind.NEWS:
                return cards.render_crisis_update(crisis, pending.nth), department
            case NotificationKind.DUE:
                late = crisis.update_due is not None and int(crisis.update_due.timestamp()) == pending.nth
                return (cards.render_update_due(crisis) if late else None), department
            case _:
                return cards.render_crisis_review(crisis), department
