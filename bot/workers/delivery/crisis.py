"""The two cards of a crisis, posted once and edited in place, and what is said beside them."""

from collections.abc import Callable

import structlog

from bot.cards import crisis as cards
from bot.cards.drawing import Drawing
from bot.domain.crisis import Crisis
from bot.domain.department import Department
from bot.domain.destination import ToChannel
from bot.domain.notification import Notification, NotificationKind
from bot.domain.pages.page import Page
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.sinks.outcomes import Ambiguous, RateLimited, Rejected, Unsent
from bot.store.records import CardRecord, CardState
from bot.workers.delivery.post import Poster

log = structlog.get_logger("delivery")

DRAWN: dict[NotificationKind, Callable[[Crisis, Page | None], Drawing]] = {
    NotificationKind.CRISIS: cards.head,
    NotificationKind.PLAN: cards.plan,
}
KINDS = frozenset({NotificationKind.DECLARED, NotificationKind.NEWS, NotificationKind.DUE, NotificationKind.REVIEW})


class CrisisDelivery:
    def __init__(self, poster: Poster, rules: PlaybookRules) -> None:
        self._poster = poster
        self._store = poster.store
        self._rules = rules

    async def deliver(self, owed: Notification) -> bool:
        """A card. Says whether Slack was called. Raises `Blocked`."""
        crisis = await self._store.crises.find(owed.subject_id)
        if crisis is None:
            await self._store.outbox.mark_delivered(owed)
            return False
        name = f"{owed.kind}-{crisis.id}"
        record = await self._store.outbox.load_card(name)
        if record.state is CardState.POSTED and record.drawn >= crisis.version:
            await self._store.crises.record_crisis_card(crisis, name, record, owed)
            return False
        page = (await self._store.pages.find([crisis.page])).get(crisis.page)
        drawing = DRAWN[owed.kind](crisis, page)
        posted = await self._put(owed, name, record, drawing)
        if posted is not None:
            pinned = posted.pinned or await self._pinned(owed, posted)
            shown = posted.model_copy(update={"drawn": crisis.version, "pinned": pinned})
            await self._store.crises.record_crisis_card(crisis, name, shown, owed)
        return True

    async def _pinned(self, owed: Notification, posted: CardRecord) -> bool:
        """Whether there is nothing more to do: a head card that cannot be pinned now is tried at its next drawing."""
        if owed.kind is not NotificationKind.CRISIS or not isinstance(owed.to, ToChannel):
            return True
        try:
            await self._poster.gate.pin(posted.channel, posted.ts)
        except Rejected as no:
            log.info("head card not pinned", crisis=owed.subject_id, why=no.error)
        except (Unsent, Ambiguous, RateLimited):
            return False
        return True

    async def _put(self, owed: Notification, name: str, record: CardRecord, drawing: Drawing) -> CardRecord | None:
        """None where nothing can be shown there any more, or where there is more to do."""
        department = get_department_or_lost(self._rules, str(owed.to))
        channel = owed.to.id if isinstance(owed.to, ToChannel) else department.channel
        try:
            if record.state is CardState.POSTED:
                await self._poster.gate.room_to_update(record.channel)
                await self._poster.gate.update(record.channel, record.ts, drawing)
                return record
            self._poster.wait_for_lost_answer(record)

            async def save_record(changed: CardRecord, before: CardRecord | None) -> None:
                await self._store.outbox.save_card(name, changed, before)

            if found := await self._poster.found(channel, name, record):
                await save_record(found, None)  # it shows what was drawn then, and stays owed
                return None
            return await self._poster.post(
                channel, drawing, name, record, save_record, lambda: Drawing(drawing.text, [])
            )
        except Rejected as no:
            if no.message_gone:
                await self._store.outbox.save_card(name, CardRecord())
            elif isinstance(owed.to, ToChannel):  # archived, or we were taken out: the crisis goes on without its card
                await self._store.outbox.mark_delivered(owed)
                await self._store.health_issues.save_issue(
                    f"to:{owed.to}", f"{owed.to} cannot be written to ({no.error})."
                )
            else:
                raise await self._poster.refused(department, channel, no) from no
            return None

    async def drawing(self, owed: Notification) -> tuple[Drawing | None, Department]:
        """What is said once, beside the cards."""
        department = get_department_or_lost(self._rules, str(owed.to))
        crisis = await self._store.crises.find(owed.subject_id)
        if crisis is None:
            return None, department
        match owed.kind:
            case NotificationKind.DECLARED:
                return cards.declared(crisis), department
            case NotificationKind.NEWS:
                return cards.news(crisis, owed.nth), department
            case NotificationKind.DUE:
                late = crisis.update_due is not None and int(crisis.update_due.timestamp()) == owed.nth
                return (cards.due(crisis) if late else None), department
            case _:
                return cards.review(crisis), department
