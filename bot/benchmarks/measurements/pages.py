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

from bot.benchmarks.fixtures import (
    BenchmarkContext,
    find_day_playbook,
    open_playbook,
    publish_mentions,
    run_benchmark_app,
    run_workers,
)
from bot.benchmarks.measurement import SECONDS, Measurement, NoMeasurementsError, require_at_most
from bot.benchmarks.timing import compute_percentile, read_monotonic
from bot.clock import SystemClock
from bot.config.settings import Settings, load_settings
from bot.domain.commits import Decision
from bot.domain.drills import Drill, open_drill
from bot.domain.mention import Mention
from bot.domain.paging.escalation import acknowledge_page
from bot.testing.local_app import LocalApp
from bot.workers.ingest import InboxWriter

AIM = require_at_most(5)
BETWEEN = 1.0
"""Seconds from an answer to the next tip-over: a drill is told from the one before by its second."""
PATIENCE = 120.0
DEPARTMENT = "pr"
CRISIS = "@northwindair there is smoke in the cabin, people are injured, we need an ambulance"


async def measure_paging(bench: BenchmarkContext) -> list[Measurement]:
    count, pages = bench.pick_count(10_000, 200), bench.pick_count(40, 3)
    clock = SystemClock()
    async with _run_phone() as phone, _open_app(phone) as opened:
        opened.sandbox.faults.down = True
        ear = InboxWriter("bench", opened.store, clock)
        await publish_mentions(ear, bench.samples.generate_mentions(count, clock.now()))
        crisis = _build_crisis_mention()
        arrived = read_monotonic()
        await ear.publish([crisis])
        async with run_workers(opened):
            bench.report(f"{pages} pages while {count:,} mentions wait and Slack is down")
            times = await _time_pages(opened, phone, pages)
            behind = await phone.wait_for_rings("Crisis", 1) - arrived
    note = f"{pages} pages, Slack down, {count:,} mentions waiting"
    return [
        Measurement("tip-over to page out, p50", compute_percentile(times, 50), SECONDS),
        Measurement("tip-over to page out, p99", compute_percentile(times, 99), SECONDS, AIM, note=note),
        Measurement(f"crisis behind {count:,}, heard to page out", behind, SECONDS, note="triage takes them in turn"),
    ]


class _FakePhone:
    """ntfy as a phone has it: when what rang."""

    def __init__(self) -> None:
        self.url = ""
        self.times: list[tuple[str, float]] = []
        self._news = asyncio.Event()

    async def record_ring(self, request: web.Request) -> web.Response:
        message = await request.json()
        self.times.append((str(message["title"]), read_monotonic()))
        self._news.set()
        return web.json_response({"id": "m1", "event": "message", "topic": message["topic"]})

    async def wait_for_rings(self, begins: str, count: int) -> float:
        """When the last of so many whose titles begin so rang. Raises `NoMeasurementsError`."""
        try:
            async with asyncio.timeout(PATIENCE):
                while len(found := [at for title, at in self.times if title.startswith(begins)]) < count:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise NoMeasurementsError(f"of {count} pages {len(found)} rang.") from None
        return found[count - 1]


@asynccontextmanager
async def _run_phone() -> AsyncIterator[_FakePhone]:
    phone, app = _FakePhone(), web.Application()
    app.router.add_post("/", phone.record_ring)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    phone.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield phone
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _open_app(phone: _FakePhone) -> AsyncIterator[LocalApp]:
    """The sample day's departments, with a phone for everybody who is called."""
    people = open_playbook(find_day_playbook()).current.departments[DEPARTMENT].on_call
    tables = [f'[[people]]\nid = "{person}"\nntfy = "phone-{person}"\n' for person in people]
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        path = Path(folder) / "playbook.toml"
        path.write_text("\n".join([find_day_playbook().read_text("utf-8"), *tables]), "utf-8")
        async with run_benchmark_app(path, SystemClock(), settings=_build_settings(phone)) as opened:
            yield opened


def _build_settings(phone: _FakePhone) -> Settings:
    return load_settings({"NTFY_URL": phone.url})


def _build_crisis_mention() -> Mention:
    said = {"id": "x:bench-crisis", "source": "x", "text": CRISIS, "author": "someone"}
    return Mention.model_validate(said | {"created_at": SystemClock().now()})


async def _time_pages(opened: LocalApp, phone: _FakePhone, pages: int) -> list[float]:
    """Drills, since nothing else may be made up; each is answered when it rang, and the next one begins."""
    clock = SystemClock()
    times: list[float] = []
    for _ in range(pages):
        began, at = read_monotonic(), clock.now()
        drill = await opened.store.drills.change(DEPARTMENT, partial(_restart_drill, at=at), at)
        times.append(await phone.wait_for_rings("DRILL", len(times) + 1) - began)
        await opened.store.pages.change(
            drill.after.page, lambda page: acknowledge_page(page, "", "the bench", clock.now()), at
        )
        await asyncio.sleep(BETWEEN)
    return times


def _restart_drill(before: Drill | None, at: datetime) -> Decision[Drill]:
    """Whether or not the one before has its receipt."""
    return replace(open_drill(DEPARTMENT, "", at, None), before=before)
