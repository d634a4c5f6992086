"""The card of a case: posted once, edited in place, posted again when its case moves to another channel."""

from contextlib import suppress
from functools import partial

from bot.cards import case as case_card
from bot.cards import case_messages
from bot.cards.block_kit import RenderedMessage
from bot.cards.case import render_case_fallback
from bot.domain.case import Case, CaseResolution, CaseStatus
from bot.domain.department import Department
from bot.domain.destination import ToDepartment
from bot.domain.outbox import Notification
from bot.domain.paging.page import Page
from bot.domain.persons.person import AuthorContext
from bot.domain.rules import PlaybookRules, PointLookup, get_department_or_lost
from bot.sinks.delivery_errors import SlackRejectedError
from bot.store.message_records import CardRecord, CardState, MessageRef
from bot.store.record_reader import UnreadableRecordError
from bot.telemetry.traces import TRACES, SpanName
from bot.workers.delivery.digests import DigestDelivery
from bot.workers.delivery.poster import MessagePoster


class CardDelivery:
    def __init__(
        self, poster: MessagePoster, digests: DigestDelivery, rules: PlaybookRules, points: PointLookup | None = None
    ) -> None:
        self._poster = poster
        self._limiter = poster.limiter
        self._digests = digests
        self._store = poster.store
        self._outbox = poster.store.outbox
        self._rules = rules
        self._points = points

    async def deliver_card(self, pending: Notification) -> bool:
        """Return whether Slack was called. Raises `SendDeferredError` or `UnreadableRecordError`."""
        case = (await self._store.cases.find([pending.subject_id])).get(pending.subject_id)
        if case is None and self._store.cases.is_unreadable(pending.subject_id):
            raise UnreadableRecordError("case")
        if case is None or pending.to != ToDepartment(case.department):
            # Gone, or handed over: the department that has it now has a notification of its own.
            await self._outbox.mark_delivered(pending)
            return False
        department = get_department_or_lost(self._rules, case.department)
        if self._points is not None and case.status is CaseStatus.NEW:  # a card that waits says whom to ask first
            department = await self._points.resolve_point(department)
        record = await self._outbox.load_card(case.id)
        if record.stale and record.state is CardState.POSTED:
            return await self._update_stale_card(case, department, record)
        if record.reminded and _is_reminder_outdated(record.reminded, case, department):
            return await self._update_reminder(case, record, record.reminded)
        if asked := await self._find_claim_request(case):
            return await self._answer_claim_request(case, department, asked)
        return await self._deliver_by_state(case, department, record, pending)

    async def _find_claim_request(self, case: Case) -> MessageRef | None:
        """Return a message that asks for an owner and is out of date: the case is claimed, or has moved."""
        if case.status is CaseStatus.NEW and not case.round:
            return None
        requests = await self._outbox.load_claim_requests(case.id)
        is_owned = case.status is not CaseStatus.NEW
        return next((ref for ref, department in requests.items() if is_owned or department != case.department), None)

    async def _answer_claim_request(self, case: Case, department: Department, asked: MessageRef) -> bool:
        """Update a message that asked for an owner, so that it says who has the case."""
        is_claimed = case.status is CaseStatus.CLAIMED
        outcome = case_messages.render_reminder_outcome
        drawing = case_messages.render_claimed(case, department) if is_claimed else outcome(case)
        await self._update_if_there(asked, drawing)
        await self._outbox.forget_claim_request(case.id, asked)
        return True

    async def _update_if_there(self, ref: MessageRef, drawing: RenderedMessage) -> None:
        """Update a message beside the card; one that was deleted can mislead nobody."""
        await self._limiter.acquire_update(ref.channel)
        with suppress(SlackRejectedError):
            await self._limiter.update_message(ref.channel, ref.ts, drawing)

    async def _deliver_by_state(
        self, case: Case, department: Department, record: CardRecord, pending: Notification
    ) -> bool:
        if record.state is CardState.LISTED:
            return await self._deliver_listed_case(case, department, record, pending)
        if record.state is CardState.POSTED:
            return await self._refresh_posted_card(case, department, record, pending)
        if record.state is CardState.POSTING and record.digest:
            digest = await self._store.digests.load(record.digest)
            if digest is not None and not digest.ts:  # the digest was being posted, not a card of its own
                return await self._digests.retry_digest(digest, record)
        self._poster.check_late_retry(record)
        return await self._post_card(case, department, record, pending)

    async def _refresh_posted_card(
        self, case: Case, department: Department, record: CardRecord, pending: Notification
    ) -> bool:
        if department.channel and record.channel != department.channel:
            stale = (MessageRef(record.channel, record.ts),)
            moved = record.copy_with(state=CardState.NONE, channel="", ts="", stale=stale)
            return await self._post_card(case, department, moved, pending)
        page, author = await self._load_page(case), await self._load_author(case)
        is_drawn = record.drawn >= case.version and record.page == (page.version if page else 0)
        if is_drawn and record.others == author.shown_key:
            await self._outbox.record_rendered_card(case.id, record, pending, self._poster.clock.now(), page)
            return False
        await self._limiter.acquire_update(record.channel)
        return await self._update_card(case, department, record, pending)

    async def _update_card(self, case: Case, department: Department, record: CardRecord, pending: Notification) -> bool:
        page, author = await self._load_page(case), await self._load_author(case)
        drawing = case_card.render_case(case, department, self._poster.clock.now(), page, author)
        try:
            await self._limiter.update_message(record.channel, record.ts, drawing)
        except SlackRejectedError as no:
            if no.is_message_gone:  # somebody deleted the card: the case needs another
                await self._outbox.save_card(case.id, CardRecord(digest=record.digest))
                return True
            if not no.is_block_error:
                raise await self._poster.handle_refusal(department, record.channel, no) from no
            fallback = render_case_fallback(case, department, self._poster.clock.now())
            await self._limiter.update_message(record.channel, record.ts, fallback)
        await self._record_rendered_card(case, record.copy_with(others=author.shown_key), pending, page)
        return True

    async def refresh_person_cards(self, pending: Notification) -> bool:
        """Ask for the other cards of a person to be drawn again. Calls nobody itself."""
        at = self._poster.clock.now()
        case = (await self._store.cases.find([pending.subject_id])).get(pending.subject_id)
        for other in await self._store.persons.list_open_cases(case, at) if case else ():
            await self._outbox.add(Notification.draw_card(other.id, other.department), at)
        await self._outbox.mark_delivered(pending)
        return False

    async def _load_page(self, case: Case) -> Page | None:
        return await self._store.pages.find_for_case(case)

    async def _load_author(self, case: Case) -> AuthorContext:
        find_name = self._points.find_display_name if self._points else None
        return await self._store.persons.load_context(case, self._poster.clock.now(), find_name)

    async def _post_card(self, case: Case, department: Department, record: CardRecord, pending: Notification) -> bool:
        if not department.channel:
            raise await self._poster.handle_lost_department(department)
        if found := await self._poster.find_lost_message(department.channel, case.id, record):
            await self._outbox.save_card(case.id, found)
            return True
        page, author, at = await self._load_page(case), await self._load_author(case), self._poster.clock.now()
        save_card = partial(self._outbox.save_card, case.id)
        render_fallback = partial(render_case_fallback, case, department, at)
        drawing = case_card.render_case(case, department, at, page, author)
        traced = case.id if TRACES.is_on and record.is_first else ""
        posted = await self._poster.post_to_department(
            department, drawing, case.id, record, save_card, render_fallback, traced
        )
        posted = posted.copy_with(others=author.shown_key)
        if posted.stale:  # the old card has still to be updated: the notification stays for that
            await self._outbox.save_card(case.id, _copy_with_versions(posted, case, page))
        else:
            await self._record_rendered_card(case, posted, pending, page)
        if traced:
            TRACES.record_span(traced, SpanName.DELIVER, at, self._poster.clock.now(), department=case.department)
        return True

    async def _record_rendered_card(
        self, case: Case, record: CardRecord, pending: Notification, page: Page | None
    ) -> None:
        drawn, first_of = _copy_with_versions(record, case, page), None if record.drawn else case
        await self._outbox.record_rendered_card(case.id, drawn, pending, self._poster.clock.now(), page, first_of)
        if record.digest:
            await self._enqueue_digest_update(record.digest, case.department)

    async def _deliver_listed_case(
        self, case: Case, department: Department, record: CardRecord, pending: Notification
    ) -> bool:
        """Keep an unclaimed case as a line of its digest; post a card of its own once it is claimed from its line."""
        digest = await self._store.digests.load(record.digest)
        is_over = case.resolution in {CaseResolution.ANSWERED_OUTSIDE, CaseResolution.EXPIRED}
        is_listed = case.status is CaseStatus.NEW or is_over or case.mention.is_forgotten or case.from_list
        if digest is not None and is_listed and digest.department == case.department:
            if case.status is CaseStatus.NEW and digest.total:  # it was claimed, and is back
                await self._store.digests.add_hidden(digest, [case], self._poster.clock.now())
            await self._enqueue_digest_update(digest.id, digest.department)
            drawn = record.copy_with(drawn=case.version)
            await self._outbox.record_rendered_card(case.id, drawn, pending, self._poster.clock.now())
            return False
        return await self._post_card(case, department, record.copy_with(state=CardState.NONE), pending)

    async def _enqueue_digest_update(self, digest_id: str, department: str) -> None:
        await self._outbox.add(Notification.draw_digest(digest_id, department), self._poster.clock.now())

    async def _update_stale_card(self, case: Case, department: Department, record: CardRecord) -> bool:
        """Update the card in a channel that the case has left, so that it says where the case went."""
        await self._update_if_there(record.stale[0], case_card.render_moved_notice(case, department.name))
        await self._outbox.record_moved_notice(case.id, record)
        return True

    async def _update_reminder(self, case: Case, record: CardRecord, reminded: MessageRef) -> bool:
        """Update the reminder in the channel, so that it says who has the case."""
        await self._update_if_there(reminded, case_messages.render_reminder_outcome(case))
        await self._outbox.save_card(case.id, record.copy_with(reminded=None))
        return True


def _is_reminder_outdated(reminded: MessageRef, case: Case, department: Department) -> bool:
    """Return whether the case is claimed, closed or in another channel by now."""
    moved = department.channel and reminded.channel != department.channel
    return case.status is not CaseStatus.NEW or bool(moved)


def _copy_with_versions(record: CardRecord, case: Case, page: Page | None) -> CardRecord:
    """Return the record with the versions that its card shows."""
    return record.copy_with(drawn=case.version, page=page.version if page else 0)
