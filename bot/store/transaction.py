"""What one commit guards and writes, gathered in Python and applied by `commit.lua`."""

from collections.abc import Iterable, Sequence
from enum import IntEnum

from bot.store.client import RedisClient, Words
from bot.store.fencing import LeaseLostError, current_fence


class CommitResult(IntEnum):
    """The script's reply."""

    STALE = -1
    ANSWERED = 0
    WRITTEN = 1


GROUP = "triage"
"""The consumer group of the inbox."""
AT_ONCE = 16
"""Transactions in one call of the script: one by one the calls and their replies cost us 60 µs each (2026-11-22), and
a call keeps all others waiting for a millisecond or two."""


class _KeyPositions(dict[str, int]):
    """The keys of one call, each once, with its place among them."""

    def __missing__(self, key: str) -> int:
        place = self[key] = len(self) + 1
        return place


class Transaction:
    """Guards first, then writes in the order in which they were asked for; `entry` is the inbox entry it answers."""

    def __init__(self, inbox: str, entry: str = "", *, ignore_fence: bool = False) -> None:
        """`ignore_fence`: what it guards says enough, so that who lost a lease meanwhile may still write it."""
        self.inbox = inbox
        self.ignore_fence = ignore_fence
        self._entry = entry
        self._guards: list[tuple[str, str, str | int]] = []
        self._writes: list[tuple[str, str, tuple[str | float, ...]]] = []
        self.upkeeps: list[tuple[str, str, tuple[str | float, ...]]] = []

    def guard(self, key: str, expected: str | int, field: str = "") -> None:
        """This key (or this field of it) must hold this value still; the empty string means that it is absent."""
        self._guards.append((key, field, expected))

    @property
    def is_guarded(self) -> bool:
        return bool(self._guards)

    def write(self, command: str, key: str, *words: str | float) -> None:
        self._writes.append((command, key, words))

    def add_upkeep(self, command: str, key: str, *words: str | float) -> None:
        """What keeps a key within its bounds and does no harm if done twice, or beside a transaction that is stale.

        It is done after the writes, once for all transactions of a call that ask for the same.
        """
        self.upkeeps.append((command, key, words))

    def encode(self, keys: _KeyPositions) -> list[str | int | float]:
        words: list[str | int | float] = [0, keys[self.inbox], self._entry, len(self._guards)]
        for key, field, expected in self._guards:
            words += (keys[key], field, expected)
        for command, key, rest in self._writes:
            words += (len(rest) + 2, command, keys[key], *rest)
        words[0] = len(words) - 1
        return words


async def commit(client: RedisClient, *transactions: Transaction) -> list[CommitResult]:
    """In one round trip, in order; each is all or nothing by itself.

    Where a fence is in force, nothing is written by who has lost its lease. Raises `LeaseLostError` where nothing
    else can have kept it from being written.
    """
    fence = current_fence()
    if fence is None:
        return await _send_transactions(client, transactions)
    only = [not one.is_guarded and not one.ignore_fence for one in transactions]
    for one in transactions:
        if not one.ignore_fence:
            one.guard(fence.key, fence.token)
    replies = await _send_transactions(client, transactions)
    if any(lost and reply is CommitResult.STALE for lost, reply in zip(only, replies, strict=True)):
        raise LeaseLostError(fence.key)
    return replies


async def _send_transactions(client: RedisClient, transactions: Sequence[Transaction]) -> list[CommitResult]:
    some = [transactions[start : start + AT_ONCE] for start in range(0, len(transactions), AT_ONCE)]
    replies = await client.run_scripts("commit", [_encode_call(few) for few in some])
    return [CommitResult(reply) for few, told in zip(some, replies, strict=True) for reply in told[: len(few)]]


def _encode_call(transactions: Sequence[Transaction]) -> tuple[list[str], Words]:
    """Most of a batch write to the same few keys, so that a key is sent once."""
    keys = _KeyPositions()
    words: list[str | int | float] = [GROUP]
    for transaction in (*transactions, *_collect_upkeep(transactions)):
        words += transaction.encode(keys)
    return list(keys), words


def _collect_upkeep(transactions: Sequence[Transaction]) -> Iterable[Transaction]:
    """What all of them ask for, as a last transaction that guards nothing."""
    asked = dict.fromkeys(upkeep for transaction in transactions for upkeep in transaction.upkeeps)
    if asked:
        last = Transaction(transactions[0].inbox)
        for command, key, words in asked:
            last.write(command, key, *words)
        yield last
