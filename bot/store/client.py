"""The only access to Redis: commands, pipelines and scripts. Connection failures raise `StoreUnavailable`."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from importlib import resources
from itertools import islice
from typing import Any

import hiredis
import redis.asyncio
import redis.exceptions
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.client import NEVER_DECODE
from redis.exceptions import AuthenticationError, InvalidResponse, NoScriptError, RedisError, ResponseError

from bot.domain.errors import ReplicaError, StoreUnavailable
from bot.store.host_answers import UnknownPrimaryError
from bot.store.redis_errors import classify_error, is_wrong_type
from bot.store.topology import PrimaryFinder, ServerTopology, parse_topology

SOCKET_TIMEOUT = 5.0
BLOCK_MS = 1_000
"""Wait of a blocking read, in ms: well under the socket's timeout, after which it would count as a failure."""
SENT_AT_ONCE = 200
"""Commands of one round trip: 2 ms of the process."""
SCAN_COUNT = 1_000
MAX_CONNECTIONS, CONNECTION_WAIT = 100, 30.0
"""Of a process, and the seconds for which a call waits for one of them: a thousand people may press at once."""
DURABLE_SCRIPTS = frozenset({"admit", "commit"})
"""After these we answer 202, tell a person that it is done, or post."""
COPY_MS = 1_000
"""Wait for the replicas, in ms: they confirm within one on a good network."""

Words = Sequence[str | int | float | bytes]


class WrongType(str):
    """Replaces the reply for a key that holds another type than the command is for."""

    __slots__ = ()


ANOTHER_TYPE = WrongType()
EVERY_FIELD = "*"
CONNECTION_ERRORS = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError, OSError)
CALL_ERRORS = (ResponseError, InvalidResponse, *CONNECTION_ERRORS)


def _encode_command(words: tuple[Any, ...]) -> bytes:
    """Pack a command, splitting names of two words such as CLIENT SETINFO, which go over the wire as two."""
    return bytes(hiredis.pack_command((*words[0].split(), *words[1:]) if " " in words[0] else words))


def _with_hiredis_packing(connection: type[Any]) -> type[Any]:
    """Return a connection class that packs commands with hiredis and sends them at once.

    The driver packs in Python, a word at a time: 190 µs instead of 6 µs for a commit of 60 words (2026-11-22), a fifth
    of all of triage. Before Python 3.12 it also sends from a task of its own, one turn of the loop later, so that a
    caller that goes on computing, as triage does, would keep the server waiting.
    """

    class Packing(connection):  # type: ignore[misc]
        def pack_command(self, *words: Any) -> list[bytes]:
            return [_encode_command(words)]

        def pack_commands(self, commands: Iterable[tuple[Any, ...]]) -> list[bytes]:
            return [b"".join(map(_encode_command, commands))]

        async def send_packed_command(self, command: list[bytes], check_health: bool = True) -> None:  # noqa: FBT001, FBT002  (the driver's own signature)
            if self.is_connected:
                self._writer.writelines(command)
                if not self._writer.transport.get_write_buffer_size():
                    return
                command = []
            await super().send_packed_command(command, check_health)  # connects, or waits until all is sent

    return Packing


def _with_address(connection: type[Any], finder: PrimaryFinder) -> type[Any]:
    """Return a connection class that connects to wherever the primary is at that time."""

    class PrimaryConnection(connection):  # type: ignore[misc]
        async def _connect(self) -> None:
            if found := await finder.find():
                self.host, self.port = found
            await super()._connect()

    return PrimaryConnection


class _ReadyPool(redis.asyncio.BlockingConnectionPool):
    """A pool that hands out a free connection at once, where nobody waits for one.

    The driver takes a condition and starts a timer for each call: a quarter of its time (2026-11-30).
    """

    _waiting = 0

    async def get_connection(self, *_: Any, **__: Any) -> Any:
        if self._waiting or not self._available_connections:
            self._waiting += 1
            try:
                return await super().get_connection()  # type: ignore[no-untyped-call]  # the driver's
            finally:
                self._waiting -= 1
        connection = self.get_available_connection()  # type: ignore[no-untyped-call]  # the driver's
        try:
            await self.ensure_connection(connection)
        except BaseException:
            await self.release(connection)
            raise
        return connection

    async def release(self, connection: Any) -> None:
        await redis.asyncio.ConnectionPool.release(self, connection)
        if self._waiting:
            async with self._condition:
                self._condition.notify()


class RedisClient:
    """Replies are decoded strings. The driver may repeat a call once, which is safe since all writes are guarded."""

    def __init__(self, url: str, brand: str = "", copies: int = 0) -> None:
        """Parse the URL; the brand decides about the node of a cluster. Raises `ValueError`.

        `copies` is the number of replicas that must have what `DURABLE_SCRIPTS` write.
        """
        self._url = url
        self.topology = parse_topology(url, brand)
        self._finder = PrimaryFinder(self.topology, self._drop_all_connections)
        self._copies = copies
        pool = _ReadyPool.from_url(
            self.topology.url,
            max_connections=MAX_CONNECTIONS,
            timeout=CONNECTION_WAIT,
            decode_responses=True,
            protocol=2,
            socket_timeout=SOCKET_TIMEOUT,
            socket_connect_timeout=SOCKET_TIMEOUT,
            retry=Retry(ConstantBackoff(0.05), 1),
            retry_on_error=[redis.exceptions.ConnectionError],
        )
        pool.connection_class = _with_hiredis_packing(pool.connection_class)
        if not isinstance(self.topology, ServerTopology):
            pool.connection_class = _with_address(pool.connection_class, self._finder)
        # Typed Any on purpose: the driver's reply types say `bytes | str | None` for nearly everything.
        self._redis: Any = redis.asyncio.Redis.from_pool(pool)
        # Raw replies, in one shape whatever the server and the driver's version: this package decodes them itself.
        self._redis.response_callbacks.clear()
        self._scripts: dict[str, str] = {}

    def open_for(self, brand: str) -> "RedisClient":
        """Return another client of the same store, of the node that has this brand or shard. Close it, too."""
        return RedisClient(self._url, brand, self._copies)

    async def execute(self, *words: str | float) -> Any:
        async with self._guard_call():
            return await self._redis.execute_command(*words)

    async def execute_batch(self, commands: Iterable[Words]) -> list[Any]:
        """Send several commands in one round trip, not in one transaction."""
        async with self._guard_call():
            pipe = self._redis.pipeline(transaction=False)
            for words in commands:
                pipe.execute_command(*words)
            return _raise_first_error(await pipe.execute(raise_on_error=False))

    async def execute_each(self, commands: Iterable[Words]) -> list[Any]:
        """Do as `execute_batch`, but return `ANOTHER_TYPE` for a key that holds another type, instead of raising.

        Hundreds of commands are sent in parts, between which other tasks run.
        """
        async with self._guard_call():
            waiting, replies = iter(commands), list[Any]()
            while some := list(islice(waiting, SENT_AT_ONCE)):
                pipe = self._redis.pipeline(transaction=False)
                for words in some:
                    pipe.execute_command(*words)
                replies += await pipe.execute(raise_on_error=False)
            return _raise_first_error(map(_mark_type, replies))

    async def execute_bytes(self, commands: Iterable[Words]) -> list[Any]:
        """Do as `execute_each`, but return bytes as they are; None for a key, or a group of it, that is gone."""
        async with self._guard_call():
            pipe = self._redis.pipeline(transaction=False)
            for words in commands:
                pipe.execute_command(*words, **{NEVER_DECODE: True})
            replies = await pipe.execute(raise_on_error=False)
            return _raise_first_error(None if _is_missing(reply) else _mark_type(reply) for reply in replies)

    async def read_bodies(self, keys: Iterable[str], field: str = "body") -> list[str | None]:
        """Return one field of each of several hashes."""
        return await self.execute_each([("HGET", key, field) for key in keys])

    async def read_fields(self, keys: Sequence[str], *fields: str) -> list[list[str | None]]:
        """Return each of these fields of several hashes, in one round trip.

        At a fraction of the cost of `read_bodies`: for short fields only, since the server does nothing else.
        """
        async with self._guard_call():
            found = await self._run_scripts("read_each", [(keys, ("HGET", field)) for field in fields])
            return [_raise_first_error(ANOTHER_TYPE if is_wrong_type(one) else one for one in each) for each in found]

    async def read_groups(self, command: str, groups: Iterable[Sequence[str]]) -> list[list[Any]]:
        """Return what a command says of each key, of each group at one instant; `ANOTHER_TYPE` as in `execute_each`."""
        async with self._guard_call():
            found = await self._run_scripts("read_each", [(keys, (command,)) for keys in groups])
            return [_raise_first_error(ANOTHER_TYPE if is_wrong_type(one) else one for one in each) for each in found]

    async def read_hashes(self, groups: Iterable[Sequence[tuple[str, str]]]) -> list[list[Any]]:
        """Return of each hash, by key and pattern, the fields that fit and their values; of each group at one instant.

        `ANOTHER_TYPE` as in `execute_each`.
        """
        async with self._guard_call():
            calls = [([key for key, _ in group], [pattern for _, pattern in group]) for group in groups]
            found = await self._run_scripts("read_hashes", calls)
            return [_raise_first_error(ANOTHER_TYPE if is_wrong_type(one) else one for one in each) for each in found]

    async def read_versions(self, keys: Iterable[str]) -> list[tuple[int, str | None]]:
        """Return version and body of each of several hashes. A version that is missing or not a number is 0."""
        replies = await self.execute_each([("HMGET", key, "v", "body") for key in keys])
        return [(0, reply) if reply is ANOTHER_TYPE else (parse_int(reply[0]) or 0, reply[1]) for reply in replies]

    async def scan_keys(self, start: str) -> AsyncIterator[str]:
        """Yield the keys with this prefix. One may come twice, and one created meanwhile may be missing."""
        cursor, pattern = "0", escape_pattern(start) + "*"
        while True:
            cursor, keys = await self.execute("SCAN", cursor, "MATCH", pattern, "COUNT", SCAN_COUNT)
            for key in keys:
                yield key
            if cursor == "0":
                return

    async def scan_bytes(self, start: str) -> AsyncIterator[list[bytes]]:
        """Yield the keys with this prefix as bytes, some at a time. As in `scan_keys`, one may come twice."""
        cursor, pattern = b"0", escape_pattern(start) + "*"
        while True:
            command = ("SCAN", cursor, "MATCH", pattern, "COUNT", SCAN_COUNT)
            [(cursor, keys)] = await self.execute_bytes([command])
            yield keys
            if cursor == b"0":
                return

    async def run_script(self, name: str, keys: Sequence[str], args: Words) -> Any:
        return (await self.run_scripts(name, [(keys, args)]))[0]

    async def run_scripts(self, name: str, calls: Sequence[tuple[Sequence[str], Words]]) -> list[Any]:
        """Run a script several times in one round trip, in order; each run is atomic by itself.

        Of `DURABLE_SCRIPTS`, `ReplicaError` means that it was written, and too few replicas have it yet.
        """
        async with self._guard_call():
            return _raise_nested_error(
                await self._run_scripts(name, calls, self._copies if name in DURABLE_SCRIPTS else 0)
            )

    async def _run_scripts(self, name: str, calls: Sequence[tuple[Sequence[str], Words]], copies: int = 0) -> list[Any]:
        """Return the replies with the errors in them; load the script where the server does not know it."""
        sha = self._scripts.get(name) or await self._load_script(name)
        replies = await self._evaluate_scripts(sha, calls, copies)
        missing = [i for i, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if missing:
            sha = await self._load_script(name)
            again = await self._evaluate_scripts(sha, [calls[i] for i in missing], copies)
            for i, reply in zip(missing, again, strict=True):
                replies[i] = reply
        return _raise_first_error(replies)

    async def _evaluate_scripts(self, sha: str, calls: Sequence[tuple[Sequence[str], Words]], copies: int) -> list[Any]:
        if len(calls) == 1 and not copies:
            [(keys, args)] = calls
            try:
                return [await self._redis.execute_command("EVALSHA", sha, len(keys), *keys, *args)]
            except ResponseError as refused:  # as a pipeline returns it
                return [refused]
        pipe = self._redis.pipeline(transaction=False)
        for keys, args in calls:
            pipe.execute_command("EVALSHA", sha, len(keys), *keys, *args)
        if not copies:
            return list(await pipe.execute(raise_on_error=False))
        pipe.execute_command("WAIT", copies, COPY_MS)
        replies: list[Any] = await pipe.execute(raise_on_error=False)
        copied = replies.pop()
        if not any(isinstance(reply, RedisError) for reply in replies):
            _raise_first_error([copied])
            if copied < copies:
                raise ReplicaError(
                    f"Only {copied} of {copies} replicas (EARSHOT_COPIES) confirm what was written. "
                    "If there are not so many, lower it, or add replicas."
                )
        return replies

    async def _load_script(self, name: str) -> str:
        text = resources.files("bot.store").joinpath(f"lua/{name}.lua").read_text(encoding="utf-8")
        self._scripts[name] = str(await self._redis.execute_command("SCRIPT LOAD", text))
        return self._scripts[name]

    def _guard_call(self) -> "_CallGuard":
        return _CallGuard(self._drop_connections)

    async def _drop_connections(self) -> None:
        """Close idle connections: after a failover the host name may lead to another server."""
        with suppress(RedisError, OSError):
            await self._redis.connection_pool.disconnect(inuse_connections=False)

    async def _drop_all_connections(self) -> None:
        """Close all connections: the former primary takes writes for some time, and then forgets them."""
        with suppress(RedisError, OSError):
            await self._redis.connection_pool.disconnect()

    async def close(self) -> None:
        await self._finder.close()
        await self._redis.aclose()


class _CallGuard:
    """Raises what a call of the driver raises as `StoreUnavailable`, and a cancellation that it swallowed.

    The driver (8.1) swallows one while it connects. A class, since two generators cost a sixth of a call.
    """

    def __init__(self, drop_connections: Callable[[], Awaitable[None]]) -> None:
        self._drop_connections = drop_connections

    async def __aenter__(self) -> None:
        self._task = asyncio.current_task()
        self._cancels = self._task.cancelling() if self._task else 0

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        try:
            if isinstance(error, CALL_ERRORS):
                await self._raise_unavailable(error)
        finally:
            if self._task and self._task.cancelling() > self._cancels:
                raise asyncio.CancelledError

    async def _raise_unavailable(self, error: Exception) -> None:
        """Raise `StoreUnavailable` with a sentence, unless the error is one of ours."""
        if isinstance(error, ResponseError):
            refusal = classify_error(error)
            if refusal is None:
                return
            if refusal.should_reconnect:
                await self._drop_connections()
            raise StoreUnavailable(refusal.sentence) from error
        if isinstance(error, InvalidResponse):
            raise StoreUnavailable(f"The server that answers is not Redis: {error}. Check REDIS_URL.") from error
        reason = str(error).removesuffix(".") or type(error).__name__
        if isinstance(error, UnknownPrimaryError) or isinstance(error.__cause__, UnknownPrimaryError):
            raise StoreUnavailable(f"{reason}.") from error
        if isinstance(error, AuthenticationError) or isinstance(error.__cause__, AuthenticationError):
            raise StoreUnavailable(f"Redis refuses the user or password: {reason}. Check REDIS_URL.") from error
        raise StoreUnavailable(f"Redis does not answer: {reason}.") from error


def escape_pattern(text: str) -> str:
    """Return the pattern for Redis that only this text fits."""
    return re.sub(r"([\\\[\]*?])", r"\\\1", text)


def parse_int(text: Any) -> int | None:
    """Return the number, or None if it is no 64-bit integer: anybody may have written over a counter in Redis."""
    try:
        number = int(text)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < 1 << 63 else None


def parse_hash(flat: Sequence[str]) -> dict[str, str]:
    """Return a hash, or the fields of a stream entry, from the flat list in which Redis sends it."""
    return dict(zip(flat[::2], flat[1::2], strict=True))


def parse_counts(flat: Sequence[str]) -> dict[str, int]:
    """Return a hash of counters from Redis's flat list, without fields that hold no number."""
    return {name: count for name, value in parse_hash(flat).items() if (count := parse_int(value)) is not None}


def _mark_type(reply: Any) -> Any:
    return ANOTHER_TYPE if is_wrong_type(reply) else reply


def _is_missing(reply: Any) -> bool:
    return isinstance(reply, ResponseError) and str(reply).startswith(("no such key", "NOGROUP"))


def _raise_first_error(replies: Iterable[Any]) -> list[Any]:
    """Raise the first error among the replies as it came: the driver would add the command's arguments to it."""
    found = list(replies)
    for reply in found:
        if isinstance(reply, RedisError):
            raise reply
    return found


def _raise_nested_error(replies: list[Any]) -> list[Any]:
    """Do as `_raise_first_error`, also for errors in the lists that a script returns."""
    for reply in replies:
        if isinstance(reply, list):
            _raise_first_error(reply)
    return replies
