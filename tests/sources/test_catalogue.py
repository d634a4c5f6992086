from pathlib import Path

import pytest

import bot.sources
from bot.sources.base import SourceContext
from bot.sources.catalogue import CATALOGUE
from bot.sources.replay import ReplayOptions
from bot.sources.webhook import WebhookOptions
from bot.sources.x import XOptions
from tests.sources.house import Wound

HOUSE = {"__init__", "base", "catalogue", "mention_parser"}
OPTIONS = {
    "x": XOptions(),
    "replay": ReplayOptions(file=Path("day.jsonl")),
    "webhook": WebhookOptions(),
}


def test_the_catalogue_and_the_folder_name_the_same_sources() -> None:
    modules = {file.stem for file in Path(bot.sources.__file__).parent.glob("*.py")} - HOUSE
    helpers = {module for module in modules if module.partition("_")[0] in modules - {module}}
    assert modules - helpers == set(CATALOGUE)


@pytest.mark.parametrize("kind", CATALOGUE)
def test_a_source_is_built_from_its_line(kind: str) -> None:
    parts = SourceContext(name=kind, clock=Wound(), jitter=lambda: 0.5, secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert isinstance(OPTIONS[kind], CATALOGUE[kind].options)
    assert CATALOGUE[kind].build(OPTIONS[kind], parts).name == kind


@pytest.mark.parametrize("kind", CATALOGUE)
def test_the_options_of_a_source_refuse_what_they_do_not_know(kind: str) -> None:
    assert CATALOGUE[kind].options.model_config["extra"] == "forbid"
