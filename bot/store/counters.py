"""The books: every mention that was let in is somewhere, or we say that it is not."""

from bot.domain.reports.report import Reconciliation
from bot.store.client import parse_counts
from bot.store.repository import RedisStore

COUNTED = ("seen", "opened", "joined", "tallied", "spam", "editing")


class MentionCounters(RedisStore):
    async def read(self) -> Reconciliation:
        """At one instant: a mention on its way from the inbox to the counters is in one of the two."""
        flat, waiting, dead = await self._client.run_script(
            "books", [self._keys.mention_counters, self._keys.inbox, self._keys.dead_letters], []
        )
        counted = {word: count for word, count in parse_counts(flat).items() if word in COUNTED}
        return Reconciliation(**counted, waiting=int(waiting), dead=int(dead))
