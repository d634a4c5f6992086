"""What a process and its triage processes say to each other: one JSON object a line.

Settings and rules are handed over and never read again from files, which may have changed since: all processes follow
the same playbooks, and one that is started again starts as the first did.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from pydantic import SecretStr

from bot.config.settings import Settings
from bot.metrics import MetricRows
from bot.store.brand_identity import BrandIdentity

LINE_MOST = 64_000_000
"""Bytes of one line: a playbook of any size."""


class BrandOrder(NamedTuple):
    """One brand of those that a triage process has."""

    identity: BrandIdentity
    """Its id is part of all keys."""
    playbook: str
    """The text of the file."""
    path: str
    """Of the file, for messages about faults in it."""
    site: str
    settings: Settings


class TriageOrder(NamedTuple):
    """What a triage process has to do. The second and later ones only change playbooks."""

    brands: tuple[BrandOrder, ...]
    settings: Settings
    """Of the process."""
    workers: tuple[str, ...]
    install_link: str = ""

    def encode(self) -> bytes:
        """Reveals secrets: only for the pipe to our own process."""
        brands = [(*one[:4], _dump_settings(one.settings)) for one in self.brands]
        return _encode_line({**self._asdict(), "brands": brands, "settings": _dump_settings(self.settings)})

    @classmethod
    def decode(cls, line: bytes) -> Self:
        given = json.loads(line)
        brands = (
            BrandOrder(BrandIdentity(*identity), playbook, path, site, Settings.model_validate(settings))
            for identity, playbook, path, site, settings in given["brands"]
        )
        settings = Settings.model_validate(given["settings"])
        return cls(tuple(brands), settings, tuple(given["workers"]), given["install_link"])


class TriageReport(NamedTuple):
    """How a triage process is doing. `stalled`: its worker has not completed a step for minutes."""

    metrics: MetricRows
    stalled: bool = False
    refusals: Mapping[str, str] = MappingProxyType({})
    """Why it does not triage for a brand, by the brand's name in `/statusz`."""
    failure: str = ""
    """Why it cannot start; then it is the last report."""

    def encode(self) -> bytes:
        return _encode_line({**self._asdict(), "refusals": dict(self.refusals)})

    @classmethod
    def decode(cls, line: bytes) -> Self:
        given = json.loads(line)
        return cls(given["metrics"], given["stalled"], given["refusals"], given["failure"])


def _dump_settings(settings: Settings) -> dict[str, Any]:
    return settings.model_dump(by_alias=True)


def _encode_line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, default=_dump_value).encode() + b"\n"


def _dump_value(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
