"""Every source there is, in one table. A new one is a file of its own and a line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from bot.settings import Settings
from bot.sources import replay, webhook, x
from bot.sources.base import Parts, Source


def _nothing(_: Settings, __: str) -> str:
    return ""


def _bearer(settings: Settings, _: str) -> str:
    return settings.x_bearer_token.get_secret_value() if settings.x_bearer_token else ""


def _hook_secrets(settings: Settings, name: str) -> str:
    return " ".join(secret.get_secret_value() for secret in settings.hook_secrets(name))


@dataclass(frozen=True, slots=True)
class Kind:
    """What may stand under `[sources]` of the playbook, and what is built from it."""

    options: type[BaseModel]
    build: Callable[[Any, Parts], Source]
    """Takes options of exactly this kind."""
    secret: Callable[[Settings, str], str] = _nothing
    """What the environment keeps secret for the source of this name."""
    url: Callable[[Settings, str], str] = _nothing


CATALOGUE: Mapping[str, Kind] = {
    "x": Kind(x.Options, x.X.built, _bearer, lambda settings, _: settings.x_api_url),
    "replay": Kind(replay.Options, replay.Replay.built),
    "webhook": Kind(webhook.Options, webhook.Webhook.built, _hook_secrets),
}

MODELS: Mapping[str, type[BaseModel]] = {name: kind.options for name, kind in CATALOGUE.items()}
"""What the playbook reads the tables with."""
