"""Readiness of this process, and the status of all of Earshot."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.domain.commits import StoreUnavailable
from bot.domain.health.source_health import SourceHealth, compute_delay, compute_rate, compute_usual_rate, get_backlog
from bot.store.store import Store
from bot.web.process_group import ProcessGroup

STUCK_AFTER = 60.0
"""Seconds that a mention may wait for triage before the queue counts as stuck."""
UNWATCHED_AFTER = 120.0
"""Seconds without spike detection after which that is an issue."""
WITHIN = 2.0
"""Seconds for the store to take a write: probes do not wait for long."""
SILENT = f"Redis takes no write within {WITHIN:.0f} s."
DRAINING = "This process is stopping. Ask another one."


@dataclass(frozen=True, slots=True)
class ReadinessStatus:
    """Readiness of this process alone: an issue elsewhere must not take every process out of service."""

    reason: str = ""
    """A sentence, or '' where it is ready."""

    @property
    def status(self) -> int:
        return 503 if self.reason else 200

    def to_json(self) -> dict[str, Any]:
        return {"ready": not self.reason, "why": self.reason}


async def check_readiness(*stores: Store, stopping: bool) -> ReadinessStatus:
    """Return the readiness: one of the stores takes writes. Never raises.

    In a cluster each brand may be on another node, and one that is away must not stop the others.
    """
    if stopping:
        return ReadinessStatus(DRAINING)
    found = await asyncio.gather(*map(_check_store, stores))
    return next((one for one in found if not one.reason), found[0])


async def _check_store(store: Store) -> ReadinessStatus:
    try:
        async with asyncio.timeout(WITHIN):
            await store.check_writable()
    except TimeoutError:
        return ReadinessStatus(SILENT)
    except StoreUnavailable as no:
        return ReadinessStatus(str(no))
    return ReadinessStatus()


@dataclass(frozen=True, slots=True)
class BrandHealth:
    """What the endpoints ask of one brand: its store, the sources of this process, each with its issue or ''."""

    store: Store
    sources: Mapping[str, str] = field(default_factory=dict)
    departments: tuple[str, ...] = ()
    issues: Mapping[str, str] = field(default_factory=dict)
    """Further issues that only this process knows."""


async def read_all_statuses(
    brands: Mapping[str, BrandHealth], at: datetime, group: ProcessGroup, *, stopping: bool
) -> dict[str, Any]:
    """Return the status of the only brand, whose id is empty, or of each by its id. Never raises."""
    found = {
        name: await read_system_status(brand.store, brand.sources, at, stopping=stopping, issues=brand.issues)
        for name, brand in brands.items()
    }
    if "" in found:
        return add_processes(found[""], group, "").to_json()
    states = {name: add_processes(status, group, name).to_json() for name, status in found.items()}
    return {"ready": any(status.ready for status in found.values()), "brands": states}


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """Status of all processes together."""

    ready: bool
    issues: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Any] = field(default_factory=dict)
    queues: Mapping[str, Any] = field(default_factory=dict)
    processes: Mapping[str, Any] = field(default_factory=dict)
    """This process and those that it started."""

    def to_json(self) -> dict[str, Any]:
        return {
            "ready": self.ready,
            "troubles": dict(self.issues),
            "sources": dict(self.sources),
            "queues": dict(self.queues),
            "processes": dict(self.processes),
        }


async def read_system_status(
    store: Store,
    sources: Mapping[str, str],
    at: datetime,
    *,
    stopping: bool = False,
    issues: Mapping[str, str] = MappingProxyType({}),
) -> SystemStatus:
    """Return the status. `sources` are those of this process, each with its issue or ''. Never raises."""
    readiness = await check_readiness(store, stopping=stopping)
    refused = {**issues, **({"redis": readiness.reason} if readiness.reason and not stopping else {})}
    if readiness.reason == SILENT:
        return SystemStatus(ready=False, issues=refused)
    try:
        found = await store.health_issues.load_issues() | refused
        last_seen = await store.intake.load_source_activity()
        health = await store.source_health.load_all()
        waiting, oldest = await store.intake.measure_backlog()
        pending = await store.outbox.list_queues(1)
        checked_at = await store.baselines.load_check_time()
    except StoreUnavailable as away:
        return SystemStatus(ready=False, issues={**issues, "redis": str(away)})
    age = (at.timestamp() * 1000 - oldest) / 1000 if oldest else 0.0
    if age > STUCK_AFTER:
        found["triage"] = f"A mention has waited for {age:.0f} s: triage does not move. Is a worker running?"
    if checked_at and (unchecked_for := at.timestamp() - checked_at / 1000) > UNWATCHED_AFTER:
        found["spikes"] = f"Spike detection has not run for {unchecked_for:.0f} s. Is its worker running?"
    names = sorted({*sources, *health})
    return SystemStatus(
        ready=not readiness.reason,
        issues=found,
        sources={
            name: _describe_source(sources.get(name, ""), last_seen.get(name), health.get(name), at) for name in names
        },
        queues={
            "inbox": {"length": waiting, "age_seconds": round(age, 1)},
            "outbox": {
                str(queue.destination): {
                    "length": queue.length,
                    "age_seconds": round((at - queue.head[0].since).total_seconds(), 1),
                }
                for queue in pending
            },
        },
    )


def add_processes(status: SystemStatus, group: ProcessGroup, brand: str) -> SystemStatus:
    """Add this process and those that it started, and what is wrong with them for the brand."""
    problem = group.describe_problem(brand)
    issues = {**status.issues, "processes": f"{problem}."} if problem else status.issues
    return replace(status, issues=issues, processes=group.list_processes())


def _describe_source(issue: str, last_seen: int | None, health: SourceHealth | None, at: datetime) -> dict[str, Any]:
    health = health or SourceHealth()
    last = round(at.timestamp() - last_seen / 1000, 1) if last_seen else None
    delay, quota = compute_delay(health, at), health.quota
    return {
        "trouble": issue,
        "last_mention_seconds_ago": last,
        "newest_post_at": health.newest.isoformat() if health.newest else None,
        "delay_seconds": round(delay.total_seconds(), 1) if delay is not None else None,
        "last_hour": compute_rate(health, at),
        "usual_hour": compute_usual_rate(health, at),
        "imported": health.imported,
        "waiting": get_backlog(health, at),
        "quota": quota._replace(until=None)._asdict() | {"until": quota.until.isoformat() if quota.until else None}
        if quota
        else None,
    }
