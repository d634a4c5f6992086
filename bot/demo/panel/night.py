"""A night in some seconds: the clock runs, nothing is skipped, and at the end it is told who was reminded."""

from collections import Counter
from datetime import timedelta

from bot.demo.show import Show
from bot.domain.words import count

TAKES = 8.0
"""Real seconds, however long the night."""


class Night:
    def __init__(self, show: Show) -> None:
        self._show = show
        self.passing = False

    async def passes(self, hours: float) -> str:
        """A sentence on what came of it."""
        clock, feed = self._show.clock, self._show.stage.sandbox.feed
        before, began, pace = len(feed.changes), clock.now(), clock.speed
        self.passing = True
        clock.set_speed(hours * 3600 / TAKES)
        try:
            await clock.sleep(hours * 3600)
        finally:
            self.passing = False
            clock.set_speed(pace)
        workspace = self._show.stage.workspace
        posted = [one for one in feed.changes[before:] if one.kind == "posted"]
        told = Counter(workspace.channels[one.channel].im_with for one in posted)
        channels = told.pop("", 0)
        people = ", ".join(f"@{workspace.users[user].name} ({times})" for user, times in told.most_common())
        length = (clock.now() - began) / timedelta(hours=1)
        return (
            f"{length:.0f} hours have passed. {count(channels, 'message')} in channels, cards and reminders together. "
            + (f"Told by direct message: {people}." if people else "Nobody was told by direct message.")
        )
