"""Locations in the playbook file, formatted as its own error messages do."""

from pathlib import Path

from bot.config.line_numbers import find_line_number, map_line_numbers
from bot.config.playbook_errors import format_place


class PlaybookLocations:
    def __init__(self, file: Path) -> None:
        self.file = file
        self._lines = map_line_numbers(file.read_text(encoding="utf-8-sig"))

    def has_key(self, *steps: str | int) -> bool:
        """Return whether the file has this key or table."""
        return steps in self._lines

    def find(self, *steps: str | int) -> str:
        """Return, for example, `playbook.toml: line 14, departments[2].channel`."""
        line = find_line_number(steps, self._lines)
        return f"{self.file}: {f'line {line}, ' if line else ''}{format_place(steps)}"
