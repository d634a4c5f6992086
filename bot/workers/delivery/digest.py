"""When a channel is more than a minute behind, new cases come as one card that lists them, each claimable from it."""

from bot.cards import digest as digest_card
from bot.cards.drawing import Drawing
from bot.domain.case import Case, CaseStatus
from bot.domain.destination import Destination, ToDepartment
from bot.domain.notification import Notification, Priority
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.sinks.outcomes import Rejected
from bot.store.floods import DigestOverflowStore, is_waiting, sort_by_urgency
from bot.store.outbox import DestinationQueue, build_digest_id, build_listed_record
from bot.store.records import CardRecord, CardState, DigestRecord
from bot.workers.delivery.gate import CHANNEL_REGAIN, Blocked
from bot.workers.delivery.post import LATE_RETRY, Poster

CASES_MOST = 20
"""Cases on one digest: each is a section with a button, and all together stay under Slack's 50 blocks."""
BEHIND = LATE_RETRY
CARDS_A_MINUTE = int(BEHIND / CHANNEL_REGAIN)
CAUGHT_UP = 3
"""Once behind, a channel gets digests until no more than so many new cards wait."""
FLOOD = 300
"""New cases waiting, from which one card stands for all of them: digests of twenty would take hours."""
GATHERED = 1_000
"""Cases added to such a card in one step, well under a second."""
CRISES_SINGLY = 10
"""A crisis has a card of its own; of more than so many at once, the cards would hide one another and all the rest."""


class DigestDelivery:
    def __init__(self, poster: Poster, rules: PlaybookRules) -> None:
        self._poster = poster
        self._outbox = poster.store.outbox
        self._rules = rules
        self._floods = DigestOverflowStore(poster.store.client, poster.store.keys)
        self._flood: dict[tuple[Destination, Priority], str] = {}
        """The card that takes all that waits for this destination, until it has caught up."""
        self._behind: set[Destination] = set()

    def wanted(self, queue: DestinationQueue) -> Priority | None:
        """Of which lane this destination's cards should be gathered, if of any."""
        if not isinstance(queue.destination, ToDepartment):
            return None
        if queue.crisis > CRISES_SINGLY:
            return Priority.CRISIS
        self._flood.pop((queue.destination, Priority.CRISIS), None)
        at = self._poster.clock.now()
        new = [owed for owed in queue.head if owed.notification.priority is Priority.NEW]
        late = len(new) > CAUGHT_UP and at - new[0].since > BEHIND
        if queue.new > CARDS_A_MINUTE or late:
            self._behind.add(queue.destination)
        elif queue.new <= CAUGHT_UP:
            self._behind.discard(queue.destination)
            self._flood.pop((queue.destination, Priority.NEW), None)
        return Priority.NEW if queue.destination in self._behind else None

    async def post(self, queue: DestinationQueue, lane: Priority) -> bool:
        """Gather what waits longest on one card. Says whether Slack was called. Raises `Blocked`."""
        to, waiting = queue.destination, queue.crisis if lane is Priority.CRISIS else queue.new
        assert isinstance(to, ToDepartment)
        if waiting > FLOOD or (to, lane) in self._flood:
            return await self._post_flood(to, lane, waiting)
        cases = await self._gather(to, lane, CASES_MOST)
        if len(cases) < 2:
            return False
        ids = [case.id for case in cases]
        record = DigestRecord(id=build_digest_id(ids, self._poster.clock.now()), department=to.id, cases=tuple(ids))
        return await self._send(record, cases, CardRecord(digest=record.id))

    async def _post_flood(self, to: ToDepartment, lane: Priority, waiting: int) -> bool:
        """One card for all: posted with the most urgent of those that wait longest, then joined by the others."""
        at = self._poster.clock.now()
        cases = sort_by_urgency(await self._gather(to, lane, GATHERED))
        record = await self._outbox.load_digest(self._flood.get((to, lane), ""))
        if record is not None and record.ts:
            added = await self._floods.add(record, cases, at)
            total = max(record.total, await self._floods.count(record))
            await self._outbox.save_digest(record.model_copy(update={"total": total}))
            await self._outbox.add(Notification.draw_digest(record.id, to.id), at)
            return bool(added)
        if len(cases) < 2:
            return False
        ids = [case.id for case in cases[:CASES_MOST]]
        record = DigestRecord(id=build_digest_id(ids, at), department=to.id, cases=tuple(ids), total=waiting)
        posted = await self._send(record, cases[:CASES_MOST], CardRecord(digest=record.id))
        self._flood[to, lane] = record.id
        return posted

    async def again(self, record: DigestRecord, card: CardRecord) -> bool:
        """The late retry of a digest whose answer was lost: the same digest, not a card for each of its cases."""
        self._poster.wait_for_lost_answer(card)
        cards = await self._outbox.load_cards(record.cases)
        waiting = tuple(case for case in record.cases if cards[case].digest == record.id)
        record = record.model_copy(update={"cases": waiting})
        return await self._send(record, await self._cases(record), card)

    async def _send(self, record: DigestRecord, cases: list[Case], card: CardRecord) -> bool:
        department = get_department_or_lost(self._rules, record.department)
        if not department.channel:
            raise await self._poster.homeless(department)
        at = self._poster.clock.now()
        drawing = digest_card.draw(record.id, department, cases, at, record.total)

        async def save_record(changed: CardRecord, before: CardRecord | None) -> None:
            if changed.state is CardState.POSTED:
                await self._outbox.save_digest(_placed(record, changed), build_listed_record(record, at), before)
            else:
                begun = changed.state is CardState.POSTING
                await self._outbox.save_digest(record, changed if begun else CardRecord(), before)

        def render_fallback() -> Drawing:
            return Drawing(drawing.text, [])

        posted = await self._poster.found(department.channel, record.id, card)
        found = posted is not None
        try:
            posted = posted or await self._poster.post(
                department.channel, drawing, record.id, card, save_record, render_fallback
            )
        except Rejected as no:
            raise await self._poster.refused(department, department.channel, no) from no
        await self._poster.well(department)
        placed = _placed(record, posted)
        await self._outbox.record_digest_posted(placed, cases, at)
        if found:  # it shows its cases as they were then
            await self._outbox.add(Notification.draw_digest(placed.id, placed.department), at)
        return True

    async def _cases(self, record: DigestRecord) -> list[Case]:
        found = await self._poster.store.cases.find(record.cases)
        return [found[case] for case in record.cases if case in found]

    async def _gather(self, to: ToDepartment, lane: Priority, most: int) -> list[Case]:
        """The oldest that nobody has claimed yet and that have no card; a lost answer keeps its own clock."""
        waiting = await self._outbox.list_pending_cards(lane, to, most + CASES_MOST)
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

    async def redraw(self, owed: Notification) -> bool:
        """A digest as its cases are now. Raises `Blocked`.

        The notification goes first: a change that comes while we draw asks for another drawing. Should we die in
        between, a line stays as it was until its next change, and its button answers in words.
        """
        record = await self._outbox.load_digest(owed.subject_id)
        if record is None or not record.ts:
            await self._outbox.mark_delivered(owed)
            return False
        await self._poster.gate.room_to_update(record.channel)
        await self._outbox.mark_delivered(owed)
        cases = await self._cases(record) if not record.total else await self._refill(record)
        department = get_department_or_lost(self._rules, record.department)
        drawing = digest_card.draw(record.id, department, cases, self._poster.clock.now(), record.total)
        try:
            await self._poster.gate.update(record.channel, record.ts, drawing)
        except Blocked:
            await self._outbox.add(owed, self._poster.clock.now())
            raise
        except Rejected as no:
            if no.message_gone and record.total:  # it stands for more than it shows, so it comes again
                await self._outbox.add(owed, self._poster.clock.now())
                shown = record.model_copy(update={"cases": tuple(case.id for case in cases), "channel": "", "ts": ""})
                return await self._send(shown, cases, CardRecord(digest=record.id))
            if no.message_gone:
                await self._unlist(record, cases)
            else:
                await self._poster.refused(department, record.channel, no)
        return True

    async def _refill(self, record: DigestRecord) -> list[Case]:
        """The most urgent that still wait; what somebody has by now makes room for the next."""
        ids = [*record.cases, *await self._floods.list_hidden(record, CASES_MOST * 2)]
        found = await self._poster.store.cases.find(ids)
        waiting = sort_by_urgency([case for case in found.values() if is_waiting(case, record.department)])
        shown, hidden = waiting[:CASES_MOST], waiting[CASES_MOST:]
        gone = [case for case in ids if case not in {one.id for one in waiting}]
        await self._floods.update_shown(record, shown, hidden, gone)
        return shown

    async def _unlist(self, record: DigestRecord, cases: list[Case]) -> None:
        """Somebody deleted the digest: what is listed nowhere else needs another place."""
        cards = await self._outbox.load_cards(record.cases)
        listed = (CardState.LISTED, record.id)
        only_here = [case for case in cases if (cards[case.id].state, cards[case.id].digest) == listed]
        await self._outbox.record_digest_deleted(record, only_here, self._poster.clock.now())


def _placed(record: DigestRecord, posted: CardRecord) -> DigestRecord:
    return record.model_copy(update={"channel": posted.channel, "ts": posted.ts})
