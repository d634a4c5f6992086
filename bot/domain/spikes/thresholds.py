"""The thresholds from which a spike is reported, and from which it continues.

They were chosen on three of the six subjects of a real week (`earshot bench spikes`, 2026-11-22): the strictest that
find nearly all bursts of ×5 within a quarter of an hour. With five people a spike is found sooner than with six. The
threshold for topics is high because there are many words.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.spikes.planned_events import PlannedEvent
from bot.domain.spikes.scan_statistic import ScanThreshold


class SpikeSensitivity(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


_STRENGTH = {SpikeSensitivity.LOW: 7.5, SpikeSensitivity.NORMAL: 6.0, SpikeSensitivity.HIGH: 4.5}


@dataclass(frozen=True, slots=True)
class SpikeThresholds:
    """`[spikes]` of the playbook. `to` is a department, or empty for the one that gets most of the posts."""

    on: bool = True
    to: str = ""
    sensitivity: SpikeSensitivity = SpikeSensitivity.NORMAL
    voices: int = 5
    """The least number of distinct people in a spike."""
    page_from_people: int = 8
    """Distinct people with negative posts in one window from which people are paged; 0: nobody is paged."""
    over_after: timedelta = timedelta(minutes=60)
    """An episode ends when nothing was unusual for so long."""
    planned: tuple[PlannedEvent, ...] = ()

    @property
    def negative(self) -> ScanThreshold:
        return ScanThreshold(_STRENGTH[self.sensitivity], 2.0, self.voices)

    @property
    def page(self) -> ScanThreshold:
        return ScanThreshold(_STRENGTH[self.sensitivity] + 1.0, 2.5, self.page_from_people)

    @property
    def volume(self) -> ScanThreshold:
        return ScanThreshold(_STRENGTH[self.sensitivity] + 4.0, 2.5, 2 * self.voices)

    @property
    def share(self) -> ScanThreshold:
        return ScanThreshold(_STRENGTH[self.sensitivity] + 1.0, 1.5, 2 * self.voices)

    @property
    def topic(self) -> ScanThreshold:
        return ScanThreshold(_STRENGTH[self.sensitivity] + 2.0, 4.0, max(5, self.voices))

    @property
    def inauthentic(self) -> ScanThreshold:
        return ScanThreshold(_STRENGTH[self.sensitivity] + 1.0, 3.0, self.page_from_people or 2 * self.voices)

    @property
    def continuation(self) -> ScanThreshold:
        """Return the threshold that keeps an episode open: lower, so that one event does not open two episodes."""
        return ScanThreshold(_STRENGTH[self.sensitivity] / 2, 1.5, max(3, self.voices // 2))
