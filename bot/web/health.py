"""Whether this process can do its work: Redis answers, sources are heard from, queues move."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.decision import Unreachable
from bot.store.opening import Store

STUCK_AFTER = 60.0
"""Seconds for which a mention may wait for triage before its queue is said not to move."""

UNWATCHED_AFTER = 120.0
"""Seconds without a look for spikes after which that is said. It keeps nobody from being ready."""


@dataclass(frozen=True, slots=True)
class State:
    ready: bool
    troubles: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Any] = field(default_factory=dict)
    queues: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "ready": self.ready,
            "troubles": dict(self.troubles),
            "sources": dict(self.sources),
            "queues": dict(self.queues),
        }


async def ready(store: Store, sources: Mapping[str, str], at: datetime) -> State:
    """Never raises: that the store is away is an answer."""
    try:
        troubles = await store.troubles.all()
        heard = await store.inbox.heard()
        waiting, oldest = await store.inbox.waiting()
        owed = await store.outbox.queues(1)
        looked = await store.baselines.last_look()
    except Unreachable as away:
        return State(ready=False, troubles={"redis": str(away)})
    age = (at.timestamp() * 1000 - oldest) / 1000 if oldest else 0.0
    if age > STUCK_AFTER:
        troubles["triage"] = f"A mention has waited for {age:.0f} s: triage does not move. Is a worker running?"
    if looked and (unwatched := at.timestamp() - looked / 1000) > UNWATCHED_AFTER:
        troubles["spikes"] = f"Nobody has watched for spikes for {unwatched:.0f} s. Is that worker running?"
    names = sorted({*sources, *heard})
    return State(
        ready="slack" not in troubles and "triage" not in troubles,
        troubles=troubles,
        sources={name: _source(sources.get(name, ""), heard.get(name), at) for name in names},
        queues={
            "inbox": {"length": waiting, "age_seconds": round(age, 1)},
            "outbox": {
                queue.to: {
                    "length": queue.length,
                    "age_seconds": round((at - queue.head[0].since).total_seconds(), 1),
                }
                for queue in owed
            },
        },
    )


def _source(trouble: str, heard: int | None, at: datetime) -> dict[str, Any]:
    last = round(at.timestamp() - heard / 1000, 1) if heard else None
    return {"trouble": trouble, "last_mention_seconds_ago": last}
