"""What goes wrong when it is told to."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum


class FaultKind(StrEnum):
    RATELIMITED = "ratelimited"  # 429, `seconds` in Retry-After
    STATUS = "status"  # `status` with an HTML body
    ERROR = "error"  # {"ok": false, "error": `word`}
    DROPPED_BEFORE = "dropped_before"  # nothing happened, no answer
    DROPPED_AFTER = "dropped_after"  # it happened, no answer
    SLOW = "slow"  # `seconds` of real time before the answer
    HANG = "hang"  # no answer, and the connection stays
    DUPLICATE_DELIVERY = "duplicate_delivery"  # the next interaction or event is sent twice
    LATE_DELIVERY = "late_delivery"  # the next one is signed `seconds` ago


ON_DELIVERIES = {FaultKind.DUPLICATE_DELIVERY, FaultKind.LATE_DELIVERY}


@dataclass(eq=False)
class Fault:
    """Holds for the named methods and channels (none named: for all), `times` times (None: until removed)."""

    kind: FaultKind
    methods: Collection[str] = ()
    channels: Collection[str] = ()
    times: int | None = 1
    until: float | None = None
    seconds: float = 30.0
    status: int = 503
    word: str = "internal_error"
    happened: int = field(default=0, init=False)

    def holds(self, method: str, channel: str, at: float) -> bool:
        return (
            (not self.methods or method in self.methods)
            and (not self.channels or channel in self.channels)
            and (self.times is None or self.happened < self.times)
            and (self.until is None or at < self.until)
        )


class Faults:
    """`down` is the whole of Slack: every call gets a 503, and nothing is delivered."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._faults: list[Fault] = []
        self.down = False

    def add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        self._faults.remove(fault)

    def clear(self) -> None:
        self._faults.clear()
        self.down = False

    def strike(self, method: str, channel: str = "") -> Fault | None:
        """The fault that befalls this call, if one does."""
        return self._first(method, channel, {*FaultKind} - ON_DELIVERIES)

    def on_delivery(self, kind: FaultKind) -> Fault | None:
        """Deliveries are neither to a method nor to a channel."""
        return self._first("", "", {kind})

    def _first(self, method: str, channel: str, kinds: Collection[FaultKind]) -> Fault | None:
        for fault in self._faults:
            if fault.kind in kinds and fault.holds(method, channel, self._now()):
                fault.happened += 1
                return fault
        return None
