"""The file of a whole brand: a header, one JSON line for each key (several for a large one), and a trailer.

Names of keys are logical: without the part that names the brand, so that a file fits any brand, server and topology.
"""

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple, cast

from pydantic import ValidationError

from bot.domain.immutable import FrozenModel

VERSION = 2
"""2: keys of shards, which a release that knows only 1 would import as keys that nothing reads."""
WITHOUT_SHARDS = 1
LONGEST_LINE = 1 << 28
"""Bytes. A line holds a hundred elements, or one string; what is longer is no line of ours."""
BINARY = "base64"
"""The only name in the object that stands for a string which is not UTF-8."""
TYPES = ("string", "hash", "set", "zset", "list", "stream")
PACKED = ".gz"
GZIP_MAGIC = b"\x1f\x8b"


class StateFileError(Exception):
    """The file is no export, is damaged, or comes from a newer release. The message says what to do."""


class StateHeader(FrozenModel):
    """The first line. Times are in UTC."""

    format: Literal["earshot-state"] = "earshot-state"
    version: int = WITHOUT_SHARDS
    shards: int = 1
    """How many the brand had. The names of their keys begin as `build_shard_folder` says."""
    store_schema: int
    """`schema` in `meta` of the brand."""
    release: str
    brand: str
    """The id of the brand."""
    exported_at: datetime
    while_running: bool = False
    with_secrets: bool = False


class StateTrailer(FrozenModel):
    """The last line. A file without it is truncated."""

    end: Literal[True] = True
    keys: int
    lines: int
    """Of keys, without header and trailer."""
    sha256: str
    """Of all lines before this one, in hexadecimal digits."""


class StateLine(NamedTuple):
    """A key, or a part of it. The parts of a key follow each other."""

    key: bytes
    """Its logical name."""
    type: str
    value: Any
    """Bytes, or a list of members, or of pairs; of a stream an object with `entries`, `last_id` and `groups`."""
    expires_at: int = 0
    """Epoch milliseconds; 0: it stays."""
    at: int = 0
    """How many elements came in the parts before."""
    has_more: bool = False


def format_line(line: StateLine) -> bytes:
    found: dict[str, Any] = {"key": _encode(line.key), "type": line.type, "value": _encode(line.value)}
    found |= {"expires_at": line.expires_at} if line.expires_at else {}
    found |= {"at": line.at} if line.at else {}
    found |= {"more": True} if line.has_more else {}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def parse_line(text: bytes) -> StateLine:
    """Raises `StateFileError`."""
    try:
        found = json.loads(text)
        key, type_, expires_at, at = found["key"], found["type"], found.get("expires_at", 0), found.get("at", 0)
        if type_ not in TYPES:
            raise StateFileError("It has a key of a type that this release does not know. Update Earshot.")
        return StateLine(_decode(key), type_, _decode(found["value"]), int(expires_at), int(at), "more" in found)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise StateFileError("One of its lines does not describe a key.") from None


def _encode(value: Any) -> Any:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {BINARY: base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {name: _encode(one) for name, one in value.items()}
    return [_encode(one) for one in value] if isinstance(value, list) else value


def _decode(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, dict):
        if value.keys() == {BINARY}:
            return base64.b64decode(value[BINARY], validate=True)
        return {name: _decode(one) for name, one in value.items()}
    return [_decode(one) for one in value] if isinstance(value, list) else value


class StateFileWriter:
    """Writes header, keys and trailer, and counts them."""

    def __init__(self, stream: IO[bytes], header: StateHeader) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self.keys = self.lines = 0
        self._write(header.model_dump_json().encode())

    def add(self, line: StateLine) -> None:
        self._write(format_line(line))
        self.lines += 1
        self.keys += not line.has_more

    def finish(self) -> None:
        """Write the trailer."""
        self._write(
            StateTrailer(keys=self.keys, lines=self.lines, sha256=self._hash.hexdigest()).model_dump_json().encode()
        )
        self._stream.flush()

    def _write(self, line: bytes) -> None:
        self._hash.update(line + b"\n")
        self._stream.write(line + b"\n")


@contextmanager
def pack_stream(stream: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """Compress what is written if the name ends with `.gz`."""
    if not name.endswith(PACKED):
        yield stream
        return
    with gzip.GzipFile(filename="", fileobj=stream, mode="wb", mtime=0) as packed:
        yield cast("IO[bytes]", packed)


def verify_file(path: Path) -> tuple[StateHeader, StateTrailer]:
    """Read all of a file and compare it with its trailer. Raises `StateFileError` and `OSError`."""
    with _open_file(path) as stream:
        header, lines, found = _read_header(stream), 0, hashlib.sha256()
        stream.seek(0)
        last = b""
        for line in _iter_file(stream):
            found.update(last)
            lines += 1
            last = line
    try:
        trailer = StateTrailer.model_validate_json(last)
    except ValidationError:
        raise StateFileError("It is truncated: its last line, which counts the others, is missing.") from None
    if trailer.lines != lines - 2 or trailer.sha256 != found.hexdigest():
        raise StateFileError("It is damaged: its lines are not those that its last line counts.")
    return header, trailer


def iter_lines(path: Path) -> Iterator[StateLine]:
    """Yield the keys of a file that was verified. Raises as `verify_file` does."""
    with _open_file(path) as stream:
        lines = _iter_file(stream)
        next(lines)
        held = next(lines)
        for line in lines:
            yield parse_line(held)
            held = line


def _read_header(stream: IO[bytes]) -> StateHeader:
    line = stream.readline(LONGEST_LINE)
    try:
        found = json.loads(line)
        version = int(found["version"]) if found["format"] == "earshot-state" else 0
    except (ValueError, LookupError, TypeError):
        raise StateFileError("It is not a file that `earshot export state` wrote.") from None
    if version > VERSION:
        raise StateFileError("A newer release of Earshot wrote it. Update Earshot and import it again.")
    try:
        return StateHeader.model_validate(found)
    except ValidationError:
        raise StateFileError("Its first line, which says what it holds, is damaged.") from None


def _iter_file(stream: IO[bytes]) -> Iterator[bytes]:
    while line := stream.readline(LONGEST_LINE):
        yield line


@contextmanager
def _open_file(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as raw:
            is_packed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC  # whatever its name: it may have been renamed
            raw.seek(0)
            with gzip.GzipFile(fileobj=raw) if is_packed else raw as stream:
                yield cast("IO[bytes]", stream)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise StateFileError("It is truncated or damaged: it cannot be unpacked.") from None
