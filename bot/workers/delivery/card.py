"""The card of a case: posted once, edited in place, followed when its case moves to another channel."""

from contextlib import suppress

from bot.cards import case as case_card
from bot.cards import case_fallback, case_messages
from bot.cards.block_kit import RenderedMessage
from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department
from bot.domain.destination import ToDepartment
from bot.domain.outbox import Notification
from bot.domain.paging.page import Page
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.sinks.delivery_errors import SlackRejectedError
from bot.store.message_records import CardRecord, CardState, MessageRef
from bot.store.record_reader import UnreadableRecordError
from bot.workers.delivery.digests import DigestDelivery
from bot.workers.delivery.poster import MessagePoster


class CardDelivery:
    def __init__(self, poster: MessagePoster, digests: DigestDelivery, rules: PlaybookRules) -> None:
        self._poster = poster
        self._digests = digests
        self._outbox = poster.store.outbox
        self._rules = rules

    async def deliver_card(self, pending: Notification) -> bool:
        """Says whether Slack was called. Raises `SendDeferredError`, `UnreadableRecordError`."""
        found = await self._poster.store.cases.find([pending.subject_id])
        case = found.get(pending.subject_id)
        if case is None and self._poster.store.cases.is_unreadable(pending.subject_id):
            raise UnreadableRecordError("case")
        if case is None or pending.to != ToDepartment(case.department):
            await self._outbox.mark_delivered(
                pending
            )  # gone, or handed over: the department that has it now is owed its card
            return False
        department = get_department_or_lost(self._rules, case.department)
        record = await self._outbox.load_card(case.id)
        if record.stale and record.state is CardState.POSTED:
            return await self._update_stale_card(case, department, record)
        if record.reminded and _is_reminder_outdated(record.reminded, case, department):
            return await self._update_reminder(case, record, record.reminded)
        if asked := await self._find_claim_request(case):
            return await self._answer_claim_request(case, department, asked)
        return await self._deliver_by_state(case, department, record, pending)

    async def _find_claim_request(self, case: Case) -> MessageRef | None:
        """Where somebody reads that nobody has this case, or that another department has it. A new one asked nobody."""
        if case.status is CaseStatus.NEW and not case.round:
            return None
        asked = await self._outbox.load_claim_requests(case.id)
        here = (place for place, to in asked.items() if case.status is not CaseStatus.NEW or to != case.department)
        return next(here, None)

    async def _answer_claim_request(self, case: Case, department: Department, asked: MessageRef) -> bool:
        """Whoever was asked to take it reads who has it, in the words of the one who took it from such a message."""
        claimed = case.status is CaseStatus.CLAIMED
        await self._poster.limiter.acquire_update(asked.channel)
        with suppress(SlackRejectedError):  # it was deleted
            drawing = (
                case_messages.render_claimed(case, department)
                if claimed
                else case_messages.render_reminder_outcome(case)
            )
            await self._poster.limiter.update_message(asked.channel, asked.ts, drawing)
        await self._outbox.forget_claim_request(case.id, asked)
        return True

    async def _deliver_by_state(
        self, case: Case, department: Department, record: CardRecord, pending: Notification
    ) -> bool:
        if record.state is CardState.LISTED:
            return await self._deliver_listed_case(case, department, record, pending)
        if record.state is CardState.POSTED:
            return await self._refresh_posted_card(case, department, record, pending)
        if record.state is CardState.POSTING and record.digest:
            digest = await self._poster.store.digests.load(record.digest)
            if digest is not None and not digest.ts:  # the digest is what was being posted, not a card beside it
                return await self._digests.retry_digest(digest, record)
        self._poster.check_late_retry(record)
        return await self._post_card(case, department, record, pending)

    async def _refresh_posted_card(
        self, case: Case, department: Department, record: CardRecord, pending: Notification
    ) -> bool:
        if department.channel and record.channel != department.channel:
            left = MessageRef(record.channel, record.ts)
            moved = record.copy_with(state=CardState.NONE, channel="", ts="", stale=(left,))
            return await self._post_card(case, department, moved, pending)
        page = await self._load_page(case)
        if record.drawn >= case.version and record.page == (page.version if page else 0):
            await self._outbox.record_rendered_card(case.id, record, pending, self._poster.clock.now(), page)
            return False
        await self._poster.limiter.acquire_update(record.channel)
        return await self._update_card(case, department, record, pending)

    async def _update_card(self, case: Case, department: Department, record: CardRecord, pending: Notification) -> bool:
        page = await self._load_page(case)
        drawing = case_card.render_case(case, department, self._poster.clock.now(), page)
        try:
            await self._poster.limiter.update_message(record.channel, record.ts, drawing)
        except SlackRejectedError as no:
            if no.is_message_gone:  # somebody deleted the card: the case needs another
                await self._outbox.save_card(case.id, CardRecord(digest=record.digest))
                return True
            if not no.is_block_error:
                raise await self._poster.handle_refusal(department, record.channel, no) from no
            await self._poster.limiter.update_message(
                record.channel,
                record.ts,
                case_fallback.render_case_fallback(case, department, self._poster.clock.now()),
            )
        await self._record_rendered_card(case, record, pending, page)
        return True

    async def _load_page(self, case: Case) -> Page | None:
        return await self._poster.store.pages.find_for_case(case)

    async def _post_card(self, case: Case, department: Department, record: CardRecord, pending: Notification) -> bool:
        if not department.channel:
            raise await self._poster.handle_lost_department(department)
        page = await self._load_page(case)
        drawing = case_card.render_case(case, department, self._poster.clock.now(), page)

        async def save_record(changed: CardRecord, before: CardRecord | None) -> None:
            await self._outbox.save_card(case.id, changed, before)

        def render_fallback() -> RenderedMessage:
            return case_fallback.render_case_fallback(case, department, self._poster.clock.now())

        if found := await self._poster.find_lost_message(department.channel, case.id, record):
            await self._outbox.save_card(case.id, found)
            return True
        try:
            posted = await self._poster.post_once(
                department.channel, drawing, case.id, record, save_record, render_fallback
            )
        except SlackRejectedError as no:
            raise await self._poster.handle_refusal(department, department.channel, no) from no
        await self._poster.clear_channel_issue(department)
        if posted.stale:  # the old card is still to point on: the notification stays for that
            shown = posted.copy_with(drawn=case.version, page=page.version if page else 0)
            await self._outbox.save_card(case.id, shown)
        else:
            await self._record_rendered_card(case, posted, pending, page)
        return True

    async def _record_rendered_card(
        self, case: Case, record: CardRecord, pending: Notification, page: Page | None
    ) -> None:
        at = self._poster.clock.now()
        shown = record.copy_with(drawn=case.version, page=page.version if page else 0)
        await self._outbox.record_rendered_card(case.id, shown, pending, at, page)
        if record.digest:
            await self._enqueue_digest_update(record.digest, case.department)

    async def _deliver_listed_case(
        self, case: Case, department: Department, record: CardRecord, pending: Notification
    ) -> bool:
        """While nobody has it, a case on a digest is a line of it; once somebody has, it gets a card of its own."""
        digest = await self._poster.store.digests.load(record.digest)
        on_it = case.status is CaseStatus.NEW or case.mention.is_forgotten  # which is worth no card of its own
        if digest is not None and on_it and digest.department == case.department:
            await self._enqueue_digest_update(digest.id, digest.department)
            drawn = record.copy_with(drawn=case.version)
            await self._outbox.record_rendered_card(case.id, drawn, pending, self._poster.clock.now())
            return False
        return await self._post_card(case, department, record.copy_with(state=CardState.NONE), pending)

    async def _enqueue_digest_update(self, digest_id: str, department: str) -> None:
        redraw = Notification.draw_digest(digest_id, department)
        await self._outbox.add(redraw, self._poster.clock.now())

    async def _update_stale_card(self, case: Case, department: Department, record: CardRecord) -> bool:
        """The card in a channel that the case has left says where it went."""
        place = record.stale[0]
        await self._poster.limiter.acquire_update(place.channel)
        with suppress(SlackRejectedError):  # that card, or its channel, is gone: nothing is left that could mislead
            await self._poster.limiter.update_message(
                place.channel, place.ts, case_card.render_moved_notice(case, department.name)
            )
        await self._outbox.save_card(case.id, record.copy_with(stale=record.stale[1:]))
        return True

    async def _update_reminder(self, case: Case, record: CardRecord, reminded: MessageRef) -> bool:
        """The reminder in the channel says who has the case now, instead of that nobody has it."""
        await self._poster.limiter.acquire_update(reminded.channel)
        with suppress(SlackRejectedError):  # somebody deleted it
            await self._poster.limiter.update_message(
                reminded.channel, reminded.ts, case_messages.render_reminder_outcome(case)
            )
        await self._outbox.save_card(case.id, record.copy_with(reminded=None))
        return True


def _is_reminder_outdated(reminded: MessageRef, case: Case, department: Department) -> bool:
    """It asks for somebody to take a case that somebody has, or that another department has."""
    moved = department.channel and reminded.channel != department.channel
    return case.status is not CaseStatus.NEW or bool(moved)
