"""Where things stand in the playbook's file, said as the playbook itself says it."""

from pathlib import Path

from bot.playbook.faults import Path as Steps
from bot.playbook.faults import place
from bot.playbook.lines import line_of, lines_of


class Places:
    def __init__(self, file: Path) -> None:
        self.file = file
        self._lines = lines_of(file.read_text(encoding="utf-8-sig"))

    def at(self, *steps: str | int) -> str:
        """`playbook.toml: line 14, departments[2].channel`."""
        path: Steps = steps
        line = line_of(path, self._lines)
        return f"{self.file}: {f'line {line}, ' if line else ''}{place(path)}"
