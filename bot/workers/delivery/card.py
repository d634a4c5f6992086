"""The card of a case: posted once, edited in place, followed when its case moves to another channel."""

from contextlib import suppress

from bot.cards import case as case_card
from bot.cards import messages, plain
from bot.cards.drawing import Drawing
from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department
from bot.domain.destination import ToDepartment
from bot.domain.notification import Notification
from bot.domain.pages.page import Page
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.sinks.outcomes import Rejected
from bot.store.reading import UnreadableRecordError
from bot.store.records import CardRecord, CardState, MessageRef
from bot.workers.delivery.digest import DigestDelivery
from bot.workers.delivery.post import Poster


class CardDelivery:
    def __init__(self, poster: Poster, digests: DigestDelivery, rules: PlaybookRules) -> None:
        self._poster = poster
        self._digests = digests
        self._outbox = poster.store.outbox
        self._rules = rules

    async def deliver(self, owed: Notification) -> bool:
        """Says whether Slack was called. Raises `Blocked`, `UnreadableRecordError`."""
        found = await self._poster.store.cases.find([owed.subject_id])
        case = found.get(owed.subject_id)
        if case is None and self._poster.store.cases.is_unreadable(owed.subject_id):
            raise UnreadableRecordError("case")
        if case is None or owed.to != ToDepartment(case.department):
            await self._outbox.mark_delivered(
                owed
            )  # gone, or handed over: the department that has it now is owed its card
            return False
        department = get_department_or_lost(self._rules, case.department)
        record = await self._outbox.load_card(case.id)
        if record.stale and record.state is CardState.POSTED:
            return await self._point_on(case, department, record)
        if record.reminded and _misleads(record.reminded, case, department):
            return await self._take_back(case, record, record.reminded)
        if asked := await self._asked(case):
            return await self._answer(case, department, asked)
        return await self._card(case, department, record, owed)

    async def _asked(self, case: Case) -> MessageRef | None:
        """Where somebody reads that nobody has this case, or that another department has it. A new one asked nobody."""
        if case.status is CaseStatus.NEW and not case.round:
            return None
        asked = await self._outbox.load_claim_requests(case.id)
        here = (place for place, to in asked.items() if case.status is not CaseStatus.NEW or to != case.department)
        return next(here, None)

    async def _answer(self, case: Case, department: Department, asked: MessageRef) -> bool:
        """Whoever was asked to take it reads who has it, in the words of the one who took it from such a message."""
        claimed = case.status is CaseStatus.CLAIMED
        await self._poster.gate.room_to_update(asked.channel)
        with suppress(Rejected):  # it was deleted
            drawing = messages.claimed(case, department) if claimed else messages.taken(case)
            await self._poster.gate.update(asked.channel, asked.ts, drawing)
        await self._outbox.forget_claim_request(case.id, asked)
        return True

    async def _card(self, case: Case, department: Department, record: CardRecord, owed: Notification) -> bool:
        if record.state is CardState.LISTED:
            return await self._listed(case, department, record, owed)
        if record.state is CardState.POSTED:
            return await self._posted(case, department, record, owed)
        if record.state is CardState.POSTING and record.digest:
            digest = await self._outbox.load_digest(record.digest)
            if digest is not None and not digest.ts:  # the digest is what was being posted, not a card beside it
                return await self._digests.again(digest, record)
        self._poster.wait_for_lost_answer(record)
        return await self._post(case, department, record, owed)

    async def _posted(self, case: Case, department: Department, record: CardRecord, owed: Notification) -> bool:
        if department.channel and record.channel != department.channel:
            left = MessageRef(record.channel, record.ts)
            moved = record.model_copy(update={"state": CardState.NONE, "channel": "", "ts": "", "stale": (left,)})
            return await self._post(case, department, moved, owed)
        page = await self._page(case)
        if record.drawn >= case.version and record.page == (page.version if page else 0):
            await self._outbox.record_rendered_card(case.id, record, owed, self._poster.clock.now(), page)
            return False
        await self._poster.gate.room_to_update(record.channel)
        return await self._update(case, department, record, owed)

    async def _update(self, case: Case, department: Department, record: CardRecord, owed: Notification) -> bool:
        page = await self._page(case)
        drawing = case_card.draw(case, department, self._poster.clock.now(), page)
        try:
            await self._poster.gate.update(record.channel, record.ts, drawing)
        except Rejected as no:
            if no.message_gone:  # somebody deleted the card: the case needs another
                await self._outbox.save_card(case.id, CardRecord(digest=record.digest))
                return True
            if not no.blocks_refused:
                raise await self._poster.refused(department, record.channel, no) from no
            await self._poster.gate.update(
                record.channel, record.ts, plain.draw(case, department, self._poster.clock.now())
            )
        await self._drawn(case, record, owed, page)
        return True

    async def _page(self, case: Case) -> Page | None:
        return await self._poster.store.pages.find_for_case(case)

    async def _post(self, case: Case, department: Department, record: CardRecord, owed: Notification) -> bool:
        if not department.channel:
            raise await self._poster.homeless(department)
        page = await self._page(case)
        drawing = case_card.draw(case, department, self._poster.clock.now(), page)

        async def save_record(changed: CardRecord, before: CardRecord | None) -> None:
            await self._outbox.save_card(case.id, changed, before)

        def render_fallback() -> Drawing:
            return plain.draw(case, department, self._poster.clock.now())

        if found := await self._poster.found(department.channel, case.id, record):
            await self._outbox.save_card(case.id, found)
            return True
        try:
            posted = await self._poster.post(department.channel, drawing, case.id, record, save_record, render_fallback)
        except Rejected as no:
            raise await self._poster.refused(department, department.channel, no) from no
        await self._poster.well(department)
        if posted.stale:  # the old card is still to point on: the notification stays for that
            shown = {"drawn": case.version, "page": page.version if page else 0}
            await self._outbox.save_card(case.id, posted.model_copy(update=shown))
        else:
            await self._drawn(case, posted, owed, page)
        return True

    async def _drawn(self, case: Case, record: CardRecord, owed: Notification, page: Page | None) -> None:
        at = self._poster.clock.now()
        shown = {"drawn": case.version, "page": page.version if page else 0}
        await self._outbox.record_rendered_card(case.id, record.model_copy(update=shown), owed, at, page)
        if record.digest:
            await self._redraw_digest(record.digest, case.department)

    async def _listed(self, case: Case, department: Department, record: CardRecord, owed: Notification) -> bool:
        """While nobody has it, a case on a digest is a line of it; once somebody has, it gets a card of its own."""
        digest = await self._outbox.load_digest(record.digest)
        on_it = case.status is CaseStatus.NEW or case.mention.is_forgotten  # which is worth no card of its own
        if digest is not None and on_it and digest.department == case.department:
            await self._redraw_digest(digest.id, digest.department)
            drawn = record.model_copy(update={"drawn": case.version})
            await self._outbox.record_rendered_card(case.id, drawn, owed, self._poster.clock.now())
            return False
        return await self._post(case, department, record.model_copy(update={"state": CardState.NONE}), owed)

    async def _redraw_digest(self, digest_id: str, department: str) -> None:
        redraw = Notification.draw_digest(digest_id, department)
        await self._outbox.add(redraw, self._poster.clock.now())

    async def _point_on(self, case: Case, department: Department, record: CardRecord) -> bool:
        """The card in a channel that the case has left says where it went."""
        place = record.stale[0]
        await self._poster.gate.room_to_update(place.channel)
        with suppress(Rejected):  # that card, or its channel, is gone: nothing is left that could mislead
            await self._poster.gate.update(place.channel, place.ts, case_card.moved(case, department.name))
        await self._outbox.save_card(case.id, record.model_copy(update={"stale": record.stale[1:]}))
        return True

    async def _take_back(self, case: Case, record: CardRecord, reminded: MessageRef) -> bool:
        """The reminder in the channel says who has the case now, instead of that nobody has it."""
        await self._poster.gate.room_to_update(reminded.channel)
        with suppress(Rejected):  # somebody deleted it
            await self._poster.gate.update(reminded.channel, reminded.ts, messages.taken(case))
        await self._outbox.save_card(case.id, record.model_copy(update={"reminded": None}))
        return True


def _misleads(reminded: MessageRef, case: Case, department: Department) -> bool:
    """It asks for somebody to take a case that somebody has, or that another department has."""
    moved = department.channel and reminded.channel != department.channel
    return case.status is not CaseStatus.NEW or bool(moved)
