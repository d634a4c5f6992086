"""Handle pages that are due: page the next person, or notice that somebody has claimed the case."""

import asyncio
from datetime import datetime

import structlog

from bot.clock import Clock
from bot.domain.commits import Decision
from bot.domain.outbox import Notification
from bot.domain.paging import escalation, grouping, re_escalation
from bot.domain.paging.contact_methods import PagingRules
from bot.domain.paging.context import CauseStatus
from bot.domain.paging.grouping import PageGroup
from bot.domain.paging.page import Page, Severity
from bot.domain.paging.rate_limit import drop_over_budget, get_night_number
from bot.domain.paging.targets import EscalationTargets
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.paging.context import PageContexts
from bot.workers.paging.targets import TargetResolver
from bot.workers.retry_backoff import RetryBackoff
from bot.workers.runner import Worker

BATCH_SIZE = 100
CONCURRENCY = 16
"""Pages handled at the same time: each costs some round trips, between which triage may run."""

log = structlog.get_logger("pages")


class EscalationWorker(Worker):
    """Any number may run: the page's version ensures that no step is skipped or taken twice."""

    name = "pages"
    idle = 0.1

    def __init__(
        self, store: Store, rules: PagingRules, targets: TargetResolver, contexts: PageContexts, clock: Clock
    ) -> None:
        self._store = store
        self._rules = rules
        self._targets = targets
        self._contexts = contexts
        self._clock = clock
        self._backoff = RetryBackoff(self.name, clock)

    async def step(self) -> int:
        due = await self._store.pages.list_due(self._clock.now(), BATCH_SIZE + len(self._backoff))
        due = [page for page in due if not self._backoff.is_waiting(page)]
        found = await self._store.pages.find(due)
        places = asyncio.Semaphore(CONCURRENCY)

        async def process_due(page_id: str) -> None:
            async with places:
                if page_id in found:
                    await self._backoff.run_guarded(page_id, self._process_page(found[page_id]))
                elif not self._store.pages.is_unreadable(page_id):
                    await self._store.pages.clear_due(page_id)

        # Not a task group: what fails for one page must not stop the others.
        results = await asyncio.gather(*map(process_due, due), return_exceptions=True)
        for error in results:
            if error is not None:
                raise error
        return len(due)

    async def _process_page(self, page: Page) -> None:
        at, status = self._clock.now(), await self._contexts.load_status(page)
        over = status.is_over
        if page.leader and status.owner:
            await self._store.pages.mark_due(page.leader, at)  # an owner of one grouped case answers for the group
        if status.alarmed_at and status.alarm_mention != page.said and not over and not page.leader:
            news = re_escalation.record_new_mention(page, status.alarm_mention, status.alarmed_at, at)
            await self._commit_page(news, page)
        elif page.is_open and status.owner:
            answer = escalation.acknowledge_page(
                page, status.owner, escalation.CLAIMING, at, over=over, claims=not over
            )
            await self._commit_page(answer, page)
        elif over:
            await self._commit_page(escalation.close_page(page, at), page)
        elif not page.is_open:
            await self._check_unclaimed(page, status, at)
        elif page.leader:
            await self._check_group_leader(page, at)
        elif grouping.can_group(page):
            await self._start_or_group(page, at)
        else:
            await self._commit_page(await self._decide_escalation(page, at), page)

    async def _check_unclaimed(self, page: Page, status: CauseStatus, at: datetime) -> None:
        """Escalate an acknowledged page again if nobody claims its case in time."""
        until = re_escalation.find_recheck_time(page, self._rules.get_escalation_policy(page.severity, page.department))
        if status.owner != page.taken_by:
            await self._commit_page(escalation.record_owner(page, status.owner, at), page)
        elif until is None or status.owner:
            await self._store.pages.save_due(page.copy_with(due=None))
        elif until > at:
            await self._store.pages.postpone_check(page, until)
        else:
            await self._commit_page(re_escalation.re_escalate(page, at), page)

    async def _decide_escalation(self, page: Page, at: datetime) -> Decision[Page] | None:
        policy = self._rules.get_escalation_policy(page.severity, page.department)
        targets = await self._targets.resolve_targets(page.department, at, page.first)
        return escalation.escalate_page(page, policy, await self._apply_rate_limit(page, targets, at), at)

    async def _apply_rate_limit(self, page: Page, targets: EscalationTargets, at: datetime) -> EscalationTargets:
        """Skip people who were paged often enough tonight, and notify them once; not for the highest severity."""
        budget = self._rules.get_page_limit()
        if budget is None or page.severity is Severity.SEV1:
            return targets
        nights = {person: get_night_number(at, targets.zones[person]) for person in targets.people}
        called = {person: await self._store.pages.list_night_pages(person, night) for person, night in nights.items()}
        spent = {person for person, pages in called.items() if len(pages) >= budget and page.id not in pages}
        left = drop_over_budget(targets, spent)
        for person in spent - set(left.people):
            await self._store.shift_summaries.notify_once(Notification.report_over_limit(person, nights[person]), at)
        return left

    async def _start_or_group(self, page: Page, at: datetime) -> None:
        """Start escalating, or group the page under the department's page that is already ringing."""
        pages = self._store.pages
        leader_id = await pages.find_group_leader(page)
        leader = (await pages.find([leader_id])).get(leader_id) if leader_id else None
        group = await pages.load_group(leader_id) if leader else PageGroup()
        if leader is not None and grouping.is_group_leader(leader, group, page):
            await pages.join_group(grouping.join_group(page, leader, at), group, at)
            return
        decision = await self._decide_escalation(page, at)
        if decision is None or not decision.after.count:
            await self._commit_page(decision, page)
        elif await pages.start_group(decision, leader_id, at) is CommitResult.WRITTEN:
            _log_page_events(decision)

    async def _check_group_leader(self, page: Page, at: datetime) -> None:
        leader = (await self._store.pages.find([page.leader])).get(page.leader)
        decision = grouping.check_grouped_page(page, leader, at)
        if decision is None:
            await self._store.pages.postpone_check(page, at + grouping.RECHECK_INTERVAL)
        else:
            await self._commit_page(decision, page)

    async def _commit_page(self, decision: Decision[Page] | None, page: Page) -> None:
        if decision is None:
            await self._store.pages.save_due(page)
        elif await self._store.pages.commit(decision, self._clock.now()) is CommitResult.WRITTEN:
            _log_page_events(decision)


def _log_page_events(decision: Decision[Page]) -> None:
    page = decision.after
    for event in decision.events:
        log.info("page", page=page.id, cause=page.cause.kind.value, what=str(event.what), by=event.by)
