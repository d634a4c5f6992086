"""Triage in a shard: what no department needs to see is counted, all else is left to the brand's own triage.

So the brand's own node sees most mentions of a flood only as an entry that is counted. What waits in a shard is
relayed by `RelayWorker`.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.store.inbox import IDLE, MOST_TRIES, InboxEntry, MentionMark
from bot.store.relay import RelayEntry
from bot.store.shards import MentionShard, ShardDecision
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.runner import Worker
from bot.workers.triage import TriageRules, TriageWorker
from bot.workers.triage_decider import TriageItem

log = structlog.get_logger("triage")


class ShardTriageWorker(TriageWorker):
    """Reads the inbox of a shard. Rules, mutes and open conversations are those of the brand."""

    def __init__(
        self,
        store: Store,
        shard: MentionShard,
        rules: TriageRules,
        clock: Clock,
        worker: str,
        *,
        wait: bool = True,
        idle_most: timedelta = IDLE,
    ) -> None:
        super().__init__(store, rules, clock, worker, wait=wait, idle_most=idle_most)
        self.name = f"triage:{shard.number}"
        self._shard = shard
        self._inbox = shard.inbox

    async def step(self) -> int:
        await self._shard.check_relay()
        return await super().step()

    async def _move_to_dead_letters(self, entry: InboxEntry) -> bool:
        """Relay what cannot be processed here: where all dead letters are, it becomes one."""
        if entry.mention is not None and entry.tries <= MOST_TRIES:
            return False
        why = self._failure_reasons.pop(entry.id, "")
        log.warning("mention left to the brand's triage", shard=self._shard.number, entry=entry.id, why=why)
        await self._relay_uncounted([entry])
        return True

    async def _process_entries(self, entries: Sequence[InboxEntry]) -> None:
        left = list(entries)
        while left:
            part, left = left[: self._part_size], left[self._part_size :]
            items = await self._assess_entries(part)
            replies = await self._shard.commit(await self._decide_items(items))
            stale = [one.entry for one, reply in zip(items, replies, strict=True) if reply is CommitResult.STALE]
            await self._relay_uncounted(stale)  # it was edited or deleted while it was assessed
            at, living = self._clock.now(), (item.mention for item in items if item.mention.deleted_at is None)
            await self._store.recent_mentions.append(self._recent_mentions.export_recent(self._worker, living, at))
            self._in_hand = left

    async def _decide_items(self, items: Sequence[TriageItem]) -> list[ShardDecision]:
        keys = [self._shard.keys.seen_key(item.mention.id) for item in items]
        seen = await self._shard.inbox.read_lookups(keys)
        counted = await self._decider.count_mentions(items, self._clock.now())
        decided = []
        for item, key, processed in zip(items, keys, counted, strict=True):
            kept = None if MentionMark.parse(seen[key]).is_deleted else processed
            relayed = RelayEntry.from_inbox(item.entry, kept)
            decided.append(ShardDecision(item.entry, relayed, seen[key] if kept else None))
        return decided

    async def _relay_uncounted(self, entries: Sequence[InboxEntry]) -> None:
        if entries:
            await self._shard.commit([ShardDecision(entry, RelayEntry.from_inbox(entry)) for entry in entries])


class RelayWorker(Worker):
    """Brings what the triage of a shard has decided to the brand's own keys. Any number of processes may."""

    idle = 0.05

    def __init__(self, shard: MentionShard) -> None:
        self.name = f"relay:{shard.number}"
        self._relay = shard.relay

    async def step(self) -> int:
        return await self._relay.relay_batch()
