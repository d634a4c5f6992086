"""What the Home tab is drawn from, and what a person has chosen on it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Self

from bot.cards.block_kit import Block
from bot.cards.oncall import OnCallSummary
from bot.domain.cases.queues import CasePage, CaseQueue, QueueCounts
from bot.domain.crisis import Crisis
from bot.domain.day_message import DayMessage
from bot.domain.department import Department
from bot.domain.health.source_health import SourceHealth
from bot.domain.oncall.schedule import Shift
from bot.domain.read_budget import ReadCounts
from bot.domain.reports.precision import PrecisionEstimate
from bot.domain.reports.report import DepartmentFigures
from bot.domain.spikes.episode import Episode

ASSIGNED = "assigned"
"""The section of the person's own cases; the others are those of `CaseQueue`."""


class HomeState(NamedTuple):
    """What a person has chosen on their Home tab, kept in the view itself: filters, and where each list begins."""

    department: str = ""
    queue: str = ""
    starts: tuple[tuple[str, int], ...] = ()

    def get_start(self, section: str) -> int:
        return dict(self.starts).get(section, 0)

    def with_start(self, section: str, start: int) -> Self:
        return self._replace(starts=tuple({**dict(self.starts), section: start}.items()))

    def to_json(self) -> str:
        return json.dumps({"department": self.department, "queue": self.queue, "starts": dict(self.starts)})

    @classmethod
    def from_json(cls, metadata: str) -> Self:
        """Parse the metadata of a view; what an older release left there is the default."""
        try:
            found = json.loads(metadata)
            starts = tuple((str(name), int(start)) for name, start in found["starts"].items())
            return cls(str(found["department"]), str(found["queue"]), starts)
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()


AS_OPENED = HomeState()
"""Before the person has chosen anything."""


class HomeNotice(NamedTuple):
    """The outcome of a click, shown where the click was: `place` is the id of that block."""

    place: str
    blocks: Sequence[Block]


class DepartmentSummary(NamedTuple):
    department: Department
    counts: QueueCounts
    on_call: OnCallSummary


class SourceSummary(NamedTuple):
    """A source, the time of its last mention (None: it has none yet), and how it is doing."""

    source: str
    last_mention_at: datetime | None
    reads: ReadCounts = ReadCounts()
    """Reads that the source bills for this month (UTC)."""
    health: SourceHealth = SourceHealth()


class HomeView(NamedTuple):
    """`departments` are those for which the person may act, or all of them for a colleague without a role."""

    person: str
    at: datetime
    is_staff: bool = False
    is_manager: bool = False
    state: HomeState = AS_OPENED
    departments: tuple[DepartmentSummary, ...] = ()
    assigned: CasePage = CasePage()
    queues: tuple[tuple[CaseQueue, CasePage], ...] = ()
    """The lists that the filter leaves."""
    follow_ups: Mapping[str, int] = {}
    """By department: how many the person was asked to do."""
    shareworthy: int = 0
    """Posts that are worth sharing; for staff."""
    day_messages: tuple[DayMessage, ...] = ()
    next_shift: tuple[str, Shift] | None = None
    """The schedule, and when the person is on call next."""
    figures: tuple[DepartmentFigures, ...] = ()
    """Of today; for managers."""
    episodes: tuple[Episode, ...] = ()
    crises: tuple[Crisis, ...] = ()
    sources: tuple[SourceSummary, ...] = ()
    health_issues: Mapping[str, str] = {}
    """Sentences by the part that reports them; of a source, a colon and its name follow the part."""
    precisions: tuple[PrecisionEstimate, ...] = ()
    """Precision over the last weeks; over all aspects first."""
