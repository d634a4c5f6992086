"""Give each declared crisis a channel, count its mentions, and remind people of updates that are due."""

from contextlib import suppress

import structlog

from bot.clock import Clock
from bot.domain.commits import Decision
from bot.domain.crises import transitions
from bot.domain.crises.transitions import CHANNEL_TIMEOUT, COUNT_INTERVAL
from bot.domain.crisis import Crisis, MentionCounts
from bot.domain.paging.grouping import can_take_over, take_over_page
from bot.domain.periods import widen_to_quarters
from bot.domain.reports.report import ReportQuery
from bot.domain.reports.rolled_days import HOURS_KEPT
from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError
from bot.sinks.slack import SlackSink
from bot.store.fencing import enforce_fence
from bot.store.pages import PageGoneError
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.retry_backoff import RetryBackoff
from bot.workers.runner import Worker

IGNORED_INVITE_ERRORS = frozenset({"already_in_channel", "cant_invite_self"})
LEASE_NAME = "crises"

log = structlog.get_logger("crises")


class CrisisWorker(Worker):
    """Only the process with the lease works, so that no channel is created twice."""

    name = "crises"
    idle = 1.0

    def __init__(self, store: Store, sink: SlackSink, clock: Clock) -> None:
        self._store = store
        self._sink = sink
        self._clock = clock
        self._backoff = RetryBackoff(self.name, clock)

    async def step(self) -> int:
        is_any_open = bool(await self._store.crises.list_open_crises())
        fence = await self._store.leases.acquire(LEASE_NAME) if is_any_open else None
        if fence is None:
            return 0
        with enforce_fence(fence):
            found = await self._store.crises.list_open_crises()  # the last holder may have changed them
            todo = [one for one in found if not self._backoff.is_waiting(one.id)]
            return sum([await self._backoff.run_guarded(one.id, self._advance_crisis(one)) for one in todo])

    async def _advance_crisis(self, crisis: Crisis) -> int:
        if await self._take_over_pages(crisis):
            return 1
        if not crisis.housed:
            return await self._assign_channel(crisis)
        at = self._clock.now()
        page = (await self._store.pages.find([crisis.page])).get(crisis.page)
        decision = transitions.check_crisis(crisis, page, at)
        is_due = crisis.counted_at is None or at - crisis.counted_at >= COUNT_INTERVAL
        if decision is None and is_due and at - crisis.origin.began_at < HOURS_KEPT:  # then the last counts stay
            span, query = widen_to_quarters(crisis.origin.began_at, at), ReportQuery(subject=crisis.origin.subject)
            [tally] = await self._store.report_counters.load_tallies(span, query=query)
            cases = await self._store.cases.find(crisis.cases)
            still_open = sum(not one.is_closed for one in cases.values())
            decision = transitions.record_counts(crisis, MentionCounts.from_tally(tally), still_open, at)
        return await self._commit_crisis(decision) if decision else 0

    async def _take_over_pages(self, crisis: Crisis) -> int:
        """Group the pages of its cases under its own page, once that has reached somebody."""
        if crisis.taken_over or not crisis.pages:
            return 0
        leader = (await self._store.pages.find([crisis.page])).get(crisis.page)
        if leader is None or not can_take_over(leader):
            return 0
        at = self._clock.now()
        for page in crisis.pages:
            with suppress(PageGoneError):
                await self._store.pages.change_if_needed(page, lambda one: take_over_page(one, leader, at), at)
        return await self._commit_crisis(transitions.record_takeover(crisis, at))

    async def _assign_channel(self, crisis: Crisis) -> int:
        """Create a channel for the crisis, or use the department's and say why."""
        channel, why = "", ""
        try:
            channel, why = await self._create_or_find_channel(f"crisis-{crisis.declared_at:%Y-%m-%d}-{crisis.id}")
        except DeliveryUnknownError:
            if self._clock.now() - crisis.declared_at < CHANNEL_TIMEOUT:
                return 0
            why = "Slack did not answer"
        except (NotSentError, RateLimitedError):
            return 0
        if channel:
            await self._invite_people(channel, crisis)
        return await self._commit_crisis(transitions.assign_channel(crisis, channel, why, self._clock.now()))

    async def _create_or_find_channel(self, name: str) -> tuple[str, str]:
        """Return the channel's id, or why there is none. A name that is taken may be ours, its answer lost."""
        try:
            return await self._sink.create_channel(name), ""
        except SlackRejectedError as no:
            if no.error != "name_taken":
                missing = no.error == "missing_scope"
                return "", "the scope channels:manage is not granted" if missing else f"Slack says {no.error}"
        try:
            return await self._sink.find_channel(name), f"#{name} belongs to somebody else"
        except SlackRejectedError as no:
            return "", f"#{name} was made and cannot be found, and channels:read is not granted ({no.error})"

    async def _invite_people(self, channel: str, crisis: Crisis) -> None:
        """Invite people one by one: in one call, a person who left would keep all others out."""
        for person in crisis.people:
            try:
                await self._sink.invite_person(channel, person)
            except (SlackRejectedError, DeliveryUnknownError, NotSentError, RateLimitedError) as no:
                if not isinstance(no, SlackRejectedError) or no.error not in IGNORED_INVITE_ERRORS:
                    log.warning("not invited", crisis=crisis.id, person=person, reason=str(no))

    async def _commit_crisis(self, decision: Decision[Crisis]) -> int:
        if await self._store.crises.commit(decision, self._clock.now()) is CommitResult.WRITTEN:
            log.info("crisis", crisis=decision.after.id, version=decision.after.version)
        return 1
