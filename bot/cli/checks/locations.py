"""Where things stand in the playbook's file, said as the playbook itself says it."""

from pathlib import Path

from bot.config.line_numbers import find_line_number, map_line_numbers
from bot.config.playbook_errors import Path as Steps
from bot.config.playbook_errors import format_place


class PlaybookLocations:
    def __init__(self, file: Path) -> None:
        self.file = file
        self._lines = map_line_numbers(file.read_text(encoding="utf-8-sig"))

    def find(self, *steps: str | int) -> str:
        """`playbook.toml: line 14, departments[2].channel`."""
        path: Steps = steps
        line = find_line_number(path, self._lines)
        return f"{self.file}: {f'line {line}, ' if line else ''}{format_place(path)}"
