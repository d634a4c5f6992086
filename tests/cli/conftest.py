from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.slack_sandbox import SlackSandbox, SlackWorkspace
from bot.store.brand_identity import BrandIdentity, claim_keys
from bot.store.client import RedisClient
from tests.cli.shell import Shell

SCOPES = ("chat:write", "commands", "usergroups:read", "users:read", "channels:read", "groups:read")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path)
    made.playbook()
    return made


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    """A workspace in which everything is as the playbook of `shell` says."""
    workspace = SlackWorkspace("Northwind")
    for person, name in (("U0ANA", "ana"), ("U0RAJ", "raj"), ("U0MIA", "mia")):
        workspace.add_user(person, name)
    workspace.add_group("S0CARE", "care", ["U0ANA"])
    workspace.add_channel("C0CARE", "care", bot_is_member=True)
    async with SlackSandbox(workspace, scopes=SCOPES) as sandbox:
        yield sandbox


@pytest.fixture
async def connected(shell: Shell, slack: SlackSandbox, redis_url: str, client: RedisClient) -> Shell:
    """A shell whose settings are all well, and whose brand has been here before."""
    await claim_keys(client, BrandIdentity("northwind-air", "Northwind Air", is_explicit=True))
    shell.env.update(
        SLACK_BOT_TOKEN=slack.bot_token,
        SLACK_APP_TOKEN=slack.app_token,
        SLACK_API_URL=slack.api_url,
        REDIS_URL=redis_url,
    )
    return shell
