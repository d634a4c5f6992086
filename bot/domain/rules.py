"""The interface of the current rules; the playbook behind it may be reloaded at any time."""

from typing import Protocol

from bot.domain.department import Department, DepartmentStaff
from bot.domain.errors import NotAllowed
from bot.domain.routing import CaseClocks, RouteList


class PlaybookRules(Protocol):
    """The current playbook: do not cache its values, it may be reloaded."""

    @property
    def managers(self) -> tuple[str, ...]: ...

    @property
    def time_zone(self) -> str: ...

    def list_departments(self) -> tuple[Department, ...]: ...

    def find_department(self, name: str) -> Department | None: ...

    def list_routes(self) -> RouteList: ...


class PointLookup(Protocol):
    async def resolve_point(self, department: Department) -> Department:
        """Return the department with its point person of this moment, and their plain name."""

    async def find_display_name(self, person: str) -> str:
        """Return the plain name of a colleague; empty if it is not known."""


class StaffLookup(Protocol):
    async def load_staff(self, department: Department, managers: tuple[str, ...]) -> DepartmentStaff:
        """Return who may act for the department now."""


def require_department(rules: PlaybookRules, name: str) -> Department:
    """Return the department. Raises `NotAllowed` if the playbook does not have it (any more)."""
    found = rules.find_department(name)
    if found is None:
        names = ", ".join(department.name for department in rules.list_departments())
        raise NotAllowed(f"The playbook has no department {name!r} any more. Departments: {names}.")
    return found


def get_department_or_lost(rules: PlaybookRules, name: str) -> Department:
    """Return the department; one that the playbook lost keeps its cases and has no channel."""
    return rules.find_department(name) or Department(name=name, channel="")


def find_clocks(rules: PlaybookRules, department: str, kind: str) -> CaseClocks:
    """Return the time limits of an intent in this department, else those of its first route."""
    routes = [route for route in rules.list_routes() if route.to == department]
    same = [route for route in routes if kind in route.when.get("intent", frozenset())]
    return next((route.clocks for route in (*same, *routes)), CaseClocks())
