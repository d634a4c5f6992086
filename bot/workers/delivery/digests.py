"""When a channel is more than a minute behind, new cases are posted as a digest: one card that lists them."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from bot.cards import case_messages
from bot.cards.digests import render_digest
from bot.cards.similar_posts import rank_similar_groups
from bot.domain.case import Case, CaseStatus
from bot.domain.destination import Destination, ToDepartment
from bot.domain.outbox import Notification, Priority
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.sinks.delivery_errors import SlackRejectedError
from bot.store.digests import WINDOW_SIZE, build_digest_id, build_listed_record, is_waiting, sort_by_urgency
from bot.store.message_records import CardRecord, CardState, DigestRecord, MessageRef
from bot.store.outbox import DestinationQueue
from bot.workers.delivery.poster import LATE_RETRY, MessagePoster
from bot.workers.delivery.rate_limiter import CHANNEL_INTERVAL, SendDeferredError

MAX_CASES = 20
"""Lines of one digest: each is a section with a button, and all together stay under Slack's 50 blocks."""
DIGEST_AFTER = LATE_RETRY
CARDS_A_MINUTE = int(DIGEST_AFTER / CHANNEL_INTERVAL)
CAUGHT_UP_AT = 3
"""Once behind, a channel gets digests until no more than this many new cards are pending."""
FLOOD_THRESHOLD = 60
"""Pending new cases from which one card stands for all of them: more than three lists are not read."""
FLOOD_BATCH = 200
"""Cases added to such a card in one step. A click waits for each of its parts, the longest of which takes 6 ms."""
FLOOD_LASTS = timedelta(minutes=10)
"""What comes in bursts so soon after a flood joins its card, so that an outage of hours has one message."""
MAX_SINGLE_CRISES = 10
"""A crisis has a card of its own; more than this many at once would hide one another and all other cards."""


class DigestDelivery:
    def __init__(self, poster: MessagePoster, rules: PlaybookRules) -> None:
        self._poster = poster
        self._outbox = poster.store.outbox
        self._rules = rules
        self._digests = poster.store.digests
        self._behind: set[Destination] = set()

    def choose_digest_priority(self, queue: DestinationQueue) -> Priority | None:
        """Return the priority whose cards should be posted to this destination as a digest, if any."""
        if not isinstance(queue.destination, ToDepartment):
            return None
        if queue.crisis > MAX_SINGLE_CRISES:
            return Priority.CRISIS
        at = self._poster.clock.now()
        new = [owed for owed in queue.head if owed.notification.priority is Priority.NEW]
        late = len(new) > CAUGHT_UP_AT and at - new[0].since > DIGEST_AFTER
        if queue.new > CARDS_A_MINUTE or late:
            self._behind.add(queue.destination)
        elif queue.new <= CAUGHT_UP_AT:
            self._behind.discard(queue.destination)
        return Priority.NEW if queue.destination in self._behind else None

    async def post_digest(self, queue: DestinationQueue, priority: Priority) -> bool:
        """Post the oldest pending cases on one card, each with those that say the same.

        Return whether Slack was called. Raises `SendDeferredError`.
        """
        to, waiting = queue.destination, queue.crisis if priority is Priority.CRISIS else queue.new
        assert isinstance(to, ToDepartment)
        flood = await self._digests.find_flood(to, priority, self._poster.clock.now(), FLOOD_LASTS)
        if flood is not None or waiting > FLOOD_THRESHOLD:
            return await self._post_flood(to, priority, waiting, flood)
        pending = await self._collect_unclaimed(to, priority, FLOOD_THRESHOLD)
        cases = _choose_shown(pending)
        if len(cases) < 2:
            return False
        ids = [case.id for case in cases]
        record = DigestRecord(id=build_digest_id(ids, self._poster.clock.now()), department=to.id, cases=tuple(ids))
        return await self._send_digest(record, cases, CardRecord(digest=record.id))

    async def _post_flood(
        self, to: ToDepartment, priority: Priority, waiting: int, record: DigestRecord | None
    ) -> bool:
        """Post one card for all pending cases with the most urgent of the oldest, then add the others to it."""
        at = self._poster.clock.now()
        cases = sort_by_urgency(await self._collect_unclaimed(to, priority, FLOOD_BATCH))
        if record is not None:
            await self._digests.note_flood(to, priority, record.id, at)
            added = await self._digests.add_hidden(record, cases, at)
            total = max(record.total, await self._digests.count(record))
            await self._digests.save(record.copy_with(total=total))
            await self._outbox.add(Notification.draw_digest(record.id, to.id), at)
            return bool(added)
        if len(cases) < 2:
            return False
        shown = _choose_shown(cases)
        ids = [case.id for case in shown]
        record = DigestRecord(id=build_digest_id(ids, at), department=to.id, cases=tuple(ids), total=waiting)
        await self._digests.note_flood(to, priority, record.id, at)
        return await self._send_digest(record, shown, CardRecord(digest=record.id))

    async def retry_digest(self, record: DigestRecord, card: CardRecord) -> bool:
        """Retry a digest whose answer was lost: the same digest, not a card for each of its cases."""
        self._poster.check_late_retry(card)
        cards = await self._outbox.load_cards(record.cases)
        waiting = tuple(case for case in record.cases if cards[case].digest == record.id)
        record = record.copy_with(cases=waiting)
        return await self._send_digest(record, await self._load_digest_cases(record), card)

    async def _send_digest(self, record: DigestRecord, cases: list[Case], card: CardRecord) -> bool:
        department = get_department_or_lost(self._rules, record.department)
        if not department.channel:
            raise await self._poster.handle_lost_department(department)
        at = self._poster.clock.now()
        drawing = render_digest(record.id, department, cases, at, record.total, record.total)

        async def save_record(changed: CardRecord, before: CardRecord | None) -> None:
            if changed.state is CardState.POSTED:
                listed = build_listed_record(record, at)
                await self._digests.save(_copy_with_location(record, changed), listed, before)
            else:
                begun = changed.state is CardState.POSTING
                await self._digests.save(record, changed if begun else CardRecord(), before)

        if found := await self._poster.find_lost_message(department.channel, record.id, card):
            await self._poster.clear_channel_issue(department)
        posted = found or await self._poster.post_to_department(department, drawing, record.id, card, save_record)
        placed = _copy_with_location(record, posted)
        await self._digests.record_posted(placed, cases, at)
        if found:  # it shows its cases as they were then
            await self._outbox.add(Notification.draw_digest(placed.id, placed.department), at)
        return True

    async def _load_digest_cases(self, record: DigestRecord) -> list[Case]:
        found = await self._poster.store.cases.find(record.cases)
        return [found[case] for case in record.cases if case in found]

    async def _collect_unclaimed(self, to: ToDepartment, priority: Priority, most: int) -> list[Case]:
        """Return the oldest unclaimed cases without a card; those whose answer was lost are retried by themselves."""
        waiting = await self._outbox.list_pending_cards(priority, to, most + MAX_CASES)
        ids = [owed.notification.subject_id for owed in waiting]
        records = await self._outbox.load_cards(ids)
        cases = await self._poster.store.cases.find(ids)
        return [
            case
            for case_id in ids
            if (case := cases.get(case_id)) is not None
            and case.status is CaseStatus.NEW
            and case.department == to.id
            and records[case.id].state is CardState.NONE
            and not records[case.id].stale
        ][:most]

    async def update_digest(self, pending: Notification) -> bool:
        """Draw a digest again, as its cases are now. Raises `SendDeferredError`.

        The notification is removed first, so that a change during the update asks for another one. After a crash in
        between, a line stays as it was until its next change.
        """
        record = await self._digests.load(pending.subject_id)
        if record is None or not record.ts:
            await self._outbox.mark_delivered(pending)
            return False
        if record.reply is not None and not await self._has_waiting(record):
            return await self._update_reply(record, record.reply)
        await self._poster.limiter.acquire_update(record.channel)
        await self._outbox.mark_delivered(pending)
        cases, unclaimed = await self._load_digest_cases(record), 0
        if record.total:
            cases, unclaimed = await self._refill_cases(record)
        department = get_department_or_lost(self._rules, record.department)
        drawing = render_digest(record.id, department, cases, self._poster.clock.now(), record.total, unclaimed)
        try:
            await self._poster.limiter.update_message(record.channel, record.ts, drawing)
        except SendDeferredError:
            await self._outbox.add(pending, self._poster.clock.now())
            raise
        except SlackRejectedError as no:
            if no.is_message_gone and record.total:  # it stands for more cases than it shows, so it is posted again
                await self._outbox.add(pending, self._poster.clock.now())
                shown = record.copy_with(cases=tuple(case.id for case in _choose_shown(cases)), channel="", ts="")
                return await self._send_digest(shown, cases, CardRecord(digest=record.id))
            if no.is_message_gone:
                await self._unlist_cases(record, cases)
            else:
                await self._poster.handle_refusal(department, record.channel, no)
        return True

    async def _has_waiting(self, record: DigestRecord) -> bool:
        cases = await self._load_digest_cases(record)
        shown = any(is_waiting(case, record.department) for case in cases)
        return shown or bool(await self._digests.list_hidden(record, 1))

    async def _update_reply(self, record: DigestRecord, reply: MessageRef) -> bool:
        """Update the reminder in the thread first; the digest itself is drawn in the next step."""
        await self._poster.limiter.acquire_update(reply.channel)
        with suppress(SlackRejectedError):  # deleted
            outcome = case_messages.render_digest_reminder_outcome()
            await self._poster.limiter.update_message(reply.channel, reply.ts, outcome)
        await self._digests.save(record.copy_with(reply=None))
        return True

    async def _refill_cases(self, record: DigestRecord) -> tuple[list[Case], int]:
        """Return the most urgent unclaimed cases, and how many it stands for.

        Of these cases the first are its own, and the others stay hidden.
        """
        ids = [*record.cases, *await self._digests.list_hidden(record, WINDOW_SIZE)]
        found = await self._poster.store.cases.find(ids)
        waiting = sort_by_urgency([case for case in found.values() if is_waiting(case, record.department)])
        shown = _choose_shown(waiting)
        own = {case.id for case in shown}
        hidden = [case for case in waiting if case.id not in own]
        gone = [case for case in ids if case not in {one.id for one in waiting}]
        await self._digests.update_shown(record, shown, hidden, gone)
        return waiting, await self._digests.count(record.copy_with(cases=tuple(case.id for case in shown)))

    async def _unlist_cases(self, record: DigestRecord, cases: list[Case]) -> None:
        """Handle a digest that was deleted in Slack: cases listed nowhere else need another card."""
        cards = await self._outbox.load_cards(record.cases)
        listed = (CardState.LISTED, record.id)
        only_here = [case for case in cases if (cards[case.id].state, cards[case.id].digest) == listed]
        await self._digests.record_deleted(record, only_here, self._poster.clock.now())


def _choose_shown(cases: Sequence[Case]) -> list[Case]:
    """Return the cases of the first lines: several that say the same are one line."""
    return [case for group in rank_similar_groups(cases)[:MAX_CASES] for case in group]


def _copy_with_location(record: DigestRecord, posted: CardRecord) -> DigestRecord:
    return record.copy_with(channel=posted.channel, ts=posted.ts)
