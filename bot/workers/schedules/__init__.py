"""Background work of on-call schedules: calendars, gap alerts, user groups, expired requests."""

from bot.workers.schedules.schedule_worker import ScheduleWorker

__all__ = ["ScheduleWorker"]
