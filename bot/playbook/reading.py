"""From the file to the playbook: everything that is wrong with it at once, or all of it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from operator import itemgetter
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.playbook import checks
from bot.playbook.book import Playbook
from bot.playbook.building import built
from bot.playbook.faults import Fault, Found, PlaybookFaults, place
from bot.playbook.lines import line_of, lines_of
from bot.playbook.sentences import sentences
from bot.playbook.sources import source_tables
from bot.playbook.tables import FileTable

NONE: Mapping[str, Any] = MappingProxyType({})


def load(
    path: FilePath | str,
    *,
    sources: Mapping[str, type[BaseModel]] = NONE,
    dimensions: Mapping[str, frozenset[str]] = NONE,
) -> Playbook:
    """Raises PlaybookFaults with every fault there is.

    `sources` names the sources there are, each with the model of its options. `dimensions` names what detectors tell
    beside sentiment, intent, subject, kind, source and language, with their words; no words: any.
    """
    return parse(_text(FilePath(path)), str(path), sources=sources, dimensions=dimensions)


def parse(
    text: str,
    file: str = "playbook",
    *,
    sources: Mapping[str, type[BaseModel]] = NONE,
    dimensions: Mapping[str, frozenset[str]] = NONE,
) -> Playbook:
    """As `load`, from the text itself."""
    raw = _toml(text, file)
    entries, wrong = source_tables(raw.get("sources"), sources)
    found = [*wrong, *checks.found_in(raw, checks.Dimensions.of(raw, dimensions))]
    table: FileTable | None = None
    try:
        table = FileTable.model_validate(raw)
    except ValidationError as invalid:
        found.extend(sentences(invalid, FileTable))
    if table is None or found:
        raise PlaybookFaults(file, tuple(_in_order(found, text)))
    return built(table, entries)


def _in_order(found: list[Found], text: str) -> Iterator[Fault]:
    """One for each place and sentence, from the top of the file; what has no line comes first."""
    lines = lines_of(text)
    faults = [Fault(place(path), sentence, line_of(path, lines)) for path, sentence in found]
    placed = [(fault.line or 0, number, fault) for number, fault in enumerate(dict.fromkeys(faults))]
    return (fault for _, _, fault in sorted(placed, key=itemgetter(0, 1)))


def _text(path: FilePath) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        sentence = (
            "there is no such file; `earshot playbook > playbook.toml` begins one, or name yours in EARSHOT_PLAYBOOK"
        )
    except IsADirectoryError:
        sentence = "this is a directory; name the file in it"
    except UnicodeDecodeError as wrong:
        sentence = f"this is not UTF-8 (byte {wrong.start + 1}); save it as UTF-8"
    except OSError as wrong:
        sentence = f"this file cannot be read: {wrong.strerror or wrong}"
    raise PlaybookFaults(str(path), (Fault("", sentence),)) from None


def _toml(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        fault = _syntax(str(wrong), text)
    except RecursionError:
        fault = Fault("", "this is nested too deeply to be a playbook")
    raise PlaybookFaults(file, (fault,)) from None


def _syntax(said: str, text: str) -> Fault:
    what, _, where = said.rpartition(" (at ")
    found = re.search(r"line (\d+), column (\d+)", where)
    if found:
        return Fault(f"column {found[2]}", f"this is not TOML: {what}", int(found[1]))
    return Fault("", f"this is not TOML, up to the end: {what or said}", len(text.splitlines()) or None)
