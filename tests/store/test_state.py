"""All of a brand goes into a file and out of it again, key by key: every type, whatever is in it, with its lifetime."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.state_file import (
    StateFileError,
    StateFileWriter,
    StateHeader,
    StateLine,
    iter_lines,
    pack_stream,
    verify_file,
)
from bot.store.state_reader import StateReader, list_kinds
from bot.store.state_writer import StateWriter
from tests.clock import SteppedClock

Snapshot = dict[bytes, tuple[Any, int]]


async def take_snapshot(client: RedisClient, keys: Keys, clock: SteppedClock) -> Snapshot:
    """By logical name the value of each key, sets and hashes in an order of ours, and when it ends."""
    found: dict[bytes, tuple[list[Any], int]] = {}
    async for line in StateReader(client, keys, clock, with_secrets=True).iter_lines():
        parts, _ = found.get(line.key, ([], 0)) if line.at else ([], 0)
        is_ordered = line.type in {"list", "stream", "string"}
        value = [line.value] if is_ordered else line.value
        found[line.key] = (parts + value if is_ordered else sorted(parts + value), line.expires_at)
    return {key: (_without_times(value), ends) for key, (value, ends) in found.items()}


def _without_times(value: Any) -> Any:
    """Without how long ago a pending entry was delivered, which grows."""
    for part in value:
        for group in part.get("groups", ()) if isinstance(part, dict) else ():
            group["pending"] = [[entry, by, times] for entry, by, _, times in group["pending"]]
    return value


async def write_file(
    path: Path, client: RedisClient, keys: Keys, clock: SteppedClock, *, with_secrets: bool = False
) -> StateReader:
    reader = StateReader(client, keys, clock, with_secrets=with_secrets)
    header = StateHeader(store_schema=1, release="test", brand="a", exported_at=clock.now())
    with path.open("wb") as raw, pack_stream(raw, path.name) as stream:
        writer = StateFileWriter(stream, header)
        async for line in reader.iter_lines():
            writer.add(line)
        writer.finish()
    return reader


async def read_file(path: Path, client: RedisClient, keys: Keys, clock: SteppedClock) -> None:
    verify_file(path)
    async for _ in StateWriter(client, keys, clock).write(iter_lines(path)):
        pass


def assert_equal(found: Snapshot, expected: Snapshot) -> None:
    assert found.keys() == expected.keys()
    for key, (value, ends) in expected.items():
        assert found[key][0] == value, key
        assert abs(found[key][1] - ends) < 1_000, key


TEXT = st.binary(max_size=30)
MEMBERS = st.lists(TEXT, min_size=1, max_size=8, unique=True)
SCORES = st.floats(allow_nan=False).map(lambda number: repr(number).encode())
VALUES = st.one_of(
    st.tuples(st.just("SET"), TEXT.map(lambda one: [one])),
    st.tuples(
        st.just("HSET"), st.dictionaries(TEXT, TEXT, min_size=1).map(lambda one: [x for p in one.items() for x in p])
    ),
    st.tuples(st.just("SADD"), MEMBERS),
    st.tuples(st.just("RPUSH"), st.lists(TEXT, min_size=1, max_size=8)),
    st.tuples(
        st.just("ZADD"),
        st.dictionaries(TEXT, SCORES, min_size=1).map(lambda one: [x for m, s in one.items() for x in (s, m)]),
    ),
    st.tuples(
        st.just("XADD"),
        st.lists(TEXT, min_size=1, max_size=4).map(lambda one: [b"*", *(x for f in one for x in (f, f))]),
    ),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.dictionaries(TEXT, st.tuples(VALUES, st.sampled_from([0, 60_000, 10**9])), max_size=12))
async def test_any_value_of_any_type_comes_back_as_it_was(
    content: dict[bytes, tuple[tuple[str, list[bytes]], int]],
    client: RedisClient,
    brand: str,
    tmp_path: Path,
    clock: SteppedClock,
) -> None:
    old, new = Keys(brand), Keys(f"{brand}-new")
    for name, ((command, words), lasts) in content.items():
        key = old.locate(b"case:" + name)
        await client.execute_batch([("UNLINK", key), (command, key, *words)])
        if lasts:
            await client.execute_batch([("PEXPIRE", key, lasts)])
    await write_file(tmp_path / "file.jsonl.gz", client, old, clock)
    await StateWriter(client, new, clock).remove_all()
    await read_file(tmp_path / "file.jsonl.gz", client, new, clock)

    assert_equal(await take_snapshot(client, new, clock), await take_snapshot(client, old, clock))
    for keys in (old, new):
        await StateWriter(client, keys, clock).remove_all()


async def fill(client: RedisClient, keys: Keys) -> None:
    """Large keys, streams with groups, keys nobody knows."""
    numbers = range(1_250)
    await client.execute("HSET", keys.root + "joined:a", *(word for n in numbers for word in (f"f{n}", "v" * 80)))
    await client.execute("SADD", keys.root + "mine:U0ANA", *(f"a member that is long enough {n}" for n in numbers))
    await client.execute("ZADD", keys.deadlines, *(word for n in numbers for word in (n / 3, f"case{n}")))
    await client.execute("RPUSH", keys.root + "took:20260301:care:claim", *numbers)
    await client.execute_batch([("XADD", keys.audit, f"{n + 1}-0", "n", n) for n in numbers])
    await client.execute("XDEL", keys.audit, "1250-0")
    await client.execute("XGROUP", "CREATE", keys.inbox, "triage", "0", "MKSTREAM")
    await client.execute_batch([("XADD", keys.inbox, f"{n + 1}-1", "m", "{}") for n in range(230)])
    for worker in ("one", "two"):
        await client.execute("XREADGROUP", "GROUP", "triage", worker, "COUNT", 110, "STREAMS", keys.inbox, ">")
    await client.execute("XDEL", keys.inbox, "230-1")
    await client.execute("XGROUP", "CREATE", keys.recent_mentions, "readers", "0", "MKSTREAM")
    await client.execute("SETBIT", keys.seen_authors_key("202603"), 700_001, 1)
    await client.execute("SET", keys.seen_key("x:1"), "v0", "EX", 600)
    await client.execute("SET", keys.root + "hologram:1", "of a release to come")
    await client.execute("SET", keys.root + "empty", "")


async def test_large_keys_streams_with_groups_and_keys_of_later_releases_come_back(
    client: RedisClient, brand: str, tmp_path: Path, clock: SteppedClock
) -> None:
    old, new, file = Keys(brand), Keys(f"{brand}-new"), tmp_path / "file.jsonl"
    await fill(client, old)
    reader = await write_file(file, client, old, clock)
    for _ in range(2):  # to import twice is to import once
        await read_file(file, client, new, clock)

    assert_equal(await take_snapshot(client, new, clock), await take_snapshot(client, old, clock))
    assert reader.unknown == {"hologram", "empty"}
    claimed = await client.execute("XAUTOCLAIM", new.inbox, "triage", "three", 0, "0-0", "COUNT", 500)
    assert len(claimed[1]) == 220
    fresh = await client.execute("XREADGROUP", "GROUP", "triage", "three", "STREAMS", new.inbox, ">")
    assert [entry for entry, _ in fresh[0][1]] == [f"{n}-1" for n in range(221, 230)]
    assert await client.execute("XADD", new.audit, "1251-0", "n", "1") == "1251-0"


async def test_leases_are_left_out_and_secrets_come_only_if_asked_for(
    client: RedisClient, keys: Keys, tmp_path: Path, clock: SteppedClock
) -> None:
    await client.execute("SET", keys.lease_key("delivery"), "a process", "PX", 5_000)
    await client.execute("SET", keys.secret_key("acknowledge"), "c0ffee")
    await client.execute("SET", keys.last_spike_check, "1")
    await write_file(tmp_path / "without", client, keys, clock)
    await write_file(tmp_path / "with", client, keys, clock, with_secrets=True)

    assert [line.key for line in iter_lines(tmp_path / "without")] == [b"watched"]
    assert sorted(line.key for line in iter_lines(tmp_path / "with")) == [b"secret:acknowledge", b"watched"]


async def test_what_has_expired_since_the_export_does_not_come_back(
    client: RedisClient, brand: str, tmp_path: Path, clock: SteppedClock
) -> None:
    old, new = Keys(brand), Keys(f"{brand}-new")
    await client.execute("SET", old.seen_key("x:1"), "v0", "EX", 600)
    await client.execute("SET", old.seen_key("x:2"), "v0")
    await write_file(tmp_path / "file", client, old, clock)
    clock.advance(timedelta(seconds=601))
    await read_file(tmp_path / "file", client, new, clock)
    assert await client.execute_batch([("EXISTS", new.seen_key("x:1")), ("EXISTS", new.seen_key("x:2"))]) == [0, 1]


async def a_file(tmp_path: Path, client: RedisClient, keys: Keys, clock: SteppedClock, name: str) -> Path:
    await fill(client, keys)
    await write_file(tmp_path / name, client, keys, clock)
    return tmp_path / name


@pytest.mark.parametrize("name", ["file.jsonl", "file.jsonl.gz"])
@pytest.mark.parametrize("kept", [0, 1, 60, 2_000, -1, -200])
async def test_a_truncated_file_is_refused(
    name: str, kept: int, client: RedisClient, keys: Keys, tmp_path: Path, clock: SteppedClock
) -> None:
    file = await a_file(tmp_path, client, keys, clock, name)
    file.write_bytes(file.read_bytes()[:kept])
    if (name, kept) != ("file.jsonl", -1):  # which lacks only the last line break
        with pytest.raises(StateFileError):
            verify_file(file)


async def test_a_file_in_which_one_letter_changed_is_refused(
    client: RedisClient, keys: Keys, tmp_path: Path, clock: SteppedClock
) -> None:
    file = await a_file(tmp_path, client, keys, clock, "file.jsonl")
    file.write_bytes(file.read_bytes().replace(b"release to come", b"release to came"))
    with pytest.raises(StateFileError, match="damaged"):
        verify_file(file)


@pytest.mark.parametrize(
    "line", [b"[]", b"{}", b'{"key":1,"type":"hash"}', b'{"key":"a","type":"graph","value":[]}', b"\xff"]
)
async def test_lines_that_are_no_keys_are_refused_in_a_sentence(
    line: bytes, tmp_path: Path, clock: SteppedClock
) -> None:
    file = tmp_path / "file"
    header = StateHeader(store_schema=1, release="test", brand="a", exported_at=clock.now())
    file.write_bytes(b"\n".join([header.model_dump_json().encode(), line, b""]) + b"{}\n")
    with pytest.raises(StateFileError, match="key"):
        list(iter_lines(file))


@pytest.mark.parametrize("value", [[1], [[b"a"], 7], 5, {"entries": 1}, [[b"a"]]])
@pytest.mark.parametrize("type_", ["hash", "zset", "stream", "list"])
async def test_a_value_that_does_not_fit_its_type_is_refused_in_a_sentence(
    type_: str, value: Any, client: RedisClient, keys: Keys, clock: SteppedClock
) -> None:
    writer = StateWriter(client, keys, clock)
    if type_ == "list" and isinstance(value, list):
        return
    with pytest.raises(StateFileError, match="one of its keys"):
        async for _ in writer.write([StateLine(b"case:a", type_, value)]):
            pass


def test_the_kinds_of_keys_are_those_of_the_docs() -> None:
    page = Path("docs/develop/keys.md").read_text("utf-8")
    rows = re.findall(r"^\| (`.+?) \| [a-z ]+ \|", page, re.MULTILINE)
    assert set(re.findall(r"`(\w+)", "\n".join(rows))) == list_kinds()
