"""The rules and the day that are played: the sample, or one's own. Every fault of both is found before it begins."""

from importlib import resources
from pathlib import Path
from typing import NamedTuple

from bot.config import PlaybookError, PlaybookReloader
from bot.domain.mention import Mention
from bot.sources.catalogue import MODELS
from bot.sources.mention_parser import InvalidLine, read_mentions

SAMPLE = Path(str(resources.files("bot.demo")))


class DemoInputs(NamedTuple):
    playbook: PlaybookReloader | None
    day: list[Mention]
    faults: list[str]
    """A sentence each, with its place in front."""


def load_demo_inputs(playbook: Path | None, mentions: Path | None) -> DemoInputs:
    """The day in the order in which it was said, whatever the order of the file."""
    faults: list[str] = []
    found: PlaybookReloader | None = None
    try:
        found = PlaybookReloader(playbook or SAMPLE / "playbook.toml", sources={**MODELS})
    except PlaybookError as no:
        faults += str(no).splitlines()
    day, wrong = _load_day(mentions or SAMPLE / "day.jsonl")
    return DemoInputs(found, day, faults + wrong)


def _load_day(file: Path) -> tuple[list[Mention], list[str]]:
    try:
        told = list(read_mentions(file))
    except OSError as no:
        return [], [f"{file}: cannot be read: {(no.strerror or 'no reason given').lower()}"]
    wrong = [f"{file}: {one}" for one in told if isinstance(one, InvalidLine)]
    day = sorted((one for one in told if isinstance(one, Mention)), key=lambda one: one.created_at)
    return day, wrong if day or wrong else [f"{file}: there is no mention in it; a day has one on each line"]
