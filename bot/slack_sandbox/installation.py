"""One app as installed in the workspace: its tokens, scopes, uploads, and trigger ids."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.slack_sandbox.app_manifest import AppManifest
from bot.slack_sandbox.faults import FaultRegistry
from bot.slack_sandbox.limits import WebApiLimits
from bot.slack_sandbox.slack_errors import SlackError
from bot.slack_sandbox.workspace import FileUpload, SlackWorkspace

TRIGGER_LIFE = 3.0
"""Seconds in which a trigger id opens one view."""


@dataclass
class ViewTrigger:
    user: str
    at: float
    view_id: str = ""
    used: bool = False


class TriggerIds:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._given: dict[str, ViewTrigger] = {}

    def issue_trigger(self, user: str, view_id: str = "") -> str:
        trigger_id = f"{len(self._given) + 1}.{int(self._now())}.trigger"
        self._given[trigger_id] = ViewTrigger(user, self._now(), view_id)
        return trigger_id

    def redeem_trigger(self, trigger_id: str) -> ViewTrigger:
        trigger = self._given.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._now() - trigger.at > TRIGGER_LIFE:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger


@dataclass(eq=False)
class AppInstallation:
    workspace: SlackWorkspace
    now: Callable[[], float]
    scopes: Sequence[str]
    limits: WebApiLimits
    faults: FaultRegistry
    triggers: TriggerIds
    bot_token: str = "xoxb-sandbox-bot-token"  # noqa: S105 - valid only in this sandbox
    app_token: str = "xapp-1-sandbox-app-token"  # noqa: S105
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105
    token_error: str = ""  # account_inactive, token_revoked, … on demand
    base_url: str = ""
    request_url: str | None = None
    """None: events and interactions are sent over Socket Mode."""
    manifest: AppManifest | None = None  # None: everything reaches the app
    tickets: set[str] = field(default_factory=set)

    @property
    def uploads(self) -> dict[str, FileUpload]:
        return self.workspace.uploads

    def check_token(self, method: str, token: str) -> None:
        """Raise SlackError unless the token fits the method: app-level tokens open sockets, bot tokens do all else."""
        if not token:
            raise SlackError("not_authed")
        if token not in {self.bot_token, self.app_token}:
            raise SlackError("invalid_auth")
        if self.token_error:
            raise SlackError(self.token_error)
        if (token == self.app_token) != (method == "apps.connections.open"):
            raise SlackError("not_allowed_token_type")

    def issue_socket_url(self) -> str:
        """Return a one-time address for a socket."""
        ticket = f"ticket-{self.workspace.issue_number()}"
        self.tickets.add(ticket)
        host = self.base_url.removeprefix("http://")
        return f"ws://{host}/link?ticket={ticket}&app_id=A0APP"
