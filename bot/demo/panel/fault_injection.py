"""Injects faults into Slack for a while."""

from datetime import timedelta
from typing import Any

from bot.demo.session import DemoSession
from bot.slack_sandbox import FaultKind, InjectedFault

HOW = {
    "limited": "answers 429 (too many requests) to everything",
    "down": "is down",
    "slow": "takes two seconds to answer",
    "dropped": "accepts posts and drops its responses",
}
SLOW = 2.0
"""Real seconds, since a person waits."""
POSTS = ("chat.postMessage", "chat.update")


class FaultInjector:
    def __init__(self, session: DemoSession) -> None:
        self._session = session
        self._how, self._until, self._number = "", 0.0, 0

    def describe_fault(self) -> dict[str, Any]:
        left = self._until - self._session.clock.now().timestamp()
        return {"how": HOW.get(self._how, ""), "left": max(0.0, left) if self._how else 0.0}

    def start(self, how: str, length: timedelta) -> None:
        """Replace the current fault."""
        self.stop()
        self._how, self._until = how, (self._session.clock.now() + length).timestamp()
        faults, until = self._session.stage.sandbox.faults, self._until
        match how:
            case "limited":
                wait = min(30.0, length.total_seconds())
                faults.add(InjectedFault(FaultKind.RATELIMITED, times=None, until=until, seconds=wait))
            case "slow":
                faults.add(InjectedFault(FaultKind.SLOW, times=None, until=until, seconds=SLOW))
            case "dropped":
                faults.add(InjectedFault(FaultKind.DROPPED_AFTER, methods=POSTS, times=None, until=until))
            case _:
                faults.down = True
        self._session.start_task(self._stop_later(self._number, length))

    async def _stop_later(self, number: int, length: timedelta) -> None:
        await self._session.clock.sleep(length.total_seconds())
        if number == self._number:
            self.stop()

    def stop_if_over(self) -> None:
        """As `_stop_later` does, for a clock that wakes nobody."""
        if self._how and self._session.clock.now().timestamp() >= self._until:
            self.stop()

    def stop(self) -> None:
        self._number += 1
        self._how = ""
        self._session.stage.sandbox.faults.clear()
