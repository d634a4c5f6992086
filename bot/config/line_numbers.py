"""Find the line of a path in a TOML text, for messages only. Unknown lines are left out."""

import re
import tomllib
from collections.abc import Iterator

from bot.config.playbook_errors import Path

_HEADER = re.compile(r"^\s*(?P<open>\[\[?)(?P<name>[^\[\]]+)\]")
_KEY = re.compile(r"""^\s*(?P<key>(?:[\w\-. ]|"[^"]*"|'[^']*')+?)\s*=""", re.ASCII)


def map_line_numbers(text: str) -> dict[Path, int]:
    """Return the line of each table and key, counted from 1."""
    found: dict[Path, int] = {}
    table: Path = ()
    seen: dict[Path, int] = {}
    for number, line in _iter_lines_outside_strings(text):
        if header := _HEADER.match(line):
            table = _parse_dotted_key(header["name"])
            if header["open"] == "[[":
                seen[table] = seen.get(table, -1) + 1
            table = _add_table_index(table, seen)
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(table + _parse_dotted_key(key["key"]), number)
    return found


def find_line_number(path: Path, lines: dict[Path, int]) -> int | None:
    """Return the line of the path or of its nearest parent."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _iter_lines_outside_strings(text: str) -> Iterator[tuple[int, str]]:
    """Iterate over lines that do not start inside a multi-line string."""
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not inside:
            yield number, line
        for quotes in re.findall(r'"""|\'\'\'', line):
            if inside in {"", quotes}:
                inside = "" if inside else quotes


def _add_table_index(table: Path, seen: dict[Path, int]) -> Path:
    """Insert the index of each array of tables: `[sources.x]` stays, `[[routes]]` becomes `routes, 2`."""
    path: Path = ()
    for length in range(1, len(table) + 1):
        path += (table[length - 1],)
        if table[:length] in seen:
            path += (seen[table[:length]],)
    return path


def _parse_dotted_key(dotted: str) -> Path:
    """Parse a dotted key with TOML's own parser; return () where it is invalid."""
    try:
        tree: object = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    steps: list[str] = []
    while isinstance(tree, dict):
        ((step, tree),) = tree.items()
        steps.append(step)
    return tuple(steps)
