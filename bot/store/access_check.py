"""Check that the store takes writes, with writes: a replica and a server with a full disk answer a PING, too."""

from bot.domain.commits import StoreUnavailable
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.transaction import Transaction, commit

PROBE_SECONDS = 60
"""After this a probe key that a refusal left behind expires."""
_WRITES: tuple[tuple[str, tuple[tuple[str | float, ...], ...]], ...] = (
    ("string", (("SET", "1"), ("GET",))),
    ("hash", (("HSET", "a", "1"), ("HSETNX", "b", "1"), ("HINCRBY", "a", 1), ("HGET", "a"), ("HDEL", "b"))),
    ("zset", (("ZADD", "LT", 1, "a"), ("ZREM", "b"), ("ZREMRANGEBYRANK", 1, 2))),
    ("stream", (("XADD", "1-1", "a", "1"), ("XTRIM", "MAXLEN", 1), ("XDEL", "1-2"), ("XACK", "a", "1-2"), ("XLEN",))),
    ("set", (("SADD", "a"), ("SREM", "b"))),
    ("list", (("RPUSH", "a"), ("LREM", 0, "a"), ("LTRIM", 0, 1))),
)
"""Each command that a commit may contain, by the type of its key, with what commits and admissions read."""
_OTHER_COMMANDS = [
    *(f"{name} *" for name in ("GET", "MGET", "EXISTS", "HGETALL", "HKEYS", "HVALS", "HLEN", "SMEMBERS", "ZCARD")),
    *("GETDEL *", "UNLINK *", "SETBIT * 0 1", "BITFIELD * GET u1 0", "ZRANGEBYLEX * - +"),
    *(f"{name} * a" for name in ("HGET", "HMGET", "ZMSCORE", "ZSCORE", "XPENDING", "XINFO CONSUMERS")),
    *(f"{name} * 0 1" for name in ("LRANGE", "ZCOUNT", "ZRANGE", "ZRANGEBYSCORE")),
    *("HSCAN * 0", "ZSCAN * 0", "XLEN *", "XRANGE * - +", "XREVRANGE * + -", "XINFO GROUPS *", "XAUTOCLAIM * a b 1 0"),
    *("XGROUP CREATE * a 0", "XGROUP DELCONSUMER * a b", "XREADGROUP GROUP a b STREAMS * >"),
]
"""An example of each other command that the store sends or a script calls, except those of one CLI command alone."""


async def verify_permissions(client: RedisClient, keys: Keys) -> None:
    """Raise `StoreUnavailable` if the Redis user lacks the right to a command that is needed at any time."""
    missing = await client.run_script("rights", [keys.probe_key("any")], _OTHER_COMMANDS)
    if missing:
        names = ", ".join(dict.fromkeys(missing))
        advice = "Check the rights of the user in REDIS_URL."
        raise StoreUnavailable(f"Redis refuses a permission that Earshot needs: {names}. {advice}")


async def verify_write_access(client: RedisClient, keys: Keys) -> None:
    """Raise `StoreUnavailable` if a commit or an admission would be refused.

    One run of the commit script uses each command that a commit may contain, and leaves nothing behind.
    """
    proof = Transaction(keys.inbox)
    for kind, ((first, *words), *others) in _WRITES:
        key = keys.probe_key(kind)
        proof.write(str(first), key, *words)
        proof.write("EXPIRE", key, PROBE_SECONDS)
        for command, *rest in others:
            proof.write(str(command), key, *rest)
        proof.write("PERSIST", key)
        proof.write("DEL", key)
    await commit(client, proof)
