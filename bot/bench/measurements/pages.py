"""From a tip-over to the first page out of the house: Slack is down, and ten thousand mentions wait.

A tip-over is the moment of the decision: a page is opened. What a crisis waits before it is decided on, behind all that
was heard before it, is measured apart.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bot.bench.figure import SECONDS, Figure, NothingMeasured, at_most
from bot.bench.ground import Bench, at_work, day_playbook, hear, read, stage
from bot.bench.stopwatch import instant, percentile
from bot.clock import SystemClock
from bot.domain.mention import Mention
from bot.domain.pages.page import Cause, CauseKind, Severity, open_page
from bot.settings import Settings, load_settings
from bot.stage import Stage
from bot.workers.ingest import StoreEar

AIM = at_most(5)
BETWEEN = 0.5
"""Seconds from one tip-over to the next."""
PATIENCE = 120.0
DEPARTMENT = "pr"
CRISIS = "@northwindair there is smoke in the cabin, people are injured, we need an ambulance"


async def measure(bench: Bench) -> list[Figure]:
    count, pages = bench.of(10_000, 200), bench.of(40, 3)
    clock = SystemClock()
    async with _phone() as phone, _opened(phone) as opened:
        opened.sandbox.faults.down = True
        ear = StoreEar("bench", opened.store, clock)
        await hear(ear, bench.sayings.take(count, clock.now()))
        crisis = _crisis()
        arrived = instant()
        await ear.hear([crisis])
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
    """ntfy as a phone has it: when which page rang first."""

    def __init__(self) -> None:
        self.url = ""
        self.times: dict[str, float] = {}
        self._news = asyncio.Event()

    async def ring(self, request: web.Request) -> web.Response:
        message = await request.json()
        self.times.setdefault(str(message["title"]), instant())
        self._news.set()
        return web.json_response({"id": "m1", "event": "message", "topic": message["topic"]})

    async def rung(self, begins: str, count: int) -> float:
        """When the last of so many titles that begin so rang first. Raises `NothingMeasured`."""
        try:
            async with asyncio.timeout(PATIENCE):
                while len(found := [at for title, at in self.times.items() if title.startswith(begins)]) < count:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise NothingMeasured(f"of {count} pages {len(found)} rang.") from None
        return max(found)


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
    people = read(day_playbook()).now.departments[DEPARTMENT].on_call
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
    """One after the other, whether the one before rang or not."""
    began: dict[str, float] = {}
    for number in range(pages):
        cause = Cause(CauseKind.OPERATORS, f"bench {number}")
        began[f"operators bench {number} (SEV1)"] = instant()
        await opened.store.pages.open(open_page(cause, Severity.SEV1, DEPARTMENT, SystemClock().now()))
        await asyncio.sleep(BETWEEN)
    await phone.rung("operators", pages)
    return [phone.times[title] - at for title, at in began.items()]
