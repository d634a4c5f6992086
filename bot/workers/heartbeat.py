"""Calls an address outside each minute while all is well, so that somebody notices when Earshot itself is gone."""

from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.domain.health.issues import DOWNTIME_AFTER, INBOX, RECONCILIATION
from bot.store.store import Store
from bot.workers.runner import Liveness

HEARTBEAT_INTERVAL = timedelta(minutes=1)
ISSUE_KEY = "heartbeat"

log = structlog.get_logger("heartbeat")


class HeartbeatSender(Protocol):
    async def send_heartbeat(self) -> str:
        """Why it did not arrive, in our own words; empty if it did. Never raises."""
        ...


class HeartbeatWorker:
    """Of each process its own: that one of them is well says nothing of another."""

    name = "heartbeat"
    idle = 1.0

    def __init__(self, store: Store, beat: HeartbeatSender | None, pulse: Liveness, clock: Clock) -> None:
        self._store = store
        self._sender = beat
        self._liveness = pulse
        self._clock = clock
        self._last: datetime | None = None

    async def step(self) -> int:
        """Raises `StoreUnavailable` where Redis takes no writes: nothing is called then."""
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
        if await self._store.health_issues.save_issue(
            ISSUE_KEY, f"The heartbeat does not arrive: {failed}." if failed else ""
        ):
            log.log(30 if failed else 20, "heartbeat", failed=failed)
        return 1

    def handle_failure(self, error: Exception) -> None:
        """It is tried again."""

    async def _describe_problem(self, at: datetime) -> str:
        if late := self._liveness.list_stalled(at):
            return f"{', '.join(late)} does not step"
        vigil = await self._store.health_state.load()
        if vigil.looked_at is None or at - vigil.looked_at > DOWNTIME_AFTER:
            return "nobody watches over Earshot"
        wrong = [vigil.troubles[name].sentence for name in (RECONCILIATION, INBOX) if name in vigil.troubles]
        return "; ".join(wrong)
