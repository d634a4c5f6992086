"""Looks every half minute whether Earshot itself is well, and calls its operators where it is not."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.domain.destination import ToPager
from bot.domain.health.issues import HealthSnapshot, check_health
from bot.store.brand_identity import restore_meta
from bot.store.leases import LEASE_LENGTH
from bot.store.record_reader import TROUBLE
from bot.store.store import Store
from bot.store.transaction import CommitResult

LEASE_NAME = "vigil"
PAGER_PREFIX = "pager:"
"""How the parts are called of which pagers tell their troubles."""
SOURCE_PREFIX = "source:"
"""The same of sources that read nothing until somebody acts or a date comes."""
PAGER_ISSUE_TTL = timedelta(hours=1)
"""A pager that failed is only known to be well once it has rung; its trouble is not kept until then."""

log = structlog.get_logger("vigil")


class HealthRules(Protocol):
    def list_source_names(self) -> Iterable[str]:
        """The names of those that go on for ever: a recorded day ends, and is silent then."""
        ...


class HealthMonitor:
    """One at a time, where the lease is; the version guards what two would do at once."""

    name = "vigil"
    idle = 5.0

    def __init__(self, store: Store, rules: HealthRules, clock: Clock, lease: timedelta = LEASE_LENGTH) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock
        self._lease = lease

    async def step(self) -> int:
        at = self._clock.now()
        known = await self._store.health_state.load()
        if not known.is_check_due(at) or not await self._store.leases.acquire(LEASE_NAME, self._lease):
            return 0
        await restore_meta(self._store.client, self._store.brand)
        if found := await self._store.quarantine.retry_records(at):
            log.info("records can be read again", count=found)
        decision = check_health(known, await self._build_snapshot(at), at)
        if await self._store.health_state.commit(decision, at) is CommitResult.WRITTEN:
            for one in decision.notifications:
                log.warning("earshot itself", what=one.kind.value, trouble=one.subject_id)
            for name, trouble in decision.after.troubles.items():
                if name.startswith(PAGER_PREFIX) and at - trouble.since > PAGER_ISSUE_TTL:
                    await self._store.health_issues.save_issue(name, "")
        return len(decision.notifications)

    def handle_failure(self, error: Exception) -> None:
        """Nothing is in hand between steps."""

    async def _build_snapshot(self, at: datetime) -> HealthSnapshot:
        heard = await self._store.inbox.load_source_activity()
        _, oldest = await self._store.inbox.measure_backlog()
        owed = [
            queue for queue in await self._store.outbox.list_queues(1) if not isinstance(queue.destination, ToPager)
        ]
        said = await self._store.health_issues.load_issues()
        known = {TROUBLE, *(f"{SOURCE_PREFIX}{name}" for name in self._rules.list_source_names())}
        for part in said.keys() - known:
            if part.startswith(SOURCE_PREFIX):  # of a source that is no longer in the playbook
                await self._store.health_issues.save_issue(part, "")
        return HealthSnapshot(
            last_mentions={name: heard[name] / 1000 for name in self._rules.list_source_names() if name in heard},
            inbox=at - datetime.fromtimestamp(oldest / 1000, at.tzinfo) if oldest else timedelta(),
            outbox=max((at - queue.head[0].since for queue in owed), default=timedelta()),
            unaccounted=(await self._store.mention_counters.read()).unaccounted,
            pager_issues={
                part: sentence for part, sentence in said.items() if part.startswith(PAGER_PREFIX) or part in known
            },
        )
