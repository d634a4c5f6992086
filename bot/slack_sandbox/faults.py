"""Faults to inject into calls and deliveries."""

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
class InjectedFault:
    """Applies to these methods and channels (empty: to all), `times` times (None: until removed)."""

    kind: FaultKind
    methods: Collection[str] = ()
    channels: Collection[str] = ()
    times: int | None = 1
    until: float | None = None
    seconds: float = 30.0
    status: int = 503
    word: str = "internal_error"
    happened: int = field(default=0, init=False)

    def is_active(self, method: str, channel: str, at: float) -> bool:
        return (
            (not self.methods or method in self.methods)
            and (not self.channels or channel in self.channels)
            and (self.times is None or self.happened < self.times)
            and (self.until is None or at < self.until)
        )


class FaultRegistry:
    """With `down`, every call gets a 503, and nothing is delivered."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._faults: list[InjectedFault] = []
        self.down = False

    def add(self, fault: InjectedFault) -> InjectedFault:
        self._faults.append(fault)
        return fault

    def remove(self, fault: InjectedFault) -> None:
        self._faults.remove(fault)

    def clear(self) -> None:
        self._faults.clear()
        self.down = False

    def take_call_fault(self, method: str, channel: str = "") -> InjectedFault | None:
        """Return the fault for this call, and count it as used."""
        return self._take_first(method, channel, {*FaultKind} - ON_DELIVERIES)

    def take_delivery_fault(self, kind: FaultKind) -> InjectedFault | None:
        """Return the fault for a delivery, which has no method and no channel."""
        return self._take_first("", "", {kind})

    def _take_first(self, method: str, channel: str, kinds: Collection[FaultKind]) -> InjectedFault | None:
        for fault in self._faults:
            if fault.kind in kinds and fault.is_active(method, channel, self._now()):
                fault.happened += 1
                return fault
        return None
