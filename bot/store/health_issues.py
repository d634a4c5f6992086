"""Current health issues as sentences, by the part that reported them, for `/statusz`, the Home tab and operators."""

from bot.store.client import parse_hash
from bot.store.repository import RedisStore


class HealthIssueStore(RedisStore):
    async def save_issue(self, part: str, sentence: str) -> bool:
        """Set the issue of a part, or clear it with an empty sentence. Return True if this changed something."""
        if not sentence:
            return bool(await self._client.execute("HDEL", self._keys.health_issues, part))
        key = self._keys.health_issues
        before, _ = await self._client.execute_batch([("HGET", key, part), ("HSET", key, part, sentence)])
        return bool(before != sentence)

    async def load_issues(self) -> dict[str, str]:
        reply = await self._client.execute("HGETALL", self._keys.health_issues)
        return dict(sorted(parse_hash(reply).items()))
