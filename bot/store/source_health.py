"""How each source is doing, in one hash each. `admit` writes it with the mentions; its slots are used again in turn."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.domain.health.source_health import PostDelay, SourceHealth, SourceQuota
from bot.domain.mention import Mention
from bot.store.client import parse_hash, parse_int
from bot.store.decision_writer import to_ms
from bot.store.repository import RedisStore


class SourceHealthStore(RedisStore):
    async def record_import(self, source: str, mentions: Sequence[Mention], at: datetime) -> None:
        """Record how many posts the outlet had at the first start. Safe to repeat."""
        newest = max((one.created_at for one in mentions), default=None)
        fields = ["imported", len(mentions), "imported_at", to_ms(at), *(("newest", to_ms(newest)) if newest else ())]
        await self._client.execute("HSET", self._keys.source_health_key(source), *fields)

    async def save_quota(self, source: str, quota: SourceQuota) -> None:
        until = to_ms(quota.until) if quota.until else 0
        written = f"{quota.left:.4f} {quota.of:.4f} {until} {quota.unit}"
        await self._client.execute("HSET", self._keys.source_health_key(source), "quota", written)

    async def save_backlog(self, source: str, waiting: int, at: datetime) -> None:
        fields = ("waiting", waiting, "measured_at", to_ms(at))
        await self._client.execute("HSET", self._keys.source_health_key(source), *fields)

    async def load_all(self) -> dict[str, SourceHealth]:
        """Return the health of each source that has ever saved a cursor or published a mention."""
        lists = [("HKEYS", self._keys.cursors), ("HKEYS", self._keys.source_activity)]
        names = sorted({name for found in await self._client.execute_batch(lists) for name in found})
        asked = [("HGETALL", self._keys.source_health_key(name)) for name in names]
        replies = await self._client.execute_batch(asked) if asked else []
        return {name: parse_source_health(parse_hash(flat)) for name, flat in zip(names, replies, strict=True)}

    async def load(self, source: str) -> SourceHealth:
        return parse_source_health(
            parse_hash(await self._client.execute("HGETALL", self._keys.source_health_key(source)))
        )


def parse_source_health(fields: Mapping[str, str]) -> SourceHealth:
    """Parse the fields of a hash; what cannot be read is left out."""
    hours = _parse_pairs(fields, "h")
    delays = [PostDelay(arrived / 1000, delay / 1000) for arrived, delay in _parse_pairs(fields, "d")]
    return SourceHealth(
        newest=_parse_time(fields.get("newest")),
        started=_parse_time(fields.get("started")),
        imported=parse_int(fields.get("imported")),
        imported_at=_parse_time(fields.get("imported_at")),
        hours=dict(hours),
        delays=tuple(delays),
        quota=_parse_quota(fields.get("quota", "")),
        waiting=parse_int(fields.get("waiting")),
        measured_at=_parse_time(fields.get("measured_at")),
    )


def merge_health_fields(ours: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of two hashes in one: posts are added up by hour; of delays, those of `ours` are kept."""
    merged = {**theirs, **ours}
    for name in ours.keys() & theirs.keys():
        if name.startswith("h") and name[1:].isdigit():
            merged[name] = _add_hours(ours[name], theirs[name])
    for name, choose in (("newest", max), ("started", min)):
        times = [time for one in (ours, theirs) if (time := parse_int(one.get(name))) is not None]
        merged |= {name: str(choose(times))} if times else {}
    return merged


def _add_hours(*slots: str) -> str:
    """A slot is used again after `HOURS_KEPT`: the count of the later hour stays."""
    pairs = _parse_pairs({f"h{nth}": slot for nth, slot in enumerate(slots)}, "h")
    latest = max((hour for hour, _ in pairs), default=0)
    return f"{latest} {sum(count for hour, count in pairs if hour == latest)}"


def _parse_pairs(fields: Mapping[str, str], kind: str) -> list[tuple[int, int]]:
    pairs = [value.split(" ", 1) for name, value in fields.items() if name.startswith(kind) and name[1:].isdigit()]
    numbers = [tuple(map(parse_int, pair)) for pair in pairs if len(pair) == 2]
    return [(first, second) for first, second in numbers if first is not None and second is not None]


def _parse_time(written: str | None) -> datetime | None:
    number = parse_int(written)
    try:
        return None if number is None else datetime.fromtimestamp(number / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _parse_quota(written: str) -> SourceQuota | None:
    try:
        left, of, until, unit = written.split(" ", 3)
        return SourceQuota(float(left), float(of), _parse_time(until) if until != "0" else None, unit)
    except ValueError:
        return None
