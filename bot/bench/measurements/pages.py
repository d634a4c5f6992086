"""From a tip-over to the first page out of the house: Slack is down, and ten thousand mentions wait.

A tip-over is the moment of the decision: a page is opened. What a crisis waits before it is decided on, behind all that
was heard before it, is measured apart.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from aiohttp import web

from bot.bench.figure import SECONDS, Figure, NothingMeasured, at_most
from bot.bench.ground import Bench, at_work, day_playbook, hear, read, stage
from bot.bench.stopwatch import instant, percentile
from bot.clock import SystemClock
from bot.domain.decision import Decision
from bot.domain.drill import Drill, open_drill
from bot.domain.mention import Mention
from bot.domain.pages.ladder import acknowledge_page
from bot.settings import Settings, load_settings
from bot.stage import Stage
from bot.workers.ingest import InboxWriter

AIM = at_most(5)
BETWEEN = 1.0
"""Seconds from an answer to the next tip-over: a drill is told from the one before by its second."""
PATIENCE = 120.0
DEPARTMENT = "pr"
CRISIS = "@northwindair there is smoke in the cabin, people are injured, we need an ambulance"


async def measure(bench: Bench) -> list[Figure]:
    count, pages = bench.of(10_000, 200), bench.of(40, 3)
    clock = SystemClock()
    async with _phone() as phone, _opened(phone) as opened:
        opened.sandbox.faults.down = True
        ear = InboxWriter("bench", opened.store, clock)
        await hear(ear, bench.sayings.take(count, clock.now()))
        crisis = _crisis()
        arrived = instant()
        await ear.publish([crisis])
        async with at_work(opened):
            bench.tell(f"{pages} pages while {count:,} mentions wait and Slack is down")
            times = await _tip_over(opened, phone, pages)
            behind = await phone.rung("Crisis", 1) - arrived
    note = f"{pages} pages, Slack down, {count:,} mentions waiting"
    return [
        Figure("tip-over to page out, p50", percentile(times, 50), SECONDS),
        Figure("tip-over to page out, p99", percentile(times, 99), SECONDS, AIM, note=note),
        Figure(f"crisis behind {count:,}, heard to page out", behind, SECONDS, note="triage takes them in turn"),
    ]


class _Phone:
    """ntfy as a phone has it: when what rang."""

    def __init__(self) -> None:
        self.url = ""
        self.times: list[tuple[str, float]] = []
        self._news = asyncio.Event()

    async def ring(self, request: web.Request) -> web.Response:
        message = await request.json()
        self.times.append((str(message["title"]), instant()))
        self._news.set()
        return web.json_response({"id": "m1", "event": "message", "topic": message["topic"]})

    async def rung(self, begins: str, count: int) -> float:
        """When the last of so many whose titles begin so rang. Raises `NothingMeasured`."""
        try:
            async with asyncio.timeout(PATIENCE):
                while len(found := [at for title, at in self.times if title.startswith(begins)]) < count:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise NothingMeasured(f"of {count} pages {len(found)} rang.") from None
        return found[count - 1]


@asynccontextmanager
async def _phone() -> AsyncIterator[_Phone]:
    phone, app = _Phone(), web.Application()
    app.router.add_post("/", phone.ring)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    phone.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield phone
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _opened(phone: _Phone) -> AsyncIterator[Stage]:
    """The sample day's departments, with a phone for everybody who is called."""
    people = read(day_playbook()).current.departments[DEPARTMENT].on_call
    tables = [f'[[people]]\nid = "{person}"\nntfy = "phone-{person}"\n' for person in people]
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        path = Path(folder) / "playbook.toml"
        path.write_text("\n".join([day_playbook().read_text("utf-8"), *tables]), "utf-8")
        async with stage(path, SystemClock(), settings=_settings(phone)) as opened:
            yield opened


def _settings(phone: _Phone) -> Settings:
    return load_settings({"NTFY_URL": phone.url})


def _crisis() -> Mention:
    said = {"id": "x:bench-crisis", "source": "x", "text": CRISIS, "author": "someone"}
    return Mention.model_validate(said | {"created_at": SystemClock().now()})


async def _tip_over(opened: Stage, phone: _Phone, pages: int) -> list[float]:
    """Drills, since nothing else may be made up; each is answered when it rang, and the next one begins."""
    clock = SystemClock()
    times: list[float] = []
    for _ in range(pages):
        began, at = instant(), clock.now()
        drill = await opened.store.drills.change(DEPARTMENT, partial(_again, at=at), at)
        times.append(await phone.rung("DRILL", len(times) + 1) - began)
        await opened.store.pages.change(
            drill.after.page, lambda page: acknowledge_page(page, "", "the bench", clock.now()), at
        )
        await asyncio.sleep(BETWEEN)
    return times


def _again(before: Drill | None, at: datetime) -> Decision[Drill]:
    """Whether or not the one before has its receipt."""
    return replace(open_drill(DEPARTMENT, "", at, None), before=before)
