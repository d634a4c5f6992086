"""Before a brand is served: whether the token in the environment is of its workspace."""

import asyncio
from contextlib import suppress

from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError
from bot.sinks.slack import call_slack_api
from bot.sinks.workspace_client import IDENTIFY, WorkspaceClient, explain_other_team

PATIENCE = 3.0
"""Seconds that a start waits for Slack to say of which workspace the token is."""


class TeamError(Exception):
    """The token is of another workspace than that of the brand. The message says so."""


async def fetch_identity(client: WorkspaceClient) -> None:
    """Have the client find out of which workspace its token is, unless it knows or Slack does not answer."""
    if client.is_verified or client.other_team:
        return
    with suppress(SlackRejectedError, NotSentError, DeliveryUnknownError, RateLimitedError, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await call_slack_api(client, IDENTIFY)


async def verify_token(client: WorkspaceClient, variable: str, team: str) -> None:
    """Raises `TeamError`. While Slack does not answer, the client sends nothing, and what it should send waits."""
    await fetch_identity(client)
    if client.other_team:
        raise TeamError(f"{variable}: {explain_other_team(client.other_team, team)}")
