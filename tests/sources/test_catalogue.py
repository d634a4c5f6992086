import re
import tomllib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel

import bot.sources
from bot.config.settings_loader import load_settings
from bot.domain.subject import Subject
from bot.sources.base import SourceContext, get_source_secret
from bot.sources.catalogue import CATALOGUE
from bot.sources.replay import ReplayOptions
from bot.sources.webhook import WebhookOptions
from bot.sources.x_options import XOptions
from tests.sources.fake_app_stores import FakeGooglePlay, write_private_key
from tests.sources.source_fakes import InstantClock

HOUSE = {
    "__init__",
    "app_reviews",
    "base",
    "catalogue",
    "html_text",
    "mention_parser",
    "outlet_client",
    "polling",
    "term_filter",
}
OPTIONS = {
    "x": XOptions(),
    "replay": ReplayOptions(file=Path("day.jsonl")),
    "webhook": WebhookOptions(),
}
"""Of those whose example is in playbook.example.toml; the others declare theirs."""
SECRETS = {
    "appstoreconnect": write_private_key(ec.generate_private_key(ec.SECP256R1())),
    "googleplay": FakeGooglePlay(InstantClock().now, "https://token.example").secret,
}
"""Of those that try theirs when they are built."""


def example_options(kind: str) -> BaseModel:
    """What a source's own example says, with the # taken away from what is TOML."""
    lines = re.sub(r"^# (?=\[|[a-z_]+ = )", "", CATALOGUE[kind].example, flags=re.MULTILINE)
    options, table = CATALOGUE[kind].options, tomllib.loads(lines)["sources"][kind]
    return options.model_validate(next(iter(table.values())) if getattr(options, "named", False) else table)


def test_the_catalogue_and_the_folder_name_the_same_sources() -> None:
    modules = {file.stem for file in Path(bot.sources.__file__).parent.glob("*.py")} - HOUSE
    helpers = {module for module in modules if module.partition("_")[0] in modules - {module}}
    assert modules - helpers == set(CATALOGUE)


@pytest.mark.parametrize("kind", CATALOGUE)
def test_a_source_is_built_from_its_options(kind: str) -> None:
    secret = SECRETS.get(kind, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    parts = SourceContext(name=kind, clock=InstantClock(), jitter=lambda: 0.5, secret=secret)
    options = OPTIONS.get(kind) or example_options(kind)
    assert isinstance(options, CATALOGUE[kind].options)
    assert CATALOGUE[kind].build(options, parts).name == kind


@pytest.mark.parametrize("kind", CATALOGUE)
def test_what_can_be_tried_without_a_key_is_built_without_a_secret_and_costs_nothing(kind: str) -> None:
    subjects = (Subject(name="Northwind Air", terms=("northwind air", "#flynorthwind", "@northwindair")),)
    options = CATALOGUE[kind].keyless_options(subjects)
    if options is None:
        return
    context = SourceContext(name=kind, clock=InstantClock(), jitter=lambda: 0.5, subjects=subjects)

    assert isinstance(options, CATALOGUE[kind].options)
    assert CATALOGUE[kind].build(options, context).name == kind
    assert not CATALOGUE[kind].metered


def test_something_can_be_tried_without_a_key() -> None:
    subjects = (Subject(name="Northwind Air", terms=("northwind air",)),)

    assert "hackernews" in {kind for kind, one in CATALOGUE.items() if one.keyless_options(subjects)}


@pytest.mark.parametrize("kind", CATALOGUE)
def test_the_options_of_a_source_refuse_what_they_do_not_know(kind: str) -> None:
    assert CATALOGUE[kind].options.model_config["extra"] == "forbid"


def test_a_secret_has_the_name_of_its_source_and_needs_no_setting() -> None:
    settings = load_settings({"EARSHOT_SOURCE_MY_BOARD_SECRET": " hush ", "EARSHOT_PAGER_BELL_KEY": "k"})

    assert get_source_secret(settings, "my-board") == "hush"
    assert get_source_secret(settings, "other") == ""
    assert settings.get_adapter_variable("EARSHOT_PAGER_BELL_KEY") == "k"
