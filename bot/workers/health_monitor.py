"""Check every half minute whether Earshot itself is healthy, and page its operators if it is not."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.domain.destination import ToPager
from bot.domain.health.issues import PROCESSES, REFUSED, HealthSnapshot, check_health
from bot.sources.base import OUTLET
from bot.store.brand_identity import restore_meta
from bot.store.leases import LEASE_LENGTH
from bot.store.record_reader import TROUBLE
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.ingest import FLOOD
from bot.workers.runner import Worker

LEASE_NAME = "vigil"
PAGER_PREFIX = "pager:"
"""Health issues of pagers begin so."""
SOURCE_PREFIX = "source:"
"""Health issues of sources that read nothing until somebody acts, or until a date."""
REPORTED = (PAGER_PREFIX, REFUSED, PROCESSES)
"""Issues that are not kept until somebody clears them, who may be gone."""
PAGER_ISSUE_TTL = timedelta(hours=1)
"""A pager that failed is known to work only after its next page; its issue is not kept until then."""

log = structlog.get_logger("vigil")


class HealthRules(Protocol):
    def list_source_names(self) -> Iterable[str]:
        """Return the sources that never end; a recorded day ends, and is silent then."""


class HealthMonitor(Worker):
    """Only the process with the lease works; the version guards against two at once."""

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
                log.warning("health issue", what=one.kind.value, trouble=one.subject_id)
            for name, trouble in decision.after.troubles.items():
                if name.startswith(REPORTED) and at - trouble.since > PAGER_ISSUE_TTL:
                    await self._store.health_issues.save_issue(name, "")
        return len(decision.notifications)

    async def _build_snapshot(self, at: datetime) -> HealthSnapshot:
        activity = await self._store.intake.load_source_activity()
        _, oldest = await self._store.intake.measure_backlog()
        queues = await self._store.outbox.list_queues(1)
        waits = [at - queue.head[0].since for queue in queues if not isinstance(queue.destination, ToPager)]
        issues = await self._store.health_issues.load_issues()
        sources = tuple(self._rules.list_source_names())
        known = {TROUBLE, *(f"{SOURCE_PREFIX}{name}" for name in sources)}
        for key in issues.keys() - known:
            if key.startswith(SOURCE_PREFIX) or (
                key.startswith((f"{FLOOD}:", f"{OUTLET}:")) and key.partition(":")[2] not in sources
            ):  # of a source that is no longer in the playbook
                await self._store.health_issues.save_issue(key, "")
        return HealthSnapshot(
            last_mentions={name: activity[name] / 1000 for name in sources if name in activity},
            inbox=at - datetime.fromtimestamp(oldest / 1000, at.tzinfo) if oldest else timedelta(),
            outbox=max(waits, default=timedelta()),
            unaccounted=(await self._store.mention_counters.read()).unaccounted,
            pager_issues={key: text for key, text in issues.items() if key.startswith(REPORTED) or key in known},
        )
