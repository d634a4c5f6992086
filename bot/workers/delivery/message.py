"""Everything that is said to people beside the cards: reminders, calls, nudges."""

from collections.abc import Awaitable, Callable
from datetime import datetime

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
from bot.workers.delivery import crises as delivery_crises
from bot.workers.delivery import drills, health, oncall, shift_summary
from bot.workers.delivery.crises import CrisisDelivery
from bot.workers.delivery.drills import DrillMessages
from bot.workers.delivery.health import HealthMessages
from bot.workers.delivery.oncall import OnCallMessages
from bot.workers.delivery.poster import MessagePoster
from bot.workers.delivery.shift_summary import ShiftSummaryMessages

MessageRenderer = Callable[[Notification], Awaitable[tuple[RenderedMessage | None, Department]]]
"""What is to be said, or nothing where it is no longer true; and whose it is."""


class MessageDelivery:
    def __init__(self, poster: MessagePoster, rules: PlaybookRules, rota: GapLookup, crises: CrisisDelivery) -> None:
        self._on_call = rota
        shifts = OnCallMessages(poster.store.overrides, rules, rota, poster.clock)
        drilled = DrillMessages(poster.store, rules)
        self._renderers: dict[NotificationKind, MessageRenderer] = {
            **dict.fromkeys(oncall.KINDS, shifts.render_on_call_message),
            **dict.fromkeys(drills.KINDS, drilled.render_drill_message),
            **dict.fromkeys(
                shift_summary.KINDS,
                ShiftSummaryMessages(poster.store, rules, rota, poster.clock).render_summary_message,
            ),
            **dict.fromkeys(delivery_crises.KINDS, crises.render_crisis_message),
            **dict.fromkeys(health.KINDS, HealthMessages(poster.store, rules).render_health_message),
        }
        self._poster = poster
        self._outbox = poster.store.outbox
        self._rules = rules

    async def deliver_message(self, pending: Notification) -> bool:
        """Says whether Slack was called. Raises `SendDeferredError`. What is no longer true is not said."""
        drawing, department = await self._renderers.get(pending.kind, self._render_case_message)(pending)
        channel = department.channel if isinstance(pending.to, ToDepartment) else pending.to.id
        record = await self._outbox.load_message(pending)
        if record.state is CardState.POSTED:  # by who lost the lease before that was noted
            await self._finish_delivery(pending, record)
            return False
        if drawing is None or not channel or record.tries > 1:
            await self._outbox.mark_message_sent(pending)
            return False
        self._poster.check_late_retry(record)
        if there := await self._poster.find_lost_message(channel, pending.key, record):
            await self._mark_delivered(pending, there)
            return True

        async def save_record(changed: CardRecord, before: CardRecord | None) -> None:
            await self._outbox.save_message(pending, changed, before)

        def render_fallback() -> RenderedMessage:
            return RenderedMessage(drawing.text, [])

        try:
            posted = await self._poster.post_once(channel, drawing, pending.key, record, save_record, render_fallback)
        except SlackRejectedError as no:
            if not isinstance(
                pending.to, ToDepartment
            ):  # a person who left, a fallback that is gone: nobody is helped by trying again
                await self._outbox.mark_message_sent(pending)
                await self._poster.store.health_issues.save_issue(
                    f"to:{pending.to}", f"{pending.to} cannot be written to ({no.error})."
                )
                return True
            raise await self._poster.handle_refusal(department, channel, no) from no
        await self._finish_delivery(pending, posted)
        await self._poster.store.health_issues.save_issue(f"to:{pending.to}", "")
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
        """What was said of a case whose words are to be forgotten, one message at a time. Raises
        `SendDeferredError`.
        """
        places = await self._outbox.list_messages(pending.subject_id)
        if not places:
            await self._outbox.mark_delivered(pending)
            return False
        await self._poster.limiter.acquire_update(places[0].channel)
        await self._poster.limiter.delete_message(places[0].channel, places[0].ts)
        await self._outbox.forget_message(pending.subject_id, places[0])
        return True

    async def _record_reminder(self, pending: Notification, place: MessageRef) -> None:
        """So that it can be taken back. The card is owed once more, for whoever claimed the case this very moment."""
        card = (await self._outbox.load_cards([pending.subject_id]))[pending.subject_id]
        if card.state is CardState.POSTED:  # the reminder of a list is of all its cases
            await self._outbox.save_card(pending.subject_id, card.copy_with(reminded=place))
            again = Notification.draw_card(pending.subject_id, str(pending.to))
            await self._outbox.add(again, self._poster.clock.now())

    async def _record_claim_request(self, pending: Notification, place: MessageRef) -> None:
        """The same of who was called; each has a destination of its own, so that several end side by side."""
        case = (await self._poster.store.cases.find([pending.subject_id])).get(pending.subject_id)
        if case is not None:
            await self._outbox.add_claim_request(case.id, place, case.department)
            again = Notification.draw_card(case.id, case.department)
            await self._outbox.add(again, self._poster.clock.now())

    async def _render_case_message(self, pending: Notification) -> tuple[RenderedMessage | None, Department]:
        if pending.kind is NotificationKind.TROUBLE:
            return await self._render_channel_issue(get_department_or_lost(self._rules, pending.subject_id), pending)
        found = await self._poster.store.cases.find([pending.subject_id])
        if self._poster.store.cases.is_unreadable(pending.subject_id):
            raise UnreadableRecordError("case")
        if not found:
            return None, Department(name="", channel="")
        case = found[pending.subject_id]
        if isinstance(pending.to, ToDepartment) and pending.to.id != case.department:
            return None, Department(name="", channel="")  # handed over: its own clock runs in the other channel
        department = get_department_or_lost(self._rules, case.department)
        card = (await self._outbox.load_cards([case.id]))[case.id]
        if pending.kind is NotificationKind.REMINDER and card.state in {CardState.NONE, CardState.POSTING}:
            return None, department  # Slack was away: who has not seen the card needs no reminder of it
        if card.state is CardState.LISTED and pending.kind in {NotificationKind.REMINDER, NotificationKind.CALL}:
            return await self._render_digest_message(pending, card.digest, department), department
        at = self._poster.clock.now()
        duty = await self._find_on_call_if_asked(pending, department)
        return render_message(pending, case, department, duty, build_card_link(card), at), department

    async def _find_on_call_if_asked(self, pending: Notification, department: Department) -> OnCallSnapshot:
        """Only a call says who is on call."""
        if pending.kind is not NotificationKind.CALL:
            return OnCallSnapshot()
        return await self._on_call.find_on_call(department.name, self._poster.clock.now())

    async def _render_digest_message(
        self, pending: Notification, digest: str, department: Department
    ) -> RenderedMessage | None:
        """One word for all cases that wait on a digest, said for the first of them: a storm is no row of calls."""
        record = await self._poster.store.digests.load(digest)
        if record is None:
            return None
        found = await self._poster.store.cases.find(record.cases)
        waiting = [case for case in record.cases if case in found and found[case].status is CaseStatus.NEW]
        if not waiting or waiting[0] != pending.subject_id:
            return None
        link = build_card_link(CardRecord(state=CardState.POSTED, channel=record.channel, ts=record.ts))
        if pending.kind is NotificationKind.REMINDER:
            paged = all(found[case].is_confirmed_crisis for case in waiting)
            return case_messages.render_digest_reminder(len(waiting), department, link, paged=paged)
        return case_messages.render_digest_call(
            len(waiting), department, await self._find_on_call_if_asked(pending, department), pending.to, link
        )

    async def _render_channel_issue(
        self, department: Department, pending: Notification
    ) -> tuple[RenderedMessage | None, Department]:
        sentence = (await self._poster.store.health_issues.load_issues()).get(f"channel:{pending.subject_id}", "")
        return (
            case_messages.render_channel_error(department.name, department.channel, sentence) if sentence else None
        ), department


def build_card_link(card: CardRecord) -> str:
    """Opens the card in whichever Slack the reader has; empty where there is no card yet."""
    if card.state is not CardState.POSTED:
        return ""
    return f"https://slack.com/app_redirect?channel={card.channel}&message_ts={card.ts}"


def render_message(
    pending: Notification, case: Case, department: Department, duty: OnCallSnapshot, link: str, at: datetime
) -> RenderedMessage | None:
    """None where what was owed is no longer true: a claimed case reminds nobody that it is unclaimed."""
    waits = case.status is CaseStatus.NEW
    hers = case.status is CaseStatus.CLAIMED and pending.to == ToPerson(case.owner)
    drawings: dict[NotificationKind, tuple[bool, Callable[[], RenderedMessage]]] = {
        NotificationKind.REMINDER: (waits, lambda: case_messages.render_claim_reminder(case, department, at, link)),
        NotificationKind.CALL: (
            waits,
            lambda: case_messages.render_on_call_notice(case, department, duty, pending.to, at, link),
        ),
        NotificationKind.CONFIRM: (
            waits and case.is_unconfirmed_crisis,
            lambda: case_messages.render_confirm_request(case, department, link),
        ),
        NotificationKind.LEASE: (hers, lambda: case_messages.render_lease_reminder(case, department, link)),
        NotificationKind.RELEASED: (not hers, lambda: case_messages.render_lost_claim(case, department, link)),
        NotificationKind.JOINED: (
            waits or hers,
            lambda: (
                case_messages.render_reopened_notice(case, department, link)
                if waits
                else case_messages.render_joined_notice(case, link)
            ),
        ),
        NotificationKind.HANDED: (hers, lambda: case_messages.render_handed_over(case, link)),
    }
    true, draw = drawings[pending.kind]
    return draw() if true else None
