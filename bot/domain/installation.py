"""The app as it is installed in a workspace, by a link."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SlackInstallation:
    """`team` is a workspace (T…), or an organisation (E…) where the app is installed for all of it."""

    team: str
    name: str
    """Of the workspace."""
    by: str
    """Who installed it."""
    at: datetime
    token: str = field(repr=False)
    """The bot's; empty once it was revoked."""


@dataclass(frozen=True, slots=True)
class InstallationState:
    """Whether a brand's app is installed. Once it was uninstalled, everything of the brand is being removed."""

    installation: SlackInstallation | None = None
    uninstalled_at: datetime | None = None

    @property
    def token(self) -> str:
        return self.installation.token if self.installation and not self.uninstalled_at else ""
