"""Takes pages that are due: calls the next person, or sees that somebody has answered without pressing a button."""

import asyncio
from datetime import datetime

import structlog

from bot.clock import Clock
from bot.domain.commits import Decision
from bot.domain.outbox import Notification
from bot.domain.paging import escalation, grouping, re_escalation
from bot.domain.paging.contact_methods import PagingRules
from bot.domain.paging.context import CauseStatus
from bot.domain.paging.page import Page, PageGroup, Severity
from bot.domain.paging.rate_limit import drop_over_budget, get_night_number
from bot.domain.paging.targets import EscalationTargets
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.paging.context import PageContexts
from bot.workers.paging.targets import TargetResolver
from bot.workers.retry_backoff import RetryBackoff

CLAIM_METHOD = "claiming it"
"""How somebody answered who took the case and pressed nothing else."""

BATCH_SIZE = 100
CONCURRENCY = 16
"""Pages looked at side by side: each costs some round trips, between which triage may have the loop for a while."""

log = structlog.get_logger("pages")


class EscalationWorker:
    """Any number may run: the version decides who climbs, so that no rung is skipped and none climbed twice."""

    name = "pages"
    idle = 0.1

    def __init__(
        self, store: Store, rules: PagingRules, lines: TargetResolver, matters: PageContexts, clock: Clock
    ) -> None:
        self._store = store
        self._rules = rules
        self._target_resolver = lines
        self._contexts = matters
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

    def handle_failure(self, error: Exception) -> None:
        """Nothing is in hand between steps: what is due stays due."""

    async def _process_page(self, page: Page) -> None:
        at, standing = self._clock.now(), await self._contexts.load_status(page)
        if page.leader and standing.owner:
            await self._store.pages.mark_due(page.leader, at)  # who has one case of a storm has answered for all
        if standing.alarmed_at and standing.alarm_mention != page.said and not standing.is_over and not page.leader:
            await self._commit_page(
                re_escalation.record_new_mention(page, standing.alarm_mention, standing.alarmed_at, at), page
            )
        elif page.is_open and standing.owner:
            by, over = standing.owner, standing.is_over
            await self._commit_page(
                escalation.acknowledge_page(page, by, CLAIM_METHOD, at, over=over, claims=not over), page
            )
        elif standing.is_over:
            await self._commit_page(escalation.close_page(page, at), page)
        elif not page.is_open:
            await self._check_unclaimed(page, standing, at)
        elif page.leader:
            await self._check_group_leader(page, at)
        elif grouping.can_group(page):
            await self._start_or_group(page, at)
        else:
            await self._commit_page(await self._decide_escalation(page, at), page)

    async def _check_unclaimed(self, page: Page, status: CauseStatus, at: datetime) -> None:
        """Somebody has answered: whether the case is claimed as well."""
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
        line = await self._target_resolver.resolve_targets(page.department, at, page.first)
        return escalation.escalate_page(page, policy, await self._apply_rate_limit(page, line, at), at)

    async def _apply_rate_limit(self, page: Page, targets: EscalationTargets, at: datetime) -> EscalationTargets:
        """Who was called often enough tonight is passed over, and told so; never for the worst."""
        budget = self._rules.get_page_limit()
        if budget is None or page.severity is Severity.SEV1:
            return targets
        nights = {person: get_night_number(at, targets.zones[person]) for person in targets.people}
        called = {person: await self._store.pages.list_night_pages(person, night) for person, night in nights.items()}
        spent = {person for person, pages in called.items() if len(pages) >= budget and page.id not in pages}
        left = drop_over_budget(targets, spent)
        for person in spent - set(left.people):
            told = Notification.report_over_limit(person, nights[person])
            await self._store.shift_summaries.notify_once(told, at)
        return left

    async def _start_or_group(self, page: Page, at: datetime) -> None:
        """It calls, or follows one that calls already."""
        pages = self._store.pages
        ringing = await pages.find_group_leader(page)
        leader = (await pages.find([ringing])).get(ringing) if ringing else None
        storm = await pages.load_group(ringing) if leader else PageGroup()
        if leader is not None and grouping.is_group_leader(leader, storm, page):
            await pages.join_group(grouping.join_group(page, leader, at), storm, at)
            return
        decision = await self._decide_escalation(page, at)
        if decision is None or not decision.after.count:
            await self._commit_page(decision, page)
        elif await pages.start_group(decision, ringing, at) is CommitResult.WRITTEN:
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
