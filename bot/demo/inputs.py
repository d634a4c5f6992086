"""The playbook and the day that the demo plays, the sample or the user's own, and the faults of both."""

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
    """Sentences, each beginning with its place."""


def load_demo_inputs(playbook: Path | None, mentions: Path | None) -> DemoInputs:
    """Load both; the mentions are sorted by time."""
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
        lines = list(read_mentions(file))
    except OSError as no:
        return [], [f"{file}: cannot be read: {(no.strerror or 'no reason given').lower()}"]
    wrong = [f"{file}: {one}" for one in lines if isinstance(one, InvalidLine)]
    day = sorted((one for one in lines if isinstance(one, Mention)), key=lambda one: one.created_at)
    return day, wrong if day or wrong else [f"{file}: there is no mention in it; a day has one on each line"]
