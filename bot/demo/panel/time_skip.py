"""A skip through the day: the clock steps to each deadline and nothing is left out; a summary says who was notified."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.demo.panel.fault_injection import FaultInjector
from bot.demo.panel.night_crisis import NightCrisis
from bot.demo.playback import PACE, step_until_idle, wait_for_redraw
from bot.demo.session import DemoSession
from bot.domain.text import format_count
from bot.slack_sandbox import WorkspaceChange
from bot.slack_sandbox.change_log import ChangeKind

LONGEST_STEP = timedelta(minutes=10)
TOGETHER = timedelta(minutes=2)
"""Posts and clicks within such a time are taken in one step; deadlines have a step of their own."""
FOUR = 4
"""Hour in the brand's time zone."""


class ActionOutcome(NamedTuple):
    did: str
    person: str = ""
    """Who was paged at the end, by name: what comes next is in their direct messages."""


class TimeSkip:
    def __init__(self, session: DemoSession, faults: FaultInjector) -> None:
        self._session, self._faults = session, faults
        self.is_running = False
        self._stepped_at = session.clock.now()
        """When the workers whose work can wait were stepped last."""
        self.crisis: NightCrisis | None = None
        """The newest one; None until a night was skipped to."""

    async def skip_hours(self, hours: int) -> ActionOutcome:
        """Skip the hours, and go on at the same speed."""
        before, speed = len(self._changes), self._session.speed
        await self._run_until(self._session.clock.now() + timedelta(hours=hours), speed)
        summary = f"{format_count(hours, 'hour')} skipped. {self._summarize_changes(self._changes[before:])}"
        return ActionOutcome(f"{summary} {await self.crisis.summarize_outcome()}" if self.crisis else summary)

    async def skip_to_night(self) -> ActionOutcome:
        """Skip to the next 4am, when a crisis comes in; then go on as fast as real time, since somebody is paged.

        The posts of the day wait until then. What is open goes through its deadlines.
        """
        before = len(self._changes)
        self.crisis = NightCrisis(self._session)
        zone = ZoneInfo(self._session.stage.app.rules.time_zone)
        await self._run_until(_find_next_hour(self._session.clock.now(), FOUR, zone), 1.0, self.crisis)
        summary = self._summarize_changes(self._changes[before:])
        person = await self.crisis.find_paged_person()
        return ActionOutcome(f"{await self.crisis.describe_alarm()} Until then: {summary}", person)

    @property
    def _changes(self) -> list[WorkspaceChange]:
        return self._session.stage.sandbox.change_log.changes

    async def _run_until(self, until: datetime, speed: float, crisis: NightCrisis | None = None) -> None:
        """Step to each deadline until then, publish the crisis, and go on at this speed."""
        self.is_running = True
        self._session.hold_clock(pause=crisis is not None)
        clock = self._session.clock
        self._stepped_at = clock.now()
        try:
            while clock.now() < until:
                await self._advance_to(min(until, await self._find_next_step()))
                self._faults.stop_if_over()
                await self._session.publish_due()
                await self._perform_due_work()
            if crisis is not None:
                await crisis.publish()
                await self._perform_due_work()
        finally:
            self.is_running = False
            self._session.set_speed(speed)

    async def _find_next_step(self) -> datetime:
        """Return when something is due next: a deadline, a post, or a teammate's click."""
        at, deadline = self._session.clock.now(), await self._session.stage.store.find_next_deadline()
        soon = (self._session.next_post_at, self._session.users.next_action_at)
        steps = [at + LONGEST_STEP, *(max(one, at + TOGETHER) for one in soon if one is not None)]
        return min(steps if deadline is None else [*steps, max(deadline, at + PACE)])

    async def _perform_due_work(self) -> None:
        stage = self._session.stage
        while (await stage.store.intake.measure_backlog())[0]:  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.002)  # triage reads the inbox at any speed of the clock
        for action in self._session.list_due_actions():
            with suppress(TimeoutError):
                await wait_for_redraw(stage, self._session.users.perform_action(action))
        if self._session.clock.now() - self._stepped_at >= LONGEST_STEP:
            self._stepped_at, app = self._session.clock.now(), stage.app
            by_clock = (app.drills, app.crises, app.shift_summaries, app.scheduled_reports, app.health_monitor)
            for worker in (app.spikes, app.schedules, *by_clock):
                await worker.step()
        await step_until_idle(stage)

    async def _advance_to(self, to: datetime) -> None:
        """Advance the clock, as slowly as Slack's limits ask while messages are waiting."""
        clock, stage = self._session.clock, self._session.stage
        while clock.now() + PACE < to and await stage.store.outbox.list_queues(1):
            clock.advance_to(clock.now() + PACE)
            await stage.app.delivery.step()
        clock.advance_to(to)

    def _summarize_changes(self, changes: Sequence[WorkspaceChange]) -> str:
        workspace = self._session.stage.workspace
        posted = [one for one in changes if one.kind == ChangeKind.POSTED]
        counts = Counter(workspace.channels[one.channel].im_with for one in posted)
        channels = counts.pop("", 0)
        people = ", ".join(f"@{workspace.users[user].name} ({times})" for user, times in counts.most_common())
        words = f"{format_count(channels, 'message')} in channels."
        return f"{words} Direct messages: {people}." if people else f"{words} No direct messages."


def _find_next_hour(now: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """Return the next time at which it is this hour there."""
    here = now.astimezone(zone)
    at = here.replace(hour=hour, minute=0, second=0, microsecond=0)
    return at if at > here else at + timedelta(days=1)
