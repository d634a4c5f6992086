"""The server: name, version, and whether it persists its data."""

from typing import NamedTuple

from redis.exceptions import ResponseError

from bot.domain.commits import StoreUnavailable
from bot.store.client import RedisClient

OLDEST = (6, 2)
"""Streams are reclaimed with XAUTOCLAIM, which came with Redis 6.2."""


class ServerInfo(NamedTuple):
    name: str
    version: str
    redis_version: tuple[int, ...]
    """The Redis version that it is compatible with."""
    eviction_policy: str
    """The policy by which it evicts keys when its memory is full; empty if it does not."""
    is_replica: bool
    has_aof: bool
    """Whether every change is written to disk."""
    replica_count: int = 0
    """Replicas that are connected to it."""
    mode: str = "standalone"
    """As Redis calls it: `sentinel` and `cluster` are the others. Hosted servers may say only that it is a cluster."""

    @property
    def too_old(self) -> bool:
        return bool(self.redis_version) and self.redis_version < OLDEST


async def fetch_server_info(client: RedisClient) -> ServerInfo:
    """Ask the server for INFO. Raises `StoreUnavailable`."""
    info = await fetch_info(client)
    policy = info.get("maxmemory_policy", "noeviction")
    version = info.get("redis_version", "")
    return ServerInfo(
        name="Valkey" if "valkey_version" in info else "Redis",
        version=info.get("valkey_version") or version or "of unknown version",
        redis_version=tuple(int(part) for part in version.split(".") if part.isdigit()),
        eviction_policy=policy if policy != "noeviction" and info.get("maxmemory", "0") != "0" else "",
        is_replica=info.get("role") == "slave",
        has_aof=info.get("aof_enabled", "1") == "1",
        replica_count=int(info.get("connected_slaves", 0)),
        mode="cluster" if info.get("cluster_enabled") == "1" else info.get("redis_mode") or info.get("server_mode", ""),
    )


async def fetch_info(client: RedisClient) -> dict[str, str]:
    """Return all fields of INFO. Raises `StoreUnavailable`."""
    try:
        info = str(await client.execute("INFO"))
    except ResponseError as no:
        raise StoreUnavailable(f"Redis refuses to say what it is: {no}. Allow its user the command INFO.") from no
    lines = [line.partition(":") for line in info.splitlines()]
    return {name: value for name, colon, value in lines if colon}
