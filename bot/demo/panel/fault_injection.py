"""Breaking Slack for a while, and mending it."""

from datetime import timedelta
from typing import Any

from bot.demo.session import DemoSession
from bot.slack_sandbox import FaultKind, InjectedFault

HOW = {
    "limited": "answers 429 to everything",
    "down": "is down",
    "slow": "takes two seconds for each answer",
    "dropped": "takes posts and edits, and its answers are lost",
}
SLOW = 2.0
"""Real seconds: it is a person who waits."""
POSTS = ("chat.postMessage", "chat.update")


class FaultInjector:
    def __init__(self, show: DemoSession) -> None:
        self._show = show
        self._how = ""
        self._until = 0.0
        self._number = 0

    def describe_fault(self) -> dict[str, Any]:
        left = self._until - self._show.clock.now().timestamp()
        return {"how": HOW.get(self._how, ""), "left": max(0.0, left) if self._how else 0.0}

    def start(self, how: str, length: timedelta) -> None:
        """Instead of the trouble that there is."""
        self.stop()
        self._how, self._until = how, (self._show.clock.now() + length).timestamp()
        faults = self._show.stage.sandbox.faults
        match how:
            case "limited":
                wait = min(30.0, length.total_seconds())
                faults.add(InjectedFault(FaultKind.RATELIMITED, times=None, until=self._until, seconds=wait))
            case "slow":
                faults.add(InjectedFault(FaultKind.SLOW, times=None, until=self._until, seconds=SLOW))
            case "dropped":
                faults.add(InjectedFault(FaultKind.DROPPED_AFTER, methods=POSTS, times=None, until=self._until))
            case _:
                faults.down = True
        self._show.start_task(self._stop_later(self._number, length))

    async def _stop_later(self, number: int, length: timedelta) -> None:
        await self._show.clock.sleep(length.total_seconds())
        if number == self._number:
            self.stop()

    def stop(self) -> None:
        self._number += 1
        self._how = ""
        self._show.stage.sandbox.faults.clear()
