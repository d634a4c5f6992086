"""Whether this process can take a request, and how the whole of Earshot is."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.commits import StoreUnavailable
from bot.store.store import Store

STUCK_AFTER = 60.0
"""Seconds for which a mention may wait for triage before its queue is said not to move."""

UNWATCHED_AFTER = 120.0
"""Seconds without a look for spikes after which that is said."""


WITHIN = 2.0
"""Seconds for the store to take a write: whoever probes does not wait for long, and requests would not either."""
SILENT = f"Redis takes no write within {WITHIN:.0f} s."
DRAINING = "This process is stopping; ask another one."


@dataclass(frozen=True, slots=True)
class ReadinessStatus:
    """Of this process alone: what is wrong elsewhere would take every process out of service at once."""

    reason: str = ""
    """A sentence; empty where it can take a request."""

    @property
    def status(self) -> int:
        return 503 if self.reason else 200

    def to_json(self) -> dict[str, Any]:
        return {"ready": not self.reason, "why": self.reason}


async def check_readiness(store: Store, *, stopping: bool) -> ReadinessStatus:
    """Never raises: that the store takes no writes is an answer."""
    if stopping:
        return ReadinessStatus(DRAINING)
    try:
        async with asyncio.timeout(WITHIN):
            await store.check_writable()
    except TimeoutError:
        return ReadinessStatus(SILENT)
    except StoreUnavailable as no:
        return ReadinessStatus(str(no))
    return ReadinessStatus()


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """Of the whole: everything that is wrong, wherever it is."""

    ready: bool
    issues: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Any] = field(default_factory=dict)
    queues: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "ready": self.ready,
            "troubles": dict(self.issues),
            "sources": dict(self.sources),
            "queues": dict(self.queues),
        }


async def read_system_status(
    store: Store, sources: Mapping[str, str], at: datetime, *, stopping: bool = False
) -> SystemStatus:
    """Never raises. `sources` are those of this process, with what is wrong with each."""
    readiness = await check_readiness(store, stopping=stopping)
    refused = {"redis": readiness.reason} if readiness.reason and not stopping else {}
    if readiness.reason == SILENT:
        return SystemStatus(ready=False, issues=refused)
    try:
        troubles = await store.health_issues.load_issues() | refused
        heard = await store.inbox.load_source_activity()
        waiting, oldest = await store.inbox.measure_backlog()
        owed = await store.outbox.list_queues(1)
        looked = await store.baselines.load_check_time()
    except StoreUnavailable as away:
        return SystemStatus(ready=False, issues={"redis": str(away)})
    age = (at.timestamp() * 1000 - oldest) / 1000 if oldest else 0.0
    if age > STUCK_AFTER:
        troubles["triage"] = f"A mention has waited for {age:.0f} s: triage does not move. Is a worker running?"
    if looked and (unwatched := at.timestamp() - looked / 1000) > UNWATCHED_AFTER:
        troubles["spikes"] = f"Nobody has watched for spikes for {unwatched:.0f} s. Is that worker running?"
    names = sorted({*sources, *heard})
    return SystemStatus(
        ready=not readiness.reason,
        issues=troubles,
        sources={name: _describe_source(sources.get(name, ""), heard.get(name), at) for name in names},
        queues={
            "inbox": {"length": waiting, "age_seconds": round(age, 1)},
            "outbox": {
                str(queue.destination): {
                    "length": queue.length,
                    "age_seconds": round((at - queue.head[0].since).total_seconds(), 1),
                }
                for queue in owed
            },
        },
    )


def _describe_source(trouble: str, heard: int | None, at: datetime) -> dict[str, Any]:
    last = round(at.timestamp() - heard / 1000, 1) if heard else None
    return {"trouble": trouble, "last_mention_seconds_ago": last}
