"""Backfill of what happened before: closed cases and counts of posts, without a trace in the reconciliation."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from bot.domain.audit import AuditEvent
from bot.domain.commits import CaseDecision, ProcessedMention
from bot.domain.health.source_health import HOURS_KEPT
from bot.store.case_writer import write_cases
from bot.store.decision_writer import add_audit_event
from bot.store.keys import TALLIES_KEPT
from bot.store.mention_writer import add_to_tally, build_tally_field, list_theme_fields, rank_top_post
from bot.store.person_writer import count_contacts
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction, commit

HOUR_SECONDS = 3600
EVENTS_AT_ONCE = 100


class HistoryStore(RedisStore):
    """Nothing of it passes the inbox, so that `seen` and its parts stay what was admitted."""

    async def backfill_cases(self, closed: Iterable[tuple[ProcessedMention | None, CaseDecision]]) -> None:
        """Write closed cases with their durations, resolutions, corrections and events. Nobody is told.

        Those that come with their post may be among the top posts of its hour.
        """
        transactions = []
        events: list[tuple[AuditEvent, str]] = []
        for processed, decision in closed:
            assert decision.case.resolved_at is not None
            transaction = Transaction(self._keys.inbox)
            write_cases(transaction, self._keys, decision, decision.case.resolved_at)
            count_contacts(transaction, self._keys, decision)
            if processed is not None:
                rank_top_post(transaction, self._keys, processed, decision.case)
            transactions.append(transaction)
            events += ((event, decision.case.id) for event in decision.case.history)
        events.sort(key=lambda one: one[0].at)  # whoever reads the log backwards stops at what is too old
        starts = range(0, len(events), EVENTS_AT_ONCE)
        transactions += (self._log_events(events[start : start + EVENTS_AT_ONCE]) for start in starts)
        await commit(self._client, *transactions)

    def _log_events(self, events: Iterable[tuple[AuditEvent, str]]) -> Transaction:
        transaction = Transaction(self._keys.inbox)
        for event, case_id in events:
            add_audit_event(transaction, self._keys, event, "case", case_id)
        return transaction

    async def backfill_counts(self, posts: Iterable[ProcessedMention]) -> None:
        """Count posts in the tallies of their hours."""
        tallies, themes = dict[datetime, Counter[str]](), dict[datetime, Counter[str]]()
        for one in posts:
            at = one.mention.created_at
            hour = at.replace(minute=0, second=0, microsecond=0)
            tallies.setdefault(hour, Counter())[build_tally_field(one, at)] += 1
            themes.setdefault(hour, Counter()).update(list_theme_fields(one, at))
        transactions = []
        for hour, counts in tallies.items():
            transaction = Transaction(self._keys.inbox)
            for field, count in counts.items():
                add_to_tally(transaction, self._keys, hour, field, count)
            for field, count in themes[hour].items():
                transaction.write("HINCRBY", self._keys.themes_key(hour), field, count)
                transaction.add_upkeep("EXPIRE", self._keys.themes_key(hour), int(TALLIES_KEPT.total_seconds()))
            transactions.append(transaction)
        await commit(self._client, *transactions)

    async def backfill_source(self, source: str, times: Iterable[datetime]) -> None:
        """Record when a source brought its posts, in the hash that `admit` continues."""
        hours = Counter(int(at.timestamp()) // HOUR_SECONDS for at in times)
        slots = {f"h{hour % HOURS_KEPT}": f"{hour} {count}" for hour, count in sorted(hours.items())}
        fields = [part for slot in slots.items() for part in slot]
        started = min(hours) * HOUR_SECONDS * 1000
        await self._client.execute("HSET", self._keys.source_health_key(source), "started", started, *fields)
