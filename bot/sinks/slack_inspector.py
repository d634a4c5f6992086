"""Inspect a workspace for `earshot check`: our identity and scopes, channels, groups and people."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.sinks.delivery_errors import RateLimitedError, SlackRejectedError
from bot.sinks.slack import call_slack_api
from bot.sinks.workspace_client import find_other_team

LONGEST_WAIT = 60.0
"""Seconds that Slack may ask us to wait; its limits are counted by the minute."""


class BotIdentity(NamedTuple):
    team: str
    name: str
    scopes: frozenset[str] | None
    """None where Slack did not say."""
    other_team: str
    """The workspace that the token is of, where that is not the wanted one."""


class ChannelInfo(NamedTuple):
    name: str
    is_member: bool
    is_private: bool
    is_archived: bool


class UserGroupInfo(NamedTuple):
    handle: str
    members: frozenset[str]


class UserInfo(NamedTuple):
    name: str
    is_gone: bool
    is_bot: bool


class SlackInspector:
    """Only reads. Methods raise one of `delivery_errors`; one rate limit is waited out."""

    def __init__(self, client: AsyncWebClient, clock: Clock, waiting: Callable[[float], None]) -> None:
        self._client = client
        self._clock = clock
        self._waiting = waiting

    async def fetch_identity(self, team: str = "") -> BotIdentity:
        """`team` is the id of the wanted workspace or organisation; empty if any will do."""
        response = await call_slack_api(self._client, "auth.test")
        said = response.headers.get("x-oauth-scopes")
        scopes = frozenset(scope.strip() for scope in said.split(",")) if said is not None else None
        other = find_other_team(team, response.data if isinstance(response.data, dict) else {})
        return BotIdentity(str(response.get("team", "")), str(response.get("user", "")), scopes, other)

    async def is_app_token(self) -> bool:
        """Check an app-level token without opening a socket: auth.test rejects only those that it knows."""
        try:
            await call_slack_api(self._client, "auth.test")
        except SlackRejectedError as no:
            return no.error == "not_allowed_token_type"
        return True

    async def fetch_channel(self, channel: str) -> ChannelInfo:
        told = (await self._call_with_retry("conversations.info", channel=channel)).get("channel") or {}
        return ChannelInfo(
            name=str(told.get("name", channel)),
            is_member=bool(told.get("is_member")),
            is_private=bool(told.get("is_private")),
            is_archived=bool(told.get("is_archived")),
        )

    async def fetch_user_groups(self) -> dict[str, UserGroupInfo]:
        """All that are in use, in one call."""
        told = (await self._call_with_retry("usergroups.list", include_users=True)).get("usergroups") or []
        return {
            str(group["id"]): UserGroupInfo(str(group.get("handle", "")), frozenset(map(str, group.get("users") or [])))
            for group in told
            if not group.get("date_delete")
        }

    async def fetch_user(self, person: str) -> UserInfo:
        told = (await self._call_with_retry("users.info", user=person)).get("user") or {}
        return UserInfo(str(told.get("name", person)), bool(told.get("deleted")), bool(told.get("is_bot")))

    async def _call_with_retry(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        try:
            response = await call_slack_api(self._client, method, **arguments)
        except RateLimitedError as no:
            if no.seconds > LONGEST_WAIT:
                raise
            self._waiting(no.seconds)
            await self._clock.sleep(no.seconds)
            response = await call_slack_api(self._client, method, **arguments)
        return response.data if isinstance(response.data, dict) else {}
