"""Transactions: guards and writes that `commit.lua` applies all or nothing, with optimistic concurrency."""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any

from pydantic_core import to_json

from bot.store.client import RedisClient, Words
from bot.store.fencing import LeaseLostError, get_current_fence


class CommitResult(IntEnum):
    """`STALE` if a guard did not hold, `ANSWERED` if the inbox entry was gone already."""

    STALE = -1
    ANSWERED = 0
    WRITTEN = 1


GROUP = "triage"
"""The consumer group of the inbox."""
MAX_PER_CALL = 80
"""Transactions in one call of the script, which share what it costs: those of one part of triage, and some more. 64
block the server for about three milliseconds, measured on a busy machine (2026-11-30)."""
WRITTEN = 1
"""What the script returns if it wrote all."""
MOST_WORDS = 1_000
"""In a command that stands for several: Lua can pass on some thousands."""
RAW_FROM = 200
"""Characters from which a word is sent by itself, so that the script need not parse it: bodies."""
_ADDING = frozenset({"HINCRBY", "HSET", "RPUSH", "SADD", "ZADD"})
"""Commands of which several to one key are as good as one."""
_OPTIONS = frozenset({"", "LT", "NX"})
"""Of ZADD, where several are as good as one."""
_FIRST_MARK = 33
"""The first visible character: one for each transaction of a call."""

Command = tuple[str, str, tuple[Any, ...]]
"""Its name, its key and its other words: text and, where the server adds or sorts, numbers."""


class Transaction:
    """Guards and writes of one commit, in order. `entry` is the inbox entry that it acknowledges and deletes."""

    def __init__(self, inbox: str, entry: str = "", *, ignore_fence: bool = False) -> None:
        """`ignore_fence`: its own guards are enough, so that it may be written after the lease was lost."""
        self.inbox = inbox
        self.entry = entry
        self.ignore_fence = ignore_fence
        self.guards: list[tuple[str, str, str]] = []
        self.writes: list[Command] = []
        self.upkeeps: list[Command] = []

    def guard(self, key: str, expected: str | int, field: str = "") -> None:
        """Require that this key, or this field of it, still has this value; an empty string means absent."""
        self.guards.append((key, field, str(expected)))

    def write(self, command: str, key: str, *words: str | float) -> None:
        """Add a command of the server, or one of those that `commit.lua` has of its own."""
        self.writes.append((command, key, words))

    def add_upkeep(self, command: str, key: str, *words: str | float) -> None:
        """Add an idempotent command that keeps a key within its bounds, such as XTRIM or EXPIRE.

        It runs once for a call, after all that the call writes.
        """
        self.upkeeps.append((command, key, words))


async def commit(client: RedisClient, *transactions: Transaction) -> list[CommitResult]:
    """Commit in order; each transaction is all or nothing by itself. It takes one round trip if no guard fails.

    If a fence is in force, it guards each of them. Raises `LeaseLostError` if only the fence can have failed.
    """
    fence = get_current_fence()
    if fence is None:
        return await _send_transactions(client, transactions)
    only_fenced = [not one.guards and not one.ignore_fence for one in transactions]
    for one in transactions:
        if not one.ignore_fence:
            one.guard(fence.key, fence.token)
    replies = await _send_transactions(client, transactions)
    if any(lost and reply is CommitResult.STALE for lost, reply in zip(only_fenced, replies, strict=True)):
        raise LeaseLostError(fence.key)
    return replies


async def _send_transactions(client: RedisClient, transactions: Sequence[Transaction]) -> list[CommitResult]:
    """Send what has no result yet until all have one: who made the script refuse a call is known after it."""
    results: dict[Transaction, CommitResult] = {}
    while left := [one for one in transactions if one not in results]:
        calls = plan_calls(left)
        replies = await client.run_scripts("commit", [call.encode() for call in calls])
        for call, reply in zip(calls, replies, strict=True):
            results |= call.read_results(reply)
    return [results[one] for one in transactions]


def plan_calls(transactions: Sequence[Transaction]) -> list["CommitCall"]:
    """Return calls for the transactions, up to one of which only the server can tell whether its guards will hold."""
    calls = [CommitCall(transactions[0])]
    for one in transactions[1:]:
        if one.inbox != calls[-1].inbox or len(calls[-1].transactions) == MAX_PER_CALL:
            calls.append(CommitCall(one))
        elif not calls[-1].add(one):
            break
    return calls


class _KeyPositions(dict[str, int]):
    """The keys of one call with their index in KEYS; a new key gets the next one."""

    def __missing__(self, key: str) -> int:
        place = self[key] = len(self) + 1
        return place


class CommitCall:
    """Transactions as if they were one: the script writes all of them, or none where a guard of any fails."""

    def __init__(self, first: Transaction) -> None:
        self.inbox = first.inbox
        self.transactions: list[Transaction] = []
        self._entries: dict[str, str] = {}
        self._guards: dict[tuple[str, str, str], None] = {}
        self._writes: list[_PendingWrite] = []
        self._latest: dict[str, _PendingWrite] = {}
        self._upkeeps: dict[Command, None] = {}
        self.add(first)

    def add(self, transaction: Transaction) -> bool:
        """Add a transaction. Return False, and add nothing, if it depends on those before it in a way of its own."""
        guards = []
        for guard in transaction.guards:
            key, field, expected = guard
            before = self._latest.get(key)
            if before is None or before.is_beside(field):
                guards.append(guard)
            elif before.get_value(field) != expected:
                return False
        if transaction.entry in self._entries:
            return False
        mark = chr(_FIRST_MARK + len(self.transactions))
        if transaction.entry:
            self._entries[transaction.entry] = mark
        self._guards.update(dict.fromkeys(guards))
        self._add_writes(transaction.writes, mark)
        self._upkeeps.update(dict.fromkeys(transaction.upkeeps))
        self.transactions.append(transaction)
        return True

    def _add_writes(self, writes: Iterable[Command], owner: str) -> None:
        latest = self._latest
        for command in writes:
            name, key, words = command
            option = _get_option(words) if name == "ZADD" else ""
            before = latest.get(key)
            if before is not None and before.name == name and before.option == option and before.is_open:
                before.add(words, owner)
            else:
                write = latest[key] = _PendingWrite(command, option, owner, before is None)
                self._writes.append(write)

    def encode(self) -> tuple[list[str], Words]:
        """Return the KEYS and ARGV that `commit.lua` reads.

        Nearly all is one word, as each of its own costs the server more than its letters.
        """
        keys, words = _KeyPositions(), list[Any]()
        inbox = keys[self.inbox]
        strings, fields = self._list_guards()
        string_guards = [keys[key] for key, _, _ in strings], [expected for _, _, expected in strings]
        field_guards = [word for key, field, expected in fields for word in (keys[key], field, expected)]
        commands, owners = list[str | int](), list[str]()
        for write in self._writes:
            place = keys[write.key]
            if write.name == "HINCRBY":  # takes one field at a time
                for pair in write.sums.items():
                    commands += ("HINCRBY", place, 2)
                    owners.append(write.owners)
                    words += pair
            else:
                commands += (write.name, place, len(write.words))
                owners.append(write.owners)
                words += write.words
        for name, key, more in self._upkeeps:
            commands += (name, keys[key], len(more))
            words += more
        texts = [word if type(word) is str else str(word) for word in words]
        long = [number for number, word in enumerate(texts) if len(word) > RAW_FROM]
        raw = [texts[number] for number in long]
        for number in long:
            texts[number] = ""
        marks = "".join(self._entries.values())
        plan = inbox, list(self._entries), marks, *string_guards, field_guards, commands, texts, long, " ".join(owners)
        return list(keys), [GROUP, to_json(plan).decode(), *raw]

    def _list_guards(self) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
        """Return the guards of strings, and those of fields, in the order in which the script counts them."""
        return [one for one in self._guards if not one[1]], [one for one in self._guards if one[1]]

    def read_results(self, reply: Any) -> dict[Transaction, CommitResult]:
        """Return the results that a reply tells: all, or those of the transactions that made the script refuse."""
        if reply == WRITTEN:
            return dict.fromkeys(self.transactions, CommitResult.WRITTEN)
        entries = list(self._entries)
        if answered := {entries[-place - 1] for place in reply if place < 0}:
            return {one: CommitResult.ANSWERED for one in self.transactions if one.entry in answered}
        strings, fields = self._list_guards()
        failed = {(strings + fields)[place - 1] for place in reply}
        return {one: CommitResult.STALE for one in self.transactions if not failed.isdisjoint(one.guards)}


class _PendingWrite:
    """A command, or several to one key that are as good as one. `owners` has the mark of each who asked for it."""

    __slots__ = ("is_first", "is_open", "key", "name", "option", "owners", "sums", "words")

    def __init__(self, command: Command, option: str, owner: str, is_first: bool) -> None:  # noqa: FBT001  # for speed
        self.name, self.key, self.words = command
        self.option, self.owners, self.is_first = option, owner, is_first
        self.is_open = self.name in _ADDING and option in _OPTIONS
        """Whether another command like this can be added."""
        if self.name == "HINCRBY":
            self.sums = {self.words[0]: self.words[1]}

    def add(self, words: tuple[Any, ...], owner: str) -> None:
        if self.owners[-1] != owner:
            self.owners += owner
        if self.name == "HINCRBY":
            field, by = words
            self.sums[field] = self.sums.get(field, 0) + by
        else:
            self.words += words[1:] if self.option else words
            self.is_open = len(self.words) < MOST_WORDS

    def is_beside(self, field: str) -> bool:
        """Whether a guard of this field, which a string has not, asks for what was there before the call."""
        return self.is_first and self.name == "HSET" and field not in self.words[::2]

    def get_value(self, field: str) -> str | None:
        """Return what a guard will find after this command; None where only the server can tell."""
        if self.name == "HSET":
            value = dict(zip(self.words[::2], self.words[1::2], strict=True)).get(field)
        else:
            is_plain = self.name == "SET" and not field and self.words[1:2] in {(), ("EX",)}
            value = self.words[0] if is_plain else None
        return None if value is None else str(value)


def _get_option(words: Sequence[Any]) -> str:
    """Return the first option of a ZADD; '' if it begins with a score."""
    first = words[0]
    return first if isinstance(first, str) and first.isalpha() else ""
