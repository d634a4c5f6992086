"""What the benchmarks share: an embedded server, a playbook, a workspace, and a clock that jumps."""

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
from bot.live_rules import ReloadableRules
from bot.slack_sandbox import SlackWorkspace
from bot.sources.catalogue import MODELS
from bot.store.embedded_server import run_embedded
from bot.store.store import Store
from bot.testing.local_app import LocalApp, run_local_app
from bot.workers.ingest import InboxWriter
from bot.workers.triage import TriageWorker

SAMPLE_DAY = Path(str(resources.files("bot.demo"))) / "playbook.toml"
"""The sample day's playbook: five departments and ten routes."""
ONE_CHANNEL = Path(str(resources.files("bot.benchmarks"))) / "one_channel.toml"
"""A playbook that routes everything to one channel."""
WEBHOOK_BATCH = 500
"""Mentions in one call: as many as a webhook accepts in one delivery."""


@dataclass(frozen=True, slots=True)
class BenchmarkContext:
    """The arguments of each benchmark. `report` shows progress, if somebody watches."""

    samples: SampleMentions
    baseline: TextBlobBaseline
    report: Callable[[str], None]
    quick: bool = False
    week: Path | None = None
    """A recorded week of mentions for `spikes`."""
    labels: Path | None = None
    """The labels of that week: which posts are negative."""
    cases: int = 20_000
    """How many are open, for `open_cases`."""

    def pick_count(self, full: int, quick: int) -> int:
        """Return a count for real figures, or for a quick check that everything is measured."""
        return quick if self.quick else full


def open_playbook(path: Path) -> PlaybookReloader:
    return PlaybookReloader(path, sources={**MODELS})


@asynccontextmanager
async def run_server() -> AsyncIterator[str]:
    """Run an embedded server in a folder of its own, as `earshot run` does, and yield its address."""
    with tempfile.TemporaryDirectory(prefix="earshot-bench-", ignore_cleanup_errors=True) as folder:
        async with run_embedded(Path(folder)) as running:
            yield running.url


def build_workspace(playbook: Playbook, clock: Clock) -> SlackWorkspace:
    """Build a workspace with all people and channels of the playbook."""
    workspace = SlackWorkspace(name=playbook.brand.name, now=lambda: clock.now().timestamp())
    departments = playbook.departments.values()
    ids = {*playbook.brand.managers}
    for department in departments:
        ids.update(department.deputies, playbook.list_callable_people(department))
    people = sorted(one for one in ids if not one.startswith("S"))
    for person in people:
        workspace.add_user(person, person.lower(), tz=playbook.brand.time_zone)
    for group in ids - set(people):
        workspace.add_group(group, group.lower(), people)
    for department in departments:
        workspace.add_channel(department.channel, department.name, bot_is_member=True)
    return workspace


def run_app(
    path: Path, clock: Clock, *, wait: bool = True, settings: Settings | None = None
) -> AbstractAsyncContextManager[LocalApp]:
    """Run the real app against a Slack with Slack's rate limits."""
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
    """Run all workers, as in production, within the block."""
    tune_gc()
    async with asyncio.TaskGroup() as group:
        group.create_task(app.app.run_workers())
        try:
            yield
        finally:
            app.app.stop.set()


def load_rules() -> ReloadableRules:
    return ReloadableRules(open_playbook(SAMPLE_DAY))


async def triage_inbox(store: Store, rules: ReloadableRules, clock: Clock) -> None:
    """Triage all mentions of the inbox."""
    worker = TriageWorker(store, rules, clock, "bench", wait=False)
    while await worker.step():
        pass


async def publish_mentions(store: Store, clock: Clock, mentions: Sequence[Mention]) -> None:
    """Publish all mentions at once, in batches."""
    for start in range(0, len(mentions), WEBHOOK_BATCH):
        await InboxWriter("bench", store, clock).publish(mentions[start : start + WEBHOOK_BATCH])


class JumpingClock:
    """Real time that can jump ahead, so that waiting for Slack's rate limits takes no time."""

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
    """A time that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def move_to(self, at: datetime) -> None:
        self._at = max(self._at, at)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
