"""A client that sends nothing before it knows that its token is of the workspace that the playbook names."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.sinks.delivery_errors import OTHER_WORKSPACE

IDENTIFY = "auth.test"


class WorkspaceClient(AsyncWebClient):
    """`team` is the workspace or the organisation; empty if it is that of the token."""

    def __init__(self, token: str | None, team: str = "", **options: Any) -> None:
        super().__init__(token=token, **options)
        self._team = team
        self.is_verified = not team
        self.other_team = ""
        """The workspace that the token is of, where that is another one."""

    async def api_call(self, api_method: str, **options: Any) -> AsyncSlackResponse:
        """Raises `SlackApiError` with `OTHER_WORKSPACE` for the token of another workspace, whatever is called."""
        if not self.is_verified and api_method != IDENTIFY:
            await self.api_call(IDENTIFY)
        response = await super().api_call(api_method, **options)
        if not self.is_verified:
            self._verify(response)
        return response

    def _verify(self, identity: AsyncSlackResponse) -> None:
        found = identity.data if isinstance(identity.data, dict) else {}
        self.other_team = find_other_team(self._team, found)
        if self.other_team:
            identity.data = {"ok": False, "error": OTHER_WORKSPACE}
            raise SlackApiError(explain_other_team(self.other_team, self._team), identity)  # type: ignore[no-untyped-call]
        self.is_verified = True


def find_other_team(wanted: str, identity: Mapping[str, Any]) -> str:
    """Return the workspace that a token is of by its `auth.test`; empty if that is `wanted`, or `wanted` is empty.

    A token of a whole organisation is valid in its workspaces, and `auth.test` does not list them.
    """
    team, enterprise = str(identity.get("team_id") or ""), str(identity.get("enterprise_id") or "")
    is_wide = bool(identity.get("is_enterprise_install"))
    if not wanted or wanted in {team, enterprise} or (is_wide and wanted.startswith("T")):
        return ""
    return enterprise if is_wide else team


def explain_other_team(other: str, wanted: str) -> str:
    """Return the sentence after the name of the token."""
    return f"is of the workspace {other}, and brand.team is {wanted}. Copy the token of {wanted}"
