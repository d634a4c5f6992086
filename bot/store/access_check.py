"""Prove that the store takes writes: a PING is answered by a replica and by a full disk too."""

from bot.domain.commits import StoreUnavailable
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.transaction import Transaction, commit

KEPT = 60
"""Seconds until a probe is gone of which a refusal left something."""


_WRITES: tuple[tuple[str, tuple[tuple[str | float, ...], ...]], ...] = (
    ("string", (("SET", "1"), ("GET",))),
    ("hash", (("HSET", "a", "1"), ("HSETNX", "b", "1"), ("HINCRBY", "a", 1), ("HGET", "a"), ("HDEL", "b"))),
    ("zset", (("ZADD", "LT", 1, "a"), ("ZREM", "b"), ("ZREMRANGEBYRANK", 1, 2))),
    ("stream", (("XADD", "1-1", "a", "1"), ("XTRIM", "MAXLEN", 1), ("XDEL", "1-2"), ("XACK", "a", "1-2"), ("XLEN",))),
    ("set", (("SADD", "a"), ("SREM", "b"))),
    ("list", (("RPUSH", "a"), ("LTRIM", 0, 1))),
)
"""Each command that a commit may hold, by the type of its key, and what it and an admission read on their way."""


_BESIDE = (
    *(
        "GET *",
        "MGET *",
        "EXISTS *",
        "HGET * a",
        "HMGET * a",
        "HGETALL *",
        "HKEYS *",
        "HVALS *",
        "HLEN *",
        "LRANGE * 0 1",
    ),
    *(
        "SMEMBERS *",
        "ZCARD *",
        "ZSCORE * a",
        "ZCOUNT * 0 1",
        "ZRANGE * 0 1",
        "ZRANGEBYSCORE * 0 1",
        "XLEN *",
        "XRANGE * - +",
    ),
    *("XREVRANGE * + -", "XPENDING * a", "XGROUP CREATE * a 0", "XREADGROUP GROUP a b STREAMS * >"),
    *("XAUTOCLAIM * a b 1 0", "XGROUP DELCONSUMER * a b", "XINFO GROUPS *", "XINFO CONSUMERS * a", "LREM * 0 a"),
)
"""Each command that is sent or that scripts call beside those, as an example; but for what one command alone needs."""


async def verify_permissions(client: RedisClient, keys: Keys) -> None:
    """Raise `StoreUnavailable` where the user lacks the right to a command that is needed sooner or later."""
    missing = await client.run_script("rights", [keys.probe_key("any")], _BESIDE)
    if missing:
        names = ", ".join(dict.fromkeys(missing))
        raise StoreUnavailable(
            f"Redis does not allow us what we need: {names}. Check the rights of the user in REDIS_URL."
        )


async def verify_write_access(client: RedisClient, keys: Keys) -> None:
    """Raise `StoreUnavailable` where a commit or an admission would be refused.

    The script of every commit is run with each command that a commit may hold, so that a user who lacks the right to
    one of them is found too. It is one act, which leaves nothing behind.
    """
    proof = Transaction(keys.inbox)
    for kind, ((first, *words), *others) in _WRITES:
        key = keys.probe_key(kind)
        proof.write(str(first), key, *words)
        proof.write("EXPIRE", key, KEPT)
        for command, *rest in others:
            proof.write(str(command), key, *rest)
        proof.write("PERSIST", key)
        proof.write("DEL", key)
    await commit(client, proof)
