"""Fast-forward through a night: the clock runs fast, nothing is skipped, and a summary says who was notified."""

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
"""Speed-up while the workers keep up, and while a backlog is waiting."""
LATE = timedelta(minutes=4)
"""A backlog of this age slows the clock down, so that delays are not artefacts of the speed."""
LOOKS = 0.05
PATIENCE = 40.0
"""Real seconds for which it may run slower, in case Slack stays broken."""


class FastForward:
    def __init__(self, session: DemoSession) -> None:
        self._session = session
        self.passing = False

    async def run(self, hours: float, *, crisis: bool = False) -> str:
        """Pass the hours and return a summary. With `crisis`, one is published in the night."""
        clock, log = self._session.clock, self._session.stage.sandbox.change_log
        before, speed = len(log.changes), clock.speed
        until = clock.now() + timedelta(hours=hours)
        night_crisis = NightCrisis(self._session, until) if crisis else None
        self.passing = True
        try:
            await self._run_until(until, night_crisis)
        finally:
            self.passing = False
            clock.set_speed(speed)
        summary = f"{format_count(round(hours), 'hour')} passed. {self._summarize_changes(log.changes[before:])}"
        return f"{summary} {await night_crisis.summarize_outcome()}" if night_crisis else summary

    async def _run_until(self, until: datetime, crisis: NightCrisis | None) -> None:
        clock, slow = self._session.clock, 0.0
        while clock.now() < until:
            behind = slow < PATIENCE and await self._measure_backlog() > LATE
            speed = SLOWER if behind else FASTEST
            if crisis is not None:
                speed = min(speed, await crisis.advance_crisis())
            clock.set_speed(min(speed, max(1.0, (until - clock.now()).total_seconds() / LOOKS)))
            slow += LOOKS if behind else 0.0
            await asyncio.sleep(LOOKS)

    async def _measure_backlog(self) -> timedelta:
        """Return the age of the oldest work that is due."""
        store, at = self._session.stage.store, self._session.clock.now()
        _, oldest = await store.inbox.measure_backlog()
        since = [queue.head[0].since for queue in await store.outbox.list_queues(1)]
        since += [case.due for case in (await store.cases.find(await store.cases.list_due(at, 1))).values() if case.due]
        longest = max((at - one for one in since), default=timedelta())
        return max(longest, timedelta(seconds=at.timestamp() - oldest / 1000) if oldest else timedelta())

    def _summarize_changes(self, changes: Sequence[WorkspaceChange]) -> str:
        workspace = self._session.stage.workspace
        posted = [one for one in changes if one.kind == ChangeKind.POSTED]
        counts = Counter(workspace.channels[one.channel].im_with for one in posted)
        channels = counts.pop("", 0)
        people = ", ".join(f"@{workspace.users[user].name} ({times})" for user, times in counts.most_common())
        words = f"{format_count(channels, 'message')} in channels, cards and reminders together."
        return f"{words} " + (f"Told by direct message: {people}." if people else "Nobody was told by direct message.")
