"""The roll-up of a person: posted once a day, edited in place while cases come and go."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from bot.cards import roll_ups as cards
from bot.cards.author_history import format_caution
from bot.cards.block_kit import RenderedMessage, build_message_link
from bot.cards.follow_ups import render_follow_up, render_follow_up_end, render_follow_ups, render_old_follow_ups
from bot.domain.case import Case
from bot.domain.cases.roll_ups import RollUp, RollUpTopic, call_by_roll_up, get_roll_up_day
from bot.domain.destination import ToChannel, ToPerson
from bot.domain.oncall.on_call import OnCallLookup
from bot.domain.outbox import Notification
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.sinks.delivery_errors import SlackRejectedError
from bot.store.decision_writer import to_ms
from bot.store.message_records import CardRecord, CardState, MessageRef, RollUpRecord
from bot.store.record_reader import UnreadableRecordError
from bot.store.roll_ups import StoredRollUp, WaitingCases
from bot.workers.delivery.poster import MessagePoster
from bot.workers.delivery.rate_limiter import SendDeferredError

EDIT_INTERVAL = timedelta(seconds=10)
"""Between two edits: of a hundred claims in a minute, one sees six steps."""


class RollUpDelivery:
    def __init__(self, poster: MessagePoster, rules: PlaybookRules, on_call: OnCallLookup) -> None:
        self._poster = poster
        self._store = poster.store
        self._rules = rules
        self._on_call = on_call

    async def convert_call(self, pending: Notification) -> bool:
        """Turn the call of an earlier release, for one case, into the roll-up."""
        case = (await self._store.cases.find([pending.subject_id])).get(pending.subject_id)
        if self._store.cases.is_unreadable(pending.subject_id):
            raise UnreadableRecordError("case")
        department, at = case.department if case else "", self._poster.clock.now()
        day = get_roll_up_day(get_department_or_lost(self._rules, department), at)
        assert isinstance(pending.to, ToPerson | ToChannel)
        call = call_by_roll_up(RollUp(department, pending.to), day, pending.priority)
        await self._store.roll_ups.convert_call(pending, case, call, at)
        return False

    async def deliver_roll_up(self, pending: Notification) -> bool:
        """Return whether Slack was called. Raises `SendDeferredError` or `UnreadableRecordError`.

        The notification stays until what is shown is what is stored, so that nothing is lost in a crash.
        """
        assert isinstance(pending.to, ToPerson | ToChannel)
        roll_up = RollUp(pending.subject_id, pending.to, RollUpTopic(pending.kind))
        stored = await self._store.roll_ups.load(roll_up)
        card = stored.record.card
        if card.state is CardState.POSTED and card.stale:
            return await self._update_stale(roll_up, stored.record)
        if card.state is CardState.POSTING:
            self._poster.check_late_retry(card)
            if found := await self._poster.find_lost_message(pending.to.id, pending.key, card):
                await self._store.roll_ups.save(roll_up, stored.record.copy_with(card=found, shown=""))
                return True
        is_new_day = pending.nth > stored.record.day
        if stored.record.is_open and not is_new_day and self._is_just_shown(stored.record):
            raise SendDeferredError
        waiting = await self._store.roll_ups.load_waiting(roll_up, cards.MOST_CASES)
        if stored.record.is_open and card.state is CardState.POSTED and not (is_new_day and waiting.total):
            return await self._edit(roll_up, stored, waiting, pending)
        if waiting.total and (pending.nth or card.state is CardState.POSTING):
            return await self._post(roll_up, stored.record, waiting, pending)
        if card.stale:
            return await self._update_stale(roll_up, stored.record)
        shown = stored.record if card.state is CardState.POSTED else RollUpRecord(day=stored.record.day)
        await self._store.roll_ups.record_shown(roll_up, shown, stored.version, pending)
        return False

    def _is_just_shown(self, record: RollUpRecord) -> bool:
        since = to_ms(self._poster.clock.now()) - record.shown_at
        return record.card.state is CardState.POSTED and 0 <= since < EDIT_INTERVAL.total_seconds() * 1000

    async def _post(self, roll_up: RollUp, record: RollUpRecord, waiting: WaitingCases, pending: Notification) -> bool:
        at = self._poster.clock.now()
        old = record.card
        if old.state is CardState.POSTED:  # of an earlier day, or closed
            old = CardRecord(stale=(MessageRef(old.channel, old.ts),) if record.is_open else ())
        department = get_department_or_lost(self._rules, roll_up.department)
        day = max(pending.nth, get_roll_up_day(department, at))
        begun = _describe(record, waiting, at).copy_with(day=day, is_open=True, card=old)
        try:
            drawing = await self._render(roll_up, waiting, at)
            save = self._build_saver(roll_up, begun)
            await self._poster.post_once(pending.to.id, drawing, pending.key, old, save)
        except SlackRejectedError as no:  # a person who left, or a channel that is gone: a retry would help nobody
            await self._store.outbox.mark_delivered(pending)
            await self._poster.report_unwritable(pending.to, no.error)
            return True
        await self._store.health_issues.save_issue(f"to:{pending.to}", "")
        return True

    def _build_saver(
        self, roll_up: RollUp, begun: RollUpRecord
    ) -> Callable[[CardRecord, CardRecord | None], Awaitable[None]]:
        async def save(card: CardRecord, before: CardRecord | None) -> None:
            expected = begun.copy_with(card=before) if before is not None else None
            await self._store.roll_ups.save(roll_up, begun.copy_with(card=card), expected)

        return save

    async def _edit(self, roll_up: RollUp, stored: StoredRollUp, waiting: WaitingCases, pending: Notification) -> bool:
        at, record = self._poster.clock.now(), stored.record
        shown = _describe(record, waiting, at)
        if shown.shown == record.shown:
            await self._store.roll_ups.record_shown(roll_up, record, stored.version, pending)
            return False
        if waiting.total:
            drawing = await self._render(roll_up, waiting, at)
        else:
            drawing, shown = await self._render_end(roll_up, record), shown.copy_with(is_open=False, case=record.case)
        await self._poster.limiter.acquire_update(record.card.channel)
        try:
            await self._poster.limiter.update_message(record.card.channel, record.card.ts, drawing)
        except SlackRejectedError as no:  # deleted: the next call posts another
            if no.is_block_error:
                raise
            shown = RollUpRecord()
        await self._store.roll_ups.record_shown(roll_up, shown, stored.version, pending)
        return True

    async def _update_stale(self, roll_up: RollUp, record: RollUpRecord) -> bool:
        """Edit yesterday's message, so that one message alone says what waits."""
        [old, *rest] = record.card.stale
        await self._poster.limiter.acquire_update(old.channel)
        is_follow_up = roll_up.topic is RollUpTopic.FOLLOW_UPS
        drawing = render_old_follow_ups() if is_follow_up else cards.render_old_roll_up()
        with suppress(SlackRejectedError):  # deleted
            await self._poster.limiter.update_message(old.channel, old.ts, drawing)
        await self._store.roll_ups.save(roll_up, record.copy_with(card=record.card.copy_with(stale=tuple(rest))))
        return True

    async def _render(self, roll_up: RollUp, waiting: WaitingCases, at: datetime) -> RenderedMessage:
        department = get_department_or_lost(self._rules, roll_up.department)
        case, link = None, ""
        if waiting.total == 1 and waiting.cases:
            [case] = waiting.cases
            place = (await self._store.roll_ups.find_cards([case.id])).get(case.id, MessageRef("", ""))
            link = build_message_link(*place)
        if roll_up.topic is RollUpTopic.FOLLOW_UPS:
            if case:
                return render_follow_up(case, link)
            return render_follow_ups(roll_up, waiting.cases, waiting.total, department)
        on_call = await self._on_call.find_on_call(roll_up.department, at)
        if case is not None:
            author = await self._store.persons.load_context(case, at)
            caution = format_caution(case, department, author, at, roll_up.to.id)
            return cards.render_case_call(case, department, on_call, roll_up.to, at, link, caution)
        assert waiting.oldest is not None
        return cards.render_roll_up(roll_up, waiting.total, waiting.oldest, department, on_call, at)

    async def _render_end(self, roll_up: RollUp, record: RollUpRecord) -> RenderedMessage:
        department = get_department_or_lost(self._rules, roll_up.department)
        case: Case | None = (await self._store.cases.find([record.case])).get(record.case) if record.case else None
        if roll_up.topic is RollUpTopic.FOLLOW_UPS:
            return render_follow_up_end(department, case)
        return cards.render_roll_up_end(department, case)


def _describe(record: RollUpRecord, waiting: WaitingCases, at: datetime) -> RollUpRecord:
    """Return the record of a message that shows these cases."""
    alone = waiting.cases[0] if waiting.total == 1 and waiting.cases else None
    case, words = (alone.id, _name_wording(alone)) if alone else ("", "")
    oldest = waiting.oldest.isoformat() if waiting.oldest else ""
    return record.copy_with(shown=f"{waiting.total} {oldest} {case}{words}", shown_at=to_ms(at), case=case)


def _name_wording(case: Case) -> str:
    """Return '' for the first wording, so that what earlier releases recorded stays valid."""
    if case.mention.is_forgotten:
        return " deleted"
    mood = f" {case.follow_up.wrote_later}" if case.follow_up and case.follow_up.wrote_later else ""
    return f" v{case.mention.version}{mood}" if case.mention.version else mood
