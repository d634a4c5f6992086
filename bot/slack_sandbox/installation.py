"""One app, installed in one workspace: its tokens, what it was granted, what it holds for a while."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.slack_sandbox.app_manifest import AppManifest
from bot.slack_sandbox.faults import FaultRegistry
from bot.slack_sandbox.limits import WebApiLimits
from bot.slack_sandbox.slack_errors import SlackError
from bot.slack_sandbox.triggers import TriggerIds
from bot.slack_sandbox.workspace import SlackWorkspace


@dataclass(eq=False)
class FileUpload:
    id: str
    name: str
    length: int
    content: bytes | None = None
    title: str = ""


@dataclass(eq=False)
class AppInstallation:
    workspace: SlackWorkspace
    now: Callable[[], float]
    scopes: Sequence[str]
    limits: WebApiLimits
    faults: FaultRegistry
    triggers: TriggerIds
    bot_token: str = "xoxb-sandbox-bot-token"  # noqa: S105 - it opens nothing but this sandbox
    app_token: str = "xapp-1-sandbox-app-token"  # noqa: S105
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105
    token_error: str = ""  # account_inactive, token_revoked, … on demand
    base_url: str = ""
    manifest: AppManifest | None = None  # None: everything reaches the app
    uploads: dict[str, FileUpload] = field(default_factory=dict)
    tickets: set[str] = field(default_factory=set)

    def check_token(self, method: str, token: str) -> None:
        """App-level tokens open sockets and nothing else; bot tokens do all but that."""
        if not token:
            raise SlackError("not_authed")
        if token not in {self.bot_token, self.app_token}:
            raise SlackError("invalid_auth")
        if self.token_error:
            raise SlackError(self.token_error)
        if (token == self.app_token) != (method == "apps.connections.open"):
            raise SlackError("not_allowed_token_type")

    def issue_socket_url(self) -> str:
        """A socket's address; it lets in one, once."""
        ticket = f"ticket-{self.workspace.issue_number()}"
        self.tickets.add(ticket)
        host = self.base_url.removeprefix("http://")
        return f"ws://{host}/link?ticket={ticket}&app_id=A0APP"
