"""Who is on call at one instant, as everybody asks for it."""

from datetime import datetime
from typing import NamedTuple, Protocol


class Duty(NamedTuple):
    """`people` are Slack user ids in the order in which they are called; the first is on call now."""

    people: tuple[str, ...] = ()
    until: datetime | None = None
    """When this is no longer so, in UTC. None: it never changes by itself."""
    hole: bool = False
    """The schedule has nobody now: the people are those who are called instead."""
    schedule: str = ""
    """The schedule's name, for the sentence; empty where the playbook names the people."""


class Rota(Protocol):
    """Asked anew each time: the playbook, an override or a calendar may have changed meanwhile."""

    async def duty(self, department: str, at: datetime) -> Duty:
        """Nobody, without a hole, for a department that the playbook has lost. Raises `Unreachable`."""
