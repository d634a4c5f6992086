"""What the measurements stand on: an embedded server of their own, a playbook, a workspace, and a clock that jumps."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path

from bot.app import tune_gc
from bot.benchmarks.baseline import TextBlobBaseline
from bot.benchmarks.sample_mentions import SampleMentions
from bot.clock import Clock, SystemClock
from bot.config import Playbook, PlaybookReloader
from bot.config.settings import Settings
from bot.domain.mention import Mention
from bot.slack_sandbox import SlackWorkspace
from bot.sources.catalogue import MODELS
from bot.store.embedded_server import run_embedded
from bot.testing.local_app import LocalApp, run_local_app
from bot.workers.ingest import InboxWriter

HANDFUL = 500
"""Mentions in one admission: as many as a webhook takes in one delivery."""


@dataclass(frozen=True, slots=True)
class BenchmarkContext:
    """What each measurement is given. `report` shows what is being done, where somebody watches."""

    samples: SampleMentions
    baseline: TextBlobBaseline
    report: Callable[[str], None]
    quick: bool = False
    week: Path | None = None
    """A recorded week for `spikes`, as mentions."""
    labels: Path | None = None
    """What in that week is negative by somebody's judgement."""

    def pick_count(self, full: int, quick: int) -> int:
        """How many: enough for a figure, or enough to see that it is measured."""
        return quick if self.quick else full


def find_day_playbook() -> Path:
    """The sample day's: five departments and ten routes."""
    return Path(str(resources.files("bot.demo"))) / "playbook.toml"


def find_one_channel_playbook() -> Path:
    """Everything goes to one channel."""
    return Path(str(resources.files("bot.benchmarks"))) / "one_channel.toml"


def open_playbook(path: Path) -> PlaybookReloader:
    return PlaybookReloader(path, sources={**MODELS})


@asynccontextmanager
async def run_server() -> AsyncIterator[str]:
    """The address of an embedded server in a folder of its own, as `earshot run` starts it."""
    with tempfile.TemporaryDirectory(prefix="earshot-bench-", ignore_cleanup_errors=True) as folder:
        async with run_embedded(Path(folder)) as running:
            yield running.url


def build_workspace(playbook: Playbook, clock: Clock) -> SlackWorkspace:
    """Everybody whom the playbook names, and its channels."""
    workspace = SlackWorkspace(name=playbook.brand.name, now=lambda: clock.now().timestamp())
    departments = playbook.departments.values()
    named = [
        one for department in departments for one in (*department.deputies, *playbook.list_callable_people(department))
    ]
    everybody = sorted({*named, *playbook.brand.managers})
    people = [one for one in everybody if not one.startswith("S")]
    for person in people:
        workspace.add_user(person, person.lower(), tz=playbook.brand.time_zone)
    for group in set(everybody) - set(people):
        workspace.add_group(group, group.lower(), people)
    for department in playbook.departments.values():
        workspace.add_channel(department.channel, department.name, bot_is_member=True)
    return workspace


def run_benchmark_app(
    path: Path, clock: Clock, *, wait: bool = True, settings: Settings | None = None
) -> AbstractAsyncContextManager[LocalApp]:
    """The real application before a Slack with Slack's limits."""
    playbook = open_playbook(path)
    return run_local_app(
        playbook=playbook,
        workspace=build_workspace(playbook.current, clock),
        clock=clock,
        trigger_now=asyncio.get_running_loop().time,
        wait=wait,
        settings=settings,
    )


@asynccontextmanager
async def run_workers(app: LocalApp) -> AsyncIterator[None]:
    """All workers run, as in production, until this is left."""
    tune_gc()
    async with asyncio.TaskGroup() as group:
        group.create_task(app.app.run_workers())
        try:
            yield
        finally:
            app.app.stop.set()


async def publish_mentions(sink: InboxWriter, mentions: Sequence[Mention]) -> None:
    """All at once, a handful at a time."""
    for start in range(0, len(mentions), HANDFUL):
        await sink.publish(mentions[start : start + HANDFUL])


class JumpingClock:
    """Real time, which may be put forward: what Slack allows once a second need not take a second."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self._real.now() + self._ahead

    def jump_ahead(self, length: timedelta) -> None:
        self._ahead += length

    async def sleep(self, seconds: float) -> None:
        await self._real.sleep(seconds)


class StillClock:
    """One moment, for a question whose answer depends on the time of day."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
