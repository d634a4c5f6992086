"""A write is proven, and not a PING: every way in which a server takes none is found out, and nothing is left behind."""

import re
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import pytest

from bot.domain.commits import StoreUnavailable
from bot.store.access_check import _OTHER_COMMANDS, _WRITES
from bot.store.client import RedisClient
from bot.store.server_info import fetch_server_info
from bot.store.store import Store
from bot.store.transaction import CommitResult, Transaction, commit
from tests.clock import SteppedClock
from tests.store.loopback_server import (
    USER,
    WRITE_FAILURES,
    LoopbackServer,
    MissingPermission,
    WriteFailure,
    start_loopback_server,
)
from tests.workers.numbered_mentions import build_numbered_mention

WORDS_OF_COMMANDS = {
    "IDLE",
    *(
        "BLOCK",
        "BYLEX",
        "BYSCORE",
        "WEIGHTS",
        "CONSUMERS",
        "DELCONSUMER",
        "GROUPS",
        "MATCH",
        "COUNT",
        "CREATE",
        "GROUP",
        "LIMIT",
        "MAXLEN",
        "MINID",
        "REV",
        "STREAMS",
        "WITHSCORES",
    ),
}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LoopbackServer]:
    async with start_loopback_server(tmp_path / "server") as made:
        yield made


@pytest.fixture
async def spare(tmp_path: Path) -> AsyncIterator[LoopbackServer]:
    async with start_loopback_server(tmp_path / "spare") as made:
        yield made


@pytest.mark.parametrize("how", [*WRITE_FAILURES, MissingPermission])
async def test_a_server_that_takes_no_writes_proves_none_and_proves_one_when_it_does(
    how: type[WriteFailure], server: LoopbackServer, spare: LoopbackServer
) -> None:
    client = RedisClient(server.url)
    store, way = Store(client, "brand", "test"), how(server, spare)
    await store.check_writable()
    await way.begin()
    with pytest.raises(StoreUnavailable):
        await store.check_writable()
    await way.end()
    await store.check_writable()
    await client.close()


async def test_what_proves_a_write_leaves_nothing_behind(server: LoopbackServer) -> None:
    store = Store(server.admin, "brand", "test")
    await store.check_writable()
    assert await server.admin.execute("KEYS", "*brand*") == []


async def test_what_a_refusal_leaves_of_it_goes_by_itself(server: LoopbackServer) -> None:
    client = RedisClient(server.url)
    store = Store(client, "brand", "test")
    await MissingPermission(server, server).begin()
    with pytest.raises(StoreUnavailable):
        await store.check_writable()
    for key in await server.admin.execute("KEYS", "*brand*"):
        assert 0 < await server.admin.execute("TTL", key) <= 60
    await client.close()


def test_every_command_that_a_commit_may_hold_is_proven() -> None:
    written = re.compile(r"\.(?:write|add_upkeep)\(\s*\"([A-Z]+)\"")
    sources = resources.files("bot.store").iterdir()
    used = {name for file in sources if file.name.endswith(".py") for name in written.findall(file.read_text("utf-8"))}
    proven = {str(words[0]) for _, writes in _WRITES for words in writes} | {"EXPIRE", "PERSIST", "DEL"}
    assert not used - proven


OF_ONE_COMMAND = {"shard_merge.py", "state_reader.py", "state_types.py", "state_writer.py"}
"""Modules that only `earshot export` and `earshot import` need."""


def test_every_other_command_that_the_store_sends_has_its_right_asked_for() -> None:
    files = [
        file
        for file in resources.files("bot.store").iterdir()
        if file.name.endswith(".py") and file.name not in {"redis_errors.py", "topology.py"} | OF_ONE_COMMAND
    ]
    folder = resources.files("bot.store").joinpath("lua")
    sent = re.compile(r"[(\s]\"([A-Z]{3,}) ?[A-Z]*\",")
    called = re.compile(r"call\('([A-Z]+)'")
    used = {name for file in files for name in sent.findall(file.read_text("utf-8"))} - WORDS_OF_COMMANDS
    used |= {name for file in folder.iterdir() for name in called.findall(file.read_text("utf-8"))}
    known = {words.split()[0] for words in _OTHER_COMMANDS} | {"EVALSHA", "SCRIPT", "INFO", "SCAN", "WAIT"}
    proven = {str(words[0]) for _, writes in _WRITES for words in writes} | {"EXPIRE", "PERSIST", "DEL"}
    assert used - known - proven == set()


async def test_the_rights_that_the_guide_names_are_enough(server: LoopbackServer) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "deployment.md").read_text("utf-8")
    [rights] = re.findall(r"`ACL SETUSER earshot on >… (.+)`", guide)
    await server.admin.execute("ACL", "SETUSER", USER, "reset", "on", ">secret", *rights.split())
    client = RedisClient(server.url)
    store = Store(client, "brand", "test")
    await store.verify_access()
    await store.inbox.create_group()
    assert (await fetch_server_info(client)).is_replica is False
    await client.close()


@pytest.mark.parametrize("right", ["xreadgroup", "xautoclaim", "zrangebyscore", "hgetall", "xgroup|create"])
async def test_a_right_that_is_needed_only_later_is_missed_at_the_start(right: str, server: LoopbackServer) -> None:
    client = RedisClient(server.url)
    store = Store(client, "brand", "test")
    await store.verify_access()
    await server.admin.execute("ACL", "SETUSER", USER, f"-{right}")
    await store.check_writable()
    with pytest.raises(StoreUnavailable, match=right.partition("|")[0].upper()):
        await store.verify_access()
    await client.close()


@pytest.mark.parametrize("lost", [("FLUSHALL",), ("XGROUP", "DESTROY", "earshot:{brand}:inbox", "triage")])
async def test_a_group_that_a_failover_lost_is_created_again_and_what_was_in_hand_of_it_is_nobodys(
    lost: tuple[str, ...], server: LoopbackServer, clock: SteppedClock
) -> None:
    store = Store(server.admin, "brand", "test")
    await store.inbox.create_group()
    await store.inbox.admit("x", [build_numbered_mention(1)], None, clock.now())
    [entry] = await store.inbox.read("w", 10, wait=False)
    await server.admin.execute(*lost)

    answer = Transaction(store.keys.inbox, entry.id)
    answer.write("SET", "decided", "1")
    assert await commit(server.admin, answer) == [CommitResult.ANSWERED]
    assert await server.admin.execute("GET", "decided") is None

    await store.inbox.admit("x", [build_numbered_mention(2)], None, clock.now())
    assert await store.inbox.read("w", 10, wait=False) == []
    left = [one.mention for one in await store.inbox.read("w", 10, wait=False)]
    assert left == (
        [build_numbered_mention(2)] if lost == ("FLUSHALL",) else [build_numbered_mention(1), build_numbered_mention(2)]
    )


@pytest.mark.parametrize("right", ["@read", "xlen", "get", "hget"])
async def test_who_may_not_read_what_an_admission_reads_has_no_proof_of_a_write(
    right: str, server: LoopbackServer
) -> None:
    client = RedisClient(server.url)
    store = Store(client, "brand", "test")
    await store.check_writable()
    await server.admin.execute("ACL", "SETUSER", USER, f"-{right}")
    with pytest.raises(StoreUnavailable, match="refuses a permission"):
        await store.check_writable()
    await client.close()
