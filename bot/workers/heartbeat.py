"""Call an outside address each minute while all is well, so that somebody notices when Earshot is down."""

from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.domain.health.issues import DOWNTIME_AFTER, INBOX, RECONCILIATION
from bot.store.store import Store
from bot.workers.runner import Liveness, Worker

HEARTBEAT_INTERVAL = timedelta(minutes=1)
ISSUE_KEY = "heartbeat"

log = structlog.get_logger("heartbeat")


class HeartbeatSender(Protocol):
    async def send_heartbeat(self) -> str:
        """Return why it did not arrive, in our own words; empty if it did. Never raises."""


class HeartbeatWorker(Worker):
    """Each process has one: that one process is healthy says nothing about another."""

    name = "heartbeat"
    idle = 1.0

    def __init__(self, store: Store, sender: HeartbeatSender | None, liveness: Liveness, clock: Clock) -> None:
        self._store = store
        self._sender = sender
        self._liveness = liveness
        self._clock = clock
        self._last: datetime | None = None

    async def step(self) -> int:
        """Raises `StoreUnavailable` if Redis takes no writes: no heartbeat is sent then."""
        at = self._clock.now()
        if self._sender is None or (self._last is not None and at - self._last < HEARTBEAT_INTERVAL):
            return 0
        await self._store.check_writable()
        why = await self._describe_problem(at)
        self._last = at
        if why:
            log.warning("no heartbeat", why=why)
            return 0
        failed = await self._sender.send_heartbeat()
        issue = f"The heartbeat does not arrive: {failed}." if failed else ""
        if await self._store.health_issues.save_issue(ISSUE_KEY, issue):
            log.log(30 if failed else 20, "heartbeat", failed=failed)
        return 1

    async def _describe_problem(self, at: datetime) -> str:
        if stalled := self._liveness.list_stalled(at):
            return f"{', '.join(stalled)} has stopped"
        health = await self._store.health_state.load()
        if health.looked_at is None or at - health.looked_at > DOWNTIME_AFTER:
            return "the health monitor has stopped"
        return "; ".join(health.troubles[name].sentence for name in (RECONCILIATION, INBOX) if name in health.troubles)
