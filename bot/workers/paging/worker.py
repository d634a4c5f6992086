"""The loop of one pager: takes what it owes, writes down that it begins, calls, writes down how it ended."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot import metrics
from bot.clock import Clock
from bot.domain.destination import ToPager
from bot.domain.notification import Notification, NotificationKind
from bot.domain.pages import ladder
from bot.domain.pages.contact import PagingRules
from bot.domain.pages.matter import PageContext
from bot.domain.pages.page import AttemptStatus, Page
from bot.domain.refusals import StoreUnavailable
from bot.sinks.pagers.base import LONGEST, Call, Pager, Told
from bot.store.opening import Store
from bot.store.transaction import CommitResult
from bot.workers.paging.links import Links
from bot.workers.paging.matters import Matters

AT_ONCE = 8
"""Calls side by side through one pager, and so the most second calls that one crash can cost it."""
LOOKED_AT = 64
"""How far to look past what has to wait for a limit."""
ROOM_WITHIN = timedelta(seconds=2)
"""Longer than Slack's limit of one conversation, and short enough that the next way still rings in time."""
Room = Callable[[str], Awaitable[bool]]
"""Whether a limit allows one more call to this person now; if so, it is taken."""
SETTLED_AGAIN = timedelta(seconds=30)
"""Before a service that was not told that a page is over is told again."""
SETTLED_TRIES = 5
REFRESHED_AGAIN = timedelta(seconds=2)
"""Before what could not be shown is tried again; longer each time."""
ASKED_EVERY = timedelta(seconds=5)
ASKED_LONGEST = timedelta(minutes=3)
"""After a service took a call: it has rung, spoken and ended well before, and what is not known then stays so."""
UNWELL = frozenset({AttemptStatus.REFUSED, AttemptStatus.LOST, AttemptStatus.LATER})
"""What says something about the pager, and not about whom it called."""

log = structlog.get_logger("paging")


class PagerDelivery:
    """Any number may run for one pager: who writes down first that it begins, sends."""

    idle = 0.1

    def __init__(
        self,
        pager: Pager,
        store: Store,
        rules: PagingRules,
        matters: Matters,
        links: Links,
        clock: Clock,
        room: Room | None = None,
    ) -> None:
        self.name = f"pager {pager.name}"
        self._pager = pager
        self._store = store
        self._rules = rules
        self._matters = matters
        self._links = links
        self._clock = clock
        self._room = room
        self._again: dict[str, tuple[int, datetime]] = {}

    async def step(self) -> int:
        owed = await self._store.outbox.list_pending(
            ToPager(self._pager.name), LOOKED_AT + self._store.pages.unreadable_count
        )
        places = asyncio.Semaphore(AT_ONCE)

        async def dispatch_one(one: Notification) -> int:
            async with places:
                return await self._serve(one)

        found = await asyncio.gather(*(dispatch_one(one.notification) for one in owed), return_exceptions=True)
        for one, result in zip(owed, found, strict=True):
            if isinstance(result, BaseException):
                await self._broke(one.notification, result)
        return sum(1 if isinstance(result, BaseException) else result for result in found)

    def failed(self, error: Exception) -> None:
        """What was in hand is still owed."""

    async def _serve(self, owed: Notification) -> int:
        found = await self._store.pages.find([owed.subject_id])
        if owed.subject_id not in found:
            if self._store.pages.is_unreadable(owed.subject_id):
                return 0  # whoever can read it sends it
            await self._store.pages.mark_delivered(owed)
            return 1
        if owed.kind is NotificationKind.SETTLED:
            return await self._settle(found[owed.subject_id], owed)
        if owed.kind is NotificationKind.REFRESH:
            return await self._refresh(found[owed.subject_id], owed)
        if owed.kind is NotificationKind.ASKED:
            return await self._ask(found[owed.subject_id], owed)
        return await self._send(found[owed.subject_id], owed.nth)

    async def _send(self, page: Page, n: int) -> int:
        room = await self._has_room(page, n)
        if room is None:
            return 0
        begun = ladder.start_attempt(page, n, self._clock.now())
        if begun is None:
            return 0
        if await self._store.pages.commit(begun, self._clock.now()) is not CommitResult.WRITTEN:
            return 1  # somebody else wrote first: look again
        attempt = begun.after.find_attempt(n)
        if attempt is None or attempt.result is not AttemptStatus.SENDING:
            return 1
        matter = await self._matters.of(begun.after)
        if not room:
            told = Told(AttemptStatus.LATER, "too many messages to one person at once")
        elif matter is None:
            told = Told(AttemptStatus.LATER, "what it was about is gone")
        else:
            link = await self._links.to(begun.after, attempt.person)
            contact = self._rules.get_contact(attempt.person)
            told = await self._told(Call(begun.after, attempt, matter, contact, link))
        await self._end(page.id, n, told)
        await self._catch_up(begun.after, matter)
        return 1

    async def _catch_up(self, page: Page, matter: PageContext | None) -> None:
        """What came while the call was on its way is shown by nobody else."""
        if matter is not None and (await self._store.pages.load_group(page.id)).cases != matter.earlier_count:
            for owed in ladder.redraw_messages(page):
                await self._store.outbox.add(owed, self._clock.now())

    async def _has_room(self, page: Page, n: int) -> bool | None:
        """Asked before it begins, so that who waits a second for a limit has not begun. None: not yet, but soon."""
        attempt = page.find_attempt(n)
        if self._room is None or attempt is None or attempt.result is not AttemptStatus.WAITING or not page.is_open:
            return True
        if await self._room(attempt.person):
            return True
        return False if self._clock.now() - attempt.at > ROOM_WITHIN else None

    async def _told(self, call: Call) -> Told:
        try:
            async with asyncio.timeout(LONGEST):
                return await self._pager.call(call)
        except TimeoutError:
            return Told(AttemptStatus.LOST, f"no answer in {LONGEST:.0f} s")

    async def _end(self, page_id: str, n: int, told: Told) -> None:
        at = self._clock.now()
        decision = await self._store.pages.change_if_needed(
            page_id, lambda page: ladder.record_result(page, n, told.result, told.why, at, told.reference), at
        )
        page = decision.after if decision else await self._store.pages.get(page_id)
        metrics.CALLS.labels(self._pager.name, told.result.value).inc()
        if told.result is AttemptStatus.DELIVERED and not any(
            one.result is AttemptStatus.DELIVERED for one in page.attempts if one.n < n
        ):
            metrics.PAGE_SECONDS.observe((at - page.opened_at).total_seconds())
        if told.result in UNWELL | {AttemptStatus.DELIVERED}:
            sentence = f"{self._pager.name} does not ring: {told.why}" if told.result in UNWELL else ""
            await self._store.health_issues.save_issue(f"pager:{self._pager.name}", sentence)
        log.info("paged", page=page_id, n=n, pager=self._pager.name, result=told.result.value, why=told.why)

    async def _broke(self, owed: Notification, error: BaseException) -> None:
        """Our own fault; whoever is called next must not wait for it to be mended."""
        if isinstance(error, StoreUnavailable) or not isinstance(error, Exception):
            raise error
        log.error("page not sent", page=owed.subject_id, n=owed.nth, pager=self._pager.name, exc_info=error)
        if owed.kind is NotificationKind.PAGE:
            await self._end(owed.subject_id, owed.nth, Told(AttemptStatus.LATER, "our own fault, see the log"))
        else:
            await self._store.pages.mark_delivered(owed)

    async def _ask(self, page: Page, owed: Notification) -> int:
        """What became of a call. Asking twice harms nobody, so nothing is written down before."""
        at, attempt = self._clock.now(), page.find_attempt(owed.nth)
        if attempt is None or attempt.result is not AttemptStatus.DELIVERED or attempt.ended_at is None:
            await self._store.pages.mark_delivered(owed)
            return 1
        _, until = self._again.get(owed.key, (0, attempt.ended_at + ASKED_EVERY))
        if until > at:
            return 0
        told = await self._pager.became(attempt)
        if told is None and at - attempt.ended_at < ASKED_LONGEST:
            self._again[owed.key] = (0, at + ASKED_EVERY)
            return 0
        self._again.pop(owed.key, None)
        if told is None:
            await self._store.pages.mark_delivered(owed)
            return 1
        await self._store.pages.change_if_needed(
            page.id, lambda page: ladder.record_status(page, owed.nth, told.result, told.why, at), at
        )
        log.info("call became", page=page.id, n=owed.nth, pager=self._pager.name, result=told.result.value)
        return 1

    async def _refresh(self, page: Page, owed: Notification) -> int:
        """Drawing twice is harmless, so nothing is written down before; tried until it is done."""
        at = self._clock.now()
        tries, until = self._again.get(owed.key, (0, at))
        if until > at:
            return 0
        storm, matter = await self._store.pages.load_group(page.id), await self._matters.of(page)
        told = await self._pager.refresh(page, matter, storm) if matter else Told(AttemptStatus.REFUSED, "it is gone")
        if told.result in {AttemptStatus.LATER, AttemptStatus.LOST}:
            self._again[owed.key] = (tries + 1, at + min(REFRESHED_AGAIN * (tries + 1), SETTLED_AGAIN))
            return 0
        self._again.pop(owed.key, None)
        if told.result is not AttemptStatus.DELIVERED:
            log.warning("page not refreshed", page=page.id, pager=self._pager.name, why=told.why)
        await self._store.pages.mark_refreshed(page, storm, owed)
        return 1

    async def _settle(self, page: Page, owed: Notification) -> int:
        at = self._clock.now()
        tries, until = self._again.get(owed.key, (0, at))
        if until > at:
            return 0
        told = await self._pager.settle(page)
        if told.result in {AttemptStatus.LATER, AttemptStatus.LOST} and tries + 1 < SETTLED_TRIES:
            self._again[owed.key] = (tries + 1, self._clock.now() + SETTLED_AGAIN)
            return 0
        self._again.pop(owed.key, None)
        if told.result is not AttemptStatus.DELIVERED:
            log.warning("pager not told", page=page.id, pager=self._pager.name, why=told.why)
        await self._store.pages.mark_delivered(owed)
        return 1
