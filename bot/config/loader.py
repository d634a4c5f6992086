"""Load the playbook, or report every error at once."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from operator import itemgetter
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.config.builder import build_playbook
from bot.config.error_messages import describe_playbook_errors
from bot.config.line_numbers import find_line_number, map_line_numbers
from bot.config.playbook import Playbook
from bot.config.playbook_errors import Found, PlaybookError, PlaybookFault, format_place
from bot.config.schema import FileTable
from bot.config.sources import read_source_tables
from bot.config.validators import LabelDimensions, find_faults

NONE: Mapping[str, Any] = MappingProxyType({})


def load_playbook(
    path: FilePath | str,
    *,
    sources: Mapping[str, type[BaseModel]] = NONE,
    dimensions: Mapping[str, frozenset[str]] = NONE,
) -> Playbook:
    """Load a file. Raises PlaybookError with every error.

    `sources` are the known sources with their options models. `dimensions` are those of custom detectors with their
    words; no words: any.
    """
    return parse_playbook(_read_text(FilePath(path)), str(path), sources=sources, dimensions=dimensions)


def parse_playbook(
    text: str,
    file: str = "playbook",
    *,
    sources: Mapping[str, type[BaseModel]] = NONE,
    dimensions: Mapping[str, frozenset[str]] = NONE,
) -> Playbook:
    """Parse a text as `load_playbook` does. `file` is for messages."""
    raw = _parse_toml(text, file)
    entries, wrong = read_source_tables(raw.get("sources"), sources)
    found = [*wrong, *find_faults(raw, LabelDimensions.from_playbook(raw, dimensions))]
    table: FileTable | None = None
    try:
        table = FileTable.model_validate(raw)
    except ValidationError as invalid:
        found.extend(describe_playbook_errors(invalid, FileTable))
    if table is None or found:
        raise PlaybookError(file, tuple(_sort_faults(found, text)))
    return replace(build_playbook(table, entries), text=text)


def _sort_faults(found: list[Found], text: str) -> Iterator[PlaybookFault]:
    """Remove duplicates, and sort by line; errors without a line come first."""
    lines = map_line_numbers(text)
    faults = [PlaybookFault(format_place(path), sentence, find_line_number(path, lines)) for path, sentence in found]
    placed = [(fault.line or 0, number, fault) for number, fault in enumerate(dict.fromkeys(faults))]
    return (fault for _, _, fault in sorted(placed, key=itemgetter(0, 1)))


def _read_text(path: FilePath) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        begin = "To start one: earshot playbook > playbook.toml"
        sentence = f"there is no such file. {begin}. Or name yours in EARSHOT_PLAYBOOK"
    except IsADirectoryError:
        sentence = "this is a directory. Name the file in it"
    except UnicodeDecodeError as wrong:
        sentence = f"this is not UTF-8 (byte {wrong.start + 1}). Save it as UTF-8"
    except OSError as wrong:
        sentence = f"this file cannot be read: {wrong.strerror or wrong}"
    raise PlaybookError(str(path), (PlaybookFault("", sentence),)) from None


def _parse_toml(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        fault = _describe_syntax_error(str(wrong), text)
    except RecursionError:
        fault = PlaybookFault("", "this is nested too deeply to be a playbook")
    raise PlaybookError(file, (fault,)) from None


def _describe_syntax_error(message: str, text: str) -> PlaybookFault:
    what, _, where = message.rpartition(" (at ")
    found = re.search(r"line (\d+), column (\d+)", where)
    if found:
        return PlaybookFault(f"column {found[2]}", f"this is not TOML: {what}", int(found[1]))
    return PlaybookFault("", f"this is not TOML, at the end: {what or message}", len(text.splitlines()) or None)
