"""Backfill of what happened before: closed cases and counts of posts, without a trace in the reconciliation."""

from collections import Counter
from collections.abc import Iterable

from bot.domain.commits import CaseDecision, ProcessedMention
from bot.store.case_writer import write_cases
from bot.store.keys import TALLIES_KEPT
from bot.store.mention_writer import build_tally_field, list_theme_fields, rank_top_post
from bot.store.person_writer import count_contacts
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction, commit


class HistoryStore(RedisStore):
    """Nothing of it passes the inbox, so that `seen` and its parts stay what was admitted."""

    async def backfill_cases(self, closed: Iterable[tuple[ProcessedMention | None, CaseDecision]]) -> None:
        """Write closed cases with their durations, resolutions and corrections. Nobody is told.

        Those that come with their post may be among the top posts of its hour.
        """
        transactions = []
        for processed, decision in closed:
            assert decision.case.resolved_at is not None
            transaction = Transaction(self._keys.inbox)
            write_cases(transaction, self._keys, decision, decision.case.resolved_at)
            count_contacts(transaction, self._keys, decision)
            if processed is not None:
                rank_top_post(transaction, self._keys, processed, decision.case)
            transactions.append(transaction)
        await commit(self._client, *transactions)

    async def backfill_counts(self, posts: Iterable[ProcessedMention]) -> None:
        """Count posts in the tallies of their hours."""
        hours: dict[str, Counter[str]] = {}
        for one in posts:
            at = one.mention.created_at
            hours.setdefault(self._keys.tally_key(at), Counter())[build_tally_field(one, at)] += 1
            if themes := list_theme_fields(one, at):
                hours.setdefault(self._keys.themes_key(at), Counter()).update(themes)
        transactions = []
        for tally, counts in hours.items():
            transaction = Transaction(self._keys.inbox)
            for field, count in counts.items():
                transaction.write("HINCRBY", tally, field, count)
            transaction.write("EXPIRE", tally, int(TALLIES_KEPT.total_seconds()))
            transactions.append(transaction)
        await commit(self._client, *transactions)
