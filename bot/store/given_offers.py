"""What each department has given on a day of the brand, counted in the commit that resolves a case."""

from bot.domain.offers import OfferCount
from bot.store.client import parse_counts
from bot.store.keys import TALLIES_KEPT, Keys, join_field, split_field
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction


def add_offer_count(transaction: Transaction, keys: Keys, count: OfferCount) -> None:
    """Count what is given; where a day has a limit, only if nobody gave of the same meanwhile."""
    key, field = keys.given_key(count.day), join_field(count.department, count.offer)
    if count.used_before is not None:
        transaction.guard(key, count.used_before or "", field)
    transaction.write("HINCRBY", key, field, count.hundredths)
    transaction.add_upkeep("EXPIRE", key, int(TALLIES_KEPT.total_seconds()))


class GivenOfferStore(RedisStore):
    async def load_used(self, day: str, department: str) -> dict[str, int]:
        """Return what a department gave on a day, in hundredths, by the text of the offer."""
        counts = parse_counts(await self._client.execute("HGETALL", self._keys.given_key(day)))
        fields = {field: split_field(field) for field in counts}
        return {offer: counts[field] for field, (name, offer) in fields.items() if name == department}
