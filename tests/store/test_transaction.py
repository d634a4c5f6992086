"""The words of a transaction and what the script makes of them."""

import asyncio
import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.exceptions import ResponseError

from bot.domain.errors import StoreUnavailable
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.transaction import GROUP, MAX_PER_CALL, CommitResult, Transaction, commit
from tests.store.loopback_server import FullMemory, start_loopback_server

_numbers = itertools.count()
VALUES = st.text(max_size=8)
NAMES = st.sampled_from(["a", "b", "c"])
SETS = st.tuples(st.just("SET"), NAMES, st.just(""), VALUES)
HSETS = st.tuples(st.just("HSET"), NAMES, st.sampled_from(["f", "g"]), VALUES)
WRITES = st.lists(st.one_of(SETS, HSETS), max_size=8)
GUARDS = st.lists(st.tuples(st.one_of(SETS, HSETS), st.booleans()), max_size=4)
Command = tuple[str, str, str, str]


def place(command: Command) -> tuple[str, str]:
    """Strings and hashes under names of their own, so that no write meets the other's type."""
    return f"{command[0]}:{command[1]}", command[2]


@settings(max_examples=60, deadline=None)
@given(before=WRITES, guards=GUARDS, after=WRITES)
def test_a_transaction_does_what_a_dictionary_would(
    redis_url: str, before: list[Command], guards: list[tuple[Command, bool]], after: list[Command]
) -> None:
    """Guards ask for what is there, or (where the flag is false) for what some write put there once, perhaps not."""
    model: dict[tuple[str, str], str] = {}
    keys = Keys(f"words{next(_numbers)}")
    first, second = Transaction(keys.inbox), Transaction(keys.inbox)
    for command in before:
        _write(first, keys, command)
        model[place(command)] = command[3]
    holds = True
    for command, right in guards:
        expected = model.get(place(command), "") if right else command[3]
        second.guard(keys.root + place(command)[0], expected, command[2])
        holds = holds and expected == model.get(place(command), "")
    for command in after:
        _write(second, keys, command)
        if holds:
            model[place(command)] = command[3]

    async def both() -> list[CommitResult]:
        client = RedisClient(redis_url)
        replies = await commit(client, first, second)
        for (name, field), value in model.items():
            key = keys.root + name
            assert await (client.execute("HGET", key, field) if field else client.execute("GET", key)) == value
        await client.close()
        return replies

    assert asyncio.run(both()) == [CommitResult.WRITTEN, CommitResult.WRITTEN if holds else CommitResult.STALE]


def _write(transaction: Transaction, keys: Keys, command: Command) -> None:
    key, field = place(command)
    transaction.write(command[0], keys.root + key, *((field,) if field else ()), command[3])


async def test_a_transaction_may_be_guarded_by_what_those_before_it_write(client: RedisClient, keys: Keys) -> None:
    """Whether a write of the same call says what the key will hold, or only the server can tell."""
    word, fields, numbers = (keys.root + name for name in ("word", "fields", "numbers"))
    steps: list[tuple[tuple[str, ...], tuple[Any, ...]]] = [
        ((), ("SET", word, "a", "EX", 60)),
        ((word, "a"), ("HSET", fields, "one", "1")),
        ((word, "b"), ("SET", word, "never")),
        ((fields, "1", "one"), ("HSET", fields, "two", "2")),
        ((fields, "", "three"), ("DEL", word)),
        ((word, ""), ("HINCRBY", numbers, "n", 2)),
        ((numbers, "2", "n"), ("HDEL", fields, "one")),
        ((fields, "1", "one"), ("SET", word, "never")),
        ((fields, "", "one"), ("SET", word, "last")),
    ]
    transactions = [Transaction(keys.inbox) for _ in steps]
    for transaction, (guard, write) in zip(transactions, steps, strict=True):
        if guard:
            transaction.guard(*guard)
        transaction.write(*write)

    replies = await commit(client, *transactions)

    assert [place for place, reply in enumerate(replies) if reply is not CommitResult.WRITTEN] == [2, 7]
    assert await client.execute("GET", word) == "last"


async def test_what_another_wrote_meanwhile_refuses_only_what_depends_on_it(client: RedisClient, keys: Keys) -> None:
    await client.execute("SET", keys.root + "a", "theirs")
    names = ("a", "b", "a", "b")
    transactions = [Transaction(keys.inbox) for _ in names]
    for number, (transaction, name) in enumerate(zip(transactions, names, strict=True)):
        transaction.guard(keys.root + name, number - 2 if number > 1 else "")
        transaction.write("SET", keys.root + name, number)

    replies = await commit(client, *transactions)

    assert replies == [CommitResult.STALE, CommitResult.WRITTEN] * 2
    assert await client.execute("MGET", keys.root + "a", keys.root + "b") == ["theirs", "3"]


async def test_a_command_that_fails_costs_the_other_transactions_nothing(client: RedisClient, keys: Keys) -> None:
    bad, good = Transaction(keys.inbox), Transaction(keys.inbox)
    bad.write("SET", keys.root + "word", "text")
    bad.write("HSET", keys.root + "word", "field", "value")
    good.write("SET", keys.root + "other", "text")

    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await commit(client, bad, good)

    assert await client.execute("GET", keys.root + "other") == "text"


async def test_many_transactions_are_answered_each_in_its_place(client: RedisClient, keys: Keys) -> None:
    transactions = [Transaction(keys.inbox) for _ in range(3 * MAX_PER_CALL + 1)]
    for number, transaction in enumerate(transactions):
        transaction.guard(keys.root + "nothing", "something" if number % 3 == 0 else "")
        transaction.write("RPUSH", keys.root + "list", number)

    replies = await commit(client, *transactions)

    assert replies == [
        CommitResult.WRITTEN if number % 3 else CommitResult.STALE for number in range(len(transactions))
    ]
    assert await client.execute("LLEN", keys.root + "list") == replies.count(CommitResult.WRITTEN)


async def test_upkeep_is_done_once_a_call_for_those_that_are_written(client: RedisClient, keys: Keys) -> None:
    """Counted with a command that does harm if done twice, which no upkeep should be."""
    transactions = [Transaction(keys.inbox) for _ in range(MAX_PER_CALL + 1)]
    for number, transaction in enumerate(transactions):
        transaction.guard(keys.root + "nothing", "something" if number == 1 else "")
        transaction.add_upkeep("INCR", keys.root + ("wrong" if number == 1 else "upkeeps"))

    replies = await commit(client, *transactions)

    assert replies == [CommitResult.WRITTEN, CommitResult.STALE] + [CommitResult.WRITTEN] * (MAX_PER_CALL - 1)
    assert await client.execute("MGET", keys.root + "upkeeps", keys.root + "wrong") == ["2", None]


async def test_upkeep_comes_after_all_writes(client: RedisClient, keys: Keys) -> None:
    first, second = Transaction(keys.inbox), Transaction(keys.inbox)
    for number, transaction in enumerate((first, second)):
        transaction.write("RPUSH", keys.root + "list", number)
        transaction.add_upkeep("LTRIM", keys.root + "list", -1, -1)

    await commit(client, first, second)

    assert await client.execute("LRANGE", keys.root + "list", 0, -1) == ["1"]


ADDED = st.one_of(
    st.tuples(st.just("HINCRBY"), st.just("h"), st.sampled_from("fg"), st.integers(-3, 3)),
    st.tuples(st.just("HSET"), st.just("h"), st.sampled_from("fg"), st.integers(0, 9)),
    st.tuples(st.just("HDEL"), st.just("h"), st.sampled_from("fg")),
    st.tuples(st.just("ZADD"), st.just("z"), st.integers(0, 9), st.sampled_from("abc")),
    st.tuples(st.just("ZADD"), st.just("z"), st.just("LT"), st.integers(0, 9), st.sampled_from("abc")),
    st.tuples(st.just("ZADD"), st.just("z"), st.just("NX"), st.floats(-1, 9), st.sampled_from("abc")),
    st.tuples(st.just("ZADD"), st.just("z"), st.just("GT"), st.just("CH"), st.integers(0, 9), st.sampled_from("abc")),
    st.tuples(st.just("ZREM"), st.just("z"), st.sampled_from("abc")),
    st.tuples(st.just("RPUSH"), st.just("l"), st.text(max_size=300)),
    st.tuples(st.just("LTRIM"), st.just("l"), st.just(-2), st.just(-1)),
    st.tuples(st.just("SADD"), st.just("s"), st.sampled_from("abc")),
    st.tuples(st.just("SREM"), st.just("s"), st.sampled_from("abc")),
    st.tuples(st.just("DEL"), st.sampled_from("hzls")),
)


@settings(max_examples=80, deadline=None)
@given(transactions=st.lists(st.lists(ADDED, max_size=6), min_size=1, max_size=5))
def test_commands_that_are_put_off_leave_what_they_would_one_by_one(
    redis_url: str, transactions: list[list[tuple[str | float, ...]]]
) -> None:
    together, apart = Keys(f"together{next(_numbers)}"), Keys(f"apart{next(_numbers)}")
    writing = [Transaction(together.inbox) for _ in transactions]
    for transaction, commands in zip(writing, transactions, strict=True):
        for command, key, *words in commands:
            transaction.write(str(command), f"{together.root}{key}", *words)

    async def write_both() -> tuple[list[object], list[object]]:
        client = RedisClient(redis_url)
        assert set(await commit(client, *writing)) == {CommitResult.WRITTEN}
        for command, key, *words in itertools.chain.from_iterable(transactions):
            await client.execute(command, f"{apart.root}{key}", *words)
        found = [await client.execute_batch(_read_all(keys)) for keys in (together, apart)]
        await client.close()
        return found[0], found[1]

    written, expected = asyncio.run(write_both())
    assert written == expected


def _read_all(keys: Keys) -> list[tuple[str | int, ...]]:
    root = keys.root
    zset = ("ZRANGE", f"{root}z", 0, -1, "WITHSCORES")
    hash_fields = [("HGET", f"{root}h", field) for field in "fg"]
    return [*hash_fields, zset, ("LRANGE", f"{root}l", 0, -1), ("SORT", f"{root}s", "ALPHA")]


async def test_an_addition_that_fails_is_told_to_who_made_it_and_leaves_their_entry_unanswered(
    client: RedisClient, keys: Keys
) -> None:
    await client.execute("XGROUP", "CREATE", keys.inbox, GROUP, "0", "MKSTREAM")
    entries = [await client.execute("XADD", keys.inbox, "*", "m", "") for _ in range(3)]
    await client.execute("XREADGROUP", "GROUP", GROUP, "w", "STREAMS", keys.inbox, ">")
    await client.execute("SET", keys.root + "word", "text")
    transactions = [Transaction(keys.inbox, entry) for entry in entries]
    for transaction, key in zip(transactions, ("numbers", "word", "numbers"), strict=True):
        transaction.write("ZADD", keys.root + key, 1, "a")

    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await commit(client, *transactions)

    assert [entry for entry, _ in await client.execute("XRANGE", keys.inbox, "-", "+")] == [entries[1]]
    assert await client.execute("ZCARD", keys.root + "numbers") == 1


async def test_entries_are_answered_once_in_whatever_order_they_come(client: RedisClient, keys: Keys) -> None:
    await client.execute("XGROUP", "CREATE", keys.inbox, GROUP, "0", "MKSTREAM")
    entries = [await client.execute("XADD", keys.inbox, "*", "m", "") for _ in range(4)]
    await client.execute("XREADGROUP", "GROUP", GROUP, "w", "COUNT", 3, "STREAMS", keys.inbox, ">")
    first, second, third, unread = entries
    transactions = [Transaction(keys.inbox, entry) for entry in (third, first, unread, first, second)]
    for transaction in transactions:
        transaction.write("HINCRBY", keys.mention_counters, "opened", 1)

    replies = await commit(client, *transactions)

    assert list(map(int, replies)) == [1, 1, 0, 0, 1]
    assert await client.execute("HGET", keys.mention_counters, "opened") == "3"
    assert [entry for entry, _ in await client.execute("XRANGE", keys.inbox, "-", "+")] == [unread]


async def test_where_the_memory_is_full_nothing_of_a_transaction_is_written(tmp_path: Path) -> None:
    """A full memory refuses what adds until a script has written something: here, that it took a field away."""
    async with start_loopback_server(tmp_path) as server:
        client, keys, full = RedisClient(server.url), Keys("full"), FullMemory(server, server)
        counted, added = keys.root + "counted", keys.root + "added"
        await server.admin.execute("HSET", counted, "old", "1")
        transaction = Transaction(keys.inbox)
        transaction.write("HINCRBY", counted, "new", 1)
        transaction.write("HDEL", counted, "old")
        transaction.write("SET", added, "1")
        await full.begin()
        with pytest.raises(StoreUnavailable, match="takes no writes"):
            await commit(client, transaction)
        await full.end()
        assert await server.admin.execute("HGETALL", counted) == ["old", "1"]
        assert await server.admin.execute("EXISTS", added) == 0
        assert await commit(client, transaction) == [CommitResult.WRITTEN]
        assert await server.admin.execute("HGETALL", counted) == ["new", "1"]
        await client.close()
