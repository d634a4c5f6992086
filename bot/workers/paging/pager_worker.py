"""The loop of one pager: take a pending page, record the attempt, call the provider, record the result."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot import metrics
from bot.clock import Clock
from bot.domain.destination import ToPager
from bot.domain.errors import StoreUnavailable
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.paging.attempts import record_result, record_status, start_attempt
from bot.domain.paging.contact_methods import PagingRules
from bot.domain.paging.context import PageContext
from bot.domain.paging.decision import redraw_messages
from bot.domain.paging.page import AttemptStatus, Page
from bot.sinks.pagers.base import CALL_TIMEOUT, Pager, PageRequest, PagerResponse
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.paging.context import PageContexts
from bot.workers.paging.targets import AckLinkBuilder
from bot.workers.runner import Worker

CONCURRENCY = 8
"""Calls at the same time through one pager, and so the most duplicate calls after a crash."""
LOOKAHEAD = 64
"""Pending pages to consider when the first ones have to wait for a limit."""
LONGEST_LIMIT_WAIT = timedelta(seconds=2)
"""Longer than Slack's limit of a conversation; short enough that the next contact method still rings in time."""
AcquireSlot = Callable[[str], Awaitable[bool]]
"""Take one call to this person from a limit; False if the limit is used up."""
SYNC_RETRY = timedelta(seconds=30)
"""Before a provider that was not told the end of a page is told again."""
SYNC_TRIES = 5
REFRESH_RETRY = timedelta(seconds=2)
"""Before an update that failed is tried again; longer each time."""
OUTCOME_POLL_INTERVAL = timedelta(seconds=5)
OUTCOME_POLL_FOR = timedelta(minutes=3)
"""After a provider took a call, which has long ended by then."""
PAGER_FAILURES = frozenset({AttemptStatus.REFUSED, AttemptStatus.LOST, AttemptStatus.LATER})
"""Results that are about the pager, not about the person."""

log = structlog.get_logger("paging")


class PagerWorker(Worker):
    """Any number may run for one pager: the one that records the attempt first makes the call."""

    idle = 0.1

    def __init__(
        self,
        pager: Pager,
        store: Store,
        rules: PagingRules,
        contexts: PageContexts,
        links: AckLinkBuilder,
        clock: Clock,
        acquire_slot: AcquireSlot | None = None,
    ) -> None:
        self.name = f"pager {pager.name}"
        self._pager = pager
        self._store = store
        self._rules = rules
        self._contexts = contexts
        self._links = links
        self._clock = clock
        self._limit = acquire_slot
        self._retries: dict[str, tuple[int, datetime]] = {}

    async def step(self) -> int:
        most = LOOKAHEAD + self._store.pages.unreadable_count
        pending = await self._store.outbox.list_pending(ToPager(self._pager.name), most)
        places = asyncio.Semaphore(CONCURRENCY)

        async def dispatch_one(one: Notification) -> int:
            async with places:
                return await self._dispatch_page(one)

        found = await asyncio.gather(*(dispatch_one(one.notification) for one in pending), return_exceptions=True)
        for one, result in zip(pending, found, strict=True):
            if isinstance(result, BaseException):
                await self._handle_crash(one.notification, result)
        return sum(1 if isinstance(result, BaseException) else result for result in found)

    async def _dispatch_page(self, pending: Notification) -> int:
        page = (await self._store.pages.find([pending.subject_id])).get(pending.subject_id)
        if page is None:
            if self._store.pages.is_unreadable(pending.subject_id):
                return 0  # a process of another release may be able to read it
            await self._store.pages.mark_delivered(pending)
            return 1
        match pending.kind:
            case NotificationKind.SETTLED:
                return await self._sync_provider(page, pending)
            case NotificationKind.REFRESH:
                return await self._refresh_shown_page(page, pending)
            case NotificationKind.ASKED:
                return await self._poll_outcome(page, pending)
            case _:
                return await self._send_attempt(page, pending.nth)

    async def _send_attempt(self, page: Page, n: int) -> int:
        allowed = await self._acquire_slot(page, n)
        if allowed is None:
            return 0
        begun = start_attempt(page, n, self._clock.now())
        if begun is None:
            return 0
        if await self._store.pages.commit(begun, self._clock.now()) is not CommitResult.WRITTEN:
            return 1  # another process wrote first: look again
        attempt = begun.after.find_attempt(n)
        if attempt is None or attempt.result is not AttemptStatus.SENDING:
            return 1
        context = await self._contexts.load_context(begun.after)
        if not allowed:
            response = PagerResponse(AttemptStatus.LATER, "too many messages to one person at once")
        elif context is None:
            response = PagerResponse(AttemptStatus.LATER, "its case no longer exists")
        else:
            link = await self._links.build_link(begun.after, attempt.person)
            contact = self._rules.get_contact(attempt.person)
            response = await self._call_provider(PageRequest(begun.after, attempt, context, contact, link))
        await self._record_result(page.id, n, response)
        await self._refresh_if_grouped(begun.after, context)
        return 1

    async def _refresh_if_grouped(self, page: Page, context: PageContext | None) -> None:
        """Enqueue an update if cases joined the page during the call."""
        if context is not None and (await self._store.pages.load_group(page.id)).cases != context.earlier_count:
            for redraw in redraw_messages(page):
                await self._store.outbox.add(redraw, self._clock.now())

    async def _acquire_slot(self, page: Page, n: int) -> bool | None:
        """Return whether a limit allows the attempt; None: not yet, but soon. Asked before the attempt is recorded."""
        attempt = page.find_attempt(n)
        if self._limit is None or attempt is None or attempt.result is not AttemptStatus.WAITING or not page.is_open:
            return True
        if await self._limit(attempt.person):
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
            lambda page: record_result(page, n, response.result, response.why, at, response.reference),
            at,
        )
        page = decision.after if decision else await self._store.pages.get(page_id)
        metrics.CALLS.labels(self._pager.name, response.result.value).inc()
        delivered = AttemptStatus.DELIVERED
        if response.result is delivered and not any(one.result is delivered for one in page.attempts if one.n < n):
            metrics.PAGE_SECONDS.observe((at - page.opened_at).total_seconds())
        if response.result in PAGER_FAILURES | {delivered}:
            sentence = (
                f"{self._pager.name} notifications are failing: {response.why}"
                if response.result in PAGER_FAILURES
                else ""
            )
            await self._store.health_issues.save_issue(f"pager:{self._pager.name}", sentence)
        log.info("paged", page=page_id, n=n, pager=self._pager.name, result=response.result.value, why=response.why)

    async def _handle_crash(self, pending: Notification, error: BaseException) -> None:
        """Record a crash of ours as a failed attempt, so that the next person is paged without delay."""
        if isinstance(error, StoreUnavailable) or not isinstance(error, Exception):
            raise error
        log.error("page not sent", page=pending.subject_id, n=pending.nth, pager=self._pager.name, exc_info=error)
        if pending.kind is NotificationKind.PAGE:
            failed = PagerResponse(AttemptStatus.LATER, "an error in Earshot, see the log")
            await self._record_result(pending.subject_id, pending.nth, failed)
        else:
            await self._store.pages.mark_delivered(pending)

    async def _poll_outcome(self, page: Page, pending: Notification) -> int:
        """Ask the provider how a call ended. Asking twice is harmless, so nothing is recorded before."""
        at, attempt = self._clock.now(), page.find_attempt(pending.nth)
        if attempt is None or attempt.result is not AttemptStatus.DELIVERED or attempt.ended_at is None:
            await self._store.pages.mark_delivered(pending)
            return 1
        _, until = self._retries.get(pending.key, (0, attempt.ended_at + OUTCOME_POLL_INTERVAL))
        if until > at:
            return 0
        outcome = await self._pager.fetch_outcome(attempt)
        if outcome is None and at - attempt.ended_at < OUTCOME_POLL_FOR:
            self._retries[pending.key] = (0, at + OUTCOME_POLL_INTERVAL)
            return 0
        self._retries.pop(pending.key, None)
        if outcome is None:
            await self._store.pages.mark_delivered(pending)
            return 1
        await self._store.pages.change_if_needed(
            page.id, lambda page: record_status(page, pending.nth, outcome.result, outcome.why, at), at
        )
        log.info("call ended", page=page.id, n=pending.nth, pager=self._pager.name, result=outcome.result.value)
        return 1

    async def _refresh_shown_page(self, page: Page, pending: Notification) -> int:
        """Update what was sent, until it succeeds. Updating twice is harmless, so nothing is recorded before."""
        at = self._clock.now()
        tries, until = self._retries.get(pending.key, (0, at))
        if until > at:
            return 0
        group, context = await self._store.pages.load_group(page.id), await self._contexts.load_context(page)
        response = PagerResponse(AttemptStatus.REFUSED, "it no longer exists")
        if context:
            response = await self._pager.refresh_page(page, context, group)
        if response.result in {AttemptStatus.LATER, AttemptStatus.LOST}:
            self._retries[pending.key] = (tries + 1, at + min(REFRESH_RETRY * (tries + 1), SYNC_RETRY))
            return 0
        self._retries.pop(pending.key, None)
        if response.result is not AttemptStatus.DELIVERED:
            log.warning("page not refreshed", page=page.id, pager=self._pager.name, why=response.why)
        await self._store.pages.mark_refreshed(page, group, pending)
        return 1

    async def _sync_provider(self, page: Page, pending: Notification) -> int:
        at = self._clock.now()
        tries, until = self._retries.get(pending.key, (0, at))
        if until > at:
            return 0
        response = await self._pager.sync_page(page)
        if response.result in {AttemptStatus.LATER, AttemptStatus.LOST} and tries + 1 < SYNC_TRIES:
            self._retries[pending.key] = (tries + 1, self._clock.now() + SYNC_RETRY)
            return 0
        self._retries.pop(pending.key, None)
        if response.result is not AttemptStatus.DELIVERED:
            log.warning("pager not told", page=page.id, pager=self._pager.name, why=response.why)
        await self._store.pages.mark_delivered(pending)
        return 1
