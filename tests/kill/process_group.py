"""Two child processes, the Slack they post to, and a parent that starts another for each that died."""

import asyncio
import functools
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.case import CasePriority
from bot.domain.department import Department
from bot.domain.mention import Mention
from bot.slack_sandbox import SlackMessage, SlackSandbox, SlackWorkspace
from bot.store.store import Store
from tests.kill.crash_points import ChildConfig, CrashPoint
from tests.kill.fast_clock import FastClock
from tests.workers.numbered_mentions import build_numbered_mention

READS = ("channels:history",)
ROOT = Path(__file__).parents[2]


def departments(count: int, on_call: tuple[str, ...] = ()) -> tuple[Department, ...]:
    """Return departments whose people are called for every case."""
    every = CasePriority.LOW
    return tuple(
        Department(name=f"d{n:02}", channel=f"C0D{n:02}", on_call=on_call, page_from=every) for n in range(count)
    )


@functools.cache
def start_fork_server() -> subprocess.Popen[bytes]:
    """One for all tests, since it imports everything, which takes seconds. It ends when its input does, as we do."""
    command = (sys.executable, "-m", "tests.kill.child")
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


class ProcessGroup:
    def __init__(self, store: Store, sandbox: SlackSandbox, config: ChildConfig, clock: FastClock) -> None:
        self.store, self.sandbox, self.config, self.clock = store, sandbox, config, clock
        self.died: Counter[str] = Counter()
        self.plans: deque[CrashPoint] = deque()
        self._numbers = itertools.count()
        self._living: dict[int, ChildConfig] = {}
        self._last = 0
        self._told = set[int]()

    async def open(self) -> None:
        server = start_fork_server()
        assert server.stdin is not None
        assert server.stdout is not None
        self._orders, self._events = server.stdin, asyncio.StreamReader()
        self._pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(self._events), os.fdopen(os.dup(server.stdout.fileno()), "rb")
        )

    async def start(self) -> None:
        """Another child, with a name that nobody had: the next plan is its own; without one it lives until killed."""
        crash = self.plans.popleft() if self.plans else None
        told = self.config.model_copy(update={"name": f"child-{next(self._numbers)}", "crash": crash})
        self._orders.write(told.model_dump_json().encode() + b"\n")
        self._orders.flush()
        while (news := await self._read_event()) != "born":
            assert news
        self._living[self._last] = told

    async def _read_event(self, within: float = 60.0) -> str:
        """Read the next event of the fork server, if there is one; count a death."""
        try:
            async with asyncio.timeout(within):
                words = (await self._events.readline()).decode().split()
        except TimeoutError:
            return ""
        self._last = int(words[1])
        if words[0] == "died":
            assert words[2] == ("0" if self._last in self._told else "-9"), "a child ended by itself"
            crash = self._living.pop(self._last).crash
            self.died[crash.moment if crash else "at random"] += 1
        return words[0]

    async def restart_dead(self, children: int = 2) -> None:
        """Starts others for those that died."""
        while await self._read_event(within=0.02):
            pass
        while len(self._living) < children:
            await self.start()

    async def restart_each(self) -> None:
        """Tell one after the other to end, as a new release does; whoever calls `restart_dead` starts the next."""
        for pid in list(self._living):
            self._told.add(pid)
            os.kill(pid, signal.SIGTERM)
            while pid in self._living:  # noqa: ASYNC110 - another task reads that it died
                await asyncio.sleep(0.05)

    def list_stopped(self) -> set[int]:
        """Those that stand still."""
        return {pid for pid in self._living if _read_state(pid) == "T"}

    def resume_stopped(self) -> None:
        for pid in self.list_stopped():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    async def kill_all(self) -> None:
        """SIGKILL for everybody, and not before all are gone."""
        while self._living:
            for pid in self._living:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await self._read_event(within=0.5)

    def kill_any(self, chance: random.Random) -> None:
        if self._living:
            with suppress(ProcessLookupError):  # it has just died as it was told, and we have not heard of it yet
                os.kill(chance.choice(sorted(self._living)), signal.SIGKILL)

    async def is_idle(self) -> bool:
        waiting, _ = await self.store.inbox.measure_backlog()
        return not waiting and not await self.store.outbox.list_queues()

    async def end(self) -> None:
        await self.kill_all()
        self._pipe.close()

    def list_messages(self) -> Iterable[SlackMessage]:
        return (message for channel in self.sandbox.workspace.channels.values() for message in channel.messages)

    def count_messages(self) -> Counter[str]:
        """How often each message is there, by the name of its notification."""
        return Counter(_name(message) for message in self.list_messages())

    def list_places(self, case: str) -> set[str]:
        """Where this case is to be seen: on a card of its own, on a digest."""
        return {_name(m) for m in self.list_messages() if _name(m) == case or any(_lists(b, case) for b in m.blocks)}


def _read_state(pid: int) -> str:
    """Return the letter of its state; '' once it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _name(message: SlackMessage) -> str:
    return str(((message.metadata or {}).get("event_payload") or {}).get("name", ""))


def _lists(block: dict[str, object], case: str) -> bool:
    return str(block.get("block_id", "")).endswith(f":{case}")


def build_mentions(start: int, count: int, among: Sequence[Department]) -> list[Mention]:
    """Of ten: seven are cases of some department, one is a copy, one praise and one spam."""
    mentions = []
    for n in range(start, start + count):
        subject = (among[n % len(among)].name,)
        text = {7: build_numbered_mention(max(0, n - 1)).text, 8: f"#praise {n}", 9: f"#spam {n}"}.get(n % 10)
        subject = (among[(n - 1) % len(among)].name,) if n % 10 == 7 else subject
        mentions.append(build_numbered_mention(n, subjects=subject, **({"text": text} if text else {})))
    return mentions


@asynccontextmanager
async def run_process_group(
    store: Store,
    redis: str,
    brand: str,
    *,
    times: float,
    among: Sequence[Department],
    reads: bool = False,
    claim_within: int = 0,
    pager: str = "",
    clicks: bool = False,
    copies: int = 0,
    limit: Path | None = None,
) -> AsyncIterator[ProcessGroup]:
    since = time.time()
    clock = FastClock(since, times, limit)
    if limit:
        clock.set_limit(datetime.fromtimestamp(since, UTC))
    workspace = SlackWorkspace("Northwind", now=clock.seconds)
    for person in {person for department in among for person in department.on_call}:
        workspace.add_user(person, person.lower())
    for department in among:
        workspace.add_channel(department.channel, department.name, bot_is_member=True)
    sandbox = SlackSandbox(workspace, scopes=("chat:write", *(READS if reads else ())))
    sandbox.limits.enforced = False  # a hundredth of a second here is most of one by the fast clock
    async with sandbox:
        config = ChildConfig(
            redis=redis,
            api=sandbox.api_url,
            token=sandbox.bot_token,
            brand=brand,
            name="",
            since=since,
            times=times,
            limit=limit,
            departments=tuple(among),
            claim_within=claim_within,
            pager=pager,
            clicks=clicks,
            copies=copies,
        )
        made = ProcessGroup(store, sandbox, config, clock)
        await made.open()
        try:
            yield made
        finally:
            await made.end()
