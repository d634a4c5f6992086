"""Loads the playbook and the day of the demo, the sample or the user's own, and starts its application."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from bot.clock import Clock
from bot.config import PlaybookError, PlaybookReloader
from bot.demo.simulated_users import build_workspace
from bot.domain.mention import Mention
from bot.slack_sandbox import SlackSandbox
from bot.sources.catalogue import MODELS
from bot.sources.mention_parser import InvalidLine, read_mentions
from bot.testing.local_app import LocalApp, mount_nothing, run_local_app

SAMPLE = Path(str(resources.files("bot.demo")))


class DemoInputs(NamedTuple):
    playbook: PlaybookReloader | None
    day: list[Mention]
    faults: list[str]
    """Sentences, each beginning with its place."""
    is_sample: bool
    """Whether both are ours, so that a history may be invented for them."""


def load_demo_inputs(playbook: Path | None, mentions: Path | None) -> DemoInputs:
    """Load both; the mentions are sorted by time."""
    faults: list[str] = []
    found: PlaybookReloader | None = None
    try:
        found = PlaybookReloader(playbook or SAMPLE / "playbook.toml", sources={**MODELS})
    except PlaybookError as no:
        faults += str(no).splitlines()
    day, wrong = _load_day(mentions or SAMPLE / "day.jsonl")
    return DemoInputs(found, day, faults + wrong, playbook is None and mentions is None)


def _load_day(file: Path) -> tuple[list[Mention], list[str]]:
    try:
        lines = list(read_mentions(file))
    except OSError as no:
        return [], [f"{file}: can't be read: {(no.strerror or 'no reason given').lower()}"]
    wrong = [f"{file}: {one}" for one in lines if isinstance(one, InvalidLine)]
    day = sorted((one for one in lines if isinstance(one, Mention)), key=lambda one: one.created_at)
    return day, wrong if day or wrong else [f"{file}: has no mention in it. A day has one on each line"]


def run_demo_app(
    playbook: PlaybookReloader,
    clock: Clock,
    *,
    wait: bool = True,
    ports: Sequence[int] = (0,),
    mount: Callable[[SlackSandbox], None] = mount_nothing,
) -> AbstractAsyncContextManager[LocalApp]:
    """Start `run_local_app` with the demo's workspace; trigger ids expire in real time, since people use them."""
    return run_local_app(
        playbook=playbook,
        workspace=build_workspace(playbook.current, clock),
        clock=clock,
        trigger_now=asyncio.get_running_loop().time,
        wait=wait,
        ports=ports,
        mount=mount,
    )
