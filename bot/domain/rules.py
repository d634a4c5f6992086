"""The rules in force, as everybody asks for them; the playbook behind them may be reloaded at any time."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.department import Department
from bot.domain.errors import NotAllowed
from bot.domain.routing import CaseClocks, Route


class PlaybookRules(Protocol):
    """The current playbook. Ask anew each time: it may be changed while we run."""

    @property
    def managers(self) -> tuple[str, ...]: ...

    @property
    def time_zone(self) -> str: ...

    def list_departments(self) -> tuple[Department, ...]: ...

    def find_department(self, name: str) -> Department | None: ...

    def list_routes(self) -> Sequence[Route]: ...


def require_department(rules: PlaybookRules, name: str) -> Department:
    """Raises Refused where the playbook has no such department any more."""
    found = rules.find_department(name)
    if found is None:
        names = ", ".join(department.name for department in rules.list_departments())
        raise NotAllowed(f"The playbook has no department {name!r} now. It has: {names}.")
    return found


def get_department_or_lost(rules: PlaybookRules, name: str) -> Department:
    """A department that the playbook has lost keeps its cases, and has no channel: managers may hand them on."""
    return rules.find_department(name) or Department(name=name, channel="")


def find_clocks(rules: PlaybookRules, department: str, kind: str) -> CaseClocks:
    """Those that mentions of a kind have in this department; else those of its first route."""
    routes = [route for route in rules.list_routes() if route.to == department]
    same = [route for route in routes if kind in route.when.get("intent", frozenset())]
    return next((route.clocks for route in (*same, *routes)), CaseClocks())
