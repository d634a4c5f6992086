"""The loop of one pager: takes what it owes, writes down that it begins, calls, writes down how it ended."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot import metrics
from bot.clock import Clock
from bot.domain.destination import ToPager
from bot.domain.errors import StoreUnavailable
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.paging import escalation
from bot.domain.paging.contact_methods import PagingRules
from bot.domain.paging.context import PageContext
from bot.domain.paging.page import AttemptStatus, Page
from bot.sinks.pagers.base import CALL_TIMEOUT, Pager, PageRequest, PagerResponse
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.paging.ack_links import AckLinkBuilder
from bot.workers.paging.context import PageContexts

CONCURRENCY = 8
"""Calls side by side through one pager, and so the most second calls that one crash can cost it."""
LOOKAHEAD = 64
"""How far to look past what has to wait for a limit."""
LONGEST_LIMIT_WAIT = timedelta(seconds=2)
"""Longer than Slack's limit of one conversation, and short enough that the next way still rings in time."""
AcquireSlot = Callable[[str], Awaitable[bool]]
"""Whether a limit allows one more call to this person now; if so, it is taken."""
SYNC_RETRY = timedelta(seconds=30)
"""Before a service that was not told that a page is over is told again."""
SYNC_TRIES = 5
REFRESH_RETRY = timedelta(seconds=2)
"""Before what could not be shown is tried again; longer each time."""
OUTCOME_POLL_INTERVAL = timedelta(seconds=5)
OUTCOME_POLL_FOR = timedelta(minutes=3)
"""After a service took a call: it has rung, spoken and ended well before, and what is not known then stays so."""
PAGER_FAILURES = frozenset({AttemptStatus.REFUSED, AttemptStatus.LOST, AttemptStatus.LATER})
"""What says something about the pager, and not about whom it called."""

log = structlog.get_logger("paging")


class PagerWorker:
    """Any number may run for one pager: who writes down first that it begins, sends."""

    idle = 0.1

    def __init__(
        self,
        pager: Pager,
        store: Store,
        rules: PagingRules,
        matters: PageContexts,
        links: AckLinkBuilder,
        clock: Clock,
        room: AcquireSlot | None = None,
    ) -> None:
        self.name = f"pager {pager.name}"
        self._pager = pager
        self._store = store
        self._rules = rules
        self._contexts = matters
        self._links = links
        self._clock = clock
        self._slot = room
        self._retries: dict[str, tuple[int, datetime]] = {}

    async def step(self) -> int:
        owed = await self._store.outbox.list_pending(
            ToPager(self._pager.name), LOOKAHEAD + self._store.pages.unreadable_count
        )
        places = asyncio.Semaphore(CONCURRENCY)

        async def dispatch_one(one: Notification) -> int:
            async with places:
                return await self._dispatch_page(one)

        found = await asyncio.gather(*(dispatch_one(one.notification) for one in owed), return_exceptions=True)
        for one, result in zip(owed, found, strict=True):
            if isinstance(result, BaseException):
                await self._handle_crash(one.notification, result)
        return sum(1 if isinstance(result, BaseException) else result for result in found)

    def handle_failure(self, error: Exception) -> None:
        """What was in hand is still owed."""

    async def _dispatch_page(self, pending: Notification) -> int:
        found = await self._store.pages.find([pending.subject_id])
        if pending.subject_id not in found:
            if self._store.pages.is_unreadable(pending.subject_id):
                return 0  # whoever can read it sends it
            await self._store.pages.mark_delivered(pending)
            return 1
        if pending.kind is NotificationKind.SETTLED:
            return await self._sync_provider(found[pending.subject_id], pending)
        if pending.kind is NotificationKind.REFRESH:
            return await self._refresh_shown_page(found[pending.subject_id], pending)
        if pending.kind is NotificationKind.ASKED:
            return await self._poll_outcome(found[pending.subject_id], pending)
        return await self._send_attempt(found[pending.subject_id], pending.nth)

    async def _send_attempt(self, page: Page, n: int) -> int:
        room = await self._acquire_slot(page, n)
        if room is None:
            return 0
        begun = escalation.start_attempt(page, n, self._clock.now())
        if begun is None:
            return 0
        if await self._store.pages.commit(begun, self._clock.now()) is not CommitResult.WRITTEN:
            return 1  # somebody else wrote first: look again
        attempt = begun.after.find_attempt(n)
        if attempt is None or attempt.result is not AttemptStatus.SENDING:
            return 1
        matter = await self._contexts.load_context(begun.after)
        if not room:
            told = PagerResponse(AttemptStatus.LATER, "too many messages to one person at once")
        elif matter is None:
            told = PagerResponse(AttemptStatus.LATER, "what it was about is gone")
        else:
            link = await self._links.build_link(begun.after, attempt.person)
            contact = self._rules.get_contact(attempt.person)
            told = await self._call_provider(PageRequest(begun.after, attempt, matter, contact, link))
        await self._record_result(page.id, n, told)
        await self._refresh_if_grouped(begun.after, matter)
        return 1

    async def _refresh_if_grouped(self, page: Page, context: PageContext | None) -> None:
        """What came while the call was on its way is shown by nobody else."""
        if context is not None and (await self._store.pages.load_group(page.id)).cases != context.earlier_count:
            for owed in escalation.redraw_messages(page):
                await self._store.outbox.add(owed, self._clock.now())

    async def _acquire_slot(self, page: Page, n: int) -> bool | None:
        """Asked before it begins, so that who waits a second for a limit has not begun. None: not yet, but soon."""
        attempt = page.find_attempt(n)
        if self._slot is None or attempt is None or attempt.result is not AttemptStatus.WAITING or not page.is_open:
            return True
        if await self._slot(attempt.person):
            return True
        return False if self._clock.now() - attempt.at > LONGEST_LIMIT_WAIT else None

    async def _call_provider(self, request: PageRequest) -> PagerResponse:
        try:
            async with asyncio.timeout(CALL_TIMEOUT):
                return await self._pager.send_page(request)
        except TimeoutError:
            return PagerResponse(AttemptStatus.LOST, f"no answer in {CALL_TIMEOUT:.0f} s")

    async def _record_result(self, page_id: str, n: int, response: PagerResponse) -> None:
        at = self._clock.now()
        decision = await self._store.pages.change_if_needed(
            page_id,
            lambda page: escalation.record_result(page, n, response.result, response.why, at, response.reference),
            at,
        )
        page = decision.after if decision else await self._store.pages.get(page_id)
        metrics.CALLS.labels(self._pager.name, response.result.value).inc()
        if response.result is AttemptStatus.DELIVERED and not any(
            one.result is AttemptStatus.DELIVERED for one in page.attempts if one.n < n
        ):
            metrics.PAGE_SECONDS.observe((at - page.opened_at).total_seconds())
        if response.result in PAGER_FAILURES | {AttemptStatus.DELIVERED}:
            sentence = f"{self._pager.name} does not ring: {response.why}" if response.result in PAGER_FAILURES else ""
            await self._store.health_issues.save_issue(f"pager:{self._pager.name}", sentence)
        log.info("paged", page=page_id, n=n, pager=self._pager.name, result=response.result.value, why=response.why)

    async def _handle_crash(self, pending: Notification, error: BaseException) -> None:
        """Our own fault; whoever is called next must not wait for it to be mended."""
        if isinstance(error, StoreUnavailable) or not isinstance(error, Exception):
            raise error
        log.error("page not sent", page=pending.subject_id, n=pending.nth, pager=self._pager.name, exc_info=error)
        if pending.kind is NotificationKind.PAGE:
            await self._record_result(
                pending.subject_id, pending.nth, PagerResponse(AttemptStatus.LATER, "our own fault, see the log")
            )
        else:
            await self._store.pages.mark_delivered(pending)

    async def _poll_outcome(self, page: Page, pending: Notification) -> int:
        """What became of a call. Asking twice harms nobody, so nothing is written down before."""
        at, attempt = self._clock.now(), page.find_attempt(pending.nth)
        if attempt is None or attempt.result is not AttemptStatus.DELIVERED or attempt.ended_at is None:
            await self._store.pages.mark_delivered(pending)
            return 1
        _, until = self._retries.get(pending.key, (0, attempt.ended_at + OUTCOME_POLL_INTERVAL))
        if until > at:
            return 0
        told = await self._pager.fetch_outcome(attempt)
        if told is None and at - attempt.ended_at < OUTCOME_POLL_FOR:
            self._retries[pending.key] = (0, at + OUTCOME_POLL_INTERVAL)
            return 0
        self._retries.pop(pending.key, None)
        if told is None:
            await self._store.pages.mark_delivered(pending)
            return 1
        await self._store.pages.change_if_needed(
            page.id, lambda page: escalation.record_status(page, pending.nth, told.result, told.why, at), at
        )
        log.info("call became", page=page.id, n=pending.nth, pager=self._pager.name, result=told.result.value)
        return 1

    async def _refresh_shown_page(self, page: Page, pending: Notification) -> int:
        """Drawing twice is harmless, so nothing is written down before; tried until it is done."""
        at = self._clock.now()
        tries, until = self._retries.get(pending.key, (0, at))
        if until > at:
            return 0
        storm, matter = await self._store.pages.load_group(page.id), await self._contexts.load_context(page)
        told = (
            await self._pager.refresh_page(page, matter, storm)
            if matter
            else PagerResponse(AttemptStatus.REFUSED, "it is gone")
        )
        if told.result in {AttemptStatus.LATER, AttemptStatus.LOST}:
            self._retries[pending.key] = (tries + 1, at + min(REFRESH_RETRY * (tries + 1), SYNC_RETRY))
            return 0
        self._retries.pop(pending.key, None)
        if told.result is not AttemptStatus.DELIVERED:
            log.warning("page not refreshed", page=page.id, pager=self._pager.name, why=told.why)
        await self._store.pages.mark_refreshed(page, storm, pending)
        return 1

    async def _sync_provider(self, page: Page, pending: Notification) -> int:
        at = self._clock.now()
        tries, until = self._retries.get(pending.key, (0, at))
        if until > at:
            return 0
        told = await self._pager.sync_page(page)
        if told.result in {AttemptStatus.LATER, AttemptStatus.LOST} and tries + 1 < SYNC_TRIES:
            self._retries[pending.key] = (tries + 1, self._clock.now() + SYNC_RETRY)
            return 0
        self._retries.pop(pending.key, None)
        if told.result is not AttemptStatus.DELIVERED:
            log.warning("pager not told", page=page.id, pager=self._pager.name, why=told.why)
        await self._store.pages.mark_delivered(pending)
        return 1
