"""The settings of several brands: `SLACK_BOT_TOKEN__NORTHWIND` counts for the brand `northwind` alone.

A secret of a brand has no default: one that names no brand is an error, so that no brand ever uses that of another.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from bot.config.reload import PlaybookReloader
from bot.config.secret_files import SUFFIX
from bot.config.settings import Settings
from bot.config.settings_errors import SettingsFault
from bot.config.settings_loader import NAMES, is_secret

SEPARATOR = "__"
SHARED_SECRETS = frozenset(
    {"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET", "REDIS_URL", "SENTRY_DSN"}
)
"""Of the app at Slack, of the store and of the process, which all brands have in common."""


class BrandConfig(NamedTuple):
    """`settings` has this brand's secrets. `site` is the path before its addresses; empty for the only brand."""

    settings: Settings
    playbook: PlaybookReloader
    site: str = ""

    @property
    def has_install_link(self) -> bool:
        """Whether its token is in Redis, and not in the environment."""
        return self.settings.slack_bot_token is None and self.settings.has_oauth


def check_for_run(config: BrandConfig) -> Iterator[SettingsFault]:
    """Yield what `earshot run` needs for this brand and is not set."""
    for fault in config.settings.check_for_run():
        mine = config.site and fault.place == "SLACK_BOT_TOKEN"
        yield fault._replace(place=build_brand_variable(fault.place, config.playbook.current.slug)) if mine else fault
    if config.has_install_link and not config.playbook.current.brand.team:
        sentence = "team under [brand] is not set. Only this workspace may install the app"
        yield SettingsFault(str(config.playbook.path), sentence)


class BrandVariables(NamedTuple):
    """The environment, sorted by whom a variable is for."""

    shared: dict[str, str]
    by_brand: dict[str, dict[str, str]]
    """By brand id, with the shared ones."""
    faults: tuple[SettingsFault, ...]


def build_brand_variable(variable: str, brand: str) -> str:
    """Return the variable of one brand: `X_BEARER_TOKEN__MY_BRAND` for `my-brand`."""
    return f"{variable}{SEPARATOR}{brand.upper().replace('-', '_')}"


def format_brand_fault(sentence: str, brand: str) -> str:
    """Return the sentence with the variable of this brand, if it begins with a secret and a colon."""
    place, separator, rest = sentence.partition(": ")
    return f"{build_brand_variable(place, brand)}{separator}{rest}" if is_brand_secret(place) else sentence


def sort_variables(given: Mapping[str, str], brands: Iterable[str]) -> BrandVariables:
    """Sort the variables by the brand that they end with."""
    names = {build_brand_variable("", brand): brand for brand in brands}
    shared: dict[str, str] = {}
    own: dict[str, dict[str, str]] = {brand: {} for brand in names.values()}
    faults: list[SettingsFault] = []
    for variable, value in given.items():
        start, separator, end = variable.rpartition(SEPARATOR)
        brand = names.get(separator + end)
        if brand is not None:
            own[brand][start] = value
        elif separator and _is_known(start):
            faults.append(SettingsFault(variable, _describe_unknown_brand(end, names)))
        elif value.strip() and is_brand_secret(variable):
            example = build_brand_variable(variable, next(iter(own), "brand"))
            faults.append(SettingsFault(variable, f"names no brand. With several playbooks, write {example}"))
        else:
            shared[variable] = value
    return BrandVariables(shared, {brand: shared | mine for brand, mine in own.items()}, tuple(faults))


def _is_known(variable: str) -> bool:
    return variable in NAMES or is_secret(variable.removesuffix(SUFFIX))


def is_brand_secret(variable: str) -> bool:
    """Whether a variable holds a secret of one brand, or names a file that does."""
    name = variable.removesuffix(SUFFIX)
    return is_secret(name) and name not in SHARED_SECRETS


def _describe_unknown_brand(end: str, names: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(SEPARATOR + end, names, n=1)
    hint = f". Did you mean {near[0].removeprefix(SEPARATOR)}?" if near else ""
    return f"no playbook has the id {end.lower().replace('_', '-')!r} under [brand]{hint}"
