"""The rules in force, as everybody asks for them; the playbook behind them may be reloaded at any time."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.department import Department
from bot.domain.refusals import Refused
from bot.domain.routing import Clocks, Route


class Rules(Protocol):
    """The current playbook. Ask anew each time: it may be changed while we run."""

    @property
    def managers(self) -> tuple[str, ...]: ...

    @property
    def time_zone(self) -> str: ...

    def departments(self) -> tuple[Department, ...]: ...

    def department(self, name: str) -> Department | None: ...

    def routes(self) -> Sequence[Route]: ...


def known(rules: Rules, name: str) -> Department:
    """Raises Refused where the playbook has no such department any more."""
    found = rules.department(name)
    if found is None:
        names = ", ".join(department.name for department in rules.departments())
        raise Refused(f"The playbook has no department {name!r} now. It has: {names}.")
    return found


def department_or_lost(rules: Rules, name: str) -> Department:
    """A department that the playbook has lost keeps its cases, and has no channel: managers may hand them on."""
    return rules.department(name) or Department(name=name, channel="")


def clocks_in(rules: Rules, department: str, kind: str) -> Clocks:
    """Those that mentions of a kind have in this department; else those of its first route."""
    routes = [route for route in rules.routes() if route.to == department]
    same = [route for route in routes if kind in route.when.get("intent", frozenset())]
    return next((route.clocks for route in (*same, *routes)), Clocks())
