"""Breaking Slack for a while, and mending it."""

from datetime import timedelta
from typing import Any

from bot.demo.show import Show
from bot.sandbox import Fault, FaultKind

HOW = {
    "limited": "answers 429 to everything",
    "down": "is down",
    "slow": "takes two seconds for each answer",
    "dropped": "takes posts and edits, and its answers are lost",
}
SLOW = 2.0
"""Real seconds: it is a person who waits."""
POSTS = ("chat.postMessage", "chat.update")


class Trouble:
    def __init__(self, show: Show) -> None:
        self._show = show
        self._how = ""
        self._until = 0.0
        self._number = 0

    def told(self) -> dict[str, Any]:
        left = self._until - self._show.clock.now().timestamp()
        return {"how": HOW.get(self._how, ""), "left": max(0.0, left) if self._how else 0.0}

    def begin(self, how: str, length: timedelta) -> None:
        """Instead of the trouble that there is."""
        self.end()
        self._how, self._until = how, (self._show.clock.now() + length).timestamp()
        faults = self._show.stage.sandbox.faults
        match how:
            case "limited":
                wait = min(30.0, length.total_seconds())
                faults.add(Fault(FaultKind.RATELIMITED, times=None, until=self._until, seconds=wait))
            case "slow":
                faults.add(Fault(FaultKind.SLOW, times=None, until=self._until, seconds=SLOW))
            case "dropped":
                faults.add(Fault(FaultKind.DROPPED_AFTER, methods=POSTS, times=None, until=self._until))
            case _:
                faults.down = True
        self._show.meanwhile(self._over(self._number, length))

    async def _over(self, number: int, length: timedelta) -> None:
        await self._show.clock.sleep(length.total_seconds())
        if number == self._number:
            self.end()

    def end(self) -> None:
        self._number += 1
        self._how = ""
        self._show.stage.sandbox.faults.clear()
