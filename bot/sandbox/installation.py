"""One app, installed in one workspace: its tokens, what it was granted, what it holds for a while."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.sandbox.errors import SlackError
from bot.sandbox.faults import Faults
from bot.sandbox.limits import Limits
from bot.sandbox.manifest import Manifest
from bot.sandbox.triggers import Triggers
from bot.sandbox.workspace import Workspace


@dataclass(eq=False)
class Upload:
    id: str
    name: str
    length: int
    content: bytes | None = None
    title: str = ""


@dataclass(eq=False)
class Installation:
    workspace: Workspace
    now: Callable[[], float]
    scopes: Sequence[str]
    limits: Limits
    faults: Faults
    triggers: Triggers
    bot_token: str = "xoxb-sandbox-bot-token"  # noqa: S105 - it opens nothing but this sandbox
    app_token: str = "xapp-1-sandbox-app-token"  # noqa: S105
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105
    refused_with: str = ""  # account_inactive, token_revoked, … on demand
    base_url: str = ""
    manifest: Manifest | None = None  # None: everything reaches the app
    uploads: dict[str, Upload] = field(default_factory=dict)
    tickets: set[str] = field(default_factory=set)

    def authenticate(self, method: str, token: str) -> None:
        """App-level tokens open sockets and nothing else; bot tokens do all but that."""
        if not token:
            raise SlackError("not_authed")
        if token not in {self.bot_token, self.app_token}:
            raise SlackError("invalid_auth")
        if self.refused_with:
            raise SlackError(self.refused_with)
        if (token == self.app_token) != (method == "apps.connections.open"):
            raise SlackError("not_allowed_token_type")

    def ticket(self) -> str:
        """A socket's address; it lets in one, once."""
        ticket = f"ticket-{self.workspace.number()}"
        self.tickets.add(ticket)
        host = self.base_url.removeprefix("http://")
        return f"ws://{host}/link?ticket={ticket}&app_id=A0APP"
