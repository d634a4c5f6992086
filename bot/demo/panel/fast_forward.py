"""A night in some seconds: the clock runs, nothing is skipped, and at the end it is told who was reminded."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.demo.panel.night_crisis import NightCrisis
from bot.demo.session import DemoSession
from bot.domain.text import format_count
from bot.slack_sandbox import WorkspaceChange
from bot.slack_sandbox.change_log import ChangeKind

FASTEST, SLOWER = 3600.0, 40.0
"""Times as fast as life: while all is done in time, and while something waits."""
LATE = timedelta(minutes=4)
"""So long may something wait before the clock slows down: what is done late for want of our speed shows nothing."""
LOOKS = 0.05
PATIENCE = 40.0
"""Real seconds in which it runs slower; a Slack that stays broken is not waited for."""


class FastForward:
    def __init__(self, show: DemoSession) -> None:
        self._show = show
        self.passing = False

    async def run(self, hours: float, *, crisis: bool = False) -> str:
        """A sentence on what came of it. With a `crisis`, somebody is called in the middle of it."""
        clock, feed = self._show.clock, self._show.stage.sandbox.change_log
        before, pace = len(feed.changes), clock.speed
        until = clock.now() + timedelta(hours=hours)
        wake = NightCrisis(self._show, until) if crisis else None
        self.passing = True
        try:
            await self._run_until(until, wake)
        finally:
            self.passing = False
            clock.set_speed(pace)
        told = [f"{format_count(round(hours), 'hour')} passed.", self._summarize_changes(feed.changes[before:])]
        return " ".join([*told, await wake.summarize_outcome()] if wake else told)

    async def _run_until(self, until: datetime, wake: NightCrisis | None) -> None:
        clock, slow = self._show.clock, 0.0
        while clock.now() < until:
            behind = slow < PATIENCE and await self._measure_backlog() > LATE
            speed = SLOWER if behind else FASTEST
            if wake is not None:
                speed = min(speed, await wake.advance_crisis())
            clock.set_speed(min(speed, max(1.0, (until - clock.now()).total_seconds() / LOOKS)))
            slow += LOOKS if behind else 0.0
            await asyncio.sleep(LOOKS)

    async def _measure_backlog(self) -> timedelta:
        """For how long the oldest of what could be done by now has waited."""
        store, at = self._show.stage.store, self._show.clock.now()
        _, oldest = await store.inbox.measure_backlog()
        since = [queue.head[0].since for queue in await store.outbox.list_queues(1)]
        since += [case.due for case in (await store.cases.find(await store.cases.list_due(at, 1))).values() if case.due]
        longest = max((at - one for one in since), default=timedelta())
        return max(longest, timedelta(seconds=at.timestamp() - oldest / 1000) if oldest else timedelta())

    def _summarize_changes(self, changes: Sequence[WorkspaceChange]) -> str:
        workspace = self._show.stage.workspace
        posted = [one for one in changes if one.kind == ChangeKind.POSTED]
        told = Counter(workspace.channels[one.channel].im_with for one in posted)
        channels = told.pop("", 0)
        people = ", ".join(f"@{workspace.users[user].name} ({times})" for user, times in told.most_common())
        words = f"{format_count(channels, 'message')} in channels, cards and reminders together."
        return f"{words} " + (f"Told by direct message: {people}." if people else "Nobody was told by direct message.")
