"""What the watch for spikes needs of each mention, fed to it by the commit that accounts for the mention."""

import structlog
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from bot.domain.decision import ProcessedMention
from bot.domain.spikes.observation import SpikeObservation, StreamPosition, build_observation
from bot.store import keys as bounds
from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.transaction import Transaction

AT_ONCE = 1_000
_Observed = TypeAdapter(SpikeObservation)
"""Written by place as long as there are releases that read nothing else; it is read by name too."""
_NOTHING = SpikeObservation(at=0.0, subject="", mention="", who="", department="")

log = structlog.get_logger("feed")


def feed(transaction: Transaction, keys: Keys, heard: ProcessedMention, subject: str) -> None:
    """Nothing of what is about no subject of the playbook, and nothing of spam."""
    seen = build_observation(heard, subject) if subject else None
    if seen is not None:
        transaction.write("XADD", keys.feed, "*", "o", to_json(seen[:-1]).decode())
        transaction.upkeep("XTRIM", keys.feed, "MAXLEN", "~", bounds.FEED_MOST)


class Feed:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def read(self, after: StreamPosition, most: int = AT_ONCE) -> list[SpikeObservation]:
        """In the order in which they were committed."""
        reply = await self._client.call("XRANGE", self._keys.feed, f"({after[0]}-{after[1]}", "+", "COUNT", most)
        return [read_observation(place, fields[1]) for place, fields in reply]

    async def trim(self, before: StreamPosition) -> None:
        """Nobody reads again what was committed before."""
        await self._client.call("XTRIM", self._keys.feed, "MINID", f"{before[0]}-{before[1]}")

    async def length(self) -> int:
        return int(await self._client.call("XLEN", self._keys.feed))


def read_observation(place: str, body: str) -> SpikeObservation:
    """What cannot be read is about no subject, and counts for nothing."""
    first, _, second = place.partition("-")
    try:
        found = _Observed.validate_json(body)
    except ValidationError:
        log.warning("entry skipped", stream="feed", entry=place)
        found = _NOTHING
    return found._replace(place=(int(first), int(second)))
