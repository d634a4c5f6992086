"""The world of a story: what is said in public, what time it is, and what people see and do in Slack."""

import asyncio
import itertools
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.config import PlaybookReloader
from bot.config.settings import Settings
from bot.domain.commits import StoreUnavailable
from bot.domain.health.issues import CHECK_INTERVAL
from bot.domain.mention import Mention
from bot.domain.reports.report import Reconciliation
from bot.slack_sandbox import SlackSandbox, SlackWorkspace
from bot.sources.base import MentionSource
from bot.sources.catalogue import MODELS
from bot.testing.local_app import LocalApp, run_local_app
from bot.workers.ingest import InboxWriter
from bot.workers.runner import Worker
from tests.clock import SteppedClock
from tests.scenarios.log_capture import LogCapture, capture_log
from tests.scenarios.people import Colleague
from tests.scenarios.sample_workspace import build_workspace
from tests.scenarios.slack_views import Channel

PLAYBOOK = Path(__file__).with_name("playbook.toml")
PACE = timedelta(seconds=1.3)
"""While a notification is pending: Slack takes about one message a second in a channel."""
LONGEST = timedelta(seconds=20)
"""Between two attempts while what is pending cannot be sent."""
PATIENCE = 60
"""Real seconds for a listener that has acked to finish its work."""


@dataclass
class World:
    local_app: LocalApp
    clock: SteppedClock
    playbook: PlaybookReloader
    log: LogCapture
    path: Path
    published_texts: list[str] = field(default_factory=list)
    """What strangers said, so that no log line may repeat it."""
    pace: timedelta = PACE
    """A story of a whole day may look at it less often."""
    detects_spikes: bool = False
    """Whether anybody watches for spikes: most stories are about something else."""
    monitors_health: bool = False
    """Whether anybody watches over Earshot itself."""
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _listening: "asyncio.Task[None] | None" = None

    # ------------------------------------------------------------ out there

    async def receive(self, text: str, by: str = "marta", **more: Any) -> Mention:
        """Publish a post, and let all workers finish. `followers`, `conversation`, `at`, `source`, `url`."""
        mention = self.build_mention(text, by, **more)
        await self.receive_all([mention])
        return mention

    def build_mention(
        self, text: str, by: str = "marta", *, followers: int | None = 120, at: datetime | None = None, **more: Any
    ) -> Mention:
        number = next(self._numbers)
        source = more.pop("source", "x")
        author = {"id": by, "handle": by, "followers": followers}
        found = {
            "id": f"{source}:{number}",
            "source": source,
            "text": text,
            "author": author,
            "created_at": at or self.clock.now(),
            "url": f"https://{source}.example/{by}/{number}",
            "conversation": str(number),
        }
        return Mention.model_validate(found | more)

    async def receive_all(self, mentions: Sequence[Mention]) -> None:
        """Many at once, as a source brings them."""
        await self.ingest(mentions)
        await self.run_until_idle()

    async def ingest(self, mentions: Sequence[Mention]) -> None:
        """Admit and triage them; Slack is told later."""
        self.published_texts += [mention.text for mention in mentions]
        for source in dict.fromkeys(mention.source for mention in mentions):
            inbox = InboxWriter(source, self.local_app.store, self.clock)
            await inbox.publish([mention for mention in mentions if mention.source == source])
        while await self.local_app.app.triage.step():
            pass

    async def start_sources(self, *sources: MentionSource) -> None:
        """Start to read these sources."""
        app = self.local_app.app
        app.set_sources(sources)
        if self._listening is None:
            self._listening = asyncio.create_task(app.ingest.run(app.stop))
        for _ in range(10):  # until each of them runs
            await asyncio.sleep(0)

    async def stop_sources(self) -> None:
        self.local_app.app.stop.set()
        if self._listening is not None:
            await self._listening

    async def wait_for_mentions(self, count: int) -> None:
        """Advance to each next waiter until so many mentions were admitted."""
        async with asyncio.timeout(PATIENCE):
            while (await self.reconcile()).seen < count:
                self.clock.advance_to_next()
                await asyncio.sleep(0)
        await self.run_until_idle()

    # ------------------------------------------------------------ time

    async def advance(self, **units: float) -> None:
        """Time passes in small steps; at each, everybody does what there is to do."""
        await self.run_until_idle()
        end, pause = self.clock.now() + timedelta(**units), self.pace
        while (now := self.clock.now()) < end:
            self.clock.advance(await self._find_next_moment(now, end, pause) - now)
            await self.sandbox.deliveries.retry_due_events()
            pause = self.pace if await self.run_until_idle() else min(pause * 2, LONGEST)

    async def _find_next_moment(self, now: datetime, end: datetime, pause: timedelta) -> datetime:
        """The next moment at which anything can happen."""
        store = self.local_app.store
        try:
            owing = await store.outbox.list_queues(1)
            keys = (store.keys.deadlines, store.keys.pages, store.keys.writing_ends)
            found = await store.client.execute_batch([("ZRANGE", key, 0, 0, "WITHSCORES") for key in keys])
            first = min(float(score) for _, score in [*(one for one in found if one), ("", "inf")])
        except StoreUnavailable:
            return min(end, now + LONGEST)
        moments = [end, now + pause] if owing else [end]
        if self.monitors_health:
            moments.append(now + CHECK_INTERVAL)
        if first < end.timestamp():
            moments.append(max(now + timedelta(seconds=1), datetime.fromtimestamp(first, now.tzinfo)))
        return min(moments)

    async def run_until_idle(self) -> int:
        """Step the workers until nothing is left to do at this moment; says how much was done."""
        done = 0
        try:
            while did := await self._step():
                done += did
            if self.detects_spikes and await self.local_app.app.spikes.step():
                done += 1 + await self.run_until_idle()
        except StoreUnavailable:  # their loops rest and try again
            return 0
        return done

    async def _step(self) -> int:
        app = self.local_app.app
        first: tuple[Worker, ...] = (app.triage, app.timers, app.schedules, app.pages)
        if self.monitors_health:
            first = (*first, app.health_monitor, app.heartbeat)
        return sum(
            [
                await worker.step()
                for worker in (
                    *first,
                    *app.pagers,
                    app.deletions,
                    app.ledger,
                    app.drills,
                    app.crises,
                    app.shift_summaries,
                    app.scheduled_reports,
                    app.delivery,
                    app.exports,
                )
            ]
        )

    async def finish_listeners(self) -> None:
        """Wait for listeners that have acked, and deliver what they enqueued."""
        while busy := [task for task in asyncio.all_tasks() if _is_bolt_task(task)]:
            _, pending = await asyncio.wait(busy, timeout=PATIENCE)
            assert not pending, "a listener does not come to an end"
        await self.run_until_idle()

    # ------------------------------------------------------------ in Slack

    @property
    def sandbox(self) -> SlackSandbox:
        return self.local_app.sandbox

    @property
    def slack(self) -> "World":
        return self

    def channel(self, name: str) -> Channel:
        return Channel(name, self.sandbox, self.finish_listeners)

    def person(self, name: str) -> Colleague:
        return Colleague(name, self.sandbox, self.finish_listeners)

    # ------------------------------------------------------------ for operators

    async def reconcile(self) -> Reconciliation:
        return await self.local_app.store.mention_counters.read()

    async def fetch(self, path: str) -> tuple[int, Any]:
        """GET our own site: the status, and what it says."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.local_app.url}{path}") as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if "json" in answer.content_type else text

    def pages_from(self, priority: str) -> None:
        """From now on people are called from this priority on."""
        self.path.write_text(f'{self.path.read_text("utf-8")}\n[paging]\npage_from = "{priority}"\n', "utf-8")
        assert not self.playbook.reload()

    async def check_invariants(self) -> None:
        """What must hold at the end of every story."""
        await self.stop_sources()
        await self.run_until_idle()
        account = await self.reconcile()
        assert account.is_balanced, f"the counters do not balance: {account}"
        assert not self.sandbox.limits.violations, self.sandbox.limits.violations
        loud = [ping for ping in self.sandbox.workspace.pings if ping.target in {"channel", "here", "everyone"}]
        assert not loud, f"everybody was disturbed: {loud}"
        assert not self.sandbox.change_log.list_by_kind("operation_timeout"), "Slack waited in vain for an ack"
        repeated = self.log.find_repeated(self.published_texts)
        assert not repeated, f"the log repeats what strangers said: {sorted(repeated)[:3]}"
        traces = [line for line in self.log.lines if "exception" in line]
        assert not traces, f"something failed: {traces[0]['event']}\n{traces[0]['exception']}"


def _is_bolt_task(task: "asyncio.Task[Any]") -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and "slack_bolt" in code.co_filename


@asynccontextmanager
async def open_world(
    redis_url: str,
    brand: str,
    folder: Path,
    clock: SteppedClock,
    playbook_file: Path = PLAYBOOK,
    settings: Settings | None = None,
    workspace: SlackWorkspace | None = None,
) -> AsyncIterator[World]:
    """A world with a copy of this playbook, which a story may change, in a workspace that may have been there before."""
    path = folder / "playbook.toml"
    shutil.copyfile(playbook_file, path)
    playbook = PlaybookReloader(path, sources=MODELS)
    opening = run_local_app(
        playbook=playbook,
        workspace=workspace or build_workspace(clock),
        clock=clock,
        folder=folder,
        redis_url=redis_url,
        brand=brand,
        wait=False,
        settings=settings,
    )
    with capture_log() as log:
        async with opening as local_app:
            yield World(local_app, clock, playbook, log, path)
