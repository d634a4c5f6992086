"""What somebody asked to export, kept as the id of a notification; and the text of the rows in its file."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Self, TextIO
from zoneinfo import ZoneInfo

from bot.domain.periods import TimeSpan
from bot.domain.reports.export_rows import ExportKind, ExportRow, escape_formulas, expand_times

MOST_BYTES = 100_000_000
"""Of a file in Slack: some 250,000 cases."""


class ExportFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """The span is fixed when it is asked for: `last week` stays that week, whenever the file is written."""

    kind: ExportKind
    as_format: ExportFormat
    span: TimeSpan
    subject: str = ""
    department: str = ""
    """Only rows of this subject or department, if one is named."""
    theme: str = ""
    """Only counters of this theme, if one is named."""

    def to_json(self) -> str:
        start, end = (int(one.timestamp()) for one in self.span)
        fields = [self.kind, self.as_format, start, end, self.subject, self.department, self.theme]
        return json.dumps(fields, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for one of another release."""
        kind, as_format, start, end, subject, department, *theme = json.loads(text)
        span = TimeSpan(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
        return cls(ExportKind(kind), ExportFormat(as_format), span, subject, department, *theme)

    def includes_row(self, row: ExportRow) -> bool:
        return self.subject in {"", row.get("subject")} and self.department in {"", row.get("department")}

    def build_file_name(self, zone: ZoneInfo) -> str:
        start, last = (at.astimezone(zone) for at in (self.span.start, self.span.end - timedelta(seconds=1)))
        return f"earshot-{self.kind}-{start:%Y-%m-%d}-to-{last:%Y-%m-%d}.{self.as_format}"


def make_row_writer(stream: TextIO, as_format: ExportFormat, zone: ZoneInfo) -> Callable[[ExportRow], None]:
    """Return what writes one row; in CSV, the names of the columns come before the first."""
    table: Any = csv.writer(stream, lineterminator="\n")
    has_header = False

    def write_row(row: ExportRow) -> None:
        nonlocal has_header
        cells = expand_times(row, zone)
        if as_format is ExportFormat.JSONL:
            stream.write(json.dumps(cells, ensure_ascii=False) + "\n")
            return
        if not has_header:
            table.writerow(cells)
            has_header = True
        table.writerow(escape_formulas(cells.values()))

    return write_row
