"""`earshot run` as a process of its own, in an empty folder, with a Slack sandbox."""

import asyncio
import json
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import aiohttp
from standardwebhooks import Webhook

import bot
from bot.benchmarks.fixtures import SAMPLE_DAY, build_workspace, open_playbook
from bot.benchmarks.measurement import NoMeasurementsError
from bot.benchmarks.sample_mentions import SampleMentions
from bot.benchmarks.timing import read_monotonic
from bot.clock import SystemClock
from bot.slack_sandbox import SlackSandbox

SECRET = "whsec_" + "ZWFyc2hvdC1iZW5jaC1zZWNyZXQtb2YtMzItYnl0ZXM="
TIMEOUT = 300.0
POLL_SECONDS = 0.01


@dataclass(slots=True)
class EarshotProcess:
    pid: int
    startup_seconds: float
    url: str
    _session: aiohttp.ClientSession
    _environment: Mapping[str, str]

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        async with self._session.post(self.url + path, data=body, headers=headers) as answer:
            await answer.read()  # else the connection would be closed, and each delivery might need another
            answer.raise_for_status()

    async def run_command(self, *words: str) -> None:
        """Run another command of ours with the same settings. Raises `NoMeasurementsError` if it fails."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            env=dict(self._environment),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        if process.returncode:
            raise NoMeasurementsError(f"`earshot {' '.join(words)}` failed: {output.decode(errors='replace')}")

    async def wait_until_triaged(self) -> None:
        """Wait until the inbox is empty."""
        async with asyncio.timeout(TIMEOUT):
            while await self._count_waiting():  # noqa: ASYNC110 - another process has no event for us
                await asyncio.sleep(0.05)

    async def get(self, path: str) -> str:
        async with self._session.get(self.url + path) as answer:
            return await answer.text()

    async def _count_waiting(self) -> int:
        async with self._session.get(self.url + "/statusz") as answer:
            return int((await answer.json())["queues"]["inbox"]["length"])


async def deliver_mentions(samples: SampleMentions, process: EarshotProcess, first: int, count: int) -> None:
    """Deliver mentions to the hook with a signature, like any sender."""
    at = SystemClock().now()
    mentions = samples.generate_mentions(count, at, first)
    body = json.dumps({"mentions": [one.model_dump(mode="json", exclude_defaults=True) for one in mentions]})
    delivery = f"bench-{first}"
    stamp = datetime.fromtimestamp(int(at.timestamp()), UTC)
    headers = {
        "webhook-id": delivery,
        "webhook-timestamp": str(int(stamp.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(delivery, stamp, body),
        "content-type": "application/json",
    }
    await process.post("/hooks/forum", body.encode(), headers)


@asynccontextmanager
async def run_process(
    processes: int = 1, settings: Mapping[str, str] = MappingProxyType({}), words: Sequence[str] = ()
) -> AsyncIterator[EarshotProcess]:
    """Start the process and yield it when it is ready; stop it afterwards.

    `settings` say where its store is, and `words` follow `earshot run`.
    """
    clock = SystemClock()
    sandbox = SlackSandbox(build_workspace(open_playbook(SAMPLE_DAY).current, clock))
    with tempfile.TemporaryDirectory(prefix="earshot-bench-", ignore_cleanup_errors=True) as folder:
        async with sandbox, aiohttp.ClientSession() as session:
            port = _find_free_port()
            environment = {**_build_environment(sandbox, Path(folder), port, processes), **settings}
            log = Path(folder) / "log"
            with log.open("wb") as out:
                started = read_monotonic()
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "bot", "run", *words),
                    cwd=folder,
                    env=environment,
                    stdout=out,
                    stderr=out,
                )
            try:
                url = f"http://127.0.0.1:{port}"
                await _wait_until_ready(process, session, url, log)
                yield EarshotProcess(process.pid, read_monotonic() - started, url, session, environment)
            finally:
                await _stop_process(process)


def _build_environment(sandbox: SlackSandbox, folder: Path, port: int, processes: int) -> dict[str, str]:
    """Return our settings only, without those of an app that may be set up on this machine."""
    ours = ("SLACK_", "EARSHOT_", "REDIS_", "X_")
    others = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    root = str(Path(bot.__file__).parent.parent)
    return others | {
        "PYTHONPATH": os.pathsep.join(filter(None, [root, others.get("PYTHONPATH", "")])),
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_SIGNING_SECRET": sandbox.signing_secret,
        "SLACK_API_URL": sandbox.api_url,
        "EARSHOT_DATA": str(folder / "data"),
        "EARSHOT_PLAYBOOK": str(SAMPLE_DAY),
        "EARSHOT_HOST": "127.0.0.1",
        "EARSHOT_PORT": str(port),
        "EARSHOT_PROCESSES": str(processes),
        "EARSHOT_HOOK_FORUM_SECRET": SECRET,
    }


def _find_free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def _wait_until_ready(
    process: asyncio.subprocess.Process, session: aiohttp.ClientSession, url: str, log: Path
) -> None:
    deadline = read_monotonic() + TIMEOUT
    while not await _is_ready(session, url):
        if process.returncode is not None or read_monotonic() > deadline:
            raise NoMeasurementsError(f"`earshot run` did not become ready: {_read_last_lines(log)}")
        await asyncio.sleep(POLL_SECONDS)


def _read_last_lines(log: Path) -> str:
    return " ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:])


async def _is_ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def _stop_process(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(15):
            await process.wait()
    except TimeoutError:
        if process.returncode is None:
            process.kill()
        await process.wait()
