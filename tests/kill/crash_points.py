"""What a child is told: where everything is, and at which step it is to die."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path
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

LEDGER_MOMENTS = ("told:before", "told:after")
"""Those who asked for what is built get follow-ups, in one commit with the entry."""
SCHEDULE_MOMENTS = ("scheduled:before", "scheduled:after")
"""A digest of a manager is enqueued."""

OWN_HANDLE = "northwindair"
"""An account of the brand."""

PAGE_MOMENTS = (
    "climbed:before",
    "climbed:after",
    "sending:before",
    "sending:after",
    "rung:before",
    "rung:after",
    "ended:before",
    "ended:after",
)
"""Of a page: an escalation step is committed with its notifications, its call is started, made, and its result is recorded."""


CLICK_MOMENTS = (
    "asked:after",
    "claimed:before",
    "claimed:after",
    "merged:before",
    "merged:after",
    "reopened:before",
    "reopened:after",
)
"""Of two cases of one person: somebody is asked before they claim, and each change is committed."""


class CrashPoint(NamedTuple):
    """Die at the `nth` time of this moment, or stand still until somebody says SIGCONT."""

    moment: str
    nth: int
    stops: bool = False


class ChildConfig(BaseModel):
    model_config = ConfigDict(frozen=True)

    redis: str
    api: str
    token: str
    brand: str
    name: str
    copies: int = 0
    since: float
    times: float
    limit: Path | None = None
    """Of the clock."""
    departments: tuple[Department, ...]
    claim_within: int = 0
    """Minutes; 0: nobody minds."""
    crash: CrashPoint | None = None
    pager: str = ""
    """Where the pagers' services are: a child that only pages; empty for all else."""
    clicks: bool = False
    """A child that only presses buttons."""


@dataclass
class CrashTrigger:
    """Counts moments, and says which one is the last."""

    crash: CrashPoint | None
    seen: int = 0

    def should_crash(self, moment: str) -> bool:
        if self.crash is None or moment != self.crash.moment:
            return False
        self.seen += 1
        return self.seen == self.crash.nth if self.crash.stops else self.seen >= self.crash.nth

    @classmethod
    def from_config(cls, config: ChildConfig) -> Self:
        return cls(config.crash)


def crash(trigger: CrashTrigger) -> None:
    """As it was told: for good, or until it is woken."""
    stands = trigger.crash is not None and trigger.crash.stops
    os.kill(os.getpid(), signal.SIGSTOP if stands else signal.SIGKILL)
