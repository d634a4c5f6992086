"""The messages beside the cards: reminders, calls to people, notices."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.cards import case_messages
from bot.cards.block_kit import RenderedMessage
from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department
from bot.domain.destination import ToDepartment, ToPerson
from bot.domain.oncall.on_call import GapLookup, OnCallSnapshot
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.sinks.delivery_errors import SlackRejectedError
from bot.store.message_records import CardRecord, CardState, MessageRef
from bot.store.record_reader import UnreadableRecordError
from bot.workers.delivery.crises import MESSAGE_KINDS, CrisisDelivery
from bot.workers.delivery.notices import NO_DEPARTMENT, DepartmentMessage, MessageRenderer, NoticeRenderer
from bot.workers.delivery.poster import MessagePoster


class MessageDelivery:
    def __init__(self, poster: MessagePoster, rules: PlaybookRules, on_call: GapLookup, crises: CrisisDelivery) -> None:
        self._on_call = on_call
        self._renderers: dict[NotificationKind, MessageRenderer] = {
            **NoticeRenderer(poster.store, rules, on_call, poster.clock).list_renderers(),
            **dict.fromkeys(MESSAGE_KINDS, crises.render_crisis_message),
        }
        self._poster = poster
        self._store = poster.store
        self._outbox = poster.store.outbox
        self._rules = rules

    async def deliver_message(self, pending: Notification) -> bool:
        """Post a message unless it is no longer true; return whether Slack was called. Raises `SendDeferredError`."""
        drawing, department = await self._renderers.get(pending.kind, self._render_case_message)(pending)
        channel = department.channel if isinstance(pending.to, ToDepartment) else pending.to.id
        record = await self._outbox.load_message(pending)
        if record.state is CardState.POSTED:  # by a process that lost the lease before it could record that
            await self._finish_delivery(pending, record)
            return False
        if drawing is None or not channel or record.tries > 1:
            await self._outbox.mark_message_sent(pending)
            return False
        self._poster.check_late_retry(record)
        if found := await self._poster.find_lost_message(channel, pending.key, record):
            await self._mark_delivered(pending, found)
            return True
        save_message = partial(self._outbox.save_message, pending)
        try:
            posted = await self._poster.post_once(channel, drawing, pending.key, record, save_message)
        except SlackRejectedError as no:
            if isinstance(pending.to, ToDepartment):
                raise await self._poster.handle_refusal(department, channel, no) from no
            # A person who left, or a fallback channel that is gone: another try would help nobody.
            await self._outbox.mark_message_sent(pending)
            await self._poster.report_unwritable(pending.to, no.error)
            return True
        await self._finish_delivery(pending, posted)
        await self._store.health_issues.save_issue(f"to:{pending.to}", "")
        return True

    async def _finish_delivery(self, pending: Notification, posted: CardRecord) -> None:
        if pending.kind is NotificationKind.REMINDER:
            await self._record_reminder(pending, MessageRef(posted.channel, posted.ts))
        if pending.kind is NotificationKind.CALL:
            await self._record_claim_request(pending, MessageRef(posted.channel, posted.ts))
        await self._mark_delivered(pending, posted)

    async def _mark_delivered(self, pending: Notification, record: CardRecord) -> None:
        of_a_case = pending.kind not in self._renderers and pending.kind is not NotificationKind.TROUBLE
        await self._outbox.mark_message_sent(pending, MessageRef(record.channel, record.ts) if of_a_case else None)

    async def delete_next_message(self, pending: Notification) -> bool:
        """Delete the next message about a case that has to be forgotten. Raises `SendDeferredError`."""
        places = await self._outbox.list_messages(pending.subject_id)
        if not places:
            await self._outbox.mark_delivered(pending)
            return False
        await self._poster.limiter.acquire_update(places[0].channel)
        await self._poster.limiter.delete_message(places[0].channel, places[0].ts)
        await self._outbox.forget_message(pending.subject_id, places[0])
        return True

    async def _record_reminder(self, pending: Notification, place: MessageRef) -> None:
        """Record the reminder, so that it can be updated; draw the card again, in case it was claimed meanwhile."""
        card = (await self._outbox.load_cards([pending.subject_id]))[pending.subject_id]
        if card.state is CardState.POSTED:  # a case on a digest shares its reminder
            await self._outbox.save_card(pending.subject_id, card.copy_with(reminded=place))
            await self._outbox.add(
                Notification.draw_card(pending.subject_id, str(pending.to)), self._poster.clock.now()
            )

    async def _record_claim_request(self, pending: Notification, place: MessageRef) -> None:
        """Record a message that called a person, so that it can be updated."""
        case = (await self._store.cases.find([pending.subject_id])).get(pending.subject_id)
        if case is not None:
            await self._outbox.add_claim_request(case.id, place, case.department)
            await self._outbox.add(Notification.draw_card(case.id, case.department), self._poster.clock.now())

    async def _render_case_message(self, pending: Notification) -> DepartmentMessage:
        if pending.kind is NotificationKind.TROUBLE:
            return await self._render_channel_issue(get_department_or_lost(self._rules, pending.subject_id), pending)
        case = (await self._store.cases.find([pending.subject_id])).get(pending.subject_id)
        if self._store.cases.is_unreadable(pending.subject_id):
            raise UnreadableRecordError("case")
        if case is None or (isinstance(pending.to, ToDepartment) and pending.to.id != case.department):
            return None, NO_DEPARTMENT  # gone, or handed over: it has deadlines of its own in the other channel
        department = get_department_or_lost(self._rules, case.department)
        card = (await self._outbox.load_cards([case.id]))[case.id]
        if pending.kind is NotificationKind.REMINDER and card.state in {CardState.NONE, CardState.POSTING}:
            return None, department  # Slack was down: no reminder of a card that nobody has seen
        if card.state is CardState.LISTED and pending.kind in {NotificationKind.REMINDER, NotificationKind.CALL}:
            return await self._render_digest_message(pending, card.digest, department), department
        at = self._poster.clock.now()
        on_call = await self._find_on_call_if_asked(pending, department)
        return render_message(pending, case, department, on_call, build_card_link(card), at), department

    async def _find_on_call_if_asked(self, pending: Notification, department: Department) -> OnCallSnapshot:
        """Return an empty snapshot for a message that does not say who is on call."""
        if pending.kind is not NotificationKind.CALL:
            return OnCallSnapshot()
        return await self._on_call.find_on_call(department.name, self._poster.clock.now())

    async def _render_digest_message(
        self, pending: Notification, digest: str, department: Department
    ) -> RenderedMessage | None:
        """Render one message for all unclaimed cases of a digest, when it is due for the first of them."""
        record = await self._store.digests.load(digest)
        if record is None:
            return None
        found = await self._store.cases.find(record.cases)
        waiting = [case for case in record.cases if case in found and found[case].status is CaseStatus.NEW]
        if not waiting or waiting[0] != pending.subject_id:
            return None
        link = build_card_link(CardRecord(state=CardState.POSTED, channel=record.channel, ts=record.ts))
        if pending.kind is NotificationKind.REMINDER:
            paged = all(found[case].is_confirmed_crisis for case in waiting)
            return case_messages.render_digest_reminder(len(waiting), department, link, paged=paged)
        on_call = await self._find_on_call_if_asked(pending, department)
        return case_messages.render_digest_call(len(waiting), department, on_call, pending.to, link)

    async def _render_channel_issue(self, department: Department, pending: Notification) -> DepartmentMessage:
        sentence = (await self._store.health_issues.load_issues()).get(f"channel:{pending.subject_id}", "")
        if not sentence:
            return None, department
        return case_messages.render_channel_error(department.name, department.channel, sentence), department


def build_card_link(card: CardRecord) -> str:
    """Return a link that opens the card in the reader's Slack; empty if there is no card yet."""
    if card.state is not CardState.POSTED:
        return ""
    return f"https://slack.com/app_redirect?channel={card.channel}&message_ts={card.ts}"


def render_message(
    pending: Notification, case: Case, department: Department, on_call: OnCallSnapshot, link: str, at: datetime
) -> RenderedMessage | None:
    """Return None if the message is no longer true: a claimed case needs no reminder that it is unclaimed."""
    waits = case.status is CaseStatus.NEW and not case.is_snoozed
    owned = case.status is CaseStatus.CLAIMED and pending.to == ToPerson(case.owner)
    renderers: dict[NotificationKind, tuple[bool, Callable[[], RenderedMessage]]] = {
        NotificationKind.REMINDER: (waits, lambda: case_messages.render_claim_reminder(case, department, at, link)),
        NotificationKind.CALL: (
            waits,
            lambda: case_messages.render_on_call_notice(case, department, on_call, pending.to, at, link),
        ),
        NotificationKind.CONFIRM: (
            waits and case.is_unconfirmed_crisis,
            lambda: case_messages.render_confirm_request(case, department, link),
        ),
        NotificationKind.LEASE: (owned, lambda: case_messages.render_lease_reminder(case, department, link)),
        NotificationKind.RELEASED: (not owned, lambda: case_messages.render_lost_claim(case, department, link)),
        NotificationKind.JOINED: (
            waits or owned,
            lambda: (
                case_messages.render_reopened_notice(case, department, link)
                if waits
                else case_messages.render_joined_notice(case, link)
            ),
        ),
        NotificationKind.HANDED: (owned, lambda: case_messages.render_handed_over(case, link)),
    }
    is_true, render = renderers[pending.kind]
    return render() if is_true else None
