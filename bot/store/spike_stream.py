"""The stream of observations for spike detection, appended by the commit of each mention."""

from collections.abc import Iterable

import structlog
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from bot.domain.commits import ProcessedMention
from bot.domain.spikes.observation import SpikeObservation, StreamPosition, build_observation
from bot.store.keys import FEED_MOST, Keys
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction

PAGE_SIZE = 1_000
_Observed = TypeAdapter(SpikeObservation)
"""Written as an array, for releases that read nothing else; objects are read, too."""
_NOTHING = SpikeObservation(at=0.0, subject="", mention="", who="", department="")

log = structlog.get_logger("feed")


def append_observation(transaction: Transaction, keys: Keys, processed: ProcessedMention, subject: str) -> None:
    """Append an observation, unless the mention is spam or about no subject of the playbook."""
    seen = build_observation(processed, subject) if subject else None
    if seen is not None:
        transaction.write("XADD", keys.spike_stream, "*", "o", to_json(seen[:-1]).decode())
        transaction.add_upkeep("XTRIM", keys.spike_stream, "MAXLEN", "~", FEED_MOST)


class SpikeStream(RedisStore):
    async def read(self, after: StreamPosition, limit: int = PAGE_SIZE) -> list[SpikeObservation]:
        """Read observations after a position, in the order of commits."""
        start = f"({after[0]}-{after[1]}"
        reply = await self._client.execute("XRANGE", self._keys.spike_stream, start, "+", "COUNT", limit)
        return [parse_observation(place, fields[1]) for place, fields in reply]

    async def read_newest(self, limit: int) -> list[SpikeObservation]:
        """Read the latest observations, the newest first."""
        reply = await self._client.execute("XREVRANGE", self._keys.spike_stream, "+", "-", "COUNT", limit)
        return [parse_observation(place, fields[1]) for place, fields in reply]

    async def find(self, places: Iterable[StreamPosition]) -> list[SpikeObservation]:
        """Return the observations at these positions, without those that were trimmed or deleted."""
        entries = [f"{first}-{second}" for first, second in places]
        replies = await self._client.execute_each([("XRANGE", self._keys.spike_stream, one, one) for one in entries])
        return [parse_observation(place, fields[1]) for reply in replies for place, fields in reply]

    async def trim_before(self, before: StreamPosition) -> None:
        """Delete observations before a position."""
        await self._client.execute("XTRIM", self._keys.spike_stream, "MINID", f"{before[0]}-{before[1]}")

    async def count(self) -> int:
        return int(await self._client.execute("XLEN", self._keys.spike_stream))


def parse_observation(place: str, body: str) -> SpikeObservation:
    """Parse an observation. One that cannot be read has no subject, and counts for nothing."""
    first, _, second = place.partition("-")
    try:
        found = _Observed.validate_json(body)
    except ValidationError:
        log.warning("entry skipped", stream="feed", entry=place)
        found = _NOTHING
    return found._replace(place=(int(first), int(second)))
