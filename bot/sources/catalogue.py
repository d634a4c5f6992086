"""Every source there is, in one table. A new one is a file of its own and a line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from bot.sources import replay, webhook, x
from bot.sources.base import Parts, Source


@dataclass(frozen=True, slots=True)
class Kind:
    """What may stand under `[sources]` of the playbook, and what is built from it."""

    options: type[BaseModel]
    build: Callable[[Any, Parts], Source]
    """Takes options of exactly this kind."""


CATALOGUE: Mapping[str, Kind] = {
    "x": Kind(x.Options, x.X.built),
    "replay": Kind(replay.Options, replay.Replay.built),
    "webhook": Kind(webhook.Options, webhook.Webhook.built),
}

MODELS: Mapping[str, type[BaseModel]] = {name: kind.options for name, kind in CATALOGUE.items()}
"""What the playbook reads the tables with."""
