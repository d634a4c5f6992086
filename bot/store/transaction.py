"""Transactions: guards and writes that `commit.lua` applies all or nothing, with optimistic concurrency."""

from collections.abc import Iterable, Sequence
from enum import IntEnum

from pydantic_core import to_json

from bot.store.client import RedisClient, Words
from bot.store.fencing import LeaseLostError, get_current_fence


class CommitResult(IntEnum):
    """The reply of the script: `STALE` if a guard did not hold, `ANSWERED` if the inbox entry was gone already."""

    STALE = -1
    ANSWERED = 0
    WRITTEN = 1


GROUP = "triage"
"""The consumer group of the inbox."""
MAX_PER_CALL = 32
"""Transactions in one call of the script, which share what it costs. It blocks the server for about four milliseconds,
measured on a busy machine (2026-11-30)."""
RAW_FROM = 200
"""Characters from which a word is sent by itself, so that the script need not parse it: bodies."""


class _KeyPositions(dict[str, int]):
    """The keys of one call with their index in KEYS; a new key gets the next one."""

    def __missing__(self, key: str) -> int:
        place = self[key] = len(self) + 1
        return place


class Transaction:
    """Guards and writes of one commit, in order. `entry` is the inbox entry that it acknowledges and deletes."""

    def __init__(self, inbox: str, entry: str = "", *, ignore_fence: bool = False) -> None:
        """`ignore_fence`: its own guards are enough, so that it may be written after the lease was lost."""
        self.inbox = inbox
        self.ignore_fence = ignore_fence
        self._entry = entry
        self._guards: list[tuple[str, str, str | int]] = []
        self._writes: list[tuple[str, str, tuple[str | float, ...]]] = []
        self.upkeeps: list[tuple[str, str, tuple[str | float, ...]]] = []

    def guard(self, key: str, expected: str | int, field: str = "") -> None:
        """Require that this key, or this field of it, still has this value; an empty string means absent."""
        self._guards.append((key, field, expected))

    @property
    def is_guarded(self) -> bool:
        return bool(self._guards)

    def write(self, command: str, key: str, *words: str | float) -> None:
        """Add a command of the server, or one of those that `commit.lua` has of its own."""
        self._writes.append((command, key, words))

    def add_upkeep(self, command: str, key: str, *words: str | float) -> None:
        """Add an idempotent command that keeps a key within its bounds, such as XTRIM or EXPIRE.

        It runs once for a call, after the writes, even if this transaction is stale.
        """
        self.upkeeps.append((command, key, words))

    def encode(self, keys: _KeyPositions, args: list[str | int | float]) -> tuple[object, ...]:
        """Return what `commit.lua` reads of a transaction, each key as its index. Long words are added to `args`."""
        guards: list[str | int] = []
        for key, field, expected in self._guards:
            guards += (keys[key], field, str(expected))
        writes, raw = [], list[int]()
        for number, (command, key, words) in enumerate(self._writes, 1):
            write: list[str | int] = [command, keys[key], *map(str, words)]
            for place, word in enumerate(words, 3):
                if isinstance(word, str) and len(word) > RAW_FROM:
                    args.append(word)
                    write[place - 1] = ""
                    raw += (number, place, len(args))
            writes.append(write)
        return keys[self.inbox], self._entry, guards, writes, raw


async def commit(client: RedisClient, *transactions: Transaction) -> list[CommitResult]:
    """Commit in one round trip, in order; each transaction is all or nothing by itself.

    If a fence is in force, it guards each of them. Raises `LeaseLostError` if only the fence can have failed.
    """
    fence = get_current_fence()
    if fence is None:
        return await _send_transactions(client, transactions)
    only_fenced = [not one.is_guarded and not one.ignore_fence for one in transactions]
    for one in transactions:
        if not one.ignore_fence:
            one.guard(fence.key, fence.token)
    replies = await _send_transactions(client, transactions)
    if any(lost and reply is CommitResult.STALE for lost, reply in zip(only_fenced, replies, strict=True)):
        raise LeaseLostError(fence.key)
    return replies


async def _send_transactions(client: RedisClient, transactions: Sequence[Transaction]) -> list[CommitResult]:
    some = [transactions[start : start + MAX_PER_CALL] for start in range(0, len(transactions), MAX_PER_CALL)]
    replies = await client.run_scripts("commit", [encode_call(few) for few in some])
    return [CommitResult(reply) for few, results in zip(some, replies, strict=True) for reply in results[: len(few)]]


def encode_call(transactions: Sequence[Transaction]) -> tuple[list[str], Words]:
    """Return the KEYS and ARGV of a call: each key is sent once, since most of a batch write to the same few.

    The rest is one word, as each of its own costs the server more than its letters, and those that it need not parse.
    """
    keys, args = _KeyPositions(), list[str | int | float]([GROUP, ""])
    encoded = [transaction.encode(keys, args) for transaction in (*transactions, *_collect_upkeep(transactions))]
    args[1] = to_json(encoded).decode()
    return list(keys), args


def _collect_upkeep(transactions: Sequence[Transaction]) -> Iterable[Transaction]:
    """Return the upkeep of all transactions, without repetitions, as a last one without guards."""
    asked = dict.fromkeys(upkeep for transaction in transactions for upkeep in transaction.upkeeps)
    if asked:
        last = Transaction(transactions[0].inbox)
        for command, key, words in asked:
            last.write(command, key, *words)
        yield last
