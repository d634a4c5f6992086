"""The brands of one process, and which of them a request is for."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.app.brand_service import STORE, BrandService
from bot.app.child_messages import TriageOrder
from bot.config.settings import Settings
from bot.store.installations import InstallationStore
from bot.usecases.installations import BrandInstallation
from bot.web.health_endpoints import BrandHealth


class BrandServices:
    """One or several. A brand belongs to one workspace, and a workspace to one brand."""

    def __init__(self, services: Sequence[BrandService]) -> None:
        self._services = tuple(services)

    def __iter__(self) -> Iterator[BrandService]:
        return iter(self._services)

    @property
    def states(self) -> InstallationStore:
        """Where the states of installations are kept: all processes agree on the brand, since files have an order."""
        return self._services[0].store.installations

    def find(self, team: str, enterprise: str) -> BrandService | None:
        """Find the brand of a workspace or of its organisation. The only one may leave that to its token."""
        only, *others = self._services
        if not others and not only.team:
            return only
        named = [service for wanted in (team, enterprise) for service in self if wanted and service.team == wanted]
        return next(iter(named), None)

    def find_installation(self, team: str, enterprise: str) -> BrandInstallation | None:
        service = self.find(team, enterprise)
        return service.get_installation() if service is not None else None

    def describe_health(self) -> Mapping[str, BrandHealth]:
        """Return the health of each brand by its id; of the only brand of a process that has one playbook, by ''."""
        return {service.name: service.describe_health() for service in self}

    def list_sources(self) -> list[str]:
        """Return the names of the sources of this process, with their brand if there are several."""
        return sorted(
            f"{name}:{source}" if name else source
            for name, health in self.describe_health().items()
            for source in health.sources
        )

    def build_order(self, settings: Settings, workers: tuple[str, ...], install_link: str = "") -> TriageOrder:
        """Return what triage processes have to do; `settings` are those of this process."""
        return TriageOrder(tuple(service.build_order() for service in self), settings, workers, install_link)

    def is_any_stalled(self, at: datetime) -> bool:
        """Return whether any worker of any brand has not completed a step for minutes."""
        return any(service.app is not None and service.app.liveness.list_stalled(at) for service in self)

    def list_refusals(self) -> Mapping[str, str]:
        """Return why brands cannot be served by this process, by their names as in `describe_health`."""
        return {name: brand.issues[STORE] for name, brand in self.describe_health().items() if STORE in brand.issues}

    async def run(self, stop: asyncio.Event) -> None:
        """Run all until told to stop."""
        async with asyncio.TaskGroup() as group:
            for service in self:
                group.create_task(service.run(stop), name=service.id)

    async def apply_order(self, order: TriageOrder) -> None:
        """Take over the playbooks that the parent has put in force."""
        for service, brand in zip(self, order.brands, strict=True):
            await service.apply_order(brand)

    async def reload(self) -> bool:
        """Read all playbooks again; return False if one of them is bad, which leaves the others alone."""
        return all([await service.reload() for service in self])
