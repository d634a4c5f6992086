"""What a child is told: where everything is, and at which step it is to die."""

from dataclasses import dataclass
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict

from bot.domain.department import Department

MOMENTS = (
    "read:after",
    "triaged:before",
    "triaged:after",
    "begun:before",
    "begun:after",
    "post:before",
    "post:after",
    "noted:before",
    "noted:after",
)
"""In the order in which they come: entries read, decisions committed, a post begun, sent and accepted, and noted."""


LADDER = (
    "climbed:before",
    "climbed:after",
    "sending:before",
    "sending:after",
    "rung:before",
    "rung:after",
    "ended:before",
    "ended:after",
)
"""Of a page: a rung is climbed with what it owes, its call is begun in writing, made, and its end is noted."""


class Crash(NamedTuple):
    """Die at the `nth` time of this moment, or stand still until somebody says SIGCONT."""

    moment: str
    nth: int
    stands: bool = False


class Orders(BaseModel):
    model_config = ConfigDict(frozen=True)

    redis: str
    api: str
    token: str
    brand: str
    name: str
    since: float
    times: float
    departments: tuple[Department, ...]
    claim_within: int = 0
    """Minutes; 0: nobody minds."""
    crash: Crash | None = None
    pager: str = ""
    """Where the pagers' services are: a child that only pages; empty for all else."""


@dataclass
class Fuse:
    """Counts moments, and says which one is the last."""

    crash: Crash | None
    seen: int = 0

    def burns(self, moment: str) -> bool:
        if self.crash is None or moment != self.crash.moment:
            return False
        self.seen += 1
        return self.seen == self.crash.nth if self.crash.stands else self.seen >= self.crash.nth

    @classmethod
    def of(cls, orders: Orders) -> Self:
        return cls(orders.crash)
