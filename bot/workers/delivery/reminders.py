"""Replies in the thread of a card, or of the digest that lists its case: it waits, or its post was deleted."""

from functools import partial

from bot.cards import case_messages
from bot.cards.block_kit import RenderedMessage
from bot.domain.case import Case, CaseStatus
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.sinks.delivery_errors import SlackRejectedError
from bot.store.message_records import CardRecord, CardState, DigestRecord, MessageRef
from bot.store.record_reader import UnreadableRecordError
from bot.workers.delivery.poster import MessagePoster


class ReminderDelivery:
    def __init__(self, poster: MessagePoster, rules: PlaybookRules) -> None:
        self._poster = poster
        self._store = poster.store
        self._outbox = poster.store.outbox
        self._rules = rules

    async def deliver_reminder(self, pending: Notification) -> bool:
        """Return whether Slack was called. Raises `SendDeferredError` or `UnreadableRecordError`."""
        case = (await self._store.cases.find([pending.subject_id])).get(pending.subject_id)
        if self._store.cases.is_unreadable(pending.subject_id):
            raise UnreadableRecordError("case")
        if case is None or case.status is not CaseStatus.NEW or case.is_snoozed or case.department != pending.to.id:
            return await self._skip(pending)
        card = await self._outbox.load_card(case.id)
        department = get_department_or_lost(self._rules, case.department)
        if card.state is CardState.POSTED:
            drawing = case_messages.render_claim_reminder(case, department, self._poster.clock.now())
            return await self._reply(pending, MessageRef(card.channel, card.ts), drawing)
        digest = await self._store.digests.load(card.digest) if card.state is CardState.LISTED else None
        if digest is None or digest.reminded or not (unclaimed := await self._load_unclaimed(digest)):
            return await self._skip(pending)  # said for all of them, or nobody has seen the card: Slack was down
        hidden = await self._store.digests.count(digest) - len(digest.cases)
        drawing = case_messages.render_digest_reminder(unclaimed, department, hidden)
        return await self._reply(pending, MessageRef(digest.channel, digest.ts), drawing, digest)

    async def deliver_owner_notice(self, pending: Notification) -> bool:
        """Tell the owner that the post was deleted, or answered in public. Returns and raises as a reminder does."""
        case = (await self._store.cases.find([pending.subject_id])).get(pending.subject_id)
        if self._store.cases.is_unreadable(pending.subject_id):
            raise UnreadableRecordError("case")
        if case is None or case.status is not CaseStatus.CLAIMED or case.department != pending.to.id:
            return await self._skip(pending)
        card = await self._outbox.load_card(case.id)
        place = MessageRef(card.channel, card.ts)
        if card.state is CardState.LISTED and (digest := await self._store.digests.load(card.digest)):
            place = MessageRef(digest.channel, digest.ts)
        if not place.ts:
            return await self._skip(pending)
        if pending.kind is NotificationKind.DELETED:
            return await self._reply(pending, place, case_messages.render_deletion_notice(case))
        if not case.public_replies:
            return await self._skip(pending)
        return await self._reply(pending, place, case_messages.render_public_reply_notice(case))

    async def _skip(self, pending: Notification) -> bool:
        await self._outbox.mark_message_sent(pending)
        return False

    async def _load_unclaimed(self, digest: DigestRecord) -> list[Case]:
        found = await self._store.cases.find(digest.cases)
        return [case for case in found.values() if case.status is CaseStatus.NEW and not case.is_snoozed]

    async def _reply(
        self, pending: Notification, to: MessageRef, drawing: RenderedMessage, digest: DigestRecord | None = None
    ) -> bool:
        record = await self._outbox.load_message(pending)
        if record.state is CardState.POSTED:  # by a process that lost the lease before it could record that
            await self._record_reply(pending, record, digest)
            return False
        self._poster.check_late_retry(record)
        posted = await self._poster.find_lost_message(to.channel, pending.key, record, to.ts)
        if posted is None:
            save = partial(self._outbox.save_message, pending)
            try:
                posted = await self._poster.post_once(to.channel, drawing, pending.key, record, save, thread=to.ts)
            except SlackRejectedError:  # the card is gone, or its channel: the card's own update finds out which
                return await self._skip(pending)
        await self._record_reply(pending, posted, digest)
        return True

    async def _record_reply(self, pending: Notification, posted: CardRecord, digest: DigestRecord | None) -> None:
        """Record the reply, so that it can be updated; draw what it is below again, in case of a claim meanwhile."""
        place = MessageRef(posted.channel, posted.ts)
        if pending.kind is not NotificationKind.REMINDER:  # it has no words of the post, and stays as it is
            return await self._outbox.mark_message_sent(pending)
        if digest is not None:
            await self._store.digests.save(digest.copy_with(reminded=True, reply=place))
            again = Notification.draw_digest(digest.id, digest.department)
            await self._outbox.add(again, self._poster.clock.now())
        else:
            card = await self._outbox.load_card(pending.subject_id)
            await self._outbox.save_card(pending.subject_id, card.copy_with(reminded=place))
            again = Notification.draw_card(pending.subject_id, str(pending.to))
            await self._outbox.add(again, self._poster.clock.now())
        return await self._outbox.mark_message_sent(pending, place)
