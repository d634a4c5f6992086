"""Prove that the store takes writes: a PING is answered by a replica and by a full disk too."""

from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.transaction import Transaction, commit

KEPT = 60
"""Seconds until a probe is gone of which a refusal left something."""


async def prove_write(client: Client, keys: Keys) -> None:
    """Raise `Unreachable` where a commit would be refused.

    The script of every commit is run with each command that a commit may hold, so that a user who lacks the right to
    one of them is found too. It is one act, which leaves nothing behind.
    """
    text, fields, scores, stream, names, words = (
        keys.probe(kind) for kind in ("string", "hash", "zset", "stream", "set", "list")
    )
    proof = Transaction(keys.inbox)
    proof.write("SET", text, "1")
    proof.write("HSET", fields, "a", "1")
    proof.write("HSETNX", fields, "b", "1")
    proof.write("HINCRBY", fields, "a", 1)
    proof.write("HDEL", fields, "b")
    proof.write("ZADD", scores, "LT", 1, "a")
    proof.write("ZREM", scores, "b")
    proof.write("ZREMRANGEBYRANK", scores, 1, 2)
    proof.write("XADD", stream, "1-1", "a", "1")
    proof.write("XTRIM", stream, "MAXLEN", 1)
    proof.write("XDEL", stream, "1-2")
    proof.write("SADD", names, "a")
    proof.write("SREM", names, "b")
    proof.write("RPUSH", words, "a")
    proof.write("LTRIM", words, 0, 1)
    for key in (text, fields, scores, stream, names, words):
        proof.write("EXPIRE", key, KEPT)
        proof.write("PERSIST", key)
        proof.write("DEL", key)
    await commit(client, proof)
