"""Every source there is. A new one is a file of its own, which declares `SOURCE`, and its name here."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from pydantic import BaseModel

from bot.clock import Clock
from bot.config.playbook import SourceEntry
from bot.config.settings import Settings
from bot.domain.own_accounts import NO_ACCOUNTS, OwnAccounts
from bot.domain.subject import Subject
from bot.sources.base import SourceContext, SourceKind

NAMES = (
    "x",
    "replay",
    "webhook",
    "kafka",
    "rss",
    "hackernews",
    "stackexchange",
    "discourse",
    "bluesky",
    "mastodon",
    "github",
    "youtube",
    "appstoreconnect",
    "googleplay",
)
CATALOGUE: Mapping[str, SourceKind] = {name: import_module(f"bot.sources.{name}").SOURCE for name in NAMES}
MODELS: Mapping[str, type[BaseModel]] = {name: kind.options for name, kind in CATALOGUE.items()}
"""What the playbook reads the tables with."""
LABELS: Mapping[str, str] = {name: kind.label for name, kind in CATALOGUE.items() if kind.label}
EXAMPLES: Sequence[str] = [kind.example.strip("\n") for kind in CATALOGUE.values() if kind.example]


def build_context(
    entry: SourceEntry,
    settings: Settings,
    clock: Clock,
    subjects: Sequence[Subject],
    jitter: Callable[[], float],
    own_accounts: OwnAccounts = NO_ACCOUNTS,
    brand: str = "",
    *,
    is_trial: bool = False,
) -> SourceContext:
    """What a source of the playbook is built from, and checked with."""
    kind, name = CATALOGUE[entry.source], entry.name or entry.source
    secret, url = kind.secret(settings, name), kind.url(settings, name)
    return SourceContext(
        name, clock, jitter, tuple(subjects), secret, url, settings.contact, own_accounts, brand, is_trial
    )
