"""`earshot run` as a process of its own, before a sandbox in this one."""

import asyncio
import base64
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from standardwebhooks import Webhook

from bot.slack_sandbox import SlackSandbox, SlackWorkspace
from handlers.manifest import build_manifest

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four.").decode()
PLAYBOOK = """
[brand]
name = "Northwind Air"
managers = ["U0MIA"]

[[departments]]
name = "care"
channel = "C0CARE"
deputies = ["U0ANA"]

[[routes]]
when = {}
to = "care"
claim_within = "15m"

[sources.webhook.forum]
"""


@dataclass
class EarshotProcess:
    process: asyncio.subprocess.Process
    sandbox: SlackSandbox
    workspace: SlackWorkspace
    folder: Path
    port: int
    environ: dict[str, str]
    log: list[str] = field(default_factory=list)
    reading: list[asyncio.Task[None]] = field(default_factory=list)
    """One task for each process that was started."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def deliver(self, text: str, native: str, hook: str = "forum", site: str = "", author: str = "marta") -> int:
        """A signed delivery; gives the status. `site` is the path of one of several brands."""
        return (await self.deliver_with_headers(text, native, hook, site, author))[0]

    async def deliver_with_headers(
        self, text: str, native: str, hook: str = "forum", site: str = "", author: str = "marta"
    ) -> tuple[int, Mapping[str, str]]:
        """A signed delivery; gives the status and the headers."""
        said = {"id": native, "text": text, "created_at": datetime.now(UTC).isoformat(), "author": author}
        body = json.dumps(said)
        at = datetime.now(UTC)
        signature = Webhook(SECRET).sign(f"msg-{native}", at, body)
        stamp = str(int(at.timestamp()))
        headers = {"webhook-id": f"msg-{native}", "webhook-timestamp": stamp, "webhook-signature": signature}
        url = f"{self.url}{site}/hooks/{hook}"
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
            return answer.status, answer.headers

    async def get(self, path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as answer:
            return answer.status, await answer.text()

    async def wait_for_event(self, event: str) -> None:
        """Waits until the log says so."""
        async with asyncio.timeout(60):
            while not any(event in line for line in self.log):  # noqa: ASYNC110 - another process's words
                await asyncio.sleep(0.02)

    async def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        async with asyncio.timeout(60):
            return await self.process.wait()

    async def run_command(self, *words: str) -> str:
        """Run another command with the same settings, to its end; gives what it printed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            env=self.environ,
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complaints = await process.communicate()
        assert process.returncode == 0, complaints.decode()
        return said.decode()

    async def start_again(self) -> None:
        """Start another process in place of one that has ended, before the same Slack."""
        command = (sys.executable, "-m", "bot", "run")
        self.process = await start_process(command, self.folder, self.environ)
        self.reading.append(asyncio.create_task(read_log(self, self.process)))
        await wait_until_ready(self)


@asynccontextmanager
async def run_earshot(
    folder: Path,
    *,
    socket_mode: bool,
    slack_down: bool = False,
    more: Mapping[str, str] | None = None,
    words: Sequence[str] = (),
    playbook: str = PLAYBOOK,
    files: int = 0,
    channels: Sequence[tuple[str, str]] = (),
) -> AsyncIterator[EarshotProcess]:
    """`more` is added to the environment, `words` to the command; `files`: how many may be open, where that matters.

    `channels`: ids and names of those beside the usual ones.
    """
    workspace = SlackWorkspace(name="Northwind", now=lambda: datetime.now(UTC).timestamp())
    for user, name in (("U0ANA", "ana"), ("U0MIA", "mia"), ("U0JOE", "joe")):
        workspace.add_user(user, name)
    for channel, name in (("C0CARE", "care"), ("C0PR", "pr"), *channels):
        workspace.add_channel(channel, name, bot_is_member=True)
    (folder / "playbook.toml").write_text(playbook, encoding="utf-8")
    async with SlackSandbox(workspace) as sandbox:
        port = find_free_port()
        sandbox.app.request_url = None if socket_mode else f"http://127.0.0.1:{port}/slack/events"
        sandbox.install(build_manifest(socket_mode=socket_mode, request_url=sandbox.app.request_url))
        sandbox.faults.down = slack_down
        environ = _environ(sandbox, folder, port, socket_mode=socket_mode) | dict(more or {})
        limited = ("sh", "-c", f'ulimit -n {files}; exec "$@"', "sh") if files else ()
        command = (*limited, sys.executable, "-m", "bot", "run", *words)
        process = await start_process(command, folder, environ)
        found = EarshotProcess(process, sandbox, workspace, folder, port, environ)
        found.reading.append(asyncio.create_task(read_log(found, process)))
        try:
            await wait_until_ready(found)
            yield found
        finally:
            if found.process.returncode is None:
                found.process.kill()
                await found.process.wait()
            await asyncio.gather(*found.reading)


async def start_process(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(*command, env=environ, cwd=folder, stderr=asyncio.subprocess.PIPE)


def _environ(sandbox: SlackSandbox, folder: Path, port: int, *, socket_mode: bool) -> dict[str, str]:
    repository = Path(__file__).parents[2]
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(repository),
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_API_URL": sandbox.api_url,
        "EARSHOT_DATA": str(folder / "data"),
        "EARSHOT_PLAYBOOK": str(folder / "playbook.toml"),
        "EARSHOT_HOST": "127.0.0.1",
        "EARSHOT_PORT": str(port),
        "EARSHOT_PROCESSES": "1",
        "EARSHOT_HOOK_FORUM_SECRET": SECRET,
        "EARSHOT_HOOK_BOARD_SECRET": SECRET,
    }
    named = "SLACK_APP_TOKEN" if socket_mode else "SLACK_SIGNING_SECRET"
    return {**environ, named: sandbox.app_token if socket_mode else sandbox.signing_secret}


async def read_log(found: EarshotProcess, process: asyncio.subprocess.Process) -> None:
    stream: Any = process.stderr
    async for line in stream:
        found.log.append(line.decode())


async def wait_until_ready(found: EarshotProcess) -> None:
    async with asyncio.timeout(60):
        while True:
            assert found.process.returncode is None, "".join(found.log)
            try:
                if (await found.get("/readyz"))[0] == 200:
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
