"""Rate limits: Slack's tiers as sliding windows, and counts of calls and refusals."""

import math
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.slack_sandbox.method_rules import RULES

MINUTE = 60.0
POSTS_PER_MINUTE = 600
SECONDS_BETWEEN_POSTS = 1.0


@dataclass(frozen=True)
class LimitViolation:
    method: str
    channel: str
    at: float
    retry_after: int


@dataclass(frozen=True)
class LimitUsage:
    """How much of one limit is used now; `span` in seconds."""

    method: str
    channel: str
    used: int
    allowed: int
    span: float


class SlidingWindow:
    """At most `allowed` within any `span` seconds."""

    def __init__(self, allowed: int, span: float) -> None:
        self.allowed, self.span = allowed, span
        self._taken: deque[float] = deque()

    def compute_wait(self, at: float) -> float:
        """Return the seconds until a call is allowed again, 0 if it is now."""
        while self._taken and self._taken[0] + self.span <= at:
            self._taken.popleft()
        return 0.0 if len(self._taken) < self.allowed else self._taken[0] + self.span - at

    def record_call(self, at: float) -> None:
        self._taken.append(at)

    def count_used(self, at: float) -> int:
        return sum(1 for taken in self._taken if taken + self.span > at)


class WebApiLimits:
    """With `enforced` off, violations are counted and nothing is refused; `per_minute` may be changed for a test."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._windows: dict[tuple[str, str], SlidingWindow] = {}
        self.violations: list[LimitViolation] = []
        self.enforced = True
        self.per_minute = {name: rule.per_minute for name, rule in RULES.items() if rule.per_minute}
        self.calls: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.calls_by_channel: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def admit(self, method: str, channel: str) -> int:
        """Count the call. Return the seconds to wait, 0 if it is admitted."""
        at = self._now()
        self.calls[method] += 1
        self.calls_by_channel[channel][method] += 1
        windows = self._select_windows(method, channel)
        wait = max((window.compute_wait(at) for window in windows), default=0.0)
        if wait:
            self.violations.append(LimitViolation(method, channel, at, math.ceil(wait)))
        if wait and self.enforced:
            self.refusals[method] += 1
            return math.ceil(wait)
        for window in windows:
            window.record_call(at)
        return 0

    def list_usage(self) -> list[LimitUsage]:
        """Return the current usage of each limit that was used so far."""
        at = self._now()
        return [
            LimitUsage(method, channel, window.count_used(at), window.allowed, window.span)
            for (method, channel), window in self._windows.items()
        ]

    def _select_windows(self, method: str, channel: str) -> list[SlidingWindow]:
        if method == "chat.postMessage":
            per_channel = self._get_window(method, channel, 1, SECONDS_BETWEEN_POSTS)
            return [per_channel, self._get_window(method, "", POSTS_PER_MINUTE, MINUTE)]
        allowed = self.per_minute.get(method)
        return [] if allowed is None else [self._get_window(method, "", allowed, MINUTE)]

    def _get_window(self, method: str, channel: str, allowed: int, span: float) -> SlidingWindow:
        return self._windows.setdefault((method, channel), SlidingWindow(allowed, span))
