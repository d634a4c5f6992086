"""The types of keys: how each is read in parts, and written again. One class for each, and one line in `TYPES`."""

from types import MappingProxyType
from typing import Any, Protocol

from bot.store.client import Words
from bot.store.state_file import StateLine

PART = 100
"""Elements of one part. The server returns a small key whole all the same."""


class KeyType(Protocol):
    def ask(self, key: bytes, after: Any, at: int) -> Words:
        """Return the command that reads a part: what `after` is, and how many elements came before."""
        ...

    def take(self, reply: Any) -> tuple[Any, Any]:
        """Return the elements of a part, and what to ask for the next with; None after the last."""
        ...

    def build_commands(self, key: bytes, line: StateLine) -> list[Words]:
        """Return commands that write a part; running them twice does what running them once does."""
        ...


def _require_strings(value: Any) -> list[bytes]:
    if not isinstance(value, list) or not all(isinstance(one, bytes) for one in value):
        raise TypeError("a list of strings is needed")
    return value


class _ScannedType:
    """Hashes and sets, which are read with a cursor, in the order of the server."""

    def __init__(self, scan: str, write: str, *, pairs: bool) -> None:
        self._scan, self._write, self._pairs = scan, write, pairs

    def ask(self, key: bytes, after: Any, at: int) -> Words:  # noqa: ARG002
        return (self._scan, key, after or b"0", "COUNT", PART)

    def take(self, reply: Any) -> tuple[Any, Any]:
        cursor, flat = reply
        elements = [list(pair) for pair in zip(flat[::2], flat[1::2], strict=True)] if self._pairs else flat
        return elements, None if cursor == b"0" else cursor

    def build_commands(self, key: bytes, line: StateLine) -> list[Words]:
        pairs = [_require_strings(pair) for pair in line.value] if self._pairs else []
        words = (
            [word for pair in pairs for word in self._list_words(pair)] if self._pairs else _require_strings(line.value)
        )
        return [(self._write, key, *words)] if words else []

    def _list_words(self, pair: list[bytes]) -> list[bytes]:
        return pair[::-1] if self._write == "ZADD" else pair  # ZSCAN says the score after the member


class _StringType:
    def ask(self, key: bytes, after: Any, at: int) -> Words:  # noqa: ARG002
        return ("GET", key)

    def take(self, reply: Any) -> tuple[Any, Any]:
        return reply, None

    def build_commands(self, key: bytes, line: StateLine) -> list[Words]:
        return [("SET", key, *_require_strings([line.value]))]


class _ListType:
    def ask(self, key: bytes, after: Any, at: int) -> Words:  # noqa: ARG002
        return ("LRANGE", key, at, at + PART - 1)

    def take(self, reply: Any) -> tuple[Any, Any]:
        return reply, len(reply) == PART or None

    def build_commands(self, key: bytes, line: StateLine) -> list[Words]:
        kept: list[Words] = [("LTRIM", key, 0, line.at - 1)] if line.at else []
        words = _require_strings(line.value)
        return [*kept, ("RPUSH", key, *words)] if words else []


class _StreamType:
    def ask(self, key: bytes, after: Any, at: int) -> Words:  # noqa: ARG002
        return ("XRANGE", key, after or b"-", "+", "COUNT", PART)

    def take(self, reply: Any) -> tuple[Any, Any]:
        return reply, b"(" + reply[-1][0] if len(reply) == PART else None

    def build_commands(self, key: bytes, line: StateLine) -> list[Words]:
        """Return what follows once the entries are there, which a script adds."""
        if line.has_more:
            return []
        commands: list[Words] = []
        if not line.value["entries"] and not line.at:  # XSETID needs a stream
            commands += [("XGROUP CREATE", key, "-", "$", "MKSTREAM"), ("XGROUP DESTROY", key, "-")]
        commands.append(("XSETID", key, line.value["last_id"]))
        for group in line.value["groups"]:
            commands.append(("XGROUP DESTROY", key, group["name"]))
            commands.append(("XGROUP CREATE", key, group["name"], group["last_id"]))
            for entry, consumer, idle, times in group["pending"]:
                options = ("IDLE", idle, "RETRYCOUNT", times, "FORCE", "JUSTID")
                commands.append(("XCLAIM", key, group["name"], consumer, 0, entry, *options))
        return commands


KEY_TYPES: MappingProxyType[str, KeyType] = MappingProxyType(
    {
        "string": _StringType(),
        "hash": _ScannedType("HSCAN", "HSET", pairs=True),
        "set": _ScannedType("SSCAN", "SADD", pairs=False),
        "zset": _ScannedType("ZSCAN", "ZADD", pairs=True),
        "list": _ListType(),
        "stream": _StreamType(),
    }
)
