"""Installing the app in the workspace of a brand by a link, and what follows from its end."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from bot.clock import Clock
from bot.domain.errors import NotAllowed
from bot.domain.installation import SlackInstallation
from bot.store.installations import InstallationStore

EVENT_CLOCK_STEP = timedelta(seconds=5)
"""By which Slack's clock may be behind ours when an event is compared with an installation."""

log = structlog.get_logger("slack")


class BrandInstallation(NamedTuple):
    """A brand whose token comes from an installation, and not from the environment."""

    name: str
    installations: InstallationStore


class InstallationUseCases:
    """For all brands of a process. `states` keeps the states: who installs has not named a brand yet, so any will do.

    `find` returns the brand of a workspace, or of an organisation; None where no playbook names it.
    """

    def __init__(
        self, states: InstallationStore, find: Callable[[str, str], BrandInstallation | None], clock: Clock
    ) -> None:
        self._states = states
        self._find = find
        self._clock = clock

    async def issue_state(self) -> str:
        state = secrets.token_urlsafe(24)
        await self._states.save_state(state)
        return state

    async def consume_state(self, state: str) -> bool:
        return await self._states.consume_state(state)

    async def install(self, team: str, name: str, by: str, token: str) -> str:
        """Keep an installation, and return the name of its brand. Raises `NotAllowed` and `StoreUnavailable`."""
        brand = self._find(team, "")
        if brand is None:
            raise NotAllowed(
                f"No playbook here names the workspace {team}, so Earshot doesn't keep this installation. "
                f'Ask its operator to add team = "{team}" under [brand], and install it again.'
            )
        if (await brand.installations.load()).uninstalled_at is not None:
            raise NotAllowed(
                "Earshot is still removing what it kept for this workspace. Install it again in a few minutes."
            )
        await brand.installations.save(SlackInstallation(team, name, by, self._clock.now(), token))
        log.info("app installed", team=team, by=by)
        return brand.name

    async def drop_token(self, team: str, enterprise: str, at: datetime) -> None:
        """Forget a token that was revoked at `at`. What waits for Slack stays until the app is installed again."""
        if (brand := await self._find_installed(team, enterprise, at)) is not None:
            await brand.installations.drop_token()

    async def uninstall(self, team: str, enterprise: str, at: datetime) -> None:
        """Have everything of the brand removed: its app was uninstalled at `at`."""
        if (brand := await self._find_installed(team, enterprise, at)) is not None:
            await brand.installations.mark_uninstalled(self._clock.now())
            log.warning("app uninstalled, all data of the brand is being removed", team=team)

    async def _find_installed(self, team: str, enterprise: str, at: datetime) -> BrandInstallation | None:
        """Return the brand, unless the event is older than its installation: Slack may deliver one an hour late."""
        brand = self._find(team, enterprise)
        found = (await brand.installations.load()).installation if brand is not None else None
        if found is None or at < found.at - EVENT_CLOCK_STEP:
            log.warning("no installation that this event is about", team=team)
            return None
        return brand
