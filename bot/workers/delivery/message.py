"""Everything that is said to people beside the cards: reminders, calls, nudges."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.cards import messages
from bot.cards.drawing import Drawing
from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department
from bot.domain.destination import ToDepartment, ToPerson
from bot.domain.notification import Notification, NotificationKind
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.domain.schedules.duty import GapLookup, OnCallSnapshot
from bot.sinks.outcomes import Rejected
from bot.store.reading import UnreadableRecordError
from bot.store.records import CardRecord, CardState, MessageRef
from bot.workers.delivery import crisis, drills, morning, oncall, vigil
from bot.workers.delivery.crisis import CrisisDelivery
from bot.workers.delivery.drills import DrillMessages
from bot.workers.delivery.morning import MorningMessages
from bot.workers.delivery.oncall import OnCallMessages
from bot.workers.delivery.post import Poster
from bot.workers.delivery.vigil import VigilMessages

Draw = Callable[[Notification], Awaitable[tuple[Drawing | None, Department]]]
"""What is to be said, or nothing where it is no longer true; and whose it is."""


class MessageDelivery:
    def __init__(self, poster: Poster, rules: PlaybookRules, rota: GapLookup, crises: CrisisDelivery) -> None:
        self._rota = rota
        shifts = OnCallMessages(poster.store.overrides, rules, rota, poster.clock)
        drilled = DrillMessages(poster.store, rules)
        self._others: dict[NotificationKind, Draw] = {
            **dict.fromkeys(oncall.KINDS, shifts.drawing),
            **dict.fromkeys(drills.KINDS, drilled.drawing),
            **dict.fromkeys(morning.KINDS, MorningMessages(poster.store, rules, rota, poster.clock).drawing),
            **dict.fromkeys(crisis.KINDS, crises.drawing),
            **dict.fromkeys(vigil.KINDS, VigilMessages(poster.store, rules).drawing),
        }
        self._poster = poster
        self._outbox = poster.store.outbox
        self._rules = rules

    async def deliver(self, owed: Notification) -> bool:
        """Says whether Slack was called. Raises `Blocked`. What is no longer true is not said."""
        drawing, department = await self._others.get(owed.kind, self._drawing)(owed)
        channel = department.channel if isinstance(owed.to, ToDepartment) else owed.to.id
        record = await self._outbox.load_message(owed)
        if record.state is CardState.POSTED:  # by who lost the lease before that was noted
            await self._end(owed, record)
            return False
        if drawing is None or not channel or record.tries > 1:
            await self._outbox.mark_message_sent(owed)
            return False
        self._poster.wait_for_lost_answer(record)
        if there := await self._poster.found(channel, owed.key, record):
            await self._said(owed, there)
            return True

        async def save_record(changed: CardRecord, before: CardRecord | None) -> None:
            await self._outbox.save_message(owed, changed, before)

        def render_fallback() -> Drawing:
            return Drawing(drawing.text, [])

        try:
            posted = await self._poster.post(channel, drawing, owed.key, record, save_record, render_fallback)
        except Rejected as no:
            if not isinstance(
                owed.to, ToDepartment
            ):  # a person who left, a fallback that is gone: nobody is helped by trying again
                await self._outbox.mark_message_sent(owed)
                await self._poster.store.health_issues.save_issue(
                    f"to:{owed.to}", f"{owed.to} cannot be written to ({no.error})."
                )
                return True
            raise await self._poster.refused(department, channel, no) from no
        await self._end(owed, posted)
        await self._poster.store.health_issues.save_issue(f"to:{owed.to}", "")
        return True

    async def _end(self, owed: Notification, posted: CardRecord) -> None:
        if owed.kind is NotificationKind.REMINDER:
            await self._keep_place(owed, MessageRef(posted.channel, posted.ts))
        if owed.kind is NotificationKind.CALL:
            await self._keep_asked(owed, MessageRef(posted.channel, posted.ts))
        await self._said(owed, posted)

    async def _said(self, owed: Notification, record: CardRecord) -> None:
        of_a_case = owed.kind not in self._others and owed.kind is not NotificationKind.TROUBLE
        await self._outbox.mark_message_sent(owed, MessageRef(record.channel, record.ts) if of_a_case else None)

    async def take_back(self, owed: Notification) -> bool:
        """What was said of a case whose words are to be forgotten, one message at a time. Raises `Blocked`."""
        places = await self._outbox.list_messages(owed.subject_id)
        if not places:
            await self._outbox.mark_delivered(owed)
            return False
        await self._poster.gate.room_to_update(places[0].channel)
        await self._poster.gate.delete(places[0].channel, places[0].ts)
        await self._outbox.forget_message(owed.subject_id, places[0])
        return True

    async def _keep_place(self, owed: Notification, place: MessageRef) -> None:
        """So that it can be taken back. The card is owed once more, for whoever claimed the case this very moment."""
        card = (await self._outbox.load_cards([owed.subject_id]))[owed.subject_id]
        if card.state is CardState.POSTED:  # the reminder of a list is of all its cases
            await self._outbox.save_card(owed.subject_id, card.model_copy(update={"reminded": place}))
            again = Notification.draw_card(owed.subject_id, str(owed.to))
            await self._outbox.add(again, self._poster.clock.now())

    async def _keep_asked(self, owed: Notification, place: MessageRef) -> None:
        """The same of who was called; each has a destination of its own, so that several end side by side."""
        case = (await self._poster.store.cases.find([owed.subject_id])).get(owed.subject_id)
        if case is not None:
            await self._outbox.add_claim_request(case.id, place, case.department)
            again = Notification.draw_card(case.id, case.department)
            await self._outbox.add(again, self._poster.clock.now())

    async def _drawing(self, owed: Notification) -> tuple[Drawing | None, Department]:
        if owed.kind is NotificationKind.TROUBLE:
            return await self._trouble(get_department_or_lost(self._rules, owed.subject_id), owed)
        found = await self._poster.store.cases.find([owed.subject_id])
        if self._poster.store.cases.is_unreadable(owed.subject_id):
            raise UnreadableRecordError("case")
        if not found:
            return None, Department(name="", channel="")
        case = found[owed.subject_id]
        if isinstance(owed.to, ToDepartment) and owed.to.id != case.department:
            return None, Department(name="", channel="")  # handed over: its own clock runs in the other channel
        department = get_department_or_lost(self._rules, case.department)
        card = (await self._outbox.load_cards([case.id]))[case.id]
        if owed.kind is NotificationKind.REMINDER and card.state in {CardState.NONE, CardState.POSTING}:
            return None, department  # Slack was away: who has not seen the card needs no reminder of it
        if card.state is CardState.LISTED and owed.kind in {NotificationKind.REMINDER, NotificationKind.CALL}:
            return await self._of_list(owed, card.digest, department), department
        at = self._poster.clock.now()
        duty = await self._duty(owed, department)
        return drawn(owed, case, department, duty, link_to(card), at), department

    async def _duty(self, owed: Notification, department: Department) -> OnCallSnapshot:
        """Only a call says who is on call."""
        if owed.kind is not NotificationKind.CALL:
            return OnCallSnapshot()
        return await self._rota.find_on_call(department.name, self._poster.clock.now())

    async def _of_list(self, owed: Notification, digest: str, department: Department) -> Drawing | None:
        """One word for all cases that wait on a digest, said for the first of them: a storm is no row of calls."""
        record = await self._outbox.load_digest(digest)
        if record is None:
            return None
        found = await self._poster.store.cases.find(record.cases)
        waiting = [case for case in record.cases if case in found and found[case].status is CaseStatus.NEW]
        if not waiting or waiting[0] != owed.subject_id:
            return None
        link = link_to(CardRecord(state=CardState.POSTED, channel=record.channel, ts=record.ts))
        if owed.kind is NotificationKind.REMINDER:
            paged = all(found[case].is_confirmed_crisis for case in waiting)
            return messages.list_reminder(len(waiting), department, link, paged=paged)
        return messages.list_call(len(waiting), department, await self._duty(owed, department), owed.to, link)

    async def _trouble(self, department: Department, owed: Notification) -> tuple[Drawing | None, Department]:
        sentence = (await self._poster.store.health_issues.load_issues()).get(f"channel:{owed.subject_id}", "")
        return (messages.trouble(department.name, department.channel, sentence) if sentence else None), department


def link_to(card: CardRecord) -> str:
    """Opens the card in whichever Slack the reader has; empty where there is no card yet."""
    if card.state is not CardState.POSTED:
        return ""
    return f"https://slack.com/app_redirect?channel={card.channel}&message_ts={card.ts}"


def drawn(
    owed: Notification, case: Case, department: Department, duty: OnCallSnapshot, link: str, at: datetime
) -> Drawing | None:
    """None where what was owed is no longer true: a claimed case reminds nobody that it is unclaimed."""
    waits = case.status is CaseStatus.NEW
    hers = case.status is CaseStatus.CLAIMED and owed.to == ToPerson(case.owner)
    drawings: dict[NotificationKind, tuple[bool, Callable[[], Drawing]]] = {
        NotificationKind.REMINDER: (waits, lambda: messages.reminder(case, department, at, link)),
        NotificationKind.CALL: (waits, lambda: messages.call(case, department, duty, owed.to, at, link)),
        NotificationKind.CONFIRM: (
            waits and case.is_unconfirmed_crisis,
            lambda: messages.confirm(case, department, link),
        ),
        NotificationKind.LEASE: (hers, lambda: messages.lease(case, department, link)),
        NotificationKind.RELEASED: (not hers, lambda: messages.released(case, department, link)),
        NotificationKind.JOINED: (
            waits or hers,
            lambda: messages.reopened(case, department, link) if waits else messages.joined(case, link),
        ),
        NotificationKind.HANDED: (hers, lambda: messages.handed(case, link)),
    }
    true, draw = drawings[owed.kind]
    return draw() if true else None
