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
from bot.slack_sandbox import SlackSandbox
from bot.sources.base import MentionSource
from bot.sources.catalogue import MODELS
from bot.testing.local_app import LocalApp, run_local_app
from bot.workers.ingest import InboxWriter
from bot.workers.runner import Worker
from tests.clock import WoundClock
from tests.scenarios.diary import Diary, kept
from tests.scenarios.eyes import Channel
from tests.scenarios.furniture import furnished
from tests.scenarios.people import Colleague

PLAYBOOK = Path(__file__).with_name("playbook.toml")
PACE = timedelta(seconds=1.3)
"""While something is owed: Slack takes about one message a second in a channel."""
LONGEST = timedelta(seconds=20)
"""Between two looks while what is owed cannot go."""
PATIENCE = 60
"""Real seconds for a listener that has acked to finish its work."""


@dataclass
class World:
    stage: LocalApp
    clock: WoundClock
    playbook: PlaybookReloader
    diary: Diary
    path: Path
    said: list[str] = field(default_factory=list)
    """What strangers said, so that no log line may repeat it."""
    pace: timedelta = PACE
    """A story of a whole day may look at it less often."""
    watches: bool = False
    """Whether anybody watches for spikes: most stories are about something else."""
    minds: bool = False
    """Whether anybody watches over Earshot itself."""
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _listening: "asyncio.Task[None] | None" = None

    # ------------------------------------------------------------ out there

    async def hears(self, text: str, by: str = "marta", **more: Any) -> Mention:
        """Somebody says something, and Earshot hears it at once. `followers`, `conversation`, `at`, `source`, `url`."""
        mention = self.mention(text, by, **more)
        await self.hears_all([mention])
        return mention

    def mention(
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

    async def hears_all(self, mentions: Sequence[Mention]) -> None:
        """Many at once, as a source brings them."""
        await self.takes_in(mentions)
        await self.settles()

    async def takes_in(self, mentions: Sequence[Mention]) -> None:
        """Heard and triaged; Slack is told later."""
        self.said += [mention.text for mention in mentions]
        for source in dict.fromkeys(mention.source for mention in mentions):
            ear = InboxWriter(source, self.stage.store, self.clock)
            await ear.publish([mention for mention in mentions if mention.source == source])
        while await self.stage.app.triage.step():
            pass

    async def listens_to(self, *sources: MentionSource) -> None:
        """Earshot listens to these from now on."""
        house = self.stage.app
        house.set_sources(sources)
        if self._listening is None:
            self._listening = asyncio.create_task(house.ingest.run(house.stop))
        for _ in range(10):  # until each of them runs
            await asyncio.sleep(0)

    async def stops_listening(self) -> None:
        self.stage.app.stop.set()
        if self._listening is not None:
            await self._listening

    async def has_heard(self, count: int) -> None:
        """Time passes, as fast as whoever waits for it allows, until so many mentions were heard."""
        async with asyncio.timeout(PATIENCE):
            while (await self.books()).seen < count:
                self.clock.wind_to_next()
                await asyncio.sleep(0)
        await self.settles()

    # ------------------------------------------------------------ time

    async def waits(self, **units: float) -> None:
        """Time passes in small steps; at each, everybody does what there is to do."""
        await self.settles()
        end, pause = self.clock.now() + timedelta(**units), self.pace
        while (now := self.clock.now()) < end:
            self.clock.wind(await self._next(now, end, pause) - now)
            await self.sandbox.deliveries.retry_due_events()
            pause = self.pace if await self.settles() else min(pause * 2, LONGEST)

    async def _next(self, now: datetime, end: datetime, pause: timedelta) -> datetime:
        """The next moment at which anything can happen."""
        store = self.stage.store
        try:
            owing = await store.outbox.list_queues(1)
            keys = (store.keys.deadlines, store.keys.pages)
            found = await store.client.execute_batch([("ZRANGE", key, 0, 0, "WITHSCORES") for key in keys])
            first = min(float(score) for _, score in [*(one for one in found if one), ("", "inf")])
        except StoreUnavailable:
            return min(end, now + LONGEST)
        moments = [end, now + pause] if owing else [end]
        if self.minds:
            moments.append(now + CHECK_INTERVAL)
        if first < end.timestamp():
            moments.append(max(now + timedelta(seconds=1), datetime.fromtimestamp(first, now.tzinfo)))
        return min(moments)

    async def settles(self) -> int:
        """Step the workers until nothing is left to do at this moment; says how much was done."""
        done = 0
        try:
            while did := await self._step():
                done += did
            if self.watches and await self.stage.app.spikes.step():
                done += 1 + await self.settles()
        except StoreUnavailable:  # their loops rest and try again
            return 0
        return done

    async def _step(self) -> int:
        house = self.stage.app
        first: tuple[Worker, ...] = (house.triage, house.timers, house.schedules, house.pages)
        if self.minds:
            first = (*first, house.health_monitor, house.heartbeat)
        return sum(
            [
                await worker.step()
                for worker in (*first, *house.pagers, house.drills, house.crises, house.shift_summaries, house.delivery)
            ]
        )

    async def calms_down(self) -> None:
        """Listeners that have acked finish their work, and what that owes is delivered."""
        while busy := [task for task in asyncio.all_tasks() if _of_bolt(task)]:
            _, pending = await asyncio.wait(busy, timeout=PATIENCE)
            assert not pending, "a listener does not come to an end"
        await self.settles()

    # ------------------------------------------------------------ in Slack

    @property
    def sandbox(self) -> SlackSandbox:
        return self.stage.sandbox

    @property
    def slack(self) -> "World":
        return self

    def channel(self, name: str) -> Channel:
        return Channel(name, self.sandbox, self.calms_down)

    def person(self, name: str) -> Colleague:
        return Colleague(name, self.sandbox, self.calms_down)

    # ------------------------------------------------------------ for whoever runs it

    async def books(self) -> Reconciliation:
        return await self.stage.store.mention_counters.read()

    async def asks(self, path: str) -> tuple[int, Any]:
        """GET our own site: the status, and what it says."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.stage.url}{path}") as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if "json" in answer.content_type else text

    async def ends(self) -> None:
        """What must hold at the end of every story."""
        await self.stops_listening()
        await self.settles()
        account = await self.books()
        assert account.is_balanced, f"the books do not balance: {account}"
        assert not self.sandbox.limits.violations, self.sandbox.limits.violations
        loud = [ping for ping in self.sandbox.workspace.pings if ping.target in {"channel", "here", "everyone"}]
        assert not loud, f"everybody was disturbed: {loud}"
        assert not self.sandbox.change_log.list_by_kind("operation_timeout"), "Slack waited in vain for an ack"
        repeated = self.diary.repeats(self.said)
        assert not repeated, f"the log repeats what strangers said: {sorted(repeated)[:3]}"
        traces = [line for line in self.diary.lines if "exception" in line]
        assert not traces, f"something failed: {traces[0]['event']}\n{traces[0]['exception']}"


def _of_bolt(task: "asyncio.Task[Any]") -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and "slack_bolt" in code.co_filename


@asynccontextmanager
async def world_on(
    redis_url: str,
    brand: str,
    folder: Path,
    clock: WoundClock,
    written: Path = PLAYBOOK,
    settings: Settings | None = None,
) -> AsyncIterator[World]:
    """A world with a copy of this playbook, which a story may change."""
    path = folder / "playbook.toml"
    shutil.copyfile(written, path)
    playbook = PlaybookReloader(path, sources=MODELS)
    opening = run_local_app(
        playbook=playbook,
        workspace=furnished(clock),
        clock=clock,
        folder=folder,
        redis_url=redis_url,
        brand=brand,
        wait=False,
        settings=settings,
    )
    with kept() as diary:
        async with opening as stage:
            yield World(stage, clock, playbook, diary, path)
