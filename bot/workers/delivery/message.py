"""The messages beside the cards: to the owner of a case, to who has to confirm one, notices."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from bot.cards import case_messages, case_requests
from bot.cards.author_history import format_caution
from bot.cards.backfire_warning import render_backfire_mute
from bot.cards.block_kit import RenderedMessage, build_message_link
from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department
from bot.domain.destination import ToDepartment, ToPerson
from bot.domain.mention import Mention
from bot.domain.oncall.on_call import GapLookup
from bot.domain.outbox import EDITED_KINDS, Notification, NotificationKind
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.sinks.delivery_errors import SlackRejectedError
from bot.store.message_records import CardRecord, CardState, MessageRef
from bot.store.record_reader import UnreadableRecordError
from bot.workers.delivery.crises import MESSAGE_KINDS, CrisisDelivery
from bot.workers.delivery.notices import (
    NO_DEPARTMENT,
    DepartmentMessage,
    MessageRenderer,
    NoticeRenderer,
    ScheduledReports,
)
from bot.workers.delivery.poster import MessagePoster


class MessageDelivery:
    def __init__(
        self,
        poster: MessagePoster,
        rules: PlaybookRules,
        on_call: GapLookup,
        crises: CrisisDelivery,
        reports: ScheduledReports | None = None,
    ) -> None:
        self._reports = reports
        self._renderers: dict[NotificationKind, MessageRenderer] = {
            **NoticeRenderer(poster.store, rules, on_call, poster.clock, reports).list_renderers(),
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
        if record.state is CardState.POSTED and pending.kind in EDITED_KINDS:
            return await self._update_message(pending, record, drawing or await self._render_over(pending))
        if record.state is CardState.POSTED:  # by a process that lost the lease before it could record that
            await self._mark_delivered(pending, record)
            return False
        if drawing is None or not channel:
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
            if self._reports and pending.kind is NotificationKind.REPORT:
                await self._reports.pause_refused(pending, no.error)
            else:
                await self._poster.report_unwritable(pending.to, no.error)
            await self._outbox.mark_message_sent(pending)
            return True
        await self._mark_delivered(pending, posted)
        await self._store.health_issues.save_issue(f"to:{pending.to}", "")
        return True

    async def _update_message(self, pending: Notification, record: CardRecord, drawing: RenderedMessage | None) -> bool:
        if drawing is not None:
            await self._poster.limiter.acquire_update(record.channel)
            with suppress(SlackRejectedError):  # one that was deleted can mislead nobody
                await self._poster.limiter.update_message(record.channel, record.ts, drawing)
        await self._mark_delivered(pending, record)
        return drawing is not None

    async def _render_over(self, pending: Notification) -> RenderedMessage | None:
        """Return what somebody was asked or warned of, once it needs no answer any more; None if that is gone."""
        if pending.kind is NotificationKind.BACKFIRE:
            record = (await self._store.backfires.load([pending.subject_id])).get(pending.subject_id)
            return render_backfire_mute(record) if record and record.muted_by else None
        case = (await self._store.cases.find([pending.subject_id])).get(pending.subject_id)
        return case_requests.render_request_over(case, case.find_request(pending.nth)) if case else None

    async def _mark_delivered(self, pending: Notification, record: CardRecord) -> None:
        of_a_case = pending.kind not in self._renderers and pending.kind is not NotificationKind.TROUBLE
        names_nobody = pending.kind is NotificationKind.CLOSURE and pending.nth
        has_posts = (of_a_case and not names_nobody) or pending.kind is NotificationKind.BACKFIRE
        await self._outbox.mark_message_sent(pending, MessageRef(record.channel, record.ts) if has_posts else None)

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
        at = self._poster.clock.now()
        author = await self._store.persons.load_context(case, at)
        caution = format_caution(case, department, author, at, pending.to.id)
        post = await self._load_newest_post(case) if pending.kind is NotificationKind.JOINED else None
        return render_message(pending, case, department, build_card_link(card), caution, post), department

    async def _load_newest_post(self, case: Case) -> Mention | None:
        newest = case_messages.find_newest_post(case)
        return (await self._store.cases.find_joined_each(case.id, [newest])).get(newest) if newest else None

    async def _render_channel_issue(self, department: Department, pending: Notification) -> DepartmentMessage:
        sentence = (await self._store.health_issues.load_issues()).get(f"channel:{pending.subject_id}", "")
        if not sentence:
            return None, department
        return case_messages.render_channel_error(department.name, department.channel, sentence), department


def build_card_link(card: CardRecord) -> str:
    """Return a link that opens the card in the reader's Slack; empty if there is no card yet."""
    return build_message_link(card.channel, card.ts) if card.state is CardState.POSTED else ""


def render_message(
    pending: Notification,
    case: Case,
    department: Department,
    link: str,
    caution: str = "",
    post: Mention | None = None,
) -> RenderedMessage | None:
    """Return None if the message is no longer true: a claimed case needs nobody to confirm it. `post` came last."""
    if pending.kind in {NotificationKind.CASE_REQUEST, NotificationKind.CASE_ANSWER}:
        return _render_request_message(pending, case, link, caution)
    waits = case.status is CaseStatus.NEW and not case.is_snoozed
    owned = case.status is CaseStatus.CLAIMED and pending.to == ToPerson(case.owner)
    stays_resolved = case.is_closed and pending.to == ToPerson(case.owner) and case_messages.is_newest_event_post(case)
    renderers: dict[NotificationKind, tuple[bool, Callable[[], RenderedMessage | None]]] = {
        NotificationKind.CONFIRM: (
            waits and case.is_unconfirmed_crisis,
            lambda: case_messages.render_confirm_request(case, department, link, caution),
        ),
        NotificationKind.LEASE: (owned, lambda: case_messages.render_lease_reminder(case, department, link, caution)),
        NotificationKind.RELEASED: (not owned, lambda: case_messages.render_lost_claim(case, department, link)),
        NotificationKind.JOINED: (
            owned or stays_resolved or (waits and not case_messages.find_newest_merge(case)),
            lambda: (
                case_messages.render_reopened_notice(case, department, link, caution)
                if waits
                else case_messages.render_still_resolved_notice(case, link, caution, post)
                if stays_resolved
                else case_messages.render_joined_notice(case, link, caution, post)
            ),
        ),
        NotificationKind.UNSATISFIED: (
            not case.is_closed,
            lambda: case_messages.render_follow_up_notice(case, department, link, caution),
        ),
        NotificationKind.CLOSURE: (True, lambda: case_messages.render_closure(case, link)),
        NotificationKind.HANDED: (owned, lambda: case_messages.render_handed_over(case, link, caution)),
    }
    is_true, render = renderers[pending.kind]
    return render() if is_true else None


def _render_request_message(pending: Notification, case: Case, link: str, caution: str) -> RenderedMessage | None:
    asked = case.find_request(pending.nth)
    if asked is None:
        return None
    if pending.kind is NotificationKind.CASE_ANSWER:
        return case_requests.render_request_answer(case, asked, link, caution)
    return case_requests.render_request(case, asked, link, caution) if asked in case.pending_requests else None
