"""What a process and its triage processes say to each other: one JSON object a line.

Settings and rules are handed over and never read again from files, which may have changed since: all processes follow
the same playbook, and one that is started again starts as the first did.
"""

import json
from typing import Any, NamedTuple, Self

from pydantic import SecretStr

from bot.config.settings import Settings
from bot.metrics import MetricRows

LINE_MOST = 64_000_000
"""Bytes of one line: a playbook of any size."""


class TriageOrder(NamedTuple):
    """What a triage process has to do. The second and later ones only change the playbook."""

    playbook: str
    """The text of the file."""
    brand: str = ""
    """The id that is part of all keys."""
    settings: Settings | None = None

    def encode(self) -> bytes:
        """Reveals secrets: only for the pipe to our own process."""
        settings = self.settings.model_dump(by_alias=True) if self.settings else None
        return _encode_line({"playbook": self.playbook, "brand": self.brand, "settings": settings})

    @classmethod
    def decode(cls, line: bytes) -> Self:
        given = json.loads(line)
        settings = Settings.model_validate(given["settings"]) if given["settings"] else None
        return cls(given["playbook"], given["brand"], settings)


class TriageReport(NamedTuple):
    """How a triage process is doing. `stalled`: its worker has not completed a step for minutes."""

    metrics: MetricRows
    stalled: bool = False

    def encode(self) -> bytes:
        return _encode_line({"metrics": self.metrics, "stalled": self.stalled})

    @classmethod
    def decode(cls, line: bytes) -> Self:
        given = json.loads(line)
        return cls(given["metrics"], given["stalled"])


def _encode_line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, default=_dump_value).encode() + b"\n"


def _dump_value(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
