"""Every source there is, in one table. A new one is a file of its own and a line here."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from bot.clock import Clock
from bot.config.playbook import SourceEntry
from bot.config.settings import Settings
from bot.domain.subject import Subject
from bot.sources import replay, webhook, x
from bot.sources.base import MentionSource, SourceCheck, SourceContext


def _return_empty(_: Settings, __: str) -> str:
    return ""


def _get_bearer_token(settings: Settings, _: str) -> str:
    return settings.x_bearer_token.get_secret_value() if settings.x_bearer_token else ""


def _get_hook_secrets(settings: Settings, name: str) -> str:
    return " ".join(secret.get_secret_value() for secret in settings.get_hook_secrets(name))


@dataclass(frozen=True, slots=True)
class SourceKind:
    """What may stand under `[sources]` of the playbook, and what is built from it."""

    options: type[BaseModel]
    build: Callable[[Any, SourceContext], MentionSource]
    """Takes options of exactly this kind. Raises `ValueError`, with a sentence, if nothing could come of them."""
    check: Callable[[Any, SourceContext], Awaitable[SourceCheck]]
    """The same, asking whoever must be asked, and changing nothing."""
    secret: Callable[[Settings, str], str] = _return_empty
    """What the environment keeps secret for the source of this name."""
    url: Callable[[Settings, str], str] = _return_empty


CATALOGUE: Mapping[str, SourceKind] = {
    "x": SourceKind(
        x.XOptions, x.XSource.from_options, x.check_x, _get_bearer_token, lambda settings, _: settings.x_api_url
    ),
    "replay": SourceKind(replay.ReplayOptions, replay.ReplaySource.from_options, replay.check_replay),
    "webhook": SourceKind(
        webhook.WebhookOptions, webhook.WebhookSource.from_options, webhook.check_webhook, _get_hook_secrets
    ),
}


def build_context(
    entry: SourceEntry, settings: Settings, clock: Clock, subjects: Sequence[Subject], jitter: Callable[[], float]
) -> SourceContext:
    """What a source of the playbook is built from, and checked with."""
    kind, name = CATALOGUE[entry.source], entry.name or entry.source
    return SourceContext(name, clock, jitter, tuple(subjects), kind.secret(settings, name), kind.url(settings, name))


MODELS: Mapping[str, type[BaseModel]] = {name: kind.options for name, kind in CATALOGUE.items()}
"""What the playbook reads the tables with."""
