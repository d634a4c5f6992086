"""`earshot run --playbooks` as a process of its own, before two workspaces of one Slack."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from bot.slack_sandbox import SlackMessage, SlackSandbox, SlackWorkspace
from bot.slack_sandbox.oauth import SlackTeams
from handlers.manifest import build_manifest
from tests.run.process import SECRET, EarshotProcess, find_free_port, read_log, start_process, wait_until_ready

PLAYBOOK = """
[brand]
name = "{name}"
id = "{id}"
team = "{team}"
managers = ["U0MIA"]

[[departments]]
name = "care"
channel = "C0CARE"
deputies = ["U0ANA"]

[[routes]]
when = {{}}
to = "care"
claim_within = "15m"

[sources.webhook.forum]
"""
BRANDS = {"northwind": "T0NORTH", "fabrikam": "T0FAB"}


@dataclass
class BrandsProcess:
    earshot: EarshotProcess
    slack: SlackTeams
    sandboxes: dict[str, SlackSandbox]
    """By brand id."""

    async def deliver(self, brand: str, text: str, native: str) -> int:
        return await self.earshot.deliver(text, native, hook="forum", site=f"/brands/{brand}")

    async def wait_for_card(self, brand: str, number: int = 0) -> SlackMessage:
        messages = self.list_cards(brand)
        await self.sandboxes[brand].wait_until(lambda: len(messages) > number, within=60)
        return messages[number]

    def list_cards(self, brand: str) -> list[SlackMessage]:
        return self.sandboxes[brand].workspace.find_channel("C0CARE").messages

    async def follow_install_link(self, team: str, *, cookie: bool = True, state: str = "") -> tuple[int, str]:
        """As a browser does: our link, Slack's page, and back. `state` replaces the one that Slack sends back."""
        async with aiohttp.ClientSession() as session:
            begun = await session.get(f"{self.earshot.url}/slack/install?team={team}", allow_redirects=False)
            assert begun.status == 302, await begun.text()
            allowed = await session.get(begun.headers["Location"], allow_redirects=False)
            back = allowed.headers["Location"]
            sent = begun.headers["Set-Cookie"].partition(";")[0]
            if state:
                back = back.replace(sent.partition("=")[2], state)
            headers = {"Cookie": sent} if cookie else {}
            async with session.get(back, headers=headers) as answer:
                return answer.status, await answer.text()


@asynccontextmanager
async def run_brands(
    folder: Path,
    *,
    by_link: bool,
    brands: Mapping[str, str] = BRANDS,
    more: Mapping[str, str] | None = None,
    slack_down: bool = False,
) -> AsyncIterator[BrandsProcess]:
    """`by_link`: no token is in the environment, and the app is in no workspace yet."""
    (folder / "playbooks").mkdir()
    port = find_free_port()
    async with AsyncExitStack() as stack:
        sandboxes = {}
        for brand, team in brands.items():
            text = PLAYBOOK.format(name=brand.title(), id=brand, team=team)
            (folder / "playbooks" / f"{brand}.toml").write_text(text, encoding="utf-8")
            sandboxes[brand] = await stack.enter_async_context(_open_workspace(brand, team, port, by_link=by_link))
            sandboxes[brand].faults.down = slack_down
        slack = await stack.enter_async_context(SlackTeams(list(sandboxes.values()), _now))
        environ = _environ(folder, port, slack, sandboxes, by_link=by_link) | dict(more or {})
        command = (sys.executable, "-m", "bot", "run", "--playbooks", str(folder / "playbooks"))
        process = await start_process(command, folder, environ)
        first = next(iter(sandboxes.values()))
        earshot = EarshotProcess(process, first, first.workspace, folder, port, environ)
        reading = asyncio.create_task(read_log(earshot, process))
        try:
            await wait_until_ready(earshot)
            yield BrandsProcess(earshot, slack, sandboxes)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            await reading


def _now() -> float:
    return datetime.now(UTC).timestamp()


@asynccontextmanager
async def _open_workspace(brand: str, team: str, port: int, *, by_link: bool) -> AsyncIterator[SlackSandbox]:
    workspace = SlackWorkspace(brand.title(), now=_now, team_id=team)
    for user, name in (("U0ANA", "ana"), ("U0MIA", "mia")):
        workspace.add_user(user, name)
    workspace.add_channel("C0CARE", "care", bot_is_member=True)
    async with SlackSandbox(workspace) as sandbox:
        sandbox.app.bot_token = sandbox.bot_token = f"xoxb-{team}"
        sandbox.app.token_error = "account_inactive" if by_link else ""
        sandbox.app.request_url = f"http://127.0.0.1:{port}/slack/events"
        sandbox.install(build_manifest(socket_mode=False, request_url=sandbox.app.request_url))
        yield sandbox


def _environ(
    folder: Path, port: int, slack: SlackTeams, sandboxes: Mapping[str, SlackSandbox], *, by_link: bool
) -> dict[str, str]:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "SLACK_SIGNING_SECRET": next(iter(sandboxes.values())).signing_secret,
        "SLACK_API_URL": slack.api_url,
        "EARSHOT_DATA": str(folder / "data"),
        "EARSHOT_HOST": "127.0.0.1",
        "EARSHOT_PORT": str(port),
        "EARSHOT_PROCESSES": "1",
        "EARSHOT_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    if by_link:
        environ |= {"SLACK_CLIENT_ID": slack.client_id, "SLACK_CLIENT_SECRET": slack.client_secret}
    for brand, sandbox in sandboxes.items():
        environ[f"EARSHOT_HOOK_FORUM_SECRET__{brand.upper()}"] = SECRET
        if not by_link:
            environ[f"SLACK_BOT_TOKEN__{brand.upper()}"] = sandbox.bot_token
    return environ
