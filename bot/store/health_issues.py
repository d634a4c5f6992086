"""What is wrong right now, in words, by the part that found it: for `/statusz`, the Home tab and the operators."""

from bot.store.client import parse_hash
from bot.store.repository import RedisStore


class HealthIssueStore(RedisStore):
    async def save_issue(self, part: str, sentence: str) -> bool:
        """Says whether this is news. An empty sentence: the part is well again."""
        if not sentence:
            return bool(await self._client.execute("HDEL", self._keys.health_issues, part))
        before, _ = await self._client.execute_batch(
            [("HGET", self._keys.health_issues, part), ("HSET", self._keys.health_issues, part, sentence)]
        )
        return bool(before != sentence)

    async def load_issues(self) -> dict[str, str]:
        reply = await self._client.execute("HGETALL", self._keys.health_issues)
        return dict(sorted(parse_hash(reply).items()))
