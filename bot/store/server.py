"""What stands behind the connection: which server, and whether it keeps what it is given."""

from typing import NamedTuple

from redis.exceptions import ResponseError

from bot.domain.decision import StoreUnavailable
from bot.store.client import Client

OLDEST = (6, 2)
"""Streams are reclaimed with XAUTOCLAIM, which came with Redis 6.2."""


class Server(NamedTuple):
    name: str
    version: str
    compatible: tuple[int, ...]
    """The Redis version that it is as good as."""
    forgets: str
    """The policy by which it throws keys away when its memory is full; empty if it does not."""
    follows: bool
    """A replica, which takes no writes."""
    logs: bool
    """Every change is written to disk."""
    mode: str = "standalone"
    """As Redis calls it: `sentinel` and `cluster` are the others."""

    @property
    def too_old(self) -> bool:
        return bool(self.compatible) and self.compatible < OLDEST


async def asked(client: Client) -> Server:
    """Raises `StoreUnavailable`."""
    try:
        told = _fields(str(await client.call("INFO")))
    except ResponseError as no:
        raise StoreUnavailable(f"Redis refuses to say what it is: {no}. Allow its user the command INFO.") from no
    policy = told.get("maxmemory_policy", "noeviction")
    version = told.get("redis_version", "")
    return Server(
        name="Valkey" if "valkey_version" in told else "Redis",
        version=told.get("valkey_version") or version or "of unknown version",
        compatible=tuple(int(part) for part in version.split(".") if part.isdigit()),
        forgets=policy if policy != "noeviction" and told.get("maxmemory", "0") != "0" else "",
        follows=told.get("role") == "slave",
        logs=told.get("aof_enabled", "1") == "1",
        mode=told.get("redis_mode") or told.get("server_mode") or "standalone",
    )


def _fields(info: str) -> dict[str, str]:
    lines = [line.partition(":") for line in info.splitlines()]
    return {name: value for name, colon, value in lines if colon}
