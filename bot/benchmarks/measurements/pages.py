"""From the decision to page to the first page sent, while Slack is down and ten thousand mentions wait.

How long a crisis waits for its decision, behind all earlier mentions, is measured apart.
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

from bot.benchmarks.fixtures import SAMPLE_DAY, BenchmarkContext, open_playbook, publish_mentions, run_app, run_workers
from bot.benchmarks.measurement import SECONDS, Measurement, NoMeasurementsError, require_at_most, summarize_times
from bot.benchmarks.timing import read_monotonic
from bot.clock import SystemClock
from bot.config.settings_loader import load_settings
from bot.domain.commits import Decision
from bot.domain.drills import Drill, open_drill
from bot.domain.mention import Mention
from bot.domain.paging.escalation import acknowledge_page
from bot.testing.local_app import LocalApp

AIM = require_at_most(5)
PAUSE = 1.0
"""Seconds from an answer to the next page: drills differ by their second."""
TIMEOUT = 120.0
DEPARTMENT = "pr"
CRISIS = "@northwindair there is smoke in the cabin, people are injured, we need an ambulance"


async def measure_paging(bench: BenchmarkContext) -> list[Measurement]:
    count, pages = bench.pick_count(10_000, 200), bench.pick_count(40, 3)
    clock = SystemClock()
    async with _run_phone() as phone, _open_app(phone) as opened:
        opened.sandbox.faults.down = True
        await publish_mentions(opened.store, clock, bench.samples.generate_mentions(count, clock.now()))
        arrived = read_monotonic()
        await publish_mentions(opened.store, clock, [_build_crisis_mention()])
        async with run_workers(opened):
            bench.report(f"{pages} pages while {count:,} mentions wait and Slack is down")
            times = await _time_pages(opened, phone, pages)
            behind = await phone.wait_for_rings(" crisis: ", 1) - arrived
    note = f"{pages} pages, Slack down, {count:,} mentions waiting"
    found = summarize_times("tip-over to page out", times, SECONDS, AIM, note)
    crisis, note = f"crisis behind {count:,}, arrival to page out", "triage takes them in turn"
    return [*found, Measurement(crisis, behind, SECONDS, note=note)]


class _FakePhone:
    """A phone behind ntfy that records when it rang."""

    def __init__(self) -> None:
        self.url = ""
        self.times: list[tuple[str, float]] = []
        self._rang = asyncio.Event()

    async def record_ring(self, request: web.Request) -> web.Response:
        message = await request.json()
        self.times.append((str(message["title"]), read_monotonic()))
        self._rang.set()
        return web.json_response({"id": "m1", "event": "message", "topic": message["topic"]})

    async def wait_for_rings(self, part: str, count: int) -> float:
        """Return when the last of `count` pages with this part in their titles rang. Raise `NoMeasurementsError`."""
        try:
            async with asyncio.timeout(TIMEOUT):
                while len(found := [at for title, at in self.times if part in title]) < count:
                    self._rang.clear()
                    await self._rang.wait()
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
    """Run the sample day's departments, with a phone for everybody who is called."""
    people = open_playbook(SAMPLE_DAY).current.departments[DEPARTMENT].on_call
    tables = [f'[[people]]\nid = "{person}"\nntfy = "phone-{person}"\n' for person in people]
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        path = Path(folder) / "playbook.toml"
        path.write_text("\n".join([SAMPLE_DAY.read_text("utf-8"), *tables]), "utf-8")
        settings = load_settings({"NTFY_URL": phone.url})
        async with run_app(path, SystemClock(), settings=settings) as opened:
            yield opened


def _build_crisis_mention() -> Mention:
    fields = {"id": "x:bench-crisis", "source": "x", "text": CRISIS, "author": "someone"}
    return Mention.model_validate(fields | {"created_at": SystemClock().now()})


async def _time_pages(opened: LocalApp, phone: _FakePhone, pages: int) -> list[float]:
    """Time drills, which need no invented case; each is acknowledged when it rang, then the next begins."""
    clock = SystemClock()
    times: list[float] = []
    for _ in range(pages):
        began, at = read_monotonic(), clock.now()
        drill = await opened.store.drills.change(DEPARTMENT, partial(_restart_drill, at=at), at)
        times.append(await phone.wait_for_rings("DRILL", len(times) + 1) - began)
        await opened.store.pages.change(
            drill.after.page, lambda page: acknowledge_page(page, "", "the bench", clock.now()), at
        )
        await asyncio.sleep(PAUSE)
    return times


def _restart_drill(before: Drill | None, at: datetime) -> Decision[Drill]:
    """Open a drill, whether or not the previous one has its receipt."""
    return replace(open_drill(DEPARTMENT, "", at, None), before=before)
